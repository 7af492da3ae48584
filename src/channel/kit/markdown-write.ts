import { type Dialect, hang } from './markdown-render.ts'

/** Makes `parseMarkdown` read `text` as nothing but text; line breaks stay. */
export const escapeMarkdown = (text: string): string => text.replace(/[^\n]+/g, (line) => escapeLineStart(escapeInline(line)))

const escapeInline = (text: string): string =>
  text
    .replace(/[\\`*[\]]|<(?=\S)|&(?=#|\w+;)|~(?=~)|^~|~$|!$/g, '\\$&')
    .replace(/(?<![\p{L}\p{N}_])_|_(?![\p{L}\p{N}_])|_(?=_)|(?<=_)_/gu, '\\_')

const escapeLineStart = (line: string): string =>
  line.replace(/^([ \t]*)([-+>]|#{1,6}(?=[ \t]|$)|\d{1,9}(?=[.)](?:[ \t]|$)))/, (_, space: string, mark: string) =>
    /\d/.test(mark) ? `${space}${mark}\\` : `${space}\\${mark}`,
  )

/** CommonMark again, escaped, in one spelling: what it writes, `parseMarkdown` reads as the same text with the same marks. */
export const markdownDialect: Dialect = {
  text: escapeMarkdown,
  bold: (inner) => hug('**', inner),
  italic: (inner) => hug('*', inner),
  strike: (inner) => hug('~~', inner),
  code: (value) => {
    const ticks = '`'.repeat(longestRun(value) + 1)
    const edges = [value[0], value.at(-1)]
    const pad = edges.includes('`') || (edges.every((edge) => edge === ' ') && value.trim() !== '') ? ' ' : ''
    return ticks + pad + value + pad + ticks
  },
  pre: (value, language) => {
    const ticks = '`'.repeat(Math.max(3, longestRun(value) + 1))
    return `${ticks}${language ?? ''}\n${value}\n${ticks}`
  },
  link: (label, url) => `[${label}](<${url.replace(/[<>\\&]/g, '\\$&').replace(/\n/g, '%0A')}>)`,
  heading: (inner, depth) => `${'#'.repeat(depth)} ${inner.replace(/(^|[ \t])(#+)$/, '$1\\$2')}`,
  quote: (inner) => inner.replace(/^/gm, '> '),
  list: (items, first, run) =>
    items.map((item, index) => hang(first === undefined ? `${'-+'[run % 2]} ` : `${first + index}${'.)'[run % 2]} `, item)).join('\n'),
  rule: '***',
  lineBreak: '\n',
  blocks: 'typed',
}

/** A mark must touch what it marks: blanks at the edges go outside. */
function hug(mark: string, inner: string): string {
  const bare = inner.trim()
  if (bare === '') return inner
  const at = inner.indexOf(bare)
  return inner.slice(0, at) + mark + bare + mark + inner.slice(at + bare.length)
}

const longestRun = (value: string): number => (value.match(/`+/g) ?? []).reduce((longest, run) => Math.max(longest, run.length), 0)

import { type Dialect, parseMarkdown, plainDialect, renderMarkdown } from '../../src/channel/kit/markdown.ts'
import { escapeSigns } from './words.ts'

const blank = '\u200b'
/** Stand where a mark meets what is before it and after it, until the neighbours are known. */
const before = '\ue000'
const after = '\ue001'
const seams = /[\ue000\ue001]/g

const linkable = /^(https?|mailto|tel|slack):/i

/** Slack's own marks: no headings, no lists, none that reach over a line; https://docs.slack.dev/messaging/formatting-message-text */
const dialect: Dialect = {
  ...plainDialect,
  text: (value) => guarded(escapeSigns(value.replaceAll(seams, ''))),
  bold: (inner) => marked('*', inner),
  italic: (inner) => marked('_', inner),
  strike: (inner) => marked('~', inner),
  code: (value) => (value.includes('`') ? guarded(escapeSigns(value)) : marked('`', escapeSigns(value))),
  pre: (value) => `\`\`\`\n${escapeSigns(value.replaceAll('```', `\`\`${blank}\``))}\n\`\`\``,
  link: (label, url, bare) => {
    const address = escapeSigns(url.replaceAll('|', '%7C').replaceAll('<', '%3C').replaceAll('>', '%3E').replaceAll(/\s/g, '%20'))
    if (!linkable.test(url)) return bare ? label : `${label} (${escapeSigns(url)})`
    return bare && label.search(seams) === -1
      ? `<${address}>`
      : `<${address}|${label.replaceAll(seams, '').replaceAll('\n', ' ').replaceAll('|', '¦')}>`
  },
  heading: (inner) => marked('*', inner.replaceAll(/\ue000\*|\*\ue001/g, '')),
  quote: (inner) => inner.replace(/^/gm, '> '),
}

/** Markdown in Slack's marks. Slack knows no escape for a star or a dash: a blank of no width keeps typed ones from marking. */
export const mrkdwnOf = (markdown: string): string => withoutSeams(renderMarkdown(parseMarkdown(markdown), dialect))

/** Line by line, close around the words. */
const marked = (sign: string, inner: string): string =>
  inner.replaceAll(/[^\n]+/g, (line) => {
    const words = line.trim()
    return words === '' ? line : line.replace(words, () => `${before}${sign}${words}${sign}${after}`)
  })

const guarded = (text: string): string =>
  text.replaceAll(/(?<![\p{L}\p{N}])([*_~`])(?=\S[^\n]*\1)/gu, `$1${blank}`).replaceAll(/^&gt;/gm, `${blank}&gt;`)

/** Slack sees a mark only between blanks or punctuation: inside of a word, and beside another mark, it gets a blank of no width. */
const withoutSeams = (text: string): string =>
  text
    .replaceAll(/\ue001(?=$|[\s\p{P}~`\ue001])/gmu, '')
    .replaceAll(/\ue001+/g, blank)
    .replaceAll(/(^|[\s\p{P}~`\u200b\ue000])\ue000+/gmu, '$1')
    .replaceAll(seams, blank)

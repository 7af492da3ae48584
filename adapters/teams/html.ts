import { type Dialect, parseMarkdown, plainDialect, renderMarkdown } from '../../src/channel/kit/markdown.ts'

const escapeHtml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
const escapeAttribute = (text: string): string => escapeHtml(text).replaceAll('"', '&quot;')

/** Stands for a line break that must not become an element. */
const keptBreak = '\uE000'
const linkable = /^(https?|mailto|tel):/i

/**
 * The marks that Teams shows in a message of `textFormat: xml`; no headings, no tables, no rules:
 * https://learn.microsoft.com/microsoftteams/platform/bots/how-to/format-your-bot-messages
 */
const dialect: Dialect = {
  ...plainDialect,
  text: escapeHtml,
  bold: (inner) => `<strong>${inner}</strong>`,
  italic: (inner) => `<em>${inner}</em>`,
  strike: (inner) => `<strike>${inner}</strike>`,
  code: (value) => `<code>${escapeHtml(value)}</code>`,
  pre: (value) => `<pre>${escapeHtml(value).replaceAll('\n', keptBreak)}</pre>`,
  link: (label, url) => (linkable.test(url) ? `<a href="${escapeAttribute(url)}">${label}</a>` : `${label} (${escapeHtml(url)})`),
  heading: (inner) => `<strong>${inner}</strong>`,
  quote: (inner) => `<blockquote>${inner}</blockquote>`,
  list: (items, first) => {
    const inner = items.map((item) => `<li>${item}</li>`).join('')
    return first === undefined ? `<ul>${inner}</ul>` : `<ol${first === 1 ? '' : ` start="${first}"`}>${inner}</ol>`
  },
}

const block = '(?:ul|ol|blockquote|pre)'

/** Markdown as Teams' XML: entities say for certain what is text, which its markdown does not. */
export function htmlOfMarkdown(markdown: string): string {
  const written = renderMarkdown(parseMarkdown(markdown.replaceAll(keptBreak, '\uFFFD')), dialect)
  return written
    .replace(new RegExp(`(</${block}>)\\n+`, 'g'), '$1')
    .replace(new RegExp(`\\n+(?=<${block}[ >])`, 'g'), '')
    .replaceAll('\n', '<br/>')
    .replaceAll(keptBreak, '\n')
}

const named: { readonly [name: string]: string } = { lt: '<', gt: '>', quot: '"', amp: '&', apos: "'", nbsp: ' ' }

export const decodeEntities = (text: string): string =>
  text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]{2,6}));/gi, (whole, decimal, hex, name) => {
    if (name !== undefined) return named[name.toLowerCase()] ?? whole
    const point = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal)
    return point > 0 && point <= 0x10ffff ? String.fromCodePoint(point) : whole
  })

/** What a person reads of HTML: no tags, a line for each block. */
export const textOfHtml = (html: string): string =>
  decodeEntities(
    html.replace(/\s*<br\s*\/?>\s*|<\/(?:p|div|li|blockquote|pre|h\d)>\s*(?=.)/gi, '\n').replace(/<\/?[a-z][^<>]*>/gi, ''),
  ).trim()

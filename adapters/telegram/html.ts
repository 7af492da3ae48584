import { type Dialect, parseMarkdown, plainDialect, renderMarkdown } from '../../src/channel/kit/markdown.ts'

export const escapeHtml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
const escapeAttribute = (text: string): string => escapeHtml(text).replaceAll('"', '&quot;')

const linkable = /^(https?|tg|mailto):/i

/** Telegram's own HTML: no headings, no lists, no quote inside a quote; https://core.telegram.org/bots/api#html-style */
const dialect: Dialect = {
  ...plainDialect,
  text: escapeHtml,
  bold: (inner) => `<b>${inner}</b>`,
  italic: (inner) => `<i>${inner}</i>`,
  strike: (inner) => `<s>${inner}</s>`,
  code: (value) => `<code>${escapeHtml(value)}</code>`,
  pre: (value, language) =>
    language
      ? `<pre><code class="language-${escapeAttribute(language)}">${escapeHtml(value)}</code></pre>`
      : `<pre>${escapeHtml(value)}</pre>`,
  link: (label, url, bare) => {
    if (!linkable.test(url)) return bare ? label : `${label} (${escapeHtml(url)})`
    return bare ? label : `<a href="${escapeAttribute(url)}">${label}</a>`
  },
  heading: (inner) => `<b>${inner}</b>`,
  quote: (inner) => `<blockquote>${inner.replace(/<\/?blockquote>/g, '')}</blockquote>`,
}

export const htmlOf = (markdown: string): string => renderMarkdown(parseMarkdown(markdown), dialect)

const characters: { readonly [name: string]: string } = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&amp;': '&' }

/** Our own HTML without its marks, for a platform that would not read it. Link addresses stay, in brackets. */
export const textOfHtml = (html: string): string =>
  html
    .replace(/<a href="([^"]*)">(.*?)<\/a>/gs, '$2 ($1)')
    .replace(/<[^>]*>/g, '')
    .replace(/&(?:lt|gt|quot|amp);/g, (entity) => characters[entity]!)

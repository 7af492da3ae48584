import { type Dialect, parseMarkdown, plainDialect, renderMarkdown, toPlainText } from '../../src/channel/kit/markdown.ts'

/** A mark holds for one line, and must touch what it marks. */
function mark(sign: string, inner: string): string {
  const one = (line: string): string => {
    const bare = line.trim()
    if (bare === '' || bare.includes(sign)) return line
    const at = line.indexOf(bare)
    return line.slice(0, at) + sign + bare + sign + line.slice(at + bare.length)
  }
  return inner.split('\n').map(one).join('\n')
}

const fence = '```'

/** https://faq.whatsapp.com/539178204879377 (formatting): there is no escape, and a link has no label. */
const dialect: Dialect = {
  ...plainDialect,
  bold: (inner) => mark('*', inner),
  italic: (inner) => mark('_', inner),
  strike: (inner) => mark('~', inner),
  code: (value) => (value.includes('`') || value.trim() === '' ? value : `\`${value}\``),
  pre: (value) => (value.includes(fence) ? value : `${fence}${value}${fence}`),
  heading: (inner) => mark('*', inner),
  list: (items, first) =>
    items.map((item, index) => (first === undefined ? '- ' : `${first + index}. `) + item.replace(/\n(?!\n|$)/g, '\n  ')).join('\n'),
}

/** Markdown as WhatsApp writes it; where the marks would make it longer than `limit`, the bare words, else as typed. */
export function whatsAppText(markdown: string, limit: number): string {
  const tree = parseMarkdown(markdown)
  const ways = [renderMarkdown(tree, dialect), toPlainText(tree)]
  return ways.find((written) => written.trim() !== '' && written.length <= limit) ?? markdown
}

/** A line in bold type. */
export const inBold = (line: string): string => mark('*', line)

import { type Inline, parseInlines, plainInlines } from './markdown-inline.ts'

/** What a message's markdown may be; everything else is text as typed. */
export type Block =
  | { readonly is: 'paragraph' | 'heading'; readonly inside: readonly Inline[] }
  | { readonly is: 'code'; readonly text: string }
  | { readonly is: 'quote'; readonly inside: readonly Block[] }
  | { readonly is: 'list'; readonly start: number | null; readonly items: readonly (readonly Block[])[] }
  | { readonly is: 'line' }

const maxDepth = 6
const maxLength = 20_000

/** Never throws; a text with more characters than that (as a rule: too long to be a chat message) is one paragraph as typed. */
export function parseMarkdown(text: string, longest = maxLength): readonly Block[] {
  const source = text.replace(/\r\n?/g, '\n')
  if (source.length > longest) return [{ is: 'paragraph', inside: plainInlines(source) }]
  return blocks(source.split('\n'), 0)
}

/** The words alone, on one line: for a glance at a message. */
export function markdownWords(text: string): string {
  return parseMarkdown(text).map(blockWords).join(' ').replace(/\s+/g, ' ').trim()
}

function blockWords(block: Block): string {
  switch (block.is) {
    case 'paragraph':
    case 'heading':
      return block.inside.map(inlineWords).join('')
    case 'code':
      return block.text
    case 'quote':
      return block.inside.map(blockWords).join(' ')
    case 'list':
      return block.items.map((item) => item.map(blockWords).join(' ')).join(' · ')
    case 'line':
      return ''
  }
}

function inlineWords(node: Inline): string {
  switch (node.is) {
    case 'text':
    case 'code':
      return node.text
    case 'break':
      return ' '
    default:
      return node.inside.map(inlineWords).join('')
  }
}

const fence = /^ {0,3}(`{3,}|~{3,})/
const item = /^( {0,3})([-*+]|\d{1,9}[.)])(?: +(.*)|)$/
const heading = /^ {0,3}#{1,6} +(.*?)(?: +#+)? *$/
const rule = /^ {0,3}([-*_])(?: *\1){2,} *$/
const quote = /^ {0,3}> ?/

function blocks(lines: readonly string[], depth: number): Block[] {
  const out: Block[] = []
  let paragraph: string[] = []
  const flush = () => {
    if (paragraph.length > 0) out.push({ is: 'paragraph', inside: parseInlines(paragraph.join('\n'), 0) })
    paragraph = []
  }
  let at = 0
  while (at < lines.length) {
    const line = lines[at] as string
    const opened = fence.exec(line)
    const itemFound = item.exec(line)
    if (line.trim() === '') {
      flush()
      at += 1
    } else if (opened) {
      flush()
      const mark = opened[1] as string
      let end = at + 1
      while (end < lines.length && !(lines[end] as string).trim().startsWith(mark)) end += 1
      out.push({ is: 'code', text: lines.slice(at + 1, end).join('\n') })
      at = end + 1
    } else if (rule.test(line)) {
      flush()
      out.push({ is: 'line' })
      at += 1
    } else if (heading.test(line)) {
      flush()
      out.push({ is: 'heading', inside: parseInlines((heading.exec(line) as RegExpExecArray)[1] ?? '', 0) })
      at += 1
    } else if (quote.test(line) && depth < maxDepth) {
      flush()
      let end = at
      while (end < lines.length && (quote.test(lines[end] as string) || (lines[end] as string).trim() !== '')) end += 1
      const inner = lines.slice(at, end).map((each) => each.replace(quote, ''))
      out.push({ is: 'quote', inside: blocks(inner, depth + 1) })
      at = end
    } else if (itemFound && depth < maxDepth && (paragraph.length === 0 || !/^\d/.test(itemFound[2] as string) || itemFound[2] === '1.')) {
      flush()
      const found = list(lines, at, depth)
      out.push(found.block)
      at = found.next
    } else {
      paragraph.push(line)
      at += 1
    }
  }
  flush()
  return out
}

function list(lines: readonly string[], from: number, depth: number): { block: Block; next: number } {
  const first = item.exec(lines[from] as string) as RegExpExecArray
  const ordered = /^\d/.test(first[2] as string)
  const items: Block[][] = []
  let at = from
  while (at < lines.length) {
    const found = item.exec(lines[at] as string)
    if (!found || /^\d/.test(found[2] as string) !== ordered) break
    const own = [found[3] ?? '']
    at += 1
    while (at < lines.length) {
      const line = lines[at] as string
      if (line.trim() === '') {
        const next = lines[at + 1]
        if (next === undefined || !/^ {2,}\S/.test(next)) break
        own.push('')
      } else if (/^ {2,}/.test(line)) own.push(line.replace(/^ {2,4}/, ''))
      else if (item.test(line) || quote.test(line) || fence.test(line) || heading.test(line)) break
      else own.push(line)
      at += 1
    }
    items.push(blocks(own, depth + 1))
    while (lines[at]?.trim() === '' && item.test(lines[at + 1] ?? '')) at += 1
  }
  return { block: { is: 'list', start: ordered ? Number.parseInt(first[2] as string, 10) : null, items }, next: at }
}

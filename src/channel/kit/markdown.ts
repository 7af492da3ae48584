import type { BlockContent, Code, ListItem, Nodes, Paragraph, PhrasingContent, Root } from 'mdast'
import { fromMarkdown } from 'mdast-util-from-markdown'
import { gfmStrikethroughFromMarkdown } from 'mdast-util-gfm-strikethrough'
import { gfmStrikethrough } from 'micromark-extension-gfm-strikethrough'
import { isTangled } from './markdown-tangled.ts'

export type { Root } from 'mdast'
export { type Dialect, plainDialect, renderMarkdown, toPlainText } from './markdown-render.ts'
export { type Flat, flatten, slice, spellOutLinks } from './markdown-slice.ts'
export { escapeMarkdown, markdownDialect } from './markdown-write.ts'

/** Containers deeper than this are taken away, their text stays. */
const maxDepth = 12

/** Anything that may mean something to the parser; a text without a match is paragraphs and line breaks only. */
const mayBeMarked = /[*_`\\]|~~|\]\(|<\S|&(?:#|\w+;)|^[ \t]*(?:[-+](?:[ \t]|$)|-[ \t]*-[ \t]*-|>|#{1,6}(?:[ \t]|$)|\d{1,9}[.)](?:[ \t]|$))/m

const options = {
  extensions: [
    gfmStrikethrough({ singleTilde: false }),
    { disable: { null: ['codeIndented', 'definition', 'htmlFlow', 'htmlText', 'setextUnderline'] } },
  ],
  mdastExtensions: [gfmStrikethroughFromMarkdown()],
}

/**
 * Chat markdown as an mdast tree of `paragraph, heading, blockquote, list, listItem, code, thematicBreak` and
 * `text, break, strong, emphasis, delete, inlineCode, link` only; never throws, and no text vanishes: HTML, link definitions,
 * underlined headings and indented code are text as typed, images are links, a single line break is a `break`. A text that would
 * take the parser more than linear time is text as typed, too.
 */
export function parseMarkdown(text: string): Root {
  const source = text
    .replace(/^\uFEFF/, '')
    .replace(/\r\n?/g, '\n')
    .replaceAll('\0', '\uFFFD')
  if (!mayBeMarked.test(source) || isTangled(source)) return plainTree(source)
  try {
    return { type: 'root', children: blocks(fromMarkdown(source, options).children, 0, source) }
  } catch {
    return plainTree(source)
  }
}

function plainTree(source: string): Root {
  const children: Paragraph[] = []
  for (const part of source.split(/\n(?:[ \t]*\n)+/)) {
    const lines = phrases([{ type: 'text', value: trimBlanks(part, true, true) }], 0)
    if (lines.length > 0) children.push({ type: 'paragraph', children: lines })
  }
  return { type: 'root', children }
}

function blocks(nodes: readonly Nodes[], depth: number, source: string): BlockContent[] {
  return nodes.flatMap((node): BlockContent[] => {
    const place = node.position && depth < maxDepth ? { position: node.position } : {}
    const read = block(node, depth, source)
    if (!read.every(isEmpty)) return read.map((one) => ({ ...one, ...place }))
    const typed = phrases([{ type: 'text', value: source.slice(node.position?.start.offset, node.position?.end.offset) }], 0)
    return [{ type: 'paragraph', children: typed }]
  })
}

function block(node: Nodes, depth: number, source: string): BlockContent[] {
  switch (node.type) {
    case 'paragraph':
      return [{ type: 'paragraph', children: phrases(node.children, 0) }]
    case 'heading':
      return [{ type: 'heading', depth: node.depth, children: phrases(node.children, 0) }]
    case 'code':
      return [code(node)]
    case 'thematicBreak':
      return [{ type: 'thematicBreak' }]
    case 'blockquote': {
      const children = blocks(node.children, depth + 1, source)
      return depth < maxDepth ? [{ type: 'blockquote', children }] : children
    }
    case 'list': {
      const children = node.children.map((item): ListItem => ({ type: 'listItem', children: blocks(item.children, depth + 1, source) }))
      if (depth >= maxDepth) return children.flatMap((item) => item.children as BlockContent[])
      return [{ type: 'list', ordered: node.ordered === true, ...(node.ordered ? { start: node.start ?? 1 } : {}), children }]
    }
    default:
      return []
  }
}

/** A lone "#", ">", "-" or "```" is what somebody typed, not a mark around nothing. */
function isEmpty(node: BlockContent): boolean {
  switch (node.type) {
    case 'code':
      return node.value === ''
    case 'list':
      return node.children.every((item) => item.children.length === 0)
    default:
      return 'children' in node && node.children.length === 0
  }
}

/** What stands behind a fence is a language only where it looks like one; else somebody began to write on the first line. */
function code({ lang, meta, value }: Code): Code {
  if (lang && !meta && /^[\w+#.-]{1,20}$/.test(lang)) return { type: 'code', lang, value }
  const said = [lang, meta].filter(Boolean).join(' ')
  return { type: 'code', value: said && value ? `${said}\n${value}` : said || value }
}

function phrases(nodes: readonly Nodes[], depth: number): PhrasingContent[] {
  const out: PhrasingContent[] = []
  for (const node of nodes) {
    switch (node.type) {
      case 'strong':
      case 'emphasis':
      case 'delete':
        if (depth >= maxDepth) out.push(...phrases(node.children, depth + 1))
        else out.push({ type: node.type, children: phrases(node.children, depth + 1) })
        break
      case 'link':
        if (node.url === '') out.push(...phrases(node.children, depth + 1))
        else out.push(link(node.url, phrases(node.children, depth + 1)))
        break
      case 'image':
        if (node.url === '') addText(out, node.alt ?? '')
        else out.push(link(node.url, node.alt ? [{ type: 'text', value: node.alt }] : []))
        break
      case 'inlineCode':
        out.push({ type: 'inlineCode', value: node.value })
        break
      case 'break':
        out.push({ type: 'break' })
        break
      default:
        if ('value' in node) addText(out, node.value)
        else if ('children' in node) out.push(...phrases(node.children, depth + 1))
    }
  }
  return out
}

const link = (url: string, label: PhrasingContent[]): PhrasingContent => ({
  type: 'link',
  url,
  children: label.length > 0 ? label.flatMap(withoutLinks) : [{ type: 'text', value: url }],
})

function withoutLinks(node: PhrasingContent): PhrasingContent[] {
  if (!('children' in node)) return [node]
  const children = node.children.flatMap(withoutLinks)
  return node.type === 'link' ? children : [{ ...node, children } as PhrasingContent]
}

function addText(out: PhrasingContent[], value: string): void {
  const lines = value.split('\n')
  for (const [index, line] of lines.entries()) {
    if (index > 0) out.push({ type: 'break' })
    const typed = trimBlanks(line, index > 0, index < lines.length - 1)
    const before = out.at(-1)
    if (typed === '') continue
    if (before?.type === 'text') before.value += typed
    else out.push({ type: 'text', value: typed })
  }
}

/** A loop, because a regular expression for the end takes quadratic time. */
function trimBlanks(text: string, start: boolean, end: boolean): string {
  const isBlank = (at: number) => text[at] === ' ' || text[at] === '\t' || text[at] === '\n'
  let from = 0
  let to = text.length
  while (start && from < to && isBlank(from)) from += 1
  while (end && to > from && isBlank(to - 1)) to -= 1
  return text.slice(from, to)
}

import type { BlockContent, Code, List, ListItem, Nodes, PhrasingContent, Root } from 'mdast'
import { toPlainText } from './markdown-render.ts'

type Span = { readonly start: number; readonly end: number }

/** A tree laid out as the text that a person reads, so that it can be cut by positions in that text. */
export type Flat = {
  /** Blocks are parted by an empty line, list items and lines by a line break. */
  readonly text: string
  /** Links and code inside of a line, in order: better not cut. */
  readonly whole: readonly Span[]
  readonly root: Root
  readonly spans: ReadonlyMap<Nodes, Span>
}

const ruleText = '———'

/** Lays out a tree of `parseMarkdown`. */
export function flatten(root: Root): Flat {
  const spans = new Map<Nodes, Span>()
  const whole: Span[] = []
  const parts: string[] = []
  let at = 0
  const put = (text: string) => {
    parts.push(text)
    at += text.length
  }
  const lay = (node: Nodes): void => {
    const start = at
    if ('children' in node) {
      const separator =
        node.type === 'list' ? '\n' : node.type === 'root' || node.type === 'blockquote' || node.type === 'listItem' ? '\n\n' : ''
      for (const [index, child] of node.children.entries()) {
        if (index > 0) put(separator)
        lay(child)
      }
    } else if (node.type === 'break') put('\n')
    else put(node.type === 'thematicBreak' ? ruleText : 'value' in node ? node.value : '')
    const span = { start, end: at }
    spans.set(node, span)
    if (node.type === 'link' || node.type === 'inlineCode' || node.type === 'thematicBreak') whole.push(span)
  }
  lay(root)
  return { text: parts.join(''), whole, root, spans }
}

/**
 * The tree between two positions of `flat.text`: marks, quotes and fences that reach over an edge are closed and opened again;
 * the rest of a list item that began before stands without its bullet, and the items after it keep their numbers.
 */
export function slice(flat: Flat, from: number, to: number): Root {
  const spanOf = (node: Nodes): Span => flat.spans.get(node) ?? { start: 0, end: 0 }
  const cut = (node: Nodes & { value: string }) => {
    const { start } = spanOf(node)
    return { ...node, value: node.value.slice(Math.max(0, from - start), to - start) }
  }
  const phrases = (nodes: readonly PhrasingContent[]): PhrasingContent[] =>
    touched(nodes, spanOf, from, to).map((node): PhrasingContent => {
      if ('children' in node) return { ...node, children: phrases(node.children) } as PhrasingContent
      return 'value' in node ? (cut(node) as PhrasingContent) : node
    })
  const blocks = (nodes: readonly Nodes[]): BlockContent[] =>
    touched(nodes, spanOf, from, to).flatMap((node): BlockContent[] => {
      switch (node.type) {
        case 'paragraph':
        case 'heading':
          return [{ ...node, children: phrases(node.children) }]
        case 'blockquote':
          return [{ ...node, children: blocks(node.children) }]
        case 'list':
          return list(node)
        case 'code':
          return [cut(node) as Code]
        case 'thematicBreak':
          return spanOf(node).start < from ? [] : [node]
        default:
          return []
      }
    })
  const list = (node: List): BlockContent[] => {
    const [first, ...others] = touched(node.children, spanOf, from, to)
    if (!first) return []
    const continued = spanOf(first).start < from
    const items = continued ? others : [first, ...others]
    const start = node.ordered ? { start: (node.start ?? 1) + node.children.indexOf(first) + (continued ? 1 : 0) } : {}
    const whole = { ...node, ...start, children: items.map((item): ListItem => ({ ...item, children: blocks(item.children) })) }
    return [...(continued ? blocks(first.children) : []), ...(items.length > 0 ? [whole] : [])]
  }
  return { type: 'root', children: blocks(flat.root.children) }
}

/** The neighbours that have something between the two positions; halving, because a long text is cut many times. */
function touched<Node extends Nodes>(nodes: readonly Node[], spanOf: (node: Nodes) => Span, from: number, to: number): readonly Node[] {
  let low = 0
  for (let high = nodes.length; low < high; ) {
    const middle = (low + high) >> 1
    if (spanOf(nodes[middle]!).end > from) high = middle
    else low = middle + 1
  }
  let end = low
  while (end < nodes.length && spanOf(nodes[end]!).start < to) end += 1
  return nodes.slice(low, end)
}

/** Writes links as "label (url)" where their address is `tooLong` to go with every piece of the label. */
export function spellOutLinks(root: Root, tooLong: (url: string) => boolean): Root {
  const spell = <Node extends Nodes>(node: Node): Node => {
    if (node.type === 'link' && tooLong(node.url)) {
      const value = toPlainText({ type: 'root', children: [{ type: 'paragraph', children: [node] }] })
      return { type: 'text', value } as Nodes as Node
    }
    return 'children' in node ? { ...node, children: node.children.map(spell) } : node
  }
  return spell(root)
}

import type { Nodes, PhrasingContent, Root } from 'mdast'

/** How one platform writes each mark. `inner`, `label` and `items` are already written; `text`, `code` and `pre` get the bare characters. */
export type Dialect = {
  readonly text: (value: string) => string
  readonly bold: (inner: string) => string
  readonly italic: (inner: string) => string
  readonly strike: (inner: string) => string
  readonly code: (value: string) => string
  readonly pre: (value: string, language: string | undefined) => string
  /** `url` is bare; `bare` says that the label is the link itself. */
  readonly link: (label: string, url: string, bare: boolean) => string
  readonly heading: (inner: string, depth: number) => string
  /** `inner` may have several lines. */
  readonly quote: (inner: string) => string
  /** Items may have several lines; `first`: the first number, undefined for bullets; `run`: how many lists of its kind stood right before it. */
  readonly list: (items: readonly string[], first: number | undefined, run: number) => string
  readonly rule: string
  readonly lineBreak: string
  /** `typed`: blocks that stood on neighbouring lines still do; `apart`: always an empty line between blocks. */
  readonly blocks: 'typed' | 'apart'
}

/** No marks: "label (url)", "• item", code as it is. Spread it and replace what a platform can show. */
export const plainDialect: Dialect = {
  text: (value) => value,
  bold: (inner) => inner,
  italic: (inner) => inner,
  strike: (inner) => inner,
  code: (value) => value,
  pre: (value) => value,
  link: (label, url, bare) => (bare ? label : `${label} (${url})`),
  heading: (inner) => inner,
  quote: (inner) => inner.replace(/^/gm, '> '),
  list: (items, first) => items.map((item, index) => hang(first === undefined ? '• ' : `${first + index}. `, item)).join('\n'),
  rule: '———',
  lineBreak: '\n',
  blocks: 'typed',
}

/** Puts `marker` before the first line and as many spaces before the others. */
export const hang = (marker: string, lines: string): string => marker + lines.replace(/\n(?!\n|$)/g, `\n${' '.repeat(marker.length)}`)

/** Writes a tree of `parseMarkdown` in a dialect; pure, and as long as the tree is wide. */
export const renderMarkdown = (root: Root, dialect: Dialect): string => writeBlocks(root.children, dialect)

/** What a person reads where nothing can be marked. */
export const toPlainText = (root: Root): string => renderMarkdown(root, plainDialect)

function writeBlocks(nodes: readonly Nodes[], dialect: Dialect): string {
  let out = ''
  let before: Nodes | undefined
  let run = 0
  for (const node of nodes) {
    run = before?.type === 'list' && node.type === 'list' && before.ordered === node.ordered ? run + 1 : 0
    const written = writeBlock(node, dialect, run)
    if (written === '') continue
    out += before === undefined ? written : gap(before, node, dialect) + written
    before = node
  }
  return out
}

function gap(before: Nodes, after: Nodes, dialect: Dialect): string {
  const neighbours = before.position && after.position && after.position.start.line - before.position.end.line <= 1
  return dialect.blocks === 'typed' && neighbours && startsInNextLine(before, after) ? '\n' : '\n\n'
}

/** CommonMark reads some blocks as a part of the one above unless an empty line parts them. */
function startsInNextLine(before: Nodes, after: Nodes): boolean {
  if (after.type === 'paragraph') return before.type !== 'blockquote' && before.type !== 'list'
  return after.type !== 'list' || ((after.start ?? 1) === 1 && after.children[0]?.children.length !== 0)
}

function writeBlock(node: Nodes, dialect: Dialect, run: number): string {
  switch (node.type) {
    case 'paragraph':
      return writePhrases(node.children, dialect)
    case 'heading': {
      const inner = writePhrases(node.children, dialect)
      return inner === '' ? '' : dialect.heading(inner, node.depth)
    }
    case 'blockquote': {
      const inner = writeBlocks(node.children, dialect)
      return inner === '' ? '' : dialect.quote(inner)
    }
    case 'list': {
      const items = node.children.map((item) => writeBlocks(item.children, dialect))
      return dialect.list(items, node.ordered ? (node.start ?? 1) : undefined, run)
    }
    case 'code':
      return node.value === '' ? '' : dialect.pre(node.value, node.lang ?? undefined)
    case 'thematicBreak':
      return dialect.rule
    default:
      return 'value' in node ? dialect.text(node.value) : ''
  }
}

function writePhrases(nodes: readonly PhrasingContent[], dialect: Dialect): string {
  let out = ''
  for (const node of nodes) out += writePhrase(node, dialect)
  return out
}

function writePhrase(node: PhrasingContent, dialect: Dialect): string {
  switch (node.type) {
    case 'text':
      return dialect.text(node.value)
    case 'strong':
      return dialect.bold(writePhrases(node.children, dialect))
    case 'emphasis':
      return dialect.italic(writePhrases(node.children, dialect))
    case 'delete':
      return dialect.strike(writePhrases(node.children, dialect))
    case 'inlineCode':
      return dialect.code(node.value)
    case 'link': {
      const label = writePhrases(node.children, plainDialect)
      return dialect.link(writePhrases(node.children, dialect), node.url, label === node.url || `mailto:${label}` === node.url)
    }
    case 'break':
      return dialect.lineBreak
    default:
      return 'value' in node ? dialect.text(node.value) : ''
  }
}

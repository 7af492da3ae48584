import { escapeMarkdown, markdownDialect } from '../../src/channel/kit/markdown.ts'
import { decodeEntities } from './html.ts'

type Node = { readonly tag: string; readonly closes: string; readonly href?: string; readonly children: (Node | string)[] }

const tags: { readonly [name: string]: string } = {
  b: 'strong',
  strong: 'strong',
  i: 'em',
  em: 'em',
  s: 'strike',
  strike: 'strike',
  del: 'strike',
  code: 'code',
  pre: 'pre',
  codeblock: 'pre',
  blockquote: 'blockquote',
  ul: 'ul',
  ol: 'ol',
  li: 'li',
  a: 'a',
  p: 'p',
  div: 'p',
  at: 'at',
  span: 'span',
}
/** Without one of these the plain text says as much. */
const marks = /<(b|strong|i|em|s|strike|del|code|pre|codeblock|blockquote|ul|ol|a)[\s>]/i
const deepest = 20

const quoted = /<blockquote\b[^>]*schema\.skype\.com\/Reply[^>]*>.*?<\/blockquote>/gis

/**
 * The HTML that Teams sends beside a formatted message, as markdown; undefined where the plain text says as much. The preview of a
 * message that it replies to is left out: the reply names that message. Never throws: what it does not know is text.
 */
export function markdownOf(html: string, mention: (name: string) => string): string | undefined {
  if (html.length > 200_000) return undefined
  const own = html.replace(quoted, '')
  if (own === html && !marks.test(html)) return undefined
  const written = blocks(treeOf(own).children, mention)
  return written.replace(/\n{3,}/g, '\n\n').trim()
}

function treeOf(html: string): Node {
  const root: Node = { tag: 'p', closes: '', children: [] }
  const open: Node[] = [root]
  const token = /<(\/?)([a-z][a-z0-9]*)((?:\s+[^<>]*)?)\/?>|([^<]+|<)/gi
  for (const [, closing, name, attributes, text] of html.matchAll(token)) {
    const top = open.at(-1)!
    if (text !== undefined) top.children.push(decodeEntities(text))
    else if (name!.toLowerCase() === 'br') top.children.push('\n')
    else {
      const isMention = /schema\.skype\.com\/Mention/i.test(attributes ?? '')
      const tag = tags[name!.toLowerCase()]
      if (tag === undefined) continue
      if (closing === '/') {
        const at = open.findLastIndex((node) => node.closes === tag)
        if (at > 0) open.length = at
      } else if (open.length <= deepest) {
        const href = /href="([^"]*)"/i.exec(attributes ?? '')?.[1]
        const node: Node = {
          tag: isMention ? 'at' : tag,
          closes: tag,
          ...(href === undefined ? {} : { href: decodeEntities(href) }),
          children: [],
        }
        top.children.push(node)
        open.push(node)
      }
    }
  }
  return root
}

const isBlock = (node: Node | string): node is Node => typeof node !== 'string' && /^(p|pre|blockquote|ul|ol)$/.test(node.tag)

/** Neighbours that are no blocks make one paragraph. */
function blocks(nodes: readonly (Node | string)[], mention: (name: string) => string): string {
  const out: string[] = []
  let line: (Node | string)[] = []
  const flush = () => {
    const written = inline(line, mention).trim()
    if (written !== '') out.push(written)
    line = []
  }
  for (const node of nodes) {
    if (!isBlock(node)) line.push(node)
    else {
      flush()
      const written = block(node, mention)
      if (written !== '') out.push(written)
    }
  }
  flush()
  return out.join('\n\n')
}

function block(node: Node, mention: (name: string) => string): string {
  switch (node.tag) {
    case 'pre':
      return markdownDialect.pre(plain(node).replace(/^\n|\n$/g, ''), undefined)
    case 'blockquote':
      return markdownDialect.quote(blocks(node.children, mention))
    case 'ul':
    case 'ol': {
      const items = node.children.filter((child): child is Node => typeof child !== 'string' && child.tag === 'li')
      return markdownDialect.list(
        items.map((item) => blocks(item.children, mention)),
        node.tag === 'ol' ? 1 : undefined,
        0,
      )
    }
    default:
      return blocks(node.children, mention)
  }
}

const plain = (node: Node | string): string => (typeof node === 'string' ? node : node.children.map(plain).join(''))

function inline(nodes: readonly (Node | string)[], mention: (name: string) => string): string {
  return nodes
    .map((node) => {
      if (typeof node === 'string') return escapeMarkdown(node.replace(/[ \t\u00a0]+/g, ' '))
      const inner = () => inline(node.children, mention)
      switch (node.tag) {
        case 'strong':
          return markdownDialect.bold(inner())
        case 'em':
          return markdownDialect.italic(inner())
        case 'strike':
          return markdownDialect.strike(inner())
        case 'code':
          return plain(node).trim() === '' ? '' : markdownDialect.code(plain(node))
        case 'a':
          return node.href && plain(node).trim() !== '' ? markdownDialect.link(inner(), node.href, plain(node) === node.href) : inner()
        case 'at':
          return escapeMarkdown(mention(plain(node)))
        default:
          return inner()
      }
    })
    .join('')
}

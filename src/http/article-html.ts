import type { BlockContent, ListItem, Nodes, PhrasingContent } from 'mdast'
import { parseMarkdown } from '../channel/kit/markdown.ts'

const marks: { readonly [mark: string]: string } = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** For text and for values of attributes in double quotes. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (mark) => marks[mark]!)

const isSafeUrl = (url: string): boolean => /^(?:https?:\/\/|mailto:|tel:)/i.test(url) && URL.canParse(url)

const inline = (node: PhrasingContent): string => {
  switch (node.type) {
    case 'text':
      return escapeHtml(node.value)
    case 'break':
      return '<br>'
    case 'strong':
      return `<strong>${phrases(node.children)}</strong>`
    case 'emphasis':
      return `<em>${phrases(node.children)}</em>`
    case 'delete':
      return `<s>${phrases(node.children)}</s>`
    case 'inlineCode':
      return `<code>${escapeHtml(node.value)}</code>`
    case 'link':
      return isSafeUrl(node.url)
        ? `<a href="${escapeHtml(node.url)}" rel="noopener noreferrer nofollow">${phrases(node.children)}</a>`
        : phrases(node.children)
    default:
      return ''
  }
}
const phrases = (nodes: readonly PhrasingContent[]): string => nodes.map(inline).join('')

/** A single paragraph in an item stands without its own space. */
const item = ({ children }: ListItem, place: Place): string =>
  children.length > 0 && children[0]!.type === 'paragraph' && children.every(({ type }, index) => index === 0 || type === 'list')
    ? `<li>${phrases((children[0] as Extract<BlockContent, { type: 'paragraph' }>).children)}${blocks(children.slice(1), place)}</li>`
    : `<li>${blocks(children, place)}</li>`

/** Where in the page we are: the level of the last heading, and how many there were. */
type Place = { level: number; headings: number }

const block = (node: Nodes, place: Place): string => {
  switch (node.type) {
    case 'paragraph':
      return `<p>${phrases(node.children)}</p>`
    case 'heading': {
      place.level = Math.min(place.level + 1, Math.max(2, node.depth))
      place.headings += 1
      return `<h${place.level} id="part-${place.headings}">${phrases(node.children)}</h${place.level}>`
    }
    case 'code':
      return `<pre tabindex="0"><code>${escapeHtml(node.value)}</code></pre>`
    case 'blockquote':
      return `<blockquote>${blocks(node.children, place)}</blockquote>`
    case 'list': {
      const inside = node.children.map((one) => item(one, place)).join('')
      return node.ordered
        ? `<ol${node.start === 1 || node.start == null ? '' : ` start="${node.start}"`}>${inside}</ol>`
        : `<ul>${inside}</ul>`
    }
    case 'thematicBreak':
      return '<hr>'
    default:
      return ''
  }
}
const blocks = (nodes: readonly Nodes[], place: Place): string => nodes.map((node) => block(node, place)).join('\n')

/** An article's Markdown as HTML below a page's `h1`: no HTML of its own, no pictures, links to the web, mail and telephones alone. Headings are `part-1`, `part-2` … */
export const bodyHtml = (markdown: string): string => blocks(parseMarkdown(markdown).children, { level: 1, headings: 0 })

const style = `:root{color-scheme:light dark;--page:light-dark(#eef1f4,#101317);--surface:light-dark(#fff,#1a1f26);--line:light-dark(#e1e6eb,#2d3540);--text:light-dark(#18212b,#e9edf2);--muted:light-dark(#566473,#9dabba);--accent:light-dark(#14686b,#62c4be)}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--text);font:1rem/1.6 system-ui,sans-serif;overflow-wrap:anywhere}
header,main,footer{max-width:44rem;margin:0 auto;padding:1rem 1.25rem}
header{font-weight:600;color:var(--accent)}
main{background:var(--surface);border:1px solid var(--line);border-radius:14px;padding:1.25rem 1.25rem 1.5rem}
@media (min-width:48rem){main{padding:2rem 2.5rem 2.25rem}header{padding-top:1.75rem}}
@media (max-width:30rem){main{border-radius:0;border-inline:0}}
h1{font-size:1.6rem;line-height:1.25;margin:0 0 .25rem}
h2{font-size:1.2rem;line-height:1.3;margin:1.8rem 0 .5rem}
h3,h4,h5,h6{font-size:1.05rem;margin:1.4rem 0 .4rem}
h2:target,h3:target{scroll-margin-top:1rem}
p,ul,ol{margin:.6rem 0}
li{margin:.3rem 0}
ul,ol{padding-inline-start:1.5rem}
a{color:var(--accent);text-underline-offset:2px}
code{font:.9em ui-monospace,monospace;padding:.1em .35em;border-radius:5px;background:color-mix(in srgb,currentcolor 9%,transparent)}
pre{padding:.8rem 1rem;border-radius:8px;overflow-x:auto;background:color-mix(in srgb,currentcolor 7%,transparent)}
pre code{padding:0;background:none}
blockquote{margin:.8rem 0;padding:.1rem 0 .1rem 1rem;border-inline-start:3px solid var(--accent)}
hr{border:0;border-top:1px solid var(--line);margin:1.5rem 0}
.muted,footer{color:var(--muted);font-size:.9rem}
.muted{margin:0 0 1rem}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}`

/** A page of its own: readable on a handset, without a script. `inside` is HTML. */
export const page = (of: {
  readonly title: string
  readonly desk: string
  readonly inside: string
  readonly foot: string
}): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escapeHtml(of.title)} · ${escapeHtml(of.desk)}</title>
<style>${style}</style>
</head>
<body>
<header>${escapeHtml(of.desk)}</header>
<main>
<h1>${escapeHtml(of.title)}</h1>
${of.inside}
</main>
<footer>${escapeHtml(of.foot)}</footer>
</body>
</html>
`

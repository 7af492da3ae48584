/** What may stand within a line of a message. */
export type Inline =
  | { readonly is: 'text' | 'code'; readonly text: string }
  | { readonly is: 'bold' | 'italic' | 'strike'; readonly inside: readonly Inline[] }
  | { readonly is: 'link'; readonly href: string; readonly inside: readonly Inline[] }
  | { readonly is: 'break' }

const maxDepth = 6

/** http, https and mailto only; anything else is no link. */
export function safeLink(url: string): string | null {
  return /^(?:https?:\/\/[^\s/]|mailto:[^\s])/i.test(url) ? url : null
}

const bare = /\bhttps?:\/\/[^\s<>]+/g

/** Text as typed, with line breaks and web addresses that can be followed. */
export function plainInlines(text: string): readonly Inline[] {
  const out: Inline[] = []
  let from = 0
  for (const match of text.matchAll(bare)) {
    const href = trimmedAddress(match[0])
    pushText(out, text.slice(from, match.index))
    out.push({ is: 'link', href, inside: [{ is: 'text', text: href }] })
    from = match.index + href.length
  }
  pushText(out, text.slice(from))
  return out
}

/** Spans are bounded, so that a wall of unclosed marks takes linear time. */
const patterns = {
  escape: /\\([!-/:-@[-`{-~])/y,
  code: /(`{1,3})([^`](?:[^`]|(?!\1)`){0,999}?)\1(?!`)/y,
  link: /!?\[((?:\\.|[^[\]\\]){0,500})\]\(<?([^\s<>()]{1,2000}(?:\([^\s()<>]{0,200}\)[^\s()<>]{0,200})?)>?(?: +"[^"\n]{0,200}")?\)/y,
  angled: /<((?:https?:\/\/|mailto:)[^\s<>]{1,2000})>/y,
  bare: /https?:\/\/[^\s<>]+/y,
  bold: /(\*\*|__)(?=\S)((?:[^\n]|\n(?!\n)){0,999}?[^\s\\])\1(?!\1)/y,
  italic: /([*_])(?=[^\s*_])((?:[^\n]|\n(?!\n)){0,999}?[^\s\\])\1(?![*\w])/y,
  strike: /(~~)(?=\S)((?:[^\n]|\n(?!\n)){0,999}?[^\s\\])~~/y,
}

/** The marks of one paragraph; marks that do not close are text as typed. */
export function parseInlines(text: string, depth: number): readonly Inline[] {
  const out: Inline[] = []
  let plain = ''
  let at = 0
  while (at < text.length) {
    const found = markAt(text, at, depth)
    if (found === null) plain += text[at]
    else if (typeof found.node === 'string') plain += found.node
    else {
      pushText(out, plain)
      plain = ''
      out.push(found.node)
    }
    at += found?.length ?? 1
  }
  pushText(out, plain)
  return out
}

/** A node, or text that stands for itself, and how much of the source it takes; null: nothing begins here. */
type Found = { readonly node: Inline | string; readonly length: number } | null

function markAt(text: string, at: number, depth: number): Found {
  const take = (pattern: RegExp) => {
    pattern.lastIndex = at
    return pattern.exec(text)
  }
  const span = (is: 'bold' | 'italic' | 'strike', pattern: RegExp): Found => {
    const match = depth < maxDepth ? take(pattern) : null
    return match && { node: { is, inside: parseInlines(match[2] as string, depth + 1) }, length: match[0].length }
  }
  const inWord = /\w/.test(text[at - 1] ?? '')
  switch (text[at]) {
    case '\\': {
      const match = take(patterns.escape)
      return match && { node: match[1] as string, length: 2 }
    }
    case '`': {
      const match = take(patterns.code)
      return match && { node: { is: 'code', text: match[2] as string }, length: match[0].length }
    }
    case '!':
    case '[':
      return linkOf(take(patterns.link), depth)
    case '<': {
      const match = take(patterns.angled)
      return match && address(match[1] as string, match[0].length)
    }
    case 'h': {
      const match = inWord ? null : take(patterns.bare)
      const href = match && trimmedAddress(match[0])
      return href ? address(href, href.length) : null
    }
    case '*':
      return span('bold', patterns.bold) ?? span('italic', patterns.italic)
    case '_':
      return inWord ? null : (span('bold', patterns.bold) ?? span('italic', patterns.italic))
    case '~':
      return span('strike', patterns.strike)
    default:
      return null
  }
}

const address = (href: string, length: number): Found => ({
  node: { is: 'link', href, inside: [{ is: 'text', text: href.replace(/^mailto:/i, '') }] },
  length,
})

function linkOf(match: RegExpExecArray | null, depth: number): Found {
  if (!match) return null
  const href = safeLink(match[2] as string)
  if (!href) return { node: match[0], length: match[0].length }
  const label = match[1] || href
  const inside: readonly Inline[] = depth < maxDepth ? withoutLinks(parseInlines(label, depth + 1)) : [{ is: 'text', text: label }]
  return { node: { is: 'link', href, inside }, length: match[0].length }
}

const withoutLinks = (nodes: readonly Inline[]): readonly Inline[] =>
  nodes.flatMap((node) =>
    node.is === 'link'
      ? node.inside
      : node.is === 'bold' || node.is === 'italic' || node.is === 'strike'
        ? [{ ...node, inside: withoutLinks(node.inside) }]
        : [node],
  )

function trimmedAddress(found: string): string {
  const address = found.replace(/[.,;:!?'"*_]+$/, '')
  return address.endsWith(')') && !address.includes('(') ? address.slice(0, -1) : address
}

function pushText(out: Inline[], text: string): void {
  for (const [index, line] of text.split('\n').entries()) {
    if (index > 0) out.push({ is: 'break' })
    if (line !== '') out.push({ is: 'text', text: line })
  }
}

import type { Text } from '../../src/channel/index.ts'
import { markdownDialect, type Root, renderMarkdown } from '../../src/channel/kit/markdown.ts'
import type { Block, RichElement, Style } from './wire.ts'

type Phrase = Extract<Root['children'][number], { type: 'paragraph' }>['children'][number]
type Labels = ReadonlyMap<string, string>

/**
 * What a person typed, as Slack keeps it: exact, where the message's `text` leaves open whether a star was a star. Markdown only where
 * something is marked. `bot` is our own user id: a mention of it at the start is left out. Undefined where there is no rich text.
 */
export function richText(blocks: readonly Block[], labels: Labels, bot: string | undefined): Text | undefined {
  const rich = blocks.filter((block) => block.type === 'rich_text')
  if (rich.length === 0 || rich.length < blocks.length) return undefined
  const parts = withoutMention(
    rich.flatMap((block) => block.elements ?? []),
    bot,
  )
  const isMarked = parts.some((part) => part.type !== 'rich_text_section' || (part.elements ?? []).some(isMark))
  if (!isMarked)
    return { type: 'text', text: parts.map((part) => (part.elements ?? []).map((one) => plain(one, labels)).join('')).join('\n') }
  const root = { type: 'root', children: parts.flatMap((part) => blockOf(part, labels)) } as Root
  return { type: 'text', text: renderMarkdown(root, markdownDialect), format: 'markdown' }
}

const styleOf = ({ style }: RichElement): Style => (typeof style === 'object' && style !== null ? style : {})
const isMark = (element: RichElement): boolean =>
  Object.values(styleOf(element)).some(Boolean) || (element.type === 'link' && !!element.text && element.text !== element.url)

function withoutMention(parts: readonly RichElement[], bot: string | undefined): readonly RichElement[] {
  const [first, ...others] = parts
  const [mention, ...rest] = first?.elements ?? []
  if (bot === undefined || mention?.type !== 'user' || mention.user_id !== bot) return parts
  const [next, ...after] = rest
  const trimmed = next?.type === 'text' ? [{ ...next, text: (next.text ?? '').replace(/^[\s,:]+/, '') }, ...after] : rest
  const isSomething = trimmed.some((element) => element.type !== 'text' || element.text?.trim()) || others.length > 0
  return isSomething ? [{ ...first!, elements: trimmed }, ...others] : parts
}

function plain(element: RichElement, labels: Labels): string {
  const named = (id: string | undefined) => labels.get(id ?? '') ?? id ?? ''
  switch (element.type) {
    case 'text':
      return element.text ?? ''
    case 'link':
      return element.text && element.text !== element.url ? `${element.text} (${element.url})` : (element.url ?? '')
    case 'user':
      return `@${named(element.user_id)}`
    case 'usergroup':
      return `@${named(element.usergroup_id)}`
    case 'channel':
      return `#${named(element.channel_id)}`
    case 'broadcast':
      return `@${element.range ?? 'here'}`
    case 'emoji':
      return signOf(element)
    default:
      return element.fallback ?? element.value ?? element.text ?? ''
  }
}

/** `unicode` lists code points in hexadecimal, joined by dashes; a workspace's own emoji has none. */
function signOf({ unicode, name }: RichElement): string {
  const points = (unicode ?? '').split('-').map((point) => Number.parseInt(point, 16))
  return points.every((point) => point > 0 && point <= 0x10ffff) ? String.fromCodePoint(...points) : `:${name ?? ''}:`
}

function blockOf(part: RichElement, labels: Labels): readonly object[] {
  const elements = part.elements ?? []
  switch (part.type) {
    case 'rich_text_list': {
      const ordered = part.style === 'ordered'
      const children = elements.map((item) => ({ type: 'listItem', children: [paragraph(item.elements ?? [], labels)] }))
      const list = { type: 'list', ordered, ...(ordered ? { start: (part.offset ?? 0) + 1 } : {}), children }
      return [list]
    }
    case 'rich_text_quote':
      return [{ type: 'blockquote', children: [paragraph(elements, labels)] }]
    case 'rich_text_preformatted':
      return [{ type: 'code', value: elements.map((element) => plain(element, labels)).join('') }]
    default:
      return elements.length > 0 ? [paragraph(elements, labels)] : []
  }
}

function paragraph(elements: readonly RichElement[], labels: Labels): object {
  const children = elements.flatMap((element) => phrasesOf(element, labels))
  while (children.at(-1)?.type === 'break') children.pop()
  return { type: 'paragraph', children }
}

/** A line break ends a mark: markdown's marks cannot reach over an empty line. */
function phrasesOf(element: RichElement, labels: Labels): readonly Phrase[] {
  const style = styleOf(element)
  if (element.type === 'link' && element.url) {
    const label: Phrase = { type: 'text', value: element.text || element.url }
    return [styled({ type: 'link', url: element.url, children: [label] } as Phrase, { ...style, code: false })]
  }
  return plain(element, labels)
    .split('\n')
    .flatMap((line, index): readonly Phrase[] => [
      ...(index > 0 ? [{ type: 'break' } as Phrase] : []),
      ...(line === ''
        ? []
        : line.trim() === ''
          ? [{ type: 'text', value: line } as Phrase]
          : [styled({ type: 'text', value: line }, style)]),
    ])
}

function styled(phrase: Phrase, style: Style): Phrase {
  let out = phrase
  if (style.code && out.type === 'text') out = { type: 'inlineCode', value: out.value }
  if (style.strike) out = { type: 'delete', children: [out] }
  if (style.italic) out = { type: 'emphasis', children: [out] }
  if (style.bold) out = { type: 'strong', children: [out] }
  return out
}

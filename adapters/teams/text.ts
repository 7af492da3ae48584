import type { Text } from '../../src/channel/index.ts'
import { decodeEntities, textOfHtml } from './html.ts'
import { markdownOf } from './html-in.ts'
import { isBot, type ParseContext } from './people.ts'
import type { Activity, Attachment, Entity } from './wire.ts'

/** What the person wrote, readable: mentions of us are gone, those of others are names. Undefined where there is nothing. */
export function textOf(activity: Activity, context: ParseContext): Text | undefined {
  const raw = typeof activity.text === 'string' ? activity.text : ''
  const html = htmlOf(activity.attachments)
  const mentions = mentionsOf(activity)
  const format = activity.textFormat
  if (html !== undefined) {
    const marked = markdownOf(html, (name) => nameFor(name, mentions, activity, context))
    if (marked !== undefined && marked.trim() !== '') return { type: 'text', text: marked, format: 'markdown' }
  }
  const typed = format === 'xml' ? textOfHtml(raw) : unescaped(raw, html)
  const words = withoutMentions(typed, mentions, activity, context)
  if (words.trim() === '') return mentions.length > 0 ? { type: 'text', text: spoken(raw) } : undefined
  return { type: 'text', text: words, ...(format === 'markdown' ? { format } : {}) }
}

/** Somebody who says nothing but our name. */
const spoken = (raw: string): string => `@${textOfHtml(raw).trim()}`

export const mentionsOf = ({ entities }: Activity): readonly Entity[] =>
  (Array.isArray(entities) ? (entities as readonly Entity[]) : []).filter((entity) => entity?.type === 'mention')

/** In a group: is there a mention of us? Told by the entities, because anybody can type `<at>`. */
export const isAddressed = (activity: Activity, context: ParseContext): boolean =>
  mentionsOf(activity).some(({ mentioned }) => isBot(mentioned, activity, context))

const htmlOf = (attachments: readonly Attachment[] | undefined): string | undefined => {
  const found = (Array.isArray(attachments) ? attachments : []).find((one: Attachment) => one?.contentType === 'text/html')?.content
  return typeof found === 'string' ? found : undefined
}

/** The same message also comes as HTML: where only the unescaped text says the same as that, the text was escaped. */
function unescaped(raw: string, html: string | undefined): string {
  if (html === undefined || !raw.includes('&')) return raw
  const squeezed = (words: string) => words.replace(/\s/g, '')
  const shown = squeezed(textOfHtml(html))
  const decoded = decodeEntities(raw)
  return squeezed(raw) !== shown && squeezed(textOfHtml(raw)) === shown ? decoded : raw
}

function withoutMentions(typed: string, mentions: readonly Entity[], activity: Activity, context: ParseContext): string {
  if (mentions.length === 0) return typed
  let words = typed
  for (const { text, mentioned } of mentions) {
    if (typeof text !== 'string' || text === '') continue
    const name = textOfHtml(text).trim()
    words = words.replace(text, () => (isBot(mentioned, activity, context) ? '' : `@${name}`))
  }
  return words.replace(/^(\s|&nbsp;)+/, '').trimEnd()
}

/** A mention inside of the HTML: only the entities say whose it is. */
function nameFor(name: string, mentions: readonly Entity[], activity: Activity, context: ParseContext): string {
  const ours = mentions.some(
    ({ text, mentioned }) => typeof text === 'string' && textOfHtml(text).trim() === name.trim() && isBot(mentioned, activity, context),
  )
  return ours ? '' : `@${name}`
}

import type { MessageView } from '../../src/http/api-types.ts'
import { dayKey } from './time.ts'

/** Messages of one author that follow each other closely are shown as one group. */
export type Group = {
  readonly id: string
  readonly author: MessageView['author']
  readonly note: boolean
  readonly day: string
  readonly messages: readonly MessageView[]
}
export type Line =
  | { readonly is: 'day'; readonly at: string }
  | { readonly is: 'group'; readonly group: Group }
  | { readonly is: 'notice'; readonly message: MessageView }

const togetherMs = 5 * 60_000

/** A short word of the hub itself ("Grace joined") stands between the bubbles rather than in one. */
function isNotice(message: MessageView): boolean {
  if (message.author.by !== 'hub' || message.deleted) return false
  return message.content.length > 0 && message.content.every((content) => content.type === 'text' && content.text.length <= 240)
}

/** Sorted by `seq`; a later message with the same key stands where the first one stood. */
export function placed(messages: readonly MessageView[]): readonly MessageView[] {
  const sorted = [...messages].sort((a, b) => a.seq - b.seq)
  const places = new Map<string, number>()
  const out: MessageView[] = []
  for (const message of sorted) {
    const place = message.key === undefined ? undefined : places.get(message.key)
    if (place !== undefined) out[place] = message
    else {
      if (message.key !== undefined) places.set(message.key, out.length)
      out.push(message)
    }
  }
  return out
}

/** What is drawn from top to bottom: days, notices and groups. */
export function linesOf(messages: readonly MessageView[]): readonly Line[] {
  const lines: Line[] = []
  let day = ''
  let open: (Group & { messages: MessageView[] }) | undefined
  for (const message of messages) {
    const today = dayKey(message.at)
    if (today !== day) {
      lines.push({ is: 'day', at: message.at })
      day = today
      open = undefined
    }
    if (isNotice(message)) {
      lines.push({ is: 'notice', message })
      open = undefined
      continue
    }
    const last = open?.messages.at(-1)
    const joins =
      open &&
      last &&
      open.author.by === message.author.by &&
      open.author.name === message.author.name &&
      open.note === (message.note === true)
    if (open && joins && Date.parse(message.at) - Date.parse((last as MessageView).at) < togetherMs) open.messages.push(message)
    else {
      open = { id: message.id, author: message.author, note: message.note === true, day: today, messages: [message] }
      lines.push({ is: 'group', group: open })
    }
  }
  return lines
}

/** The message whose choices may still be taken: the newest, as long as nothing was said after it. */
export function openChoices(messages: readonly MessageView[]): string | undefined {
  const newest = messages.findLast((message) => !message.note && !isNotice(message))
  return newest && newest.author.by !== 'person' ? newest.id : undefined
}

/** What was taken from a message's choices: the label that the person's next message repeats. */
export function chosenLabel(messages: readonly MessageView[], index: number): string | undefined {
  const next = messages.slice(index + 1).find((message) => message.author.by === 'person')
  const first = next?.content[0]
  return first?.type === 'text' ? first.text : undefined
}

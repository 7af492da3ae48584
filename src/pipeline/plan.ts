import type { Capabilities, Content, FileRef, Why } from '../channel/index.ts'
import type { Conversation, Message } from '../core/conversation.ts'
import { degrade } from '../core/degrade.ts'
import type { Turn } from '../core/turn.ts'
import { windowFor, windowOfWhy } from '../core/window.ts'
import type { Channel, Plan } from './ports.ts'

/** Turns what was said into the platform calls it takes. Pure but for `link`, which signs. */
export function plan(channel: Channel, turn: Turn, now: string, link: (file: FileRef) => string): readonly Plan[] {
  const ours = turn.said.filter((message) => message.author.by !== 'person' && message.note !== true)
  if (ours.length === 0) return []
  const { adapter } = channel
  const to = turn.next.address
  const can: Capabilities = { ...channel.can, ...adapter.narrow?.(to) }
  const pieces = ours.flatMap((message) =>
    message.content.flatMap((content) => degrade(content, can, link)).map((content) => ({ message, content })),
  )
  const plans: Plan[] = []
  for (let start = 0; start < pieces.length; ) {
    const first = pieces[start]!
    const why = whyOf(can, turn.next, first.message, now)
    const group = together(pieces, start, can.messagesPerCall)
    start += group.length
    const contents = group.map((piece) => piece.content)
    const messages = [...new Set(group.map((piece) => piece.message.number))]
    const bytes = contents.reduce((sum, content) => sum + bytesOf(content), 0)
    const revises = can.edit && first.message.key !== undefined ? first.message.key : undefined
    for (const payload of adapter.render(contents, to, why))
      plans.push({ messages, payload, bytes, ...(revises === undefined ? {} : { revises }) })
  }
  return plans
}

type Piece = { readonly message: Message; readonly content: Content }

/** The pieces that one call may carry: neighbours of one author, none of them with a life of its own. */
function together(pieces: readonly Piece[], start: number, atMost: number): readonly Piece[] {
  const first = pieces[start]!
  const group = [first]
  for (let next = pieces[start + 1]; next && group.length < atMost; next = pieces[start + group.length]) {
    if (first.message.key !== undefined || next.message.key !== undefined || next.message.author.by !== first.message.author.by) break
    group.push(next)
  }
  return group
}

function whyOf(can: Capabilities, conversation: Conversation, message: Message, now: string): Why {
  const author = message.author.by === 'virtual-agent' || message.author.by === 'technician' ? message.author.by : 'system'
  return { author, window: windowOfWhy(windowFor(can.replyWindow, conversation.lastHeardAt, author, now)) }
}

const bytesOf = (content: Content): number =>
  content.type === 'media' ? (content.file.bytes ?? 0) : content.type === 'card' && content.image ? (content.image.bytes ?? 0) : 0

import type { Capabilities, Content, EventId, PlatformMessageId } from '../channel/index.ts'
import type { Author, Chat, ChatId, Conversation, Heard, Message, Outcome, ReceiptNote } from './conversation.ts'
import { sourcesOf } from './sources.ts'
import type { TimerRules } from './timers.ts'

/** What a turn may know besides the conversation itself. */
export type TurnContext = {
  readonly source: string | null
  readonly can: Capabilities
  readonly rules: TimerRules
  readonly now: string
}

export type Revision = { readonly message: PlatformMessageId; readonly content: readonly Content[] | null; readonly at: string }
export type Reaction = {
  readonly message: PlatformMessageId
  readonly person: string
  readonly emoji: string
  readonly on: boolean
  readonly at: string
}

/** A turn in the making: the conversation as far as it has come, and what has come of it. */
export type Draft = {
  conversation: Conversation
  readonly context: TurnContext
  readonly said: Message[]
  readonly heard: Heard[]
  readonly receipts: ReceiptNote[]
  readonly revisions: Revision[]
  readonly reactions: Reaction[]
  readonly outcomes: Map<number, Outcome>
  /** The album whose first row is the message of that number; further rows that follow it directly belong to it. */
  album: { readonly id: string; readonly message: number } | null
  /** Something happened besides what the hub told: timers count from now. */
  moved: boolean
  /** See `Turn`. */
  meanwhile?: string
}

export const startDraft = (conversation: Conversation, context: TurnContext): Draft => ({
  conversation,
  context,
  said: [],
  heard: [],
  receipts: [],
  revisions: [],
  reactions: [],
  outcomes: new Map(),
  album: null,
  moved: true,
})

/** Changes fields of the conversation in the making. */
export function change(draft: Draft, fields: Partial<Conversation>): void {
  draft.conversation = { ...draft.conversation, ...fields }
}

/** The open chat; a message to a closed conversation opens the next one, with the virtual agent. */
export function openChat(draft: Draft, at: string): Chat {
  const { conversation } = draft
  if (conversation.chat) return conversation.chat
  const number = conversation.chats + 1
  const chat: Chat = { id: `${conversation.id}.${number}` as ChatId, number, openedAt: at }
  change(draft, { chat, chats: number, owner: { by: 'virtual-agent' }, offered: [] })
  return chat
}

/** The memory stays: what somebody was in the middle of may be gone on with in the next chat. */
export function closeChat(draft: Draft): void {
  change(draft, { chat: null, owner: { by: 'nobody' }, offered: [], unanswered: false })
}

type More = {
  readonly event?: EventId
  readonly platform?: PlatformMessageId
  readonly replyTo?: PlatformMessageId
  readonly note?: boolean
  readonly key?: string
}

/** Writes down what somebody says, numbered and tagged with its sources. */
export function say(draft: Draft, author: Author, content: readonly Content[], at: string, more: More = {}): void {
  const chat = openChat(draft, at)
  const number = draft.conversation.messages + 1
  const sources = sourcesOf(draft.context.source, draft.conversation.owner)
  draft.said.push({ number, chat: chat.id, author, content, at, sources, ...more })
  change(draft, { messages: number })
}

/** What the hub itself has to tell. */
export const tell = (draft: Draft, text: string, at: string, key?: string): void =>
  say(draft, { by: 'hub' }, [{ type: 'text', text }], at, key === undefined ? {} : { key })

import type {
  Address,
  Choice,
  Content,
  EventId,
  Failure,
  FileRef,
  Id,
  InboundEvent,
  Json,
  Person,
  PersonKey,
  PlatformMessageId,
} from '../channel/index.ts'

export type ConversationId = Id<'conversation'>
/** `<conversation>.<number of the chat in it>`. */
export type ChatId = Id<'chat'>
export type TechnicianId = Id<'technician'>

/** Who has the word. Exactly one, always. */
export type Owner =
  | { readonly by: 'virtual-agent' }
  | {
      readonly by: 'queue'
      readonly skill: string
      readonly since: string
      readonly summary: string
      /** The place that routing saw last, so that only a change is told. */
      readonly told?: number
    }
  | { readonly by: 'technician'; readonly technician: TechnicianId; readonly name: string; readonly since: string; readonly skill: string }
  | { readonly by: 'nobody' }

/** One run of a conversation, from the first message to the close. History, requests and assignments hang on it. */
export type Chat = { readonly id: ChatId; readonly number: number; readonly openedAt: string }

/** One address, for ever: the mailbox, the order, the delivery. Changed by its turns alone. */
export type Conversation = {
  readonly id: ConversationId
  readonly address: Address
  /** Who spoke last. */
  readonly person: Person | null
  readonly owner: Owner
  /** The open chat; null exactly where the owner is nobody. */
  readonly chat: Chat | null
  /** How many chats there have been. */
  readonly chats: number
  /** The virtual agent's notes; only it reads them. They outlive a chat. */
  readonly memory: Json
  /** What we offered last, so that a typed "2" is understood where there are no buttons. In groups: to whom. */
  readonly offered: readonly Offer[]
  readonly lastHeardAt: string | null
  /** Whether the last word was the person's (somebody waits for an answer). */
  readonly unanswered: boolean
  readonly reach: 'reachable' | 'blocked' | 'left'
  /** The next timed step; every waiting conversation has one. */
  readonly timer: Timer | null
  /** Counters: messages and parts are numbered within the conversation. */
  readonly messages: number
  readonly parts: number
  /** Goes up with every turn; a turn that started from an older version is thrown away and taken again. */
  readonly version: number
}
export type Offer = { readonly person: PersonKey | null; readonly choices: readonly Choice[] }
export type TimerName = 'idle' | 'waiting' | 'unanswered'
export type Timer = { readonly name: TimerName; readonly at: string }

export type Author =
  | { readonly by: 'person'; readonly person: Person }
  | { readonly by: 'virtual-agent' }
  | { readonly by: 'technician'; readonly technician: TechnicianId; readonly name: string }
  | { readonly by: 'hub' }

/** What somebody said, numbered within its conversation. */
export type Message = {
  readonly number: number
  readonly chat: ChatId
  readonly author: Author
  readonly content: readonly Content[]
  readonly at: string
  /** The tags of the history's source filter. */
  readonly sources: readonly string[]
  /** The event that said it, or that it answers. */
  readonly event?: EventId
  /** A person's message: the platform's id of it. */
  readonly platform?: PlatformMessageId
  readonly replyTo?: PlatformMessageId
  /** A technician's note: kept, never sent. */
  readonly note?: boolean
  /** Ours: a later message with the same key takes its place where the channel can edit. */
  readonly key?: string
}

/** Everything that can happen to a conversation. It is filed in the inbox first and taken in a turn; there is no other way in. */
export type Happening =
  | { readonly kind: 'heard'; readonly event: InboundEvent }
  | {
      readonly kind: 'technician'
      readonly technician: TechnicianId
      readonly name: string
      readonly act: TechnicianAct
      readonly at: string
    }
  /** The place in the queue, as routing sees it. */
  | { readonly kind: 'placed'; readonly place: number; readonly waiting: number; readonly technicians: number; readonly at: string }
  | { readonly kind: 'timer'; readonly timer: TimerName; readonly due: string; readonly at: string }
  /** What was heard and is not answered yet, though something of the answer stands under `key` already. */
  | { readonly kind: 'asked'; readonly heard: readonly Heard[]; readonly key: string; readonly at: string }
  /** Something the hub itself has to say here (a request changed, an approval was decided). */
  | { readonly kind: 'told'; readonly content: readonly Content[]; readonly key?: string; readonly at: string }

export type TechnicianAct =
  | { readonly do: 'accept' }
  | { readonly do: 'say'; readonly content: readonly Content[] }
  | { readonly do: 'note'; readonly text: string }
  | { readonly do: 'transfer'; readonly to: { readonly skill: string }; readonly note?: string }
  /** Hands the word back to the virtual agent. */
  | { readonly do: 'return' }
  /** Takes a conversation that another technician or the virtual agent holds. */
  | { readonly do: 'take-over' }
  | { readonly do: 'close' }

/** What became of an act; the caller waits for it. `reason` is a word of the table in http/errors.ts. */
export type Outcome =
  | { readonly ok: true }
  | {
      readonly ok: false
      readonly reason: 'HUB_NOT_WAITING' | 'HUB_NOT_YOURS' | 'HUB_ALREADY_TAKEN' | 'HUB_CHAT_CLOSED' | 'HUB_UNREACHABLE'
    }

/** One thing a person said, as the virtual agent gets it. */
export type Heard = {
  readonly event: EventId
  readonly person: Person
  readonly at: string
  readonly content: readonly Content[]
  /** The value of a choice that was pressed, or typed in words that fit one offered. */
  readonly chosen?: string
  /** What came with the choice out of a form. */
  readonly fields?: { readonly [name: string]: string }
  readonly command?: { readonly name: string; readonly text: string; readonly data?: Json }
  /** Rows of one album are one thing heard; `alsoEvents` are the events of its further rows. */
  readonly album?: string
  readonly alsoEvents?: readonly EventId[]
  /** The person has just arrived (pressed Start, opened the chat, was added). */
  readonly arrived?: boolean
}

/** The text of all text contents, one per line; captions count. */
export const textOf = (content: readonly Content[]): string =>
  content
    .map((item) =>
      item.type === 'text' ? item.text : item.type === 'media' ? (item.caption ?? '') : item.type === 'unreadable' ? (item.text ?? '') : '',
    )
    .filter((text) => text !== '')
    .join('\n')

/** The files of a message, in order. */
export const filesOf = (content: readonly Content[]): readonly FileRef[] =>
  content.flatMap((item) => (item.type === 'media' ? [item.file] : []))

/** A later state of one of our messages or of a person's, told by the platform. */
export type ReceiptNote = {
  readonly of: { readonly message: PlatformMessageId } | { readonly upTo: string }
  readonly status: 'sent' | 'delivered' | 'read' | 'failed'
  readonly at: string
  readonly failure?: Failure
}

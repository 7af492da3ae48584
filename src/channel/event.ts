import type { Content } from './content.ts'
import type { Failure } from './failure.ts'
import type { AccountId, ChannelName, ConversationKey, EventId, Json, PersonKey, PlatformMessageId } from './ids.ts'

/** Where a conversation lives. Made by an adapter; the rest of the house stores it and hands it back. */
export type Address = {
  readonly channel: ChannelName
  readonly account: AccountId
  /** Unique within the account, stable for ever: it is the conversation's identity in our store. */
  readonly conversation: ConversationKey
  /** What the platform called it before it had its lasting name: a conversation that stands there goes on here, and what still comes under it belongs here. */
  readonly formerly?: ConversationKey
  /** What the adapter needs to answer here (chat id, service URL, thread, reply token). Newest wins; never read by others. */
  readonly reply?: Json
}

export type Person = {
  readonly key: PersonKey
  readonly name?: string
  /** BCP 47, as the platform tells it. */
  readonly language?: string
  readonly email?: string
  /** The platform's name for this person that every account of the channel sees (Entra: tenant and object id), where it tells one beside the key. */
  readonly everywhere?: string
  readonly isBot?: boolean
}

type Base = {
  readonly id: EventId
  /** ISO 8601, the platform's clock where it tells one. */
  readonly at: string
  readonly from: Address
  /** What the adapter needs later to acknowledge this event; never read by others. */
  readonly ref?: Json
  /** By the platform's rules the reply window begins anew with this. What somebody says, chooses or calls up always counts so. */
  readonly opensWindow?: true
  /** The platform waits for the answer inside its request, at most so long. */
  readonly sync?: { readonly withinMs: number }
}
type Said<Kind extends string, More> = Base & { readonly kind: Kind } & More

export type ReceiptStatus = 'sent' | 'delivered' | 'read' | 'failed'

export type InboundEvent =
  | Said<
      'message',
      {
        readonly person: Person
        readonly message: PlatformMessageId
        readonly content: readonly Content[]
        readonly replyTo?: PlatformMessageId
        /** Rows of one album carry the same id; the hub waits for a second of quiet and takes them as one message. */
        readonly album?: string
        /** In a group: was the hub spoken to (mention, command, reply to it)? Absent means yes. */
        readonly addressed?: boolean
        /** Said in a thread without naming the hub (`addressed` is false then): counts as addressed while a chat is open there. */
        readonly follows?: boolean
      }
    >
  | Said<
      'choice',
      {
        readonly person: Person
        readonly value: string
        readonly label?: string
        readonly message?: PlatformMessageId
        /** What was filled into the form that this button belongs to, by the names of its fields; empty fields are left out. */
        readonly fields?: { readonly [name: string]: string }
      }
    >
  /** `content: null` says that the message was deleted. */
  | Said<'revision', { readonly person?: Person; readonly message: PlatformMessageId; readonly content: readonly Content[] | null }>
  /** `on: false` takes the reaction away. */
  | Said<'reaction', { readonly person: Person; readonly message: PlatformMessageId; readonly emoji: string; readonly on: boolean }>
  /** For one message, or for all that we sent until `upTo` (ISO 8601). Moves state only forward; never opens a conversation. */
  | Said<
      'receipt',
      {
        readonly of: { readonly message: PlatformMessageId } | { readonly upTo: string }
        readonly status: ReceiptStatus
        readonly failure?: Failure
      }
    >
  /** Between the hub and whoever it talks to; `member`: somebody else came to the group or left it, and the conversation stays as it is. */
  | Said<'contact', { readonly person: Person; readonly change: 'started' | 'joined' | 'left' | 'blocked'; readonly member?: true }>
  /** Slash command, shortcut, opened home, file consent. */
  | Said<'invoked', { readonly person: Person; readonly command: string; readonly text?: string; readonly data?: Json }>
  /** Passed to whoever watches, never filed. */
  | Said<'typing', { readonly person: Person }>
  /** This address has another one from now on (a group that was migrated). */
  | Said<'moved', { readonly to: Address }>
  /** The account itself changed; `from.conversation` is empty. */
  | Said<'account', { readonly change: 'revoked' | 'limited' | 'restored'; readonly detail: string }>

export type EventKind = InboundEvent['kind']
export type EventOf<Kind extends EventKind> = Extract<InboundEvent, { readonly kind: Kind }>

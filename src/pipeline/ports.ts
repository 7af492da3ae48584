import type {
  AccountId,
  Adapter,
  AdapterDefinition,
  Address,
  Capabilities,
  ChannelName,
  Failure,
  FileId,
  Health,
  HookRequest,
  InboundEvent,
  Json,
  ListenState,
  PersonKey,
  PlatformMessageId,
  Profile,
} from '../channel/index.ts'
import type { Conversation, ConversationId, Happening, Outcome } from '../core/conversation.ts'
import type { Entry, Turn } from '../core/turn.ts'

/** One registered account of a channel, ready to use. */
export type Channel = {
  readonly definition: Pick<AdapterDefinition, 'name' | 'title' | 'source'>
  readonly account: AccountId
  readonly adapter: Adapter
  readonly can: Capabilities
  readonly onUncertain: 'resend' | 'hold'
}
export interface Channels {
  get(channel: ChannelName, account: AccountId): Channel | undefined
  all(): readonly Channel[]
}

/** What comes in from a platform, on its way into the inbox. */
export type Filing = {
  readonly event: InboundEvent
  /** It names files that must be fetched before its turn. */
  readonly files: boolean
}
export type Filed = {
  readonly conversation: ConversationId
  readonly seq: number
  readonly files: boolean
  readonly album: boolean
  /** The conversation as it stood and the entry as it is kept, where nothing else of that conversation was waiting; undefined where that is not sure. */
  readonly alone?: { readonly conversation: Conversation; readonly entry: Entry }
}

/** `more`: there is more to take than these. */
export type Pending = { readonly conversation: Conversation; readonly entries: readonly Entry[]; readonly more: boolean }

/** One platform call that a turn owes, planned before the turn is written. */
export type Plan = {
  readonly messages: readonly number[]
  readonly payload: Json
  /** The bytes of its files: the time-out grows with them. */
  readonly bytes: number
  /** A message key: where an earlier message of ours has it, that one is changed. */
  readonly revises?: string
}
export type PlannedTurn = {
  readonly before: Conversation
  readonly turn: Turn
  readonly entries: readonly Entry[]
  readonly plans: readonly Plan[]
  /** There is more to take than `entries`. */
  readonly more?: boolean
  /** May the first part go out at once? False while the account is paused, throttled or paced. */
  readonly mayBegin: boolean
  /** Filed with the turn: what it heard and leaves to be answered. */
  readonly asks?: Extract<Happening, { readonly kind: 'asked' }>
}
/**
 * `begun`: the first part of this turn, already marked as ours to send. `owed`: there is something to send that we do not hold. `covers`: so many of
 * its first parts were shown inside the answer to a request. `asked`: the place in the inbox of what the turn leaves to be answered.
 */
export type Committed = {
  readonly conversation: ConversationId
  readonly to: Address
  readonly begun: Outgoing | null
  readonly owed: boolean
  /** The account is throttled or paced, by whichever process: what is owed goes out at its pace. */
  readonly paced?: boolean
  readonly covers?: number
  readonly asked?: number
}

/** A part that this process may send now. */
export type Outgoing = {
  readonly conversation: ConversationId
  readonly number: number
  readonly to: Address
  readonly messages: readonly number[]
  readonly payload: Json
  readonly bytes: number
  readonly attempt: number
  /** It was begun before, and what became of it is not known. */
  readonly unresolved: boolean
  /** It was already repeated after an unknown outcome. */
  readonly twice: boolean
  /** It changes this message of ours instead of sending a new one; null: the earlier one never arrived. */
  readonly revises?: PlatformMessageId | null
  readonly reachable: boolean
}
/** What became of a part. `fence` is the attempt it was begun with: a process that lost its lease writes nothing. */
export type PartResult = {
  readonly conversation: ConversationId
  readonly number: number
  readonly fence: number
  readonly state: 'due' | 'sent' | 'failed' | 'held'
  readonly dueInMs: number
  readonly countsAttempt: boolean
  readonly twice: boolean
  readonly platform: readonly PlatformMessageId[] | null
  readonly failure: Failure | null
  readonly reply?: Json
}

/** Postgres is the truth. Every method is one transaction, and most are one statement over many conversations. */
export interface Store {
  /** Files what came in under its conversation, opening it where it is new and renaming it where the platform tells its lasting name. A known event id is skipped and not returned. */
  file(filings: readonly Filing[]): Promise<readonly Filed[]>
  /** Files what happened inside the house; the same key counts once. Returns its place in the inbox, or null where it was known. */
  fileFor(conversation: ConversationId, key: string, happening: Happening): Promise<number | null>
  /** What waits for its turn, in order, up to the first entry whose files are still being fetched. */
  pending(conversations: readonly ConversationId[]): Promise<readonly Pending[]>
  /** Writes turns: conversation, messages, parts and the entries' done-marks together. Those that somebody overtook, or that had to be spoiled, are missing in the answer. */
  commit(turns: readonly PlannedTurn[]): Promise<readonly Committed[]>
  /** A turn could not be taken (a fault of ours): after some tries what is at fault is set aside, visibly, so that the conversation goes on. */
  spoil(entries: readonly Entry[], reason: string): Promise<void>
  outcome(seq: number): Promise<Outcome | null>
  /** Begins the first open part of each conversation, where it is due, nobody else is sending, and this process is one that can. */
  claim(conversations: readonly ConversationId[]): Promise<readonly Outgoing[]>
  /** Writes what became of parts and begins the next part of each conversation. */
  record(results: readonly PartResult[]): Promise<readonly Outgoing[]>
  /** Prolongs the leases of the parts that this process has begun in these conversations: those that it is really sending. */
  renew(conversations: readonly ConversationId[]): Promise<void>
  /** The conversation lives at another address from now on. */
  move(from: Address, to: Address): Promise<void>
  /** Nothing leaves through this account until a human has looked (or a check is green again); its messages stay due. */
  pauseAccount(channel: ChannelName, account: AccountId, failure: Failure): Promise<void>
  resumeAccount(channel: ChannelName, account: AccountId): Promise<readonly ConversationId[]>
  throttleAccount(channel: ChannelName, account: AccountId, ms: number, pacedMs: number): Promise<void>
  /** Claims what has been left undone (a crash, a lost ring) and returns whom to ring. */
  forgotten(limit: number): Promise<Forgotten>
  /** Keeps a raw request that held something we could not read. */
  quarantine(
    at: { readonly channel: ChannelName; readonly account: AccountId },
    request: HookRequest,
    reasons: readonly string[],
  ): Promise<void>
  /** Entries whose files are to be fetched. */
  unfetched(
    seqs: readonly number[],
  ): Promise<readonly { readonly seq: number; readonly conversation: ConversationId; readonly happening: Happening }[]>
  /** The entry has all its files, or what stands for those that could not be had. */
  fetched(seq: number, happening: Happening): Promise<void>
  /** Who waits, longest first, with the place each was told. */
  waiting(): Promise<
    readonly { readonly conversation: ConversationId; readonly skill: string; readonly since: string; readonly told: number | null }[]
  >
  availableTechnicians(): Promise<number>
  /** May this process ask the platform about this person now? True once a day. */
  claimProfile(at: Address, key: PersonKey): Promise<boolean>
  noteProfile(at: Address, key: PersonKey, profile: Profile): Promise<void>
  /** Takes or prolongs a lease; false where another process holds it. */
  lease(name: string, seconds: number): Promise<boolean>
  release(name: string): Promise<void>
  /** Who holds a lease now. */
  holder(name: string): Promise<'me' | 'another' | 'nobody'>
  /** Writes down what a check said. Green ends a pause: the answer names the conversations with something to send. */
  noteCheck(channel: ChannelName, account: AccountId, health: Health): Promise<readonly ConversationId[]>
  /** What the last check said, whichever process made it; null where there was none. */
  lastCheck(channel: ChannelName, account: AccountId): Promise<Health | null>
  /** Writes down, for the account's page, how listening goes: its state, and what an admin must scan or type to link it. */
  noteListening(channel: ChannelName, account: AccountId, state: ListenState): Promise<void>
}
export type Forgotten = {
  readonly turns: readonly ConversationId[]
  readonly deliveries: readonly ConversationId[]
  /** Deliveries that must keep to their account's pace. */
  readonly paced: readonly { readonly conversation: ConversationId; readonly channel: ChannelName; readonly account: AccountId }[]
  readonly unfetched: readonly number[]
  readonly timers: readonly {
    readonly conversation: ConversationId
    readonly name: 'idle' | 'waiting' | 'unanswered'
    readonly at: string
  }[]
}

export type Room = 'turn' | 'delivery'
/** A ring carries a name, never data; it never throws: a lost ring costs seconds, not messages (sweep). */
export interface Bell {
  ring(
    room: Room,
    conversations: readonly ConversationId[],
    options?: { readonly inMs?: number; readonly account?: { readonly channel: ChannelName; readonly account: AccountId } },
  ): void
}

/** Tells whoever watches that something changed; called after a commit, never awaited. */
export interface Live {
  /** `desk`: some of it shows on the Desk (somebody waits, or a technician has the word). */
  changed(conversations: readonly Changed[], desk: boolean): void
  typing(address: Address, name: string): void
}
/** `own`: a conversation of the hub's own channel, whose pages read what was said from us. */
export type Changed = { readonly id: ConversationId; readonly upTo: number; readonly address: Address; readonly own: boolean }

/** The hub's own files, as the way needs them. */
export interface Files {
  /** Stores the bytes under their real type. Rejects with `FileRefused` where they are too many or of a blocked type. */
  keep(file: {
    readonly body: ReadableStream<Uint8Array>
    readonly name: string
    readonly mime: string
    readonly conversation: ConversationId
  }): Promise<KeptFile>
  /** A signed link on the public URL. */
  link(file: FileId, seconds: number): string
}
export type KeptFile = { readonly id: FileId; readonly name: string; readonly mime: string; readonly bytes: number }

/** Counters of the way; names and labels are fixed in http/metrics.ts. */
export interface Meter {
  count(
    what: 'received' | 'filed' | 'duplicate' | 'ignored' | 'refused' | 'turns' | 'overtaken' | 'sends' | 'spoiled' | 'swept',
    labels: { readonly [name: string]: string },
    by?: number,
  ): void
  /** The stopwatch from a request at the door to the first answer on its way. */
  started(conversations: readonly ConversationId[]): void
  finished(conversation: ConversationId): void
  time(what: 'ack' | 'turn' | 'send', ms: number, labels: { readonly [name: string]: string }): void
}

export interface Log {
  info(fields: object, text: string): void
  warn(fields: object, text: string): void
  error(fields: object, text: string): void
  /** Each step of each message, which somebody looks for; left out where nobody does, and then it costs nothing. */
  readonly step?: (fields: object, text: string) => void
}

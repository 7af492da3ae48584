import type { FastifyRequest, preHandlerAsyncHookHandler } from 'fastify'
import type { AccountId, Address, ChannelName, Health, HookReply, HookRequest, Json } from '../../channel/index.ts'
import type { ConversationId, Happening, Outcome, Owner } from '../../core/conversation.ts'
import type { Bell, Channel, Channels, Log } from '../../pipeline/ports.ts'
import type {
  AccountView,
  ConversationSummary,
  ConversationView,
  DeadLetterView,
  DeskView,
  HistoryPage,
  JourneyView,
  QuarantineView,
  TechnicianView,
} from '../api-types.ts'
import type { Auth, TechnicianRow } from '../auth/index.ts'
import type { Files } from '../files.ts'
import type { GuestTokens } from '../guest-token.ts'

/** What app.ts hands to the API. */
export type ApiNeeds = {
  readonly channels: Channels
  readonly reading: Reading
  readonly settings: ApiSettings
  /** Where platforms and people reach the hub. */
  readonly publicUrl: () => string
  readonly files: Files & { attach(ids: readonly string[], conversation: string): Promise<void> }
  readonly auth: Pick<Auth, 'requireTechnician' | 'requireAdmin' | 'technicianOf'>
  readonly guests: GuestTokens
  readonly bell: Bell
  readonly log: Log
  readonly now: () => Date
  /** Files the act, rings, and waits for what became of it. `late`: it is filed and will be taken, but the answer did not come in time. */
  readonly act: (conversation: ConversationId, key: string, happening: Happening) => Promise<Outcome | 'late'>
  /** The door, as for webhooks. */
  readonly receive: (channel: ChannelName, account: AccountId, request: HookRequest) => Promise<HookReply>
  /** Asks the platform, notes the answer, and lets a stopped account that is green again go on. */
  readonly checkAccount: (channel: Channel) => Promise<Health>
  /** The account of the hub's own chat, where one is configured. */
  readonly own: { readonly channel: ChannelName; readonly account: AccountId; readonly config: unknown } | undefined
}

export type ApiSettings = {
  readonly name: string
  readonly guestAccess: boolean
  readonly chat: { readonly enabled: boolean }
  readonly chatConsole: { readonly enabled: boolean }
  readonly attachments: { readonly maxBytes: number; readonly blockedTypes: readonly string[] }
}

/** What the API reads from the store, and the little that it writes by itself. Ids are UUIDs; `undefined` says that there is nothing of that name. */
export interface Reading {
  desk(technician: string): Promise<DeskView | undefined>
  summary(conversation: string): Promise<ConversationSummary | undefined>
  conversation(id: string, before?: number): Promise<ConversationView | undefined>
  address(conversation: string): Promise<{ readonly address: Address; readonly owner: Owner } | undefined>
  journey(conversation: string, number: number): Promise<JourneyView | undefined>
  presence(technician: string, presence: TechnicianView['presence']): Promise<boolean>
  findFiles(ids: readonly string[]): Promise<readonly KnownFile[]>
  history(filter: HistoryQuery): Promise<{ readonly messages: HistoryPage['messages']; readonly next: HistoryKey | null }>
  /** The person behind a key on an account. */
  person(channel: ChannelName, account: AccountId, key: string): Promise<string | undefined>
  accounts(): Promise<readonly AccountView[]>
  quarantine(before: string | undefined, limit: number): Promise<readonly QuarantineView[]>
  quarantined(
    id: string,
  ): Promise<{ readonly channel: ChannelName; readonly account: AccountId; readonly request: HookRequest } | undefined>
  /** Takes out what was replayed; true where the same request lies there again. */
  releaseQuarantined(id: string): Promise<boolean>
  deadLetters(before: PartName | undefined, limit: number): Promise<readonly DeadLetterView[]>
  sendAgain(part: PartName): Promise<'due' | 'gone' | 'unknown'>
  audit(before: number | undefined, limit: number): Promise<readonly AuditView[]>
  note(entry: AuditNote): Promise<void>
}

export type KnownFile = {
  readonly id: string
  readonly name: string
  readonly mime: string
  readonly bytes: number
  readonly conversation: string | null
  readonly uploader: string | null
}
export type HistoryKey = { readonly at: string; readonly conversation: string; readonly number: number }
/** One of `person` and `conversation` is always there. */
export type HistoryQuery = {
  readonly person?: string
  readonly conversation?: string
  readonly sources: readonly string[]
  readonly from?: string
  readonly to?: string
  readonly text?: string
  readonly before?: HistoryKey
  readonly limit: number
  readonly reader: 'technician' | 'person'
}
export type PartName = { readonly conversation: string; readonly number: number }
export type AuditNote = {
  readonly who: string
  readonly what: string
  readonly about?: string
  readonly detail?: { readonly [name: string]: Json }
}
export type AuditView = {
  readonly id: string
  readonly at: string
  readonly who: { readonly id: string; readonly name: string }
  readonly what: string
  readonly about: string | null
  readonly detail: Json
}

/** Who is signed in, on a route behind `requireTechnician` or `requireAdmin`. */
export function technicianOn(request: FastifyRequest): TechnicianRow {
  if (!request.technician) throw new Error('this route has no guard')
  return request.technician
}

export type Guard = preHandlerAsyncHookHandler

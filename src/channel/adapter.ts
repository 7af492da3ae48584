import type { Capabilities } from './capabilities.ts'
import type { Content } from './content.ts'
import type { Address, InboundEvent, Person } from './event.ts'
import type { Failure } from './failure.ts'
import type { AccountId, ChannelName, FileId, Json, PlatformMessageId } from './ids.ts'

/** One folder under adapters/ exports one of these, and nothing else is known of a channel outside that folder. */
export interface AdapterDefinition<Config = unknown> {
  readonly name: ChannelName
  readonly title: string
  /** The words of this channel in the history's source filter; null for the hub's own channel, where the history says who answered instead. */
  readonly source: string | null
  /** Data only; may depend on the account's configuration (a self-hosted Bot API allows larger files). */
  capabilities(config: Config): Capabilities
  /** The schema of an account's keys: throws a ZodError; secrets are marked with `.meta({ secret: true })`, help with `.describe()`. */
  readonly config: { parse(input: unknown): Config }
  /** What an admin uploads on the platform's pages so that the account comes about there (an app's manifest). Throws a sentence where something is missing. */
  manifest?(
    account: { readonly id: AccountId; readonly config: Config },
    hub: { readonly name: string; readonly publicUrl: string },
  ): ManifestFile
  /** Must not touch the network. */
  create(account: { readonly id: AccountId; readonly config: Config }, deps: AdapterDeps): Adapter
}

/** `advice`: where on the platform's pages it goes, in a sentence. */
export type ManifestFile = { readonly fileName: string; readonly bytes: Uint8Array; readonly advice: string }

/** The channel itself, for one account. In: verify, parse. Out: render, send, classify. Health: check. The rest is optional. */
export interface Adapter<Payload extends Json = Json> {
  /** Did the platform send this? Looks at the raw bytes, compares in constant time, checks the age where one is given. */
  verify(request: HookRequest): Promise<Verdict>
  /** What does it say? Pure: same request, same events. Unknown things are named in `ignored`, never thrown. Throws `MalformedRequest`. */
  parse(request: HookRequest): Parsed
  /** How does the platform write this? Pure. One payload is one visible API call. Contents are already within `capabilities`. */
  render(contents: readonly Content[], to: Address, why: Why): readonly Payload[]
  /**
   * Makes one payload visible. May prepare first (upload): a failure before the last call is `transient`, never `uncertain`.
   * Throws what it likes; `classify` explains it.
   */
  send(payload: Payload, to: Address, attempt: Attempt): Promise<Receipt>
  /** What does this error mean for us? Pure and total; no secret in the answer. */
  classify(error: unknown): Failure
  /** Do these credentials work, now? Cheap and without side effects. Never throws. */
  check(signal: AbortSignal): Promise<Health>

  /** Tell the platform that an event was taken (mark as read, stop a button's spinner). May fail; nobody waits for it. */
  acknowledge?(event: InboundEvent): Promise<void>
  /** Present where `capabilities.typing`. Shows "writing…" for a few seconds. */
  typing?(to: Address): Promise<void>
  /** Changes a message of ours (`null` removes it); where that fails as `rejected`, the payload is sent as a new one. Present where `capabilities.edit`. */
  revise?(payload: Payload | null, to: Address, message: PlatformMessageId, attempt: Attempt): Promise<Receipt>
  /** Sets (or with `''` takes away) our reaction. Present where `capabilities.reactions`. */
  react?(to: Address, message: PlatformMessageId, emoji: string): Promise<void>
  /** Bytes of a file that came in as a `ref`; only from hosts that the platform owns or that the account's `apiUrl` names. */
  fetchFile?(ref: Json, signal: AbortSignal): Promise<FetchedFile>
  /** The body for an event with `sync`, or undefined for the platform's neutral answer. `covers` counts the payloads that the body has shown. */
  respond?(event: InboundEvent, payloads: readonly Payload[]): { readonly reply: HookReply; readonly covers: number } | undefined
  /** What the platform tells of a person. Called off the hot path, kept for a day. */
  profile?(person: Person, to: Address, signal: AbortSignal): Promise<Profile>
  /** What may be sent outside the reply window, as the platform has approved it by now; asked for seldom. Present where `capabilities.template` and the account's keys allow it. */
  templates?(signal: AbortSignal): Promise<readonly ApprovedTemplate[]>
  /** What is less here than `capabilities` says (a group without buttons). */
  narrow?(to: Address): Partial<Capabilities>
  /** Do others read along here? Absent: never. Pure. */
  isGroup?(to: Address): boolean
  /** Draws the person's home surface (Slack's home tab). */
  home?(person: Person, view: HomeView): Promise<void>
  /** For platforms we must ask (long polling, sockets): hands every update to the same door as a webhook; ends when `signal` aborts. */
  listen?(door: (request: HookRequest) => Promise<HookReply>, report: (state: ListenState) => void, signal: AbortSignal): Promise<void>
  /** Point the platform's webhook at us. Run by hand: `npm run channel -- connect telegram main`. */
  subscribe?(hookUrl: URL): Promise<void>
  close?(): Promise<void>
}

/** All an adapter gets from the house. No store, no queue, no config, no process.env. */
export interface AdapterDeps {
  readonly fetch: typeof globalThis.fetch
  readonly now: () => Date
  readonly log: { info(fields: object, text: string): void; warn(fields: object, text: string): void }
  readonly files: AdapterFiles
  /** Push to browsers that hold this conversation open; only the web channel uses it. */
  readonly live: { publish(topic: string, message: Json): Promise<void> }
}

/** The hub's own files, for sending. */
export interface AdapterFiles {
  /** The bytes; rejects where the file is gone. */
  open(file: FileId): Promise<FetchedFile & { readonly bytes: number }>
  /** A signed link on the hub's public URL that expires; for platforms that only take links. */
  link(file: FileId, seconds: number): Promise<string>
  /** What the platform called this file when we uploaded it (per account), to save the next upload. */
  remembered(file: FileId): Promise<Json | undefined>
  remember(file: FileId, platformMedia: Json): Promise<void>
}
export type FetchedFile = { readonly mime: string; readonly name?: string; readonly body: ReadableStream<Uint8Array> }

/** An HTTP request as plain data, so that it can be recorded, stored and replayed. */
export type HookRequest = {
  readonly method: 'GET' | 'POST'
  /** Only hooks are verified; what `listen` hands in came over a connection that we opened. */
  readonly via: 'hook' | 'listen'
  readonly query: { readonly [name: string]: string }
  readonly headers: { readonly [lowerCaseName: string]: string }
  readonly body: Uint8Array
}
export type HookReply = { readonly status: number; readonly headers?: { readonly [name: string]: string }; readonly body?: string }
export type Verdict = { readonly ok: true } | { readonly ok: false; readonly status: 400 | 401 | 403; readonly reason: string }
/** `reply` answers challenges and fixed acknowledgements, also of what is understood and nothing follows from; without it the door answers 200 with an empty body. What is in `ignored` is kept to be looked at. */
export type Parsed = { readonly events: readonly InboundEvent[]; readonly ignored: readonly string[]; readonly reply?: HookReply }
/** Who speaks, and whether the platform's reply window lets us. */
export type Why = {
  readonly author: 'virtual-agent' | 'technician' | 'system'
  readonly window: 'open' | { readonly tag: string } | 'closed'
}
/** `messages`: the numbers, within the conversation, of our messages that this payload shows. */
export type Attempt = {
  readonly idempotencyKey: string
  readonly number: number
  readonly signal: AbortSignal
  readonly messages?: readonly number[]
}
/** `messages`: every platform id the call made, first to last. `reply` replaces `address.reply` (a spent reply token). */
export type Receipt = { readonly messages: readonly PlatformMessageId[]; readonly at: string; readonly reply?: Json }
/** `advice`: what somebody should do although the credentials work (nothing comes in, a quota ends); `detail` says it, too. */
export type Health = {
  readonly ok: boolean
  readonly detail: string
  readonly advice?: string
  readonly facts?: { readonly [name: string]: Json }
}
export type Profile = {
  readonly name?: string
  readonly email?: string
  readonly emailVouched?: boolean
  readonly picture?: string
  readonly language?: string
}
/**
 * `{{1}}`, `{{2}}` … in `text` stand for `values` values; nothing else is to be filled in. `category` is the platform's word for what it may be used
 * for. `layout` is the adapter's note of where the values go; it comes back in `Template.layout`, and nobody else reads it.
 */
export type ApprovedTemplate = {
  readonly name: string
  readonly language: string
  readonly text: string
  readonly values: number
  readonly category?: string
  readonly layout?: Json
}
export type HomeView = {
  readonly choices: readonly { readonly value: string; readonly label: string }[]
  readonly requests: readonly { readonly number: string; readonly subject: string; readonly status: string; readonly url?: string }[]
}
export type ListenState = {
  readonly state: 'connecting' | 'open' | 'lost' | 'stopped'
  readonly detail?: string
  readonly qr?: string
  readonly pairingCode?: string
}

/** Types an adapter's definition and erases its configuration for the list of channels. */
export const defineAdapter = <Config>(definition: AdapterDefinition<Config>): AdapterDefinition<Config> => definition

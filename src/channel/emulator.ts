import type { AdapterDeps, HookRequest } from './adapter.ts'
import type { FormField } from './content.ts'
import type { Json } from './ids.ts'

/**
 * A platform played on loopback: it signs and sends webhooks, answers API calls by the platform's rules and can be told to misbehave.
 * Every `adapters/<channel>/emulator.ts` exports `startEmulator(options?: EmulatorOptions): Promise<Emulator>`.
 */
export interface Emulator {
  /** Where it answers, `http://127.0.0.1:<port>`; the value of an account's `apiUrl` is in `account()`. */
  readonly url: string
  /** May be changed at any time; holds from the next call on. */
  readonly faults: EmulatorFaults
  /** What really happened, for those who judge the hub by it. */
  readonly record: EmulatorRecord
  /** How far a signature reaches: the suite tests altered bodies and old requests only where the platform's own signature would notice. */
  readonly signature: { readonly coversBody: boolean; readonly maxAgeSeconds: number | null }
  /** The keys of an account that speaks to this emulator, as they stand in hub.yaml without `channel` and `account`. */
  account(): { readonly [key: string]: Json }
  /** The same with credentials that the platform refuses. */
  refusedAccount(): { readonly [key: string]: Json }
  /** The request as the platform would have signed it, now or at `at`. */
  sign(request: UnsignedRequest, at?: Date): Promise<HookRequest>
  /** Sends webhooks there from now on, as an admin's click in the platform's console (or `subscribe`) would bring about. */
  connect(hookUrl: URL): Promise<void>
  /** Somebody who writes to the hub privately; the same name is the same person. */
  person(name: string): EmulatedPerson
  /** The next call that would make a message visible gets this answer instead. */
  answerNext(answer: {
    readonly status: number
    readonly headers?: { readonly [name: string]: string }
    readonly body: Json | string
  }): void
  /** The hub's own channel has the house itself for a platform: its emulator stands between the adapter and what the house gives it. */
  within?(house: AdapterDeps): AdapterDeps
  close(): Promise<void>
}
export type EmulatorOptions = {
  readonly host?: string
  /** 0, the default, takes a free one. */
  readonly port?: number
  /** How many times faster than the platform's clock waiting goes (retries of webhooks); 1 is real time. */
  readonly timeScale?: number
  /** How long the platform waits for the answer to a webhook; its own figure where it is not given and the clock goes at its pace. */
  readonly patienceMs?: number
}
export type UnsignedRequest = Partial<Pick<HookRequest, 'method' | 'query' | 'headers'>> & { readonly body: Uint8Array | string }

/** Shares are between 0 and 1 of the calls (or deliveries) that they are about. */
export type EmulatorFaults = {
  /** Calls refused with the platform's "too many requests". */
  throttle: { readonly share: number; readonly retryAfterSeconds: number }
  /** Calls refused with a 500. */
  error: number
  /** Calls whose connection is cut before the message is taken. */
  cutBefore: number
  /** Calls whose connection is cut after the message is taken: the person has it, the hub does not know. */
  cutAfter: number
  /** Calls that are taken and never answered. */
  silent: number
  /** Before each answer. */
  latencyMs: number
  /** Webhooks that are delivered once more. */
  duplicate: number
  /** Webhooks that are overtaken by the next one. */
  reorder: number
  /** Connections to the API are refused; webhooks go on. */
  down: boolean
}
export const noFaults = (): EmulatorFaults => ({
  throttle: { share: 0, retryAfterSeconds: 1 },
  error: 0,
  cutBefore: 0,
  cutAfter: 0,
  silent: 0,
  latencyMs: 0,
  duplicate: 0,
  reorder: 0,
  down: false,
})

export interface EmulatorRecord {
  /** Every message that became visible, in order. */
  readonly accepted: readonly AcceptedSend[]
  /** Every webhook that was tried; `status` is the hub's answer, null where none came. */
  readonly delivered: readonly DeliveredUpdate[]
  /** Every API call by its method's name, refused ones too. */
  readonly calls: readonly { readonly at: number; readonly method: string; readonly status: number | null }[]
  clear(): void
}
export type AcceptedSend = {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly chat: string
  readonly message: string
  readonly text: string
  readonly method: string
  readonly payload: Json
}
export type DeliveredUpdate = {
  readonly at: number
  readonly id: string
  readonly chat: string
  readonly text: string
  readonly attempt: number
  readonly status: number | null
}

export interface EmulatedPerson {
  /** What the adapter makes of this person (`Person.key`). */
  readonly key: string
  /** The platform's id of the message. */
  types(text: string): Promise<string>
  /** Presses the newest button with this label or value; rejects where the person sees none. */
  presses(button: string): Promise<void>
  /**
   * Fills in the newest form that has this button, by the names of its fields, and presses it; what is not named stays as it was filled in
   * beforehand. Rejects as `presses` does, and where the app itself does not let the form go. Present where `capabilities.form`.
   */
  fillsIn?(fields: { readonly [name: string]: string }, button: string): Promise<void>
  sendsFile(file: { readonly name: string; readonly mime: string; readonly bytes: Uint8Array; readonly caption?: string }): Promise<string>
  /** The chat as this person sees it, oldest first. */
  sees(): readonly SeenMessage[]
}
export type SeenMessage = {
  readonly id: string
  readonly by: 'hub' | 'person'
  readonly at: number
  readonly text: string
  readonly buttons: readonly { readonly label: string; readonly value?: string; readonly url?: string }[]
  readonly fields?: readonly SeenField[]
  readonly media?: { readonly kind: string; readonly name?: string; readonly mime?: string; readonly bytes: Uint8Array }
  readonly place?: { readonly latitude: number; readonly longitude: number; readonly name?: string }
  readonly contact?: { readonly name: string; readonly phone: string }
  readonly reaction?: string
  readonly edited?: boolean
}
/** A question of a form, as it stands on the screen. */
export type SeenField = {
  readonly name: string
  readonly label: string
  readonly kind: FormField['kind']
  readonly required: boolean
  readonly value?: string
  readonly hint?: string
  readonly options?: readonly { readonly value: string; readonly label: string }[]
}

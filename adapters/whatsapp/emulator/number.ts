import type { EmulatorOptions } from '../../../src/channel/emulator.ts'
import type { Json } from '../../../src/channel/index.ts'
import { type MetaHooks, makeMetaHooks } from '../../../src/channel/kit/emulator/meta-hooks.ts'
import type { Answered } from '../../../src/channel/kit/emulator/serve.ts'
import { makeStage, type Stage, type StagedChat } from '../../../src/channel/kit/emulator/stage.ts'

type Fields = { readonly [key: string]: Json }
/** What a webhook tells: a message with its sender's card, a status, or trouble of the number. */
export type Item = { readonly contact?: Fields; readonly message?: Fields; readonly status?: Fields; readonly error?: Fields }

export type NumberOptions = {
  readonly id: string
  readonly waba: string
  readonly display: string
  readonly name: string
  readonly token: string
  readonly appSecret: string
  readonly verifyToken: string
  /** Approved templates: name and language, with {{1}} where a value goes. */
  readonly templates: { readonly [nameAndLanguage: string]: string }
}
/** A number of the Cloud API, and everybody who writes to it. */
export type CloudNumber = NumberOptions & {
  readonly stage: Stage
  readonly hooks: MetaHooks<Item>
  /** Who has no number that we may know. */
  readonly withoutPhone: Set<string>
  /** Who is told by the number alone, as all were before April 2026. */
  readonly withoutUserId: Set<string>
  /** Who has left WhatsApp. */
  readonly gone: Set<string>
  /** Callback data of our messages, by their ids. */
  readonly callbacks: Map<string, string>
  /** Messages of ours that will fail later, with what code; the first is the next. */
  readonly failLater: number[]
  /** Is the app subscribed to the WhatsApp account? */
  subscribed: boolean
  /** How many downloads will find their address expired. */
  staleAddresses: number
  /** WhatsApp's pair rate; null: not counted. */
  pairRate: { readonly burst: number; readonly everyMs: number } | null
  /** Milliseconds for which an address of a file lives. */
  readonly addressLives: number
  readonly pairs: Map<string, { tokens: number; at: number }>
}

export function makeNumber(options: NumberOptions, pace: Pick<EmulatorOptions, 'timeScale' | 'patienceMs'>): CloudNumber {
  const stage = makeStage()
  const wrap = (items: readonly Item[]): Json => ({
    object: 'whatsapp_business_account',
    entry: [{ id: options.waba, changes: changesOf(options, items) }],
  })
  const hooks = makeMetaHooks<Item>(stage, { ...options, ...pace, wrap })
  return {
    ...options,
    stage,
    hooks,
    withoutPhone: new Set(),
    withoutUserId: new Set(),
    gone: new Set(),
    callbacks: new Map(),
    failLater: [],
    subscribed: false,
    staleAddresses: 0,
    pairRate: null,
    addressLives: Math.max(200, 300_000 / (pace.timeScale ?? 1)),
    pairs: new Map(),
  }
}

/** Messages with their senders in one change, statuses in another. */
function changesOf(options: NumberOptions, items: readonly Item[]): Json[] {
  const metadata = { display_phone_number: options.display, phone_number_id: options.id }
  const change = (more: Fields): Json => ({ field: 'messages', value: { messaging_product: 'whatsapp', metadata, ...more } })
  const some = (key: 'contact' | 'message' | 'status' | 'error') => items.flatMap((item) => item[key] ?? [])
  const [messages, statuses, errors] = [some('message'), some('status'), some('error')]
  const contacts = [...new Map(some('contact').map((contact) => [JSON.stringify(contact), contact])).values()]
  return [
    ...(messages.length > 0 ? [change({ ...(contacts.length > 0 ? { contacts } : {}), messages })] : []),
    ...(statuses.length > 0 ? [change({ statuses })] : []),
    ...(errors.length > 0 ? [change({ errors })] : []),
  ]
}

/** The Cloud API says no. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: number
  readonly code: number
  constructor(code: number, details: string, status = 400) {
    super(details)
    this.status = status
    this.code = code
  }
}

export const answerOf = ({ status, message, code }: Refusal, headers: { readonly [name: string]: string } = {}): Answered => ({
  status,
  headers,
  body: {
    error: {
      message: `(#${code}) ${message}`,
      type: 'OAuthException',
      code,
      error_data: { messaging_product: 'whatsapp', details: message },
      fbtrace_id: 'AEmulated',
    },
  },
})

export const unixSeconds = (): string => String(Math.floor(Date.now() / 1000))

/** The names that a webhook gives a person; the number is missing for some. */
export const namesOf = (number: CloudNumber, chat: StagedChat): { readonly bsuid?: string; readonly waId: string | undefined } => ({
  ...(number.withoutUserId.has(chat.key) ? {} : { bsuid: chat.key }),
  waId: number.withoutPhone.has(chat.key) ? undefined : chat.id,
})

export function tellStatus(
  number: CloudNumber,
  chat: StagedChat,
  message: { readonly id: string; readonly callback?: string },
  status: 'sent' | 'delivered' | 'read' | 'failed',
  code?: number,
): void {
  const { bsuid, waId } = namesOf(number, chat)
  const errors = code === undefined ? {} : { errors: [{ code, title: 'Message undeliverable', error_data: { details: 'It failed.' } }] }
  const told: Fields = {
    id: message.id,
    status,
    timestamp: unixSeconds(),
    ...(waId ? { recipient_id: waId } : {}),
    ...(bsuid ? { recipient_user_id: bsuid } : {}),
    ...(message.callback ? { biz_opaque_callback_data: message.callback } : {}),
    ...errors,
  }
  number.stage.replace(chat, message.id, { status })
  number.hooks.happen({ item: { status: told }, id: `${status}:${message.id}`, lane: chat.key, chat: chat.key })
}

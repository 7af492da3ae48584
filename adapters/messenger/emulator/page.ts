import type { EmulatorOptions } from '../../../src/channel/emulator.ts'
import type { Json } from '../../../src/channel/index.ts'
import { type MetaHooks, makeMetaHooks } from '../../../src/channel/kit/emulator/meta-hooks.ts'
import type { Answered } from '../../../src/channel/kit/emulator/serve.ts'
import { makeStage, type Stage, type StagedChat } from '../../../src/channel/kit/emulator/stage.ts'

/** A page with its app, and everybody who writes to it. */
export type Page = {
  readonly id: string
  readonly name: string
  readonly app: string
  readonly token: string
  readonly appSecret: string
  readonly verifyToken: string
  readonly stage: Stage
  readonly hooks: MetaHooks<Json>
  /** Ids of messages whose buttons are quick replies; those of templates are postbacks. */
  readonly quick: Set<string>
  /** Uploads by their attachment id. */
  readonly attachments: Map<string, { readonly type: string; readonly file: string }>
  subscribedFields: readonly string[]
}
export type PageOptions = Pick<Page, 'id' | 'name' | 'app' | 'token' | 'appSecret' | 'verifyToken'>

export function makePage(options: PageOptions, pace: Pick<EmulatorOptions, 'timeScale' | 'patienceMs'>): Page {
  const stage = makeStage()
  const wrap = (items: readonly Json[]): Json => ({ object: 'page', entry: [{ id: options.id, time: Date.now(), messaging: items }] })
  const hooks = makeMetaHooks<Json>(stage, { ...options, ...pace, wrap })
  return { ...options, stage, hooks, quick: new Set(), attachments: new Map(), subscribedFields: [] }
}

/** The Graph API says no. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: number
  readonly code: number
  readonly subcode: number | undefined
  constructor(code: number, message: string, subcode?: number, status = 400) {
    super(`(#${code}) ${message}`)
    this.status = status
    this.code = code
    this.subcode = subcode
  }
}

export const answerOf = ({ status, message, code, subcode }: Refusal, headers: { readonly [name: string]: string } = {}): Answered => ({
  status,
  headers,
  body: { error: { message, type: 'OAuthException', code, ...(subcode ? { error_subcode: subcode } : {}), fbtrace_id: 'AEmulated' } },
})

/** Tells the hub of something in a chat. `by`: who is the sender. */
export function tellHub(
  page: Page,
  chat: StagedChat,
  body: { readonly [key: string]: Json },
  more: { id: string; text?: string; by?: 'page' },
) {
  const [sender, recipient] = more.by === 'page' ? [page.id, chat.key] : [chat.key, page.id]
  const item = { sender: { id: sender }, recipient: { id: recipient }, timestamp: Date.now(), ...body }
  page.hooks.happen({ item, id: more.id, lane: chat.key, chat: chat.key, ...(more.text === undefined ? {} : { text: more.text }) })
}

/** The person has seen what the page wrote; told once. */
export function readAll(page: Page, chat: StagedChat): void {
  const unread = chat.messages.filter((message) => message.by === 'hub' && message.status !== 'read')
  if (unread.length === 0) return
  for (const message of unread) page.stage.replace(chat, message.id, { status: 'read' })
  tellHub(page, chat, { read: { watermark: Date.now() } }, { id: `read:${page.stage.next()}` })
}

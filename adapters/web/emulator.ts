import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import {
  type AcceptedSend,
  type DeliveredUpdate,
  type EmulatedPerson,
  type Emulator,
  type EmulatorOptions,
  noFaults,
  type SeenMessage,
} from '../../src/channel/emulator.ts'
import {
  type AdapterDeps,
  type AdapterFiles,
  type FetchedFile,
  type HookRequest,
  type Json,
  PlatformError,
} from '../../src/channel/index.ts'
import { controls } from '../../src/channel/kit/emulator/calls.ts'
import { type Answered, serve } from '../../src/channel/kit/emulator/serve.ts'
import { NetworkError } from '../../src/channel/kit/http.ts'
import { writeToken } from '../../src/channel/kit/token.ts'
import { drawn } from './emulator/screen.ts'
import type { Push } from './wire.ts'

const tokenSecret = 'emulator-token-secret-of-enough-characters'
const tokenSeconds = 24 * 3_600
/** As long as a page tries to post what somebody typed. */
const tries = 8

type Page = { readonly key: string; readonly name: string; readonly seen: SeenMessage[]; sending: Promise<unknown> }
type Upload = FetchedFile & { readonly bytes: number }

/**
 * People with the chat page open. They post as the page does; what they see is what the adapter pushes, so it must be created with `within(deps)`.
 * (On a running hub the pages themselves are driven in a browser.)
 */
export async function startEmulator({ host = '127.0.0.1', port = 0, timeScale = 1 }: EmulatorOptions = {}): Promise<Emulator> {
  const faults = noFaults()
  const pages = new Map<string, Page>()
  const uploads = new Map<string, { readonly name: string; readonly mime: string; readonly bytes: Uint8Array }>()
  const accepted: AcceptedSend[] = []
  const delivered: DeliveredUpdate[] = []
  const calls: { at: number; method: string; status: number | null }[] = []
  const planned: Answered[] = []
  const known = new Set<string>()
  let hook: URL | undefined
  let houseFiles: AdapterFiles | undefined
  let held: (() => void) | undefined
  const closing = new AbortController()

  const door = await serve({ host, port }, () => ({ status: 404 }))

  const accountName = () => hook?.pathname.split('/').at(-1) ?? 'main'
  const page = (name: string): Page => {
    const known = pages.get(`guest:${name}`)
    if (known) return known
    const made: Page = { key: `guest:${name}`, name, seen: [], sending: Promise.resolve() }
    pages.set(made.key, made)
    return made
  }
  const token = ({ key, name }: Pick<Page, 'key' | 'name'>, at: Date) => {
    const issued = Math.floor(at.getTime() / 1000)
    return writeToken({ account: accountName(), person: key, conversation: key, name, issued, expires: issued + tokenSeconds }, tokenSecret)
  }

  /** What the hub's live side does with a push, by the faults that hold. */
  async function publish(topic: string, message: Json): Promise<void> {
    const note = { at: Date.now(), method: 'publish', status: null as number | null }
    calls.push(note)
    if (faults.latencyMs > 0) await wait(faults.latencyMs)
    if (faults.down) throw new NetworkError('ECONNREFUSED', false)
    const push = message as Push | { readonly check: true }
    const visible = 'contents' in push
    const answer = visible ? (planned.shift() ?? unlucky()) : undefined
    if (answer === 'cut') throw new NetworkError('ECONNRESET', false)
    if (answer) {
      note.status = answer.status
      const seconds = Number(answer.headers?.['retry-after'])
      const retry = Number.isFinite(seconds) ? { retryAfterMs: seconds * 1000 } : {}
      throw new PlatformError({ status: answer.status, code: String(answer.status), message: 'the push was refused', ...retry })
    }
    if (visible) await show(topic, push)
    const luck = visible ? Math.random() : 1
    if (luck < faults.cutAfter) throw new NetworkError('ECONNRESET', true)
    if (luck < faults.cutAfter + faults.silent) await new Promise(() => undefined)
    note.status = 200
  }

  function unlucky(): Answered | 'cut' | undefined {
    const luck = Math.random()
    if (luck < faults.cutBefore) return 'cut'
    if (luck < faults.cutBefore + faults.error) return { status: 500 }
    if (luck < faults.cutBefore + faults.error + faults.throttle.share)
      return { status: 429, headers: { 'retry-after': String(faults.throttle.retryAfterSeconds) } }
    return undefined
  }

  async function show(topic: string, push: Extract<Push, { readonly contents: unknown }>) {
    const chat = topic.slice(`web:${accountName()}:`.length)
    const { seen } = pages.get(chat) ?? page(chat.replace(/^guest:/, ''))
    const lines = await Promise.all((push.contents ?? []).map((content) => drawn(content, houseFiles)))
    if ('revised' in push) {
      const at = seen.findIndex(({ id }) => id === push.revised)
      if (at === -1) return
      const old = seen.filter(({ id }) => id === push.revised)
      seen.splice(
        at,
        old.length,
        ...lines.map((line): SeenMessage => ({ ...line, id: push.revised, by: 'hub', at: old[0]!.at, edited: true })),
      )
      return
    }
    const once = JSON.stringify([chat, push.messages, push.contents])
    if (known.has(once)) return
    known.add(once)
    const at = Date.now()
    const [message = ''] = push.messages
    seen.push(...lines.map((line): SeenMessage => ({ ...line, id: message, by: 'hub', at })))
    const text = lines.map((line) => line.text).join('\n')
    accepted.push({ at, chat, message, text, method: 'publish', payload: { contents: push.contents } as unknown as Json })
  }

  const within = (house: AdapterDeps): AdapterDeps => {
    houseFiles = house.files
    const open: AdapterFiles['open'] = async (file) => {
      const upload = uploads.get(file)
      return upload ? opened(upload) : house.files.open(file)
    }
    return { ...house, live: { publish }, files: { ...house.files, open } }
  }

  async function sign(request: Parameters<Emulator['sign']>[0], at = new Date()): Promise<HookRequest> {
    const body = typeof request.body === 'string' ? Buffer.from(request.body) : request.body
    const authorization = `Bearer ${token({ key: 'guest:visitor', name: 'Ada Lindqvist' }, at)}`
    const headers = { 'content-type': 'application/json', authorization, ...request.headers }
    return { method: request.method ?? 'POST', via: 'hook', query: request.query ?? {}, headers, body }
  }

  /** One after the other, as the page's outbox does, until the hub has taken it. */
  function post(from: Page, body: { readonly id: string; readonly [key: string]: Json }, text: string): string {
    const send = async (): Promise<void> => {
      for (let attempt = 1; attempt <= tries && !closing.signal.aborted; attempt++) {
        if (attempt === 1 && Math.random() < faults.reorder) await overtaken()
        const status = await once(from, body, text, attempt)
        if (status !== null && status < 500 && status !== 429) break
        await wait((250 * 2 ** attempt) / timeScale, undefined, { signal: closing.signal }).catch(() => undefined)
      }
      if (Math.random() < faults.duplicate) await once(from, body, text, 1)
      held?.()
    }
    from.sending = from.sending.then(send, send)
    return body.id
  }
  const overtaken = () => Promise.race([new Promise<void>((resolve) => (held = resolve)), wait(200)])

  async function once(from: Page, body: { readonly id: string }, text: string, attempt: number): Promise<number | null> {
    if (!hook) throw new Error('the emulator is not connected to a hub')
    const authorization = `Bearer ${token(from, new Date())}`
    const headers = { 'content-type': 'application/json', authorization }
    const note = { at: Date.now(), id: body.id, chat: from.key, text, attempt, status: null as number | null }
    delivered.push(note)
    try {
      const answer = await fetch(hook, { method: 'POST', headers, body: JSON.stringify(body), signal: closing.signal })
      await answer.arrayBuffer()
      note.status = answer.status
    } catch {
      note.status = null
    }
    return note.status
  }

  const person = (name: string): EmulatedPerson => {
    const mine = page(name)
    const say = (line: Pick<SeenMessage, 'text'> & Partial<SeenMessage>, body: { readonly [key: string]: Json }) => {
      const id = randomUUID()
      mine.seen.push({ buttons: [], ...line, id, by: 'person', at: Date.now() })
      return post(mine, { id, ...body }, line.text)
    }
    return {
      key: mine.key,
      types: async (text) => say({ text }, { text }),
      async presses(button) {
        const buttons = mine.seen.flatMap((message) => message.buttons).reverse()
        const found = buttons.find(({ label, value }) => value !== undefined && (label === button || value === button))
        if (found?.value === undefined) throw new Error(`${name} sees no button ${button}`)
        post(mine, { id: randomUUID(), choice: { value: found.value, label: found.label } }, found.label)
      },
      async sendsFile({ name: file, mime, bytes, caption }) {
        const id = randomUUID()
        uploads.set(id, { name: file, mime, bytes })
        const body = { file: id, name: file, mime, bytes: bytes.length, ...(caption ? { caption } : {}) }
        return say({ text: caption ?? '', media: { kind: 'file', name: file, mime, bytes } }, body)
      },
      sees: () => [...mine.seen],
    }
  }

  return {
    ...controls({ faults, accepted, delivered, calls }, door, planned),
    signature: { coversBody: false, maxAgeSeconds: tokenSeconds },
    account: () => ({ allowedOrigins: [], guest: true, tokenSecret }),
    refusedAccount: () => ({ allowedOrigins: [], guest: true }),
    sign,
    async connect(hookUrl) {
      hook = hookUrl
    },
    person,
    within,
    async close() {
      closing.abort()
      held?.()
      await Promise.allSettled([...pages.values()].map(({ sending }) => sending))
      await door.close()
    },
  }
}

const opened = ({ name, mime, bytes }: { readonly name: string; readonly mime: string; readonly bytes: Uint8Array }): Upload => ({
  name,
  mime,
  bytes: bytes.length,
  body: new Blob([new Uint8Array(bytes)]).stream(),
})

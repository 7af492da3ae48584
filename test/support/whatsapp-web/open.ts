import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { config, type WebConfig } from '../../../adapters/whatsapp/config.ts'
import { createWeb, type WebOptions } from '../../../adapters/whatsapp/web/index.ts'
import type { Session } from '../../../adapters/whatsapp/web/session.ts'
import type { AdapterDeps, EventOf, HookReply, HookRequest, InboundEvent, Json, ListenState } from '../../../src/channel/index.ts'
import { files } from '../../contract/samples.ts'

/** Chromium starts within seconds; on a busy machine in more. */
export async function until<Value>(look: () => Value | undefined | false, what: string, ms = 50_000): Promise<Value> {
  const end = Date.now() + ms
  for (;;) {
    const value = look()
    if (value !== undefined && value !== false) return value
    if (Date.now() > end) throw new Error(`${what} did not happen within ${ms} ms`)
    await new Promise((done) => setTimeout(done, 10))
  }
}

export const newFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'switchboard-web-'))
export const removeFolder = (folder: string): Promise<void> => rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })

/** The adapter, and all that goes through its door; `keys` may name another number or browser. */
export function openWeb(sessionDir: string, keys: { readonly [key: string]: Json } = {}, options: WebOptions = {}) {
  const logged: unknown[][] = []
  const seen = { states: [] as ListenState[], requests: [] as HookRequest[], events: [] as InboundEvent[], ignored: [] as string[] }
  const browsers: Session[] = []
  const log = (...line: unknown[]) => void logged.push(line)
  const deps: Pick<AdapterDeps, 'now' | 'log' | 'files' | 'fetch'> = {
    now: () => new Date(),
    log: { info: log, warn: log },
    fetch: () => Promise.reject(new TypeError('fetch failed')),
    files: {
      async open(file) {
        const found = files.get(file)
        if (!found) throw new Error(`there is no file ${file}`)
        return { mime: found.mime, name: found.name, bytes: found.bytes.length, body: new Blob([new Uint8Array(found.bytes)]).stream() }
      },
      link: async () => expect.fail('files go by their bytes'),
      remembered: async () => undefined,
      remember: async () => undefined,
    },
  }
  const parsed = config.parse({ transport: 'web', sessionDir, ...keys }) as WebConfig
  const page = { version: 'stub-1', path: new URL('.', import.meta.url).pathname }
  const adapter = createWeb({ id: 'phone' as never, config: parsed }, deps as AdapterDeps, {
    page,
    ...options,
    started: (session) => browsers.push(session),
  })
  const door = { answer: (_: readonly InboundEvent[]): HookReply => ({ status: 200 }) }
  let stop = new AbortController()
  let ended: Promise<unknown> = Promise.resolve()
  const web = {
    adapter,
    ...seen,
    logged,
    browsers,
    door,
    /** Begins to listen; what it ends with comes from `close`. */
    start() {
      stop = new AbortController()
      const receive = async (request: HookRequest): Promise<HookReply> => {
        seen.requests.push(request)
        expect(await adapter.verify(request)).toEqual({ ok: true })
        const { events, ignored } = adapter.parse(request)
        const reply = door.answer(events)
        if (reply.status < 500) {
          seen.events.push(...events)
          seen.ignored.push(...ignored)
        }
        return reply
      }
      ended = adapter.listen!(receive, (state) => seen.states.push(state), stop.signal)
      ended.catch(() => undefined)
      return ended
    },
    async close() {
      stop.abort()
      await ended.catch(() => undefined)
      await adapter.close?.()
    },
    state: (state: ListenState['state'], since = 0) =>
      until(() => seen.states.slice(since).find((one) => one.state === state), `state ${state}`),
    code: (since = 0) => until(() => seen.states.slice(since).find(({ qr, pairingCode }) => qr ?? pairingCode), 'a code'),
    async next<Kind extends InboundEvent['kind']>(kind: Kind, since = 0) {
      const found = await until(() => seen.events.slice(since).find((event) => event.kind === kind), `an event ${kind}`)
      return found as EventOf<Kind>
    },
    page: () => browsers.at(-1)!.client.pupPage!,
    /** Calls a function of the page's `__stub`. */
    play: (name: string, ...given: readonly unknown[]): Promise<unknown> =>
      web
        .page()
        .evaluate(
          (called: string, values: readonly unknown[]) =>
            (globalThis as unknown as { __stub: { [name: string]: (...all: readonly unknown[]) => unknown } }).__stub[called]!(...values),
          name,
          given,
        ),
    /** The same where the library closes the page over it. */
    playLast: (name: string, ...given: readonly unknown[]): Promise<unknown> => web.play(name, ...given).catch(() => undefined),
    sent: (): Promise<readonly { readonly [key: string]: unknown }[]> =>
      web.page().evaluate(() => (globalThis as unknown as { __stub: { sent: { [key: string]: unknown }[] } }).__stub.sent),
    /** Listens, is linked by the code, and is ready. */
    async link() {
      web.start()
      await web.code()
      await web.play('pair')
      await web.state('open')
      return web
    },
  }
  return web
}
export type Web = ReturnType<typeof openWeb>

import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { isDeepStrictEqual } from 'node:util'
import { expect } from 'vitest'
import { allVariables } from '../../config/environment.ts'
import type { Emulator, EmulatorOptions } from '../../src/channel/emulator.ts'
import {
  type AccountId,
  type Adapter,
  type AdapterDefinition,
  type AdapterDeps,
  type Address,
  type Attempt,
  type Content,
  type EventOf,
  type HookRequest,
  type InboundEvent,
  id,
  type Json,
  type Parsed,
  type Receipt,
  type Why,
} from '../../src/channel/index.ts'
import { degrade } from '../../src/core/degrade.ts'
import { files } from './samples.ts'

export type Contract = {
  readonly definition: AdapterDefinition<unknown>
  readonly startEmulator: (options?: EmulatorOptions) => Promise<Emulator>
  /** The adapter's own folder, with its fixtures. */
  readonly folder: URL
}

/** The suite's clock for everything that is compared with a golden file. */
export const clock = new Date('2026-01-02T03:04:05.000Z')
export const why: Why = { author: 'virtual-agent', window: 'open' }
export const attempt = (ms = 30_000, key = `key-${Math.random()}`): Attempt => ({
  idempotencyKey: key,
  number: 1,
  signal: AbortSignal.timeout(ms),
})

/** One adapter on one emulator, and all that was said where a secret could slip out. */
export async function openBench({ definition, startEmulator }: Contract) {
  const emulator = await startEmulator({ timeScale: 1000 })
  const said: unknown[] = []
  const fetched: string[] = []
  const remembered = new Map<string, Json>()
  const deps = (now: () => Date): AdapterDeps => ({
    fetch: (input, init) => {
      fetched.push(String(input))
      return fetch(input, init)
    },
    now,
    log: { info: (...line) => said.push(line), warn: (...line) => said.push(line) },
    files: {
      async open(file) {
        const found = files.get(file)
        if (!found) throw new Error(`there is no file ${file}`)
        const { mime, name, bytes } = found
        return { mime, name, bytes: bytes.length, body: new Blob([new Uint8Array(bytes)]).stream() }
      },
      // On this machine, because some platforms take nothing but links: their emulators look at what is there.
      link: async (file) => `${door.url.origin}/files/${file}/${encodeURIComponent(files.get(file)!.name)}`,
      remembered: async (file) => remembered.get(file),
      remember: async (file, media) => void remembered.set(file, media),
    },
    live: { publish: async () => undefined },
  })
  const create = (keys: Json = emulator.account(), now: () => Date = () => clock): Adapter => {
    const config = definition.config.parse(keys)
    return definition.create({ id: id<AccountId>('main'), config }, emulator.within?.(deps(now)) ?? deps(now))
  }
  const can = definition.capabilities(definition.config.parse(emulator.account()))
  const door = await openDoor(create(undefined, () => new Date()))
  await emulator.connect(door.url)
  return { emulator, said, fetched, create, can, door, adapter: door.adapter, close: () => closeAll(emulator, door) }
}
export type Bench = Awaited<ReturnType<typeof openBench>>

async function closeAll(emulator: Emulator, door: Awaited<ReturnType<typeof openDoor>>) {
  await door.adapter.close?.()
  await emulator.close()
  door.server.closeAllConnections()
  door.server.close()
}

/** The hub's door, as small as it can be: verifies, parses, keeps. */
async function openDoor(adapter: Adapter) {
  const events: InboundEvent[] = []
  const requests: HookRequest[] = []
  const refusals: string[] = []
  const server: Server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const url = new URL(request.url ?? '/', 'http://hub')
    const [, linked] = /^\/files\/([^/]+)\//.exec(url.pathname) ?? []
    if (linked !== undefined) {
      const { mime, bytes } = files.get(id(linked))!
      return void response.writeHead(200, { 'content-type': mime }).end(bytes)
    }
    const hook: HookRequest = {
      method: request.method === 'GET' ? 'GET' : 'POST',
      via: 'hook',
      query: Object.fromEntries(url.searchParams),
      headers: Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)])),
      body: Buffer.concat(chunks),
    }
    requests.push(hook)
    const verdict = await adapter.verify(hook)
    if (!verdict.ok) {
      refusals.push(verdict.reason)
      return void response.writeHead(verdict.status).end()
    }
    const parsed = adapter.parse(hook)
    events.push(...parsed.events)
    response.writeHead(parsed.reply?.status ?? 200, parsed.reply?.headers).end(parsed.reply?.body ?? '')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks/channel/main`)
  const next = async <Kind extends InboundEvent['kind']>(kind: Kind, since: number): Promise<EventOf<Kind>> => {
    const found = await eventually(() => events.slice(since).find((event) => event.kind === kind))
    return found as EventOf<Kind>
  }
  return { adapter, server, url, events, requests, refusals, next }
}

export async function eventually<Value>(look: () => Value | undefined, ms = 30_000): Promise<Value> {
  const until = Date.now() + ms
  for (;;) {
    const value = look()
    if (value !== undefined) return value
    if (Date.now() > until) throw new Error(`it did not happen within ${ms} ms`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

export const plan = (content: Content, { can, adapter }: Pick<Bench, 'can' | 'adapter'>, to: Address): readonly Json[] =>
  adapter.render(degraded(content, can), to, why)

export const degraded = (content: Content, can: Bench['can']): readonly Content[] =>
  degrade(content, can, (file) => `https://files.example.com/${'stored' in file ? file.stored : 'ref'}`)

export async function sendAll(bench: Bench, payloads: readonly Json[], to: Address): Promise<readonly Receipt[]> {
  const receipts: Receipt[] = []
  let address = to
  for (const payload of payloads) {
    const receipt = await bench.adapter.send(payload, address, attempt())
    if (receipt.reply !== undefined) address = { ...address, reply: receipt.reply }
    receipts.push(receipt)
  }
  return receipts
}

/** A private conversation with a person who has written already. */
export async function openConversation(bench: Bench, name: string) {
  const person = bench.emulator.person(name)
  const since = bench.door.events.length
  await person.types(`hello from ${name}`)
  const heard = await bench.door.next('message', since)
  const before = person.sees().length
  return { person, heard, to: heard.from, seen: () => person.sees().slice(before) }
}

export type Recorded = {
  readonly name: string
  readonly request: {
    readonly method?: 'GET' | 'POST'
    readonly query?: HookRequest['query']
    readonly headers?: HookRequest['headers']
  } & ({ readonly body: Json } | { readonly text: string })
}
const bodyOf = ({ request }: Recorded): string =>
  'text' in request ? request.text : request.method === 'GET' ? '' : JSON.stringify(request.body)
export const signed = (emulator: Emulator, recorded: Recorded, body: Uint8Array | string = bodyOf(recorded)): Promise<HookRequest> => {
  const { method, query, headers } = recorded.request
  return emulator.sign({ ...(method ? { method } : {}), ...(query ? { query } : {}), ...(headers ? { headers } : {}), body }, clock)
}

/** Files of a fixture folder by what stands before the ending. */
export function fixtures<Shape>(
  folder: URL,
  kind: 'in' | 'out' | 'errors',
  ending: string,
): readonly ({ readonly name: string } & Shape)[] {
  const at = new URL(`fixtures/${kind}/`, folder)
  const names = readdirSync(at).filter((name) => name.endsWith(ending))
  return names.sort().map((name) => ({ name: name.slice(0, -ending.length), ...JSON.parse(readFileSync(new URL(name, at), 'utf8')) }))
}
export const recordedRequests = (folder: URL): readonly Recorded[] => {
  const at = new URL('fixtures/in/', folder)
  const ending = '.request.json'
  const names = readdirSync(at).filter((name) => name.endsWith(ending))
  return names.sort().map((name) => ({ name: name.slice(0, -ending.length), request: JSON.parse(readFileSync(new URL(name, at), 'utf8')) }))
}

const updating = allVariables().UPDATE_FIXTURES === '1'

/** Compares with a golden file; `UPDATE_FIXTURES=1` writes it, for a human to read. */
export function expectGolden(actual: unknown, folder: URL, path: string) {
  const at = new URL(`fixtures/${path}`, folder)
  if (updating) {
    const before = tryRead(at)
    if (before === undefined || !isDeepStrictEqual(JSON.parse(before), asJson(actual)))
      writeFileSync(at, `${JSON.stringify(actual, null, 2)}\n`)
    return
  }
  const golden = tryRead(at)
  if (golden === undefined) throw new Error(`fixtures/${path} is missing: write it with UPDATE_FIXTURES=1 and read it`)
  expect(asJson(actual)).toEqual(JSON.parse(golden))
}

function tryRead(at: URL): string | undefined {
  try {
    return readFileSync(at, 'utf8')
  } catch {
    return undefined
  }
}
export const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

export const frozen = <Value>(value: Value): Value => {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const part of Object.values(value)) frozen(part)
  }
  return value
}

/** The account's values that must never be read anywhere else. */
export function secretsOf(emulator: Emulator): readonly string[] {
  const strings = (value: Json | undefined): string[] =>
    typeof value === 'string' ? [value] : typeof value === 'object' && value !== null ? Object.values(value).flatMap(strings) : []
  const secret = Object.entries(emulator.account()).filter(([name]) => /token|secret|password/i.test(name))
  return secret.flatMap(([, value]) => strings(value))
}

export const isEmpty = ({ events, ignored, reply }: Parsed): boolean => events.length === 0 && ignored.length === 0 && reply === undefined

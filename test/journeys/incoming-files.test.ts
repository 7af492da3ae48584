import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Emulator, EmulatorOptions } from '../../src/channel/emulator.ts'
import type { Content, Json } from '../../src/channel/index.ts'
import { echo } from '../support/echo.ts'
import { openHub } from '../support/hub.ts'

/** What a platform has taken already is kept up to so many bytes (src/app/files.ts). */
const most = 25 * 1024 * 1024
const channels = ['messenger', 'whatsapp', 'line', 'viber', 'telegram'] as const
const keysOf: { readonly [channel: string]: { readonly [key: string]: Json } } = { whatsapp: { transport: 'cloud' } }
/** The path of a download. */
const download: { readonly [channel in (typeof channels)[number]]: RegExp } = {
  messenger: /^\/cdn\//,
  whatsapp: /^\/lookaside\//,
  line: /\/content$/,
  viber: /^\/media\//,
  telegram: /^\/file\//,
}

const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64')
const page = new TextEncoder().encode('<!doctype html><script>alert(1)</script>')

type Wire = Awaited<ReturnType<typeof wireTo>>

let hub: Awaited<ReturnType<typeof openHub>>
const emulators = new Map<string, Emulator>()
const wires = new Map<string, Wire>()
let foreign: Awaited<ReturnType<typeof lure>>
beforeAll(async () => {
  foreign = await lure()
  for (const channel of channels) {
    const { startEmulator } = (await import(`../../adapters/${channel}/emulator.ts`)) as {
      startEmulator: (options: EmulatorOptions) => Promise<Emulator>
    }
    const emulator = await startEmulator({ timeScale: 40 })
    emulators.set(channel, emulator)
    wires.set(channel, await wireTo(emulator, download[channel]))
  }
  const accounts = channels.map((channel) => ({
    channel,
    account: 'files',
    ...keysOf[channel],
    ...wires.get(channel)!.through(emulators.get(channel)!.account()),
  }))
  hub = await openHub({ channels: accounts }, echo)
  for (const channel of channels)
    await emulators.get(channel)!.connect(wires.get(channel)!.hook(new URL(`/hooks/${channel}/files`, hub.url)))
})
afterAll(async () => {
  await Promise.all([...emulators.values()].map((emulator) => emulator.close()))
  await Promise.all([...wires.values()].map((wire) => wire.close()))
  await hub?.stop()
  await foreign?.close()
})

describe.concurrent('a file that a person sends', () => {
  test.each(channels)(
    'on %s is kept as what it is, fetched again, given up visibly, never read without end, and never asked for elsewhere',
    {
      timeout: 300_000,
    },
    async (channel) => {
      const wire = wires.get(channel)!
      let people = 0
      const sends = async (bytes: Uint8Array = new Uint8Array(png)) => {
        const who = `${channel} person ${++people}`
        const before = wire.asked
        await emulators.get(channel)!.person(who).sendsFile!({ name: 'screen.png', mime: 'image/png', bytes })
        return { content: await arrived(channel, who), asked: wire.asked - before }
      }
      const kept = (mime: unknown) => ({ type: 'media', file: { stored: expect.any(String), mime } })
      const failed = { type: 'unreadable', text: expect.stringContaining('could not be fetched') }

      expect((await sends()).content).toMatchObject(kept('image/png'))
      // It calls itself a picture and is a page: no browser may be told either.
      expect((await sends(page)).content).toMatchObject(kept(expect.not.stringMatching(/^image\/|html|svg/)))

      wire.failing = 1
      const again = await sends()
      expect([again.content, again.asked]).toMatchObject([kept('image/png'), 2])
      wire.failing = 100
      const givenUp = await sends()
      expect([givenUp.content, givenUp.asked]).toMatchObject([failed, 3])
      wire.failing = 0

      wire.endless = true
      expect((await sends()).content).toMatchObject(failed)
      wire.endless = false
      // What is on its way in the sockets is some more than what is read.
      expect(wire.poured).toBeGreaterThan(most)
      expect(wire.poured).toBeLessThan(most + 20_000_000)

      wire.redirects = foreign.url
      expect((await sends()).content).toMatchObject(failed)
      wire.redirects = undefined
      wire.names = foreign.url
      const named = await sends()
      wire.names = undefined
      // LINE and Telegram name no addresses: there is nothing to forge.
      expect(named.content).toMatchObject(channel === 'line' || channel === 'telegram' ? kept('image/png') : failed)
      expect(foreign.requests).toBe(0)
    },
  )
})

/** What the hub has of the only thing that somebody sent, when it has taken it. */
async function arrived(channel: string, who: string): Promise<Content> {
  const { key } = emulators.get(channel)!.person(who)
  const read = async () => {
    const query = hub.connection.db
      .selectFrom('messages as m')
      .innerJoin('conversations as c', 'c.id', 'm.conversation')
      .select('m.content')
    const rows = await query.where('c.channel', '=', channel).where('m.author', '=', 'person').where('m.person', '=', key).execute()
    return rows.flatMap(({ content }) => content).find(({ type }) => type === 'media' || type === 'unreadable')
  }
  for (const until = Date.now() + 120_000; Date.now() < until; await wait(100)) {
    const found = await read()
    if (found) return found
  }
  throw new Error(`what ${who} sent did not arrive`)
}

/** Between hub and platform in both directions: it can spoil downloads, send them elsewhere, and forge the addresses that the platform names. */
async function wireTo(emulator: Emulator, isDownload: RegExp) {
  const wire = {
    asked: 0,
    poured: 0,
    failing: 0,
    endless: false,
    redirects: undefined as string | undefined,
    names: undefined as string | undefined,
  }
  let hook: URL | undefined
  const server = createServer((request, answer) => void pass(request, answer).catch(() => answer.destroy()))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const rewritten = (text: string) =>
    text.replaceAll(emulator.url, wire.names ?? url).replaceAll(emulator.url.replaceAll('/', '\\/'), wire.names ?? url)

  async function pass(request: IncomingMessage, answer: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks)
    const { pathname, search } = new URL(request.url!, url)
    if (hook && pathname === hook.pathname) return toHub(request, body, search, answer)
    if (isDownload.test(pathname)) {
      wire.asked++
      if (wire.redirects) return void answer.writeHead(302, { location: `${wire.redirects}/stolen.png` }).end()
      if (wire.failing > 0) {
        wire.failing--
        return void answer.writeHead(500).end()
      }
      if (wire.endless) return pour(answer)
    }
    const { host: _, connection: __, 'content-length': ___, 'transfer-encoding': ____, ...headers } = request.headers
    const sent = { method: request.method!, headers: headers as { readonly [name: string]: string }, redirect: 'manual' as const }
    const response = await fetch(emulator.url + pathname + search, body.length > 0 ? { ...sent, body } : sent)
    const type = response.headers.get('content-type') ?? ''
    const bytes = Buffer.from(await response.arrayBuffer())
    answer.writeHead(response.status, type ? { 'content-type': type } : {})
    answer.end(type.includes('json') ? rewritten(bytes.toString()) : bytes)
  }
  /** Signed anew by the platform itself: a forged address must be refused for what it is. */
  async function toHub(request: IncomingMessage, body: Buffer, search: string, answer: ServerResponse): Promise<void> {
    const method = request.method as 'GET' | 'POST'
    const signed = method === 'POST' ? await emulator.sign({ method, body: rewritten(body.toString()) }) : undefined
    const response = await fetch(new URL(hook!.pathname + search, hook), {
      method,
      ...(signed ? { headers: signed.headers, body: new Uint8Array(signed.body) } : {}),
    })
    answer.writeHead(response.status, { 'content-type': response.headers.get('content-type') ?? 'text/plain' })
    answer.end(await response.text())
  }
  async function pour(answer: ServerResponse): Promise<void> {
    answer.writeHead(200, { 'content-type': 'image/png' })
    answer.write(png)
    const chunk = Buffer.alloc(65_536)
    while (!answer.destroyed && wire.poured < 200_000_000) {
      wire.poured += chunk.length
      if (!answer.write(chunk)) while (answer.writableNeedDrain && !answer.destroyed) await wait(2)
    }
    answer.end()
  }
  return Object.assign(wire, {
    /** The account's keys with this wire in place of the platform. */
    through: (account: { readonly [key: string]: Json }) => JSON.parse(JSON.stringify(account).replaceAll(emulator.url, url)),
    hook(at: URL): URL {
      hook = at
      return new URL(at.pathname, url)
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  })
}

/** A host that is nobody's; it counts who comes. */
async function lure() {
  let requests = 0
  const server = createServer((_, answer) => {
    requests++
    answer.writeHead(200, { 'content-type': 'image/png' }).end(png)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get requests() {
      return requests
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Emulator, EmulatorOptions } from '../../src/channel/emulator.ts'
import type { Json } from '../../src/channel/index.ts'
import { echo } from '../support/echo.ts'
import { openHub } from '../support/hub.ts'

type Batching = Emulator & { together?(act: () => Promise<unknown>): Promise<void> }

const people = Array.from({ length: 10 }, (_, n) => `Person ${String.fromCharCode(65 + n)}`)
const each = 5
const all = people.length * each

/** The order in which fifty messages come: everybody's first, everybody's second … */
const typed = Array.from({ length: all }, (_, n) => ({
  who: people[n % people.length]!,
  text: `number ${Math.floor(n / people.length) + 1}`,
}))

const cases = [
  { channel: 'messenger', requests: 1 },
  { channel: 'whatsapp', keys: { transport: 'cloud' }, requests: 1 },
  { channel: 'line', requests: 1 },
  // One message a call.
  { channel: 'viber', requests: all },
] as const

let hub: Awaited<ReturnType<typeof openHub>>
const emulators = new Map<string, Batching>()
beforeAll(async () => {
  for (const { channel } of cases) {
    const { startEmulator } = (await import(`../../adapters/${channel}/emulator.ts`)) as {
      startEmulator: (options: EmulatorOptions) => Promise<Batching>
    }
    emulators.set(channel, await startEmulator({ timeScale: 40 }))
  }
  const accounts = cases.map(({ channel, requests: _, ...more }) => {
    const keys: { readonly [key: string]: Json } = 'keys' in more ? more.keys : {}
    return { channel, account: 'main', ...keys, ...emulators.get(channel)!.account() }
  })
  hub = await openHub({ channels: accounts }, echo)
})
afterAll(async () => {
  await hub?.stop()
  for (const emulator of emulators.values()) await emulator.close()
})

test.each(cases)(
  'fifty messages of ten people at once on $channel, told twice, are ten conversations, each answered in order and once',
  {
    timeout: 300_000,
  },
  async ({ channel, requests }) => {
    const emulator = emulators.get(channel)!
    const wire = await relay(new URL(`/hooks/${channel}/main`, hub.url))
    try {
      await emulator.connect(wire.url)
      // Some platforms greet, or tell that the chat was opened: that is over before it counts.
      await wait(300)
      wire.bodies.length = 0
      const typing = async () => {
        for (const { who, text } of typed) await emulator.person(who).types(text)
      }
      emulator.faults.duplicate = 1
      await (emulator.together ? emulator.together(typing) : typing())
      const answers = () => emulator.record.accepted.filter(({ text }) => /\bnumber \d$/.test(text))
      await expect.poll(() => answers().length).toBeGreaterThanOrEqual(all)
      await expect.poll(() => wire.bodies.length).toBeGreaterThanOrEqual(2 * requests)
      await wait(500)

      expect(wire.bodies).toHaveLength(2 * requests)
      const heard = Map.groupBy(answers(), ({ chat }) => chat)
      expect(heard.size).toBe(people.length)
      for (const said of heard.values())
        expect(said.map(({ text }) => /\d$/.exec(text)![0])).toEqual(Array.from({ length: each }, (_, n) => String(n + 1)))
      const conversations = await hub.connection.db.selectFrom('conversations').select('messages').where('channel', '=', channel).execute()
      expect(conversations).toHaveLength(people.length)
      expect(conversations.map(({ messages }) => messages)).toEqual(people.map(() => 2 * each))
      expect(hub.complaints).toEqual([])
    } finally {
      await wire.close()
    }
  },
)

/** A wire to the hub that keeps what people said over it: neither what is told back of our own answers, nor their receipts. */
async function relay(to: URL) {
  const bodies: string[] = []
  const server = createServer((request, answer) => void pass(request, answer).catch(() => answer.destroy()))
  async function pass(request: IncomingMessage, answer: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks)
    const text = body.toString()
    if (text.includes('number ') && !text.includes('is_echo')) bodies.push(text)
    const { host: _, connection: __, 'transfer-encoding': ___, 'content-length': ____, ...headers } = request.headers
    const given = { method: request.method!, headers: headers as { readonly [name: string]: string } }
    const response = await fetch(new URL(`${to.pathname}${new URL(request.url!, to).search}`, to), {
      ...given,
      ...(request.method === 'POST' ? { body: new Uint8Array(body) } : {}),
    })
    answer.writeHead(response.status, { 'content-type': response.headers.get('content-type') ?? 'text/plain' })
    answer.end(new Uint8Array(await response.arrayBuffer()))
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: new URL(to.pathname, `http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    bodies,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { startMessengerEmulator } from '../../adapters/messenger/emulator.ts'
import { messenger } from '../../adapters/messenger/index.ts'
import { startWhatsAppEmulator } from '../../adapters/whatsapp/emulator.ts'
import { whatsapp } from '../../adapters/whatsapp/index.ts'
import { attempt, eventually, openBench, why } from '../contract/contract-bench.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

const channels = [
  { definition: messenger, startEmulator: startMessengerEmulator, folder: new URL('../../adapters/messenger/', import.meta.url) },
  { definition: whatsapp, startEmulator: startWhatsAppEmulator, folder: new URL('../../adapters/whatsapp/', import.meta.url) },
] as const

describe.each(channels)('webhooks of $definition.title', (channel) => {
  const open = async () => {
    const bench = await openBench(channel)
    closing.push(bench.close)
    const emulator = bench.emulator as Awaited<ReturnType<typeof channel.startEmulator>>
    return { ...bench, emulator }
  }
  const taken = (emulator: { pending(): number }) => eventually(() => (emulator.pending() === 0 ? true : undefined))

  test('200 numbers of 20 people all arrive, however many come twice or are overtaken, and keep their ids', async () => {
    const { emulator, door } = await open()
    Object.assign(emulator.faults, { duplicate: 0.4, reorder: 0.3 })
    for (let n = 0; n < 200; n++) await emulator.person(`Person ${n % 20}`).types(`${n}`)
    await taken(emulator)
    const heard = door.events.filter((event) => event.kind === 'message')
    const byId = Map.groupBy(heard, ({ id }) => id)
    expect(heard.length).toBeGreaterThan(200)
    expect(byId.size).toBe(200)
    for (const [, same] of byId) expect(new Set(same.map((event) => JSON.stringify(event))).size).toBe(1)
    const texts = [...byId.values()].map(([event]) => (event!.content[0] as { text: string }).text)
    expect(texts.map(Number).sort((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, n) => n))
  })

  test('without faults what one person writes arrives in its order, from many at once', async () => {
    const { emulator, door } = await open()
    for (let n = 0; n < 300; n++) await emulator.person(`Person ${n % 30}`).types(`${n}`)
    await taken(emulator)
    const heard = door.events.filter((event) => event.kind === 'message')
    for (const [, said] of Map.groupBy(heard, ({ from }) => from.conversation)) {
      const numbers = said.map(({ content }) => Number((content[0] as { text: string }).text))
      expect(numbers).toEqual([...numbers].sort((a, b) => a - b))
    }
    expect(heard.length).toBe(300)
  })

  test('what the hub could not take comes again until it can', async () => {
    const emulator = await channel.startEmulator({ timeScale: 1000 })
    let calls = 0
    const hub = createServer((request, response) => {
      const challenge = new URL(request.url!, 'http://hub').searchParams.get('hub.challenge')
      request.resume()
      response.writeHead(challenge !== null || ++calls > 3 ? 200 : 503).end(challenge ?? '')
    })
    await new Promise<void>((resolve) => hub.listen(0, '127.0.0.1', resolve))
    closing.push(
      () => hub.close(),
      () => hub.closeAllConnections(),
      () => emulator.close(),
    )
    await emulator.connect(new URL(`http://127.0.0.1:${(hub.address() as AddressInfo).port}/`))
    await emulator.person('Ada').types('hello')
    await taken(emulator)
    expect(emulator.record.delivered.map(({ status, attempt }) => [attempt, status])).toEqual([
      [1, 503],
      [2, 503],
      [3, 503],
      [4, 200],
    ])
  })

  test('of 100 sends under faults the record holds what the receipts say, and what broke off is uncertain', async () => {
    const { emulator, door, adapter } = await open()
    await emulator.person('Ada').types('hi')
    const { from: to } = await door.next('message', 0)
    Object.assign(emulator.faults, { cutAfter: 0.1, error: 0.1, throttle: { share: 0.1, retryAfterSeconds: 2 } })
    const outcomes = { sent: [] as string[], uncertain: 0, not: 0 }
    for (let n = 0; n < 100; n++) {
      const [payload] = adapter.render([{ type: 'text', text: `${n}` }], to, why)
      await adapter.send(payload!, to, attempt()).then(
        ({ messages }) => outcomes.sent.push(...messages),
        (error) => void (adapter.classify(error).kind === 'uncertain' ? outcomes.uncertain++ : outcomes.not++),
      )
    }
    const accepted = emulator.record.accepted.map(({ message }) => message)
    expect(outcomes.sent.every((message) => accepted.includes(message))).toBe(true)
    expect(accepted.length).toBe(outcomes.sent.length + outcomes.uncertain)
    expect(outcomes.sent.length + outcomes.uncertain + outcomes.not).toBe(100)
  })
})

import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Webhook as StandardWebhook } from 'standardwebhooks'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { makeWebhooks, type Webhook } from '../../src/service-desk/webhooks.ts'
import type { Connection } from '../../src/store/connect.ts'
import { makeStore } from '../../src/store/index.ts'
import { incident } from './samples.ts'
import { databases, dropPostgres, stage, tess } from './stage.ts'

type Got = { readonly headers: IncomingHttpHeaders; readonly body: string; readonly at: number }
const secret = `whsec_${Buffer.from('thirty-two bytes of a test secret').toString('base64')}`

/** Where there is a Postgres these tests run on it, elsewhere on an embedded database. */
const anyDatabase = databases.findLast(({ available }) => available)!
let connection: Connection
let desk: Awaited<ReturnType<typeof stage>>
let ahead = 0
const now = () => new Date(Date.now() + ahead * 1_000)
beforeAll(async () => {
  connection = await anyDatabase.open()
  desk = await stage(connection)
})
afterAll(async () => {
  await connection.close()
  await dropPostgres()
})

const receivers: Server[] = []
afterEach(async () => {
  for (const server of receivers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
  ahead = 0
})
/** Another system. `answer` says what it does with the n-th call: a status, headers, silence, or a broken connection. */
async function receiver(
  answer: (
    n: number,
    body: { data: { number: string } },
  ) => number | 'silence' | 'break' | { readonly status: number; readonly headers: { readonly [name: string]: string } },
  port = 0,
  delayMs = 0,
) {
  const got: Got[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    got.push({ headers: request.headers, body, at: Date.now() })
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs))
    const what = answer(got.length, JSON.parse(body))
    if (what === 'break') request.socket.destroy()
    else if (what !== 'silence') {
      const { status, headers } = typeof what === 'number' ? { status: what, headers: {} } : what
      response.writeHead(status, headers).end('thank you')
    }
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  receivers.push(server)
  return {
    got,
    port: (server.address() as AddressInfo).port,
    kinds: () => got.map(({ body }) => (JSON.parse(body) as { type: string }).type),
  }
}

let names = 0
const webhookTo = (port: number, more: Partial<Webhook> = {}): Webhook => ({
  name: `hook-${++names}`,
  url: `http://127.0.0.1:${port}/in?token=hidden`,
  secret,
  events: [],
  ...more,
})
const sender = (...webhooks: Webhook[]) =>
  makeWebhooks({
    db: connection.db,
    webhooks,
    book: desk.book,
    lease: makeStore(connection.db, `sender-${names}`).lease,
    log: { info: () => undefined, warn: () => undefined },
    now,
    random: () => 0,
    timeoutMs: 300,
  })
const done = () => connection.db.deleteFrom('leases').where('name', '=', 'webhooks').execute()
let keys = 0
async function happen(times = 1): Promise<string> {
  const opened = await desk.desk.open(incident(null), `open-${++keys}`)
  if (opened.state !== 'open') throw new Error('kept')
  for (let n = 0; n < times; n++) await desk.book.comment(opened.request.number, { text: `${n}`, internal: false }, tess, `c-${++keys}`)
  return opened.request.number
}
const passes = async (hooks: ReturnType<typeof sender>, seconds: number) => {
  ahead += seconds
  await hooks.ring()
}

describe('another system', () => {
  test('hears of news while a slow one is still sent what waits for it', async () => {
    const [slow, quick] = [await receiver(() => 204, 0, 200), await receiver(() => 204)]
    const hooks = sender(webhookTo(slow.port), webhookTo(quick.port))
    await hooks.ring()
    for (let n = 0; n < 24; n++) await happen(0)
    const sending = hooks.ring()
    await expect.poll(() => slow.got.length).toBeGreaterThan(0)
    await happen(0)
    await Promise.all([hooks.ring(), expect.poll(() => quick.got.length).toBe(25)])
    await sending
    expect(slow.got).toHaveLength(25)
    const news = quick.got.at(-1)!.at
    expect(slow.got.filter(({ at }) => at > news).length).toBeGreaterThan(4)
    await done()
  })

  test('is told of everything from its first start on, signed as the standard has it', async () => {
    await happen()
    const { got, port, kinds } = await receiver(() => 204)
    const hooks = sender(webhookTo(port))
    await hooks.ring()
    expect(got).toEqual([])
    const number = await happen(2)
    await hooks.ring()
    expect(kinds()).toEqual(['request.opened', 'request.commented', 'request.commented'])
    const verifier = new StandardWebhook(secret)
    for (const { headers, body } of got) {
      const told = verifier.verify(body, headers as Record<string, string>) as { data: { number: string } }
      expect(told.data.number).toBe(number)
      expect(() => verifier.verify(body.replace(number, 'INC-1'), headers as Record<string, string>)).toThrow()
    }
    expect(new Set(got.map(({ headers }) => headers['webhook-id'])).size).toBe(3)
    expect(await hooks.list()).toMatchObject([{ state: 'working', waiting: 0, dead: 0, url: `http://127.0.0.1:${port}/in` }])
    await done()
  })

  test('only of the kinds it asked for', async () => {
    const { port, kinds } = await receiver(() => 200)
    const hooks = sender(webhookTo(port, { events: ['commented'] }))
    await hooks.ring()
    await happen(1)
    await hooks.ring()
    expect(kinds()).toEqual(['request.commented'])
    await done()
  })

  test('that refuses, breaks off or is silent gets it again, with the same id, in order for each request, and holds no other request up for ever', async () => {
    let bad = ''
    const answers = [500, 'break', 'silence'] as const
    let tried = 0
    const { got, port } = await receiver((_, { data }) => (data.number === bad && tried < 3 ? answers[tried++]! : 200))
    const hooks = sender(webhookTo(port))
    await hooks.ring()
    bad = await happen(2)
    const good = await happen(1)
    for (let round = 0; round < 12; round++) await passes(hooks, 200)
    const of = (number: string) =>
      got
        .map(({ body, headers }) => ({
          ...(JSON.parse(body) as { type: string; data: { number: string; seq: number } }),
          id: headers['webhook-id'],
        }))
        .filter(({ data }) => data.number === number)
    expect(of(good).map(({ type }) => type)).toEqual(['request.opened', 'request.commented'])
    const told = of(bad)
    expect(told.map(({ type }) => type)).toEqual([
      'request.opened',
      'request.opened',
      'request.opened',
      'request.opened',
      'request.commented',
      'request.commented',
    ])
    expect(new Set(told.slice(0, 4).map(({ id }) => id)).size).toBe(1)
    expect(told.map(({ data }) => data.seq)).toEqual(told.map(({ data }) => data.seq).toSorted((one, other) => one - other))
    await done()
  })

  test('that is away is told when it is back, also by another process', async () => {
    const first = await receiver(() => 200)
    const hook = webhookTo(first.port)
    await sender(hook).ring()
    await done()
    for (const server of receivers.splice(0)) server.close()
    const number = await happen(1)
    const hooks = sender(hook)
    await hooks.ring()
    expect(await hooks.list()).toMatchObject([{ state: 'failing', waiting: 2, failure: 'no connection (ECONNREFUSED)' }])
    await done()
    const back = await receiver(() => 200, first.port)
    ahead += 10
    await sender(hook).ring()
    expect(back.got.map(({ body }) => JSON.parse(body).data.number)).toEqual([number, number])
    await done()
  })

  test('that sends us elsewhere is not followed', async () => {
    const other = await receiver(() => 200)
    const { port } = await receiver(() => ({ status: 307, headers: { location: `http://127.0.0.1:${other.port}/` } }))
    const hooks = sender(webhookTo(port))
    await hooks.ring()
    await happen(0)
    await hooks.ring()
    expect(other.got).toEqual([])
    expect(await hooks.list()).toMatchObject([{ failure: 'it answered 307: redirects are not followed' }])
    await done()
  })

  test('that asks us to wait is left alone so long', async () => {
    const { got, port } = await receiver((n) => (n === 1 ? { status: 429, headers: { 'retry-after': '900' } } : 200))
    const hooks = sender(webhookTo(port))
    await hooks.ring()
    await happen(0)
    await hooks.ring()
    await passes(hooks, 600)
    expect(got).toHaveLength(1)
    await passes(hooks, 301)
    expect(got).toHaveLength(2)
    await done()
  })

  test('that takes nothing for a day is switched off, visibly, and gets everything when an admin tries again', async () => {
    let away = true
    const { got, port, kinds } = await receiver(() => (away ? 503 : 200))
    const hook = webhookTo(port)
    const hooks = sender(hook)
    await hooks.ring()
    await happen(1)
    await hooks.ring()
    for (let hour = 0; hour < 26; hour++) await passes(hooks, 3_600)
    expect(await hooks.list()).toMatchObject([{ state: 'disabled', waiting: 1, dead: 1, failure: 'it answered 503' }])
    const tries = got.length
    expect(tries).toBeGreaterThan(10)
    await passes(hooks, 3_600)
    expect(got).toHaveLength(tries)
    away = false
    expect(await hooks.again('nobody')).toBe(false)
    expect(await hooks.again(hook.name)).toBe(true)
    await hooks.ring()
    expect(kinds().slice(tries)).toEqual(['request.opened', 'request.commented'])
    expect(await hooks.list()).toMatchObject([{ state: 'working', waiting: 0, dead: 0 }])
    await done()
  })

  test('that is gone for good is switched off at once', async () => {
    const { port } = await receiver(() => 410)
    const hooks = sender(webhookTo(port))
    await hooks.ring()
    await happen(0)
    await hooks.ring()
    expect(await hooks.list()).toMatchObject([{ state: 'disabled', waiting: 1 }])
    await done()
  })
})

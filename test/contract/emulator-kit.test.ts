import { request as ask } from 'node:http'
import { afterEach, describe, expect, test } from 'vitest'
import { noFaults } from '../../src/channel/emulator.ts'
import { PlatformError } from '../../src/channel/index.ts'
import { classifyWith, ForeignAnswer } from '../../src/channel/kit/classify.ts'
import { controls, type Recorded, underFaults } from '../../src/channel/kit/emulator/calls.ts'
import { answerPage } from '../../src/channel/kit/emulator/page.ts'
import { type Answered, type Asked, type Outcome, serve, type Upgrades } from '../../src/channel/kit/emulator/serve.ts'
import { eventually } from './contract-bench.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})
const open = async (handle: (asked: Asked) => Promise<Outcome> | Outcome, upgrades?: Upgrades) => {
  const door = await serve({ host: '127.0.0.1', port: 0 }, handle, upgrades)
  closing.push(door.close)
  return door
}
const statusOf = (url: string) =>
  fetch(url, { signal: AbortSignal.timeout(300) }).then(
    ({ status }) => status,
    ({ name }: Error) => name,
  )

describe('the listener of an emulator', () => {
  test('answers, cuts the connection, or stays silent', async () => {
    const { url } = await open(({ url }) =>
      url.pathname === '/cut' ? 'cut' : url.pathname === '/never' ? 'never' : { status: 418, body: { short: 'and stout' } },
    )
    expect([await statusOf(`${url}/`), await statusOf(`${url}/cut`), await statusOf(`${url}/never`)]).toEqual([
      418,
      'TypeError',
      'TimeoutError',
    ])
  })

  test('goes away and comes back at the same port', async () => {
    const door = await open(() => ({ status: 204 }))
    door.downFor(100)
    await eventually(async () => ((await statusOf(door.url)) === 'TypeError' ? true : undefined))
    await eventually(async () => ((await statusOf(door.url)) === 204 ? true : undefined))
  })

  test('takes no connection that becomes something else by the name of another machine', async () => {
    let taken = 0
    const upgraded: Upgrades['upgraded'] = (_request, stream) => {
      taken++
      stream.end('HTTP/1.1 401 Unauthorized\r\n\r\n')
    }
    const { url } = await open(() => ({ status: 404 }), { upgraded, cut: () => undefined })
    const upgrade = (host: string) =>
      new Promise<number | undefined>((resolve, reject) => {
        const headers = { host, connection: 'upgrade', upgrade: 'websocket' }
        const { port } = new URL(url)
        ask({ host: '127.0.0.1', port, headers }, (response) => resolve(response.resume().statusCode))
          .once('error', reject)
          .end()
      })
    expect([await upgrade('rebound.example'), await upgrade(`localhost:${new URL(url).port}`), taken]).toEqual([403, 401, 1])
  })

  test('ends what a page watches when the page goes', async () => {
    let watching = 0
    const { url } = await open(() => ({
      status: 200,
      watch: () => {
        watching++
        return () => void watching--
      },
    }))
    const page = new AbortController()
    await fetch(url, { signal: page.signal })
    expect(watching).toBe(1)
    page.abort()
    await eventually(() => (watching === 0 ? true : undefined))
  })
})

describe('a call under faults', () => {
  const recorded = (): Recorded => ({ faults: noFaults(), accepted: [], delivered: [], calls: [] })
  const by = {
    perform: () => ({ status: 200 }),
    tooMany: (seconds: number) => ({ status: 429, text: `${seconds}` }),
    broken: () => ({ status: 500 }),
  }
  const call = (kept: Recorded, visible: boolean, planned: Answered[] = []) => underFaults(kept, { name: 'send', visible, planned }, by)

  test.each([
    ['throttle', { share: 1, retryAfterSeconds: 7 }, { status: 429, text: '7' }],
    ['error', 1, { status: 500 }],
    ['cutBefore', 1, 'cut'],
    ['cutAfter', 1, 'cut'],
    ['silent', 1, 'never'],
  ] as const)('%s concerns what makes a message visible, and nothing else', async (fault, value, outcome) => {
    const kept = recorded()
    Object.assign(kept.faults, { [fault]: value })
    expect(await call(kept, true)).toEqual(outcome)
    expect(await call(kept, false)).toEqual({ status: 200 })
    const status = typeof outcome === 'string' ? null : outcome.status
    expect(kept.calls.map((one) => one.status)).toEqual([status, 200])
  })

  test('a planned answer comes before them, once; and what is down refuses connections until it is up', async () => {
    const kept = recorded()
    const planned: Answered[] = []
    const door = await open(() => ({ status: 204 }))
    const { answerNext, faults, url } = controls(kept, door, planned)
    faults.error = 1
    answerNext({ status: 403, body: 'no' })
    expect([await call(kept, true, planned), await call(kept, true, planned)]).toEqual([
      { status: 403, headers: {}, text: 'no' },
      { status: 500 },
    ])
    faults.down = true
    await eventually(async () => ((await statusOf(url)) === 'TypeError' ? true : undefined))
    faults.down = false
    await eventually(async () => ((await statusOf(url)) === 204 ? true : undefined))
  })
})

describe('a page of the playground', () => {
  const asked = (route: string, body = '{}'): Asked => {
    const [method = '', path] = route.split(' ')
    const headers = { 'content-type': 'application/json' }
    return { method, url: new URL(`/playground/${path}`, 'http://emulator'), headers, body: Buffer.from(body) }
  }
  const answer = (route: string, body?: string) =>
    answerPage(asked(route, body), {
      routes: { 'GET file/': ({ url }) => ({ status: 200, body: url.pathname }) },
      acts: { say: (person, { text }) => ({ said: `${person}: ${String(text)}` }), wave: () => undefined },
      someone: ({ name }) => String(name),
    })

  test.each([
    ['GET file/a/b', undefined, 200, '/playground/file/a/b'],
    ['POST say', '{"name":"Ada","text":"hello"}', 200, { said: 'Ada: hello' }],
    ['POST wave', '{}', 200, {}],
    ['GET say', undefined, 404, { error: 'no such thing in the playground' }],
    ['POST constructor', '{}', 404, { error: 'no such thing in the playground' }],
    ['POST say', 'no json', 400, { error: expect.stringContaining('JSON') }],
  ])('%s with %s is answered with %i', async (route, posted, status, body) => {
    expect(await answer(route, posted)).toMatchObject({ status, body, headers: { 'cache-control': 'no-store' } })
  })
})

describe('what is thrown while sending', () => {
  const classify = classifyWith((error) =>
    error instanceof PlatformError ? { kind: 'rejected', code: error.code, detail: 'No.' } : undefined,
  )
  const spiteful = new Proxy(new Error(), {
    getPrototypeOf: () => {
      throw new Error('do not look')
    },
  })

  test.each([
    ['the platform’s own no', new PlatformError({ status: 400, code: 'no', message: 'no' }), 'rejected', 'no'],
    ['a proxy’s error', new ForeignAnswer(502, 'Pigeon'), 'transient', 'foreign_502'],
    ['a gateway that stopped waiting', new ForeignAnswer(504, 'Pigeon'), 'uncertain', 'foreign_504'],
    ['a login page over a 200', new ForeignAnswer(200, 'Pigeon'), 'uncertain', 'foreign_200'],
    ['a broken connection', Object.assign(new Error('x'), { code: 'ECONNREFUSED' }), 'transient', 'ECONNREFUSED'],
    ['anything else', 'a string', 'uncertain', 'unknown'],
    ['what throws when it is looked at', spiteful, 'uncertain', 'unknown'],
  ])('%s', (_, error, kind, code) => expect(classify(error)).toMatchObject({ kind, code }))
})

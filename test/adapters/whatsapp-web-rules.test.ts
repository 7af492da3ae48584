import { existsSync } from 'node:fs'
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { whatsapp } from '../../adapters/whatsapp/index.ts'
import { classify } from '../../adapters/whatsapp/web/errors.ts'
import { clearProfileMarks, readStatus, takeLock } from '../../adapters/whatsapp/web/folder.ts'
import { findChromium, loadLibrary } from '../../adapters/whatsapp/web/library.ts'
import { parse } from '../../adapters/whatsapp/web/parse.ts'
import { render } from '../../adapters/whatsapp/web/render.ts'
import { type Address, type HookRequest, id, MalformedRequest, type Parsed } from '../../src/channel/index.ts'
import { asJson, attempt, degraded, expectGolden, isEmpty, recordedRequests } from '../contract/contract-bench.ts'
import { samples } from '../contract/samples.ts'
import { newFolder, openWeb, removeFolder } from '../support/whatsapp-web/open.ts'

const folder = new URL('../../adapters/whatsapp/web/', import.meta.url)
const recorded = recordedRequests(folder)
const requestOf = (body: unknown): HookRequest => ({
  method: 'POST',
  via: 'listen',
  query: {},
  headers: { 'content-type': 'application/json' },
  body:
    typeof body === 'string'
      ? new TextEncoder().encode(body)
      : body instanceof Uint8Array
        ? body
        : new TextEncoder().encode(JSON.stringify(body)),
})
const read = (body: unknown): Parsed => parse(requestOf(body), id('main'))
const bodies = recorded.flatMap(({ request }) => ('body' in request ? [request.body] : []))

const folders: string[] = []
afterEach(async () => {
  for (const made of folders.splice(0)) await removeFolder(made)
})
async function madeFolder(): Promise<string> {
  const made = await newFolder()
  folders.push(made)
  return made
}

describe('what the browser of WhatsApp Web hands in', () => {
  test.each(recorded.map((one) => [one.name, one] as const))('%s says what its golden file says', (name, { request }) => {
    const parsed = read('body' in request ? request.body : request.text)
    expect(asJson(parsed)).toEqual(parsed)
    expect(isEmpty(parsed)).toBe(false)
    if (/^(own|unknown)-/.test(name)) expect(parsed.events).toEqual([])
    for (const event of parsed.events) {
      expect(event.at).toBe(new Date(event.at).toISOString())
      const { reply: _, ...address } = event.from
      const keys = JSON.stringify([address, 'person' in event ? event.person?.key : ''])
      expect(keys).not.toMatch(/1650555/)
    }
    expectGolden(parsed, folder, `in/${name}.events.json`)
  })

  test('all receipts that are promised are among the recordings', () => {
    const statuses = bodies.flatMap((body) => read(body).events.flatMap((event) => (event.kind === 'receipt' ? [event.status] : [])))
    const can = whatsapp.capabilities(whatsapp.config.parse({ transport: 'web', sessionDir: 'x' }))
    expect(new Set(statuses)).toEqual(new Set(can.receipts))
    expect(can).toMatchObject({ sendsFrom: 'listener', choices: false, cost: expect.stringContaining('Unofficial') })
  })

  test('what is no event of ours is malformed, never a crash', () => {
    for (const body of ['', 'not json', 'null', '[]', '7', '{}', '{"event":7}', new Uint8Array([0, 255, 254])])
      expect(() => read(body), String(body)).toThrow(MalformedRequest)
  })

  test('whatever is changed in a recorded event, it is read, named or malformed', () => {
    const junk = fc.oneof(fc.constant(null), fc.integer(), fc.string(), fc.constant([]), fc.constant({}), fc.constant(true))
    const changed = fc.property(fc.constantFrom(...bodies), fc.nat(), junk, (body, where, value) => {
      const copy = structuredClone(body) as { [key: string]: unknown }
      const spots = spotsOf(copy)
      const spot = spots[where % spots.length]!
      spot.holder[spot.key] = value
      try {
        return !isEmpty(read(copy))
      } catch (error) {
        return error instanceof MalformedRequest
      }
    })
    fc.assert(changed, { numRuns: 2000, seed: 20260102 })
  })

  test('a request from outside is refused: there is no webhook', async () => {
    const verdict = await openWeb('unused').adapter.verify({ ...requestOf(bodies[0]), via: 'hook' })
    expect(verdict).toMatchObject({ ok: false, status: 403 })
  })
})

describe('what is written to WhatsApp Web', () => {
  const can = whatsapp.capabilities(whatsapp.config.parse({ transport: 'web', sessionDir: 'x' }))
  const adapter = openWeb('unused').adapter
  test.each(Object.entries(samples))('%s is what its golden file says', (name, { content, reads }) => {
    const payloads = render(degraded(content, can))
    // A card writes its commas and semicolons with a stroke before them.
    const words = payloads
      .flatMap((payload) => Object.values(payload))
      .join('\n')
      .replace(/\\([,;])/g, '$1')
    for (const word of reads) expect(words).toContain(word)
    expectGolden(payloads, folder, `out/${name}.json`)
  })

  test('where this process does not hold the browser, nothing is sent and it is tried again', async () => {
    const to: Address = { channel: 'whatsapp', account: id('phone'), conversation: id('x'), reply: { chat: '1@c.us' } }
    const failures = await Promise.all([
      adapter.send({ type: 'text', text: 'x' }, to, attempt()).catch(adapter.classify),
      adapter.revise!(null, to, id('m'), attempt()).catch(adapter.classify),
      adapter.react!(to, id('m'), '👍').catch(adapter.classify),
      adapter.fetchFile!({ message: 'm' }, AbortSignal.timeout(100)).catch(adapter.classify),
    ])
    for (const failure of failures) expect(failure).toMatchObject({ kind: 'transient', code: 'not-listening', detail: expect.any(String) })
    expect(await adapter.check(AbortSignal.timeout(100))).toMatchObject({ ok: false, detail: expect.stringContaining('unofficial') })
  })

  test('any error has a meaning, and the words of the page are not repeated', () => {
    fc.assert(
      fc.property(fc.anything(), (error) => typeof classify(error).kind === 'string'),
      { numRuns: 300, seed: 1 },
    )
    expect(JSON.stringify(classify(new Error('Evaluation failed: their secret words')))).not.toContain('secret')
  })
})

describe('an account of WhatsApp Web that cannot run', () => {
  test('says what to install where the library or Chromium is absent', async () => {
    const absent = await loadLibrary(() => Promise.reject(new Error('Cannot find package'))).then(() => expect.fail(), classify)
    expect(absent).toMatchObject({
      kind: 'unauthorized',
      code: 'library_missing',
      detail: expect.stringContaining('npm install whatsapp-web.js'),
    })
    expect(() => findChromium(undefined, () => false)).toThrow(/apt-get install chromium/)
    expect(() => findChromium('/gone/chromium', () => false)).toThrow('/gone/chromium')
    expect(findChromium(undefined, (path) => path === '/usr/bin/google-chrome')).toBe('/usr/bin/google-chrome')
  })

  test('stops and says why, and is not tried again and again', async () => {
    const web = openWeb(await madeFolder(), { chromiumPath: '/gone/chromium' })
    web.start()
    expect(await web.state('stopped')).toMatchObject({ detail: expect.stringContaining('/gone/chromium') })
    await web.close()
    expect(web.browsers).toEqual([])
  })

  test('has its number checked', () => {
    const keys = { transport: 'web', sessionDir: 'x' }
    expect(() => whatsapp.config.parse({ ...keys, phoneNumber: '+1 555' })).toThrow(/digits alone/)
    expect(whatsapp.config.parse({ ...keys, phoneNumber: '15550001000' })).toMatchObject({ phoneNumber: '15550001000' })
  })
})

describe('one process for one session', () => {
  const other = (more: object) =>
    JSON.stringify({ token: 'other', pid: 1, host: 'elsewhere', at: Date.now(), state: 'open', detail: 'x', ...more })

  test('a second one is refused, by this process and by another machine, and let in after the first has gone', async () => {
    const at = await madeFolder()
    const lock = await takeLock(at)
    await expect(takeLock(at)).rejects.toMatchObject({ code: 'session_in_use' })
    await lock.tell('open', 'linked')
    expect(await readStatus(at)).toMatchObject({ pid: process.pid, state: 'open', detail: 'linked' })
    await lock.release()
    expect(existsSync(`${at}/listener.json`)).toBe(false)
    await writeFile(`${at}/listener.json`, other({}))
    await expect(takeLock(at)).rejects.toMatchObject({ code: 'session_in_use', message: expect.stringContaining('elsewhere') })
  })

  test.each([
    ['is gone from this machine', { host: hostname(), pid: 2 ** 22 + 1 }],
    ['had our own number before a restart, as in a container', { host: hostname(), pid: process.pid }],
    ['has said nothing for long, on another machine', { at: Date.now() - 60_000 }],
  ])('one that %s is followed by the next', async (_, more) => {
    const at = await madeFolder()
    await writeFile(`${at}/listener.json`, other(more))
    const lock = await takeLock(at)
    expect(await readStatus(at)).toMatchObject({ pid: process.pid })
    await lock.release()
  })

  test('a half-written file keeps nobody out', async () => {
    const at = await madeFolder()
    await writeFile(`${at}/listener.json`, '{"token":"a')
    await (await takeLock(at)).release()
  })

  test('who sees that another one has taken over lets go, and leaves the other alone', async () => {
    const at = await madeFolder()
    const lock = await takeLock(at)
    await writeFile(`${at}/listener.json`, other({}))
    await lock.tell('open', 'x')
    expect(lock.lost.aborted).toBe(true)
    await lock.release()
    expect(JSON.parse(await readFile(`${at}/listener.json`, 'utf8'))).toMatchObject({ token: 'other' })
  })

  test('the mark of a browser of another machine is taken away, and none is needed', async () => {
    const at = await madeFolder()
    await clearProfileMarks(at)
    await mkdir(`${at}/session`, { recursive: true })
    await symlink(`${hostname()}-${process.pid}`, `${at}/session/SingletonLock`)
    await clearProfileMarks(at)
    await expect(readFile(`${at}/session/SingletonLock`)).rejects.toMatchObject({ code: 'ENOENT' })
  })
})

type Spot = { readonly holder: { [key: string]: unknown }; readonly key: string }
function spotsOf(value: object): Spot[] {
  return Object.entries(value).flatMap(([key, part]) => [
    { holder: value as Spot['holder'], key },
    ...(typeof part === 'object' && part !== null ? spotsOf(part) : []),
  ])
}

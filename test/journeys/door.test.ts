import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { echo } from '../support/echo.ts'
import { openStage, type Stage } from './stage.ts'

let stage: Stage
let tess: Awaited<ReturnType<Stage['technician']>>
beforeAll(async () => {
  stage = await openStage(echo)
  tess = await stage.technician()
  // Whoever a bot writes to has written to it before.
  for (const chat of ['4711', '4712', '4713']) {
    const mal = stage.person(chat)
    await mal.says('hi')
    await mal.hears('hi')
  }
})
afterAll(() => stage.close())
beforeEach(() => stage.emulator.record.clear())

const door = '/hooks/telegram/main'
const signed = { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': 'emulator-webhook-secret' }
let updates = 5_000_000
const update = (text: string, from = 4_711, id = ++updates) => ({
  update_id: id,
  message: {
    message_id: id,
    date: Math.floor(Date.now() / 1000),
    chat: { id: from, type: 'private', first_name: 'Mal' },
    from: { id: from, is_bot: false, first_name: 'Mal' },
    text,
  },
})
const filed = async (): Promise<number> => {
  const { count } = stage.hub.connection.db.fn
  const row = await stage.hub.connection.db.selectFrom('inbox').select(count('seq').as('rows')).executeTakeFirstOrThrow()
  return Number(row.rows)
}

describe('at the door', () => {
  const whole = JSON.stringify(update('forged'))
  test.each<[string, number, string, string | Uint8Array<ArrayBuffer>, { readonly [name: string]: string }]>([
    ['unsigned', 401, door, whole, { 'content-type': 'application/json' }],
    ['with a wrong secret', 401, door, whole, { ...signed, 'x-telegram-bot-api-secret-token': 'emulator-webhook-secreT' }],
    ['of the wrong content type', 415, door, whole, { ...signed, 'content-type': 'text/plain' }],
    [
      'without a content type',
      415,
      door,
      new TextEncoder().encode(whole),
      { 'x-telegram-bot-api-secret-token': signed['x-telegram-bot-api-secret-token'] },
    ],
    ['of ten megabytes', 413, door, new Uint8Array(10_000_000).fill(32), signed],
    ['truncated', 400, door, whole.slice(0, -20), signed],
    ['empty', 400, door, '', signed],
    ['binary', 400, door, new Uint8Array([0xff, 0xfe, 0x00, 0x80, 0x7b]), signed],
    ['that is JSON, and no update', 400, door, '[1, 2, 3]', signed],
    ['for an account that is not there', 404, '/hooks/telegram/other', whole, signed],
    ['for a channel that is not there', 404, '/hooks/pigeon/main', whole, signed],
  ])('a request %s is refused with %i and files nothing', async (_, status, path, body, headers) => {
    const before = await filed()
    const response = await stage.post(path, body, headers)
    expect(response.status).toBe(status)
    expect(await response.text()).not.toContain('forged')
    expect(await filed()).toBe(before)
  })

  test('a body that was altered on the way is refused where the platform signs it', async () => {
    const { token } = (await (await stage.post('/api/guest', '{}', { 'content-type': 'application/json' })).json()) as { token: string }
    const [head, claims, signature] = token.split('.') as [string, string, string]
    const forged = Buffer.from(
      JSON.stringify({ ...JSON.parse(Buffer.from(claims, 'base64url').toString()), person: 'guest:somebody-else' }),
    ).toString('base64url')
    for (const bad of [[head, forged, signature].join('.'), token.slice(0, -2), ''])
      expect(
        (
          await stage.post('/hooks/web/main', '{"id":"m1","text":"hi"}', {
            'content-type': 'application/json',
            authorization: `Bearer ${bad}`,
          })
        ).status,
      ).toBe(401)
  })

  test('a post of a guest that is larger than what a page makes is refused and kept nowhere, and the longest text is taken', async () => {
    const json = { 'content-type': 'application/json' }
    const { token } = (await (await stage.post('/api/guest', '{}', json)).json()) as { token: string }
    const post = async (body: object) =>
      (await stage.post('/hooks/web/main', JSON.stringify(body), { ...json, authorization: `Bearer ${token}` })).status
    expect(await post({ id: 'm1', filler: 'x'.repeat(1_000_000) })).toBe(400)
    expect(await post({ id: 'm2', text: '\u0001'.repeat(100_000) })).toBe(200)
    expect((await tess.quarantine()).filter(({ channel }) => channel === 'web')).toEqual([])
  })

  test('JSON a hundred thousand levels deep harms nobody', async () => {
    const deep = `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`
    const before = await filed()
    expect((await stage.post(door, deep, signed)).status).toBe(400)
    expect(
      (await stage.post(door, `{"update_id":${++updates},"message":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, signed)).status,
    ).toBeLessThan(500)
    expect(await filed()).toBe(before)
    expect((await fetch(new URL('/healthz', stage.hub.url))).status).toBe(200)
  })

  test('a kind of update that we do not know is taken with 200, files nothing, and can be seen in quarantine', async () => {
    const before = await filed()
    const strange = { update_id: ++updates, hologram: { seven: `${updates} stars` } }
    expect((await stage.post(door, JSON.stringify(strange), signed)).status).toBe(200)
    expect(await filed()).toBe(before)
    const kept = (await tess.quarantine()).find(({ body }) => body.includes(`${updates} stars`))
    expect(kept).toMatchObject({ channel: 'telegram', account: 'main', reasons: ['ignored: hologram'] })
  })
})

describe('the same update', () => {
  test('five times, in parallel and again, is one message with one answer', async () => {
    const body = JSON.stringify(update('once only'))
    const all = await Promise.all(Array.from({ length: 5 }, () => stage.post(door, body, signed)))
    expect(all.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
    await expect.poll(() => stage.emulator.record.accepted.map(({ text }) => text)).toEqual(['once only'])
    expect((await stage.post(door, body, signed)).status).toBe(200)
    await new Promise((resolve) => setTimeout(resolve, 400))
    expect(stage.emulator.record.accepted).toHaveLength(1)
  })

  test('between others and out of order counts once; each is answered in the order of its arrival', async () => {
    const [one, two, three] = ['one', 'two', 'three'].map((text) => JSON.stringify(update(text, 4_712)))
    for (const body of [two!, one!, two!, three!, one!, three!]) expect((await stage.post(door, body, signed)).status).toBe(200)
    await expect.poll(() => stage.emulator.record.accepted.length).toBe(3)
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(stage.emulator.record.accepted.map(({ text }) => text)).toEqual(['two', 'one', 'three'])
  })
})

describe('a text', () => {
  test.each([
    ['of emoji alone', '🤷🏽‍♀️👨‍👩‍👧‍👦🏳️‍🌈🇨🇭'],
    ['from right to left', 'مرحبا، الطابعة لا تعمل \u200f(الطابق 3)'],
    ['with zero-width characters', 'a\u200bb\u200dc\ufeffd\u2060e'],
    ['of four bytes a letter', '𝕳𝖊𝖑𝖑𝖔 𠜎𠜱𠝹'],
    ['that looks like HTML', '<b>bold</b> & <script>alert("x")</script> &amp; &lt;'],
    ['that looks like Markdown', '*a* _b_ `c` [d](http://e) ~f~ \\*g\\* > h # i | j'],
    ['that looks like SQL and a template', "'); drop table inbox; -- #{exit} {{x}} $(reboot) %s $1"],
    ['of many lines', 'one\n\ntwo\n  three\n'.trim()],
  ])('%s arrives as it was typed, and comes back so', async (_, text) => {
    const lou = stage.person('Lou')
    await lou.says(text)
    expect((await lou.hears(/./s)).text).toBe(text)
    const { messages } = await tess.conversation(await stage.conversationOf(lou))
    expect(messages.at(-2)).toMatchObject({ author: { by: 'person' }, content: [{ type: 'text', text }] })
  })

  test('of a hundred thousand characters is kept whole, and answered in pieces that leave nothing out', async () => {
    const words = Array.from({ length: 12_500 }, (_, n) => `w${String(n).padStart(5, '0')} ${n % 100 === 99 ? '\u{1F600}' : ''}`).join('')
    const text = words.slice(0, 100_000).trimEnd()
    expect((await stage.post(door, JSON.stringify(update(text, 4_713)), signed)).status).toBe(200)
    const answers = () => stage.emulator.record.accepted.filter(({ chat }) => chat === '4713').map((one) => one.text)
    const squeezed = (parts: readonly string[]) => parts.join(' ').replaceAll(/\s+/g, ' ').trim()
    await expect.poll(() => squeezed(answers()) === squeezed([text])).toBe(true)
    expect(Math.max(...answers().map(({ length }) => length))).toBeLessThanOrEqual(4096)
    const { messages } = await tess.conversation(await stage.conversationOf({ key: '4713' }))
    expect(messages.some(({ author, content }) => author.by === 'person' && content[0]?.type === 'text' && content[0].text === text)).toBe(
      true,
    )
  })
})

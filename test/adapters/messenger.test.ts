import { afterEach, describe, expect, test } from 'vitest'
import { type MessengerEmulator, startMessengerEmulator } from '../../adapters/messenger/emulator.ts'
import { messenger } from '../../adapters/messenger/index.ts'
import { type Address, type Content, type HookRequest, type InboundEvent, id, type Why } from '../../src/channel/index.ts'
import { hmac } from '../../src/channel/kit/signature.ts'
import { attempt, type Bench, eventually, openBench, openConversation, why } from '../contract/contract-bench.ts'

const folder = new URL('../../adapters/messenger/', import.meta.url)
const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})
type MessengerBench = Omit<Bench, 'emulator'> & { readonly emulator: MessengerEmulator }
async function open(): Promise<MessengerBench> {
  const bench = (await openBench({ definition: messenger, startEmulator: startMessengerEmulator, folder })) as MessengerBench
  closing.push(bench.close)
  return bench
}
const event = async <Kind extends InboundEvent['kind']>(bench: Bench, act: () => unknown, kind: Kind) => {
  const since = bench.door.events.length
  await act()
  return bench.door.next(kind, since)
}
const say = async ({ adapter }: Bench, content: Content, to: Address, as: Why = why) => {
  for (const payload of adapter.render([content], to, as)) await adapter.send(payload, to, attempt())
}
const failing = ({ adapter }: Bench, content: Content, to: Address, as: Why = why) =>
  adapter.send(adapter.render([content], to, as)[0]!, to, attempt()).then(() => expect.fail('it was sent'), adapter.classify)
const text = (words: string): Content => ({ type: 'text', text: words })
const image: Content = { type: 'media', kind: 'image', file: { stored: id('image'), mime: 'image/png', name: 'screen.png' } }

describe('who is let in by Messenger', () => {
  const keys = { verifyToken: ['newer', 'older'], pageAccessToken: 'EAAB12345678' }
  const request = (body: string, signature: string): HookRequest => ({
    method: 'POST',
    via: 'hook',
    query: {},
    headers: { 'x-hub-signature-256': signature },
    body: new TextEncoder().encode(body),
  })
  const adapterWith = async (appSecret: string | readonly string[]) => {
    const bench = await open()
    return bench.create({ ...keys, appSecret })
  }

  test('the signature is over the bytes as they came, escaped or in UTF-8', async () => {
    const adapter = await adapterWith('app_secret')
    const escaped = request('{"text":"\\u00e4\\u00f6\\u00e5"}', 'sha256=9d9c307fc216aea4c1f52ce87c47e7f0c570aa837887d3c8ddef2734a6dc7c3e')
    const utf8 = request('{"text":"äöå"}', 'sha256=212f176de3494cafd0f600a7640bbe0b5cdf4f8a464c1188bb5b8a5497c50534')
    expect([await adapter.verify(escaped), await adapter.verify(utf8)]).toEqual([{ ok: true }, { ok: true }])
    const crossed = { ...escaped, headers: utf8.headers }
    expect(await adapter.verify(crossed)).toMatchObject({ ok: false, status: 401 })
  })

  test('an old secret holds beside the new one, and the sha1 header of former days counts for nothing', async () => {
    const adapter = await adapterWith(['new secret', 'old secret'])
    const signed = (secret: string) => request('{}', `sha256=${hmac('sha256', secret, '{}', 'hex')}`)
    for (const secret of ['new secret', 'old secret']) expect(await adapter.verify(signed(secret))).toEqual({ ok: true })
    const sha1 = { ...request('{}', ''), headers: { 'x-hub-signature': `sha1=${hmac('sha1', 'new secret', '{}', 'hex')}` } }
    for (const wrong of [signed('other'), sha1]) expect(await adapter.verify(wrong)).toMatchObject({ ok: false, status: 401 })
  })

  test('a challenge comes back only to those who know the verify token, and only where it is a word', async () => {
    const adapter = await adapterWith('s')
    const asked = (query: HookRequest['query']): HookRequest => ({ ...request('', ''), method: 'GET', query })
    const good = { 'hub.mode': 'subscribe', 'hub.verify_token': 'older', 'hub.challenge': '1158201444' }
    expect(await adapter.verify(asked(good))).toEqual({ ok: true })
    expect(adapter.parse(asked(good)).reply).toMatchObject({ status: 200, body: '1158201444' })
    for (const bad of [{ ...good, 'hub.verify_token': 'x' }, { ...good, 'hub.mode': 'unsubscribe' }, {}])
      expect(await adapter.verify(asked(bad))).toMatchObject({ ok: false, status: 403 })
    expect(() => adapter.parse(asked({ ...good, 'hub.challenge': '<script>' }))).toThrow('hub.challenge')
  })
})

describe('what people do in Messenger', () => {
  test('50 messages of 10 people in one webhook are 50 messages, each in its order', async () => {
    const bench = await open()
    const before = bench.door.requests.length
    await bench.emulator.together(async () => {
      for (let n = 0; n < 50; n++) await bench.emulator.person(`Person ${n % 10}`).types(`${n}`)
    })
    expect(bench.door.requests.length).toBe(before + 1)
    const heard = bench.door.events.filter((one) => one.kind === 'message')
    const people = Map.groupBy(heard, (one) => one.from.conversation)
    expect([heard.length, people.size]).toEqual([50, 10])
    for (const [, said] of people) {
      const numbers = said.map(({ content: [only] }) => Number(only?.type === 'text' && only.text))
      expect(numbers).toEqual([...numbers].sort((a, b) => a - b))
    }
  })

  test('a webhook that comes twice has the same ids, and one the hub refused comes again', async () => {
    const bench = await open()
    bench.emulator.faults.duplicate = 1
    await bench.emulator.person('Ada').types('once')
    const twice = await eventually(() => {
      const found = bench.door.events.filter((one) => one.kind === 'message')
      return found.length === 2 ? found : undefined
    })
    expect(twice[0]).toEqual(twice[1])
  })

  test('starts, links, edits, reactions and reading are told', async () => {
    const bench = await open()
    const ada = bench.emulator.person('Ada')
    expect(await event(bench, () => ada.starts('vpn'), 'contact')).toMatchObject({ change: 'started', person: { key: ada.key } })
    expect(await event(bench, () => ada.followsLink('printer'), 'invoked')).toMatchObject({ command: 'start', text: 'printer' })
    const { message, from } = await event(bench, () => ada.types('hi'), 'message')
    expect(await event(bench, () => ada.edits(message, 'hello'), 'revision')).toMatchObject({ message, content: [{ text: 'hello' }] })
    expect(await event(bench, () => ada.reacts(message, '👍'), 'reaction')).toMatchObject({ message, emoji: '👍', on: true })
    expect(await event(bench, () => ada.reacts(message, ''), 'reaction')).toMatchObject({ message, on: false })
    const sentAt = Date.now()
    const delivered = await event(bench, () => say(bench, text('Good day'), from), 'receipt')
    expect(delivered).toMatchObject({ status: 'delivered', of: { message: expect.stringMatching(/^m_OUT/) } })
    const read = await event(bench, () => ada.reads(), 'receipt')
    expect(read).toMatchObject({ status: 'read', from: { conversation: from.conversation } })
    expect(Date.parse((read.of as { upTo: string }).upTo)).toBeGreaterThanOrEqual(sentAt)
  })

  test('our own messages come back as echoes, with the key under which we sent them, and are no events', async () => {
    const bench = await open()
    const { to } = await openConversation(bench, 'Ada')
    const [payload] = bench.adapter.render([text('hello')], to, why)
    await bench.adapter.send(payload!, to, attempt(5000, 'conversation.7'))
    await eventually(() => (bench.emulator.pending() === 0 ? true : undefined))
    const bodies = bench.door.requests.map(({ body }) => Buffer.from(body).toString('utf8'))
    expect(bodies.some((body) => body.includes('"is_echo":true') && body.includes('"metadata":"switchboard:conversation.7"'))).toBe(true)
    expect(bench.door.events.filter((one) => one.kind === 'message')).toHaveLength(1)
  })

  test('the person sees that they were read and that somebody writes', async () => {
    const bench = await open()
    const { to, heard } = await openConversation(bench, 'Ada')
    await bench.adapter.acknowledge!(heard)
    await bench.adapter.typing!(to)
    expect(bench.emulator.record.calls.filter(({ method }) => method === 'POST messages')).toHaveLength(2)
    expect(await bench.adapter.profile!(heard.person, to, AbortSignal.timeout(30_000))).toEqual({ name: 'Ada' })
  })
})

describe('when one may write in Messenger', () => {
  const tagged: Why = { author: 'technician', window: { tag: 'HUMAN_AGENT' } }

  test('after a day only a technician is let through, by the tag for humans, and after a week nobody', async () => {
    const bench = await open()
    const { to, person } = await openConversation(bench, 'Ada')
    const ada = bench.emulator.person('Ada')
    ada.isSilentFor(25)
    expect(await failing(bench, text('by the bot'), to)).toMatchObject({ kind: 'unreachable', code: 'outside_window' })
    await say(bench, text('by a human'), to, tagged)
    expect(person.sees().at(-1)?.text).toBe('by a human')
    expect(bench.emulator.record.accepted.at(-1)?.payload).toMatchObject({ messaging_type: 'MESSAGE_TAG', tag: 'HUMAN_AGENT' })
    ada.isSilentFor(7 * 24 + 1)
    expect(await failing(bench, text('too late'), to, tagged)).toMatchObject({ kind: 'unreachable', code: 'outside_window' })
  })

  test('an app without the feature for humans loses that message, not the account', async () => {
    const bench = await open()
    const { to } = await openConversation(bench, 'Ada')
    const refusal = { status: 403, body: { error: { code: 10, message: 'x' } } }
    bench.emulator.answerNext(refusal)
    expect(await failing(bench, text('late'), to, tagged)).toMatchObject({ kind: 'unreachable', code: 'human_agent_not_approved' })
    bench.emulator.answerNext(refusal)
    expect(await failing(bench, text('in time'), to)).toMatchObject({ kind: 'unauthorized', code: 'no_permission' })
  })

  test.each(['virtual-agent', 'system'] as const)('the tag for humans is never put on a message of the %s', async (author) => {
    const bench = await open()
    const { to } = await openConversation(bench, 'Ada')
    const [payload] = bench.adapter.render([text('x')], to, { author, window: { tag: 'HUMAN_AGENT' } })
    expect(payload).toEqual({ messaging_type: 'RESPONSE', message: { text: 'x' } })
  })

  test('somebody who has blocked the page cannot be reached, until they write again', async () => {
    const bench = await open()
    const { to } = await openConversation(bench, 'Ada')
    bench.emulator.person('Ada').blocks()
    expect(await failing(bench, text('hello?'), to)).toMatchObject({ kind: 'unreachable', code: 'person_unavailable' })
    await bench.emulator.person('Ada').types('here again')
    await say(bench, text('welcome back'), to)
  })
})

describe('files in Messenger', () => {
  test('a file is uploaded once, and once more when Messenger has forgotten it', async () => {
    const bench = await open()
    const { to, seen } = await openConversation(bench, 'Ada')
    await say(bench, image, to)
    await say(bench, image, to)
    const uploads = () => bench.emulator.record.calls.filter(({ method }) => method === 'POST message_attachments').length
    expect([uploads(), seen().length]).toEqual([1, 2])
    bench.emulator.answerNext({ status: 400, body: { error: { message: 'x', code: 100, error_subcode: 2018074 } } })
    await say(bench, image, to)
    expect([uploads(), seen().length]).toEqual([2, 3])
  })

  test('an upload that breaks off has sent nothing', async () => {
    const bench = await open()
    const { to } = await openConversation(bench, 'Ada')
    const gone: Content = { type: 'media', kind: 'file', file: { stored: id('no such file') } }
    expect(await failing(bench, gone, to)).toMatchObject({ kind: 'transient', code: 'not_prepared' })
  })

  const foreign = [
    'http://169.254.169.254/latest/meta-data/',
    'https://fbcdn.net.evil.example/x.jpg',
    'https://evil.example/?fbcdn.net',
    'https://user:pass@scontent.xx.fbcdn.net/x.jpg',
    'https://scontent.xx.fbcdn.net:8443/x.jpg',
    'http://scontent.xx.fbcdn.net/x.jpg',
    'file:///etc/passwd',
    'not an address',
  ]
  test.each(foreign)('%s is not asked for, whatever a webhook says', async (url) => {
    const bench = await open()
    const before = bench.fetched.length
    const failure = await bench.adapter.fetchFile!({ url }, AbortSignal.timeout(30_000)).then(() => undefined, bench.adapter.classify)
    expect(failure).toMatchObject({ kind: 'rejected', code: 'foreign_host' })
    expect(bench.fetched.length).toBe(before)
  })

  test('a redirect leads only to hosts of Meta', async () => {
    const asked: string[] = []
    const bench = await open()
    const config = messenger.config.parse({ ...bench.emulator.account(), apiUrl: 'https://graph.facebook.com/v25.0' })
    const fetch: typeof globalThis.fetch = async (input) => {
      asked.push(String(input))
      return new Response(null, { status: 302, headers: { location: 'http://127.0.0.1:9/secret' } })
    }
    const deps = { fetch, now: () => new Date(), log: { info() {}, warn() {} } } as never
    const adapter = messenger.create({ id: id('main'), config }, deps)
    const failure = await adapter.fetchFile!({ url: 'https://cdn.fbsbx.com/a.pdf' }, AbortSignal.timeout(30_000)).then(
      () => undefined,
      adapter.classify,
    )
    expect(failure).toMatchObject({ kind: 'rejected', code: 'foreign_host' })
    expect(asked).toEqual(['https://cdn.fbsbx.com/a.pdf'])
  })
})

describe('cards in Messenger', () => {
  const render = async (content: Content) => {
    const bench = await open()
    const { to, seen } = await openConversation(bench, 'Ada')
    await say(bench, content, to)
    return seen()
  }
  const choices = [1, 2, 3].map((n) => ({ value: `v${n}`, label: `Choice ${n}` }))

  test('with a picture at a public address it is one message, the generic template', async () => {
    const seen = await render({ type: 'card', title: 'Laptop', text: 'On loan', image: { url: 'https://help.example.com/l.jpg' }, choices })
    expect(seen).toMatchObject([{ text: 'Laptop\nOn loan', media: { kind: 'image' }, buttons: choices }])
  })

  test('with three choices the link stands in the words: there are but three buttons', async () => {
    const [seen] = await render({ type: 'card', title: 'Laptop', link: { label: 'Open', url: 'https://help.example.com/1' }, choices })
    expect(seen?.buttons.map(({ label }) => label)).toEqual(['Choice 1', 'Choice 2', 'Choice 3'])
    expect(seen?.text).toContain('https://help.example.com/1')
  })

  test('with more words than fit above buttons the choices are quick replies', async () => {
    const link = { label: 'Open', url: `https://help.example.com/${'a'.repeat(300)}` }
    const seen = await render({ type: 'card', title: 'Laptop', text: 'w'.repeat(500), link, choices })
    expect(seen.at(-1)?.buttons).toEqual(choices)
    expect(seen.map((one) => one.text).join('\n')).toContain(link.url)
  })
})

describe('the account of a page', () => {
  test('connect sets the webhook by itself, and Meta tries it first', async () => {
    const bench = await open()
    const before = bench.door.requests.filter(({ method }) => method === 'GET').length
    const silent = await startMessengerEmulator()
    closing.push(() => silent.close())
    const unheard = bench.create(silent.account())
    closing.push(async () => unheard.close?.())
    expect(await unheard.check(AbortSignal.timeout(30_000))).toMatchObject({
      ok: true,
      advice: expect.stringContaining('nothing comes in'),
    })
    await bench.adapter.subscribe!(bench.door.url)
    expect(bench.door.requests.filter(({ method }) => method === 'GET').length).toBe(before + 1)
    expect(await bench.adapter.check(AbortSignal.timeout(30_000))).toMatchObject({ ok: true, detail: 'The page Switchboard answers.' })
    await expect(bench.adapter.subscribe!(new URL('/nowhere', 'http://127.0.0.1:9'))).rejects.toSatisfy(
      (error) => bench.adapter.classify(error).code === 'callback_failed',
    )
  })

  test('what comes for another page of the app is kept and not answered, and a token of another page is told', async () => {
    const bench = await open()
    const item = { sender: { id: '7' }, recipient: { id: '42' }, timestamp: 1790000000123, message: { mid: 'm_X', text: 'hi' } }
    const body = JSON.stringify({ object: 'page', entry: [{ id: '42424242', time: 1790000000500, messaging: [item] }] })
    const request = await bench.emulator.sign({ body })
    const own = bench.create({ ...bench.emulator.account(), pageId: '682498302938465' })
    const other = bench.create({ ...bench.emulator.account(), pageId: '42424242' })
    expect(own.parse(request)).toEqual({ events: [], ignored: ['entry:of-another-page'] })
    expect(other.parse(request).events).toMatchObject([{ kind: 'message', person: { key: '7' } }])
    expect(await own.check(AbortSignal.timeout(30_000))).toMatchObject({ ok: true })
    expect(await other.check(AbortSignal.timeout(30_000))).toMatchObject({ ok: false, detail: expect.stringContaining('pageId') })
    for (const adapter of [own, other]) await adapter.close?.()
  })

  test('while the secret is being changed both hold for what we send, and a wrong one stops the account, not the message', async () => {
    const bench = await open()
    const { to } = await openConversation(bench, 'Ada')
    const keys = bench.emulator.account()
    const sendWith = (appSecret: unknown) => {
      const adapter = bench.create({ ...keys, appSecret } as never)
      closing.push(async () => adapter.close?.())
      return adapter.send(adapter.render([text('x')], to, why)[0]!, to, attempt())
    }
    await sendWith(['not yet known to Meta', String(keys.appSecret)])
    await sendWith([String(keys.appSecret), 'of yesterday'])
    expect(bench.emulator.record.accepted).toHaveLength(2)
    for (let n = 0; n < 2; n++)
      bench.emulator.answerNext({
        status: 400,
        body: { error: { code: 100, message: 'Invalid appsecret_proof provided in the API argument' } },
      })
    const failure = await sendWith('another').then(() => undefined, bench.adapter.classify)
    expect(failure).toMatchObject({ kind: 'unauthorized', code: 'wrong_app_secret' })
  })

  test('the token travels in a header, never in an address', async () => {
    const bench = await open()
    const { to } = await openConversation(bench, 'Ada')
    await say(bench, image, to)
    const secrets = Object.values(bench.emulator.account()).map(String).slice(0, 3)
    expect(bench.fetched.length).toBeGreaterThan(0)
    for (const secret of secrets) expect(bench.fetched.join('\n').includes(secret)).toBe(false)
  })

  test('the playground writes, presses and watches over HTTP', async () => {
    const bench = await open()
    const at = (path: string) => `${bench.emulator.url}/playground/${path}`
    const post = (path: string, body: unknown) =>
      fetch(at(path), { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
    const heard = await event(bench, () => post('say', { chat: '777', name: 'Ada', text: 'hi' }), 'message')
    expect(heard.person.key).toBe('777')
    await say(bench, { type: 'choices', text: 'Sure?', choices: [{ value: 'y', label: 'Yes' }] }, heard.from)
    const state = (await (await fetch(at('state?chat=777'))).json()) as { messages: { id: string; text: string }[] }
    expect(state).toMatchObject({
      channel: 'messenger',
      chats: [{ chat: '777', title: 'Ada' }],
      messages: [{ text: 'hi' }, { text: 'Sure?' }],
    })
    const press = { chat: '777', message_id: state.messages[1]!.id, data: 'y' }
    expect(await event(bench, () => post('press', press), 'choice')).toMatchObject({ value: 'y', label: 'Yes' })
    expect((await fetch(at('state'), { headers: { origin: 'https://evil.example' } })).status).toBe(403)
    expect((await post('faults', { surprise: 1 })).status).toBe(400)
  })
})

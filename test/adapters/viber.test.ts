import { afterEach, describe, expect, test } from 'vitest'
import { startViberEmulator } from '../../adapters/viber/emulator.ts'
import { viber } from '../../adapters/viber/index.ts'
import { isViberFile } from '../../adapters/viber/media.ts'
import {
  type Adapter,
  type AdapterDeps,
  type Content,
  type HookReply,
  type HookRequest,
  type InboundEvent,
  id,
} from '../../src/channel/index.ts'
import { eventually } from '../contract/contract-bench.ts'
import { openTestDoor } from './door.ts'

type Opened = Awaited<ReturnType<typeof open>>
const opened: { close(): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()))
})

async function open(answer?: (adapter: Adapter, event: InboundEvent) => HookReply | undefined) {
  const emulator = await startViberEmulator({ timeScale: 100 })
  const asked: string[] = []
  const deps: AdapterDeps = {
    fetch: (input, init) => {
      asked.push(String(input))
      return fetch(input, init)
    },
    now: () => new Date(),
    log: { info: () => undefined, warn: () => undefined },
    files: {
      open: async () => ({ mime: 'video/mp4', bytes: 4321, body: new Blob([]).stream() }),
      link: async (file) => `https://hub.example.com/files/${file}/${file === 'a' ? 'screen.png' : 'how.mp4'}?until=1`,
      remembered: async () => undefined,
      remember: async () => undefined,
    },
    live: { publish: async () => undefined },
  }
  const adapter: Adapter = viber.create({ id: id('main'), config: viber.config.parse(emulator.account()) }, deps)
  const door = await openTestDoor(adapter, answer && ((event) => answer(adapter, event)))
  opened.push({
    close: async () => {
      await door.close()
      await emulator.close()
    },
  })
  return { emulator, adapter, door, asked }
}

const attempt = () => ({ idempotencyKey: 'key', number: 1, signal: AbortSignal.timeout(30_000) })
const why = { author: 'virtual-agent', window: 'open' } as const
const text = (words: string): Content => ({ type: 'text', text: words })

async function hear({ emulator, door }: Opened, name: string) {
  if (door.requests.length === 0) await emulator.connect(door.url)
  const since = door.events.length
  const person = emulator.person(name)
  await person.types(`hello from ${name}`)
  const heard = await door.next('message', since)
  return { person, heard, to: heard.from }
}
async function say(adapter: Adapter, to: InboundEvent['from'], content: Content) {
  const receipts = []
  for (const payload of adapter.render([content], to, why)) receipts.push(await adapter.send(payload, to, attempt()))
  return receipts
}
const failure = (adapter: Adapter, call: Promise<unknown>) =>
  call.then(
    () => expect.fail('it was sent'),
    (error: unknown) => adapter.classify(error),
  )
const bodyOf = (request: HookRequest) => Buffer.from(request.body).toString()

describe("Viber's signature", () => {
  // The vector of Viber's own libraries: https://github.com/Viber/viber-bot-python/blob/master/tests/test_api.py
  const authToken = '44dafb7e0f40021e-61a47a1e6778d187-f2c5a676a07050b3'
  const body = '{"event":"webhook","timestamp":4977069964384421269,"message_token":1478683725125}'
  const signature = 'd21b343448c8aee33b8e93768ef6ceb64a6ba6163099973a2b8bd028fea510ef'
  const request = (sent: string, headers: HookRequest['headers'], query: HookRequest['query'] = {}): HookRequest => ({
    method: 'POST',
    via: 'hook',
    query,
    headers,
    body: new TextEncoder().encode(sent),
  })
  const adapterWith = (token: string | string[]) =>
    viber.create({ id: id('main'), config: viber.config.parse({ authToken: token, senderName: 'Hub' }) }, {} as unknown as AdapterDeps)

  test('fits the official vector, in the header and in the address, and not with another byte', async () => {
    const header = { 'x-viber-content-signature': signature }
    expect(await adapterWith(authToken).verify(request(body, header))).toEqual({ ok: true })
    expect(await adapterWith(['a-newer-one', authToken]).verify(request(body, header))).toEqual({ ok: true })
    expect(await adapterWith(authToken).verify(request(body, {}, { sig: signature }))).toEqual({ ok: true })
    expect(await adapterWith(authToken).verify(request(body, { 'x-viber-content-signature': 'x' }, { sig: signature }))).toMatchObject({
      ok: false,
    })
    expect(await adapterWith(authToken).verify(request(` ${body}`, header))).toMatchObject({ ok: false, status: 401 })
    expect(await adapterWith('another').verify(request(body, header))).toMatchObject({ ok: false, status: 401 })
    expect(adapterWith(authToken).parse(request(body, header))).toEqual({ events: [], ignored: [], reply: { status: 200 } })
  })
})

describe('the webhook', () => {
  test('is called before set_webhook answers, and is refused where that call is', async () => {
    const { emulator, adapter, door } = await open()
    await adapter.subscribe!(door.url)
    expect(door.requests.map(bodyOf).map((body) => JSON.parse(body).event)).toEqual(['webhook'])
    expect(emulator.record.calls).toMatchObject([{ method: 'set_webhook', status: 200 }])
    expect(await adapter.check(AbortSignal.timeout(30_000))).toMatchObject({
      ok: true,
      facts: { webhook: door.url.href, unansweredPerHour: 100 },
    })
    const nowhere = new URL('/nowhere', emulator.url)
    expect(await failure(adapter, adapter.subscribe!(nowhere))).toMatchObject({ kind: 'rejected', code: 'invalid_url' })
  })

  test('that is missing is said by check, and by a refusal to send', async () => {
    const { adapter } = await open()
    expect(await adapter.check(AbortSignal.timeout(30_000))).toMatchObject({ ok: true, detail: expect.stringContaining('No webhook') })
    const to = { channel: 'viber', account: id<never>('main'), conversation: id<never>('x='), reply: { to: 'x=' } }
    expect(await failure(adapter, say(adapter, to, text('hi')))).toMatchObject({ kind: 'unauthorized', code: 'no_webhook' })
  })

  test('that was not taken is called again with the same token', async () => {
    const { emulator, door } = await open()
    await emulator.connect(door.url)
    door.refuse = 2
    await emulator.person('Ada').types('thrice told')
    const heard = await door.next('message', 0)
    const told = await eventually(() => (emulator.pending() === 0 ? emulator.record.delivered : undefined))
    expect(told.map(({ status }) => status)).toEqual([500, 500, 200])
    expect(new Set(door.requests.slice(1).map(bodyOf)).size).toBe(1)
    expect(door.events).toHaveLength(1)
    expect(heard.id).toBe(`message:${heard.message}`)
  })
})

describe('tokens of 64 bits', () => {
  test('stay exact, in and out', async () => {
    const all = await open()
    const { adapter, door, emulator } = all
    const { to, heard, person } = await hear(all, 'Ada')
    const [receipt] = await say(adapter, to, text('hi'))
    const [sent] = receipt!.messages
    for (const token of [heard.message, sent!]) {
      expect(BigInt(token)).toBeGreaterThan(2n ** 53n)
      expect(String(Number(token))).not.toBe(token)
    }
    expect(sent).toBe(emulator.record.accepted[0]!.message)
    await person.reads()
    const told = await eventually(() => {
      const receipts = door.events.filter((event) => event.kind === 'receipt')
      return receipts.length === 2 ? receipts : undefined
    })
    expect(told.map(({ of, status }) => [of, status])).toEqual([
      [{ message: sent }, 'delivered'],
      [{ message: sent }, 'read'],
    ])
    expect(bodyOf(door.requests.at(-1)!)).toContain(`"message_token":${sent}`)
  })

  test('that differ by one are two messages', async () => {
    const { adapter, emulator } = await open()
    const read = async (token: string) => {
      const body = `{"event":"message","timestamp":1790000000001,"message_token":${token},"sender":{"id":"a="},"message":{"type":"text","text":"x"}}`
      return adapter.parse(await emulator.sign({ body })).events[0]!.id
    }
    expect(await read('4912661846655238145')).toBe('message:4912661846655238145')
    expect(await read('4912661846655238146')).toBe('message:4912661846655238146')
  })

  test('delivered to two devices is one event twice; what an app refuses has failed', async () => {
    const all = await open()
    const { adapter, door, emulator } = all
    emulator.settings.devices = 2
    const { to, person } = await hear(all, 'Ada')
    await say(adapter, to, text('hi'))
    await person.refuses('keyboard is not valid')
    const receipts = await eventually(() => {
      const found = door.events.filter((event) => event.kind === 'receipt')
      return found.length === 3 ? found : undefined
    })
    expect(receipts[0]).toMatchObject({ id: receipts[1]!.id, status: 'delivered' })
    expect(receipts[2]).toMatchObject({
      status: 'failed',
      failure: { kind: 'rejected', detail: expect.stringContaining('keyboard is not valid') },
    })
  })
})

describe('somebody who opens the chat', () => {
  const welcome = (adapter: Adapter, event: InboundEvent) => {
    const contents: Content[] = [
      { type: 'choices', text: 'Welcome!', choices: [{ value: 'menu:create', label: 'Create Request' }] },
      text('A second message.'),
    ]
    const given = adapter.respond!(event, adapter.render(contents, event.from, why))
    expect(given?.covers ?? 1).toBe(1)
    return given?.reply
  }

  test('is welcomed in the answer to that very request, and can be written to only when they have written', async () => {
    const all = await open(welcome)
    const { adapter, door, emulator } = all
    await emulator.connect(door.url)
    const ada = emulator.person('Ada')
    await ada.opens('campaign-7')
    const started = await door.next('contact', 0)
    expect(started).toMatchObject({ change: 'started', sync: { withinMs: expect.any(Number) } })
    expect(await door.next('invoked', 0)).toMatchObject({ command: 'start', text: 'campaign-7' })
    await eventually(() => (ada.sees().length === 1 ? true : undefined))
    expect(ada.sees()[0]).toMatchObject({ by: 'hub', text: 'Welcome!', buttons: [{ label: 'Create Request' }] })
    expect(emulator.record.accepted).toMatchObject([{ method: 'welcome' }])
    expect(await failure(adapter, say(adapter, started.from, text('too early')))).toMatchObject({
      kind: 'unreachable',
      code: 'not_subscribed',
    })
    await ada.presses('Create Request')
    expect(await door.next('choice', 0)).toMatchObject({ value: 'menu:create', label: 'Create Request' })
    await say(adapter, started.from, text('now it goes'))
    expect(ada.sees().at(-1)?.text).toBe('now it goes')
  })

  test('gets the neutral answer where there is nothing to say, only a file, or no hurry', async () => {
    const { adapter, emulator } = await open()
    const body =
      '{"event":"conversation_started","timestamp":1790000000011,"message_token":1,"type":"open","user":{"id":"a="},"subscribed":false}'
    const [event] = adapter.parse(await emulator.sign({ body })).events
    const payloads = (content: Content) => adapter.render([content], event!.from, why)
    expect(adapter.respond!(event!, [])).toBeUndefined()
    expect(adapter.respond!(event!, payloads({ type: 'media', kind: 'image', file: { stored: id('a') } }))).toBeUndefined()
    const { sync: _, ...later } = event!
    expect(adapter.respond!(later as InboundEvent, payloads(text('hi')))).toBeUndefined()
    const given = adapter.respond!(event!, payloads(text('hi')))!
    expect(JSON.parse(given.reply.body!)).toEqual({ sender: { name: 'Switchboard' }, type: 'text', text: 'hi' })
  })
})

describe('limits and refusals', () => {
  test('a hundred without an answer hold up one person, and their next words free them', async () => {
    const all = await open()
    const { adapter, emulator } = all
    emulator.settings.unansweredPerHour = 3
    const ada = await hear(all, 'Ada')
    const bo = await hear(all, 'Bo')
    for (let n = 0; n < 3; n++) await say(adapter, ada.to, text(`news ${n}`))
    const held = await failure(adapter, say(adapter, ada.to, text('one too many')))
    expect(held).toMatchObject({ kind: 'throttled', only: 'conversation', code: 'hundred_unanswered', retryAfterMs: 60_000 })
    await say(adapter, bo.to, text('hi Bo'))
    await ada.person.types('I am here')
    await say(adapter, ada.to, text('one too many'))
    expect(ada.person.sees().at(-1)?.text).toBe('one too many')
  })

  test('who has stopped the bot is not reached until they write', async () => {
    const all = await open()
    const { adapter, door } = all
    const { to, person } = await hear(all, 'Ada')
    await person.unsubscribes()
    expect(await door.next('contact', 0)).toMatchObject({ change: 'blocked', person: { key: person.key } })
    expect(await failure(adapter, say(adapter, to, text('hi')))).toMatchObject({ kind: 'unreachable', code: 'not_subscribed' })
    await person.types('again')
    await say(adapter, to, text('hi'))
    const stranger = { ...to, conversation: id<never>('AAAA='), reply: { to: 'AAAA=' } }
    expect(await failure(adapter, say(adapter, stranger, text('hi')))).toMatchObject({ kind: 'unreachable', code: 'not_registered' })
  })

  test('a text of 7,000 characters that JSON must escape goes out in messages below 30 KB', async () => {
    const all = await open()
    const { adapter, emulator } = all
    const { to } = await hear(all, 'Ada')
    const words = '\u0001'.repeat(7000)
    await say(adapter, to, text(words))
    expect(emulator.record.accepted.length).toBeGreaterThan(1)
    expect(emulator.record.accepted.map((sent) => sent.text).join('')).toBe(words)
    await say(adapter, to, text('語'.repeat(7000)))
  })

  test('a card that is too long after escaping is picture, text and keyboard', async () => {
    const all = await open()
    const { adapter } = all
    const { to, person } = await hear(all, 'Ada')
    const choices = [{ value: 'yes', label: '<Yes>' }]
    const card: Content = { type: 'card', title: 'Title', text: '&'.repeat(200), image: { stored: id('a') }, choices }
    await say(adapter, to, card)
    const [picture, words] = person.sees().filter(({ by }) => by === 'hub')
    expect(picture?.media?.kind).toBe('image')
    expect(words?.text).toContain('&'.repeat(200))
    expect(words?.buttons).toMatchObject([{ label: '<Yes>' }])
  })

  test('a card for an app that is too old for it is words and a keyboard', async () => {
    const all = await open()
    const { adapter, emulator, door } = all
    const { to, person } = await hear(all, 'Ada')
    emulator.settings.apiVersion = 6
    const choices = [{ value: 'yes', label: 'Approve' }]
    const link = { label: 'Look', url: 'https://help.example.com/1' }
    await say(adapter, to, { type: 'card', title: 'REQ1', text: 'A laptop', link, choices })
    expect(person.sees().at(-1)).toMatchObject({
      text: expect.stringMatching(/REQ1[\s\S]*A laptop/),
      buttons: [{ label: 'Approve' }, { label: 'Look', url: link.url }],
    })
    await person.presses('Approve')
    expect(await door.next('choice', 0)).toMatchObject({ value: 'yes', label: 'Approve' })
  })

  test('details of a person may be asked for twice', async () => {
    const all = await open()
    const { adapter } = all
    const { to, heard } = await hear(all, 'Ada')
    const ask = () => adapter.profile!(heard.person, to, AbortSignal.timeout(30_000))
    expect(await ask()).toMatchObject({ name: 'Ada', language: 'en' })
    await ask()
    expect(await failure(adapter, ask())).toMatchObject({ kind: 'throttled' })
  })
})

describe('keyboards and files', () => {
  test('a pressed button says its label, brings its value, and its keyboard goes with the next message', async () => {
    const all = await open()
    const { adapter, door } = all
    const { to, person } = await hear(all, 'Ada')
    const choices = Array.from({ length: 12 }, (_, n) => ({
      value: `pick:${n}:${'v'.repeat(190)}`,
      label: `Number ${n} <&> ${'l'.repeat(20)}`,
    }))
    await say(adapter, to, { type: 'choices', text: 'Which?', choices })
    const since = door.events.length
    await person.presses(choices[7]!.label)
    expect(await door.next('choice', since)).toMatchObject({ value: choices[7]!.value, label: choices[7]!.label })
    expect(person.sees().at(-1)).toMatchObject({ by: 'person', text: choices[7]!.label })
    await say(adapter, to, text('thank you'))
    expect(person.sees().flatMap(({ buttons }) => buttons)).toEqual([])
    await person.types(choices[7]!.label)
    expect(await door.next('message', since + 1)).toMatchObject({ content: [text(choices[7]!.label)] })
  })

  test('a video tells its size, also where the house has to be asked for it', async () => {
    const all = await open()
    const { adapter, emulator } = all
    const { to } = await hear(all, 'Ada')
    await say(adapter, to, { type: 'media', kind: 'video', file: { stored: id('v'), mime: 'video/mp4' } })
    expect(emulator.record.accepted.at(-1)!.payload).toMatchObject({
      type: 'video',
      size: 4321,
      media: 'https://hub.example.com/files/v/how.mp4?until=1',
    })
  })

  test('a program is a link: Viber forbids such files', async () => {
    const all = await open()
    const { adapter, person, to } = { ...all, ...(await hear(all, 'Ada')) }
    await say(adapter, to, { type: 'media', kind: 'file', file: { stored: id('p'), name: 'setup.EXE', bytes: 5 }, caption: 'Start this' })
    expect(person.sees().at(-1)?.text).toBe('Start this\nsetup.EXE\nhttps://hub.example.com/files/p/how.mp4?until=1')
  })

  test('bytes are fetched from Viber and from nobody else', async () => {
    const all = await open()
    const { adapter, door, asked, emulator } = all
    const { person } = await hear(all, 'Ada')
    const since = door.events.length
    const bytes = new Uint8Array([1, 2, 3])
    await person.sendsFile({ name: 'a b.png', mime: 'image/png', bytes, caption: 'look' })
    const [media] = (await door.next('message', since)).content
    expect(media).toMatchObject({ kind: 'image', caption: 'look', file: { name: 'a b.png', bytes: 3 } })
    const file = await adapter.fetchFile!((media as { file: { ref: string } }).file.ref, AbortSignal.timeout(30_000))
    expect(new Uint8Array(await new Response(file.body).arrayBuffer())).toEqual(bytes)
    asked.length = 0
    for (const url of [
      'http://169.254.169.254/latest',
      'https://viber.com.evil.example/x',
      'https://user@dl.viber.com/x',
      'file:///etc/passwd',
      'no address',
    ])
      expect(await failure(adapter, adapter.fetchFile!({ url }, AbortSignal.timeout(30_000))), url).toMatchObject({ kind: 'rejected' })
    expect(asked).toEqual([])
    const gone = { url: `${emulator.url}/media/nothing/x.png` }
    expect(await failure(adapter, adapter.fetchFile!(gone, AbortSignal.timeout(30_000)))).toMatchObject({
      kind: 'rejected',
      code: 'file_404',
    })
    const hosts = [
      'https://dl-media.viber.com/1/x.jpg',
      'https://media-direct.cdn.viber.com/x',
      'http://dl-media.viber.com/x',
      'https://dl-media.viber.com:8443/x',
    ]
    expect(hosts.map((url) => isViberFile(new URL(url), 'https://chatapi.viber.com'))).toEqual([true, true, false, false])
  })
})

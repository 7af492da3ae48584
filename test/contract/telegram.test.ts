import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { startTelegramEmulator, type TelegramEmulator } from '../../adapters/telegram/emulator.ts'
import { textOf } from '../../adapters/telegram/entities.ts'
import { telegram } from '../../adapters/telegram/index.ts'
import type { Adapter, HookRequest, InboundEvent, Json, ListenState } from '../../src/channel/index.ts'
import { parseMarkdown, toPlainText } from '../../src/channel/kit/markdown.ts'
import { attempt, type Bench, eventually, openBench, openConversation, why } from './contract-bench.ts'

const folder = new URL('../../adapters/telegram/', import.meta.url)
const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})
type TelegramBench = Bench & { readonly emulator: TelegramEmulator }
async function open(): Promise<TelegramBench> {
  const bench = (await openBench({ definition: telegram, startEmulator: startTelegramEmulator, folder })) as TelegramBench
  closing.push(bench.close)
  return bench
}
const event = async (bench: Bench, act: () => Promise<unknown>, kind: InboundEvent['kind'] = 'message') => {
  const since = bench.door.events.length
  await act()
  return bench.door.next(kind, since)
}
const text = (adapter: Adapter, words: string, to: InboundEvent['from'], format: 'plain' | 'markdown' = 'plain') =>
  adapter.send(adapter.render([{ type: 'text', text: words, format }], to, why)[0]!, to, attempt())

describe('marked text from Telegram', () => {
  const kinds = ['bold', 'italic', 'strikethrough', 'code', 'text_link', 'underline', 'spoiler', 'blockquote', 'pre']
  test('is markdown that reads as what was typed, wherever the marks stand', () => {
    const piece = fc.constantFrom(
      'a',
      'B7',
      ' ',
      '*',
      '_',
      '`',
      '[',
      ']',
      '(',
      '<',
      '&amp;',
      '~',
      '\\',
      '#',
      '1.',
      '-',
      '\n',
      '👍🏽',
      'é',
      '!',
      '>',
    )
    const span = fc.record({ type: fc.constantFrom(...kinds), offset: fc.nat(25), length: fc.integer({ min: 1, max: 20 }) })
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 30 }), fc.array(span, { maxLength: 4 }), (pieces, spans) => {
        const typed = pieces.join('')
        const start = (index: number) => pieces.slice(0, index).join('').length
        const entities = spans.map(({ type, offset, length }) => ({
          type,
          offset: start(offset),
          length: start(offset + length) - start(offset),
          ...(type === 'text_link' ? { url: 'https://x.example/' } : {}),
        }))
        const { text: markdown, format } = textOf(typed, entities)
        if (format !== 'markdown') return markdown === typed
        return letters(toPlainText(parseMarkdown(markdown))) === letters(typed)
      }),
      { numRuns: 3000, seed: 7 },
    )
  })
  const letters = (words: string) => words.replaceAll(' (https://x.example/)', '').replace(/[^\p{L}\p{N}\p{Emoji_Presentation}]/gu, '')

  test('keeps letters next to marks that end in punctuation', () => {
    const { text: markdown } = textOf('say"yes"now', [{ type: 'bold', offset: 3, length: 5 }])
    expect(parseMarkdown(markdown).children[0]).toMatchObject({ children: [{ value: 'say' }, { type: 'strong' }, { value: 'now' }] })
  })
})

describe('groups', () => {
  test('the bot hears what is said to it, answers there, and follows the group to its new id', async () => {
    const bench = await open()
    const group = bench.emulator.group({ title: 'Office' })
    const bo = group.person('Bo')
    await bo.types('lunch?')
    const heard = await event(bench, () => bo.types('@switchboard_bot the printer burns'))
    expect(heard).toMatchObject({ addressed: true, from: { conversation: String(group.chat.id) } })
    await text(bench.adapter, 'Which one?', heard.from)
    expect(bo.sees().map((message) => message.text)).toEqual(['lunch?', '@switchboard_bot the printer burns', 'Which one?'])
    const moved = await event(bench, () => group.migrates(), 'moved')
    const failure = await text(bench.adapter, 'Still there?', heard.from).then(undefined, bench.adapter.classify)
    expect(failure).toMatchObject({ code: 'group_upgraded', movedTo: (moved as { to: InboundEvent['from'] }).to.conversation })
    await text(bench.adapter, 'Here again', (moved as { to: InboundEvent['from'] }).to)
  })

  test('that is too busy holds up itself alone; a private chat that is asked to wait tells of the whole bot', async () => {
    const bench = await open()
    const group = await event(bench, () => bench.emulator.group({ title: 'Office' }).person('Bo').types('@switchboard_bot hi'))
    const direct = await event(bench, () => bench.emulator.person('Ada').types('hi'))
    const busy = { ok: false, error_code: 429, description: 'Too Many Requests: retry after 40', parameters: { retry_after: 40 } }
    const refused = async (to: InboundEvent['from']) => {
      bench.emulator.answerNext({ status: 429, body: busy })
      return text(bench.adapter, 'x', to).then(() => expect.fail('it was sent'), bench.adapter.classify)
    }
    expect(await refused(group.from)).toMatchObject({ kind: 'throttled', retryAfterMs: 40_000, only: 'conversation' })
    expect(await refused(direct.from)).toEqual(expect.not.objectContaining({ only: 'conversation' }))
  })

  test('a topic of a forum is a conversation of its own, and is answered in its place', async () => {
    const bench = await open()
    const forum = bench.emulator.group({ title: 'IT', forum: true })
    const vpn = await event(bench, () => forum.person('Bo', { topic: 42 }).types('/help'), 'invoked')
    const wifi = await event(bench, () => forum.person('Bo', { topic: 43 }).types('/help'), 'invoked')
    expect(vpn.from.conversation).not.toBe(wifi.from.conversation)
    await text(bench.adapter, 'About the VPN', vpn.from)
    expect(bench.emulator.record.accepted.at(-1)?.payload).toMatchObject({ message_thread_id: 42 })
  })

  test('without a configured username any bot-like name counts, until Telegram has told ours', async () => {
    const bench = await open()
    const { username: _, ...keys } = bench.emulator.account()
    const adapter = bench.create(keys)
    closing.push(async () => adapter.close?.())
    const mention = (name: string) =>
      JSON.stringify(update({ text: `${name} hi`, entities: [{ type: 'mention', offset: 0, length: name.length }] }))
    const addressed = async (name: string) =>
      adapter.parse(await bench.emulator.sign({ body: mention(name) })).events.map((one) => one.kind === 'message' && one.addressed)
    expect([await addressed('@some_bot'), await addressed('@ada_l')]).toEqual([[true], [false]])
    await adapter.check(AbortSignal.timeout(30_000))
    expect([await addressed('@some_bot'), await addressed('@Switchboard_bot')]).toEqual([[false], [true]])
  })
  const update = (fields: object) => ({
    update_id: 5,
    message: {
      message_id: 1,
      date: 1767232800,
      chat: { id: -7, type: 'group', title: 'G' },
      from: { id: 9, is_bot: false, first_name: 'Bo' },
      ...fields,
    },
  })
})

describe('sending', () => {
  test('markup that Telegram cannot read goes out once more as plain text', async () => {
    const bench = await open()
    const { to, seen } = await openConversation(bench, 'reads plain')
    bench.emulator.answerNext({ status: 400, body: { ok: false, error_code: 400, description: "Bad Request: can't parse entities: x" } })
    await text(bench.adapter, '**bold** & [link](https://x.example/?a=1&b=2) <b>', to, 'markdown')
    expect(seen().map((message) => message.text)).toEqual(['bold & link (https://x.example/?a=1&b=2) <b>'])
  })

  test('a file is uploaded once and then sent by its id, and again by its bytes when Telegram has forgotten it', async () => {
    const bench = await open()
    const { to, seen } = await openConversation(bench, 'gets a file twice')
    const file = { stored: 'file' as never, mime: 'application/pdf', name: 'a.pdf' }
    const [payload] = bench.adapter.render([{ type: 'media', kind: 'file', file }], to, why)
    for (let times = 0; times < 2; times++) await bench.adapter.send(payload!, to, attempt())
    const sent = bench.emulator.record.accepted.map(({ payload: fields }) => typeof (fields as { document?: Json }).document)
    expect(sent).toEqual(['undefined', 'string'])
    bench.emulator.answerNext({
      status: 400,
      body: { ok: false, error_code: 400, description: 'Bad Request: wrong remote file identifier specified' },
    })
    await bench.adapter.send(payload!, to, attempt())
    expect(seen().map((message) => message.media?.bytes.length)).toEqual([5000, 5000, 5000])
  })

  test('a file that is gone means that nothing was sent', async () => {
    const bench = await open()
    const { to, seen } = await openConversation(bench, 'waits for a file')
    const [payload] = bench.adapter.render([{ type: 'media', kind: 'file', file: { stored: 'lost' as never } }], to, why)
    const failure = await bench.adapter.send(payload!, to, attempt()).then(() => undefined, bench.adapter.classify)
    expect(failure).toMatchObject({ kind: 'transient', code: 'not_prepared' })
    expect(seen()).toEqual([])
  })

  test('an upload that is cut, refused or unanswered is told apart like any other call', async () => {
    const bench = await open()
    const { faults } = bench.emulator
    const { to } = await openConversation(bench, 'uploads in bad weather')
    const [payload] = bench.adapter.render([{ type: 'media', kind: 'file', file: { stored: 'file' as never } }], to, why)
    const failing = (ms = 30_000) => bench.adapter.send(payload!, to, attempt(ms)).then(() => undefined, bench.adapter.classify)
    Object.assign(faults, { cutAfter: 1 })
    expect(await failing()).toMatchObject({ kind: 'uncertain' })
    Object.assign(faults, { cutAfter: 0, silent: 1 })
    expect(await failing(200)).toMatchObject({ kind: 'uncertain' })
    Object.assign(faults, { silent: 0, throttle: { share: 1, retryAfterSeconds: 3 } })
    expect(await failing()).toMatchObject({ kind: 'throttled', retryAfterMs: 3000 })
    Object.assign(faults, { throttle: { share: 0, retryAfterSeconds: 1 }, down: true })
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(await failing()).toMatchObject({ kind: 'transient' })
  })

  test('128 calls go side by side', async () => {
    const bench = await open()
    const { to } = await openConversation(bench, 'is written to')
    const asking: ServerResponse[] = []
    // Nobody is answered before everybody has asked.
    const api = createServer((request, response) => {
      request.resume()
      if (asking.push(response) < 128) return
      const message = { message_id: 1, date: 1_764_000_000, chat: { id: 1, type: 'private' } }
      for (const one of asking) one.setHeader('content-type', 'application/json').end(JSON.stringify({ ok: true, result: message }))
    })
    await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve))
    closing.push(async () => api.close())
    const apiUrl = `http://127.0.0.1:${(api.address() as AddressInfo).port}`
    const adapter = bench.create({ ...bench.emulator.account(), apiUrl })
    closing.push(async () => adapter.close?.())
    await Promise.all(Array.from({ length: 128 }, (_, n) => text(adapter, `number ${n}`, to)))
    expect(asking).toHaveLength(128)
  })
})

describe('the webhook', () => {
  test('is refused by Telegram on a port that it does not call, and says so', async () => {
    const bench = await open()
    const failure = await bench.adapter.subscribe!(new URL('https://hub.example.org:3000/hooks/telegram/main')).then(
      () => expect.fail('it was taken'),
      bench.adapter.classify,
    )
    expect(failure).toMatchObject({ code: 'bad_webhook', detail: expect.stringContaining('8443') })
  })

  test('is set by subscribe, with the newest secret, and older secrets are still known', async () => {
    const bench = await open()
    const adapter = bench.create({ ...bench.emulator.account(), webhookSecret: ['newest-secret-of-all', 'emulator-webhook-secret'] })
    closing.push(async () => adapter.close?.())
    await adapter.subscribe!(bench.door.url)
    const old = await bench.emulator.sign({ body: '{}' })
    expect(await adapter.verify(old)).toEqual({ ok: true })
    const since = bench.door.requests.length
    await bench.emulator.person('Ada').types('hi')
    const request = await eventually(() => bench.door.requests[since])
    expect(await adapter.verify(request)).toEqual({ ok: true })
    expect(request.headers['x-telegram-bot-api-secret-token']).toBe('newest-secret-of-all')
    const health = await adapter.check(AbortSignal.timeout(30_000))
    expect(health.facts).toMatchObject({ webhook: bench.door.url.href, pendingUpdates: expect.any(Number) })
  })
})

describe('polling', () => {
  async function poll(bench: TelegramBench, answers: () => number) {
    const adapter = bench.create({ ...bench.emulator.account(), mode: 'polling' }, () => new Date())
    const states: ListenState[] = []
    const requests: HookRequest[] = []
    const stop = new AbortController()
    const door = async (request: HookRequest) => {
      requests.push(request)
      return { status: answers() }
    }
    const ended = adapter.listen!(door, (state) => states.push(state), stop.signal)
    closing.push(async () => {
      stop.abort()
      await ended
      await adapter.close?.()
    })
    return { adapter, states, requests, stop, ended }
  }

  test('is refused while a webhook is set, says why, and works once connect has taken it away', async () => {
    const bench = await open()
    const { adapter, states, requests, stop, ended } = await poll(bench, () => 200)
    await eventually(() => states.find((one) => one.state === 'lost' && one.detail?.includes('connect telegram')))
    await adapter.subscribe!(bench.door.url)
    await bench.emulator.person('Ada').types('polled')
    const [request] = await eventually(() => (requests.length > 0 ? requests : undefined))
    expect(request!.via).toBe('listen')
    expect(await adapter.verify(request!)).toEqual({ ok: true })
    expect(adapter.parse(request!).events).toMatchObject([{ kind: 'message', content: [{ text: 'polled' }] }])
    expect(states.at(-1)).toEqual({ state: 'open' })
    stop.abort()
    await ended
    expect(states.at(-1)).toEqual({ state: 'stopped' })
  })

  test('gives an update again that the door did not take, and nothing is confirmed before', async () => {
    const bench = await open()
    let answer = 503
    await bench.create({ ...bench.emulator.account(), mode: 'polling' }).subscribe!(bench.door.url)
    const { requests } = await poll(bench, () => answer)
    await bench.emulator.person('Ada').types('again and again')
    await eventually(() => (requests.length >= 1 ? true : undefined))
    expect(bench.emulator.pending()).toBe(1)
    answer = 200
    await eventually(() => (bench.emulator.pending() === 0 ? true : undefined))
    expect(requests.length).toBeGreaterThan(1)
    expect(new Set(requests.map(({ body }) => new TextDecoder().decode(body))).size).toBe(1)
  })

  test('goes on after an update that nobody can read', async () => {
    const bench = await open()
    let answer = 400
    await bench.create({ ...bench.emulator.account(), mode: 'polling' }).subscribe!(bench.door.url)
    const { requests } = await poll(bench, () => answer)
    await bench.emulator.person('Ada').types('unreadable')
    await eventually(() => (bench.emulator.pending() === 0 ? true : undefined))
    answer = 200
    await bench.emulator.person('Ada').types('readable')
    await eventually(() => (bench.emulator.pending() === 0 ? true : undefined))
    expect(requests).toHaveLength(2)
  })
})

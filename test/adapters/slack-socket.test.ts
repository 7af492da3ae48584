import { afterEach, describe, expect, test } from 'vitest'
import { type SlackEmulator, startSlackEmulator } from '../../adapters/slack/emulator.ts'
import { slack } from '../../adapters/slack/index.ts'
import type { HookReply, HookRequest, InboundEvent, Json, ListenState } from '../../src/channel/index.ts'
import { eventually } from '../contract/contract-bench.ts'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

async function listening(
  answers: (text: string) => HookReply = () => ({ status: 200 }),
  keys: { readonly [key: string]: Json } = {},
  patienceMs = 30_000,
) {
  const emulator = await startSlackEmulator({ mode: 'socket', timeScale: 50, patienceMs })
  closing.push(() => emulator.close())
  const logged: unknown[] = []
  const deps = {
    now: () => new Date(),
    log: { info: (...line: unknown[]) => logged.push(line), warn: (...line: unknown[]) => logged.push(line) },
  }
  const config = slack.config.parse({ ...emulator.account(), signingSecret: undefined, ...keys })
  const adapter = slack.create({ id: 'main' as never, config }, deps as never)
  const states: ListenState[] = []
  const requests: HookRequest[] = []
  const events: InboundEvent[] = []
  const stop = new AbortController()
  const door = async (request: HookRequest): Promise<HookReply> => {
    requests.push(request)
    expect(await adapter.verify(request)).toEqual({ ok: true })
    const parsed = adapter.parse(request)
    const [event] = parsed.events
    const said = event?.kind === 'message' && event.content[0]?.type === 'text' ? event.content[0].text : ''
    const reply = answers(said)
    if (reply.status === 200) events.push(...parsed.events)
    return reply.status === 200 ? (parsed.reply ?? reply) : reply
  }
  const ended = adapter.listen!(door, (state) => states.push(state), stop.signal)
  const end = async () => {
    stop.abort()
    await ended
    await adapter.close?.()
  }
  closing.push(end)
  return { emulator, adapter, states, requests, events, end }
}
const connected = (emulator: SlackEmulator, count = 2) => eventually(() => (emulator.connections() === count ? true : undefined))
const texts = (events: readonly InboundEvent[]) =>
  events.flatMap((event) => (event.kind === 'message' && event.content[0]?.type === 'text' ? [event.content[0].text] : []))

describe('Socket Mode', () => {
  test('stands on two connections, hands in what comes, and says when it is open and when it has stopped', async () => {
    const { emulator, states, requests, events, end } = await listening()
    await connected(emulator)
    await emulator.person('Ada').types('by socket')
    await eventually(() => (events.length === 1 ? true : undefined))
    expect(texts(events)).toEqual(['by socket'])
    expect(requests[0]).toMatchObject({ via: 'listen', headers: { 'content-type': 'application/json' } })
    await eventually(() => (emulator.pending() === 0 ? true : undefined))
    expect(states.map(({ state }) => state)).toEqual(['connecting', 'open'])
    await end()
    expect(states.at(-1)).toEqual({ state: 'stopped' })
    await connected(emulator, 0)
  })

  test('acknowledges only what the door has taken: the rest comes again', async () => {
    let asked = 0
    const { emulator, requests, events } = await listening(() => ({ status: ++asked === 1 ? 503 : 200 }), {}, 1_000)
    await connected(emulator)
    await emulator.person('Ada').types('again')
    await eventually(() => (events.length > 0 ? true : undefined))
    await eventually(() => (emulator.pending() === 0 ? true : undefined))
    expect(requests[1]!.headers).toMatchObject({ 'x-slack-retry-num': '1', 'x-slack-retry-reason': 'http_timeout' })
    expect(emulator.record.delivered[0]!.status).toBeNull()
    expect(emulator.record.delivered.at(-1)!.status).toBe(200)
  })

  test('carries presses and commands, and the answer to a command goes with the acknowledgement', async () => {
    const { emulator, adapter, events } = await listening()
    await connected(emulator)
    const ada = emulator.channel('office').person('Ada')
    expect(await ada.commands('/support', 'a & b')).toMatch(/direct message/)
    expect(events.at(-1)).toMatchObject({ kind: 'invoked', command: 'support', text: 'a & b' })
    const to = events.at(-1)!.from
    const choices = [{ value: 'yes', label: 'Yes & no' }]
    const [payload] = adapter.render([{ type: 'choices', text: 'Sure?', choices }], to, { author: 'virtual-agent', window: 'open' })
    await adapter.send(payload!, to, { idempotencyKey: 'k', number: 1, signal: AbortSignal.timeout(30_000) })
    await emulator.person('Ada').presses('yes')
    expect(events.at(-1)).toMatchObject({ kind: 'choice', value: 'yes', label: 'Yes & no', from: { conversation: ada.key } })
  })

  test.each(['warning', 'refresh_requested'] as const)('loses nothing while Slack renews connections (%s)', async (reason) => {
    const { emulator, events, states } = await listening()
    await connected(emulator)
    const ada = emulator.person('Ada')
    for (let number = 1; number <= 60; number++) {
      if (number === 20) emulator.disconnect(reason, 1)
      if (number === 40) emulator.disconnect(reason)
      await ada.types(`number ${number}`)
      await new Promise((resolve) => setTimeout(resolve, 3))
    }
    await eventually(() => (new Set(texts(events)).size === 60 ? true : undefined))
    expect(new Set(events.map(({ id }) => id)).size).toBe(60)
    await eventually(() => (emulator.connections() >= 2 ? true : undefined))
    expect(states.some(({ state }) => state === 'lost')).toBe(false)
  })

  test('comes back after both connections were cut', async () => {
    const { emulator, events, states } = await listening()
    await connected(emulator)
    emulator.cutConnections()
    await emulator.person('Ada').types('after the cut')
    await eventually(() => (events.length === 1 ? true : undefined))
    await connected(emulator)
    expect(states.map(({ state }) => state)).toEqual(['connecting', 'open', 'connecting', 'open'])
  })

  test('keeps standing when an envelope has a shape that nobody knows', async () => {
    const { emulator, requests, events } = await listening()
    await connected(emulator)
    emulator.sendsRaw('not json')
    emulator.sendsRaw('{"type":"hello"}')
    emulator.sendsRaw('{"type":"events_api","envelope_id":"e1","payload":{"type":"app_rate_limited","team_id":"T1"}}')
    emulator.sendsRaw('{"type":"events_api","envelope_id":"e2","payload":null}')
    emulator.sendsRaw('{"type":"something_new","envelope_id":"e3","payload":[1]}')
    await emulator.person('Ada').types('still here')
    await eventually(() => (texts(events).includes('still here') ? true : undefined))
    expect(requests.length).toBeGreaterThan(1)
    expect(emulator.connections()).toBe(2)
  })

  test.each([
    ['a wrong app token', { appToken: 'xapp-1-REVOKED' }, /appToken/],
    ['nobody at the address', { apiUrl: 'http://127.0.0.1:9/api/' }, /could not be reached/],
  ])('says in words what is wrong: %s', async (_, keys, words) => {
    const { states } = await listening(undefined, keys)
    const lost = await eventually(() => states.find(({ state }) => state === 'lost'))
    expect(lost.detail).toMatch(words)
    expect(lost.detail).not.toContain('xapp-')
  })

  test('can be checked before it is needed', async () => {
    const { adapter } = await listening()
    expect(await adapter.check(AbortSignal.timeout(30_000))).toMatchObject({ ok: true, facts: { mode: 'socket' } })
    const { adapter: wrong } = await listening(undefined, { appToken: 'xapp-1-REVOKED' })
    expect(await wrong.check(AbortSignal.timeout(30_000))).toMatchObject({ ok: false })
  })
})

describe('the playground of the emulator', () => {
  test('shows a direct message, a channel with its threads and the home tab; faults are switched there', async () => {
    const { emulator, adapter, events } = await listening()
    await connected(emulator)
    const ask = async (path: string, body?: object) => {
      const init = body ? { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) } : {}
      const answer = await fetch(`${emulator.url}/playground/${path}`, init)
      return { status: answer.status, body: (await answer.json()) as { readonly [key: string]: Json } }
    }
    const stream = await fetch(`${emulator.url}/playground/events`)
    const reader = stream.body!.getReader()
    await ask('say', { chat: '777', name: 'Ada', text: 'hello' })
    await eventually(() => (events.length === 1 ? true : undefined))
    const to = events[0]!.from
    const choices = [{ value: 'y', label: 'Yes' }]
    const [payload] = adapter.render([{ type: 'choices', text: 'Sure?', choices }], to, { author: 'virtual-agent', window: 'open' })
    await adapter.send(payload!, to, { idempotencyKey: 'k', number: 1, signal: AbortSignal.timeout(30_000) })
    const state = (await ask('state?chat=777')).body as unknown as {
      readonly channel: string
      readonly messages: readonly { readonly id: string }[]
    }
    expect(state).toMatchObject({
      channel: 'slack',
      bot: 'switchboard',
      chats: [{ chat: '777', title: 'Ada', type: 'im', blocked: false }],
      messages: [
        { by: 'person', text: 'hello', author: 'Ada' },
        { by: 'hub', text: 'Sure?', buttons: [{ label: 'Yes', value: 'y' }] },
      ],
    })
    expect((await ask('press', { chat: '777', message_id: state.messages[1]!.id, data: 'y' })).status).toBe(200)
    expect(events.at(-1)).toMatchObject({ kind: 'choice', value: 'y' })

    const { chat } = (await ask('channel', { name: 'office' })).body
    const { message_id: root } = (await ask('say', { chat: chat!, name: 'Bo', text: '@switchboard help' })).body
    await ask('say', { chat: chat!, name: 'Bo', text: 'please', thread: root! })
    await eventually(() => (texts(events).includes('please') ? true : undefined))
    expect(events.at(-1)).toMatchObject({ from: { conversation: `${chat}/${root}` } })
    expect((await ask(`state?chat=${chat}`)).body).toMatchObject({ messages: [{ id: root }, { thread: root, text: 'please' }] })

    const headers = { 'content-type': 'image/png', 'x-chat': '777', 'x-file-name': encodeURIComponent('Bild ä.png') }
    await fetch(`${emulator.url}/playground/file`, { method: 'POST', headers, body: new Uint8Array([1, 2, 3]) })
    const after = (await ask('state?chat=777')).body as unknown as {
      readonly messages: readonly { readonly media?: { readonly name: string; readonly url: string } }[]
    }
    const { media } = after.messages.at(-1)!
    expect(media).toMatchObject({ kind: 'image', name: 'Bild ä.png' })
    expect([...new Uint8Array(await (await fetch(emulator.url + media!.url)).arrayBuffer())]).toEqual([1, 2, 3])

    await adapter.home!({ key: to.conversation as never }, { choices: [{ value: 'menu:open', label: 'Open Requests' }], requests: [] })
    expect((await ask('home?chat=777')).body).toMatchObject({ buttons: [{ label: 'Open Requests' }] })
    expect((await ask('faults', { error: 0.5, throttle: { share: 0.1 } })).status).toBe(200)
    expect(emulator.faults).toMatchObject({ error: 0.5, throttle: { share: 0.1, retryAfterSeconds: 1 } })
    expect([(await ask('faults', { surprise: 1 })).status, (await ask('say', { chat: '<x>', text: 'a' })).status]).toEqual([400, 400])
    let told = ''
    while (!told.includes('Sure?')) told += new TextDecoder().decode((await reader.read()).value)
    expect(told).toContain('"chat":"777"')
    await reader.cancel()
    const foreign = await fetch(`${emulator.url}/playground/state`, { headers: { origin: 'https://evil.example' } })
    expect(foreign.status).toBe(403)
  })
})

import { HTTPFetchError, messagingApi, validateSignature } from '@line/bot-sdk'
import { afterEach, describe, expect, test } from 'vitest'
import { line } from '../../adapters/line/index.ts'
import { type AdapterDeps, type HookRequest, id } from '../../src/channel/index.ts'
import { eventually } from '../contract/contract-bench.ts'
import { closeAll, failure, hear, methods, open, say } from './line-bench.ts'

afterEach(closeAll)

describe("LINE's signature", () => {
  const request = (body: string, signature: string): HookRequest => ({
    method: 'POST',
    via: 'hook',
    query: {},
    headers: { 'x-line-signature': signature },
    body: new TextEncoder().encode(body),
  })
  const adapterWith = (channelSecret: string | string[]) =>
    line.create({ id: id('main'), config: line.config.parse({ channelSecret, channelAccessToken: 'x' }) }, {
      now: () => new Date(),
    } as unknown as AdapterDeps)
  // The vectors of LINE's own SDK: https://github.com/line/line-bot-sdk-nodejs/tree/master/test
  const event = {
    message: { id: 'test_event_message_id', text: 'this is test message.😄😅😢😞😄😅😢😞', quoteToken: 'test_quote_token', type: 'text' },
    replyToken: 'test_reply_token',
    source: { groupId: 'test_group_id', type: 'group' },
    webhookEventId: 'test_webhook_event_id',
    deliveryContext: { isRedelivery: false },
    timestamp: 0,
    mode: 'active',
    type: 'message',
  }
  const vectors = [
    ['test_secret', '{"hello":"world"}', 't7Hn4ZDHqs6e+wdvI5TyQIvzie0DmMUmuXEBqyyE/tM='],
    [
      'test_channel_secret',
      JSON.stringify({ events: [event], destination: 'Uaaaabbbbccccddddeeeeffff' }),
      'eRdWYcVCzZV3MVZ3M9/rHJCl/a3oSbsRb04cLovpVwM=',
    ],
  ] as const

  test.each(vectors)('fits the official vector of %s, and not with another byte', async (secret, body, signature) => {
    expect(await adapterWith(secret).verify(request(body, signature))).toEqual({ ok: true })
    expect(await adapterWith(['newer', secret]).verify(request(body, signature))).toEqual({ ok: true })
    expect(await adapterWith(secret).verify(request(`${body} `, signature))).toMatchObject({ ok: false, status: 401 })
    expect(await adapterWith('another').verify(request(body, signature))).toMatchObject({ ok: false, status: 401 })
  })

  test("what the emulator sends is signed as LINE's SDK wants it", async () => {
    const all = await open()
    await hear(all, 'Ada 👩🏽‍💻')
    const { channelSecret } = all.emulator.account()
    expect(all.door.requests.length).toBeGreaterThan(1)
    for (const { body, headers } of all.door.requests)
      expect(validateSignature(Buffer.from(body), String(channelSecret), headers['x-line-signature']!)).toBe(true)
  })
})

describe('the emulator, asked by the SDK of LINE', () => {
  test('takes messages, refuses what LINE refuses, and knows a retry key', async () => {
    const { emulator, door } = await open()
    const { channelAccessToken } = emulator.account()
    const client = new messagingApi.MessagingApiClient({ channelAccessToken: String(channelAccessToken), baseURL: emulator.url })
    const blobs = new messagingApi.MessagingApiBlobClient({ channelAccessToken: String(channelAccessToken), baseURL: emulator.url })
    const ada = emulator.person('Ada')
    const file = await ada.sendsFile({ name: 'a.png', mime: 'image/png', bytes: new Uint8Array([1, 2, 3]) })
    await door.next('message', 0)
    expect((await client.getBotInfo()).basicId).toBe('@switchboard')
    expect((await client.getProfile(ada.key)).displayName).toBe('Ada')
    const key = '123e4567-e89b-12d3-a456-426614174000'
    const push = { to: ada.key, messages: [{ type: 'text', text: 'hi' } as const] }
    const { sentMessages } = await client.pushMessage(push, key)
    const again = (await client.pushMessage(push, key).catch((error: unknown) => error)) as HTTPFetchError
    expect(again).toBeInstanceOf(HTTPFetchError)
    expect(again.status).toBe(409)
    expect(again.headers.get('x-line-accepted-request-id')).toMatch(/^[0-9a-f-]{36}$/)
    expect(JSON.parse(again.body)).toMatchObject({ sentMessages })
    expect(ada.sees().filter(({ by }) => by === 'hub')).toHaveLength(1)
    const six = { to: ada.key, messages: Array.from({ length: 6 }, () => ({ type: 'text', text: 'x' }) as const) }
    expect(await client.pushMessage(six).catch((error: HTTPFetchError) => error.status)).toBe(400)
    const empty = { to: ada.key, messages: [{ type: 'text', text: '' } as const] }
    const refusal = await client.pushMessage(empty).catch((error: HTTPFetchError) => JSON.parse(error.body))
    expect(refusal.details[0].property).toBe('messages[0].text')
    const chunks: Buffer[] = []
    for await (const chunk of await blobs.getMessageContent(file)) chunks.push(chunk as Buffer)
    expect([...Buffer.concat(chunks)]).toEqual([1, 2, 3])
    await client.setWebhookEndpoint({ endpoint: door.url.href })
    expect(await client.testWebhookEndpoint({})).toMatchObject({ success: true, statusCode: 200 })
  })
})

describe('what comes from LINE', () => {
  test('the address is tried without an event, and that is answered with 200', async () => {
    const { door, emulator } = await open()
    expect(door.requests).toHaveLength(1)
    expect(JSON.parse(Buffer.from(door.requests[0]!.body).toString())).toMatchObject({ events: [] })
    expect(door.events).toEqual([])
    await expect(emulator.connect(new URL('/nowhere', emulator.url))).rejects.toThrow('ERROR_STATUS_CODE')
  })

  test('fifty messages of ten people in one webhook are fifty events', async () => {
    const { door, emulator } = await open()
    await emulator.together(async () => {
      for (let n = 0; n < 50; n++) await emulator.person(`person ${n % 10}`).types(`message ${n}`)
    })
    await eventually(() => (door.events.length === 50 ? true : undefined))
    expect(door.requests).toHaveLength(2)
    expect(new Set(door.events.map((event) => event.from.conversation)).size).toBe(10)
    expect(new Set(door.events.map((event) => event.id)).size).toBe(50)
  })

  test('a webhook that was not taken comes again with its flag, with one id, and its token is good again', async () => {
    const all = await open()
    const { door, emulator, adapter, clock } = all
    door.refuse = 1
    await emulator.person('Ada').types('twice told')
    const heard = await door.next('message', 0)
    const told = await eventually(() => (emulator.pending() === 0 ? emulator.record.delivered : undefined))
    expect(told.map(({ status }) => status)).toEqual([500, 200])
    const bodies = door.requests.slice(1).map(({ body }) => JSON.parse(Buffer.from(body).toString()).events[0])
    expect(bodies.map(({ deliveryContext }) => deliveryContext.isRedelivery)).toEqual([false, true])
    expect(bodies[0].webhookEventId).toBe(bodies[1].webhookEventId)
    clock.ahead = 10 * 60_000
    await say(adapter, heard.from, 'still free')
    expect(methods(all)).toEqual(['reply: still free'])
  })

  test('a group is one conversation, addressed by mention or by a quote', async () => {
    const { door, emulator, adapter } = await open()
    const group = emulator.group('Office')
    await group.invites()
    expect(await door.next('contact', 0)).toMatchObject({ change: 'joined', from: { conversation: group.chat } })
    const [ada, bo] = [group.person('Ada'), group.person('Bo')]
    await ada.types('lunch?')
    await bo.mentions('the beamer is broken')
    await ada.quotes('561', 'this one')
    const heard = await eventually(() => {
      const messages = door.events.filter((event) => event.kind === 'message')
      return messages.length === 3 ? messages : undefined
    })
    expect(heard.map(({ addressed }) => addressed)).toEqual([false, true, true])
    expect(new Set(heard.map(({ from }) => from.conversation))).toEqual(new Set([group.chat]))
    expect(heard.map(({ person }) => person.key)).toEqual([ada.key, bo.key, ada.key])
    await say(adapter, heard[1]!.from, 'on my way')
    expect(group.sees().at(-1)?.text).toBe('on my way')
    expect(await adapter.profile!(heard[1]!.person, heard[1]!.from, AbortSignal.timeout(30_000))).toEqual({ name: 'Bo', language: 'en' })
    await adapter.typing!(heard[1]!.from)
    expect(emulator.loading).toEqual([])
    let since = door.events.length
    await group.joins('Cy')
    await group.leaves('Cy')
    const came = await door.next('contact', since)
    expect(came).toMatchObject({
      change: 'joined',
      member: true,
      person: { key: group.person('Cy').key },
      from: { conversation: group.chat },
    })
    const left = await door.next('contact', door.events.indexOf(came) + 1)
    expect(left).toMatchObject({ change: 'left', member: true, person: { key: group.person('Cy').key } })
    since = door.events.length
    await group.removes()
    expect(await door.next('contact', since)).toMatchObject({ change: 'left' })
  })

  test('bytes are waited for while LINE prepares them, and gone when they were unsent', async () => {
    const { door, emulator, adapter } = await open()
    const ada = emulator.person('Ada')
    ada.preparing.times = 1
    const bytes = new Uint8Array([0, 0, 0, 24, 0x66, 0x74, 0x79, 0x70])
    const message = await ada.sendsFile({ name: 'how.mp4', mime: 'video/mp4', bytes })
    const heard = await door.next('message', 0)
    const [media] = heard.content
    expect(media).toMatchObject({ type: 'media', kind: 'video' })
    const ref = (media as { file: { ref: string } }).file.ref
    const file = await adapter.fetchFile!(ref, AbortSignal.timeout(30_000))
    expect(file.mime).toBe('video/mp4')
    expect(new Uint8Array(await new Response(file.body).arrayBuffer())).toEqual(bytes)
    expect(emulator.record.calls.map(({ method }) => method)).toContain('transcoding')
    await ada.unsends(message)
    expect(await door.next('revision', 0)).toMatchObject({ message, content: null })
    expect(await failure(adapter, adapter.fetchFile!(ref, AbortSignal.timeout(30_000)))).toMatchObject({ kind: 'rejected', code: 'gone' })
  })

  test('a sticker comes as its picture, an album as one', async () => {
    const { door, emulator, adapter } = await open()
    const ada = emulator.person('Ada')
    await ada.sendsSticker('1988', ['hello'])
    const { content } = await door.next('message', 0)
    expect(content[0]).toMatchObject({ type: 'media', kind: 'image', sticker: true, caption: 'hello' })
    const sticker = await adapter.fetchFile!((content[0] as { file: { ref: string } }).file.ref, AbortSignal.timeout(30_000))
    expect(sticker.mime).toBe('image/png')
    await sticker.body.cancel()
    await ada.sendsPictures([1, 2, 3].map((n) => ({ mime: 'image/png', bytes: new Uint8Array([n]) })))
    const pictures = await eventually(() => {
      const messages = door.events.slice(1).filter((event) => event.kind === 'message')
      return messages.length === 3 ? messages : undefined
    })
    expect(new Set(pictures.map(({ album }) => album)).size).toBe(1)
  })

  test('messages are marked as read, until the account says that it may not', async () => {
    const { door, emulator, adapter, said } = await open()
    const ada = emulator.person('Ada')
    await ada.types('one')
    await adapter.acknowledge!(await door.next('message', 0))
    expect(emulator.read).toHaveLength(1)
    emulator.settings.chat = false
    await ada.types('two')
    const second = await door.next('message', 1)
    await adapter.acknowledge!(second)
    await adapter.acknowledge!(second)
    expect(emulator.record.calls.filter(({ method, status }) => method === 'markAsRead' && status === 403)).toHaveLength(1)
    expect(said).toHaveLength(1)
    await adapter.typing!(second.from)
    expect(emulator.loading).toMatchObject([{ chat: ada.key }])
  })

  test('connecting sets the address, and says where a switch is off', async () => {
    const { door, emulator, adapter, said } = await open()
    emulator.settings.active = false
    await adapter.subscribe!(door.url)
    expect(said).toHaveLength(1)
    expect(await failure(adapter, adapter.subscribe!(new URL('http://hub.example.org/hooks')))).toMatchObject({ code: 'bad_webhook' })
    const health = await adapter.check(AbortSignal.timeout(30_000))
    expect(health).toMatchObject({
      ok: true,
      detail: expect.stringContaining('Use webhook'),
      facts: { webhook: door.url.href, webhookActive: false },
    })
  })
})

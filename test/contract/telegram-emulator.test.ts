import { request as ask, createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Telegraf, TelegramError } from 'telegraf'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startTelegramEmulator, type TelegramEmulator } from '../../adapters/telegram/emulator.ts'
import { eventually } from './contract-bench.ts'

type Answer = { readonly status: number; readonly body?: string; readonly headers?: { readonly [name: string]: string } }
let emulator: TelegramEmulator
let hub: Server
let taken: { readonly text: string; readonly at: number; readonly kind: string; readonly id: number }[]
let answers: (text: string) => Answer

beforeEach(async () => {
  taken = []
  answers = () => ({ status: 200 })
  emulator = await startTelegramEmulator({ timeScale: 100 })
  hub = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const { update_id, ...update } = JSON.parse(body)
    const [kind] = Object.keys(update)
    const text = update[kind!].text ?? update[kind!].data ?? ''
    taken.push({ text, at: Date.now(), kind: kind!, id: update_id })
    const answer = answers(text)
    response.writeHead(answer.status, answer.headers).end(answer.body ?? '')
  })
  await new Promise<void>((resolve) => hub.listen(0, '127.0.0.1', resolve))
  await emulator.connect(new URL(`http://127.0.0.1:${(hub.address() as AddressInfo).port}/hook`))
})
afterEach(async () => {
  await emulator.close()
  hub.closeAllConnections()
  hub.close()
})
const texts = () => taken.map(({ text }) => text)
const telegraf = () => {
  const { botToken, apiUrl } = emulator.account() as { botToken: string; apiUrl: string }
  return new Telegraf(botToken, { telegram: { apiRoot: apiUrl, webhookReply: false } })
}

describe('webhooks of the emulator', () => {
  test('a failing update holds its chat up and no other, and comes again after 0, 2, 4 seconds', async () => {
    let failures = 3
    answers = (text) => ({ status: text === 'first' && failures-- > 0 ? 500 : 200 })
    const started = Date.now()
    await emulator.person('Ada').types('first')
    await emulator.person('Ada').types('second')
    await emulator.person('Bo').types('elsewhere')
    await eventually(() => (texts().includes('second') ? true : undefined))
    expect(texts().filter((text) => text !== 'elsewhere')).toEqual(['first', 'first', 'first', 'first', 'second'])
    expect(texts().indexOf('elsewhere')).toBeLessThan(3)
    const waited = taken.filter(({ text }) => text === 'first').map(({ at }) => at - started)
    expect(waited[3]! - waited[1]!).toBeGreaterThanOrEqual(55)
    expect(emulator.record.delivered.filter(({ text }) => text === 'first').map(({ status, attempt }) => [attempt, status])).toEqual([
      [1, 500],
      [2, 500],
      [3, 500],
      [4, 200],
    ])
  })

  test('Retry-After is honoured, and a press expires after 150 seconds', async () => {
    let asked = 0
    answers = () => (asked++ === 0 ? { status: 503, headers: { 'retry-after': '20' } } : { status: 200 })
    await emulator.person('Ada').types('wait')
    await eventually(() => (taken.length === 2 ? true : undefined))
    expect(taken[1]!.at - taken[0]!.at).toBeGreaterThanOrEqual(190)
    await telegraf().telegram.sendMessage(emulator.person('Ada').key, 'Sure?', {
      reply_markup: { inline_keyboard: [[{ text: 'Yes', callback_data: 'y' }]] },
    })
    answers = () => ({ status: 500, headers: { 'retry-after': '100' } })
    await emulator.person('Ada').presses('Yes')
    await eventually(() => (emulator.pending() === 0 ? true : undefined))
    expect(emulator.record.delivered.filter(({ text }) => text === 'y').every(({ status }) => status === 500)).toBe(true)
  })

  test('a body that names a method is carried out', async () => {
    const ada = emulator.person('Ada')
    answers = () => ({ status: 200, body: JSON.stringify({ method: 'sendMessage', chat_id: Number(ada.key), text: 'echoed by accident' }) })
    await ada.types('hi')
    await eventually(() => ada.sees().find(({ text }) => text === 'echoed by accident'))
  })

  test('duplicates and overtaking can be switched on', async () => {
    emulator.faults.duplicate = 1
    await emulator.person('Ada').types('twice')
    await eventually(() => (taken.length === 2 ? true : undefined))
    expect(taken[0]!.id).toBe(taken[1]!.id)
    Object.assign(emulator.faults, { duplicate: 0, reorder: 1 })
    for (const text of ['a', 'b']) await emulator.person('Bo').types(text)
    await eventually(() => (taken.length === 4 ? true : undefined))
    expect(texts().slice(2)).toEqual(['b', 'a'])
  })
})

describe('the Bot API of the emulator, asked by telegraf', () => {
  test('answers a bot that we did not write: text, files, edits, buttons, reactions', async () => {
    const { telegram } = telegraf()
    const ada = emulator.person('Ada')
    await ada.starts()
    const sent = await telegram.sendMessage(ada.key, '<b>Hi</b> &amp; hello', { parse_mode: 'HTML' })
    expect(sent).toMatchObject({ text: 'Hi & hello', entities: [{ type: 'bold', offset: 0, length: 2 }] })
    await telegram.editMessageText(ada.key, sent.message_id, undefined, 'Better')
    const photo = await telegram.sendPhoto(ada.key, { source: Buffer.from('not really a picture'), filename: 'x.png' }, { caption: 'look' })
    const link = await telegram.getFileLink(photo.photo[0]!.file_id)
    expect(await (await fetch(link)).text()).toBe('not really a picture')
    await telegram.setMessageReaction(Number(ada.key), sent.message_id, [{ type: 'emoji', emoji: '👍' }])
    expect(ada.sees().slice(1)).toMatchObject([
      { text: 'Better', edited: true, reaction: '👍' },
      { text: 'look', media: { kind: 'photo' } },
    ])
    expect((await telegram.getMe()).username).toBe('switchboard_bot')
  })

  test('runs a whole telegraf bot by webhook', async () => {
    const bot = telegraf()
    bot.start((context) => context.reply('Welcome', { reply_markup: { inline_keyboard: [[{ text: 'Go', callback_data: 'go' }]] } }))
    bot.action('go', async (context) => {
      await context.answerCbQuery()
      await context.reply('Gone')
    })
    const server = createServer(bot.webhookCallback('/telegraf', { secretToken: 'telegraf-secret' }))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    await bot.telegram.setWebhook(`http://127.0.0.1:${(server.address() as AddressInfo).port}/telegraf`, {
      secret_token: 'telegraf-secret',
    })
    const ada = emulator.person('Ada')
    await ada.starts()
    await eventually(() => ada.sees().find(({ text }) => text === 'Welcome'))
    await ada.presses('Go')
    await eventually(() => ada.sees().find(({ text }) => text === 'Gone'))
    expect(emulator.answeredPresses()).toBe(1)
    server.closeAllConnections()
    server.close()
  })

  test.each([
    ['a stranger', { chat_id: 4242, text: 'x' }, '400: Bad Request: chat not found'],
    ['nothing', { chat_id: 1, text: '' }, '400: Bad Request: message text is empty'],
    ['too much', { chat_id: 1, text: 'x'.repeat(4097) }, '400: Bad Request: message is too long'],
    [
      'a foreign tag',
      { chat_id: 1, text: '<h1>x</h1>', parse_mode: 'HTML' },
      '400: Bad Request: can\'t parse entities: Unsupported start tag "h1" at byte offset 0',
    ],
    [
      'an open tag',
      { chat_id: 1, text: '<b>x', parse_mode: 'HTML' },
      '400: Bad Request: can\'t parse entities: Can\'t find end tag corresponding to start tag "b"',
    ],
    [
      'a value of 65 bytes',
      { chat_id: 1, text: 'x', reply_markup: { inline_keyboard: [[{ text: 'x', callback_data: `${'ü'.repeat(32)}x` }]] } },
      '400: Bad Request: BUTTON_DATA_INVALID',
    ],
  ])('refuses %s in the words of Telegram', async (_, payload, said) => {
    await emulator.person('1').types('hi')
    const error = await telegraf()
      .telegram.callApi('sendMessage', payload as never)
      .then(undefined, (one) => one)
    expect(error).toBeInstanceOf(TelegramError)
    expect(error.message).toBe(said)
  })

  test('refuses whom Telegram refuses: blocked, deleted, unchanged, gone, too large, unknown', async () => {
    const { telegram } = telegraf()
    const ada = emulator.person('Ada')
    await ada.types('hi')
    const { message_id } = await telegram.sendMessage(ada.key, 'same')
    const why = (call: Promise<unknown>) =>
      call.then(
        () => 'it worked',
        (error) => error.message as string,
      )
    expect(await why(telegram.editMessageText(ada.key, message_id, undefined, 'same'))).toMatch(/message is not modified/)
    expect(await why(telegram.deleteMessage(ada.key, 999))).toMatch(/message to delete not found/)
    expect(await why(telegram.answerCbQuery('1'))).toMatch(/query is too old/)
    expect(await why(telegram.getFile('nothing'))).toMatch(/wrong file_id/)
    await ada.sendsFile({ name: 'big.iso', mime: 'application/x-iso', bytes: new Uint8Array(20 * 1024 * 1024 + 1) })
    const big = await eventually(() => emulator.record.delivered.at(-1) && ada.sees().at(-1))
    expect(big.media?.bytes.length).toBeGreaterThan(20 * 1024 * 1024)
    await ada.blocks()
    expect(await why(telegram.sendMessage(ada.key, 'x'))).toBe('403: Forbidden: bot was blocked by the user')
    await ada.unblocks()
    ada.leavesTelegram()
    expect(await why(telegram.sendMessage(ada.key, 'x'))).toBe('403: Forbidden: user is deactivated')
    const group = emulator.group({ title: 'G' })
    await group.removesBot('Ada')
    expect(await why(telegram.sendMessage(group.chat.id, 'x'))).toBe('403: Forbidden: bot was kicked from the group chat')
    const revoked = new Telegraf('110201543:OTHER', { telegram: { apiRoot: emulator.url } })
    expect(await why(revoked.telegram.getMe())).toBe('401: Unauthorized')
  })
})

describe('the playground of the emulator', () => {
  const playground = (path: string, init?: RequestInit) => fetch(`${emulator.url}/playground/${path}`, init)
  const post = (path: string, body: object) =>
    playground(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })

  type State = { readonly messages: readonly { readonly id: string; readonly media?: { readonly url: string } }[] }
  const state = async () => (await (await playground('state?chat=77')).json()) as State

  test('says, shows, presses and sends files, and its stream tells of it', async () => {
    const stream = await playground('events')
    const reader = stream.body!.getReader()
    await post('say', { chat: '77', name: 'Ada', text: 'hello' })
    await eventually(() => (texts().includes('hello') ? true : undefined))
    await telegraf().telegram.sendMessage(77, 'Sure?', { reply_markup: { inline_keyboard: [[{ text: 'Yes', callback_data: 'y' }]] } })
    const before = await state()
    expect(before.messages).toMatchObject([
      { by: 'person', text: 'hello' },
      { by: 'hub', text: 'Sure?', buttons: [{ label: 'Yes', value: 'y' }] },
    ])
    expect((await post('press', { chat: '77', message_id: before.messages[1]!.id, data: 'y' })).status).toBe(200)
    await eventually(() => taken.find(({ kind }) => kind === 'callback_query'))
    const headers = { 'content-type': 'image/png', 'x-chat': '77', 'x-file-name': encodeURIComponent('Bild ä.png') }
    await playground('file', { method: 'POST', headers, body: new Uint8Array([1, 2, 3]) })
    const after = await state()
    const { media } = after.messages.at(-1)!
    expect(media).toMatchObject({ kind: 'photo', name: 'Bild ä.png' })
    const bytes = await (await fetch(emulator.url + media!.url)).arrayBuffer()
    expect([...new Uint8Array(bytes)]).toEqual([1, 2, 3])
    let told = ''
    while (!told.includes('Sure?')) told += new TextDecoder().decode((await reader.read()).value)
    await reader.cancel()
  })

  test('faults are switched there; unknown ones are refused', async () => {
    expect((await post('faults', { error: 0.5, throttle: { share: 0.1 } })).status).toBe(200)
    expect(emulator.faults).toMatchObject({ error: 0.5, throttle: { share: 0.1, retryAfterSeconds: 1 } })
    expect((await post('faults', { surprise: 1 })).status).toBe(400)
  })

  test('only pages and names of this machine are answered', async () => {
    const from = (origin: string) => playground('state', { headers: { origin } })
    expect((await from('https://evil.example')).status).toBe(403)
    const near = await from('http://localhost:3000')
    expect([near.status, near.headers.get('access-control-allow-origin')]).toEqual([200, 'http://localhost:3000'])
    const status = await new Promise((resolve) => {
      const { port } = new URL(emulator.url)
      ask({ host: '127.0.0.1', port, path: '/playground/state', headers: { host: 'rebound.example' } }, (response) =>
        resolve(response.resume().statusCode),
      ).end()
    })
    expect(status).toBe(403)
  })
})

import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type SlackEmulator, startSlackEmulator } from '../../adapters/slack/emulator.ts'
import { startTelegramEmulator, type TelegramEmulator } from '../../adapters/telegram/emulator.ts'
import type { EmulatedPerson, SeenMessage } from '../../src/channel/emulator.ts'
import { adminOfTests, openHub } from '../support/hub.ts'
import { onWeb } from './dialogues/player.ts'

const patienceMs = 50_000
const bot = { token: '110201543:PROOF-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', username: 'switchboard_bot', name: 'Switchboard', privacy: false }

let hub: Awaited<ReturnType<typeof openHub>>
let slack: SlackEmulator
let telegram: TelegramEmulator
beforeAll(async () => {
  slack = await startSlackEmulator({ timeScale: 40 })
  telegram = await startTelegramEmulator({ timeScale: 40, bots: [bot] })
  hub = await openHub({
    hub: { playground: true },
    channels: [
      { channel: 'slack', account: 'main', ...slack.account() },
      { channel: 'telegram', account: 'main', ...telegram.account() },
      { channel: 'web', account: 'main', guest: true, allowedOrigins: [] },
    ],
  })
  await slack.connect(new URL('/hooks/slack/main', hub.url))
  await telegram.connect(new URL('/hooks/telegram/main', hub.url))
}, 300_000)
afterAll(async () => {
  await hub?.stop()
  await Promise.all([slack?.close(), telegram?.close()])
})

const post = async (path: string, body: object, cookie = '') => {
  const headers = { 'content-type': 'application/json', origin: hub.url, cookie }
  const answer = await fetch(new URL(path, hub.url), { method: 'POST', headers, body: JSON.stringify(body) })
  const cookies = answer.headers.getSetCookie().map((line) => line.split(';')[0])
  return { status: answer.status, body: (await answer.json()) as { readonly [key: string]: unknown }, cookie: cookies.join('; ') }
}
const until = async <Found>(what: string, look: () => Promise<Found | undefined> | Found | undefined): Promise<Found> => {
  const end = Date.now() + patienceMs
  for (;;) {
    const found = await look()
    if (found !== undefined) return found
    if (Date.now() > end) throw new Error(`${what} did not come; the hub complained: ${hub.complaints.join('')}`)
    await wait(20)
  }
}

/** Somebody with an app: what the hub says after each word of theirs, once it has these words. */
const withApp = (person: EmulatedPerson) => {
  const fromHub = (): readonly SeenMessage[] => person.sees().filter(({ by }) => by === 'hub')
  const answered = async (from: number, words: string): Promise<SeenMessage> =>
    until(
      `"${words}" after ${JSON.stringify(
        fromHub()
          .slice(from)
          .map(({ text }) => text),
      )}`,
      () =>
        fromHub()
          .slice(from)
          .find(({ text }) => text.includes(words)),
    )
  return {
    fromHub,
    async says(words: string, answer: string): Promise<SeenMessage> {
      const from = fromHub().length
      await person.types(words)
      return answered(from, answer)
    },
    async presses(button: string, answer: string): Promise<SeenMessage> {
      const from = fromHub().length
      await person.presses(button)
      return answered(from, answer)
    },
  }
}

/** The code in the newest mail to somebody that was not read yet. */
const read = new Set<string>()
const codeFor = (email: string): Promise<string> =>
  until(`a code for ${email}`, async () => {
    const mail = (await hub.people.mails()).find(
      ({ to, subject }) => to === email && !read.has(subject) && /^\d{6} is your code/.test(subject),
    )
    if (mail) read.add(mail.subject)
    return mail?.subject.slice(0, 6)
  })
const linkIn = (message: SeenMessage): URL => {
  const url =
    message.buttons.find(({ url }) => url?.includes('/password#'))?.url ?? /https?:\S+\/password#[a-f0-9]+/.exec(message.text)?.[0]
  if (url === undefined) throw new Error(`no link in ${JSON.stringify(message)}`)
  return new URL(url)
}
const signsIn = async (email: string, password: string) => (await post('/api/auth/sign-in/email', { email, password })).status

describe('a guest on Telegram who has forgotten their password', () => {
  test('proves who they are, opens the link once, and signs in with the new password', async () => {
    await hub.people.accounts!.add({ name: 'Gina', email: 'gina@example.com', password: 'the old one 1234' })
    const gina = withApp(telegram.person('Gina'))
    await gina.says('i forgot my password', 'Which e-mail address')
    await gina.says('gina@example.com', "I've sent a code")
    const code = await codeFor('gina@example.com')
    const shown = await gina.says(`${code.slice(0, 3)} ${code.slice(3)}`, 'works once')
    const token = linkIn(shown).hash.slice(1)
    expect(await post('/api/passwords/look', { token })).toMatchObject({ status: 200, body: { name: 'Gina' } })
    const password = 'a green bicycle 77'
    expect(await post('/api/passwords/set', { token, password })).toMatchObject({ status: 200, body: { ok: true } })
    expect(await signsIn('gina@example.com', password)).toBe(200)
    expect(await signsIn('gina@example.com', 'the old one 1234')).not.toBe(200)
    expect((await post('/api/passwords/set', { token, password: 'another bicycle 78' })).status).toBe(410)
    const { rows } = await hub.connection.db
      .selectFrom('conversations')
      .select('memory')
      .execute()
      .then((rows) => ({ rows }))
    expect(JSON.stringify(rows)).not.toContain(code)
  })

  test('is locked out of a code after five wrong ones, and hears the same as somebody without an account', async () => {
    await hub.people.accounts!.add({ name: 'Hal', email: 'hal@example.com' })
    const talks: string[][] = []
    for (const [name, email] of [
      ['Hal', 'hal@example.com'],
      ['Nobody', 'nobody@example.com'],
    ] as const) {
      const person = withApp(telegram.person(name))
      await person.says('forgot my password', 'Which e-mail address')
      await person.says(email, "I've sent a code")
      const real = name === 'Hal' ? await codeFor(email) : '000000'
      for (const n of [1, 2, 3, 4]) await person.says(real === `11111${n}` ? '222222' : `11111${n}`, 'not the code')
      await person.says(real === '111115' ? '222222' : '111115', 'wrong too often')
      await person.says(real, 'wrong too often')
      talks.push(person.fromHub().map(({ text, buttons }) => `${text} ${buttons.map(({ label }) => label)}`))
    }
    expect(talks[1]).toEqual(talks[0])
    expect((await hub.people.mails()).filter(({ to }) => to === 'nobody@example.com')).toEqual([])
  })

  test('is sent away from a group without being asked for anything', async () => {
    const group = telegram.group({ title: 'Office' })
    const ina = group.person('Ina')
    const before = ina.sees().length
    await ina.types(`@${bot.username} I forgot my password, I am gina@example.com`)
    const answer = await until('an answer in the group', () =>
      ina
        .sees()
        .slice(before)
        .find(({ by }) => by === 'hub'),
    )
    expect(answer.text).toContain('write to me directly')
    expect((await hub.people.mails()).filter(({ to }) => to === 'gina@example.com').length).toBeLessThanOrEqual(2)
  })
})

test('a guest of the web chat gets a link as well, after the code', async () => {
  await hub.people.accounts!.add({ name: 'Wanda', email: 'wanda@example.com' })
  const wanda = await onWeb(() => hub.url, 'Wanda')
  const sees = (words: string) => until(words, () => wanda.sees().find(({ drawn }) => drawn.includes(words)))
  await wanda.says('reset my password')
  await sees('Which e-mail address')
  await wanda.says('wanda@example.com')
  await sees("I've sent a code")
  await wanda.says(await codeFor('wanda@example.com'))
  expect((await sees('works once')).drawn).toMatch(/\/password#[a-f0-9]{64}/)
  wanda.leaves()
})

describe('an approver on Slack', () => {
  /** A leaver's request, opened by a technician: human resources has to approve it. */
  const opened = async (person: string): Promise<string> => {
    const { cookie } = await post('/api/auth/sign-in/email', adminOfTests)
    const fields = { person, 'last-day': '2027-01-31', files: 'archive' }
    const wanted = {
      type: 'service-request',
      subject: `${person} leaves`,
      item: 'leaver',
      fields,
      requester: { name: 'Rita', email: 'rita@example.com' },
    }
    const headers = { 'content-type': 'application/json', origin: hub.url, cookie, 'idempotency-key': `leaver-${person}` }
    const answer = await fetch(new URL('/api/requests', hub.url), { method: 'POST', headers, body: JSON.stringify(wanted) })
    const body = (await answer.json()) as { readonly number: string }
    expect(answer.status, JSON.stringify(body)).toBe(201)
    return body.number
  }
  const cardOf = (hr: ReturnType<typeof withApp>, number: string) =>
    until(`the card of ${number}`, () =>
      hr.fromHub().find(({ text, buttons }) => text.includes(number) && buttons.some(({ label }) => label === 'Approve')),
    )
  const now = (hr: ReturnType<typeof withApp>, id: string) => hr.fromHub().find((message) => message.id === id)

  test('presses Approve on the card that came by itself, and it becomes the result', async () => {
    const hr = withApp(slack.person('HR'))
    await hr.says('hello', 'virtual agent')
    await until('the address that Slack vouches for', async () => {
      const { trust } = await hub.people.identities.standing({ channel: 'slack', account: 'main', key: slack.person('HR').key } as never)
      return trust === 'verified' ? true : undefined
    })
    const number = await opened('Paul')
    const card = await cardOf(hr, number)
    const count = hr.fromHub().length
    await slack.person('HR').presses('Approve')
    const result = await until('the result', () => {
      const message = now(hr, card.id)
      return message?.text.includes('Approved') && message.buttons.length === 0 ? message : undefined
    })
    expect(result.edited).toBe(true)
    expect(result.text).toContain(number)
    expect(
      hr
        .fromHub()
        .slice(count)
        .map(({ text }) => text),
    ).toEqual([])
  })

  test('presses Reject, says why, and the card becomes the result with the reason', async () => {
    const hr = withApp(slack.person('HR'))
    const number = await opened('Quentin')
    const card = await cardOf(hr, number)
    await hr.presses('Reject', 'Why do you reject')
    await slack.person('HR').types('He only changes teams')
    const result = await until('the result', () => {
      const message = now(hr, card.id)
      return message?.text.includes('Rejected') && message.text.includes('He only changes teams') ? message : undefined
    })
    expect(result.buttons).toEqual([])
  })

  test('asks for the list in words, sees what was filled in, and approves there', async () => {
    const hr = withApp(slack.person('HR'))
    const number = await opened('Rosa')
    await cardOf(hr, number)
    const shown = await hr.says('what waits for my approval?', 'Last day')
    expect(shown.text).toContain('Rosa')
    await hr.says(`approve ${number}`, 'Shall I approve')
    await hr.says('yes', `Done: ${number} is approved by you.`)
    await until('the card there to change', () => hr.fromHub().find(({ text }) => text.includes(`✅ Approved: ${number}`)))
  })
})

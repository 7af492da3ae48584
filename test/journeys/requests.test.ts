import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { startSlackEmulator } from '../../adapters/slack/emulator.ts'
import { startTelegramEmulator } from '../../adapters/telegram/emulator.ts'
import type { Json } from '../../src/channel/index.ts'
import { exampleFile } from '../../src/tools/example.ts'
import { startServiceNow } from '../service-desk/service-now.ts'
import { adminOfTests, openHub } from '../support/hub.ts'
import { onTelegram, openStage, type Stage } from './stage.ts'

/** Calls of the API by the technician of tests. */
async function technician(url: string) {
  const headers = { origin: url, 'content-type': 'application/json' }
  const signedIn = await fetch(new URL('/api/auth/sign-in/email', url), { method: 'POST', headers, body: JSON.stringify(adminOfTests) })
  const cookie = signedIn.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ')
  return async <Body>(method: string, path: string, body: object): Promise<Body> => {
    const response = await fetch(new URL(path, url), { method, headers: { ...headers, cookie }, body: JSON.stringify(body) })
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
    return (await response.json()) as Body
  }
}

describe('somebody whose technician opens a request from their chat', () => {
  let stage: Stage
  beforeAll(async () => {
    stage = await openStage()
  })
  afterAll(() => stage.close())

  test('hears in that chat what becomes of it, opens nothing by it, and reads on by the link', async () => {
    const ada = stage.person('Ada')
    await ada.presses('Start').catch(() => ada.says('/start'))
    await ada.hears(/virtual agent/i)
    const conversation = await stage.conversationOf(ada)
    const call = await technician(stage.hub.url)
    const { number } = await call<{ number: string }>('POST', '/api/requests', {
      type: 'incident',
      subject: 'The beamer hums',
      conversation,
    })
    const first = await ada.hears(`opened a request for you: ${number}`)
    await call('PATCH', `/api/requests/${number}`, { status: 'in-progress' })
    await ada.hears('is working on')
    await call('POST', `/api/requests/${number}/comments`, { text: 'nobody outside reads this', internal: true })
    await call('POST', `/api/requests/${number}/comments`, { text: 'Is it the new one?' })
    await ada.hears('Is it the new one?')
    await call('PATCH', `/api/requests/${number}`, { status: 'resolved', resolution: 'The fan was cleaned.' })
    const last = await ada.hears('The fan was cleaned.')
    expect(last.buttons?.map(({ label }) => label)).toEqual(['Reopen', 'Thanks'])
    expect(await ada.hearsNothing()).toEqual([])
    const [link = ''] = /http\S+/.exec(first.text) ?? []
    const page = new URL(link)
    const view = await fetch(new URL(`/api/request-page/${number}`, stage.hub.url), {
      headers: { authorization: `Bearer ${page.hash.slice(1)}` },
    })
    expect(await view.json()).toMatchObject({ number, status: 'resolved', comments: [{ text: 'Is it the new one?' }] })
    expect((await fetch(new URL(page.pathname, stage.hub.url))).headers.get('content-type')).toContain('text/html')
    expect(stage.hub.complaints.join('\n')).not.toContain(page.hash.slice(1))
  })
})

test('an approver is asked where they are, and reads the result in the same place', { timeout: 300_000 }, async () => {
  const directory = await mkdtemp(join(tmpdir(), 'switchboard-approval-'))
  const secret = join(directory, 'key')
  await writeFile(secret, 'a-key-of-tests-for-purchasing-0123')
  const [telegram, slack] = await Promise.all([startTelegramEmulator({ timeScale: 40 }), startSlackEmulator({ timeScale: 40 })])
  const hub = await openHub({
    channels: [
      { channel: 'telegram', account: 'main', ...telegram.account() },
      { channel: 'slack', account: 'main', ...slack.account() },
    ],
    hub: { api: { keys: [{ name: 'purchasing', key: `\${file:${secret}}`, scopes: ['approvals:read', 'approvals:write'] }] } },
  })
  try {
    await telegram.connect(new URL('/hooks/telegram/main', hub.url))
    await slack.connect(new URL('/hooks/slack/main', hub.url))
    const ada = onTelegram(telegram, telegram.person('Ada'))
    // The workspace vouches for hr@example.com.
    const lead = slack.person('HR')
    await lead.types('hello')
    await ada.says('hello')
    await ada.hears(/virtual agent/i)
    const known = () => hub.connection.db.selectFrom('identities').select(['key', 'email']).where('email_vouched', '=', true).execute()
    await expect.poll(known).toMatchObject([{ email: 'hr@example.com' }])
    const { id } = await hub.connection.db
      .selectFrom('conversations')
      .select('id')
      .where('channel', '=', 'telegram')
      .executeTakeFirstOrThrow()
    const call = await technician(hub.url)
    const view = await call<{ number: string; approvals: { id: string }[] }>('POST', '/api/requests', {
      type: 'service-request',
      subject: 'A new colleague',
      item: 'new-starter',
      fields: { person: 'Robin Doe', 'first-day': '2027-01-04', team: 'Sales', manager: 'kim@example.com', equipment: 'laptop' },
      conversation: id,
    })
    const cards = () => lead.sees().filter(({ by, text }) => by === 'hub' && text.includes(view.number))
    await expect.poll(() => cards().map(({ buttons }) => buttons.map(({ label }) => label))).toEqual([['Approve', 'Reject', 'Details']])
    const decided = await fetch(new URL(`/api/approvals/${view.approvals[0]!.id}/decision`, hub.url), {
      method: 'POST',
      headers: { authorization: 'Bearer a-key-of-tests-for-purchasing-0123', 'content-type': 'application/json' },
      body: JSON.stringify({ approved: true, email: 'hr@example.com', comment: 'Welcome' }),
    })
    expect(decided.status).toBe(200)
    await ada.hears('is approved. “Welcome”')
    await expect.poll(() => cards().map(({ text, buttons }) => [text.includes('Approved'), buttons.length])).toEqual([[true, 0]])
    expect(hub.complaints.join('')).not.toContain('a-key-of-tests')

    // Their own requests stand on their home tab.
    const theirs = await hub.connection.db.selectFrom('conversations').select('id').where('channel', '=', 'slack').executeTakeFirstOrThrow()
    const own = await call<{ number: string }>('POST', '/api/requests', {
      type: 'incident',
      subject: 'The lift stands still',
      conversation: theirs.id,
    })
    await lead.opens('home')
    await expect.poll(() => lead.home().text).toContain(own.number)
    expect(lead.home().text).not.toContain(view.number)
  } finally {
    await hub.stop()
    await Promise.all([telegram.close(), slack.close()])
    await rm(directory, { recursive: true, force: true })
  }
})

test('with a service desk elsewhere that lets nobody in, a person is told the number of what they asked for once it does', {
  timeout: 300_000,
}, async () => {
  const directory = await mkdtemp(join(tmpdir(), 'switchboard-remote-'))
  const now = await startServiceNow()
  const secret = join(directory, 'password')
  await writeFile(secret, now.account.password)
  const example = parse(await readFile(exampleFile, 'utf8')) as { hub: { serviceDesk: { remote: { [key: string]: Json } } } }
  const remote = {
    ...example.hub.serviceDesk.remote,
    baseUrl: now.url,
    auth: { user: now.account.user, password: `\${file:${secret}}` },
    timeoutSeconds: 2,
  }
  const emulator = await startTelegramEmulator({ timeScale: 40 })
  const hub = await openHub({
    channels: [{ channel: 'telegram', account: 'main', ...emulator.account() }],
    hub: { serviceDesk: { remote: remote as Json } },
  })
  try {
    await emulator.connect(new URL('/hooks/telegram/main', hub.url))
    const ada = onTelegram(emulator, emulator.person('Ada'))
    // Its door is shut for us: sure not to have taken anything, so it is tried again within seconds.
    now.is(401)
    await ada.says('my mouse is broken, please open a ticket')
    await expect
      .poll(
        async () => {
          const rows = await hub.connection.db
            .withTables<{ desk_outbox: { state: string } }>()
            .selectFrom('desk_outbox')
            .select('state')
            .execute()
          if (rows.length > 0) return rows.length
          const [offer] = ada.news().at(-1)?.buttons ?? []
          if (offer) await ada.presses(offer.label).catch(() => undefined)
          else await ada.says('yes').catch(() => undefined)
          await new Promise((resolve) => setTimeout(resolve, 700))
          return 0
        },
        { interval: 300 },
      )
      .toBe(1)
    now.is(null)
    await ada.hears(/Your request is filed now: INC\d{7}/)
    expect(now.rows('incident')).toHaveLength(1)
  } finally {
    await hub.stop()
    await emulator.close()
    await now.close()
    await rm(directory, { recursive: true, force: true })
  }
})

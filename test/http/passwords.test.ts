import { type Kysely, sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { AccountMade, AccountsPage, ErrorBody, PasswordSet, ResetLinkView } from '../../src/http/api-types.ts'
import { adminOfTests, openHub } from '../support/hub.ts'

const email = 'ada@example.com'
const password = 'seven lanterns drift'
let hub: Awaited<ReturnType<typeof openHub>>
let cookie = ''
beforeAll(async () => {
  hub = await openHub({ channels: [{ channel: 'web', account: 'main', guest: true, allowedOrigins: [] }] })
  cookie = (await post('/api/auth/sign-in/email', adminOfTests)).cookie
})
afterAll(() => hub?.stop())
beforeEach(async () => {
  const db: Kysely<any> = hub.connection.db
  await sql`delete from sign_in_user where email <> ${adminOfTests.email}`.execute(db)
  await hub.people.accounts!.add({ email, name: 'Ada' })
})

async function call<Body>(method: string, path: string, body: unknown, headers: { readonly [name: string]: string } = {}) {
  const response = await fetch(new URL(path, hub.url), {
    method,
    headers: { origin: hub.url, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const set = response.headers.getSetCookie().map((line) => line.split(';')[0])
  return { status: response.status, headers: response.headers, cookie: set.join('; '), body: (await response.json()) as Body }
}
const post = <Body>(path: string, body: unknown, headers = {}) => call<Body>('POST', path, body, headers)
const admin = <Body>(path: string, body?: unknown) => call<Body>(body === undefined ? 'GET' : 'POST', path, body, { cookie })

let keys = 0
async function token(): Promise<string> {
  const made = await hub.people.passwordHelp.resetLink(email, `k${++keys}`)
  return made.ok ? made.url.split('#')[1]! : ''
}

describe('a reset link at the API', () => {
  test('is looked at, refuses a weak password, and sets a good one', async () => {
    const link = await token()
    const looked = await post<ResetLinkView>('/api/passwords/look', { token: link })
    expect(looked.body).toMatchObject({ account: 'a•••@example.com', name: 'Ada', rules: { minLength: 12, maxLength: 128 } })
    expect(looked.headers.get('cache-control')).toBe('no-store')
    expect((await post<PasswordSet>('/api/passwords/set', { token: link, password: 'short' })).body).toEqual({
      ok: false,
      words: ['Use at least 12 characters.'],
    })
    expect((await post<PasswordSet>('/api/passwords/set', { token: link, password })).body).toEqual({ ok: true })
    expect((await post('/api/auth/sign-in/email', { email, password })).status).toBe(200)
  })

  test.each(['/api/passwords/look', '/api/passwords/set'])('that is no good is refused by %s, with the reason', async (path) => {
    const [old, link] = [await token(), await token()]
    const ask = async (given: string) => {
      const { status, body } = await post<ErrorBody>(path, { token: given, ...(path.endsWith('set') ? { password } : {}) })
      return [status, body.error.code]
    }
    expect(await ask(old)).toEqual([410, 'HUB_RESET_LINK_USED'])
    expect(await ask('nonsense')).toEqual([403, 'HUB_LINK_INVALID'])
    await sql`update reset_links set expires_at = now()`.execute(hub.connection.db)
    expect(await ask(link)).toEqual([410, 'HUB_RESET_LINK_EXPIRED'])
  })

  test('is a body of a known form, and its error repeats nothing of it', async () => {
    for (const body of [{}, { token: 1 }, { token: 'x', extra: 1 }, { token: 'secret-token'.repeat(40) }]) {
      const answer = await post<ErrorBody>('/api/passwords/look', body)
      expect(answer.body.error.code).toBe('HUB_BAD_REQUEST')
      expect(JSON.stringify(answer.body)).not.toContain('secret-token')
    }
  })

  test('can’t be guessed fast: one address gets so many tries a minute', async () => {
    const answers: number[] = []
    for (let n = 0; n < 40; n++) answers.push((await post('/api/passwords/set', { token: 'x'.repeat(64), password })).status)
    expect(answers.slice(-10)).toEqual(Array(10).fill(429))
  })

  test('leaves neither its token nor the password in the log or the audit', async () => {
    const { rows } = await sql<{ row: string }>`select a::text as row from audit a`.execute(hub.connection.db)
    expect(rows.map(({ row }) => row).join('\n')).toMatch(/password\.set/)
    expect(rows.map(({ row }) => row).join('\n') + hub.complaints.join('')).not.toMatch(/lanterns|[0-9a-f]{64}/)
  })
})

describe('accounts at the API', () => {
  test('are made by admins alone', async () => {
    for (const path of ['lock', 'unlock']) expect((await post(`/api/admin/people/${path}`, { email })).status).toBe(401)
    expect((await post('/api/admin/people', { email: 'ben@example.com', name: 'Ben' })).status).toBe(401)
    expect((await call('GET', '/api/admin/people', undefined)).status).toBe(401)
  })

  test('are made with a link for the owner, or with a password that has to be changed', async () => {
    const ben = await admin<AccountMade>('/api/admin/people', { email: 'Ben@example.com', name: 'Ben' })
    expect(ben.body).toMatchObject({
      account: { email: 'ben@example.com', locked: false },
      link: expect.stringMatching(/\/password#[0-9a-f]{64}$/),
    })
    const eve = await admin<AccountMade>('/api/admin/people', { email: 'eve@example.com', name: 'Eve', password })
    expect(eve.body).toMatchObject({ account: { mustChange: true }, link: null })
    expect((await post<ErrorBody>('/api/auth/sign-in/email', { email: 'eve@example.com', password })).body.error.code).toBe(
      'HUB_PASSWORD_MUST_CHANGE',
    )
    const { body } = await admin<AccountsPage>('/api/admin/people')
    expect(body.accounts.map(({ name }) => name)).toEqual(['Ada', 'Admin', 'Ben', 'Eve'])
  })

  test.each([
    [{ email, name: 'Ada' }, /already/],
    [{ email: 'x@example.com', name: 'X', password: 'short' }, /at least 12/],
    [{ email: 'no address', name: 'X' }, /./],
  ])('are not made of %j', async (given, words) => {
    const { status, body } = await admin<ErrorBody>('/api/admin/people', given)
    expect([status, body.error.code]).toEqual([400, 'HUB_BAD_REQUEST'])
    expect(body.error.hint).toMatch(words)
  })

  test('are locked and unlocked, which is in the audit', async () => {
    expect((await admin('/api/admin/people/lock', { email })).body).toMatchObject({ email, locked: true })
    expect((await admin('/api/admin/people/unlock', { email })).body).toMatchObject({ email, locked: false })
    expect((await admin<ErrorBody>('/api/admin/people/lock', { email: 'nobody@example.com' })).body.error.code).toBe('HUB_NOT_FOUND')
    const { rows } = await sql<{ what: string }>`select what from audit order by id desc limit 2`.execute(hub.connection.db)
    expect(rows.map(({ what }) => what)).toEqual(['account.unlock', 'account.lock'])
  })
})

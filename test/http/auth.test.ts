import { getMigrations } from 'better-auth/db/migration'
import type { FastifyInstance } from 'fastify'
import type { Kysely } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { optionsOf } from '../../src/http/auth/better-auth.ts'
import { type Auth, makeAuth } from '../../src/http/auth/index.ts'
import type { Connection } from '../../src/store/connect.ts'
import { hubSecret } from '../../src/store/secrets.ts'
import { getTechnician, listTechnicians, makeTechnicians, setPresence, upsertTechnician } from '../../src/store/technicians.ts'
import { openDatabase, openServer, within } from './support.ts'

const publicUrl = 'http://127.0.0.1:3000'
const tables = ['technicians', 'sign_in_session', 'sign_in_account', 'sign_in_user', 'sign_in_attempt', 'leases'] as const
let connection: Connection
let secret: string

beforeAll(async () => {
  connection = await openDatabase()
  secret = await hubSecret(connection.db, 'sign-in')
})
afterAll(() => connection.close())
beforeEach(async () => {
  for (const table of tables) await (connection.db as Kysely<any>).deleteFrom(table).execute()
})

function openAuth(url = publicUrl): Auth {
  const { db } = connection
  return makeAuth({ db, technicians: makeTechnicians(db), secret, publicUrl: url })
}

async function openHub(auth = openAuth()): Promise<FastifyInstance> {
  const app = openServer()
  auth.mount(app)
  app.get('/desk', { preHandler: auth.requireTechnician }, async ({ technician }) => technician)
  app.post('/desk', { preHandler: auth.requireTechnician }, async () => ({ done: true }))
  app.get('/admin', { preHandler: auth.requireAdmin }, async ({ technician }) => technician)
  app.get('/open', async ({ technician }) => ({ technician }))
  await app.ready()
  return app
}

const email = 'ada@example.com'
const password = 'correct horse battery'
const put = (auth: Auth, role: 'technician' | 'admin' = 'technician') => within(auth.putTechnician({ email, name: 'Ada', role, password }))
const signIn = (app: FastifyInstance, body: object = { email, password }, headers: Record<string, string> = {}) =>
  within(app.inject({ method: 'POST', url: '/api/auth/sign-in/email', headers: { origin: publicUrl, ...headers }, payload: body }))
const cookieOf = (answer: { headers: { 'set-cookie'?: string | string[] | undefined } }) =>
  [answer.headers['set-cookie'] ?? []]
    .flat()
    .map((cookie) => cookie.split(';')[0])
    .join('; ')

describe('the tables of sign-in', () => {
  test('are all that better-auth wants: it finds nothing to migrate', async () => {
    const options = optionsOf({ db: connection.db, secret, publicUrl, log: console, alsoTrusted: () => [] })
    const { toBeCreated, toBeAdded, compileMigrations } = await within(getMigrations(options))
    expect({ toBeCreated, toBeAdded }).toEqual({ toBeCreated: [], toBeAdded: [] })
    expect((await compileMigrations()).replace(/[;\s]/g, '')).toBe('')
  })

  test('keep the hub’s own secrets, the same at every start', async () => {
    expect(secret).toHaveLength(43)
    expect(await hubSecret(connection.db, 'sign-in')).toBe(secret)
    expect(await hubSecret(connection.db, 'guest-tokens')).not.toBe(secret)
  })
})

describe('signing in', () => {
  test('opens the desk with a cookie that scripts cannot read, and signing out closes it at once', async () => {
    const auth = openAuth()
    const app = await openHub(auth)
    const { id } = await put(auth)
    const answer = await signIn(app)
    expect(answer.statusCode).toBe(200)
    expect(answer.json()).toMatchObject({ user: { id, email, name: 'Ada' } })
    const [cookie] = [answer.headers['set-cookie'] ?? []].flat()
    expect(cookie).toMatch(/^switchboard\.session_token=.+; Max-Age=604800; Path=\/; HttpOnly; SameSite=Lax$/)
    const token = decodeURIComponent(/=([^;.]+)\./.exec(cookie!)![1]!)
    expect(answer.body).not.toContain(token)
    const headers = { cookie: cookieOf(answer) }
    const me = await app.inject({ url: '/desk', headers })
    expect(me.json()).toEqual({ id, name: 'Ada', email, role: 'technician' })
    const session = await app.inject({ url: '/api/auth/get-session', headers })
    expect(session.json()).toMatchObject({ user: { id } })
    expect(session.body).not.toContain(token)
    const out = await within(app.inject({ method: 'POST', url: '/api/auth/sign-out', headers: { ...headers, origin: publicUrl } }))
    expect(out.statusCode).toBe(200)
    expect((await app.inject({ url: '/desk', headers })).statusCode).toBe(401)
    expect((await app.inject({ url: '/api/auth/get-session', headers })).json()).toBeNull()
  })

  test('on https makes the cookie secure', async () => {
    const auth = openAuth('https://desk.example.org')
    const app = await openHub(auth)
    await put(auth)
    const answer = await signIn(app, undefined, { origin: 'https://desk.example.org' })
    expect([answer.headers['set-cookie']].flat()[0]).toMatch(/^__Secure-switchboard\.session_token=.+; HttpOnly; Secure; SameSite=Lax$/)
  })

  test('with a wrong password, an unknown address or no sense at all is refused in the hub’s words', async () => {
    const auth = openAuth()
    const app = await openHub(auth)
    await put(auth)
    for (const body of [
      { email, password: `${password}!` },
      { email: 'eve@example.com', password },
    ]) {
      const answer = await signIn(app, body)
      expect(answer.statusCode).toBe(401)
      expect(answer.json().error).toEqual({
        code: 'HUB_SIGN_IN_REFUSED',
        message: 'E-mail address or password is wrong, or the account is locked.',
      })
      expect(answer.headers['set-cookie']).toBeUndefined()
    }
    for (const body of [{}, { email: 7, password }, { email: 'no address', password }, { email, password: 'x'.repeat(5_000) }]) {
      const answer = await signIn(app, body)
      expect(answer.statusCode).toBe(400)
      expect(answer.json().error.code).toBe('HUB_BAD_REQUEST')
    }
  })

  test('is tried ten times a minute from one address and no more, also with the right password', async () => {
    const auth = openAuth()
    const app = await openHub(auth)
    await put(auth)
    const ben = { email: 'ben@example.com', password: 'guess' }
    for (let number = 0; number < 10; number++) expect((await signIn(app, ben)).statusCode).toBe(401)
    const answer = await signIn(app, { email, password }, { 'x-hub-address': '203.0.113.9', 'x-forwarded-for': '203.0.113.9' })
    expect(answer.statusCode).toBe(429)
    expect(answer.json().error.code).toBe('HUB_TOO_MANY_ATTEMPTS')
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
    const elsewhere = app.inject({
      method: 'POST',
      url: '/api/auth/sign-in/email',
      remoteAddress: '203.0.113.9',
      payload: { email, password },
    })
    expect((await elsewhere).statusCode).toBe(200)
  })

  test('from a page of another site is refused', async () => {
    const auth = openAuth()
    const app = await openHub(auth)
    await put(auth)
    const answer = await signIn(app, undefined, { origin: 'https://evil.example' })
    expect(answer.statusCode).toBe(403)
    expect(answer.headers['set-cookie']).toBeUndefined()
  })

  test('is the only way in: nobody signs up, and nothing else of the library can be reached', async () => {
    const app = await openHub()
    for (const path of [
      'sign-up/email',
      'update-user',
      'delete-user',
      'request-password-reset',
      'error',
      'ok',
      'sign-in-as',
      'sign-in/social',
    ]) {
      const answer = await app.inject({ method: 'POST', url: `/api/auth/${path}`, payload: { email, password, name: 'Eve' } })
      expect(answer.statusCode, path).toBe(404)
    }
    expect(await connection.db.selectFrom('technicians').select('id').execute()).toEqual([])
  })

  test('with another password works after changing it, and the old one is over', async () => {
    const auth = openAuth()
    const app = await openHub(auth)
    await put(auth)
    const headers = { cookie: cookieOf(await signIn(app)), origin: publicUrl }
    const change = (body: object, more: object = headers) =>
      within(app.inject({ method: 'POST', url: '/api/auth/change-password', headers: { ...more }, payload: body }))
    expect((await change({ currentPassword: password, newPassword: 'a new long password' }, {})).statusCode).toBe(401)
    expect((await change({ currentPassword: 'wrong', newPassword: 'a new long password' })).statusCode).toBe(400)
    expect((await change({ currentPassword: password, newPassword: 'a new long password', revokeOtherSessions: true })).statusCode).toBe(
      200,
    )
    expect((await signIn(app)).statusCode).toBe(401)
    expect((await signIn(app, { email, password: 'a new long password' })).statusCode).toBe(200)
    expect((await app.inject({ url: '/desk', headers })).statusCode).toBe(401)
  })
})

describe('who may pass', () => {
  test('nobody without a session, with a forged one, or with that of somebody who is no technician', async () => {
    const auth = openAuth()
    const app = await openHub(auth)
    const { id } = await put(auth)
    const cookie = cookieOf(await signIn(app))
    for (const headers of [{}, { cookie: 'switchboard.session_token=forged.forged' }, { cookie: `${cookie.slice(0, -4)}AAAA` }])
      expect((await app.inject({ url: '/desk', headers })).json().error.code).toBe('HUB_SIGN_IN_NEEDED')
    await connection.db.deleteFrom('technicians').where('id', '=', id).execute()
    const answer = await app.inject({ url: '/desk', headers: { cookie } })
    expect([answer.statusCode, answer.json().error.code]).toEqual([403, 'HUB_NOT_ALLOWED'])
    expect(await auth.technicianOf({ cookie })).toBeUndefined()
    expect((await app.inject({ url: '/open', headers: { cookie } })).json()).toEqual({ technician: null })
  })

  test('admins pass where technicians do not', async () => {
    const auth = openAuth()
    const app = await openHub(auth)
    await put(auth)
    const headers = { cookie: cookieOf(await signIn(app)) }
    expect((await app.inject({ url: '/admin', headers })).statusCode).toBe(403)
    await put(auth, 'admin')
    expect((await app.inject({ url: '/admin', headers })).json()).toMatchObject({ email, role: 'admin' })
    expect(await auth.technicianOf(headers)).toMatchObject({ role: 'admin' })
  })

  test('a page of another site changes nothing with the technician’s cookie', async () => {
    const auth = openAuth()
    const app = await openHub(auth)
    await put(auth)
    const cookie = cookieOf(await signIn(app))
    const call = async (headers: Record<string, string>, method: 'GET' | 'POST' = 'POST') =>
      (await app.inject({ method, url: '/desk', headers: { cookie, host: '127.0.0.1:3000', ...headers } })).statusCode
    expect(await call({ origin: publicUrl })).toBe(200)
    expect(await call({ origin: 'http://localhost:3000', host: 'localhost:3000' })).toBe(200)
    expect(await call({ 'sec-fetch-site': 'same-origin' })).toBe(200)
    expect(await call({})).toBe(200)
    for (const origin of ['https://evil.example', 'null', 'http://127.0.0.1:3001', 'https://127.0.0.1:3000.evil.example', 'garbage'])
      expect(await call({ origin }), origin).toBe(403)
    for (const site of ['cross-site', 'same-site']) expect(await call({ 'sec-fetch-site': site }), site).toBe(403)
    expect(await call({ origin: 'https://evil.example' }, 'GET')).toBe(200)
  })
})

describe('the first start', () => {
  test('makes an admin with a password that is told once and works', async () => {
    const auth = openAuth()
    const app = await openHub(auth)
    const made = await within(auth.ensureAdmin({}))
    expect(made).toMatchObject({ email: 'admin@switchboard.localhost', password: expect.stringMatching(/^[\w-]{16}$/) })
    const headers = { cookie: cookieOf(await signIn(app, { ...made })) }
    expect((await app.inject({ url: '/admin', headers })).json()).toMatchObject({ role: 'admin' })
    expect(await within(auth.ensureAdmin({}))).toBeUndefined()
    expect(await within(auth.ensureAdmin({ email, password }))).toBeUndefined()
  })

  test('takes the address and the password that it is given, and does not repeat the password', async () => {
    const auth = openAuth()
    const app = await openHub(auth)
    expect(await within(auth.ensureAdmin({ email: 'Ada@Example.com', password }))).toEqual({ email })
    expect((await signIn(app)).statusCode).toBe(200)
  })

  test('of two processes at once makes one admin', async () => {
    const made = await within(Promise.all(Array.from({ length: 4 }, () => openAuth().ensureAdmin({}))))
    expect(made.filter((one) => one !== undefined)).toHaveLength(1)
    expect((await signIn(await openHub(), { ...made.find((one) => one) })).statusCode).toBe(200)
    expect(await listTechnicians(connection.db)).toHaveLength(1)
  })

  test('mends an admin that was left half made', async () => {
    const auth = openAuth()
    const app = await openHub(auth)
    const { internalAdapter } = await auth.signIn.$context
    await internalAdapter.createUser({ email, name: 'Admin' }, { method: 'admin' })
    expect(await within(auth.ensureAdmin({ email, password }))).toEqual({ email })
    expect((await signIn(app)).statusCode).toBe(200)
  })
})

describe('the playground’s technician', () => {
  test('is made once, has a session without a password, and cannot be guessed', async () => {
    const auth = openAuth()
    const app = await openHub(auth)
    const [first, second] = await within(Promise.all([auth.signInPlaygroundTechnician(), auth.signInPlaygroundTechnician()]))
    expect(second.technician).toEqual(first.technician)
    for (const { cookies } of [first, second]) {
      expect(cookies[0]).toMatch(/HttpOnly; SameSite=Lax/)
      const headers = { cookie: cookies.map((cookie) => cookie.split(';')[0]).join('; ') }
      expect((await app.inject({ url: '/desk', headers })).json()).toMatchObject({
        name: 'Tess Technician',
        email: 'tess@playground.local',
        role: 'technician',
      })
    }
    expect(await listTechnicians(connection.db)).toMatchObject([{ name: 'Tess Technician', presence: 'available' }])
    for (const guess of ['', 'password', 'undefined'])
      expect((await signIn(app, { email: 'tess@playground.local', password: guess })).statusCode).toBe(401)
  })
})

describe('technicians', () => {
  test('keep presence, skills and capacity when name and role change', async () => {
    const { db } = connection
    await upsertTechnician(db, { id: 't1', name: 'Bea', email: 'Bea@Example.com', role: 'technician', skills: ['network'], capacity: 5 })
    expect(await setPresence(db, 't1', 'available', new Date())).toBe(true)
    expect(await setPresence(db, 'nobody', 'available', new Date())).toBe(false)
    const bea = await upsertTechnician(db, { id: 't1', name: 'Bea B.', email: 'bea@example.com', role: 'admin' })
    expect(bea).toEqual({
      id: 't1',
      name: 'Bea B.',
      email: 'bea@example.com',
      role: 'admin',
      presence: 'available',
      skills: ['network'],
      capacity: 5,
    })
    expect(await getTechnician(db, 't1')).toEqual(bea)
    expect(await getTechnician(db, 't2')).toBeUndefined()
  })
})

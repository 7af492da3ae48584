import { jwtVerify, SignJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import { web } from '../../adapters/web/index.ts'
import { type AccountId, type AdapterDeps, type HookRequest, id, MalformedRequest } from '../../src/channel/index.ts'
import { makeGuestTokens } from '../../src/http/guest-token.ts'

const secret = 'a-secret-of-at-least-32-characters-for-tests'
const start = new Date('2026-03-01T12:00:00.000Z')
const hours = (count: number) => new Date(start.getTime() + count * 3_600_000)

function openTokens(at = start, key: string | readonly string[] = secret) {
  return makeGuestTokens({ secret: key, now: () => at })
}
function openAdapter(at = start, keys: object = {}, account = 'main') {
  const deps = { now: () => at, live: { publish: async () => undefined } } as unknown as AdapterDeps
  return web.create({ id: id<AccountId>(account), config: web.config.parse({ tokenSecret: secret, ...keys }) }, deps)
}
const post = (authorization: string | undefined, body: object = {}): HookRequest => ({
  method: 'POST',
  via: 'hook',
  query: {},
  headers: { 'content-type': 'application/json', ...(authorization === undefined ? {} : { authorization }) },
  body: Buffer.from(JSON.stringify(body)),
})

describe('a guest’s token', () => {
  test('lets the web channel hear its person in its own conversation, for 24 hours', async () => {
    const { token, expiresAt, person } = openTokens().issue({ account: 'main', name: 'Ada' })
    expect(expiresAt).toBe(hours(24).toISOString())
    const request = post(`Bearer ${token}`, { id: 'c1', text: 'My laptop does not start.' })
    expect(await openAdapter(hours(23.9)).verify(request)).toEqual({ ok: true })
    expect(await openAdapter(hours(24)).verify(request)).toMatchObject({ ok: false, status: 401 })
    expect(openAdapter().parse(request).events).toEqual([
      {
        kind: 'message',
        id: `message:${person}:c1`,
        message: 'c1',
        at: start.toISOString(),
        from: { channel: 'web', account: 'main', conversation: person },
        person: { key: person, name: 'Ada' },
        content: [{ type: 'text', text: 'My laptop does not start.' }],
      },
    ])
  })

  test('is a JSON Web Token that a library of others verifies', async () => {
    const { token, person } = openTokens().issue({ account: 'main', name: 'Zoë 👩‍💻' })
    const { payload, protectedHeader } = await jwtVerify(token, new TextEncoder().encode(secret), {
      audience: 'web:main',
      currentDate: start,
    })
    expect(protectedHeader).toEqual({ alg: 'HS256', typ: 'JWT' })
    expect(payload).toMatchObject({ sub: person, conversation: person, name: 'Zoë 👩‍💻' })
  })

  test('of a library of others is read too, and refused where it is signed otherwise', async () => {
    const claims = { conversation: 'guest:1' }
    const made = (alg: string, key: string) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg, typ: 'JWT' })
        .setAudience('web:main')
        .setSubject('guest:1')
        .setIssuedAt(start)
        .setExpirationTime(hours(1))
        .sign(new TextEncoder().encode(key))
    expect(openTokens().read(await made('HS256', secret))).toMatchObject({ person: 'guest:1', account: 'main' })
    expect(openTokens().read(await made('HS512', secret.repeat(2)))).toBeUndefined()
    expect(openTokens().read(await made('HS256', secret.replace('a', 'b')))).toBeUndefined()
    const [, body] = (await made('HS256', secret)).split('.')
    const none = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')
    for (const forged of [`${none}.${body}.`, `${none}.${body}`, `.${body}.`, 'x', '', '...', `${none}.${'A'.repeat(10_000)}.x`])
      expect(openTokens().read(forged)).toBeUndefined()
  })

  test('for another account, from the future, altered, or without its scheme is refused', async () => {
    const { token } = openTokens().issue({ account: 'main' })
    const other = openTokens().issue({ account: 'other' }).token
    const [head, , signature] = token.split('.')
    const lifted = `${head}.${other.split('.')[1]}.${signature}`
    for (const authorization of [
      undefined,
      '',
      token,
      `Basic ${token}`,
      `Bearer ${other}`,
      `Bearer ${lifted}`,
      `Bearer ${token}x`,
      `Bearer ${token.slice(0, -1)}`,
    ])
      expect(await openAdapter().verify(post(authorization)), authorization).toMatchObject({ ok: false, status: 401 })
    expect(await openAdapter(hours(-1)).verify(post(`Bearer ${token}`))).toMatchObject({ ok: false, status: 401 })
    expect(await openAdapter(start, { tokenSecret: undefined }).verify(post(`Bearer ${token}`))).toMatchObject({ ok: false, status: 401 })
  })

  test('is refused where guests may not chat; somebody who signed in is heard', async () => {
    const guest = openTokens().issue({ account: 'main' }).token
    const known = openTokens().issue({ account: 'main', person: 'user:42', name: 'Ada' })
    expect(known.person).toBe('user:42')
    const adapter = openAdapter(start, { guest: false })
    expect(await adapter.verify(post(`Bearer ${guest}`))).toMatchObject({ ok: false, status: 403 })
    expect(await adapter.verify(post(`Bearer ${known.token}`))).toEqual({ ok: true })
  })

  test('is renewed for the same person until 30 days after its end, and never when it is not ours', () => {
    const first = openTokens().issue({ account: 'main', name: 'Ada' })
    const second = openTokens(hours(24 + 30 * 24 - 1)).renew(first.token)
    expect(second).toMatchObject({ person: first.person, expiresAt: hours(48 + 30 * 24 - 1).toISOString() })
    expect(openTokens(hours(24 + 30 * 24)).renew(first.token)).toBeUndefined()
    expect(openTokens(start, secret.replace('a', 'b')).renew(first.token)).toBeUndefined()
    expect(openTokens(hours(24)).read(first.token)).toBeUndefined()
    expect(openTokens(hours(24 + 30 * 24)).read(second?.token)).toMatchObject({ name: 'Ada', conversation: first.person })
  })

  test('outlives a change of the secret as long as the old one is named', () => {
    const { token } = openTokens().issue({ account: 'main' })
    const fresh = 'another-secret-of-at-least-32-characters'
    expect(openTokens(start, [fresh, secret]).read(token)).toBeDefined()
    expect(openTokens(start, [fresh]).read(token)).toBeUndefined()
    expect(openTokens(start, secret).read(openTokens(start, [fresh, secret]).issue({ account: 'main' }).token)).toBeUndefined()
  })

  test('gives every guest another conversation, and their name without tricks', () => {
    const all = Array.from({ length: 50 }, () => openTokens().issue({ account: 'main' }).person)
    expect(new Set(all).size).toBe(50)
    const named = (name: string) => openTokens().read(openTokens().issue({ account: 'main', name }).token)?.name
    expect(named('  Ada\n\u0000Lovelace\u202e ')).toBe('Ada Lovelace')
    expect(named('👩‍💻')).toBe('👩‍💻')
    expect(named(' \n ')).toBeUndefined()
    expect([...named('é'.repeat(500))!]).toHaveLength(80)
  })
})

describe('the web channel', () => {
  const { token } = openTokens().issue({ account: 'main' })
  const parse = (body: object) => openAdapter().parse(post(`Bearer ${token}`, body))

  test('refuses what is too long, empty, unnamed or two things at once', () => {
    expect(parse({ id: 'a', text: 'x'.repeat(100_000) }).events).toHaveLength(1)
    const wrong = [
      { id: 'a', text: 'x'.repeat(100_001) },
      { id: 'a', text: ' \n ' },
      { id: '', text: 'hello' },
      { id: 'hub:7', text: 'hello' },
      { id: 'x'.repeat(65), text: 'hello' },
      { text: 'hello' },
      { id: 'a', text: 'hello', file: '0b7c6a52-91f4-4f0e-9c58-2d7a1f3e4b60' },
      { id: 'a', file: '../../etc/passwd' },
      { id: 'a', choice: { value: '', label: 'Yes' } },
      { id: 'a', read: { upTo: 'yesterday' } },
      { id: 'a', started: false },
    ]
    for (const body of wrong) expect(() => parse(body), JSON.stringify(body).slice(0, 80)).toThrow(MalformedRequest)
  })

  test('says that a file was never uploaded here, and does not try again', async () => {
    const files = { open: () => Promise.reject(new Error('the file is gone')) }
    const deps = { now: () => start, files } as unknown as AdapterDeps
    const adapter = web.create({ id: id<AccountId>('main'), config: web.config.parse({}) }, deps)
    const failure = await adapter.fetchFile!({ upload: 'x' }, AbortSignal.timeout(30_000)).catch((error) => adapter.classify(error))
    expect(failure).toEqual({ kind: 'rejected', code: 'upload_gone', detail: 'The file is not here, or no longer.' })
  })

  test('takes origins of other sites as origins alone', () => {
    for (const origin of ['https://www.example.org', 'http://localhost:8080'])
      expect(web.config.parse({ allowedOrigins: [origin] })).toMatchObject({ allowedOrigins: [origin], guest: true })
    for (const origin of [
      '*',
      'www.example.org',
      'https://www.example.org/',
      'https://www.example.org/help',
      'ftp://example.org',
      'https://*.example.org',
    ])
      expect(() => web.config.parse({ allowedOrigins: [origin] }), origin).toThrow()
    expect(() => web.config.parse({ tokenSecret: 'short' })).toThrow('at least 32')
  })
})

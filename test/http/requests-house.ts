import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { InjectOptions } from 'fastify'
import { pino } from 'pino'
import type { AccountId, PersonKey } from '../../src/channel/index.ts'
import type { ConversationId } from '../../src/core/conversation.ts'
import { requestApi } from '../../src/http/api/requests-api.ts'
import type { ApiKey } from '../../src/http/api/requests-caller.ts'
import type { ErrorBody } from '../../src/http/api-types.ts'
import { makeAuth } from '../../src/http/auth/index.ts'
import { makeRequestLinks } from '../../src/http/request-link.ts'
import { makeServer } from '../../src/http/server.ts'
import { makeNoticeChoice } from '../../src/service-desk/audience.ts'
import { makeAnsweredCalls, makeRequesters } from '../../src/service-desk/edges.ts'
import { makeFileStore } from '../../src/store/file-store.ts'
import { makeReading } from '../../src/store/reading.ts'
import { makeTechnicians } from '../../src/store/technicians.ts'
import { catalogue } from '../service-desk/catalogue.ts'
import { stage } from '../service-desk/stage.ts'
import { openMemory } from '../support/template.ts'

const secret = 'a secret of tests, longer than 32 characters'
const publicUrl = 'http://127.0.0.1:3000'
export const keys: readonly ApiKey[] = [
  { name: 'monitoring', key: 'monitoring-key-of-tests-0123456789', scopes: ['requests:read', 'requests:write'] },
  { name: 'reader', key: 'reader-key-of-tests-0123456789abcd', scopes: ['requests:read'] },
  { name: 'purchasing', key: 'purchasing-key-of-tests-0123456789', scopes: ['approvals:read', 'approvals:write'] },
]

/** The routes about requests over the built-in desk, on a database in memory. `elsewhere`: the requests are another desk's. */
export async function openRequestHouse({ elsewhere = false } = {}) {
  const connection = await openMemory()
  const desk = await stage(connection)
  const { db } = connection
  const logged: string[] = []
  const log = pino({ level: 'trace' }, { write: (line: string) => void logged.push(line) })
  const directory = await mkdtemp(join(tmpdir(), 'switchboard-'))
  const files = makeFileStore({ db, directory, now: desk.now, secret, publicUrl })
  const auth = makeAuth({ db, technicians: makeTechnicians(db), secret, publicUrl })
  const links = makeRequestLinks({ secret, publicUrl: () => publicUrl, now: desk.now })
  const notices = makeNoticeChoice(db)
  let changes = 0
  const app = await makeServer({ log, version: 'test', allowedOrigins: [], loopbackPages: false, secure: false })
  auth.mount(app)
  await app.register(requestApi, {
    desk: desk.desk,
    book: elsewhere ? null : desk.book,
    catalogue,
    keys,
    calls: makeAnsweredCalls(db),
    people: {
      requesterOf: makeRequesters(db, (channel) => (channel === 'line' ? 'LINE' : null)),
      notices: notices.isOn,
      setNotices: notices.set,
    },
    webhooks: { list: async () => [], again: async () => false },
    links,
    changed: () => {
      changes++
    },
    auth,
    reading: makeReading({ db, files, channels: { all: () => [], get: () => undefined }, now: desk.now }),
    files,
    settings: { name: 'Test desk', attachments: { maxBytes: 20_000, blockedTypes: ['exe'] } },
    now: desk.now,
  })
  await app.ready()

  function calls(headers: { readonly [name: string]: string }) {
    const call = async <Body>(options: InjectOptions) => {
      const reply = await app.inject({ ...options, headers: { ...headers, ...options.headers } })
      return { status: reply.statusCode, headers: reply.headers, body: (reply.body === '' ? null : JSON.parse(reply.body)) as Body }
    }
    const send =
      (method: 'POST' | 'PATCH' | 'PUT' | 'DELETE') =>
      <Body = ErrorBody>(url: string, payload?: object, idempotencyKey?: string) =>
        call<Body>({
          method,
          url,
          ...(payload === undefined ? {} : { payload }),
          ...(idempotencyKey === undefined ? {} : { headers: { 'idempotency-key': idempotencyKey } }),
        })
    return {
      get: <Body = ErrorBody>(url: string) => call<Body>({ method: 'GET', url }),
      post: send('POST'),
      patch: send('PATCH'),
      put: send('PUT'),
      delete: send('DELETE'),
      upload: <Body = ErrorBody>(url: string, bytes: string) =>
        call<Body>({ method: 'POST', url, payload: bytes, headers: { 'content-type': 'text/plain' } }),
    }
  }
  async function signIn(name: string, role: 'technician' | 'admin' = 'technician') {
    const email = `${name.toLowerCase()}@example.com`
    const technician = await auth.putTechnician({ email, name, role, password: 'right horse battery' })
    const reply = await app.inject({ method: 'POST', url: '/api/auth/sign-in/email', payload: { email, password: 'right horse battery' } })
    const cookie = [reply.headers['set-cookie']]
      .flat()
      .map((line) => String(line).split(';')[0])
      .join('; ')
    return { id: technician.id, email, cookie, ...calls({ cookie, origin: publicUrl }) }
  }
  /** Somebody in an app; `email`: it vouches for this address. */
  async function conversation(key: string, email?: string) {
    const { id: person } = await db.insertInto('people').values({ name: key, email: null }).returning('id').executeTakeFirstOrThrow()
    const names = { channel: 'line', account: 'main', key }
    await db
      .insertInto('identities')
      .values({
        ...names,
        person,
        name: key,
        email: email ?? 'claimed@example.com',
        email_vouched: email !== undefined,
        language: null,
        picture: null,
      })
      .execute()
    const { id } = await db
      .insertInto('conversations')
      .values({
        ...names,
        reply: null,
        person: JSON.stringify({ key, name: key }),
        owner: '{"by":"nobody"}',
        chat: null,
        memory: null,
        offered: '[]',
        timer_name: null,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    return { id: id as ConversationId, identity: { channel: 'line', account: 'main' as AccountId, key: key as PersonKey } }
  }
  return {
    ...desk,
    db,
    app,
    links,
    logged,
    signIn,
    conversation,
    changes: () => changes,
    key: (name: string) => calls({ authorization: `Bearer ${keys.find((key) => key.name === name)?.key ?? name}` }),
    anybody: calls({}),
    holder: (number: string) => calls({ authorization: `Bearer ${links.linkOf(number).split('#')[1]}` }),
    bearer: (token: string) => calls({ authorization: `Bearer ${token}` }),
    audit: () => db.selectFrom('audit').select(['who', 'what', 'about', 'detail']).orderBy('id').execute(),
    async close() {
      await app.close()
      await connection.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
export type RequestHouse = Awaited<ReturnType<typeof openRequestHouse>>

import type { FastifyInstance } from 'fastify'
import { type Kysely, sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { makeBuiltinDirectory } from '../../src/directory/builtin.ts'
import { makeAuth } from '../../src/http/auth/index.ts'
import type { Connection } from '../../src/store/connect.ts'
import { makeTechnicians } from '../../src/store/technicians.ts'
import { openDatabase, openServer, within } from './support.ts'

const publicUrl = 'http://127.0.0.1:3000'
const email = 'ada@example.com'
const password = 'seven lanterns drift'
let connection: Connection
let app: FastifyInstance
let directory: ReturnType<typeof makeBuiltinDirectory>

beforeAll(async () => {
  connection = await openDatabase()
  const { db } = connection
  const auth = makeAuth({ db, technicians: makeTechnicians(db), secret: 'a secret of tests, longer than 32 characters', publicUrl })
  directory = makeBuiltinDirectory({ db, now: () => new Date() })
  app = openServer()
  auth.mount(app)
  await app.ready()
})
afterAll(async () => {
  await app?.close()
  await connection?.close()
})
beforeEach(async () => {
  for (const table of ['sign_in_attempt', 'sign_in_user']) await (connection.db as Kysely<any>).deleteFrom(table).execute()
  const added = await directory.accounts.add({ email, name: 'Ada' })
  if (!added.ok) throw new Error(added.words.join())
  await directory.setPassword(added.account.id, password)
})

let address = 1
/** Each try from another address, so that only the lock is asked. */
const signIn = async (given = password, as = email) =>
  (
    await within(
      app.inject({
        method: 'POST',
        url: '/api/auth/sign-in/email',
        headers: { origin: publicUrl },
        remoteAddress: `203.0.${Math.floor(++address / 250)}.${(address % 250) + 1}`,
        payload: { email: as, password: given },
      }),
    )
  ).statusCode
const wrong = async (times: number, as = email) => {
  for (let n = 0; n < times; n++) expect(await signIn('wrong', as)).toBe(401)
}
const sessions = async () => Number((await sql<{ n: number }>`select count(*) as n from sign_in_session`.execute(connection.db)).rows[0]!.n)

describe('ten wrong passwords in a row', () => {
  test('lock the account: the right one does not help any more, and answers as a wrong one does', async () => {
    await wrong(10)
    expect(await directory.find(email)).toMatchObject({ locked: true })
    expect(await signIn()).toBe(401)
    expect(await sessions()).toBe(0)
    expect(await directory.unlock((await directory.find(email))!.id)).toBe(true)
    expect(await signIn()).toBe(200)
  })

  test('are counted anew after the right one, and nine do not lock', async () => {
    await wrong(9, 'ADA@example.com')
    expect(await signIn()).toBe(200)
    await wrong(9)
    expect(await signIn()).toBe(200)
    expect(await directory.find(email)).toMatchObject({ locked: false })
  })

  test('lock also where twenty are tried at once', async () => {
    const tries = await Promise.all(Array.from({ length: 20 }, (_, n) => signIn(n === 19 ? password : 'wrong')))
    expect(new Set(tries.slice(0, 19))).toEqual(new Set([401]))
    expect(await directory.find(email)).toMatchObject({ locked: true })
  })

  test('of an address without an account leave nothing behind', async () => {
    await wrong(11, 'nobody@example.com')
    const { rows } = await sql`select 1 from sign_in_state s join sign_in_user u on u.id = s.user_id where u.email <> ${email}`.execute(
      connection.db,
    )
    expect(rows).toEqual([])
  })
})

describe('an account', () => {
  test('whose password an admin set has to change it first', async () => {
    await directory.accounts.add({ email: 'ben@example.com', name: 'Ben', password })
    expect(await signIn(password, 'ben@example.com')).toBe(403)
    const { id } = (await directory.find('ben@example.com'))!
    await directory.setPassword(id, 'nine quiet harbours')
    expect(await signIn('nine quiet harbours', 'ben@example.com')).toBe(200)
  })

  test('that an admin locks is signed out, and that gets a new password too', async () => {
    expect(await signIn()).toBe(200)
    expect(await sessions()).toBe(1)
    await directory.accounts.lock(email)
    expect(await sessions()).toBe(0)
    expect(await signIn()).toBe(401)
    await directory.accounts.unlock(email)
    expect(await signIn()).toBe(200)
    const { id } = (await directory.find(email))!
    expect(await directory.setPassword(id, 'nine quiet harbours')).toEqual({ ok: true })
    expect(await sessions()).toBe(0)
    expect(await signIn()).toBe(401)
  })
})

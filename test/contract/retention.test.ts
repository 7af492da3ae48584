import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Connection } from '../../src/store/connect.ts'
import { makeStore } from '../../src/store/index.ts'
import { migrate } from '../../src/store/migrate.ts'
import { forgetOld } from '../../src/store/retention.ts'
import { typed } from '../support/events.ts'
import { openMemory } from '../support/template.ts'

let connection: Connection
beforeAll(async () => {
  connection = await openMemory()
  await migrate(connection)
})
afterAll(() => connection?.close())

const keep = { historyDays: 0, eventIdDays: 30, rawRequestDays: 7, auditDays: 365 }
const none = { events: 0, requests: 0, audit: 0, messages: 0, files: 0 }

test('what was kept long enough goes, what is not done or not old stays, and a known event stays known meanwhile', async () => {
  const { db } = connection
  const store = makeStore(db, 'me')
  const event = typed('ada', 'old and done')
  await store.file([{ event, files: false }])
  await store.file([{ event: typed('ada', 'old and waiting'), files: false }])
  await sql`update inbox set filed_at = now() - interval '40 days'`.execute(db)
  await sql`update inbox set done_at = now() - interval '29 days' where event_id = ${event.id}`.execute(db)
  expect(await forgetOld(db, keep, async () => undefined)).toEqual(none)
  expect(await store.file([{ event, files: false }])).toEqual([])
  await sql`update inbox set done_at = now() - interval '31 days' where event_id = ${event.id}`.execute(db)
  expect(await forgetOld(db, keep, async () => undefined)).toMatchObject({ events: 1 })
  const left = await db.selectFrom('inbox').select('event_id').execute()
  expect(left).toHaveLength(1)
})

test('history is kept for ever unless days are set; then messages, their parts and files go together', async () => {
  const { db } = connection
  const conversation = '00000000-0000-4000-8000-000000000001'
  await sql`insert into messages (conversation, number, chat, author, content, at, sources) values
    (${conversation}, 1, 1, 'hub', '[]', now() - interval '100 days', '{}'), (${conversation}, 2, 1, 'hub', '[]', now(), '{}')`.execute(db)
  await sql`insert into parts (conversation, number, channel, account, messages, state, due_at, platform) values
    (${conversation}, 1, 'test', 'main', '{1}', 'sent', now(), '{p1}'), (${conversation}, 2, 'test', 'main', '{2}', 'sent', now(), '{p2}')`.execute(
    db,
  )
  await sql`insert into files (name, mime, bytes, sha256, conversation, created_at) values
    ('old', 'a/b', 1, '', ${conversation}, now() - interval '100 days'), ('upload', 'a/b', 1, '', null, now() - interval '2 days'), ('fresh', 'a/b', 1, '', null, now())`.execute(
    db,
  )
  const removed: string[] = []
  const remove = async (id: string) => {
    removed.push(id)
    await sql`delete from files where id = ${id}`.execute(db)
  }
  expect(await forgetOld(db, keep, remove)).toEqual({ ...none, files: 1 })
  expect(await forgetOld(db, { ...keep, historyDays: 90 }, remove)).toEqual({ ...none, messages: 1, files: 1 })
  expect(removed).toHaveLength(2)
  const parts = await db.selectFrom('parts').select('number').where('conversation', '=', conversation).execute()
  expect(parts).toEqual([{ number: 2 }])
})

import { sql } from 'kysely'
import type { Db } from './connect.ts'

export type Retention = {
  /** 0: kept for ever. */
  readonly historyDays: number
  readonly eventIdDays: number
  readonly rawRequestDays: number
  readonly auditDays: number
}
export type Forgot = {
  readonly events: number
  readonly requests: number
  readonly audit: number
  readonly messages: number
  readonly files: number
}

/** Rows that one statement deletes at most, so that nobody waits for it long. */
const atOnce = 5_000
/** An upload that no message and no request took is deleted after a day. */
const unusedUploadDays = 1

/** Deletes what has been kept long enough, in small steps. Work that is not done is never old; files of requests stay with them. `remove` deletes a file with its bytes. */
export async function forgetOld(db: Db, keep: Retention, remove: (file: string) => Promise<void>): Promise<Forgot> {
  const events = await repeat(() => oldEvents(db, keep.eventIdDays))
  const requests = await repeat(() =>
    deleted(
      sql`delete from hook_requests where id in (
    select id from hook_requests where at < now() - make_interval(days => ${keep.rawRequestDays}) limit ${atOnce})`,
      db,
    ),
  )
  const audit = await repeat(() =>
    deleted(
      sql`delete from audit where id in (
    select id from audit where at < now() - make_interval(days => ${keep.auditDays}) order by id limit ${atOnce})`,
      db,
    ),
  )
  const messages = keep.historyDays === 0 ? 0 : await repeat(() => oldMessages(db, keep.historyDays))
  return { events, requests, audit, messages, files: await oldFiles(db, keep.historyDays, remove) }
}

async function repeat(step: () => Promise<number>): Promise<number> {
  let all = 0
  for (let some = atOnce; some >= atOnce; ) {
    some = await step()
    all += some
  }
  return all
}

const deleted = async (statement: ReturnType<typeof sql>, db: Db): Promise<number> =>
  Number((await statement.execute(db)).numAffectedRows ?? 0)

/** The inbox grows at its end: the oldest rows stand first in its primary key. */
const oldEvents = (db: Db, days: number): Promise<number> =>
  deleted(
    sql`delete from inbox where seq in (select seq from (select seq, done_at from inbox order by seq limit ${atOnce}) oldest
      where done_at < now() - make_interval(days => ${days}))`,
    db,
  )

async function oldMessages(db: Db, days: number): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    with gone as (
      delete from messages m using (
        select conversation, number from messages where at < now() - make_interval(days => ${days}) limit ${atOnce}) old
      where m.conversation = old.conversation and m.number = old.number
      returning m.conversation, m.number
    ), parts_gone as (
      delete from parts p using gone where p.conversation = gone.conversation and p.messages[1] = gone.number and p.state not in ('due', 'begun')
      returning p.conversation, p.platform
    ), receipts_gone as (
      delete from receipts r using parts_gone p where r.conversation = p.conversation and r.platform = any(p.platform)
    )
    select count(*) as count from gone`.execute(db)
  return rows[0]?.count ?? 0
}

async function oldFiles(db: Db, historyDays: number, remove: (file: string) => Promise<void>): Promise<number> {
  const { rows } = await sql<{ id: string }>`
    select id from files where (conversation is null and created_at < now() - make_interval(days => ${unusedUploadDays})
      or ${historyDays} > 0 and created_at < now() - make_interval(days => ${historyDays}))
      and not exists (select 1 from request_files r where r.file = files.id) limit ${atOnce}`.execute(db)
  for (const { id } of rows) await remove(id)
  return rows.length
}

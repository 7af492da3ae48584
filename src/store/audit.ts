import { sql } from 'kysely'
import type { Json } from '../channel/index.ts'
import type { Db } from './connect.ts'

/** Something a technician or an admin did. `detail` holds no text of messages. */
export type AuditEntry = {
  readonly who: string
  readonly what: string
  readonly about?: string
  readonly detail?: { readonly [name: string]: Json }
}
export type AuditRecord = {
  readonly id: string
  readonly at: string
  readonly who: { readonly id: string; readonly name: string }
  readonly what: string
  readonly about: string | null
  readonly detail: Json
}

export async function writeAudit(db: Db, { who, what, about, detail }: AuditEntry): Promise<void> {
  await db
    .insertInto('audit')
    .values({ who, what, about: about ?? null, detail: detail === undefined ? null : JSON.stringify(detail) })
    .execute()
}

/** Newest first, from before the entry `before` on. Somebody who is a technician no more is named by their id. */
export async function readAudit(db: Db, before: number | undefined, limit: number): Promise<readonly AuditRecord[]> {
  const { rows } = await sql<{ id: number; at: Date; who: string; name: string | null; what: string; about: string | null; detail: Json }>`
    select a.id, a.at, a.who, t.name, a.what, a.about, a.detail from audit a left join technicians t on t.id = a.who
    where ${before === undefined ? sql`true` : sql`a.id < ${before}`} order by a.id desc limit ${limit}`.execute(db)
  return rows.map(({ id, at, who, name, what, about, detail }) => ({
    id: String(id),
    at: at.toISOString(),
    who: { id: who, name: name ?? who },
    what,
    about,
    detail,
  }))
}

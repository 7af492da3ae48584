import { type RawBuilder, sql } from 'kysely'
import type { Channel } from '../pipeline/ports.ts'
import type { Db } from './connect.ts'

/** An account that sends only from the process that listens for it, and the lease which that process holds. */
export type Listened = { readonly channel: string; readonly account: Channel['account']; readonly lease: string }

/**
 * A condition on a row's channel and account: is what it owes this process's to do? True for accounts that send from anywhere. Its text is always the
 * same, for statements that are prepared.
 */
export type Mine = (alias: 'p' | 'o' | 'inbox' | 'won') => RawBuilder<boolean>

export const mineOf =
  (me: string, listened: readonly Listened[]): Mine =>
  (alias) => {
    const row = sql.raw(alias)
    return sql`not exists (
      select 1 from json_to_recordset(${JSON.stringify(listened)}::json) as l(channel text, account text, lease text)
      where l.channel = ${row}.channel and l.account = ${row}.account and not exists (
        select 1 from leases held where held.name = l.lease and held.owner = ${me} and held.until > now()))`
  }

/** See `Store.lease`. */
export async function lease(db: Db, me: string, name: string, seconds: number): Promise<boolean> {
  const { rows } = await sql`
    insert into leases (name, owner, until) values (${name}, ${me}, now() + make_interval(secs => ${seconds}))
    on conflict (name) do update set owner = excluded.owner, until = excluded.until
    where leases.owner = excluded.owner or leases.until <= now()
    returning name`.execute(db)
  return rows.length > 0
}

export async function release(db: Db, me: string, name: string): Promise<void> {
  await sql`delete from leases where name = ${name} and owner = ${me}`.execute(db)
}

/** See `Store.holder`. */
export async function holder(db: Db, me: string, name: string): Promise<'me' | 'another' | 'nobody'> {
  const { rows } = await sql<{ owner: string }>`select owner from leases where name = ${name} and until > now()`.execute(db)
  const owner = rows[0]?.owner
  return owner === undefined ? 'nobody' : owner === me ? 'me' : 'another'
}

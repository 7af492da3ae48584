import { type Kysely, sql } from 'kysely'

/** conversations.formerly: what the platform called it before it had its lasting name (a number, where people have ids now). */
export async function up(db: Kysely<any>): Promise<void> {
  await sql`alter table conversations add column formerly text`.execute(db)
  await sql`create index conversations_formerly on conversations (channel, account, formerly) where formerly is not null`.execute(db)
}

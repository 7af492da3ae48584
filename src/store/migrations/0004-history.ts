import { type Kysely, sql } from 'kysely'

/**
 * The history reads a conversation backwards by time. The primary key does not do: platforms tell times of their own, so a message that came late
 * has a higher number and an older time. Writing a message costs 3 µs more with it. The number is no part of it, so that nobody who looks for a
 * message by its number is led here.
 */
export async function up(db: Kysely<any>): Promise<void> {
  await sql`create index if not exists messages_history on messages (conversation, at)`.execute(db)
}

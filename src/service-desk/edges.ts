import { type Kysely, sql } from 'kysely'
import type { AccountId, Json, PersonKey } from '../channel/index.ts'
import type { ChatId } from '../core/conversation.ts'
import type { Requester } from '../core/service-desk.ts'

/** A call that was begun and never ended (its process did) may be taken again after so long, in seconds. */
const staleSeconds = 60

/** Answers of API calls by their Idempotency-Key, for a day. */
export const makeAnsweredCalls = (db: Kysely<any>) => ({
  async begin(who: string, key: string, call: string): Promise<'mine' | 'busy' | { call: string; status: number; answer: Json }> {
    const { rows } = await sql`
      insert into idempotency_keys (who, key, call) values (${who}, ${key}, ${call})
      on conflict (who, key) do update set call = excluded.call, status = null, answer = null, at = now()
        where idempotency_keys.at < now() - interval '1 day' or idempotency_keys.status is null
          and idempotency_keys.call = excluded.call and idempotency_keys.at < now() - make_interval(secs => ${staleSeconds})
      returning key`.execute(db)
    if (rows.length > 0) return 'mine'
    const found = await sql<{ call: string; status: number | null; answer: Json }>`
      select call, status, answer from idempotency_keys where who = ${who} and key = ${key}`.execute(db)
    const row = found.rows[0]
    if (!row || row.status === null) return row && row.call !== call ? { call: row.call, status: 0, answer: null } : 'busy'
    return { call: row.call, status: row.status, answer: row.answer }
  },
  async end(who: string, key: string, status: number, answer: Json): Promise<void> {
    await sql`update idempotency_keys set status = ${status}, answer = ${JSON.stringify(answer)}::jsonb where who = ${who} and key = ${key}`.execute(
      db,
    )
  },
  async forget(who: string, key: string): Promise<void> {
    await sql`delete from idempotency_keys where who = ${who} and key = ${key} and status is null`.execute(db)
  },
})

/** What is of no use any more: answers after a day; notices that nobody came back for, where cards were shown, and what no webhook ever took, after some time. */
export async function forgetEdges(db: Kysely<any>): Promise<void> {
  await sql`delete from idempotency_keys where at < now() - interval '1 day'`.execute(db)
  await sql`delete from notices_kept where at < now() - interval '90 days'`.execute(db)
  await sql`delete from notice_cards where at < now() - interval '365 days'`.execute(db)
  await sql`delete from webhook_deliveries where made_at < now() - interval '90 days'`.execute(db)
}

/** Who writes in a conversation, as a requester; an address counts only where it is vouched for or proven. */
export const makeRequesters =
  (db: Kysely<any>, sourceOf: (channel: string, account: string) => string | null) =>
  async (conversation: string): Promise<{ requester: Requester; source: string; chat: ChatId | null } | undefined> => {
    const { rows } = await sql<{
      channel: string
      account: string
      key: string | null
      name: string | null
      email: string | null
      chat: { readonly id: string } | null
    }>`
      select c.channel, c.account, c.person ->> 'key' as key, c.chat, coalesce(i.name, c.person ->> 'name') as name,
        coalesce(to_jsonb(i) ->> 'proven_email', case when i.email_vouched then i.email end) as email
      from conversations c left join identities i on i.channel = c.channel and i.account = c.account and i.key = c.person ->> 'key'
      where c.id = ${conversation}`.execute(db)
    const row = rows[0]
    if (!row) return undefined
    const { channel, account, key, name, email, chat } = row
    const identity = key === null ? null : { channel, account: account as AccountId, key: key as PersonKey }
    return {
      requester: { identity, name, email },
      source: sourceOf(channel, account) ?? 'Technician Chat',
      chat: (chat?.id ?? null) as ChatId | null,
    }
  }

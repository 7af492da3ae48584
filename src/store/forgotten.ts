import { sql } from 'kysely'
import type { AccountId, ChannelName } from '../channel/index.ts'
import type { ConversationId, TimerName } from '../core/conversation.ts'
import type { Forgotten } from '../pipeline/ports.ts'
import type { Db } from './connect.ts'
import type { Mine } from './leases.ts'

/** Whoever claims an entry has so long to take it before the next process may, in seconds. */
const claimSeconds = 10

/**
 * See `Store.forgotten`. Entries whose grace is over and parts that are due (or begun by a process that lives no more) are claimed with
 * `for update skip locked`, so that several processes share the work; timers are only read, because filing them twice counts once.
 * What can't move now (a paused account, a part behind another, a timer that was filed) takes no place of what can; what only another process can
 * send or fetch is left to it.
 */
export async function forgotten(db: Db, mine: Mine, limit: number): Promise<Forgotten> {
  const { rows: entries } = await sql<{ conversation: ConversationId; seq: number; ready: boolean }>`
    update inbox set due_at = now() + make_interval(secs => ${claimSeconds})
    where seq in (select seq from inbox where done_at is null and due_at <= now() and (ready or ${mine('inbox')}) order by due_at limit ${limit} for update skip locked)
    returning conversation, seq, ready`.execute(db)
  const { rows: parts } = await sql<{ conversation: ConversationId; channel: ChannelName; account: AccountId; paced: boolean }>`
    select p.conversation, p.channel, p.account, exists (
      select 1 from accounts a where a.channel = p.channel and a.account = p.account and a.paced_until > now()) as paced from (
      select o.conversation, o.channel, o.account from parts o where o.state in ('due', 'begun') and o.due_at <= now() - interval '1 second'
        and ${mine('o')}
        and not exists (select 1 from accounts a where a.channel = o.channel and a.account = o.account and (a.paused_at is not null or a.throttled_until > now()))
        and not exists (select 1 from parts b where b.conversation = o.conversation and b.number < o.number and b.state in ('due', 'begun'))
      order by o.due_at limit ${limit}) p`.execute(db)
  const { rows: timers } = await sql<{ conversation: ConversationId; name: TimerName; at: Date }>`
    select c.id as conversation, c.timer_name as name, c.timer_at as at from conversations c
    where c.owner_by <> 'nobody' and c.timer_at <= now() and not exists (
      select 1 from inbox i where i.channel = c.channel and i.account = c.account and i.event_id =
        'house:' || c.id || ':timer:' || c.timer_name || ':' || to_char(c.timer_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
    order by c.timer_at limit ${limit}`.execute(db)
  return {
    turns: [...new Set(entries.filter((entry) => entry.ready).map((entry) => entry.conversation))],
    unfetched: entries.filter((entry) => !entry.ready).map((entry) => entry.seq),
    deliveries: parts.filter((part) => !part.paced).map((part) => part.conversation),
    paced: parts.filter((part) => part.paced).map(({ conversation, channel, account }) => ({ conversation, channel, account })),
    timers: timers.map(({ conversation, name, at }) => ({ conversation, name, at: at.toISOString() })),
  }
}

/** How much is left to do, and how long the oldest of it waits, in seconds. For /metrics and the doctor. */
export async function backlog(db: Db): Promise<{ readonly inbox: number; readonly parts: number; readonly oldestSeconds: number }> {
  const { rows } = await sql<{ inbox: number; parts: number; oldest: number }>`
    select (select count(*) from inbox where done_at is null) as inbox, (select count(*) from parts where state in ('due', 'begun')) as parts,
      extract(epoch from now() - least(
        (select min(filed_at) from inbox where done_at is null), (select min(planned_at) from parts where state in ('due', 'begun')), now()))::float8 as oldest`.execute(
    db,
  )
  const row = rows[0]!
  return { inbox: row.inbox, parts: row.parts, oldestSeconds: row.oldest }
}

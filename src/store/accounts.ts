import { sql } from 'kysely'
import type { Failure, Json } from '../channel/index.ts'
import type { AccountView } from '../http/api-types.ts'
import type { Channels } from '../pipeline/ports.ts'
import type { Db } from './connect.ts'

/** Entries of the inbox that are looked through for the last message of each account; quieter accounts are read from their conversations. */
const recentEntries = 10_000
/** Conversations of an account that are asked for their last sending: those in which something happened last. */
const recentConversations = 50

type Row = {
  readonly channel: string
  readonly account: string
  readonly state: 'green' | 'red' | 'unknown' | null
  readonly reason: Failure | null
  readonly paused_at: Date | null
  readonly checked_at: Date | null
  readonly throttled_until: Date | null
  readonly facts: { readonly [name: string]: Json } | null
  readonly last_in: Date | null
  readonly last_out: Date | null
  readonly waiting: number
}

/** Every configured account, in the order of the configuration. `waiting` counts platform calls that are still to be made. */
export async function readAccounts(db: Db, channels: Channels): Promise<readonly AccountView[]> {
  const all = channels.all()
  const asked = all.map(({ definition, account }, n) => ({ n, channel: definition.name, account }))
  const { rows } = await sql<Row>`
    with asked as (select * from json_to_recordset(${JSON.stringify(asked)}::json) as t(n int, channel text, account text)),
    recent as materialized (
      select conversation, channel, account, seq, filed_at, happening ->> 'kind' = 'heard' as heard from inbox order by seq desc limit ${recentEntries}),
    heard as (select channel, account, max(filed_at) as at from recent where heard group by channel, account),
    touched as (
      select conversation, channel, account from (
        select conversation, channel, account, row_number() over (partition by channel, account order by max(seq) desc) as place
        from recent group by conversation, channel, account) r where place <= ${recentConversations}),
    sent as (
      select t.channel, t.account, max(p.sent_at) as at from touched t cross join lateral (
        select sent_at from parts where conversation = t.conversation and state = 'sent' order by number desc limit 1) p group by t.channel, t.account),
    open as (select channel, account, count(*)::int as waiting from parts where state in ('due', 'begun') group by channel, account)
    select a.channel, a.account, s.state, s.reason, s.paused_at, s.checked_at, s.throttled_until, s.facts, coalesce(o.waiting, 0) as waiting, x.at as last_out,
      coalesce(h.at, (select max(c.last_heard_at) from conversations c where h.at is null and c.channel = a.channel and c.account = a.account)) as last_in
    from asked a left join accounts s on s.channel = a.channel and s.account = a.account left join heard h on h.channel = a.channel and h.account = a.account
      left join sent x on x.channel = a.channel and x.account = a.account left join open o on o.channel = a.channel and o.account = a.account
    order by a.n`.execute(db)
  const titles = new Map(all.map(({ definition }) => [definition.name, definition.title]))
  return rows.map((row) => viewOf(row, titles.get(row.channel) ?? row.channel))
}

function viewOf(row: Row, title: string): AccountView {
  const state = row.paused_at ? 'red' : (row.state ?? 'unknown')
  const words = wordsOf(row, state)
  return {
    channel: row.channel,
    title,
    account: row.account,
    state,
    ...words,
    ...(row.checked_at ? { checkedAt: row.checked_at.toISOString() } : {}),
    ...(row.last_in ? { lastIn: row.last_in.toISOString() } : {}),
    ...(row.last_out ? { lastOut: row.last_out.toISOString() } : {}),
    waiting: row.waiting,
    ...(row.facts && Object.keys(row.facts).length > 0 ? { facts: row.facts } : {}),
  }
}

/** What is wrong and what an admin does about it; nothing where all is well. */
function wordsOf(
  { channel, reason, paused_at, throttled_until, waiting }: Row,
  state: 'green' | 'red' | 'unknown',
): { readonly reason?: string; readonly nextStep?: string } {
  const setUp = `adapters/${channel}/README.md`
  switch (state) {
    case 'unknown':
      return { reason: 'Nobody has asked the platform yet whether this account works.', nextStep: 'Press “Check”.' }
    case 'red': {
      const why = reason?.detail ?? reason?.code ?? 'The last check did not succeed.'
      const owed = paused_at
        ? ` Nothing is sent meanwhile${waiting > 0 ? `: ${waiting} ${waiting === 1 ? 'message waits' : 'messages wait'}` : ''}.`
        : ''
      return { reason: `${why}${owed}`, nextStep: nextStepOf(reason, setUp) }
    }
    case 'green':
      return throttled_until !== null && throttled_until.getTime() > Date.now()
        ? { reason: 'The platform has asked us to slow down; messages go out as fast as it allows.' }
        : reason?.detail
          ? { reason: reason.detail }
          : {}
  }
}

function nextStepOf(reason: Failure | null, setUp: string): string {
  switch (reason?.code) {
    case 'revoked':
      return `Somebody took the hub’s access away on the platform. Give it again (${setUp}), put the new credentials where hub.yaml reads them, restart, and press “Check”.`
    case 'limited':
      return 'The platform has limited this account. Look at its console for the reason, then press “Check”.'
    default:
      return `Compare the credentials with the platform’s console (${setUp}), correct them where hub.yaml reads them, restart if they changed, and press “Check”.`
  }
}

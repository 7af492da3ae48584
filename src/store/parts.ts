import { type RawBuilder, sql } from 'kysely'
import type { AccountId, Address, ChannelName, Failure, Health, Json, ListenState, PlatformMessageId } from '../channel/index.ts'
import type { ConversationId } from '../core/conversation.ts'
import type { Outgoing, PartResult } from '../pipeline/ports.ts'
import type { Db } from './connect.ts'
import { asJson } from './json.ts'
import type { Mine } from './leases.ts'

/** A part that was begun belongs to its process for so long, in seconds; renewed every 2 s while that process is sending it. */
export const leaseSeconds = 6

/**
 * What was begun may be sent only while the lease is young: where the database's answer took longer than half of it (or was lost), the part is left
 * alone, its lease runs out, and whoever claims it then sends it.
 */
export async function inTime<Begun>(ask: () => Promise<Begun>): Promise<Begun | null> {
  const asked = performance.now()
  const begun = await ask()
  return performance.now() - asked < leaseSeconds * 500 ? begun : null
}

type BegunRow = {
  readonly conversation: ConversationId
  readonly number: number
  readonly messages: number[]
  readonly payload: Json
  readonly bytes: number
  readonly attempt: number
  readonly unresolved: boolean
  readonly was_twice: boolean
  readonly action: 'send' | 'revise'
  readonly revises: PlatformMessageId | null
  readonly channel: ChannelName
  readonly account: AccountId
  readonly key: Address['conversation']
  readonly reply: Json
  readonly reach: string
}

/**
 * Begins the first open part of each conversation in the relation `chosen(conversation)`: where it is due, or was begun by a process whose lease ran out.
 * The state is checked again on the locked row, so of two processes one gets it. A part that another process had begun is unresolved and marked
 * *perhaps twice* at once; one that this very process had begun and does not hold was never sent (`inTime`). What only another process can send is
 * left to it. What the same statement writes it does not see: it comes by the relations `recorded` and `spent`.
 */
const begin = (me: string, mine: Mine, chosen: RawBuilder<unknown>) => sql<BegunRow>`
  first as (
    select distinct on (p.conversation) p.conversation, p.number, p.state, p.due_at, p.twice, p.target,
      p.state = 'begun' and p.owner is distinct from ${me} as unresolved from parts p
    where p.conversation in (select conversation from ${chosen}) and p.state in ('due', 'begun') and not exists (
      select 1 from recorded r where r.conversation = p.conversation and r.number = p.number)
    order by p.conversation, p.number
  ), begun as (
    update parts p set state = 'begun', owner = ${me}, due_at = now() + make_interval(secs => ${leaseSeconds}), attempt = p.attempt + 1,
      twice = p.twice or f.unresolved
    from first f
    where p.conversation = f.conversation and p.number = f.number and p.state = f.state and p.due_at = f.due_at and f.due_at <= now()
      and ${mine('p')}
      and not exists (select 1 from accounts a where a.channel = p.channel and a.account = p.account and (a.paused_at is not null or a.throttled_until > now()))
    returning p.conversation, p.number, p.messages, p.payload, p.bytes, p.attempt, f.unresolved, f.twice as was_twice, p.action, f.target
  )
  select b.conversation, b.number, b.messages, b.payload, b.bytes, b.attempt, b.unresolved, b.was_twice, b.action, (coalesce(r.platform, e.platform))[1] as revises,
    c.channel, c.account, c.key, coalesce(s.reply, c.reply) as reply, c.reach
  from begun b join conversations c on c.id = b.conversation left join parts e on e.conversation = b.conversation and e.number = b.target
  left join recorded r on r.conversation = b.conversation and r.number = b.target left join spent s on s.id = b.conversation`

const outgoingOf = (row: BegunRow): Outgoing => ({
  conversation: row.conversation,
  number: row.number,
  to: { channel: row.channel, account: row.account, conversation: row.key, ...(row.reply === null ? {} : { reply: row.reply }) },
  messages: row.messages,
  payload: row.payload,
  bytes: row.bytes,
  attempt: row.attempt,
  unresolved: row.unresolved,
  twice: row.was_twice,
  ...(row.action === 'revise' ? { revises: row.revises } : {}),
  reachable: row.reach === 'reachable',
})

/** See `Store.claim`. */
export async function claim(db: Db, me: string, mine: Mine, conversations: readonly ConversationId[]): Promise<readonly Outgoing[]> {
  const answer = await inTime(() =>
    sql<BegunRow>`/* claim */
    with recorded as (select null::uuid as conversation, null::int as number, null::text[] as platform where false),
    spent as (select null::uuid as id, null::jsonb as reply where false),
    chosen as (select unnest(${conversations}::uuid[]) as conversation),
    ${begin(me, mine, sql`chosen`)}`.execute(db),
  )
  return (answer?.rows ?? []).map(outgoingOf)
}

/** See `Store.record`. Only the process that began the part, with that attempt, may write what became of it. */
export async function record(db: Db, me: string, mine: Mine, results: readonly PartResult[]): Promise<readonly Outgoing[]> {
  const answer = await inTime(() =>
    sql<BegunRow>`/* record */
    with input as (
      select * from json_to_recordset(${asJson(results.map(resultRow))}::json) as r(
        conversation uuid, number int, fence int, state text, due_in double precision, uncounted int, twice boolean, platform text[], failure jsonb, reply jsonb)
    ), recorded as (
      update parts p set state = r.state, due_at = now() + make_interval(secs => r.due_in), attempt = p.attempt - r.uncounted, twice = r.twice,
        owner = null, platform = coalesce(r.platform, p.platform), failure = r.failure,
        sent_at = case when r.state = 'sent' then now() end, payload = case when r.state = 'sent' then null else p.payload end
      from input r
      where p.conversation = r.conversation and p.number = r.number and p.state = 'begun' and p.owner = ${me} and p.attempt = r.fence
      returning p.conversation, p.number, p.state, p.platform
    ), spent as (
      update conversations c set reply = r.reply from input r where c.id = r.conversation and r.reply is not null returning c.id, c.reply
    ), chosen as (select conversation from recorded where state <> 'due'),
    ${begin(me, mine, sql`chosen`)}`.execute(db),
  )
  return (answer?.rows ?? []).map(outgoingOf)
}

const resultRow = (result: PartResult) => ({
  conversation: result.conversation,
  number: result.number,
  fence: result.fence,
  state: result.state,
  due_in: result.dueInMs / 1000,
  uncounted: result.countsAttempt ? 0 : 1,
  twice: result.twice,
  platform: result.platform,
  failure: result.failure,
  reply: result.reply ?? null,
})

/** See `Store.renew`. */
export async function renew(db: Db, me: string, conversations: readonly ConversationId[]): Promise<void> {
  if (conversations.length === 0) return
  await sql`
    update parts set due_at = now() + make_interval(secs => ${leaseSeconds})
    where state = 'begun' and owner = ${me} and conversation = any(${conversations}::uuid[])`.execute(db)
}

/** On PGlite nobody else can be sending: at start all leases are void. */
export async function voidLeases(db: Db): Promise<void> {
  await sql`update parts set due_at = now() where state = 'begun'`.execute(db)
  await sql`update inbox set due_at = now() where done_at is null`.execute(db)
}

/** See `Store.pauseAccount`. */
export async function pauseAccount(db: Db, channel: ChannelName, account: AccountId, failure: Failure): Promise<void> {
  await sql`
    insert into accounts (channel, account, state, reason, paused_at) values (${channel}, ${account}, 'red', ${asJson(failure)}::jsonb, now())
    on conflict (channel, account) do update set state = 'red', reason = excluded.reason, paused_at = coalesce(accounts.paused_at, now())`.execute(
    db,
  )
}

/** See `Store.resumeAccount`. */
export async function resumeAccount(db: Db, channel: ChannelName, account: AccountId): Promise<readonly ConversationId[]> {
  await sql`update accounts set paused_at = null, reason = null, state = 'green', throttled_until = null where channel = ${channel} and account = ${account}`.execute(
    db,
  )
  const { rows } = await sql<{ conversation: ConversationId }>`
    select distinct conversation from parts where channel = ${channel} and account = ${account} and state in ('due', 'begun')`.execute(db)
  return rows.map((row) => row.conversation)
}

/** Why an account is red, or what somebody should do although it is green. */
function noted({ ok, detail, advice, facts }: Health): Failure | null {
  const code = typeof facts?.code === 'string' ? facts.code : 'check'
  if (!ok) return { kind: 'unauthorized', code, detail }
  return advice ? { kind: 'transient', code: 'advice', detail: advice } : null
}

/** See `Store.noteCheck`. */
export async function noteCheck(db: Db, channel: ChannelName, account: AccountId, health: Health): Promise<readonly ConversationId[]> {
  const why = noted(health)
  const reason = why === null ? null : asJson(why)
  const { rows } = await sql<{ was_paused: boolean }>`
    with before as (select paused_at is not null as paused from accounts where channel = ${channel} and account = ${account}),
    noted as (
      insert into accounts (channel, account, state, reason, checked_at, facts)
      values (${channel}, ${account}, ${health.ok ? 'green' : 'red'}, ${reason}::jsonb, now(), ${asJson(health.facts ?? {})}::jsonb)
      on conflict (channel, account) do update set state = excluded.state, reason = excluded.reason, checked_at = now(),
        facts = excluded.facts || jsonb_strip_nulls(jsonb_build_object('listening', accounts.facts -> 'listening')))
    select coalesce((select paused from before), false) as was_paused`.execute(db)
  return health.ok && rows[0]?.was_paused ? resumeAccount(db, channel, account) : []
}

/** See `Store.lastCheck`. */
export async function lastCheck(db: Db, channel: ChannelName, account: AccountId): Promise<Health | null> {
  const { rows } = await sql<{ state: string; reason: Failure | null; facts: { readonly [name: string]: Json } | null }>`
    select state, reason, facts from accounts where channel = ${channel} and account = ${account} and state in ('green', 'red')`.execute(db)
  const row = rows[0]
  return row ? { ok: row.state === 'green', detail: row.reason?.detail ?? row.reason?.code ?? '', facts: row.facts ?? {} } : null
}

/** See `Store.noteListening`. */
export async function noteListening(db: Db, channel: ChannelName, account: AccountId, state: ListenState): Promise<void> {
  const listening = asJson({ listening: state })
  await sql`
    insert into accounts (channel, account, facts) values (${channel}, ${account}, ${listening}::jsonb)
    on conflict (channel, account) do update set facts = coalesce(accounts.facts, '{}') || excluded.facts`.execute(db)
}

/** See `Store.throttleAccount`. */
export async function throttleAccount(db: Db, channel: ChannelName, account: AccountId, ms: number, pacedMs: number): Promise<void> {
  await sql`
    insert into accounts (channel, account, throttled_until, paced_until)
    values (${channel}, ${account}, now() + make_interval(secs => ${ms / 1000}), now() + make_interval(secs => ${pacedMs / 1000}))
    on conflict (channel, account) do update set
      throttled_until = greatest(accounts.throttled_until, excluded.throttled_until), paced_until = greatest(accounts.paced_until, excluded.paced_until)`.execute(
    db,
  )
}

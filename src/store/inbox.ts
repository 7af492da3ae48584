import { sql } from 'kysely'
import type { Address } from '../channel/index.ts'
import { albumQuietMs } from '../core/album.ts'
import type { Conversation, ConversationId, Happening, Outcome, TimerName } from '../core/conversation.ts'
import type { Entry } from '../core/turn.ts'
import type { Filed, Filing, Pending } from '../pipeline/ports.ts'
import type { Db } from './connect.ts'
import { asJson, asText } from './json.ts'

/** How long an entry is left to whoever was rung before `forgotten` claims it, in seconds. */
const graceSeconds = 3
const albumQuietSeconds = albumQuietMs / 1000
/** Entries of one conversation that one turn takes at most. */
const entriesPerTurn = 100

/** Events that may come for a conversation we do not know, and then mean nothing. */
const opensNothing = new Set(['receipt', 'revision', 'reaction', 'moved'])

/** See `Store.file`. One statement, whatever the number of events. A conversation that stands under its former name is renamed at once. */
export async function file(db: Db, filings: readonly Filing[]): Promise<readonly Filed[]> {
  const rows = filings.map(({ event, files }, n) => ({
    n,
    channel: event.from.channel,
    account: event.from.account,
    key: event.from.conversation,
    formerly: event.from.formerly ?? null,
    reply: event.from.reply ?? null,
    event_id: event.id,
    happening: { kind: 'heard', event } satisfies Happening,
    ready: !files,
    album: event.kind === 'message' ? (event.album ?? null) : null,
    opens: !opensNothing.has(event.kind),
  }))
  const json = asJson(rows)
  const { rows: filed } = await sql<FiledRow>`/* file */
    with input as (
      select * from json_to_recordset(${json}::json) as t(
        n int, channel text, account text, key text, formerly text, reply jsonb, event_id text, happening jsonb, ready boolean, album text, opens boolean)
    ), known as (
      select i.*, coalesce(
        (select c.id from conversations c where c.channel = i.channel and c.account = i.account and c.key = i.key),
        (select c.id from conversations c where c.channel = i.channel and c.account = i.account and c.formerly = i.key order by c.opened_at desc limit 1),
        (select c.id from conversations c where c.channel = i.channel and c.account = i.account and c.key = i.formerly)) as id
      from input i
    ), renamed as (
      update conversations c set key = k.key, formerly = k.formerly, version = c.version + 1
      from (select distinct on (id) id, key, formerly from known where id is not null and formerly is not null order by id, n desc) k
      where c.id = k.id and c.key in (k.key, k.formerly) and (c.key, c.formerly) is distinct from (k.key, k.formerly)
    ), opened as (
      insert into conversations (channel, account, key, formerly, reply)
      select distinct on (channel, account, key) channel, account, key, formerly, reply from known where id is null and opens
      on conflict (channel, account, key) do update set key = excluded.key
      returning id, channel, account, key
    ), quiet as (
      update inbox set held_until = now() + make_interval(secs => ${albumQuietSeconds})
      from known k where k.album is not null and inbox.conversation = k.id and inbox.album = k.album and inbox.done_at is null
    ), filed as (
    insert into inbox (conversation, channel, account, event_id, happening, ready, album, held_until, due_at)
    select coalesce(k.id, o.id), k.channel, k.account, k.event_id, k.happening, k.ready, k.album,
      case when k.album is not null then now() + make_interval(secs => ${albumQuietSeconds}) end, now() + make_interval(secs => ${graceSeconds})
    from known k left join opened o on o.channel = k.channel and o.account = k.account and o.key = k.key
    where coalesce(k.id, o.id) is not null
    order by k.n
    on conflict (channel, account, event_id) do nothing
    returning conversation, seq, ready, album, channel, account, event_id
    )
    select f.conversation, f.seq, f.ready, f.album, f.channel as filed_channel, f.account as filed_account, f.event_id,
      exists (select 1 from inbox i where i.conversation = f.conversation and i.done_at is null) as behind, ${conversationColumns}
    from filed f left join conversations c on c.id = f.conversation
    order by f.seq`.execute(db)
  // `asJson` may have put this for what the database has no room for: then the turn reads what stands there.
  const happenings = json.includes('\ufffd')
    ? new Map<string, Happening>()
    : new Map(rows.toReversed().map((row) => [`${row.channel} ${row.account} ${row.event_id}`, row.happening]))
  return filed.map((row) => {
    const { conversation, seq, ready, album } = row
    const happening = happenings.get(`${row.filed_channel} ${row.filed_account} ${row.event_id}`)
    const alone = row.id !== null && !row.behind && happening ? { conversation: conversationOf(row), entry: { seq, happening } } : undefined
    return { conversation, seq, files: !ready, album: album !== null, ...(alone ? { alone } : {}) }
  })
}

/** What was inserted, beside the conversation as the statement found it: nulls where it opened it. */
type FiledRow = ConversationRow & {
  readonly conversation: ConversationId
  readonly seq: number
  readonly ready: boolean
  readonly album: string | null
  readonly filed_channel: string
  readonly filed_account: string
  readonly event_id: string
  readonly behind: boolean
}

/** See `Store.fileFor`. */
export async function fileFor(db: Db, conversation: ConversationId, key: string, happening: Happening): Promise<number | null> {
  const { rows } = await sql<{ seq: number }>`
    insert into inbox (conversation, channel, account, event_id, happening, due_at)
    select id, channel, account, ${`house:${conversation}:${key}`}, ${asJson(happening)}::jsonb, now() + make_interval(secs => ${graceSeconds})
    from conversations where id = ${conversation}
    on conflict (channel, account, event_id) do nothing
    returning seq`.execute(db)
  return rows[0]?.seq ?? null
}

/** The place in the inbox of something that was filed under this key before. */
export async function filedAs(db: Db, conversation: ConversationId, key: string): Promise<number | null> {
  const { rows } = await sql<{ seq: number }>`
    select i.seq from inbox i join conversations c on c.id = ${conversation} and c.channel = i.channel and c.account = i.account
    where i.event_id = ${`house:${conversation}:${key}`}`.execute(db)
  return rows[0]?.seq ?? null
}

type ConversationRow = {
  readonly id: ConversationId
  readonly channel: string
  readonly account: Address['account']
  readonly key: Address['conversation']
  readonly reply: Address['reply'] | null
  readonly person: Conversation['person']
  readonly owner: Conversation['owner']
  readonly chat: Conversation['chat']
  readonly chats: number
  readonly memory: Conversation['memory']
  readonly offered: Conversation['offered']
  readonly last_heard_at: Date | null
  readonly unanswered: boolean
  readonly reach: Conversation['reach']
  readonly timer_name: TimerName | null
  readonly timer_at: Date | null
  readonly messages: number
  readonly parts: number
  readonly version: number
}

/** The columns that `conversationOf` reads. */
export const conversationColumns = sql.raw(
  'c.id, c.channel, c.account, c.key, c.reply, c.person, c.owner, c.chat, c.chats, c.memory, c.offered, c.last_heard_at, c.unanswered, c.reach, c.timer_name, c.timer_at, c.messages, c.parts, c.version',
)

export function conversationOf(row: ConversationRow): Conversation {
  return {
    id: row.id,
    address: {
      channel: row.channel,
      account: row.account,
      conversation: row.key,
      ...(row.reply === null || row.reply === undefined ? {} : { reply: row.reply }),
    },
    person: row.person,
    owner: row.owner,
    chat: row.chat,
    chats: row.chats,
    memory: row.memory,
    offered: row.offered,
    lastHeardAt: row.last_heard_at?.toISOString() ?? null,
    unanswered: row.unanswered,
    reach: row.reach,
    timer: row.timer_name && row.timer_at ? { name: row.timer_name, at: row.timer_at.toISOString() } : null,
    messages: row.messages,
    parts: row.parts,
    version: row.version,
  }
}

/** See `Store.pending`. */
export async function pending(db: Db, conversations: readonly ConversationId[]): Promise<readonly Pending[]> {
  const { rows } = await sql<ConversationRow & { entries: readonly Entry[] | null; tried: boolean }>`/* pending */
    select ${conversationColumns}, e.entries, e.tried
    from conversations c, lateral (
      select json_agg(json_build_object('seq', t.seq, 'happening', t.happening) order by t.seq) as entries, bool_or(t.attempts > 0) as tried from (
        select i.seq, i.happening, i.attempts from inbox i
        where i.conversation = c.id and i.done_at is null and i.seq < coalesce((
          select min(b.seq) from inbox b where b.conversation = c.id and b.done_at is null and (not b.ready or b.album is not null and exists (
            select 1 from inbox s where s.conversation = c.id and s.done_at is null and s.album = b.album and s.held_until > now()))), 9223372036854775807)
        order by i.seq limit ${entriesPerTurn}) t) e
    where c.id = any(${conversations}::uuid[]) and e.entries is not null`.execute(db)
  return rows.map((row) => {
    const entries = row.entries ?? []
    const taken = row.tried ? entries.slice(0, 1) : entries
    return { conversation: conversationOf(row), entries: taken, more: taken.length < entries.length || entries.length === entriesPerTurn }
  })
}

/** See `Store.spoil`: after three tries the first entry is set aside. The others were only in its company: each is tried alone from now on (`pending`). */
export async function spoil(db: Db, entries: readonly Entry[], reason: string): Promise<void> {
  const first = Math.min(...entries.map((entry) => entry.seq))
  await sql`
    update inbox set attempts = attempts + 1, failure = ${asText(reason.slice(0, 500))}, due_at = now() + make_interval(secs => 5 * (attempts + 1)),
      done_at = case when attempts >= 2 and seq = ${first} then now() end
    where seq = any(${entries.map((entry) => entry.seq)}::bigint[])`.execute(db)
}

/** See `Store.outcome`. */
export async function outcome(db: Db, seq: number): Promise<Outcome | null> {
  const { rows } = await sql<{ outcome: Outcome | null }>`select outcome from inbox where seq = ${seq} and done_at is not null`.execute(db)
  return rows[0]?.outcome ?? null
}

/** See `Store.unfetched`. */
export async function unfetched(db: Db, seqs: readonly number[]) {
  const { rows } = await sql<{ seq: number; conversation: ConversationId; happening: Happening }>`
    select seq, conversation, happening from inbox where seq = any(${seqs}::bigint[]) and not ready and done_at is null`.execute(db)
  return rows
}

/** See `Store.fetched`. */
export async function fetched(db: Db, seq: number, happening: Happening): Promise<void> {
  await sql`update inbox set happening = ${asJson(happening)}::jsonb, ready = true, due_at = now() + make_interval(secs => ${graceSeconds}) where seq = ${seq} and not ready`.execute(
    db,
  )
}

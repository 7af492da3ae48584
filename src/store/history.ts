import { sql } from 'kysely'
import type { ConversationId } from '../core/conversation.ts'
import type { HistoryPage } from '../http/api-types.ts'
import type { Db } from './connect.ts'
import { messageRows, messageViews, type ViewDeps } from './views.ts'

/** Where a page ended: the hub's order of the history is by time, conversation and number. `at` has microseconds, as the database keeps them. */
export type HistoryKey = { readonly at: string; readonly conversation: string; readonly number: number }
export type HistoryFilter = {
  /** Only conversations that this person (an id of `people`) takes part in. One of `person` and `conversation` is always there. */
  readonly person?: string
  readonly conversation?: string
  readonly sources: readonly string[]
  readonly from?: string
  readonly to?: string
  readonly text?: string
  readonly before?: HistoryKey
  readonly limit: number
  /** What may be seen: people see no notes, and do not find what was deleted by its words. */
  readonly reader: 'technician' | 'person'
}
export type HistoryFound = { readonly messages: HistoryPage['messages']; readonly next: HistoryKey | null }

/** Messages that one statement looks through for words or sources: some 10 ms on the embedded database, where one slow query delays all. */
const scanned = 1_000
/** Statements that one page may take; after that it ends early, and `next` goes on from there. */
const rounds = 5

/** One page, newest first. It may hold fewer than `limit` and still have a `next`: then so much was looked through without finding more. */
export async function readHistory(deps: ViewDeps, filter: HistoryFilter): Promise<HistoryFound> {
  if (filter.person === undefined && filter.conversation === undefined) throw new Error('a history is somebody’s or of a conversation')
  const keys: HistoryKey[] = []
  let before = filter.before
  let next: HistoryKey | null = null
  for (let round = 0; round < rounds; round++) {
    const { found, last } = await scan(deps.db, { ...filter, ...(before === undefined ? {} : { before }) }, filter.limit + 1 - keys.length)
    keys.push(...found)
    next = last
    if (keys.length > filter.limit || last === null) break
    before = last
  }
  const full = keys.length > filter.limit
  const shown = full ? keys.slice(0, filter.limit) : keys
  return { messages: await messagesOf(deps, shown, filter.reader), next: full ? shown.at(-1)! : next }
}

type Found = { readonly found: readonly HistoryKey[]; readonly last: HistoryKey | null }

/** The next keys that fit, newest first, and where the search stands if there may be more. Each conversation is read backwards along `messages_history`. */
async function scan(db: Db, filter: HistoryFilter, wanted: number): Promise<Found> {
  const { person, conversation, sources, from, to, text, before, reader } = filter
  const picky = sources.length > 0 || text !== undefined
  const width = picky ? scanned : wanted
  const none = sql``
  const whose =
    person === undefined
      ? sql`select ${conversation}::uuid as conversation`
      : sql`select conversation from participants where person = ${person} ${conversation === undefined ? none : sql`and conversation = ${conversation}`}`
  const fits = sql.join(
    [
      sql`true`,
      ...(sources.length > 0 ? [sql`m.sources && ${[...sources]}::text[]`] : []),
      ...(text === undefined ? [] : [says(text)]),
      ...(text === undefined || reader === 'technician' ? [] : [sql`m.deleted_at is null`]),
    ],
    sql` and `,
  )
  const { rows } = await sql<{ conversation: ConversationId; number: number; at: string; fits: boolean }>`
    with whose as (${whose}), scanned as materialized (
      select k.*, row_number() over (order by k.at desc, k.conversation desc, k.number desc)::int as place from whose w cross join lateral (
        select m.conversation, m.at, m.number ${picky ? sql`, m.content, m.sources, m.deleted_at` : none} from messages m
        where m.conversation = w.conversation ${reader === 'person' ? sql`and not m.note` : none}
          ${from === undefined ? none : sql`and m.at >= ${from}::timestamptz`} ${to === undefined ? none : sql`and m.at < ${to}::timestamptz`}
          ${
            before === undefined
              ? none
              : sql`and (m.at, m.number) < (${before.at}::timestamptz, case when w.conversation < ${before.conversation}::uuid then 2147483647
                  when w.conversation = ${before.conversation}::uuid then ${before.number}::int else 0 end)`
          }
        order by m.at desc, m.number desc limit ${width}) k
      order by place limit ${width})
    (select conversation, number, ${exact}, true as fits, place from scanned m where ${fits} order by place limit ${wanted})
    union all
    (select conversation, number, ${exact}, false, place from scanned where place = ${width})
    order by place, fits desc`.execute(db)
  const keyOf = (row: (typeof rows)[number]): HistoryKey => ({ at: row.at, conversation: row.conversation, number: row.number })
  const end = rows.find((row) => !row.fits)
  return { found: rows.filter((row) => row.fits).map(keyOf), last: end ? keyOf(end) : null }
}

/** With microseconds, so that a page begins exactly where the last one ended. */
const exact = sql`to_char(at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at`

/** The words as they were typed: in texts, captions, titles, names of files and choices. */
const says = (text: string) => sql`exists (
  select 1 from jsonb_array_elements(m.content) item where concat_ws(' ', item ->> 'text', item ->> 'caption', item ->> 'title', item ->> 'name', item -> 'file' ->> 'name',
    jsonb_path_query_array(item, '$.choices[*].label')::text) ilike ${`%${text.replace(/[\\%_]/g, '\\$&')}%`})`

async function messagesOf(deps: ViewDeps, keys: readonly HistoryKey[], reader: 'technician' | 'person'): Promise<HistoryPage['messages']> {
  if (keys.length === 0) return []
  const page = sql`select conversation, number from json_to_recordset(${JSON.stringify(keys)}::json) as k(conversation uuid, number int)`
  const rows = await messageRows(deps.db, page, sql`m.at desc, m.conversation desc, m.number desc`, reader)
  const views = await messageViews(deps, rows, reader)
  return views.map((view, index) => ({ ...view, conversation: rows[index]!.conversation, channel: rows[index]!.channel }))
}

/** The person behind a key on an account; undefined where they have not said anything yet. */
export async function personOf(db: Db, channel: string, account: string, key: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('identities')
    .select('person')
    .where('channel', '=', channel)
    .where('account', '=', account)
    .where('key', '=', key)
    .executeTakeFirst()
  return row?.person
}

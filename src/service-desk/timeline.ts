import { type Kysely, sql, type Transaction } from 'kysely'
import type { RequestEvent, RequestType } from '../core/service-desk.ts'
import { numberOf } from './number.ts'
import { kept, LONGEST } from './text.ts'

/** `request` is the bare number. */
export type NewEvent = Pick<RequestEvent, 'kind' | 'by' | 'detail'> & { readonly request: number }

/** What the desk does by itself. */
export const SYSTEM = { kind: 'system', name: 'Service desk' } as const

/** Any number will do as long as nobody else takes it. */
const LOCK = 5_300_411
/** Lines of one request that are read at most. */
const LONGEST_TIMELINE = 2_000

/**
 * Writes what happened, as the last statement of a transaction: from here on those that write events commit one after the other, so that whoever has read up to a
 * `seq` never finds a lower one later.
 */
export const record = async (transaction: Transaction<any>, at: string, events: readonly NewEvent[]): Promise<void> => {
  if (events.length === 0) return
  await sql`select pg_advisory_xact_lock(${LOCK}::bigint)`.execute(transaction)
  await sql`
    insert into request_events (request, kind, at, by, detail)
    select request, kind, ${at}::timestamptz, by, detail
    from rows from (json_to_recordset(${JSON.stringify(events, cleaned)}::json) as (request bigint, kind text, by jsonb, detail jsonb)) with ordinality
    order by ordinality`.execute(transaction)
}

const cleaned = (_: string, value: unknown): unknown => (typeof value === 'string' ? kept(value, LONGEST.text) : value)

type Row = Omit<RequestEvent, 'number' | 'at'> & { readonly at: Date; readonly request: number; readonly type: RequestType }

const eventOf = ({ seq, request, type, kind, at, by, detail }: Row): RequestEvent => ({
  seq,
  number: numberOf(type, request),
  kind,
  at: at.toISOString(),
  by,
  detail,
})

/** One request's timeline in order; of a very long one, its end. */
export const readTimeline = async (db: Kysely<any>, request: number): Promise<readonly RequestEvent[]> => {
  const { rows } = await sql<Row>`
    select e.seq, e.request, r.type, e.kind, e.at, e.by, e.detail from request_events e join requests r on r.number = e.request
    where e.request = ${request} order by e.seq desc limit ${LONGEST_TIMELINE}`.execute(db)
  return rows.map(eventOf).reverse()
}

/** What happened since over all requests, in the order of commits. */
export const readEventsAfter = async (db: Kysely<any>, seq: number, limit: number): Promise<readonly RequestEvent[]> => {
  const { rows } = await sql<Row>`
    select e.seq, e.request, r.type, e.kind, e.at, e.by, e.detail from request_events e join requests r on r.number = e.request
    where e.seq > ${seq} order by e.seq limit ${limit}`.execute(db)
  return rows.map(eventOf)
}

import { type Kysely, sql, type Transaction } from 'kysely'
import {
  type Changed,
  isOver,
  type NewRequest,
  REOPEN_DAYS,
  type Reader,
  type RequestEvent,
  type RequestSummary,
  type ServiceDesk,
} from '../core/service-desk.ts'
import { makeApprovals } from './approvals.ts'
import { change } from './change.ts'
import { readNumber } from './number.ts'
import { once } from './once.ts'
import { addFiles, insertRequest } from './open.ts'
import type { DeskParts } from './parts.ts'
import { isTheirs, lockRequest, type RequestRow, readSummaries, readView, summaryOf } from './rows.ts'
import { theirs } from './search.ts'
import { alike, isAlike } from './similar.ts'
import { mayMove } from './status.ts'
import { kept, LONGEST } from './text.ts'
import { record, SYSTEM } from './timeline.ts'

/** How many of a person's open requests are compared with what they say. */
const COMPARED = 50
const MOST = 100
const DAY = 86_400_000

type Refusal = Exclude<Extract<Changed, { ok: false }>['reason'], 'unknown'>
type Deed =
  | { readonly ok: true; readonly number: number }
  | { readonly ok: false; readonly reason: Refusal | 'unknown'; readonly number: number | null }

/** The built-in service desk as people use it, by the virtual agent. It answers where the hub's database does. */
export const makeDesk = (parts: DeskParts): ServiceDesk => {
  const { db, linkOf } = parts
  const now = (): string => parts.now().toISOString()

  const summary = async (number: number): Promise<RequestSummary> => {
    const [row] = await readSummaries(db, sql`select ${number}::bigint`)
    return summaryOf(row!, linkOf)
  }

  /** Once for its key: finds the request if it is theirs, takes it, and does the deed or says why not. */
  const deed = async (
    name: string,
    number: string,
    reader: Reader,
    key: string,
    act: (transaction: Transaction<any>, row: RequestRow, at: string) => Promise<Refusal | undefined>,
  ): Promise<Changed> => {
    const at = now()
    const done = await once<Deed>(db, name, key, at, async (transaction) => {
      const wanted = readNumber(number)
      const row = wanted === null ? undefined : await lockRequest(transaction, wanted)
      if (row === undefined || !isTheirs(row, reader)) return { ok: false, reason: 'unknown', number: null }
      const reason = await act(transaction, row, at)
      return reason === undefined ? { ok: true, number: row.number } : { ok: false, reason, number: row.number }
    })
    if (done.ok) return { ok: true, request: await summary(done.number) }
    return { ok: false, reason: done.reason, request: done.number === null ? null : await summary(done.number) }
  }

  return {
    ...makeApprovals(parts),

    async open(request, key) {
      const at = now()
      const number = await once(db, 'open', key, at, (transaction) => insertRequest(transaction, parts, request, requesterOf(request), at))
      return { state: 'open', request: await summary(number) }
    },

    async requestsOf(reader, which) {
      const rows = await readSummaries(db, theirs(reader, { open: which.open, limit: bounded(which.limit) }))
      return rows.map((row) => summaryOf(row, linkOf))
    },

    async request(number, reader) {
      const wanted = readNumber(number)
      const found = wanted === null ? null : await readView(db, wanted, false, linkOf)
      return found !== null && isTheirs(found.row, reader) ? found.view : null
    },

    async similar(reader, words, limit) {
      const rows = await readSummaries(db, theirs(reader, { open: true, limit: COMPARED }))
      const stems = await stemsOf(db, words, rows)
      return rows
        .map((row, index) => ({ row, score: alike(stems.asked, stems.subjects[index]!, stems.told[index]!) }))
        .filter(({ score }) => isAlike(score))
        .sort((one, other) => other.score - one.score || other.row.number - one.row.number)
        .slice(0, bounded(limit))
        .map(({ row }) => summaryOf(row, linkOf))
    },

    comment: (number, reader, said, key) =>
      deed('comment', number, reader, key, async (transaction, row, at) => {
        if (isOver(row.status)) return 'over'
        const by = speaker(reader, said.by)
        const text = kept(said.text, LONGEST.text)
        const source = kept(said.source, LONGEST.name)
        if (text !== '')
          await sql`
            insert into request_comments (request, at, by_kind, by_name, text, source)
            values (${row.number}, ${at}, 'person', ${by.name}, ${text}, ${source})`.execute(transaction)
        const files = await addFiles(transaction, row.number, said.files, at)
        const status = row.technician_id === null ? 'open' : 'in-progress'
        const answered = row.status === 'waiting'
        if (text === '' && files.length === 0) return undefined
        await change(transaction, parts, row, answered ? { status } : {}, at)
        await record(transaction, at, [
          ...(text === '' ? [] : [{ request: row.number, kind: 'commented' as const, by, detail: { text, source } }]),
          ...files.map(({ id, name }) => ({ request: row.number, kind: 'file-added' as const, by, detail: { file: id, name } })),
          ...(answered
            ? [{ request: row.number, kind: 'changed' as const, by: SYSTEM, detail: { status, statusBefore: row.status } }]
            : []),
        ])
        return undefined
      }),

    reopen: (number, reader, why, key) =>
      deed('reopen', number, reader, key, async (transaction, row, at) => {
        if (row.status === 'closed') return 'too-late'
        if (!mayMove(row.status, 'open', 'requester')) return 'not-resolved'
        if (row.resolved_at !== null && Date.parse(at) - row.resolved_at.getTime() > REOPEN_DAYS * DAY) return 'too-late'
        const by = speaker(reader, row.requester_name ?? '')
        const text = kept(why, LONGEST.text)
        if (text !== '')
          await sql`
            insert into request_comments (request, at, by_kind, by_name, text) values (${row.number}, ${at}, 'person', ${by.name}, ${text})`.execute(
            transaction,
          )
        await change(transaction, parts, row, { status: 'open' }, at)
        await record(transaction, at, [
          { request: row.number, kind: 'reopened', by, detail: { status: 'open', statusBefore: row.status, why: text } },
        ])
        return undefined
      }),

    cancel: (number, reader, key) =>
      deed('cancel', number, reader, key, async (transaction, row, at) => {
        if (!mayMove(row.status, 'cancelled', 'requester')) return 'over'
        await change(transaction, parts, row, { status: 'cancelled' }, at)
        await record(transaction, at, [
          {
            request: row.number,
            kind: 'cancelled',
            by: speaker(reader, row.requester_name ?? ''),
            detail: { status: 'cancelled', statusBefore: row.status },
          },
        ])
        return undefined
      }),
  }
}

const bounded = (limit: number): number => Math.min(Math.max(1, Math.floor(limit)), MOST)

const speaker = ({ identity, email }: Reader, name: string): RequestEvent['by'] => ({
  kind: 'person',
  name: kept(name, LONGEST.name) || (email ?? 'Guest'),
  ...(identity === null ? {} : { identity }),
})
const requesterOf = ({ requester }: NewRequest): RequestEvent['by'] => speaker(requester, requester.name ?? '')

/** The stems of what is said and of each of these requests, in one statement. */
const stemsOf = async (db: Kysely<any>, words: string, rows: readonly RequestRow[]) => {
  const { rows: found } = await sql<{ asked: string[]; texts: { subject: string[]; told: string[] }[] }>`
    select tsvector_to_array(to_tsvector('english', ${kept(words, LONGEST.field)}::text)) as asked,
      (select coalesce(json_agg(json_build_object('subject', tsvector_to_array(ts_filter(r.words, '{a}')), 'told', tsvector_to_array(ts_filter(r.words, '{b}')))
        order by r.number desc), '[]') from requests r where r.number = any(${rows.map(({ number }) => number)}::bigint[])) as texts`.execute(
    db,
  )
  const { asked, texts } = found[0]!
  return { asked, subjects: texts.map(({ subject }) => subject), told: texts.map(({ told }) => told) }
}

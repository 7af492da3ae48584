import { sql, type Transaction } from 'kysely'
import {
  type DeskActor,
  isOver,
  type RequestBook,
  type RequestChanges,
  type RequestEvent,
  RequestRefused,
  type RequestView,
} from '../core/service-desk.ts'
import { change, type Patch } from './change.ts'
import { checkNew } from './check.ts'
import { numberOf, readNumber } from './number.ts'
import { once } from './once.ts'
import { addFiles, insertRequest } from './open.ts'
import type { DeskParts } from './parts.ts'
import { lockRequest, type RequestRow, readSummaries, readView, summaryOf } from './rows.ts'
import { matching } from './search.ts'
import { kept, LONGEST } from './text.ts'
import { type NewEvent, readEventsAfter, readTimeline, record } from './timeline.ts'
import { planUpdate } from './update.ts'

const MOST = 200
const MOST_EVENTS = 1_000

/** The built-in service desk as technicians and integrations use it. */
export const makeBook = (parts: DeskParts): RequestBook => {
  const { db, linkOf } = parts
  const now = (): string => parts.now().toISOString()
  const view = async (number: number): Promise<RequestView | null> =>
    (await readView(db, { number, type: null }, true, linkOf))?.view ?? null

  /** Finds the request and takes it; null where there is none. `act` gives what happened; nothing happened, nothing is written. */
  const take = async (
    transaction: Transaction<any>,
    number: string,
    act: (row: RequestRow) => Promise<{ readonly patch?: Patch; readonly events: readonly NewEvent[] }>,
    at: string,
  ): Promise<number | null> => {
    const wanted = readNumber(number)
    const row = wanted === null ? undefined : await lockRequest(transaction, wanted)
    if (row === undefined) return null
    const { patch, events } = await act(row)
    if (events.length > 0) {
      await change(transaction, parts, row, patch ?? {}, at)
      await record(transaction, at, events)
    }
    return row.number
  }
  const seen = (number: number | null): Promise<RequestView | null> => (number === null ? Promise.resolve(null) : view(number))

  return {
    async open(request, by, key) {
      checkNew(parts.catalogue, request)
      const at = now()
      const number = await once(db, 'book-open', key, at, (transaction) => insertRequest(transaction, parts, request, actor(by), at))
      return (await view(number))!
    },

    async find(number) {
      const wanted = readNumber(number)
      return wanted === null ? null : ((await readView(db, wanted, true, linkOf))?.view ?? null)
    },

    async search(filter) {
      if (filter.before !== undefined && readNumber(filter.before) === null) throw new RequestRefused('before', 'the number of a request')
      const limit = Math.min(Math.max(1, Math.floor(filter.limit)), MOST)
      const rows = await readSummaries(db, matching(filter, limit, now()))
      const page = rows.slice(0, limit)
      const last = page.at(-1)
      return {
        requests: page.map((row) => summaryOf(row, linkOf)),
        next: rows.length > limit && last !== undefined ? numberOf(last.type, last.number) : null,
      }
    },

    async update(number, changes: RequestChanges, by, key) {
      const at = now()
      const act = async (row: RequestRow) => planUpdate(row, changes, parts.catalogue, actor(by), at)
      return seen(await once(db, 'book-update', key, at, (transaction) => take(transaction, number, act, at)))
    },

    async comment(number, said, by, key) {
      const at = now()
      const text = kept(said.text, LONGEST.text)
      if (text === '') throw new RequestRefused('text', 'what is to be said')
      const act = (transaction: Transaction<any>) => async (row: RequestRow) => {
        await sql`
          insert into request_comments (request, at, by_kind, by_name, text, internal)
          values (${row.number}, ${at}, ${by.kind}, ${actor(by).name}, ${text}, ${said.internal})`.execute(transaction)
        const answers = !said.internal && by.kind === 'technician' && row.responded_at === null && !isOver(row.status)
        const event: NewEvent = { request: row.number, kind: said.internal ? 'noted' : 'commented', by: actor(by), detail: { text } }
        return { patch: answers ? { responded_at: at } : {}, events: [event] }
      }
      return seen(await once(db, 'book-comment', key, at, (transaction) => take(transaction, number, act(transaction), at)))
    },

    async link(number, conversation, on, by) {
      const at = now()
      const done = await db.transaction().execute((transaction) =>
        take(
          transaction,
          number,
          async (row) => {
            const { numAffectedRows } = on
              ? await sql`
                insert into request_links (request, conversation, at) values (${row.number}, ${conversation}, ${at}) on conflict do nothing`.execute(
                  transaction,
                )
              : await sql`delete from request_links where request = ${row.number} and conversation = ${conversation}`.execute(transaction)
            if (!numAffectedRows) return { events: [] }
            return { events: [{ request: row.number, kind: on ? 'linked' : 'unlinked', by: actor(by), detail: { conversation } }] }
          },
          at,
        ),
      )
      return seen(done)
    },

    async attach(number, files, by) {
      const at = now()
      const done = await db.transaction().execute((transaction) =>
        take(
          transaction,
          number,
          async (row) => {
            const added = await addFiles(transaction, row.number, files, at)
            return {
              events: added.map(({ id, name }) => ({ request: row.number, kind: 'file-added', by: actor(by), detail: { file: id, name } })),
            }
          },
          at,
        ),
      )
      return seen(done)
    },

    async timeline(number) {
      const wanted = readNumber(number)
      const found = wanted === null ? null : await readView(db, wanted, true, linkOf)
      return found === null ? null : readTimeline(db, found.row.number)
    },

    eventsAfter: (seq, limit) => readEventsAfter(db, seq, Math.min(Math.max(1, Math.floor(limit)), MOST_EVENTS)),
  }
}

const actor = ({ kind, name, id }: DeskActor): RequestEvent['by'] => ({ kind, name: kept(name, LONGEST.name) || id })

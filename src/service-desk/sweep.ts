import { type Kysely, sql } from 'kysely'
import type { Week } from '../core/business-hours.ts'
import { REOPEN_DAYS } from '../core/service-desk.ts'
import { makeReminders, type ReminderRules } from './reminders.ts'
import { isoOrNull } from './rows.ts'
import { type NewEvent, record, SYSTEM } from './timeline.ts'

/** Keys are forgotten after so many days; nobody repeats a call that late. */
const KEY_DAYS = 30

/** What time does to requests. Safe in many processes at once: each takes other rows. Every call does `limit` rows of each at most and says how many it did. */
export const makeDeskSweep = ({
  db,
  now,
  hours,
  reminders,
}: {
  readonly db: Kysely<any>
  readonly now: () => Date
  readonly hours: Week | undefined
  readonly reminders: ReminderRules
}) => {
  const remind = makeReminders({ db, now, hours, rules: reminders })
  const sweepTargets = async (limit: number): Promise<number> =>
    db.transaction().execute(async (transaction) => {
      const at = now().toISOString()
      const { rows: late } = await sql<{ number: number; due: Date }>`
        update requests set respond_missed = true where number in (
          select number from requests where respond_by < ${at} and responded_at is null and not respond_missed
            and status not in ('resolved', 'closed', 'cancelled', 'rejected') order by respond_by limit ${limit} for update skip locked)
        returning number, respond_by as due`.execute(transaction)
      const { rows: unsolved } = await sql<{ number: number; due: Date }>`
        update requests set resolve_missed = true where number in (
          select number from requests where resolve_by < ${at} and not resolve_missed and status in ('open', 'in-progress')
            and status not in ('resolved', 'closed', 'cancelled', 'rejected') order by resolve_by limit ${limit} for update skip locked)
        returning number, resolve_by as due`.execute(transaction)
      const missed =
        (target: 'respond' | 'resolve') =>
        (row: { readonly number: number; readonly due: Date }): NewEvent => ({
          request: row.number,
          kind: 'target-missed',
          by: SYSTEM,
          detail: { target, due: isoOrNull(row.due) },
        })
      const events = [...late.map(missed('respond')), ...unsolved.map(missed('resolve'))]
      await record(transaction, at, events)
      return events.length
    })

  const closeResolved = async (limit: number): Promise<number> =>
    db.transaction().execute(async (transaction) => {
      const at = now().toISOString()
      const { rows } = await sql<{ number: number }>`
        update requests set status = 'closed', changed_at = ${at} where number in (
          select number from requests where status = 'resolved' and resolved_at < ${at}::timestamptz - make_interval(days => ${REOPEN_DAYS})
            order by resolved_at limit ${limit} for update skip locked)
        returning number`.execute(transaction)
      await record(
        transaction,
        at,
        rows.map(
          ({ number }): NewEvent => ({
            request: number,
            kind: 'closed',
            by: SYSTEM,
            detail: { status: 'closed', statusBefore: 'resolved' },
          }),
        ),
      )
      return rows.length
    })

  const forgetKeys = async (limit: number): Promise<number> => {
    const { numAffectedRows } = await sql`
      delete from desk_keys where (deed, key) in (
        select deed, key from desk_keys where at < ${now().toISOString()}::timestamptz - make_interval(days => ${KEY_DAYS}) order by at limit ${limit})`.execute(
      db,
    )
    return Number(numAffectedRows ?? 0)
  }

  return {
    sweepTargets,
    closeResolved,
    remind,
    forgetKeys,
    /** All of it, once. */
    sweep: async (limit: number) => ({
      missed: await sweepTargets(limit),
      closed: await closeResolved(limit),
      reminded: await remind(limit),
      forgotten: await forgetKeys(limit),
    }),
  }
}

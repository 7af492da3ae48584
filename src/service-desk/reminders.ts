import { type Kysely, sql } from 'kysely'
import { afterOpenMinutes, isOpenAt, type Week, workingDayMinutes } from '../core/business-hours.ts'
import { type NewEvent, record, SYSTEM } from './timeline.ts'

/** `days`: working days without a decision before each reminder, 0 for none. `most`: so many; after as many days more the service desk is told, once. */
export type ReminderRules = { readonly days: number; readonly most: number }

type Waiting = {
  readonly id: string
  readonly request: number
  readonly title: string
  readonly approvers: readonly string[]
  readonly reminded: number
  readonly since: Date
}
type Needs = { readonly db: Kysely<any>; readonly now: () => Date; readonly hours: Week | undefined; readonly rules: ReminderRules }

/**
 * Reminds of approvals that nobody has decided, within business hours only: an event each, which the approvers hear of in their chats. Safe in many processes at
 * once: each takes other rows, and the count goes up with the event. Does `limit` at most and says how many it did.
 */
export const makeReminders =
  ({ db, now, hours, rules: { days, most } }: Needs) =>
  async (limit: number): Promise<number> => {
    const at = now().toISOString()
    if (days === 0 || !isOpenAt(hours, at)) return 0
    const minutes = days * workingDayMinutes(hours)
    const isDue = ({ since }: Waiting): boolean => (afterOpenMinutes(hours, since.toISOString(), minutes) ?? '9') <= at
    return db.transaction().execute(async (transaction) => {
      // The request first, as everybody who decides takes it.
      const { rows } = await sql<Waiting>`
        select a.id, a.request, a.title, a.approvers, a.reminded, coalesce(a.reminded_at, a.asked_at) as since
        from approvals a join requests r on r.number = a.request
        where a.state = 'pending' and a.reminded <= ${most} and coalesce(a.reminded_at, a.asked_at) < ${at}
        order by coalesce(a.reminded_at, a.asked_at) limit ${limit} for update of r, a skip locked`.execute(transaction)
      const due = rows.filter(isDue)
      if (due.length === 0) return 0
      await sql`update approvals set reminded = reminded + 1, reminded_at = ${at} where id = any(${due.map(({ id }) => id)}::uuid[])`.execute(
        transaction,
      )
      const overdue = due.filter(({ reminded }) => reminded === most)
      for (const { request, title } of overdue)
        await sql`
          insert into request_comments (request, at, by_kind, by_name, text, internal)
          values (${request}, ${at}, 'system', ${SYSTEM.name}, ${noteOf(title, most)}, true)`.execute(transaction)
      await record(
        transaction,
        at,
        due.flatMap((one): readonly NewEvent[] => {
          const { id, request, title, approvers, reminded } = one
          const detail = { approval: id, title, approvers: approvers.join(', ') }
          if (reminded < most) return [{ request, kind: 'approval-reminded', by: SYSTEM, detail: { ...detail, times: reminded + 1 } }]
          return [
            { request, kind: 'approval-overdue', by: SYSTEM, detail },
            { request, kind: 'noted', by: SYSTEM, detail: { text: noteOf(title, most) } },
          ]
        }),
      )
      return due.length
    })
  }

const noteOf = (title: string, reminders: number): string =>
  `Nobody has decided "${title}", after ${reminders === 1 ? 'one reminder' : `${reminders} reminders`}. Speak to the approvers, or cancel the request and open it anew with others.`

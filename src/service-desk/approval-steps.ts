import { sql, type Transaction } from 'kysely'
import type { ApprovalRule } from '../core/service-desk.ts'
import { addressOf, kept, LONGEST } from './text.ts'
import { type NewEvent, SYSTEM } from './timeline.ts'

/** One step to come. */
export type Step = { readonly title: string; readonly approvers: readonly string[]; readonly quorum: number }

/**
 * The steps that these rules ask for. A requester who is among the approvers does not count, so that a quorum stays within reach; where nobody else is named,
 * nobody can approve it, and technicians are told (`whyStuck`).
 */
export const stepsFor = (rules: readonly ApprovalRule[], requester: string | null): readonly Step[] =>
  rules.map(({ title, approvers, quorum }) => {
    const addresses = [...new Set(approvers.map(addressOf))]
    const others = addresses.filter((address) => requester === null || address !== addressOf(requester))
    return { title: kept(title, LONGEST.subject), approvers: addresses, quorum: Math.max(1, Math.min(quorum, others.length)) }
  })

/** What technicians have to know where nobody may decide a step; undefined where somebody may. */
export const whyStuck = (steps: readonly Step[], requester: string | null): string | undefined => {
  const stuck = steps.filter(({ approvers }) => requester !== null && approvers.every((address) => address === addressOf(requester)))
  if (stuck.length === 0) return undefined
  const titles = stuck.map(({ title }) => `"${title}"`).join(' and ')
  return `Nobody may decide ${titles}: its only approver asks for it. Have a second approver named in the catalogue, then cancel this request and open it anew.`
}

/** Writes the steps down, the first one pending; gives the event of its asking. */
export const askFor = async (
  transaction: Transaction<any>,
  request: number,
  steps: readonly Step[],
  at: string,
): Promise<readonly NewEvent[]> => {
  const events: NewEvent[] = []
  for (const [step, { title, approvers, quorum }] of steps.entries()) {
    const first = step === 0
    const { rows } = await sql<{ id: string }>`
      insert into approvals (request, step, title, approvers, quorum, state, asked_at)
      values (${request}, ${step}, ${title}, ${[...approvers]}::text[], ${quorum}, ${first ? 'pending' : 'later'}, ${first ? at : null}) returning id`.execute(
      transaction,
    )
    if (first) events.push(asked(request, { id: rows[0]!.id, title, approvers, quorum }))
  }
  return events
}

export const asked = (request: number, { id, title, approvers, quorum }: Step & { readonly id: string }): NewEvent => ({
  request,
  kind: 'approval-asked',
  by: SYSTEM,
  detail: { approval: id, title, approvers: approvers.join(', '), quorum },
})

/** Whatever was not decided when the request ended. */
export const withdraw = async (transaction: Transaction<any>, request: number): Promise<void> => {
  await sql`update approvals set state = 'withdrawn' where request = ${request} and state in ('later', 'pending')`.execute(transaction)
}

import { type Kysely, sql, type Transaction } from 'kysely'
import type { ApprovalView, RequestEvent, ServiceDesk } from '../core/service-desk.ts'
import { asked } from './approval-steps.ts'
import { change } from './change.ts'
import { readNumber } from './number.ts'
import { once } from './once.ts'
import type { DeskParts } from './parts.ts'
import { type ApprovalRow, approvalJson, approvalOf, lockRequest, type RequestRow } from './rows.ts'
import { addressOf, isUuid, keptOrNull, LONGEST } from './text.ts'
import { type NewEvent, record, SYSTEM } from './timeline.ts'

const MOST = 100
type Decided =
  | { readonly ok: true; readonly id: string }
  | { readonly ok: false; readonly reason: 'not-yours' | 'already' | 'own-request'; readonly id: string | null }

/** Approvals as approvers use them. */
export const makeApprovals = (parts: DeskParts): Pick<ServiceDesk, 'approvalsOf' | 'approval' | 'decide'> => {
  const { db } = parts
  const find = async (id: string): Promise<ApprovalView | null> => (await readApprovals(db, sql`a.id = ${id}::uuid`, 1))[0] ?? null

  return {
    async approvalsOf(email) {
      const address = addressOf(email)
      return readApprovals(
        db,
        sql`a.state = 'pending' and a.approvers @> array[${address}]::text[] and not (${isRequester(address)})
          and not exists (select 1 from approval_decisions d where d.approval = a.id and d.by = ${address})`,
        MOST,
      )
    },

    async approval(idOrNumber, email) {
      const address = addressOf(email)
      const wanted = readNumber(idOrNumber)
      const which = isUuid(idOrNumber)
        ? sql`a.id = ${idOrNumber}::uuid`
        : wanted !== null && sql`a.request = ${wanted.number} and (${wanted.type}::text is null or r.type = ${wanted.type})`
      if (which === false) return null
      const steps = await readApprovals(db, sql`${which} and a.approvers @> array[${address}]::text[]`, MOST)
      return steps.find(({ state }) => state === 'pending') ?? steps.findLast(({ state }) => state !== 'later') ?? steps[0] ?? null
    },

    async decide(id, by, approved, comment, key) {
      const at = parts.now().toISOString()
      const done = await once<Decided>(db, 'decide', key, at, (transaction) =>
        decide(transaction, parts, { id, by, approved, comment }, at),
      )
      const approval = done.id === null ? null : await find(done.id)
      if (!done.ok) return { ok: false, reason: done.reason, approval }
      return { ok: true, approval: approval! }
    },
  }
}

/**
 * Is this address the requester's of `r`? Whoever was a guest when they asked may have proven it since, on that account or on another one that is known to be theirs.
 */
const isRequester = (address: string) => sql<boolean>`lower(coalesce(r.requester_email, '')) = ${address}
  or exists (select 1 from identities mine join identities i on i.person = mine.person
    where mine.channel = r.requester_channel and mine.account = r.requester_account and mine.key = r.requester_key
      and (lower(i.proven_email) = ${address} or (i.email_vouched and lower(i.email) = ${address})))`

const readApprovals = async (db: Kysely<any>, where: ReturnType<typeof sql>, limit: number): Promise<readonly ApprovalView[]> => {
  const { rows } = await sql<{ approval: ApprovalRow; request: RequestRow }>`
    select ${approvalJson} as approval, json_build_object('number', r.number, 'type', r.type, 'subject', r.subject, 'priority', r.priority, 'status', r.status,
      'opened_at', r.opened_at, 'changed_at', r.changed_at, 'description', r.description, 'fields', r.fields, 'requester_name', r.requester_name, 'requester_email', r.requester_email) as request
    from approvals a join requests r on r.number = a.request where ${where} order by a.asked_at, r.number, a.step limit ${limit}`.execute(
    db,
  )
  return rows.map(({ approval, request }) =>
    approvalOf(approval, { ...request, opened_at: new Date(request.opened_at), changed_at: new Date(request.changed_at) }),
  )
}

type Decision = {
  readonly id: string
  readonly by: { readonly email: string; readonly name: string | null }
  readonly approved: boolean
  readonly comment: string | null
}

/** Takes the request, then decides: whoever else decides at the same time comes before or after, never between. */
const decide = async (transaction: Transaction<any>, parts: DeskParts, decision: Decision, at: string): Promise<Decided> => {
  const nobody = { ok: false, reason: 'not-yours', id: null } as const
  if (!isUuid(decision.id)) return nobody
  const { rows } = await sql<{ request: number }>`select request from approvals where id = ${decision.id}::uuid`.execute(transaction)
  const row = rows[0] && (await lockRequest(transaction, { number: rows[0].request, type: null }))
  if (row === undefined) return nobody
  const steps = await stepsOf(transaction, row.number)
  const step = steps.find(({ id }) => id === decision.id.toLowerCase())!
  const address = addressOf(decision.by.email)
  if (!step.approvers.includes(address)) return nobody
  const refused = (reason: 'already' | 'own-request') => ({ ok: false, reason, id: step.id }) as const
  const { rows: own } = await sql`select 1 from requests r where r.number = ${row.number} and (${isRequester(address)})`.execute(
    transaction,
  )
  if (own.length > 0) return refused('own-request')
  if (step.state !== 'pending' || step.decisions.some(({ by }) => by === address)) return refused('already')

  const comment = keptOrNull(decision.comment, LONGEST.field)
  const name = keptOrNull(decision.by.name, LONGEST.name)
  await sql`
    insert into approval_decisions (approval, by, name, approved, comment, at)
    values (${step.id}, ${address}, ${name}, ${decision.approved}, ${comment}, ${at})`.execute(transaction)
  const by = { kind: 'person', name: name ?? address } as const
  const decided: NewEvent = {
    request: row.number,
    kind: 'approval-decided',
    by,
    detail: { approval: step.id, title: step.title, by: address, approved: decision.approved, comment },
  }
  const after = await consequences(transaction, parts, { row, steps, step, approved: decision.approved, by }, at)
  await record(transaction, at, [decided, ...after])
  return { ok: true, id: step.id }
}

const stepsOf = async (transaction: Transaction<any>, request: number): Promise<readonly ApprovalRow[]> => {
  const { rows } = await sql<{ approval: ApprovalRow }>`
    select ${approvalJson} as approval from approvals a where a.request = ${request} order by a.step`.execute(transaction)
  return rows.map(({ approval }) => approval)
}

/** What a decision leads to: the end of the request, the end of this step and the beginning of the next one, or of the work. */
const consequences = async (
  transaction: Transaction<any>,
  parts: DeskParts,
  {
    row,
    steps,
    step,
    approved,
    by,
  }: {
    readonly row: RequestRow
    readonly steps: readonly ApprovalRow[]
    readonly step: ApprovalRow
    readonly approved: boolean
    readonly by: RequestEvent['by']
  },
  at: string,
): Promise<readonly NewEvent[]> => {
  const settle = (state: 'approved' | 'rejected') => sql`update approvals set state = ${state} where id = ${step.id}`.execute(transaction)
  const moved = (status: 'open' | 'rejected', who: RequestEvent['by']): NewEvent => ({
    request: row.number,
    kind: 'changed',
    by: who,
    detail: { status, statusBefore: row.status },
  })
  if (!approved) {
    await settle('rejected')
    await change(transaction, parts, row, { status: 'rejected' }, at)
    return [moved('rejected', by)]
  }
  const inFavour = step.decisions.filter((decision) => decision.approved).length + 1
  if (inFavour < step.quorum) return []
  await settle('approved')
  const next = steps.find(({ state }) => state === 'later')
  if (next === undefined) {
    await change(transaction, parts, row, { status: 'open' }, at)
    return [moved('open', SYSTEM)]
  }
  await sql`update approvals set state = 'pending', asked_at = ${at} where id = ${next.id}`.execute(transaction)
  return [asked(row.number, next)]
}

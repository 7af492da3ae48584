import type { Transaction } from 'kysely'
import { isOver, type RequestStatus } from '../core/service-desk.ts'
import { withdraw } from './approval-steps.ts'
import type { DeskParts } from './parts.ts'
import { clockOf, type RequestRow } from './rows.ts'
import { dueBy, moveClock } from './sla.ts'

/** What a change sets; columns as they are named in the table. */
export type Patch = {
  readonly status?: RequestStatus
  readonly priority?: RequestRow['priority']
  readonly subject?: string
  readonly description?: string
  readonly category?: string | null
  readonly technician_id?: string | null
  readonly technician_name?: string | null
  readonly team?: string | null
  readonly resolution?: string | null
  readonly responded_at?: string
}

/** Writes a change of a request that is locked, with all that follows from it: its clock and targets, the time of its resolution, approvals that are no longer needed. */
export const change = async (
  transaction: Transaction<any>,
  { targets, hours }: Pick<DeskParts, 'targets' | 'hours'>,
  row: RequestRow,
  patch: Patch,
  at: string,
): Promise<void> => {
  const status = patch.status ?? row.status
  const before = clockOf(row)
  const clock = moveClock(before, row.status, status, at, hours)
  const priority = patch.priority ?? row.priority
  const due = clock === before && priority === row.priority ? undefined : dueBy(clock, priority, targets, hours)
  const reopened = isOver(row.status) && !isOver(status)
  const set = {
    ...patch,
    changed_at: at,
    clock_from: clock.from,
    waited_minutes: clock.waitedMinutes,
    waiting_since: clock.waitingSince,
    ...(due === undefined ? {} : { respond_by: due.respondBy, resolve_by: due.resolveBy }),
    ...(status === 'resolved' && row.status !== 'resolved' ? { resolved_at: at } : {}),
    ...(reopened
      ? { resolved_at: null, resolution: null, responded_at: patch.responded_at ?? null, respond_missed: false, resolve_missed: false }
      : {}),
  }
  await transaction.updateTable('requests').set(set).where('number', '=', row.number).execute()
  if (isOver(status) && !isOver(row.status)) await withdraw(transaction, row.number)
}

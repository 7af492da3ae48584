import { afterOpenMinutes, openMinutesBetween, type Week } from '../core/business-hours.ts'
import { isOver, type RequestPriority, type RequestStatus } from '../core/service-desk.ts'

/** Minutes of business hours. */
export type Targets = { readonly [priority in RequestPriority]: { readonly respondMinutes: number; readonly resolveMinutes: number } }

/** What targets are counted from. Time that a request waits for its requester does not count; `from` is null until it is approved. */
export type Clock = { readonly from: string | null; readonly waitedMinutes: number; readonly waitingSince: string | null }

/** The clock of a request that has just come into this status. */
export const startClock = (status: RequestStatus, at: string): Clock => ({
  from: status === 'approval' ? null : at,
  waitedMinutes: 0,
  waitingSince: null,
})

/** The clock after a change of status: it starts with the approval, rests while the request waits for its requester, and starts anew when it is reopened. */
export const moveClock = (clock: Clock, from: RequestStatus, to: RequestStatus, at: string, week: Week | undefined): Clock => {
  if (from === to) return clock
  if (isOver(from) && !isOver(to)) return startClock(to, at)
  const rested =
    clock.waitingSince === null
      ? clock
      : { ...clock, waitedMinutes: clock.waitedMinutes + openMinutesBetween(week, clock.waitingSince, at), waitingSince: null }
  const started = from === 'approval' && !isOver(to) ? { ...rested, from: at } : rested
  return to === 'waiting' ? { ...started, waitingSince: at } : started
}

/** By when a request is to be answered and solved; null where nobody can say: before its approval, or where business hours never come. */
export const dueBy = (
  clock: Clock,
  priority: RequestPriority,
  targets: Targets,
  week: Week | undefined,
): { readonly respondBy: string | null; readonly resolveBy: string | null } => {
  if (clock.from === null) return { respondBy: null, resolveBy: null }
  const { respondMinutes, resolveMinutes } = targets[priority]
  return {
    respondBy: afterOpenMinutes(week, clock.from, respondMinutes),
    resolveBy: afterOpenMinutes(week, clock.from, resolveMinutes + clock.waitedMinutes),
  }
}

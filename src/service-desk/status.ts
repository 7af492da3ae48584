import type { RequestStatus } from '../core/service-desk.ts'

/** Who changes a status: the person it is for, whoever works on it, or the desk itself (approvals, time). */
export type Mover = 'requester' | 'technician' | 'system'

const moves: { readonly [from in RequestStatus]: { readonly [to in RequestStatus]?: readonly Mover[] } } = {
  approval: { open: ['system'], rejected: ['system'], cancelled: ['requester', 'technician'] },
  open: {
    'in-progress': ['technician'],
    waiting: ['technician'],
    resolved: ['technician'],
    cancelled: ['requester', 'technician'],
  },
  'in-progress': {
    open: ['technician'],
    waiting: ['technician'],
    resolved: ['technician'],
    cancelled: ['requester', 'technician'],
  },
  waiting: {
    open: ['technician', 'system'],
    'in-progress': ['technician', 'system'],
    resolved: ['technician'],
    cancelled: ['requester', 'technician'],
  },
  resolved: { open: ['requester', 'technician'], 'in-progress': ['technician'], closed: ['technician', 'system'] },
  closed: {},
  cancelled: {},
  rejected: {},
}

/** Staying where it is is no move. */
export const mayMove = (from: RequestStatus, to: RequestStatus, who: Mover): boolean => moves[from][to]?.includes(who) ?? false

/** Where `who` may take a request from here. */
export const movesFrom = (from: RequestStatus, who: Mover): readonly RequestStatus[] =>
  (Object.keys(moves[from]) as RequestStatus[]).filter((to) => mayMove(from, to, who))

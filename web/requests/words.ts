import type { RequestPageView } from '../../src/http/api-types.ts'

type Status = RequestPageView['status']

/** How a status reads on its badge, what it means in a sentence, and how it looks. */
export const STATUS: {
  readonly [S in Status]: { readonly label: string; readonly says: string; readonly kind: 'busy' | 'yours' | 'good' | 'over' }
} = {
  approval: { label: 'Waiting for approval', says: 'Somebody has to approve this before we can begin.', kind: 'busy' },
  open: { label: 'Open', says: 'We have it. A technician will look at it.', kind: 'busy' },
  'in-progress': { label: 'In progress', says: 'Somebody is working on it.', kind: 'busy' },
  waiting: { label: 'Waiting for you', says: 'We need an answer from you to go on.', kind: 'yours' },
  resolved: { label: 'Resolved', says: 'We believe this is solved. If it is not, reopen it below.', kind: 'good' },
  closed: { label: 'Closed', says: 'This is closed. Write to us again if something is still wrong.', kind: 'over' },
  cancelled: { label: 'Cancelled', says: 'This was cancelled.', kind: 'over' },
  rejected: { label: 'Not approved', says: 'This was not approved, so it will not be done.', kind: 'over' },
}

export const APPROVAL: { readonly [S in RequestPageView['approvals'][number]['state']]: string } = {
  later: 'Comes later',
  pending: 'Waiting',
  approved: 'Approved',
  rejected: 'Not approved',
  withdrawn: 'No longer needed',
}

export const PRIORITY: { readonly [P in RequestPageView['priority']]: string } = {
  low: 'Low',
  medium: 'Medium',
  high: 'High',
  critical: 'Critical',
}

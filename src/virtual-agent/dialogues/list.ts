import { account } from './account.ts'
import { approvals, showsOnly } from './approvals.ts'
import { ITEM } from './catalogue-wish.ts'
import { createRequest } from './create-request.ts'
import { type Dialogues, entryOf } from './entry.ts'
import { openRequests, showsRequests } from './open-requests.ts'
import { prove } from './prove.ts'

/** Every dialogue of the virtual agent, and what begins it. */
export const DIALOGUES: Dialogues = [
  entryOf(createRequest, { wishes: ['create_request', 'report_incident'], claims: [ITEM] }),
  entryOf(openRequests, {
    wishes: ['open_requests', 'request_status'],
    claims: ['request:', 'request-comment:', 'reopen:', 'request-cancel:', 'request-prove'],
    passing: showsRequests,
  }),
  entryOf(approvals, {
    wishes: ['pending_approvals', 'approve', 'reject'],
    claims: ['approve:', 'reject:', 'approval:'],
    passing: showsOnly,
  }),
  entryOf(account, { wishes: ['reset_password', 'account_locked'], claims: [] }),
  entryOf(prove, { wishes: [], claims: [], confidential: true }),
]

import type { Card } from '../../channel/index.ts'
import type { ApprovalView } from '../../core/service-desk.ts'
import { shorten } from '../notes.ts'
import { ago } from './when.ts'

/** What a press on a button of an approval means; it is answered at any time, also days later. */
export const pressedOn = (value: string): { readonly id: string; readonly approve: boolean | null } | null => {
  const [, what, id] = /^(approve|reject|approval):(.+)$/.exec(value) ?? []
  return what === undefined || id === undefined ? null : { id, approve: what === 'approval' ? null : what === 'approve' }
}

const LABEL_LENGTH = 60

const titleOf = ({ request }: ApprovalView): string => `${request.number} · ${request.subject}`
export const labelOf = (approval: ApprovalView): string => shorten(`${titleOf(approval)} (${approval.request.requester})`, LABEL_LENGTH)

/** Who decided, as they are shown: their own decision is "you". */
const by = (who: string, email: string): string => (who.toLowerCase() === email.toLowerCase() ? 'you' : who)
const linkOf = ({ request }: ApprovalView): Pick<Card, 'link'> =>
  request.url === null ? {} : { link: { label: `Read ${request.number}`, url: request.url } }

/** How an approval stands when nothing is left to decide on it. */
export const standsSo = (approval: ApprovalView, email: string, now: string): string => {
  const { number } = approval.request
  const own = approval.decisions.find((one) => one.by.toLowerCase() === email.toLowerCase())
  const last = approval.decisions.findLast(({ approved }) => approved === (approval.state === 'approved')) ?? approval.decisions.at(-1)
  switch (approval.state) {
    case 'approved':
    case 'rejected': {
      if (last === undefined) return `${number} was ${approval.state} already.`
      const said = last.comment === null ? '' : ` Comment: "${last.comment}"`
      return `${number} was ${approval.state} already by ${by(last.by, email)}, ${ago(last.at, now)}.${said}`
    }
    case 'withdrawn':
      return `${number} has ended meanwhile, so nothing is left to decide.`
    case 'later':
      return `${number} has to pass an earlier approval first; it is asked of you when its turn comes.`
    case 'pending':
      return own === undefined
        ? `${number} still waits for a decision.`
        : `You ${own.approved ? 'approved' : 'rejected'} ${number} already, ${ago(own.at, now)}; it waits for others now.`
  }
}

/** Takes the place of the card on which it was decided. */
export const resultCard = (approval: ApprovalView, approved: boolean, comment: string | null): Card => {
  const { request, quorum, decisions, state } = approval
  const missing = quorum - decisions.filter((one) => one.approved).length
  const lines = [
    approved ? `You approved this request of ${request.requester}.` : `You rejected this request of ${request.requester}.`,
    comment === null ? '' : `Comment: "${comment}"`,
    state === 'pending' && missing > 0 ? `It needs ${missing === 1 ? 'one more approval' : `${missing} more approvals`}.` : '',
  ]
  return {
    type: 'card',
    title: `${approved ? '✅ Approved' : '⛔ Rejected'}: ${titleOf(approval)}`,
    text: lines.filter((line) => line !== '').join('\n\n'),
    ...linkOf(approval),
  }
}

import type { Card, Choice, Content } from '../channel/index.ts'
import type { ApprovalView, RequestEvent, RequestStatus, RequestSummary, RequestView } from './service-desk.ts'

/** What a status is called in a sentence about a request ("INC-1001 is …"). */
const STATUS_WORDS: { readonly [S in RequestStatus]: string } = {
  approval: 'waiting for an approval',
  open: 'open',
  'in-progress': 'being worked on',
  waiting: 'waiting for your answer',
  resolved: 'resolved',
  closed: 'closed',
  cancelled: 'cancelled',
  rejected: 'not approved',
}
export const statusWords = (status: RequestStatus): string => STATUS_WORDS[status]

/** The message of an approval has one key wherever it is shown, so that its result takes its place. */
export const approvalKey = (approval: string): string => `approval:${approval}`
/** The values of choices about requests and approvals; the dialogues answer them at any time. */
export const reopenValue = (number: string): string => `reopen:${number}`
export const decisionValues = (approval: string) => ({
  approve: `approve:${approval}`,
  reject: `reject:${approval}`,
  details: `approval:${approval}`,
})
/** Is this a choice of a notice or an approval? Whoever presses one means the hub, whoever they talk with at the moment. */
export const isNoticeValue = (value: string): boolean => /^(reopen|approve|reject|approval):/.test(value)

const ELSEWHERE = 'Write to me directly to read it.'

/**
 * What the people of a request are told of an event, in a sentence and a link; null where it is none of their business (notes, targets, who works on it)
 * or told by another event already. `thanks`: the value of the choice that needs no more than a kind word. `group`: others read along, so that what was written
 * to the requester is not said.
 */
export function noticeOf(event: RequestEvent, request: RequestView, url: string | null, thanks: string, group = false): Content | null {
  const { number, subject } = request
  const name = `${number} (${short(subject)})`
  const told = (sentence: string): Content => ({ type: 'text', text: url === null ? sentence : `${sentence}\n${url}` })
  switch (event.kind) {
    case 'opened':
      // Where somebody else was named as its requester, this chat is only where it came up.
      if (event.by.kind !== 'technician') return null
      return told(`${event.by.name} opened a request${request.requester.identity === null ? '' : ' for you'}: ${name}.`)
    case 'commented': {
      if (event.by.kind !== 'technician') return null
      const said = commentOf(event, request)
      if (said === undefined) return null
      return told(
        group ? `${event.by.name} wrote about ${name}. ${ELSEWHERE}` : `${event.by.name} wrote about ${name}: ${short(said, 600)}`,
      )
    }
    case 'file-added':
      return event.by.kind === 'technician' ? told(`${event.by.name} added a file to ${name}.`) : null
    case 'resolved': {
      const resolution = event.detail.resolution ?? request.resolution
      const how = typeof resolution === 'string' && resolution !== '' && !group ? `: ${short(resolution, 600)}` : '.'
      const text = `${name} is resolved${how}`
      return {
        type: 'choices',
        text: url === null ? text : `${text}\n${url}`,
        choices: [
          { value: reopenValue(number), label: 'Reopen' },
          { value: thanks, label: 'Thanks' },
        ],
      }
    }
    case 'reopened':
      return told(`${name} is open again.`)
    case 'cancelled':
      return told(`${name} was cancelled.`)
    case 'approval-decided':
      return decided(event, request, told, group)
    case 'changed': {
      const status = event.detail.status
      // What an approval, a resolution or a reopening has led to is told by its own event.
      if (event.by.kind === 'system' || (status !== 'in-progress' && status !== 'waiting' && status !== 'open')) return null
      if (status === 'in-progress') return told(`${event.by.name} is working on ${name}.`)
      return told(`${name} is ${STATUS_WORDS[status]}.`)
    }
    case 'approval-overdue':
      return told(`${name} still waits for an approval. The service desk knows of it.`)
    case 'approval-reminded':
    case 'noted':
    case 'linked':
    case 'unlinked':
    case 'approval-asked':
    case 'closed':
    case 'target-missed':
      return null
  }
}

/** A step that has ended; a first yes of several is not told. */
function decided(event: RequestEvent, request: RequestView, told: (sentence: string) => Content, group: boolean): Content | null {
  const approval = request.approvals.find(({ id }) => id === event.detail.approval)
  if (!approval || approval.state === 'pending') return null
  const name = `${request.number} (${short(request.subject)})`
  const last = approval.decisions.at(-1)
  const why = last?.comment && !group ? ` “${short(last.comment, 300)}”` : ''
  switch (approval.state) {
    case 'approved':
      return told(`${name}: ${approval.title} is approved.${why}`)
    case 'rejected':
      return told(`${name} was not approved.${why}`)
    case 'later':
    case 'withdrawn':
      return null
  }
}

/** What whoever asked for it hears when a request that had to be kept is filed; the link speaks for them, and is for no group. */
export const filedNotice = ({ number, subject, url: link }: RequestSummary, group: boolean): Content => {
  const url = group ? null : link
  const sentence = `Your request is filed now: ${number} (${short(subject)}).`
  return { type: 'text', text: url === null ? sentence : `${sentence}\n${url}` }
}

/**
 * What somebody has to decide: what, for whom, why. The choices are the two answers and the details where no others are given; `asked` is since when, in words
 * ("3 days ago").
 */
export function approvalCard(approval: ApprovalView, shown: { readonly asked?: string; readonly choices?: readonly Choice[] } = {}): Card {
  const { id, request, title, quorum, decisions } = approval
  const { number, subject, requester, priority, url, fields = [] } = request
  const values = decisionValues(id)
  const given = decisions.filter(({ approved }) => approved).length
  const lines = [
    `Asked for by ${requester}${shown.asked === undefined ? '' : `, ${shown.asked}`}. Priority: ${priority}.`,
    cut(request.description.trim(), 700),
    fields.map(({ label, value }) => `${label}: ${short(value)}`).join('\n'),
    quorum > 1 ? `${title}: ${given} of ${quorum} approvals are there.` : title,
  ]
  return {
    type: 'card',
    title: `${number} · ${subject}`,
    text: lines.filter((line) => line !== '').join('\n\n'),
    ...(url === null ? {} : { link: { label: `Read ${number}`, url } }),
    choices: shown.choices ?? [
      { value: values.approve, label: 'Approve' },
      { value: values.reject, label: 'Reject' },
      { value: values.details, label: 'Details' },
    ],
  }
}

/** What an approver hears who has not decided for a while. The card it is about stands further up; a fresh one comes with the first choice. */
export const reminderOf = ({ id, request: { number, subject, requester } }: ApprovalView): Content => ({
  type: 'choices',
  text: `A reminder: ${number} (${short(subject)}), which ${requester} asked for, still waits for your approval.`,
  choices: [{ value: decisionValues(id).details, label: 'Show it' }],
})

/** What the card reads once nothing is to be decided by this address any more. */
export function decidedCard(approval: ApprovalView): Card {
  const { request, decisions } = approval
  const yes = decisions.filter(({ approved }) => approved).length
  const result = {
    approved: 'Approved',
    rejected: 'Rejected',
    withdrawn: 'No longer needed',
    pending: `Approved by ${yes} of ${approval.quorum}`,
    later: 'Waits for an earlier step',
  }[approval.state]
  const who = decisions.map(
    ({ by, approved, comment }) => `${approved ? 'Approved' : 'Rejected'} by ${by}${comment ? `: “${short(comment, 300)}”` : ''}`,
  )
  return {
    type: 'card',
    title: `${result}: ${request.number}`,
    text: [`${request.requester} asked for: ${short(request.subject)}`, ...who].join('\n'),
  }
}

/** The event's own words; where it does not carry them, the comment that was made at that moment. */
function commentOf(event: RequestEvent, request: RequestView): string | undefined {
  if (event.detail.internal === true) return undefined
  if (typeof event.detail.text === 'string') return event.detail.text
  return request.comments.find(({ at, internal, by }) => !internal && at === event.at && by.kind === event.by.kind)?.text
}

/** One line, cut at a word. */
const short = (words: string, longest = 120): string => cut(words.replaceAll(/\s+/g, ' ').trim(), longest)

function cut(words: string, longest: number): string {
  if (words.length <= longest) return words
  const beginning = words.slice(0, longest).toWellFormed().replace('\ufffd', '')
  return `${beginning.replace(/\s\S{0,30}$/, '')}…`
}

import { createHash } from 'node:crypto'
import type {
  ApprovalView,
  NewRequest,
  Reader,
  RequestPriority,
  RequestStatus,
  RequestSummary,
  RequestType,
} from '../../core/service-desk.ts'
import type { IdentityName } from '../../core/trust.ts'
import type { Row } from './client.ts'
import type { RemoteApprovals, RemoteRequests, RemoteSettings } from './settings.ts'

/** What may change a query where it is put into one: ServiceNow's separator, its scripts, and line ends. */
const unsafe = /[\^\r\n\0]|javascript:/i

/** Puts values into the holes of a path; null where a value would not stay within its hole. */
export function fill(template: string, values: { readonly [hole: string]: string | number }): string | null {
  if (Object.values(values).some((value) => unsafe.test(String(value)))) return null
  return template.replaceAll(/\{(\w+)\}/g, (_, hole: string) => encodeURIComponent(String(values[hole] ?? '')))
}

export const textIn = (row: Row, field: string): string => {
  const value = row[field]
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  // A reference, where the query did not leave its link out.
  const inner = (value as { readonly value?: unknown } | null | undefined)?.value
  return typeof inner === 'string' ? inner : ''
}

/** ISO 8601; "2026-11-22 04:00:00" is UTC, as ServiceNow has it. */
export function timeIn(row: Row, field: string): string | null {
  const text = textIn(row, field)
  const at = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(text) ? `${text.replace(' ', 'T')}Z` : text
  return at === '' || Number.isNaN(Date.parse(at)) ? null : new Date(at).toISOString()
}

/** The first of their words for one of ours. */
const theirs = <Ours extends string>(words: { readonly [word: string]: Ours }, ours: Ours): string | undefined =>
  Object.entries(words).find(([, value]) => value === ours)?.[0]

/** A key as short as any field takes. */
export const keyOf = (key: string): string => `sb-${createHash('sha256').update(key).digest('base64url')}`
export const identityOf = ({ channel, account, key }: IdentityName): string => `${channel}/${account}/${encodeURIComponent(key)}`

/** The numbers that somebody may mean by a text: with a prefix of this type, or bare. */
export function numberFor({ prefix, digits }: RemoteRequests, text: string): string | null {
  const [, said = '', number] = /^\s*#?\s*([a-z]*)[\s-]*0*([1-9]\d{0,14})\s*$/i.exec(text) ?? []
  if (number === undefined || (said !== '' && said.toLowerCase() !== prefix.replace(/[^a-z]/gi, '').toLowerCase())) return null
  return `${prefix}${number.padStart(digits, '0')}`
}

export const requestsOf = (settings: RemoteSettings, type: RequestType): RemoteRequests =>
  type === 'incident' ? settings.incident : settings.serviceRequest

export function summaryOf(
  { link }: Pick<RemoteSettings, 'link'>,
  type: RequestType,
  { fields, statuses, priorities }: RemoteRequests,
  row: Row,
): RequestSummary {
  const number = textIn(row, fields.number)
  const openedAt = timeIn(row, fields.openedAt) ?? new Date(0).toISOString()
  return {
    number,
    type,
    subject: textIn(row, fields.subject),
    status: (statuses[textIn(row, fields.status)] ?? 'open') as RequestStatus,
    priority: (priorities[textIn(row, fields.priority)] ?? 'medium') as RequestPriority,
    openedAt,
    changedAt: timeIn(row, fields.changedAt) ?? openedAt,
    url: link === undefined ? null : fill(link, { number, id: textIn(row, fields.id) }),
  }
}

/** Whatever a query gave: only what is really theirs. A desk that ignores a part of a query it does not know gives everybody's. */
export function isTheirs({ fields }: RemoteRequests, row: Row, { identity, email }: Reader): boolean {
  const named = textIn(row, fields.identity)
  const address = textIn(row, fields.email).toLowerCase()
  return (
    (identity !== null && named !== '' && named === identityOf(identity)) ||
    (email !== null && address !== '' && address === email.toLowerCase())
  )
}

/** A new request in their words. `files` are links to what was attached. */
export function newRow(
  { fields, statuses, priorities, set }: RemoteRequests,
  request: NewRequest,
  key: string,
  files: readonly string[],
): Row {
  const { requester } = request
  const answers = Object.entries(request.fields).map(([name, value]) => `${name}: ${value}`)
  const who = [requester.name, requester.email].filter(Boolean).join(', ')
  const description = [
    request.description,
    answers.join('\n'),
    files.length === 0 ? '' : `Files:\n${files.join('\n')}`,
    `${who === '' ? 'Somebody' : who} (${request.source})`,
  ]
  const open = theirs(statuses, 'open')
  return {
    ...set,
    [fields.subject]: request.subject,
    [fields.description]: description.filter((part) => part.trim() !== '').join('\n\n'),
    [fields.key]: keyOf(key),
    ...(requester.identity ? { [fields.identity]: identityOf(requester.identity) } : {}),
    ...(requester.email ? { [fields.email]: requester.email } : {}),
    ...(open === undefined ? {} : { [fields.status]: open }),
    [fields.priority]: theirs(priorities, request.priority) ?? '',
  }
}

export function approvalOf(map: RemoteApprovals, row: Row): ApprovalView {
  const state = map.states[textIn(row, map.state)] ?? 'later'
  const by = textIn(row, map.email).toLowerCase()
  const comment = textIn(row, map.comment)
  const openedAt = timeIn(row, map.openedAt) ?? new Date(0).toISOString()
  const decided = state === 'approved' || state === 'rejected'
  return {
    id: textIn(row, map.id),
    request: {
      number: textIn(row, map.number),
      subject: textIn(row, map.subject),
      description: textIn(row, map.description),
      requester: textIn(row, map.requester),
      priority: 'medium',
      openedAt,
      url: null,
    },
    title: 'Approval',
    approvers: [by],
    quorum: 1,
    state,
    decisions: decided ? [{ by, approved: state === 'approved', comment: comment === '' ? null : comment, at: openedAt }] : [],
  }
}

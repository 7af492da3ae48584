import { type Kysely, type RawBuilder, sql, type Transaction } from 'kysely'
import type { AccountId, FileId, PersonKey } from '../channel/index.ts'
import type { ChatId, ConversationId } from '../core/conversation.ts'
import type {
  ApprovalState,
  ApprovalView,
  Reader,
  RequestComment,
  RequestPriority,
  RequestStatus,
  RequestSummary,
  RequestType,
  RequestView,
} from '../core/service-desk.ts'
import { numberOf } from './number.ts'
import type { Clock } from './sla.ts'

/** A row of `requests` without what is derived from it. */
export type RequestRow = {
  readonly number: number
  readonly type: RequestType
  readonly status: RequestStatus
  readonly priority: RequestPriority
  readonly subject: string
  readonly description: string
  readonly category: string | null
  readonly item: string | null
  readonly item_title: string | null
  readonly fields: RequestView['fields']
  readonly requester_channel: string | null
  readonly requester_account: AccountId | null
  readonly requester_key: PersonKey | null
  readonly requester_name: string | null
  readonly requester_email: string | null
  readonly source: string
  readonly technician_id: string | null
  readonly technician_name: string | null
  readonly team: string | null
  readonly opened_at: Date
  readonly changed_at: Date
  readonly responded_at: Date | null
  readonly resolved_at: Date | null
  readonly resolution: string | null
  readonly clock_from: Date | null
  readonly waited_minutes: number
  readonly waiting_since: Date | null
  readonly respond_by: Date | null
  readonly resolve_by: Date | null
}

const columns = sql.raw(
  [
    ...['number', 'type', 'status', 'priority', 'subject', 'description', 'category', 'item', 'item_title', 'fields'],
    ...['requester_channel', 'requester_account', 'requester_key', 'requester_name', 'requester_email', 'source'],
    ...['technician_id', 'technician_name', 'team', 'opened_at', 'changed_at', 'responded_at', 'resolved_at', 'resolution'],
    ...['clock_from', 'waited_minutes', 'waiting_since', 'respond_by', 'resolve_by'],
  ]
    .map((name) => `r.${name}`)
    .join(', '),
)

export type ApprovalRow = {
  readonly id: string
  readonly request: number
  readonly step: number
  readonly title: string
  readonly approvers: readonly string[]
  readonly quorum: number
  readonly state: ApprovalState
  readonly decisions: ApprovalView['decisions']
}

export const isoOrNull = (at: Date | string | null): string | null => (at === null ? null : new Date(at).toISOString())
const iso = (at: Date | string): string => new Date(at).toISOString()

export const clockOf = (row: RequestRow): Clock => ({
  from: isoOrNull(row.clock_from),
  waitedMinutes: row.waited_minutes,
  waitingSince: isoOrNull(row.waiting_since),
})

/** Takes a request for this transaction; undefined where there is none of this number and type. Always before its approvals. */
export const lockRequest = async (
  transaction: Transaction<any>,
  wanted: { readonly number: number; readonly type: RequestType | null },
): Promise<RequestRow | undefined> => {
  const { rows } = await sql<RequestRow>`
    select ${columns} from requests r where r.number = ${wanted.number} and (${wanted.type}::text is null or r.type = ${wanted.type}) for update`.execute(
    transaction,
  )
  return rows[0]
}

/** Is it one of this reader's? */
export const isTheirs = (row: RequestRow, { identity, email }: Reader): boolean =>
  (identity !== null &&
    row.requester_channel === identity.channel &&
    row.requester_account === identity.account &&
    row.requester_key === identity.key) ||
  (email !== null && row.requester_email !== null && row.requester_email.toLowerCase() === email.trim().toLowerCase())

export const summaryOf = (row: RequestRow, linkOf: (number: string) => string | null): RequestSummary => {
  const number = numberOf(row.type, row.number)
  return {
    number,
    type: row.type,
    subject: row.subject,
    status: row.status,
    priority: row.priority,
    openedAt: row.opened_at.toISOString(),
    changedAt: row.changed_at.toISOString(),
    url: linkOf(number),
  }
}

/** The requests whose bare numbers this query gives, newest first. */
export const readSummaries = async (db: Kysely<any>, numbers: RawBuilder<unknown>): Promise<readonly RequestRow[]> => {
  const { rows } = await sql<RequestRow>`select ${columns} from requests r where r.number in (${numbers}) order by r.number desc`.execute(
    db,
  )
  return rows
}

type ViewRow = RequestRow & {
  readonly approvals: readonly ApprovalRow[]
  readonly comments: readonly {
    readonly at: string
    readonly kind: RequestComment['by']['kind']
    readonly name: string
    readonly text: string
    readonly internal: boolean
  }[]
  readonly files: readonly { readonly id: FileId; readonly name: string; readonly mime: string; readonly bytes: number }[]
  readonly links: readonly { readonly conversation: ConversationId; readonly chat: ChatId | null }[]
}

/** Comments, files and conversations of one request that are read, the newest. */
const MOST = 500

/** A request whole, in one statement; internal comments only where they are asked for. */
export const readView = async (
  db: Kysely<any>,
  wanted: { readonly number: number; readonly type: RequestType | null },
  internal: boolean,
  linkOf: (number: string) => string | null,
): Promise<{ readonly row: RequestRow; readonly view: RequestView } | null> => {
  const { rows } = await sql<ViewRow>`
    select ${columns},
      (select coalesce(json_agg(${approvalJson} order by a.step), '[]') from approvals a where a.request = r.number) as approvals,
      (select coalesce(json_agg(json_build_object('at', c.at, 'kind', c.by_kind, 'name', c.by_name, 'text', c.text, 'internal', c.internal) order by c.id), '[]')
        from (select * from request_comments where request = r.number and (${internal}::boolean or not internal) order by id desc limit ${MOST}) c) as comments,
      (select coalesce(json_agg(json_build_object('id', f.id, 'name', f.name, 'mime', f.mime, 'bytes', f.bytes) order by rf.at, f.name), '[]')
        from (select * from request_files where request = r.number order by at desc limit ${MOST}) rf join files f on f.id = rf.file) as files,
      (select coalesce(json_agg(json_build_object('conversation', l.conversation, 'chat', l.chat) order by l.at, l.conversation), '[]')
        from (select * from request_links where request = r.number order by at desc limit ${MOST}) l) as links
    from requests r where r.number = ${wanted.number} and (${wanted.type}::text is null or r.type = ${wanted.type})`.execute(db)
  const row = rows[0]
  return row === undefined ? null : { row, view: viewOf(row, linkOf) }
}

const viewOf = (row: ViewRow, linkOf: (number: string) => string | null): RequestView => ({
  ...summaryOf(row, linkOf),
  description: row.description,
  category: row.category,
  item: row.item === null ? null : { id: row.item, title: row.item_title ?? row.item },
  fields: row.fields,
  requester: {
    identity:
      row.requester_channel === null || row.requester_account === null || row.requester_key === null
        ? null
        : { channel: row.requester_channel, account: row.requester_account, key: row.requester_key },
    name: row.requester_name,
    email: row.requester_email,
  },
  source: row.source,
  technician: row.technician_id === null ? null : { id: row.technician_id, name: row.technician_name ?? row.technician_id },
  team: row.team,
  respondBy: isoOrNull(row.respond_by),
  resolveBy: row.status === 'waiting' ? null : isoOrNull(row.resolve_by),
  resolvedAt: isoOrNull(row.resolved_at),
  resolution: row.resolution,
  approvals: row.approvals.map((approval) => approvalOf(approval, row)),
  comments: row.comments.map(({ at, kind, name, text, internal }) => ({ at: iso(at), by: { kind, name }, text, internal })),
  files: row.files,
  conversations: row.links,
})

/** One step as JSON, of a row `a` of `approvals`. */
export const approvalJson = sql`json_build_object('id', a.id, 'request', a.request, 'step', a.step, 'title', a.title, 'approvers', a.approvers, 'quorum', a.quorum,
  'state', a.state, 'decisions', (select coalesce(json_agg(json_build_object('by', d.by, 'approved', d.approved, 'comment', d.comment, 'at', d.at) order by d.at, d.by), '[]')
    from approval_decisions d where d.approval = a.id))`

/** As approvers see it: without the link that speaks for the requester. */
export const approvalOf = (approval: ApprovalRow, row: RequestRow): ApprovalView => {
  const { number, subject, priority, openedAt, url } = summaryOf(row, () => null)
  return {
    id: approval.id,
    request: {
      number,
      subject,
      priority,
      openedAt,
      url,
      requester: row.requester_name ?? row.requester_email ?? 'Guest',
      description: row.description,
      fields: row.fields,
    },
    title: approval.title,
    approvers: approval.approvers,
    quorum: approval.quorum,
    state: approval.state,
    decisions: approval.decisions.map((decision) => ({ ...decision, at: iso(decision.at) })),
  }
}

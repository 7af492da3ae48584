import type { FileId } from '../channel/index.ts'
import type { ChatId, ConversationId } from './conversation.ts'
import type { IdentityName } from './trust.ts'

export type RequestType = 'incident' | 'service-request'
export type RequestPriority = 'low' | 'medium' | 'high' | 'critical'
/** `approval`: somebody has to approve it first. `waiting`: for the requester. `resolved` can be reopened for a week and is `closed` then. */
export type RequestStatus = 'approval' | 'open' | 'in-progress' | 'waiting' | 'resolved' | 'closed' | 'cancelled' | 'rejected'
export const isOver = (status: RequestStatus): boolean =>
  status === 'resolved' || status === 'closed' || status === 'cancelled' || status === 'rejected'

/** How long a resolved request may be reopened by its requester, in days. */
export const REOPEN_DAYS = 7

/** What can be asked for. An incident has no item but a category. */
export type Catalogue = { readonly items: readonly CatalogueItem[]; readonly categories: readonly CatalogueCategory[] }
/** `keywords`: what people call it. */
export type CatalogueCategory = { readonly id: string; readonly title: string; readonly keywords: readonly string[] }
export type CatalogueItem = {
  readonly id: string
  readonly title: string
  readonly category: string
  readonly description: string
  readonly keywords: readonly string[]
  readonly priority: RequestPriority
  readonly fields: readonly CatalogueField[]
  /** In this order; an empty list: nobody has to approve. */
  readonly approvals: readonly ApprovalRule[]
}
/** `ask` is the question as the virtual agent puts it. `lies`: where a day has to lie, seen from the day on which it is given, which counts as both. */
export type CatalogueField = { readonly name: string; readonly label: string; readonly ask: string; readonly required: boolean } & (
  | { readonly kind: 'text' | 'long-text' | 'email' | 'number' }
  | { readonly kind: 'date'; readonly lies?: 'ahead' | 'behind' }
  | {
      readonly kind: 'choice'
      readonly options: readonly { readonly value: string; readonly label: string; readonly also: readonly string[] }[]
    }
)
/** So many (`quorum`) of these addresses have to approve; one rejection ends it. */
export type ApprovalRule = { readonly title: string; readonly approvers: readonly string[]; readonly quorum: number }

/** `email` only where it is proven to be theirs. */
export type Requester = { readonly identity: IdentityName | null; readonly name: string | null; readonly email: string | null }

/** Whose requests: those of this identity, and, where an address is proven, all of that address. */
export type Reader = { readonly identity: IdentityName | null; readonly email: string | null }

export type NewRequest = {
  readonly type: RequestType
  readonly subject: string
  readonly description: string
  readonly category: string | null
  /** The id of a catalogue's item. */
  readonly item: string | null
  /** By the names of the item's fields. */
  readonly fields: { readonly [name: string]: string }
  readonly priority: RequestPriority
  readonly requester: Requester
  /** The words of the history's source filter: "Slack", "Virtual Agent". */
  readonly source: string
  readonly conversation: ConversationId | null
  readonly chat: ChatId | null
  readonly files: readonly FileId[]
}

/** `number` is `INC-…` or `SR-…`. Times are ISO 8601. */
export type RequestSummary = {
  readonly number: string
  readonly type: RequestType
  readonly subject: string
  readonly status: RequestStatus
  readonly priority: RequestPriority
  readonly openedAt: string
  readonly changedAt: string
  /** Where the requester reads on; opens without signing in, for a while. */
  readonly url: string | null
}

export type RequestView = RequestSummary & {
  readonly description: string
  readonly category: string | null
  readonly item: { readonly id: string; readonly title: string } | null
  readonly fields: readonly { readonly name: string; readonly label: string; readonly value: string }[]
  readonly requester: Requester
  readonly source: string
  /** Who works on it. */
  readonly technician: { readonly id: string; readonly name: string } | null
  readonly team: string | null
  /** By when it is to be answered and solved, by the targets of its priority. */
  readonly respondBy: string | null
  readonly resolveBy: string | null
  readonly resolvedAt: string | null
  readonly resolution: string | null
  readonly approvals: readonly ApprovalView[]
  readonly comments: readonly RequestComment[]
  readonly files: readonly { readonly id: FileId; readonly name: string; readonly mime: string; readonly bytes: number }[]
  readonly conversations: readonly { readonly conversation: ConversationId; readonly chat: ChatId | null }[]
}
export type RequestComment = {
  readonly at: string
  readonly by: { readonly kind: 'person' | 'technician' | 'system'; readonly name: string }
  readonly text: string
  /** Only for technicians; never shown to the requester. */
  readonly internal: boolean
}

export type ApprovalState = 'later' | 'pending' | 'approved' | 'rejected' | 'withdrawn'
/** One step of a request's approval. `later`: an earlier step comes first. `withdrawn`: the request ended without it. */
export type ApprovalView = {
  readonly id: string
  readonly request: Pick<RequestSummary, 'number' | 'subject' | 'priority' | 'openedAt' | 'url'> & {
    readonly requester: string
    readonly description: string
    /** What was filled in, where the desk tells it: size, price, cost centre. */
    readonly fields?: RequestView['fields']
  }
  readonly title: string
  readonly approvers: readonly string[]
  readonly quorum: number
  readonly state: ApprovalState
  readonly decisions: readonly { readonly by: string; readonly approved: boolean; readonly comment: string | null; readonly at: string }[]
}

/**
 * The service desk as the virtual agent uses it; built in, or another one over REST. Every call that changes something carries a `key` and happens once,
 * however often it is made with the same one. Throws `DeskAway` where the desk can't be reached, except `open`, which keeps the request then.
 */
export interface ServiceDesk {
  /** `kept`: the desk is away; the request is filed as soon as it is back, and the person is told its number. */
  open(request: NewRequest, key: string): Promise<{ readonly state: 'open'; readonly request: RequestSummary } | { readonly state: 'kept' }>
  /** Newest first. */
  requestsOf(reader: Reader, which: { readonly open: boolean; readonly limit: number }): Promise<readonly RequestSummary[]>
  /** By its number, with or without prefix; null where there is none or it is not theirs. Internal comments are left out. */
  request(number: string, reader: Reader): Promise<RequestView | null>
  /** Open requests of theirs that may be about the same, best first. */
  similar(reader: Reader, words: string, limit: number): Promise<readonly RequestSummary[]>
  comment(
    number: string,
    reader: Reader,
    said: { readonly text: string; readonly by: string; readonly files: readonly FileId[]; readonly source: string },
    key: string,
  ): Promise<Changed>
  /** Within `REOPEN_DAYS` of its resolution. */
  reopen(number: string, reader: Reader, why: string, key: string): Promise<Changed>
  cancel(number: string, reader: Reader, key: string): Promise<Changed>
  /** What waits for this address now, longest waiting first. */
  approvalsOf(email: string): Promise<readonly ApprovalView[]>
  /** By its id, or the number of its request: the step that this address has a say in; null where there is none. */
  approval(idOrNumber: string, email: string): Promise<ApprovalView | null>
  /** `already`: decided meanwhile, see its state. Nobody approves a request of their own. */
  decide(
    id: string,
    by: { readonly email: string; readonly name: string | null },
    approved: boolean,
    comment: string | null,
    key: string,
  ): Promise<
    | { readonly ok: true; readonly approval: ApprovalView }
    | { readonly ok: false; readonly reason: 'not-yours' | 'already' | 'own-request'; readonly approval: ApprovalView | null }
  >
}
export type Changed =
  | { readonly ok: true; readonly request: RequestSummary }
  | { readonly ok: false; readonly reason: 'unknown' | 'over' | 'not-resolved' | 'too-late'; readonly request: RequestSummary | null }

/** The service desk does not answer. */
export class DeskAway extends Error {
  override readonly name = 'DeskAway'
}

/** What was asked for can't be: `field` names what is wrong, `expected` says what would be right. */
export class RequestRefused extends Error {
  override readonly name = 'RequestRefused'
  readonly field: string
  readonly expected: string
  constructor(field: string, expected: string) {
    super(`${field}: expected ${expected}`)
    this.field = field
    this.expected = expected
  }
}

export type DeskActor = { readonly kind: 'technician' | 'system'; readonly id: string; readonly name: string }

/** What technicians and integrations do with requests; only the built-in desk has it. `key` as above. Throws `RequestRefused` where a change can't be made. */
export interface RequestBook {
  open(request: NewRequest, by: DeskActor, key: string): Promise<RequestView>
  find(number: string): Promise<RequestView | null>
  /** Newest first, `before` is the number of the last one of the page before. */
  search(filter: RequestFilter): Promise<{ readonly requests: readonly RequestSummary[]; readonly next: string | null }>
  update(number: string, changes: RequestChanges, by: DeskActor, key: string): Promise<RequestView | null>
  comment(
    number: string,
    said: { readonly text: string; readonly internal: boolean },
    by: DeskActor,
    key: string,
  ): Promise<RequestView | null>
  /** Links one more conversation, or takes a link away. */
  link(number: string, conversation: ConversationId, on: boolean, by: DeskActor): Promise<RequestView | null>
  attach(number: string, files: readonly FileId[], by: DeskActor): Promise<RequestView | null>
  timeline(number: string): Promise<readonly RequestEvent[] | null>
  /** What happened since, over all requests, in order; for notifications and webhooks. */
  eventsAfter(seq: number, limit: number): Promise<readonly RequestEvent[]>
}
export type RequestFilter = {
  readonly status?: readonly RequestStatus[]
  readonly priority?: readonly RequestPriority[]
  readonly type?: RequestType
  readonly technician?: string
  readonly team?: string
  readonly requesterEmail?: string
  readonly conversation?: ConversationId
  readonly text?: string
  /** Not solved by the target of its priority. */
  readonly overdue?: boolean
  readonly before?: string
  readonly limit: number
}
export type RequestChanges = {
  readonly subject?: string
  readonly description?: string
  readonly category?: string | null
  readonly priority?: RequestPriority
  readonly status?: RequestStatus
  /** Needed with `status: 'resolved'`. */
  readonly resolution?: string
  readonly technician?: { readonly id: string; readonly name: string } | null
  readonly team?: string | null
}
/** A line of a request's timeline; `seq` goes up over all requests. `detail` is plain data for display and webhooks. */
export type RequestEvent = {
  readonly seq: number
  readonly number: string
  readonly kind:
    | 'opened'
    | 'changed'
    | 'commented'
    | 'noted'
    | 'file-added'
    | 'linked'
    | 'unlinked'
    | 'approval-asked'
    | 'approval-decided'
    | 'approval-reminded'
    | 'approval-overdue'
    | 'resolved'
    | 'reopened'
    | 'closed'
    | 'cancelled'
    | 'target-missed'
  readonly at: string
  readonly by: { readonly kind: 'person' | 'technician' | 'system'; readonly name: string; readonly identity?: IdentityName }
  readonly detail: { readonly [name: string]: string | number | boolean | null }
}

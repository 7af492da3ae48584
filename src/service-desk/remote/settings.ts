import type { ApprovalState, RequestPriority, RequestStatus } from '../../core/service-desk.ts'

type Words<Value> = { readonly [theirs: string]: Value }

/** Where the requests of one type are in another service desk, and what their fields are called; as `hub.serviceDesk.remote` has it. */
export type RemoteRequests = {
  readonly create: string
  readonly update: string
  readonly byNumber: string
  readonly byKey: string
  readonly byIdentity: string
  readonly byEmail: string
  readonly prefix: string
  readonly digits: number
  readonly fields: {
    readonly id: string
    readonly number: string
    readonly key: string
    readonly identity: string
    readonly email: string
    readonly subject: string
    readonly description: string
    readonly status: string
    readonly priority: string
    readonly openedAt: string
    readonly changedAt: string
    readonly resolvedAt: string
    readonly resolution: string
    readonly comment: string
  }
  readonly statuses: Words<RequestStatus>
  readonly priorities: Words<RequestPriority>
  readonly set: Words<string>
  readonly reopen: Words<string>
  readonly cancel: Words<string>
}
export type RemoteApprovals = {
  readonly waiting: string
  readonly one: string
  readonly decide: string
  readonly id: string
  readonly state: string
  readonly email: string
  readonly number: string
  readonly subject: string
  readonly description: string
  readonly requester: string
  readonly requesterEmail: string
  readonly openedAt: string
  readonly comment: string
  readonly states: Words<ApprovalState>
}
export type RemoteSettings = {
  readonly baseUrl: string
  readonly auth: { readonly user?: string | undefined; readonly password?: string | undefined; readonly bearer?: string | undefined }
  readonly timeoutSeconds: number
  readonly result: string
  readonly link?: string | undefined
  readonly incident: RemoteRequests
  readonly serviceRequest: RemoteRequests
  readonly comments?: { readonly list: string; readonly at: string; readonly by: string; readonly text: string } | undefined
  readonly approvals?: RemoteApprovals | undefined
}

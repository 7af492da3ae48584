import type { ConversationId } from '../../core/conversation.ts'
import type { Catalogue, NewRequest, RequestBook, ServiceDesk } from '../../core/service-desk.ts'
import type { IdentityName } from '../../core/trust.ts'
import type { RequestLinks } from '../request-link.ts'
import type { ApiNeeds } from './needs.ts'
import type { ApiKey } from './requests-caller.ts'
import type { AnsweredCalls } from './requests-once.ts'

/** What the routes about requests need. `book` is null where another service desk keeps the requests: technicians work there then. */
export type RequestApiNeeds = {
  readonly desk: ServiceDesk
  readonly book: RequestBook | null
  readonly catalogue: Catalogue
  readonly keys: readonly ApiKey[]
  readonly calls: AnsweredCalls
  readonly people: People
  readonly webhooks: Webhooks
  readonly links: RequestLinks
  /** Something was changed here: whoever tells people about it looks at once. */
  readonly changed: () => void
  readonly auth: ApiNeeds['auth']
  readonly reading: Pick<ApiNeeds['reading'], 'findFiles' | 'note' | 'summary'>
  readonly files: ApiNeeds['files']
  readonly settings: Pick<ApiNeeds['settings'], 'name' | 'attachments'>
}

/** Who writes in a conversation, as a requester; and whether they want to be told of changes. */
export interface People {
  requesterOf(
    conversation: string,
  ): Promise<{ readonly requester: NewRequest['requester']; readonly source: string; readonly chat: NewRequest['chat'] } | undefined>
  notices(person: IdentityName): Promise<boolean>
  setNotices(person: IdentityName, on: boolean): Promise<void>
}

export type WebhookView = {
  readonly name: string
  readonly url: string
  readonly state: 'working' | 'failing' | 'disabled'
  readonly failingSince: string | null
  readonly failure: string | null
  readonly lastTakenAt: string | null
  readonly waiting: number
  readonly dead: number
}
export interface Webhooks {
  list(): Promise<readonly WebhookView[]>
  /** Sends what was given up once more, from now on; false where there is no such webhook. */
  again(name: string): Promise<boolean>
}
export const asConversation = (id: string): ConversationId => id as ConversationId

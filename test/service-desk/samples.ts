import type { AccountId, PersonKey } from '../../src/channel/index.ts'
import type { ChatId, ConversationId } from '../../src/core/conversation.ts'
import type { NewRequest, Reader, RequestSummary, ServiceDesk } from '../../src/core/service-desk.ts'
import type { IdentityName } from '../../src/core/trust.ts'

let people = 0
export const newcomer = (): IdentityName => ({
  channel: 'telegram',
  account: 'main' as AccountId,
  key: `person-${++people}` as PersonKey,
})
export const incident = (identity: IdentityName | null, more: Partial<NewRequest> = {}): NewRequest => ({
  type: 'incident',
  subject: 'Laptop does not start',
  description: 'The screen stays black after the update.',
  category: 'hardware',
  item: null,
  fields: {},
  priority: 'high',
  requester: { identity, name: 'Kim Lee', email: null },
  source: 'Telegram',
  conversation: `conversation-${identity?.key}` as ConversationId,
  chat: 'chat-1' as ChatId,
  files: [],
  ...more,
})
export const order = (identity: IdentityName | null, item: string, more: Partial<NewRequest> = {}): NewRequest =>
  incident(identity, { type: 'service-request', subject: `Order: ${item}`, item, ...more })

let keys = 0
export const key = (): string => `key-${++keys}`
export const by = (identity: IdentityName | null, email: string | null = null): Reader => ({ identity, email })
export const opened = (answer: Awaited<ReturnType<ServiceDesk['open']>>): RequestSummary => {
  if (answer.state !== 'open') throw new Error('it was only kept')
  return answer.request
}

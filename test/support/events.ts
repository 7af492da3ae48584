import type { Capabilities } from '../../src/channel/capabilities.ts'
import type { AccountId, Address, ConversationKey, EventId, EventOf, PersonKey, PlatformMessageId } from '../../src/channel/index.ts'

/** A channel that carries everything, for tests that are not about channels. */
export const everything: Capabilities = {
  text: { maxLength: 4096, markdown: true },
  choices: { max: 20, maxLabel: 60, maxValueBytes: 200, maxText: 4096 },
  card: { maxChoices: 10, maxTitle: 100, maxText: 1000, image: true, link: true },
  form: false,
  media: { image: { maxBytes: 1e7 }, audio: { maxBytes: 1e7 }, video: { maxBytes: 1e7 }, file: { maxBytes: 1e7 }, maxCaption: 1000 },
  place: true,
  contact: true,
  template: false,
  receipts: [],
  typing: false,
  edit: false,
  reactions: false,
  replyWindow: null,
  idempotentSend: false,
  messagesPerCall: 1,
  sendsPerSecond: null,
  sendsFrom: 'anywhere',
}

export const addressOf = (who: string, channel = 'test'): Address => ({
  channel,
  account: 'main' as AccountId,
  conversation: who as ConversationKey,
  reply: { chat: who },
})

let numbers = 0
/** A message that `who` typed; ids are new each time unless given. */
export function typed(who: string, text: string, more: Partial<EventOf<'message'>> = {}): EventOf<'message'> {
  const number = ++numbers
  return {
    kind: 'message',
    id: `message:${who}:${number}` as EventId,
    at: new Date(1_790_000_000_000 + number * 1_000).toISOString(),
    from: addressOf(who),
    person: { key: who as PersonKey, name: who },
    message: String(number) as PlatformMessageId,
    content: [{ type: 'text', text }],
    ...more,
  }
}

import { type AccountId, type HookRequest, type InboundEvent, id, MalformedRequest, type Parsed } from '../../channel/index.ts'
import type { Update } from './wire.ts'

/** A webhook of Example: a list of updates. Pure; what is not known is named, so that it can be seen and learnt. */
export function parse(request: HookRequest, { account, now }: { readonly account: AccountId; readonly now: () => Date }): Parsed {
  const read = readUpdates(request.body).map((update) => eventOf(update, account, now) ?? String(update?.type ?? 'untyped'))
  return {
    events: read.filter((result): result is InboundEvent => typeof result !== 'string'),
    ignored: read.filter((result) => typeof result === 'string'),
  }
}

function readUpdates(body: Uint8Array): readonly Update[] {
  let read: unknown
  try {
    read = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch (cause) {
    throw new MalformedRequest('The body is not JSON in UTF-8.', { cause })
  }
  const updates = (read as { readonly updates?: unknown } | null)?.updates
  if (!Array.isArray(updates)) throw new MalformedRequest('The body has no list of updates.')
  return updates
}

function eventOf(update: Update, account: AccountId, now: () => Date): InboundEvent | undefined {
  const { message } = update ?? {}
  if (update?.type !== 'message' || message?.from === undefined || message.text === undefined) return undefined
  return {
    kind: 'message',
    id: id(`message:${message.chat}:${message.id}`),
    at: (update.time === undefined ? now() : new Date(update.time)).toISOString(),
    from: { channel: 'example', account, conversation: id(message.chat) },
    person: { key: id(message.from.id), ...(message.from.name === undefined ? {} : { name: message.from.name }) },
    message: id(message.id),
    content: [{ type: 'text', text: message.text }],
  }
}

import {
  type AccountId,
  type Address,
  type Content,
  type HookRequest,
  type InboundEvent,
  id,
  MalformedRequest,
  type Parsed,
  type Person,
  type ReceiptStatus,
} from '../../src/channel/index.ts'
import { listIn, objectIn, readEach, textIn, wanted } from '../../src/channel/kit/meta-webhook.ts'
import { contentOf } from './content.ts'
import { parseExactly } from './exact.ts'
import type { ReplyTo } from './wire.ts'

type Fields = { readonly [key: string]: unknown }
type Reader = (event: Fields, account: AccountId) => Parsed

/** Viber tries again some seconds after it got no answer; a welcome has to come before. */
const welcomeMs = 3_000

/** One callback of the Bot API: one event. Pure. */
export function parse(request: HookRequest, account: AccountId): Parsed {
  const event = readBody(request.body)
  const name = wordOf(event.event)
  // Sent while our set_webhook is still waiting for its answer: any 200 will do.
  if (name === 'webhook') return { events: [], ignored: [], reply: { status: 200 } }
  const reader = Object.hasOwn(readers, name) ? readers[name] : undefined
  if (!reader) return ignore(name.slice(0, 60))
  return readEach(
    [event],
    (one) => reader(one, account),
    () => name,
  )
}

function readBody(body: Uint8Array): Fields {
  let read: unknown
  try {
    read = parseExactly(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch (cause) {
    throw new MalformedRequest('The body is not JSON in UTF-8.', { cause })
  }
  const event = objectIn(read)
  if (wordOf(event.event) === '') throw new MalformedRequest("The body is no callback of Viber's: it names no event.")
  return event
}

const wordOf = (value: unknown): string => textIn(value) ?? ''
const ignore = (what: string): Parsed => ({ events: [], ignored: [what] })
const happened = (...events: readonly InboundEvent[]): Parsed => ({ events, ignored: [] })

const readers: { readonly [event: string]: Reader } = {
  message: said,
  subscribed: (event, account) => happened(membership(event, account, personOf(event.user), 'started')),
  unsubscribed: (event, account) => happened(membership(event, account, { key: id(wanted(event.user_id)) }, 'blocked')),
  conversation_started: opened,
  delivered: (event, account) => receipt(event, account, 'delivered'),
  seen: (event, account) => receipt(event, account, 'read'),
  failed: (event, account) => receipt(event, account, 'failed'),
}

function at(timestamp: unknown): string {
  if (typeof timestamp !== 'number') throw new TypeError('an event without a time')
  return new Date(timestamp).toISOString()
}

const addressOf = (account: AccountId, to: string): Address => ({
  channel: 'viber',
  account,
  conversation: id(to),
  reply: { to } satisfies ReplyTo,
})

/** Without the person's consent Viber tells a name that stands for nobody. */
function personOf(value: unknown): Person {
  const user = objectIn(value)
  const [name, language] = [textIn(user.name), textIn(user.language)]
  return { key: id(wanted(user.id)), ...(name ? { name } : {}), ...(language ? { language } : {}) }
}

/** A pressed button is an ordinary text; what was offered comes back in tracking_data, and tells which value its label stands for. */
function said(event: Fields, account: AccountId): Parsed {
  const person = personOf(event.sender)
  const token = wanted(event.message_token)
  const message = objectIn(event.message)
  const base = { at: at(event.timestamp), from: addressOf(account, person.key), person }
  const chosen = choiceIn(message)
  if (chosen) return happened({ ...base, kind: 'choice', id: id(`message:${token}`), ...chosen })
  const content: readonly Content[] = [contentOf(message)]
  return happened({ ...base, kind: 'message', id: id(`message:${token}`), message: id(token), content })
}

function choiceIn(message: Fields): { readonly value: string; readonly label: string } | undefined {
  if (message.type !== 'text') return undefined
  const text = textIn(message.text)
  const tracked = textIn(message.tracking_data)
  if (text === undefined || tracked === undefined || !tracked.startsWith('{"choices":')) return undefined
  let offered: readonly unknown[]
  try {
    offered = listIn(objectIn(JSON.parse(tracked)).choices)
  } catch {
    return undefined
  }
  for (const one of offered) {
    const [label, value] = listIn(one)
    if (label === text && typeof value === 'string' && value !== '') return { value, label }
  }
  return undefined
}

function membership(event: Fields, account: AccountId, person: Person, change: 'started' | 'blocked'): InboundEvent & { kind: 'contact' } {
  return {
    kind: 'contact',
    id: id(`${wordOf(event.event)}:${wanted(event.message_token)}`),
    at: at(event.timestamp),
    from: addressOf(account, person.key),
    person,
    change,
  }
}

/** The chat was opened, which subscribes nobody yet; one welcome may be said in the answer to this very request. */
function opened(event: Fields, account: AccountId): Parsed {
  const started: InboundEvent = { ...membership(event, account, personOf(event.user), 'started'), sync: { withinMs: welcomeMs } }
  const context = textIn(event.context)
  if (!context) return happened(started)
  const { person, from } = started
  const key = id<InboundEvent['id']>(`context:${wanted(event.message_token)}`)
  return happened(started, { kind: 'invoked', id: key, at: started.at, from, person, command: 'start', text: context })
}

/** One for each device that a message came to: the first counts, the others have the same id. */
function receipt(event: Fields, account: AccountId, status: ReceiptStatus): Parsed {
  const token = wanted(event.message_token)
  const detail = textIn(event.desc)?.slice(0, 200)
  return happened({
    kind: 'receipt',
    id: id(`${wordOf(event.event)}:${token}`),
    at: at(event.timestamp),
    from: addressOf(account, wanted(event.user_id)),
    of: { message: id(token) },
    status,
    ...(status === 'failed'
      ? { failure: { kind: 'rejected', code: 'client_refused', detail: `Viber's app did not take it${detail ? `: ${detail}` : ''}.` } }
      : {}),
  })
}

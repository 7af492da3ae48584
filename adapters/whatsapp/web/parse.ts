import {
  type AccountId,
  type HookRequest,
  type InboundEvent,
  id,
  MalformedRequest,
  type Parsed,
  type ReceiptStatus,
} from '../../../src/channel/index.ts'
import { listIn, objectIn, readEach, textIn, wanted } from '../../../src/channel/kit/meta-webhook.ts'
import { webContentOf } from './content.ts'
import { digitsOf, isConversation, isGroup, pseudonymOf, serverOf, webAddress, webKeyOf, webPerson, whoIn } from './people.ts'
import type { Who } from './wire.ts'

type Told = { readonly [key: string]: unknown }

/** Reads what `listen` has handed in: a `WebEvent` as JSON. Pure. */
export function parse(request: HookRequest, account: AccountId): Parsed {
  const told = readBody(request.body)
  return readEach(
    [told],
    (one) => readEvent(one, account),
    (one) => String(one.event).slice(0, 60),
  )
}

function readBody(body: Uint8Array): Told {
  let read: unknown
  try {
    read = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch (cause) {
    throw new MalformedRequest('The body is not JSON in UTF-8.', { cause })
  }
  const told = objectIn(read)
  if (!textIn(told.event)) throw new MalformedRequest('The body is no event of WhatsApp Web: it has no name.')
  return told
}

const ignore = (what: string): Parsed => ({ events: [], ignored: [what] })
const happened = (...events: readonly InboundEvent[]): Parsed => ({ events, ignored: [] })

function readEvent(told: Told, account: AccountId): Parsed {
  if (told.event === 'state') return readState(told, account)
  const chat = whoIn(told.chat)
  if (!isConversation(chat.id)) return ignore(`chat:${serverOf(chat.id).slice(0, 40)}`)
  switch (told.event) {
    case 'message':
      return readMessage(told, chat, account)
    case 'edit':
      return readEdit(told, chat, account)
    case 'revoke':
      return readRevoke(told, chat, account)
    case 'reaction':
      return readReaction(told, chat, account)
    case 'ack':
      return readAck(told, chat, account)
    case 'group':
      return readGroup(told, chat, account)
    case 'moved':
      return readMoved(told, chat, account)
    default:
      return ignore(String(told.event).slice(0, 60))
  }
}

const personIn = (told: Told) => webPerson(whoIn(told.sender), textIn(told.name))

function readMessage(told: Told, chat: Who, account: AccountId): Parsed {
  const message = objectIn(told.message)
  const name = wanted(message.id)
  if (name.startsWith('true_')) return ignore('message:own')
  const type = textIn(message.type) ?? 'unnamed'
  const sender = whoIn(told.sender)
  const content = webContentOf(message, digitsOf(sender))
  if (content === undefined) return ignore(`message:${type.slice(0, 60)}`)
  const quoted = textIn(message.quoted)
  const own = listIn(told.own).map(textIn)
  const addressed =
    quoted?.startsWith('true_') || listIn(message.mentioned).some((one) => textIn(one) !== undefined && own.includes(textIn(one)))
  return happened({
    kind: 'message',
    // What could not be deciphered may come again, readable.
    id: id(type === 'ciphertext' ? `ciphertext:${name}` : `message:${name}`),
    at: timeOf(message.at, 1000),
    from: webAddress(account, chat, name),
    person: personIn(told),
    message: id(name),
    content,
    ...(quoted ? { replyTo: id(quoted) } : {}),
    ...(isGroup(chat) ? { addressed: addressed === true } : {}),
  })
}

function readEdit(told: Told, chat: Who, account: AccountId): Parsed {
  const message = objectIn(told.message)
  const name = wanted(message.id)
  const content = webContentOf(message, digitsOf(whoIn(told.sender)))
  if (content === undefined) return ignore('edit:nothing-said')
  const at = timeOf(told.at)
  return happened({
    kind: 'revision',
    id: id(`edit:${name}:${Date.parse(at)}`),
    at,
    from: webAddress(account, chat),
    person: personIn(told),
    message: id(name),
    content,
  })
}

function readRevoke(told: Told, chat: Who, account: AccountId): Parsed {
  const name = wanted(told.id)
  const from = webAddress(account, chat)
  return happened({
    kind: 'revision',
    id: id(`revoke:${name}`),
    at: timeOf(told.at),
    from,
    person: personIn(told),
    message: id(name),
    content: null,
  })
}

function readReaction(told: Told, chat: Who, account: AccountId): Parsed {
  const sender = whoIn(told.sender)
  if (listIn(told.own).includes(sender.id)) return ignore('reaction:own')
  const emoji = textIn(told.emoji) ?? ''
  const [about, at] = [wanted(told.about), timeOf(told.at)]
  return happened({
    kind: 'reaction',
    id: id(`reaction:${wanted(told.id)}:${Date.parse(at)}`),
    at,
    from: webAddress(account, chat),
    person: personIn(told),
    message: id(about),
    emoji,
    on: emoji !== '',
  })
}

/** https://docs.wwebjs.dev/global.html#MessageAck: −1 failed, 0 waits, 1 server, 2 device, 3 read, 4 played. */
const statuses = new Map<unknown, ReceiptStatus>([
  [-1, 'failed'],
  [1, 'sent'],
  [2, 'delivered'],
  [3, 'read'],
  [4, 'read'],
])

function readAck(told: Told, chat: Who, account: AccountId): Parsed {
  const status = statuses.get(told.ack)
  if (status === undefined) return ignore('ack:waiting')
  const name = wanted(told.id)
  return happened({
    kind: 'receipt',
    id: id(`ack:${name}:${status}`),
    at: timeOf(told.at),
    from: webAddress(account, chat),
    of: { message: id(name) },
    status,
    ...(status === 'failed' ? { failure: { kind: 'rejected', code: 'failed', detail: 'WhatsApp Web does not say why it failed.' } } : {}),
  })
}

function readGroup(told: Told, chat: Who, account: AccountId): Parsed {
  const change = told.change === 'joined' || told.change === 'left' ? told.change : undefined
  if (change === undefined) return ignore('group:changed')
  const from = webAddress(account, chat)
  return happened({
    kind: 'contact',
    id: id(`group:${wanted(told.id)}:${change}`),
    at: timeOf(told.at),
    from,
    person: personIn(told),
    change,
  })
}

/** Under the number alone, somebody had another key than under the id that hides it. */
function readMoved(told: Told, chat: Who, account: AccountId): Parsed {
  const old = whoIn(told.old)
  const to = webAddress(account, chat)
  const before = old.id === chat.id ? pseudonymOf(old) : webKeyOf(old)
  if (before === undefined || before === to.conversation) return ignore('moved:nowhere')
  const from = { ...webAddress(account, old), conversation: id<typeof to.conversation>(before) }
  return happened({ kind: 'moved', id: id(`moved:${before}:${to.conversation}`), at: timeOf(told.at), from, to })
}

const troubles: { readonly [state: string]: string } = {
  UNPAIRED: 'WhatsApp asks for the hub to be linked to the phone: scan the code, or enter the pairing code, under Linked devices.',
  BLOCKED: 'WhatsApp has blocked this number for breaking its terms. The hub has stopped for good; see the README of WhatsApp.',
}

function readState(told: Told, account: AccountId): Parsed {
  const state = textIn(told.state) ?? 'unnamed'
  const at = timeOf(told.at)
  const base = { kind: 'account', id: id<InboundEvent['id']>(`state:${state}:${Date.parse(at)}`), at } as const
  const from = { channel: 'whatsapp', account, conversation: id<InboundEvent['from']['conversation']>('') }
  if (state === 'READY') return happened({ ...base, from, change: 'restored', detail: 'WhatsApp Web is linked.' })
  const detail = Object.hasOwn(troubles, state) ? troubles[state] : undefined
  return detail === undefined ? ignore(`state:${state.slice(0, 60)}`) : happened({ ...base, from, change: 'revoked', detail })
}

function timeOf(value: unknown, unit = 1): string {
  if (typeof value !== 'number' || !(value > 0 && value * unit < 8.64e15)) throw new TypeError('an event without a time')
  return new Date(value * unit).toISOString()
}

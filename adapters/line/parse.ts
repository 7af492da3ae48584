import {
  type AccountId,
  type Address,
  type HookRequest,
  type InboundEvent,
  id,
  MalformedRequest,
  type Parsed,
  type Person,
} from '../../src/channel/index.ts'
import { listIn, objectIn, readEach, textIn, wanted } from '../../src/channel/kit/meta-webhook.ts'
import { contentOf } from './content.ts'
import type { ReadRef, ReplyTo } from './wire.ts'

type Fields = { readonly [key: string]: unknown }
type Context = { readonly account: AccountId; readonly bot: string | undefined }

/** One webhook of the Messaging API: events of several people. Pure. No event at all is LINE's trial of the address. */
export function parse(request: HookRequest, account: AccountId): Parsed {
  const { events, bot } = readBody(request.body)
  if (events.length === 0) return { events: [], ignored: [], reply: { status: 200 } }
  return readEach(events, (event) => read(objectIn(event), { account, bot }), nameOf)
}

function readBody(body: Uint8Array): { readonly events: readonly unknown[]; readonly bot: string | undefined } {
  let read: unknown
  try {
    read = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch (cause) {
    throw new MalformedRequest('The body is not JSON in UTF-8.', { cause })
  }
  const { events, destination } = objectIn(read)
  if (!Array.isArray(events)) throw new MalformedRequest("The body is no webhook of LINE's: it has no list of events.")
  return { events, bot: textIn(destination) }
}

const nameOf = (event: unknown): string => textIn(objectIn(event).type)?.slice(0, 60) ?? 'event'
const ignore = (what: string): Parsed => ({ events: [], ignored: [what] })
const happened = (...events: readonly InboundEvent[]): Parsed => ({ events, ignored: [] })

function read(event: Fields, context: Context): Parsed {
  const type = wanted(event.type)
  if (event.mode === 'standby') return ignore(`${type.slice(0, 60)}:standby`)
  if (type === 'botSuspended' || type === 'botResumed') return account(event, type, context)
  const kind = kinds[type]
  if (!kind) return ignore(nameOf(event))
  if (context.bot !== undefined && objectIn(event.source).userId === context.bot) return ignore(`${type}:own`)
  return kind(event, context)
}

const kinds: { readonly [type: string]: (event: Fields, context: Context) => Parsed } = {
  message: said,
  postback: pressed,
  unsend: unsent,
  follow: (event, context) => membership(event, context, 'started'),
  unfollow: (event, context) => membership(event, context, 'blocked'),
  join: (event, context) => membership(event, context, 'joined'),
  leave: (event, context) => membership(event, context, 'left'),
  memberJoined: (event, context) => members(event, context, 'joined'),
  memberLeft: (event, context) => members(event, context, 'left'),
}

function at(timestamp: unknown): string {
  if (typeof timestamp !== 'number') throw new TypeError('an event without a time')
  return new Date(timestamp).toISOString()
}

/** A private chat is one conversation with its person; a group or a room is one, whoever speaks in it. */
function placeOf(event: Fields, { account }: Context): { readonly from: Address; readonly person: Person; readonly isPrivate: boolean } {
  const source = objectIn(event.source)
  const kind = source.type
  if (kind !== 'user' && kind !== 'group' && kind !== 'room') throw new TypeError('an event from nowhere')
  const to = wanted(source[`${kind}Id`])
  const token = textIn(event.replyToken)
  const again = objectIn(event.deliveryContext).isRedelivery === true
  const reply: ReplyTo = { to, kind, ...(token ? { token, at: at(event.timestamp), ...(again ? { again } : {}) } : {}) }
  return {
    from: { channel: 'line', account, conversation: id(to), reply },
    person: { key: id(textIn(source.userId) ?? `someone:${to}`) },
    isPrivate: kind === 'user',
  }
}

const happeningId = (event: Fields) => `event:${wanted(event.webhookEventId)}`

function said(event: Fields, context: Context): Parsed {
  const message = objectIn(event.message)
  const { from, person, isPrivate } = placeOf(event, context)
  const messageId = wanted(message.id)
  const quoted = textIn(message.quotedMessageId)
  const read = textIn(message.markAsReadToken)
  const album = textIn(objectIn(message.imageSet).id)
  return happened({
    kind: 'message',
    id: id(`message:${messageId}`),
    at: at(event.timestamp),
    from,
    person,
    message: id(messageId),
    content: [contentOf(message, messageId)],
    ...(quoted ? { replyTo: id(quoted) } : {}),
    ...(album ? { album } : {}),
    ...(isPrivate ? {} : { addressed: isAddressed(message, context.bot) }),
    ...(read ? { ref: { read } satisfies ReadRef } : {}),
  })
}

/** LINE tells who is mentioned and which message is quoted, not who wrote that: a quote counts, unless it mentions only others. */
function isAddressed(message: Fields, bot: string | undefined): boolean {
  const mentioned = listIn(objectIn(message.mention).mentionees).map(objectIn)
  if (mentioned.some(({ isSelf, userId }) => isSelf === true || (bot !== undefined && userId === bot))) return true
  return mentioned.length === 0 && textIn(message.quotedMessageId) !== undefined
}

function pressed(event: Fields, context: Context): Parsed {
  const value = textIn(objectIn(event.postback).data)
  if (value === undefined) return ignore('postback:without-data')
  const { from, person } = placeOf(event, context)
  return happened({ kind: 'choice', id: id(happeningId(event)), at: at(event.timestamp), from, person, value })
}

function unsent(event: Fields, context: Context): Parsed {
  const message = wanted(objectIn(event.unsend).messageId)
  const { from, person } = placeOf(event, context)
  return happened({
    kind: 'revision',
    id: id(`unsend:${message}`),
    at: at(event.timestamp),
    from,
    person,
    message: id(message),
    content: null,
  })
}

function membership(event: Fields, context: Context, change: 'started' | 'blocked' | 'joined' | 'left'): Parsed {
  const { from, person } = placeOf(event, context)
  return happened({ kind: 'contact', id: id(happeningId(event)), at: at(event.timestamp), from, person, change })
}

/** Somebody else came to a group or left it. */
function members(event: Fields, context: Context, change: 'joined' | 'left'): Parsed {
  const { from } = placeOf(event, context)
  const all = listIn(objectIn(event[change]).members).map((member) => wanted(objectIn(member).userId))
  const people = [...new Set(all)].filter((member) => member !== context.bot)
  if (people.length === 0) return ignore(`${wanted(event.type)}:own`)
  return happened(
    ...people.map(
      (key): InboundEvent => ({
        kind: 'contact',
        id: id(`${happeningId(event)}:${key}`),
        at: at(event.timestamp),
        from,
        person: { key: id(key) },
        change,
        member: true,
      }),
    ),
  )
}

function account(event: Fields, type: 'botSuspended' | 'botResumed', { account }: Context): Parsed {
  const suspended = type === 'botSuspended'
  return happened({
    kind: 'account',
    id: id(happeningId(event)),
    at: at(event.timestamp),
    from: { channel: 'line', account, conversation: id('') },
    change: suspended ? 'limited' : 'restored',
    detail: suspended ? 'LINE has suspended the official account.' : 'LINE has lifted the suspension of the official account.',
  })
}

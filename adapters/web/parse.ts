import {
  type AccountId,
  type HookRequest,
  type InboundEvent,
  id,
  MalformedRequest,
  type Media,
  type MediaKind,
  type Parsed,
  type Person,
} from '../../src/channel/index.ts'
import { bearerOf, peekToken } from '../../src/channel/kit/token.ts'
import { anyBody, type BodyKind, bodies, bodyKinds, type UploadRef } from './wire.ts'

/** One post of a chat page. Who speaks, and where, stands in the token alone. Pure but for the time, which is the hub's. */
export function parse(request: HookRequest, { account, now }: { readonly account: AccountId; readonly now: () => Date }): Parsed {
  const token = peekToken(bearerOf(request.headers.authorization))
  if (!token) throw new MalformedRequest('The token cannot be read.')
  const body = readBody(request.body)
  const said = bodyKinds.filter((kind) => kind in body)
  const [kind] = said
  if (kind === undefined) return { events: [], ignored: [unknownKind(body)] }
  if (said.length > 1) throw new MalformedRequest(`The body says several things at once: ${said.join(', ')}.`)
  const person: Person = { key: id(token.person), ...(token.name === undefined ? {} : { name: token.name }) }
  const base = {
    from: { channel: 'web', account, conversation: id<InboundEvent['from']['conversation']>(token.conversation) },
    at: now().toISOString(),
  }
  return { events: [eventOf(kind, body, base, person)], ignored: [] }
}

type Body = { readonly id: string; readonly [key: string]: unknown }

function readBody(bytes: Uint8Array): Body {
  let given: unknown
  try {
    given = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw new MalformedRequest('The body is not JSON in UTF-8.', { cause })
  }
  const body = anyBody.safeParse(given)
  if (!body.success) throw new MalformedRequest('The body has no usable id: 1 to 64 characters of A-Z, a-z, 0-9, _ and -.')
  return body.data
}

/** The names of its keys, as far as they are names. */
function unknownKind(body: Body): string {
  const keys = Object.keys(body).filter((key) => key !== 'id' && /^[A-Za-z]\w{0,39}$/.test(key))
  return keys.slice(0, 5).sort().join('+') || 'nothing'
}

function read<Kind extends BodyKind>(kind: Kind, body: Body) {
  const result = bodies[kind].safeParse(body)
  if (result.success) return result.data as ReturnType<(typeof bodies)[Kind]['parse']>
  const [issue] = result.error.issues
  throw new MalformedRequest(`${issue?.path.join('.') || kind} is not what it should be (${issue?.code}).`)
}

/** Ids are unique only within a person's page, so an event's id contains the conversation. */
function eventOf(kind: BodyKind, body: Body, base: Pick<InboundEvent, 'from' | 'at'>, person: Person): InboundEvent {
  const named = (what: string) => ({ ...base, id: id<InboundEvent['id']>(`${what}:${base.from.conversation}:${body.id}`) })
  switch (kind) {
    case 'text': {
      const { text } = read(kind, body)
      return { ...named('message'), kind: 'message', person, message: id(body.id), content: [{ type: 'text', text }] }
    }
    case 'file':
      return { ...named('message'), kind: 'message', person, message: id(body.id), content: [mediaOf(read(kind, body))] }
    case 'choice': {
      const { value, label } = read(kind, body).choice
      return { ...named('choice'), kind: 'choice', person, value, label }
    }
    case 'started':
      read(kind, body)
      return { ...named('started'), kind: 'contact', person, change: 'started' }
    case 'read':
      return { ...named('read'), kind: 'receipt', of: { upTo: read(kind, body).read.upTo }, status: 'read' }
  }
}

/** The upload is fetched like any other platform's file, so that it is checked, named and kept with its conversation in the same way. */
function mediaOf({ file, caption, name, mime, bytes }: ReturnType<(typeof bodies)['file']['parse']>): Media {
  const more = {
    ...(name === undefined ? {} : { name }),
    ...(mime === undefined ? {} : { mime }),
    ...(bytes === undefined ? {} : { bytes }),
  }
  const ref: UploadRef = { upload: file }
  return { type: 'media', kind: kindOf(mime), file: { ref, ...more }, ...(caption ? { caption } : {}) }
}

function kindOf(mime: string | undefined): MediaKind {
  const [family] = (mime ?? '').split('/')
  return family === 'image' && mime !== 'image/svg+xml' ? 'image' : family === 'audio' || family === 'video' ? family : 'file'
}

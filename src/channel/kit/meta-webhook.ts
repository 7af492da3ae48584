import type { HookRequest, Parsed, Verdict } from '../adapter.ts'
import { MalformedRequest } from '../failure.ts'
import { isSecret, isSigned, type Secrets } from './signature.ts'

/** What Messenger and WhatsApp have in common: https://developers.facebook.com/docs/graph-api/webhooks/getting-started */
export type MetaSecrets = { readonly appSecret: Secrets; readonly verifyToken: Secrets }

/** A GET must know the verify token; a POST is signed with the app's secret, over the bytes as they came (Meta escapes what is not ASCII). */
export function verifyMeta(request: HookRequest, secrets: MetaSecrets): Verdict {
  if (request.method === 'GET') {
    if (request.query['hub.mode'] !== 'subscribe') return { ok: false, status: 403, reason: 'hub.mode is not subscribe.' }
    if (isSecret(request.query['hub.verify_token'], secrets.verifyToken)) return { ok: true }
    return { ok: false, status: 403, reason: 'hub.verify_token is not ours.' }
  }
  const given = request.headers['x-hub-signature-256']
  const by = { algorithm: 'sha256', secrets: secrets.appSecret, data: request.body, encoding: 'hex', prefix: 'sha256=' } as const
  if (isSigned(given, by)) return { ok: true }
  return { ok: false, status: 401, reason: given === undefined ? 'X-Hub-Signature-256 is missing.' : 'X-Hub-Signature-256 does not fit.' }
}

/** The answer to the GET with which Meta tries a webhook's address; undefined for a POST. */
export function challengeOf(request: HookRequest): Parsed | undefined {
  if (request.method !== 'GET') return undefined
  const challenge = request.query['hub.challenge'] ?? ''
  if (!/^[\w.~-]{1,256}$/.test(challenge)) throw new MalformedRequest('hub.challenge is missing, or is no word.')
  return { events: [], ignored: [], reply: { status: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: challenge } }
}

export type MetaBody = { readonly object: string; readonly entry: readonly MetaEntry[] }
export type MetaEntry = { readonly id?: unknown; readonly time?: unknown; readonly [field: string]: unknown }

/** Throws `MalformedRequest` for what no webhook of Meta looks like; any `object` is let through. */
export function readMetaBody(body: Uint8Array): MetaBody {
  let read: unknown
  try {
    read = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch (cause) {
    throw new MalformedRequest('The body is not JSON in UTF-8.', { cause })
  }
  const { object, entry } = (typeof read === 'object' && read !== null ? read : {}) as { object?: unknown; entry?: unknown }
  if (typeof object !== 'string' || object === '') throw new MalformedRequest('The body is no webhook of Meta: it has no object.')
  if (!Array.isArray(entry)) throw new MalformedRequest('The body is no webhook of Meta: it has no list of entries.')
  return { object, entry: entry.map((one) => (typeof one === 'object' && one !== null ? (one as MetaEntry) : {})) }
}

export const ignore = (what: string): Parsed => ({ events: [], ignored: [what] })
export const happened = (...events: Parsed['events']): Parsed => ({ events, ignored: [] })

/** Answers the challenge, or reads every entry on its own; a body about another `object` than the channel's is named in `ignored`. Where `read` finds nothing to tell, all was taken. */
export function parseMeta(request: HookRequest, wantedObject: string, read: (entry: MetaEntry) => Parsed): Parsed {
  const challenge = challengeOf(request)
  if (challenge) return challenge
  const { object, entry } = readMetaBody(request.body)
  if (object !== wantedObject) return ignore(`object:${object.slice(0, 40)}`)
  const all = readEach(entry, read, () => 'entry')
  if (entry.length === 0) return ignore('no-entries')
  return all.events.length + all.ignored.length > 0 ? all : { ...all, reply: { status: 200 } }
}

/** Reads each item on its own, so that one that nobody can read does not take the others with it: it is named in `ignored`. */
export function readEach<Item>(
  items: readonly Item[],
  read: (item: Item) => Parsed,
  nameOf: (item: Item) => string,
): { readonly events: Parsed['events'][number][]; readonly ignored: string[] } {
  const events: Parsed['events'][number][] = []
  const ignored: string[] = []
  for (const item of items) {
    try {
      const parsed = read(item)
      events.push(...parsed.events)
      ignored.push(...parsed.ignored)
    } catch (cause) {
      if (!(cause instanceof TypeError || cause instanceof RangeError)) throw cause
      ignored.push(`${nameOf(item)}:unexpected-shape`)
    }
  }
  return { events, ignored }
}

/** The value as a text that says something; throws `TypeError`, which `readEach` turns into a name. */
export function wanted(value: unknown): string {
  if (typeof value === 'string' && value !== '') return value
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value)
  throw new TypeError('an id or a text is missing')
}

/** The value where it is a text that says something. */
export const textIn = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)
/** The value where it is an object, else an empty one. */
export const objectIn = (value: unknown): { readonly [key: string]: unknown } =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as { [key: string]: unknown }) : {}
/** The value where it is a list, else an empty one. */
export const listIn = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

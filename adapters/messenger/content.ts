import type { Content, MediaKind } from '../../src/channel/index.ts'
import { listIn, objectIn, textIn } from '../../src/channel/kit/meta-webhook.ts'
import type { MessengerFileRef, WireMessage } from './wire.ts'

const kinds: { readonly [type: string]: MediaKind } = { image: 'image', audio: 'audio', video: 'video', file: 'file' }
/** The thumb in its three sizes. */
const thumbs = new Set(['369239263222822', '369239343222814', '369239383222810'])

/** What a message says, in the order in which Messenger shows it; never empty. */
export function contentOf(message: WireMessage): readonly Content[] {
  const text = textIn(message.text)
  const attached = listIn(message.attachments).flatMap((one) => attachment(objectIn(one), text) ?? [])
  const said: readonly Content[] = [...(text === undefined ? [] : [{ type: 'text', text } as const]), ...attached]
  return said.length > 0 ? said : [{ type: 'unreadable', platformType: subjectOf(message) }]
}

const envelope = new Set(['mid', 'seq', 'text', 'reply_to', 'attachments', 'referral', 'quick_reply', 'app_id', 'metadata', 'nlp'])
const subjectOf = (message: WireMessage): string => Object.keys(message).find((key) => !envelope.has(key)) ?? 'empty'

/** Undefined where the words above say it already: a shared link comes as text and as an attachment. */
function attachment(one: { readonly [key: string]: unknown }, text: string | undefined): Content | undefined {
  const type = textIn(one.type) ?? 'attachment'
  const payload = objectIn(one.payload)
  const url = textIn(payload.url) ?? textIn(one.url)
  const title = textIn(payload.title) ?? textIn(one.title)
  const kind = Object.hasOwn(kinds, type) ? kinds[type] : undefined
  if (kind && url) return media(kind, url, payload.sticker_id)
  const place = objectIn(payload.coordinates)
  if (typeof place.lat === 'number' && typeof place.long === 'number')
    return { type: 'place', latitude: place.lat, longitude: place.long, ...(title ? { name: title } : {}) }
  const words = [title, url].filter((part) => part !== undefined).join('\n')
  if (type === 'fallback' && text !== undefined && (url === undefined || text.includes(url))) return undefined
  if (type === 'fallback' && words !== '') return { type: 'text', text: words }
  return { type: 'unreadable', platformType: type, ...(words ? { text: words } : {}) }
}

function media(kind: MediaKind, url: string, sticker: unknown): Content {
  const name = kind === 'file' ? nameIn(url) : undefined
  const ref: MessengerFileRef = { url, ...(name ? { name } : {}) }
  const isSticker = typeof sticker === 'number' || typeof sticker === 'string'
  const thumb = isSticker && thumbs.has(String(sticker))
  return {
    type: 'media',
    kind,
    file: { ...(name ? { name } : {}), ref },
    ...(thumb ? { caption: '👍' } : {}),
    ...(isSticker ? { sticker: true } : {}),
  }
}

/** A file's address ends with its name. */
function nameIn(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined
  const last = new URL(url).pathname.split('/').at(-1) ?? ''
  if (!/\.[A-Za-z0-9]{1,8}$/.test(last)) return undefined
  try {
    return decodeURIComponent(last)
  } catch {
    return last
  }
}

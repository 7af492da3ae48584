import type { Contact, Content, MediaKind } from '../../../src/channel/index.ts'
import { listIn, objectIn, textIn } from '../../../src/channel/kit/meta-webhook.ts'
import type { WebFileRef } from './wire.ts'

type Told = { readonly [key: string]: unknown }

const kinds: { readonly [type: string]: MediaKind } = {
  image: 'image',
  sticker: 'image',
  video: 'video',
  audio: 'audio',
  ptt: 'audio',
  document: 'file',
}

/** What WhatsApp writes into a chat by itself; nobody said it. `revoked`: taken back before we saw it. */
const notices = new Set([
  'album',
  'broadcast_notification',
  'call_log',
  'debug',
  'e2e_notification',
  'gp2',
  'group_notification',
  'keep_in_chat',
  'newsletter_notification',
  'notification',
  'notification_template',
  'pin_message',
  'protocol',
  'reaction',
  'revoked',
])

/** What a message says; undefined where nobody said anything. `digits`: the sender's number, to know a card of their own. */
export function webContentOf(message: Told, digits: string | undefined): readonly Content[] | undefined {
  const type = textIn(message.type) ?? 'unnamed'
  if (notices.has(type)) return undefined
  const body = textIn(message.body)
  const kind = Object.hasOwn(kinds, type) ? kinds[type] : undefined
  if (kind && message.hasMedia === true && textIn(message.id)) return [media(kind, message, type === 'sticker')]
  if (kind && message.viewOnce === true) return [{ type: 'unreadable', platformType: 'view_once' }]
  if (/^(chat|buttons_response|list_response|template_button_reply)$/.test(type) && body) return [{ type: 'text', text: body }]
  const place = objectIn(message.place)
  if (type === 'location' && typeof place.latitude === 'number' && typeof place.longitude === 'number') return [placeOf(place)]
  if (type === 'vcard' || type === 'multi_vcard') {
    const cards = listIn(message.cards).flatMap((card) => contactOf(textIn(card) ?? '', digits) ?? [])
    if (cards.length > 0) return cards
  }
  const lines = [body, ...listIn(message.options).map(textIn)].filter((line) => line !== undefined)
  return [{ type: 'unreadable', platformType: type.slice(0, 60), ...(lines.length > 0 ? { text: lines.join('\n') } : {}) }]
}

function media(kind: MediaKind, message: Told, sticker: boolean): Content {
  const mime = textIn(message.mime)?.split(';')[0]?.trim()
  const name = textIn(message.fileName)
  const caption = textIn(message.body)
  const bytes = typeof message.bytes === 'number' && message.bytes > 0 ? { bytes: message.bytes } : {}
  const known = { ...(mime ? { mime } : {}), ...(name ? { name } : {}) }
  const ref: WebFileRef = { message: textIn(message.id)!, ...known }
  return { type: 'media', kind, file: { ...known, ...bytes, ref }, ...(caption ? { caption } : {}), ...(sticker ? { sticker: true } : {}) }
}

function placeOf(place: Told): Content {
  const [name, address] = [textIn(place.name), textIn(place.address)]
  const [latitude, longitude] = [place.latitude as number, place.longitude as number]
  return { type: 'place', latitude, longitude, ...(name ? { name } : {}), ...(address ? { address } : {}) }
}

/** A card (RFC 6350) read for its name, numbers and addresses; WhatsApp marks a number that it knows by `waid`. */
function contactOf(card: string, digits: string | undefined): Contact | undefined {
  const lines = card
    .replace(/\r?\n[ \t]/g, '')
    .split(/\r?\n/)
    .flatMap((line) => {
      const found = /^(?:[\w-]+\.)?([A-Za-z-]+)((?:;[^:]*)?):(.*)$/.exec(line)
      return found ? [{ name: found[1]!.toUpperCase(), marks: found[2]!, value: unescaped(found[3]!).trim() }] : []
    })
  const all = (name: string) => lines.filter((line) => line.name === name && line.value !== '')
  const phones = all('TEL')
  const called = all('FN')[0]?.value ?? all('N')[0]?.value.replace(/;+/g, ' ').trim() ?? phones[0]?.value
  if (!called) return undefined
  const known = phones.flatMap(({ marks }) => /;waid=(\d+)/i.exec(marks)?.[1] ?? [])
  return {
    type: 'contact',
    name: called,
    phones: phones.map(({ value }) => value),
    emails: all('EMAIL').map(({ value }) => value),
    ...(known.length > 0 && digits !== undefined ? { own: known.includes(digits) } : {}),
  }
}

const unescaped = (value: string): string => value.replace(/\\([\\,;nN])/g, (_, sign: string) => (/n/i.test(sign) ? '\n' : sign))

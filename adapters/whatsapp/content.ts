import type { Contact, Content, MediaKind, Unreadable } from '../../src/channel/index.ts'
import { listIn, objectIn, textIn } from '../../src/channel/kit/meta-webhook.ts'
import type { WhatsAppFileRef, WireMessage } from './wire.ts'

type Told = { readonly [key: string]: unknown }
const kinds: { readonly [type: string]: MediaKind } = { image: 'image', sticker: 'image', video: 'video', audio: 'audio', document: 'file' }

/** What a message says; never empty. `from`: the sender's number, to know a card of their own. */
export function contentOf(message: WireMessage, from: string | undefined): readonly Content[] {
  const type = textIn(message.type) ?? 'unnamed'
  const told = objectIn(message[type])
  const kind = Object.hasOwn(kinds, type) ? kinds[type] : undefined
  if (kind && textIn(told.id)) return [media(kind, told, type === 'sticker')]
  if (type === 'text' && typeof told.body === 'string') return [{ type: 'text', text: told.body }]
  if (type === 'location' && typeof told.latitude === 'number' && typeof told.longitude === 'number') return [place(told)]
  if (type === 'contacts') {
    const cards = listIn(message.contacts).map((card) => contact(objectIn(card), from))
    if (cards.length > 0) return cards
  }
  return [unreadable(message, type, told)]
}

function media(kind: MediaKind, told: Told, sticker: boolean): Content {
  const mime = textIn(told.mime_type)?.split(';')[0]?.trim()
  const name = textIn(told.filename)
  const caption = textIn(told.caption)
  const known = { ...(mime ? { mime } : {}), ...(name ? { name } : {}) }
  const ref: WhatsAppFileRef = { media: textIn(told.id)!, ...known }
  return { type: 'media', kind, file: { ...known, ref }, ...(caption ? { caption } : {}), ...(sticker ? { sticker: true } : {}) }
}

function place(told: Told): Content {
  const [name, address] = [textIn(told.name), textIn(told.address)]
  const [latitude, longitude] = [told.latitude as number, told.longitude as number]
  return { type: 'place', latitude, longitude, ...(name ? { name } : {}), ...(address ? { address } : {}) }
}

/** `own` where the card's WhatsApp number is the sender's: WhatsApp vouches for that one. */
function contact(card: Told, from: string | undefined): Contact {
  const phones = listIn(card.phones).map(objectIn)
  const emails = listIn(card.emails).flatMap((email) => textIn(objectIn(email).email) ?? [])
  const named = objectIn(card.name)
  const numbers = phones.flatMap(({ phone, wa_id }) => textIn(phone) ?? textIn(wa_id) ?? [])
  const accounts = phones.flatMap(({ wa_id }) => textIn(wa_id) ?? [])
  return {
    type: 'contact',
    name: textIn(named.formatted_name) ?? textIn(named.first_name) ?? numbers[0] ?? 'Contact',
    phones: numbers,
    emails,
    ...(accounts.length > 0 && from !== undefined ? { own: accounts.includes(from) } : {}),
  }
}

/** Something that we cannot read, with the words in it that a human can. */
function unreadable(message: WireMessage, type: string, told: Told): Unreadable {
  const named = type === 'unsupported' ? (textIn(told.type) ?? type) : type
  const text = type === 'order' ? orderAsText(told) : type === 'interactive' ? formAsText(told) : errorAsText(message)
  return { type: 'unreadable', platformType: named.slice(0, 60), ...(text ? { text } : {}) }
}

function orderAsText(order: Told): string {
  const items = listIn(order.product_items).map(objectIn)
  const lines = items.map((item) => {
    const price = typeof item.item_price === 'number' ? ` at ${item.item_price} ${textIn(item.currency) ?? ''}`.trimEnd() : ''
    return `${Number(item.quantity) || 1} × ${textIn(item.product_retailer_id) ?? 'item'}${price}`
  })
  return [textIn(order.text), ...lines].filter(Boolean).join('\n')
}

/** A filled-in form (flow): its own words, then its answers as they came. */
function formAsText(interactive: Told): string {
  const form = objectIn(interactive.nfm_reply)
  return [textIn(form.body), textIn(form.response_json)].filter(Boolean).join('\n')
}

const errorAsText = (message: WireMessage): string | undefined => {
  const error = objectIn(listIn(message.errors)[0])
  return textIn(objectIn(error.error_data).details) ?? textIn(error.title)
}

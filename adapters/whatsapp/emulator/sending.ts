import type { Json } from '../../../src/channel/index.ts'
import type { StagedChat, StagedFile, StagedMessage } from '../../../src/channel/kit/emulator/stage.ts'
import { listIn, objectIn, textIn } from '../../../src/channel/kit/meta-webhook.ts'
import { type CloudNumber, Refusal, tellStatus } from './number.ts'
import { readAll } from './people.ts'
import { fillTemplate } from './templates.ts'

type Fields = { readonly [name: string]: unknown }
type Written = Pick<StagedMessage, 'text' | 'buttons' | 'file' | 'place' | 'contact'>

const day = 24 * 3_600_000
const bad = (details: string) => new Refusal(131009, details)
const missing = (name: string) => new Refusal(131008, `Required parameter is missing: ${name}`)

/** `POST /{number}/messages`: a message, a reaction, or "read" with or without "typing". */
export function sendMessage(number: CloudNumber, fields: Fields): Json {
  if (fields.messaging_product !== 'whatsapp') throw missing('messaging_product')
  if (fields.status === 'read') return markRead(number, fields)
  const { chat, answer } = recipientOf(number, fields)
  const type = textIn(fields.type) ?? 'text'
  if (type === 'reaction') return react(number, chat, objectIn(fields.reaction), answer)
  countPair(number, chat)
  if (type !== 'template' && Date.now() - (chat.lastHeardAt ?? 0) > day)
    throw new Refusal(
      131047,
      'Message failed to send because more than 24 hours have passed since the customer last replied to this number.',
    )
  const written = writtenOf(number, type, fields)
  const id = `wamid.${Buffer.from(`${chat.id}:OUT${number.stage.next()}:${Date.now()}`).toString('base64')}`
  const at = Date.now()
  number.stage.show(chat, { id, by: 'hub', at, reactions: {}, ...written })
  number.stage.accepted.push({ at, chat: chat.key, message: id, text: written.text, method: `messages:${type}`, payload: fields as Json })
  follow(number, chat, id, textIn(fields.biz_opaque_callback_data))
  return { messaging_product: 'whatsapp', contacts: [answer], messages: [{ id }] }
}

/** Where the phone is on, it is delivered; who has blocked us or left never gets it. */
function follow(number: CloudNumber, chat: StagedChat, id: string, callback: string | undefined): void {
  const message = { id, ...(callback ? { callback } : {}) }
  if (callback) number.callbacks.set(id, callback)
  const code = number.gone.has(chat.key) ? 131026 : number.failLater.shift()
  if (code !== undefined) {
    tellStatus(number, chat, message, 'failed', code)
    return
  }
  tellStatus(number, chat, message, 'sent')
  if (chat.blocked) return
  tellStatus(number, chat, message, 'delivered')
  if (number.stage.watchers.size > 0) readAll(number, chat)
}

function recipientOf(
  number: CloudNumber,
  fields: Fields,
): { readonly chat: StagedChat; readonly answer: { readonly [name: string]: Json } } {
  const to = textIn(fields.to)
  const bsuid = textIn(fields.recipient)
  if (to === undefined && bsuid === undefined) throw missing('to')
  const digits = to?.replace(/\D/g, '')
  const chat = [...number.stage.chats.values()].find((one) => (digits === undefined ? one.key === bsuid : one.id === digits))
  if (!chat) throw new Refusal(131026, 'Message undeliverable.')
  return { chat, answer: to === undefined ? { input: bsuid!, user_id: chat.key } : { input: to, wa_id: chat.id } }
}

/** A bucket that fills by one message every so often. */
function countPair(number: CloudNumber, chat: StagedChat): void {
  if (number.pairRate === null) return
  const { burst, everyMs } = number.pairRate
  const now = Date.now()
  const pair = number.pairs.get(chat.key) ?? { tokens: burst, at: now }
  const tokens = Math.min(burst, pair.tokens + (now - pair.at) / everyMs)
  if (tokens < 1) throw new Refusal(131056, 'Too many messages sent from this phone number to the same phone number in a short period.')
  number.pairs.set(chat.key, { tokens: tokens - 1, at: now })
}

function markRead(number: CloudNumber, fields: Fields): Json {
  const id = textIn(fields.message_id)
  const chat = [...number.stage.chats.values()].find((one) => one.messages.some((message) => message.id === id && message.by === 'person'))
  if (!chat) throw new Refusal(100, 'Invalid parameter: message_id')
  if (objectIn(fields.typing_indicator).type === 'text') number.stage.tell('typing', chat, { action: 'typing' })
  return { success: true }
}

function react({ stage }: CloudNumber, chat: StagedChat, reaction: Fields, answer: { readonly [name: string]: Json }): Json {
  const target = chat.messages.find(({ id }) => id === reaction.message_id)
  if (!target || typeof reaction.emoji !== 'string') throw bad('Reaction to a message that is not there')
  const { hub: _, ...others } = target.reactions
  stage.replace(chat, target.id, { reactions: reaction.emoji ? { ...others, hub: reaction.emoji } : others })
  return { messaging_product: 'whatsapp', contacts: [answer], messages: [{ id: `wamid.REACTION${stage.next()}` }] }
}

function writtenOf(number: CloudNumber, type: string, fields: Fields): Written {
  const told = objectIn(fields[type])
  switch (type) {
    case 'text':
      return { text: limited(told.body, 4096, 'text.body'), buttons: [] }
    case 'image':
    case 'video':
    case 'audio':
    case 'document': {
      if (type === 'audio' && told.caption !== undefined) throw bad('audio has no caption')
      const text = told.caption === undefined ? '' : limited(told.caption, 1024, 'caption')
      return { text, buttons: [], file: fileOf(number, type, told) }
    }
    case 'interactive':
      return interactive(number, told)
    case 'location':
      if (typeof told.latitude !== 'number' || typeof told.longitude !== 'number') throw missing('latitude')
      return {
        text: [told.name, told.address].filter(Boolean).join('\n'),
        buttons: [],
        place: { latitude: told.latitude, longitude: told.longitude, ...(textIn(told.name) ? { name: textIn(told.name)! } : {}) },
      }
    case 'contacts': {
      const card = objectIn(listIn(fields.contacts)[0])
      const name = limited(objectIn(card.name).formatted_name, 1024, 'contacts[0].name.formatted_name')
      const phone = textIn(objectIn(listIn(card.phones)[0]).phone) ?? ''
      return { text: '', buttons: [], contact: { name, phone } }
    }
    case 'template':
      return fillTemplate(number, told)
    default:
      throw new Refusal(131051, `Unsupported message type ${type}`)
  }
}

function limited(value: unknown, limit: number, name: string): string {
  if (typeof value !== 'string' || value.trim() === '') throw missing(name)
  if (value.length > limit) throw new Refusal(100, `Param ${name} must be at most ${limit} characters long.`)
  return value
}

function interactive(number: CloudNumber, told: Fields): Written {
  const header = objectIn(told.header)
  const file = header.type === 'image' ? fileOf(number, 'image', objectIn(header.image)) : undefined
  const action = objectIn(told.action)
  const body = (limit: number) => limited(objectIn(told.body).text, limit, 'interactive.body.text')
  const shown = (text: string, buttons: StagedMessage['buttons']): Written => ({ text, buttons, ...(file ? { file } : {}) })
  switch (told.type) {
    case 'button': {
      const replies = listIn(action.buttons).map((button) => objectIn(objectIn(button).reply))
      return shown(body(1024), unique(replies, 3, { label: 20, value: 256 }))
    }
    case 'list': {
      if (file) throw bad('A list has no picture')
      limited(action.button, 20, 'action.button')
      const rows = listIn(action.sections).flatMap((section) => listIn(objectIn(section).rows).map(objectIn))
      return shown(body(4096), unique(rows, 10, { label: 24, value: 200 }))
    }
    case 'cta_url': {
      const { display_text, url } = objectIn(action.parameters)
      const address = textIn(url)
      if (address === undefined || !URL.canParse(address) || !new URL(address).hostname.includes('.')) throw bad('url is not valid')
      return shown(body(1024), [{ label: limited(display_text, 20, 'display_text'), url: address }])
    }
    default:
      throw bad('interactive.type is not valid')
  }
}

function unique(
  given: readonly Fields[],
  most: number,
  limits: { readonly label: number; readonly value: number },
): StagedMessage['buttons'] {
  if (given.length === 0 || given.length > most) throw bad(`There must be 1 to ${most} of them`)
  const all = given.map(({ id, title }) => ({ label: limited(title, limits.label, 'title'), value: limited(id, limits.value, 'id') }))
  if (new Set(all.map(({ label }) => label)).size < all.length) throw bad('Titles must differ')
  if (new Set(all.map(({ value }) => value)).size < all.length) throw bad('Ids must differ')
  return all
}

function fileOf({ stage }: CloudNumber, type: string, told: Fields): StagedFile {
  const [id, link] = [textIn(told.id), textIn(told.link)]
  if ((id === undefined) === (link === undefined)) throw bad('There must be an id or a link, not both')
  if (link !== undefined) return stage.keepFile({ kind: type, name: link, mime: 'application/octet-stream', bytes: new Uint8Array() })
  const known = stage.files.get(id!)
  if (!known) throw new Refusal(100, 'Invalid parameter: the media id is not known')
  const kind = type === 'document' ? known.kind : type
  if (known.kind !== kind) throw new Refusal(131053, `${known.mime} cannot be sent as ${type}`)
  const name = textIn(told.filename) ?? known.name
  return { ...known, kind: type, ...(name ? { name } : {}) }
}

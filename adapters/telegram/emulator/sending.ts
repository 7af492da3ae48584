import type { Json } from '../../../src/channel/index.ts'
import type { Fields } from '../../../src/channel/kit/emulator/fields.ts'
import type { WireFile } from '../wire.ts'
import { badRequest, forbidden, Refusal } from './refusal.ts'
import { type BotState, type ChatState, keepFile, type StoredFile, type StoredMessage, seconds, tell, type World } from './state.ts'
import { keyboardOf, shown, textOf } from './writing.ts'

type Context = { readonly world: World; readonly bot: BotState; readonly input: Fields }
const megabyte = 1024 * 1024

const mediaMethods: { readonly [lowerCaseName: string]: { readonly kind: string; readonly mime: string; readonly limit: number } } = {
  sendphoto: { kind: 'photo', mime: 'image/jpeg', limit: 10 * megabyte },
  senddocument: { kind: 'document', mime: 'application/octet-stream', limit: 50 * megabyte },
  sendaudio: { kind: 'audio', mime: 'audio/mpeg', limit: 50 * megabyte },
  sendvoice: { kind: 'voice', mime: 'audio/ogg', limit: 50 * megabyte },
  sendvideo: { kind: 'video', mime: 'video/mp4', limit: 50 * megabyte },
  sendanimation: { kind: 'animation', mime: 'image/gif', limit: 50 * megabyte },
  sendsticker: { kind: 'sticker', mime: 'image/webp', limit: megabyte },
}
const otherMethods = new Set(['sendmessage', 'sendlocation', 'sendvenue', 'sendcontact'])

export const isSend = (lowerCaseName: string): boolean => otherMethods.has(lowerCaseName) || lowerCaseName in mediaMethods

/** The chat of a call, or the refusal that Telegram would give; texts: https://github.com/tdlib/telegram-bot-api */
export function chatFor(bot: BotState, chatId: unknown, { writing = true } = {}): ChatState {
  const state = bot.chats.get(Number(chatId))
  if (chatId === undefined || chatId === '') throw badRequest('chat_id is empty')
  if (!state) throw badRequest('chat not found')
  if (!writing) return state
  if (state.migratedTo !== undefined)
    throw new Refusal(400, 'Bad Request: group chat was upgraded to a supergroup chat', { migrate_to_chat_id: state.migratedTo })
  if (state.deactivated) throw forbidden('user is deactivated')
  if (state.blocked)
    throw forbidden(state.chat.type === 'private' ? 'bot was blocked by the user' : `bot was kicked from the ${state.chat.type} chat`)
  if (!state.started) throw forbidden("bot can't initiate conversation with a user")
  return state
}

/** Makes a message visible, and writes it down. */
export function sendMethod(lowerCaseName: string, { world, bot, input }: Context): Json {
  const state = chatFor(bot, input.fields.chat_id)
  const thread = topicOf(state, input.fields.message_thread_id)
  const markup = keyboardOf(input)
  const { fields, file } = contentFor(lowerCaseName, { world, bot, input })
  const message = addMessage(state, {
    from: bot.user,
    ...fields,
    ...(markup ? { reply_markup: markup } : {}),
    ...(thread === undefined ? {} : { message_thread_id: thread, is_topic_message: true }),
    stored: { by: 'bot', at: Date.now(), reactions: {}, ...(file ? { file: file.id } : {}) },
  })
  const payload = Object.fromEntries(Object.entries(input.fields).filter(([, value]) => value !== undefined)) as { [name: string]: Json }
  world.accepted.push({
    at: message.stored.at,
    chat: String(state.chat.id),
    message: String(message.message_id),
    text: message.text ?? message.caption ?? '',
    method: methodNames[lowerCaseName]!,
    payload,
  })
  tell(world, bot, 'message', state.chat.id, shown(message))
  return shown(message)
}

const methodNames: { readonly [lowerCaseName: string]: string } = Object.fromEntries(
  'sendMessage sendPhoto sendDocument sendAudio sendVoice sendVideo sendAnimation sendSticker sendLocation sendVenue sendContact'
    .split(' ')
    .map((name) => [name.toLowerCase(), name]),
)

function topicOf(state: ChatState, thread: unknown): number | undefined {
  if (thread === undefined || thread === '') return undefined
  const known = [...state.messages.values()].some((message) => message.message_thread_id === Number(thread))
  if (!known) throw badRequest('message thread not found')
  return Number(thread)
}

/** Gives a message its number and puts it into the chat. */
export function addMessage(state: ChatState, message: Omit<StoredMessage, 'message_id' | 'date' | 'chat'>): StoredMessage {
  const added = { message_id: state.nextMessage++, date: seconds(), chat: state.chat, ...message }
  state.messages.set(added.message_id, added)
  return added
}

function contentFor(name: string, { world, input }: Context): { readonly fields: Partial<StoredMessage>; readonly file?: StoredFile } {
  const { fields } = input
  const number = (key: string): number => {
    const value = Number(fields[key])
    if (fields[key] === undefined || !Number.isFinite(value)) throw badRequest(`${key} is empty`)
    return value
  }
  const text = (key: string): string => {
    if (fields[key] === undefined || fields[key] === '') throw badRequest(`${key} must be non-empty`)
    return String(fields[key])
  }
  if (name === 'sendmessage') return { fields: textOf(input, 'text', 4096) }
  if (name === 'sendlocation') return { fields: { location: { latitude: number('latitude'), longitude: number('longitude') } } }
  if (name === 'sendvenue') {
    const location = { latitude: number('latitude'), longitude: number('longitude') }
    return { fields: { location, venue: { location, title: text('title'), address: text('address') } } }
  }
  if (name === 'sendcontact') {
    const vcard = fields.vcard === undefined ? {} : { vcard: String(fields.vcard) }
    const last = fields.last_name === undefined ? {} : { last_name: String(fields.last_name) }
    return { fields: { contact: { phone_number: text('phone_number'), first_name: text('first_name'), ...last, ...vcard } } }
  }
  const media = mediaMethods[name]!
  const file = fileFor(world, input, media)
  return { fields: { ...mediaField(media.kind, file), ...textOf(input, 'caption', 1024) }, file }
}

function fileFor(world: World, input: Fields, media: { readonly kind: string; readonly mime: string; readonly limit: number }): StoredFile {
  const upload = input.files.get(media.kind)
  const given = upload ? undefined : input.fields[media.kind]
  if (upload) {
    if (upload.bytes.length === 0) throw badRequest('file must be non-empty')
    if (upload.bytes.length > 50 * megabyte) throw new Refusal(413, 'Request Entity Too Large')
    if (upload.bytes.length > media.limit)
      throw badRequest(`file of size ${upload.bytes.length} bytes is too big for a ${media.kind}; the maximum size is ${media.limit} bytes`)
    const mime = !upload.mime || upload.mime === 'application/octet-stream' ? media.mime : upload.mime
    return keepFile(world, { kind: media.kind, name: upload.name, mime, bytes: upload.bytes })
  }
  if (typeof given !== 'string' || given === '') throw badRequest(`there is no ${media.kind} in the request`)
  const known = world.files.get(given)
  if (known) return known
  if (/^https?:\/\//.test(given)) return keepFile(world, { kind: media.kind, name: given, mime: media.mime, bytes: new Uint8Array() })
  throw badRequest('wrong remote file identifier specified: Wrong string length')
}

/** The field of a message that holds this file, as Telegram tells it. */
export function mediaField(kind: string, file: StoredFile): Partial<StoredMessage> {
  const wire: WireFile = { file_id: file.id, file_unique_id: `u${file.id}`, file_size: file.size }
  const named = { ...wire, ...(file.name ? { file_name: file.name } : {}), mime_type: file.mime }
  switch (kind) {
    case 'photo':
      return { photo: [{ ...wire, width: 320, height: 240 }] }
    case 'voice':
      return { voice: { ...wire, duration: 3, mime_type: file.mime } }
    case 'audio':
      return { audio: { ...named, duration: 3 } }
    case 'video':
      return { video: { ...named, duration: 3, width: 320, height: 240 } }
    case 'animation':
      return { animation: { ...named, duration: 3, width: 320, height: 240 }, document: named }
    case 'sticker':
      return { sticker: { ...wire, width: 512, height: 512, is_animated: false, is_video: false } as StoredMessage['sticker'] & object }
    default:
      return { document: named }
  }
}

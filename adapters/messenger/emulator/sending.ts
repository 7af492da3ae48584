import type { Json } from '../../../src/channel/index.ts'
import type { StagedChat, StagedFile, StagedMessage } from '../../../src/channel/kit/emulator/stage.ts'
import { listIn, objectIn, textIn } from '../../../src/channel/kit/meta-webhook.ts'
import { type Page, Refusal, readAll, tellHub } from './page.ts'

type Fields = { readonly [name: string]: unknown }
type Upload = { readonly name: string; readonly mime: string; readonly bytes: Uint8Array }
type Written = Pick<StagedMessage, 'text' | 'buttons' | 'file'> & { readonly quick?: boolean }

const megabyte = 1024 * 1024
const hour = 3_600_000
const bad = (what: string, subcode?: number) => new Refusal(100, what, subcode)
const deadTags = new Set(['CONFIRMED_EVENT_UPDATE', 'ACCOUNT_UPDATE', 'POST_PURCHASE_UPDATE'])

/** `POST /{page}/messages`; https://developers.facebook.com/docs/messenger-platform/reference/send-api */
export function sendMessage(page: Page, fields: Fields, upload?: Upload): Json {
  const psid = textIn(objectIn(fields.recipient).id)
  const chat = page.stage.chats.get(psid ?? '')
  if (psid === undefined) throw bad('Param recipient must be non-empty.')
  if (!chat) throw bad('No matching user found', 2018001)
  const action = textIn(fields.sender_action)
  if (action !== undefined && fields.message !== undefined) throw bad('sender_action cannot be sent with a message')
  if (action !== undefined) return act(page, chat, action)
  mayWrite(chat, fields)
  const message = objectIn(fields.message)
  const written = writtenOf(page, message, upload)
  const metadata = textIn(message.metadata)
  if (metadata !== undefined && metadata.length >= 1000) throw bad('Param message[metadata] must be less than 1000 characters')
  const id = `m_OUT${page.stage.next()}_${Buffer.from(`${chat.key}${Date.now()}`).toString('base64url')}`
  const { quick, ...shown } = written
  if (quick) page.quick.add(id)
  const at = Date.now()
  page.stage.show(chat, { id, by: 'hub', at, reactions: {}, status: 'delivered', ...shown })
  page.stage.accepted.push({ at, chat: chat.key, message: id, text: shown.text, method: 'messages', payload: fields as Json })
  const echo = {
    mid: id,
    is_echo: true,
    app_id: Number(page.app),
    ...(metadata ? { metadata } : {}),
    ...(shown.text ? { text: shown.text } : {}),
  }
  tellHub(page, chat, { message: echo }, { id: `echo:${id}`, by: 'page' })
  tellHub(page, chat, { delivery: { mids: [id], watermark: at } }, { id: `delivery:${id}` })
  if (page.stage.watchers.size > 0) readAll(page, chat)
  return { recipient_id: psid, message_id: id }
}

function act(page: Page, chat: StagedChat, action: string): Json {
  if (!/^(typing_on|typing_off|mark_seen)$/.test(action)) throw bad('Param sender_action must be one of {TYPING_ON, TYPING_OFF, MARK_SEEN}')
  if (chat.blocked) throw new Refusal(551, "This person isn't available right now.", 1545041)
  page.stage.tell('typing', chat, { action })
  return { recipient_id: chat.key }
}

/** 24 hours, and 7 days with the tag for humans; every other tag is gone. */
function mayWrite(chat: StagedChat, { messaging_type, tag }: Fields): void {
  if (chat.blocked) throw new Refusal(551, "This person isn't available right now.", 1545041)
  if (!/^(RESPONSE|UPDATE|MESSAGE_TAG)$/.test(String(messaging_type)))
    throw bad('Param messaging_type must be one of {RESPONSE, UPDATE, MESSAGE_TAG}')
  if (messaging_type === 'MESSAGE_TAG' && (tag === undefined || deadTags.has(String(tag)) || tag !== 'HUMAN_AGENT'))
    throw bad('Invalid tag')
  const since = Date.now() - (chat.lastHeardAt ?? 0)
  if (since > (messaging_type === 'MESSAGE_TAG' ? 7 * 24 : 24) * hour)
    throw new Refusal(10, 'This message is sent outside of allowed window. Learn more about the new policy.', 2018278)
}

function writtenOf(page: Page, message: Fields, upload: Upload | undefined): Written {
  const attachment = objectIn(message.attachment)
  if (message.attachment !== undefined && message.text !== undefined) throw bad('A message has a text or an attachment, not both')
  const replies = quickReplies(message)
  if (message.attachment === undefined) return { text: textOf(message.text), buttons: replies, quick: replies.length > 0 }
  const type = textIn(attachment.type)
  const payload = objectIn(attachment.payload)
  if (type === 'template') return template(page, payload)
  if (!type || !/^(image|audio|video|file)$/.test(type)) throw bad('Param message[attachment][type] is not valid')
  return { text: '', buttons: replies, quick: replies.length > 0, file: fileOf(page, type, payload, upload) }
}

function textOf(text: unknown): string {
  if (typeof text !== 'string' || text.trim() === '') throw bad('Message cannot be empty, must provide valid attachment or text', 2018034)
  if (text.length >= 2000) throw bad('Length of param message[text] must be less than 2000')
  return text
}

function quickReplies(message: Fields): StagedMessage['buttons'] {
  const all = listIn(message.quick_replies).map(objectIn)
  if (all.length > 13) throw bad('Param message[quick_replies] must have at most 13 elements')
  return all.map((reply) => {
    if (reply.content_type !== 'text') throw bad('Param content_type is not known here')
    return { label: limited(reply.title, 20, 'title'), value: limited(reply.payload, 1000, 'payload') }
  })
}

function limited(value: unknown, limit: number, name: string): string {
  if (typeof value !== 'string' || value.trim() === '') throw bad(`Param ${name} must be a non-empty UTF-8 encoded string`)
  if (value.length > limit) throw bad(`Param ${name} must be at most ${limit} characters`)
  return value
}

function template(page: Page, payload: Fields): Written {
  if (payload.template_type === 'button') return { text: limited(payload.text, 640, 'text'), buttons: buttonsOf(payload.buttons, 1) }
  if (payload.template_type !== 'generic') throw bad('Param template_type is not valid')
  const elements = listIn(payload.elements).map(objectIn)
  if (elements.length === 0 || elements.length > 10) throw bad('A generic template has 1 to 10 elements')
  const all = elements.map((element) => {
    const subtitle = element.subtitle === undefined ? '' : limited(element.subtitle, 80, 'subtitle')
    const image = textIn(element.image_url)
    if (image !== undefined && !isPublic(image)) throw bad('Param image_url is not a valid URL')
    return { words: [limited(element.title, 80, 'title'), subtitle], image, buttons: buttonsOf(element.buttons, 0) }
  })
  const image = all[0]?.image
  const file = image ? page.stage.keepFile({ kind: 'image', name: image, mime: 'image/jpeg', bytes: new Uint8Array() }) : undefined
  const text = all.flatMap(({ words }) => words.filter(Boolean)).join('\n')
  return { text, buttons: all.flatMap(({ buttons }) => buttons), ...(file ? { file } : {}) }
}

function buttonsOf(given: unknown, least: number): StagedMessage['buttons'] {
  const all = listIn(given).map(objectIn)
  if (all.length < least || all.length > 3) throw bad('A template has up to 3 buttons')
  return all.map((button) => {
    const label = limited(button.title, 20, 'title')
    if (button.type === 'postback') return { label, value: limited(button.payload, 1000, 'payload') }
    const url = textIn(button.url)
    if (button.type !== 'web_url' || url === undefined || !isPublic(url)) throw bad('Param url must be a valid URL')
    return { label, url }
  })
}

const isPublic = (url: string) => URL.canParse(url) && /^https?:$/.test(new URL(url).protocol) && new URL(url).hostname.includes('.')

function fileOf(page: Page, type: string, payload: Fields, upload: Upload | undefined): StagedFile {
  if (upload) return keepUpload(page, type, upload)
  const known = page.attachments.get(textIn(payload.attachment_id) ?? '')
  if (payload.attachment_id !== undefined) {
    if (!known) throw bad('Invalid attachment id', 2018074)
    if (known.type !== type) throw bad('Upload attachment failure.', 2018047)
    return page.stage.files.get(known.file)!
  }
  const url = textIn(payload.url)
  if (url === undefined || !isPublic(url)) throw bad('Failed to fetch the file from the url', 2018008)
  return page.stage.keepFile({
    kind: type,
    name: url,
    mime: type === 'image' ? 'image/jpeg' : 'application/octet-stream',
    bytes: new Uint8Array(),
  })
}

/** `POST /{page}/message_attachments`; https://developers.facebook.com/docs/messenger-platform/send-messages/saving-assets */
export function uploadAttachment(page: Page, fields: Fields, upload: Upload | undefined): Json {
  const type = textIn(objectIn(objectIn(fields.message).attachment).type) ?? ''
  if (!/^(image|audio|video|file)$/.test(type)) throw bad('Param message[attachment][type] is not valid')
  if (!upload) throw bad('Upload attachment failure.', 2018047)
  const file = keepUpload(page, type, upload)
  const id = String(1_857_777_774_821_000 + page.stage.next())
  page.attachments.set(id, { type, file: file.id })
  return { attachment_id: id }
}

function keepUpload(page: Page, type: string, { name, mime, bytes }: Upload): StagedFile {
  if (bytes.length === 0) throw bad('Upload attachment failure.', 2018047)
  if (bytes.length > (type === 'image' ? 8 : 25) * megabyte) throw bad('Attachment size exceeds allowable limit', 2018109)
  if (type !== 'file' && !mime.startsWith(`${type}/`)) throw bad('Upload attachment failure.', 2018047)
  return page.stage.keepFile({ kind: type, name, mime, bytes })
}

import type { Card, Choice, Contact, Content, FileRef, Link, Media, Text } from '../../src/channel/index.ts'
import { capabilities } from './capabilities.ts'
import { escapeHtml, htmlOf } from './html.ts'
import type { Button, Keyboard, MediaField, Payload, SendMethod } from './wire.ts'

/** One call for each content; a card whose words do not fit under its picture takes two. */
export const render = (contents: readonly Content[]): readonly Payload[] => contents.flatMap(renderOne)

function renderOne(content: Content): readonly Payload[] {
  switch (content.type) {
    case 'text':
      return [message(content)]
    case 'choices':
      return [{ method: 'sendMessage', body: { text: content.text, reply_markup: keyboard(content.choices) } }]
    case 'card':
      return card(content)
    case 'media':
      return [media(content)]
    case 'place':
      return [place(content)]
    case 'contact':
      return [contact(content)]
    case 'template':
      return [message({ type: 'text', text: content.text })]
    case 'form':
      return [message({ type: 'text', text: [content.title, content.text].filter(Boolean).join('\n\n') })]
    case 'unreadable':
      return [message({ type: 'text', text: content.text ?? content.platformType })]
  }
}

/** Plain text goes as typed and is never read as markup. */
function message(content: Text): Payload {
  if (content.format !== 'markdown') return { method: 'sendMessage', body: { text: content.text } }
  const html = htmlOf(content.text)
  return { method: 'sendMessage', body: html.trim() === '' ? { text: content.text } : { text: html, parse_mode: 'HTML' } }
}

/** As many columns as a phone shows without cutting the longest label. */
function keyboard(choices: readonly Choice[], link?: Link): Keyboard {
  const longest = Math.max(0, ...choices.map((choice) => [...choice.label].length))
  const columns = longest <= 9 ? 3 : longest <= 16 ? 2 : 1
  const rows: Button[][] = []
  for (let at = 0; at < choices.length; at += columns)
    rows.push(choices.slice(at, at + columns).map(({ label, value }) => ({ text: label, callback_data: value })))
  if (link) rows.push([{ text: link.label, url: link.url }])
  return { inline_keyboard: rows }
}

/** Telegram refuses buttons to anything but public web addresses. */
function hasPublicUrl(link: Link): boolean {
  if (!URL.canParse(link.url)) return false
  const { protocol, hostname } = new URL(link.url)
  return /^https?:$/.test(protocol) && hostname.includes('.') && !/^(127|10|192\.168|169\.254)\./.test(hostname)
}

function card(content: Card): readonly Payload[] {
  const asButton = content.link && hasPublicUrl(content.link) ? content.link : undefined
  const asText = content.link && !asButton ? `${content.link.label}: ${content.link.url}` : undefined
  const plain = [content.title, content.text, asText].filter(Boolean).join('\n\n')
  const text = [`<b>${escapeHtml(content.title)}</b>`, content.text && escapeHtml(content.text), asText && escapeHtml(asText)]
    .filter(Boolean)
    .join('\n\n')
  const buttons = content.choices?.length || asButton ? { reply_markup: keyboard(content.choices ?? [], asButton) } : {}
  const words: Payload = { method: 'sendMessage', body: { text, parse_mode: 'HTML', ...buttons } }
  if (!content.image) return [words]
  if (plain.length > capabilities.media.maxCaption) return [withFile('sendPhoto', 'photo', content.image, {}), words]
  return [withFile('sendPhoto', 'photo', content.image, { caption: text, parse_mode: 'HTML', ...buttons })]
}

function media(content: Media): Payload {
  const caption = content.caption ? { caption: content.caption } : {}
  const [method, field] = wayOf(content)
  return withFile(method, field, content.file, caption)
}

function wayOf({ kind, file }: Media): readonly [SendMethod, MediaField] {
  switch (kind) {
    case 'image':
      return file.mime === 'image/gif' ? ['sendAnimation', 'animation'] : ['sendPhoto', 'photo']
    case 'audio':
      return file.mime === 'audio/ogg' ? ['sendVoice', 'voice'] : ['sendAudio', 'audio']
    case 'video':
      return ['sendVideo', 'video']
    case 'file':
      return ['sendDocument', 'document']
  }
}

/** By bytes for files of the hub; what is public or already at Telegram goes as a link or an id. */
function withFile(method: SendMethod, field: MediaField, file: FileRef, body: Payload['body']): Payload {
  if ('stored' in file)
    return {
      method,
      body,
      upload: { field, file: file.stored, ...(file.mime ? { mime: file.mime } : {}), ...(file.name ? { name: file.name } : {}) },
    }
  if ('url' in file) return { method, body: { [field]: file.url, ...body } }
  const ref = file.ref as { readonly fileId?: unknown } | null
  if (typeof ref?.fileId === 'string') return { method, body: { [field]: ref.fileId, ...body } }
  return message({ type: 'text', text: [file.name ?? field, body.caption].filter(Boolean).join('\n') })
}

function place(content: Extract<Content, { type: 'place' }>): Payload {
  const { latitude, longitude, name, address } = content
  if (!name && !address) return { method: 'sendLocation', body: { latitude, longitude } }
  return { method: 'sendVenue', body: { latitude, longitude, title: name ?? address!, address: address ?? `${latitude}, ${longitude}` } }
}

/** Telegram's card needs a phone number; one without goes as text. The vCard (at most 2 KB) carries what the card has no field for. */
function contact(content: Contact): Payload {
  const [phone] = content.phones
  if (phone === undefined) return message({ type: 'text', text: [content.name, ...content.emails].join('\n') })
  const more = content.phones.length > 1 || content.emails.length > 0
  const vcard = more ? { vcard: vcardOf(content) } : {}
  return { method: 'sendContact', body: { phone_number: phone, first_name: content.name || phone, ...vcard } }
}

function vcardOf({ name, phones, emails }: Contact): string {
  const value = (text: string) => text.replace(/[\\,;]/g, '\\$&').replace(/\s+/g, ' ')
  const lines = [`FN:${value(name)}`, ...phones.map((phone) => `TEL:${value(phone)}`), ...emails.map((email) => `EMAIL:${value(email)}`)]
  return ['BEGIN:VCARD', 'VERSION:3.0', ...lines, 'END:VCARD'].join('\n')
}

import type { Content, Media } from '../../src/channel/index.ts'
import { objectIn, textIn } from '../../src/channel/kit/meta-webhook.ts'
import type { ViberFileRef } from './wire.ts'

type Fields = { readonly [key: string]: unknown }

/** What a message says. */
export function contentOf(message: Fields): Content {
  const type = textIn(message.type) ?? 'nothing'
  switch (type) {
    case 'text': {
      const text = textIn(message.text)
      return text === undefined ? unreadable(type) : { type: 'text', text }
    }
    case 'picture':
      return media('image', message) ?? unreadable(type, textIn(message.text))
    case 'video':
      return media('video', message) ?? unreadable(type, textIn(message.text))
    case 'file':
      return media('file', message) ?? unreadable(type, textIn(message.file_name))
    case 'sticker':
      return sticker(message)
    case 'url': {
      const url = textIn(message.media)
      return url === undefined ? unreadable(type) : { type: 'text', text: url }
    }
    case 'location': {
      const { lat, lon } = objectIn(message.location)
      return typeof lat === 'number' && typeof lon === 'number' ? { type: 'place', latitude: lat, longitude: lon } : unreadable(type)
    }
    case 'contact': {
      const contact = objectIn(message.contact)
      const [name, phone] = [textIn(contact.name), textIn(contact.phone_number)]
      if (name === undefined && phone === undefined) return unreadable(type)
      return { type: 'contact', name: name ?? phone!, phones: phone ? [phone] : [], emails: [] }
    }
    default:
      return unreadable(type, textIn(message.text))
  }
}

const unreadable = (platformType: string, text?: string): Content => ({
  type: 'unreadable',
  platformType: platformType.slice(0, 60),
  ...(text ? { text } : {}),
})

function media(kind: Media['kind'], message: Fields): Media | undefined {
  const url = textIn(message.media)
  if (url === undefined) return undefined
  const [name, caption] = [textIn(message.file_name), textIn(message.text)]
  const bytes = message.size
  const file = {
    ...(name ? { name } : {}),
    ...(typeof bytes === 'number' && bytes > 0 ? { bytes } : {}),
    ref: { url } satisfies ViberFileRef,
  }
  return { type: 'media', kind, file, ...(caption ? { caption } : {}) }
}

function sticker(message: Fields): Content {
  const url = textIn(message.media)
  if (url === undefined) return unreadable('sticker', typeof message.sticker_id === 'number' ? String(message.sticker_id) : undefined)
  return { type: 'media', kind: 'image', file: { mime: 'image/png', ref: { url } satisfies ViberFileRef }, sticker: true }
}

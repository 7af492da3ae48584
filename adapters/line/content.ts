import type { Content, Media } from '../../src/channel/index.ts'
import { listIn, objectIn, textIn } from '../../src/channel/kit/meta-webhook.ts'
import type { LineFileRef } from './wire.ts'

type Fields = { readonly [key: string]: unknown }

/** What a message says. LINE's own emoji and mentions stand in the text as words already: "(moon)", "@desk". */
export function contentOf(message: Fields, messageId: string): Content {
  const type = textIn(message.type) ?? 'nothing'
  switch (type) {
    case 'text': {
      const text = textIn(message.text)
      return text === undefined ? unreadable(type) : { type: 'text', text }
    }
    case 'image':
    case 'video':
    case 'audio':
      return media(type, message, messageId)
    case 'file': {
      const name = textIn(message.fileName)
      const bytes = message.fileSize
      const told = { ...(name ? { name } : {}), ...(typeof bytes === 'number' && bytes >= 0 ? { bytes } : {}) }
      return { type: 'media', kind: 'file', file: { ...told, ref: { content: messageId } satisfies LineFileRef } }
    }
    case 'location':
      return place(message)
    case 'sticker':
      return sticker(message)
    default:
      return unreadable(type)
  }
}

const unreadable = (platformType: string, text?: string): Content => ({
  type: 'unreadable',
  platformType: platformType.slice(0, 60),
  ...(text ? { text } : {}),
})

/** What a mini app attaches lies on anybody's server: that is not fetched, its address is shown. */
function media(kind: 'image' | 'video' | 'audio', message: Fields, messageId: string): Content {
  const provider = objectIn(message.contentProvider)
  if (provider.type === 'external') return unreadable(`${kind}:external`, textIn(provider.originalContentUrl))
  return { type: 'media', kind, file: { ref: { content: messageId } satisfies LineFileRef } }
}

function place({ latitude, longitude, title, address }: Fields): Content {
  if (typeof latitude !== 'number' || typeof longitude !== 'number') return unreadable('location', textIn(address) ?? textIn(title))
  const [name, where] = [textIn(title), textIn(address)]
  return { type: 'place', latitude, longitude, ...(name ? { name } : {}), ...(where ? { address: where } : {}) }
}

function sticker({ stickerId, keywords, text }: Fields): Content {
  const words = textIn(text) ?? listIn(keywords).flatMap((word) => textIn(word) ?? [])[0]
  const number = textIn(stickerId)
  if (number === undefined || !/^\d{1,20}$/.test(number)) return unreadable('sticker', words)
  const file = { mime: 'image/png', ref: { sticker: number } satisfies LineFileRef }
  return { type: 'media', kind: 'image', file, ...(words ? { caption: words } : {}), sticker: true } satisfies Media
}

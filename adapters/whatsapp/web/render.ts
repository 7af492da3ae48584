import type { Contact, Content, Media } from '../../../src/channel/index.ts'
import { webCapabilities } from '../capabilities.ts'
import { inBold, whatsAppText } from '../dialect.ts'
import type { WebMedium, WebPayload } from './wire.ts'

/** One call for each content. Choices, cards and templates come here as words already; should one come all the same, so does it go. */
export const render = (contents: readonly Content[]): readonly WebPayload[] => contents.flatMap(renderOne)

const text = (words: string): WebPayload => ({ type: 'text', text: words })

function renderOne(content: Content): readonly WebPayload[] {
  switch (content.type) {
    case 'text':
      return [text(content.format === 'markdown' ? whatsAppText(content.text, webCapabilities.text.maxLength) : content.text)]
    case 'media':
      return media(content)
    case 'place': {
      const { latitude, longitude, name, address } = content
      return [{ type: 'place', latitude, longitude, ...(name ? { name } : {}), ...(address ? { address } : {}) }]
    }
    case 'contact':
      return [contact(content)]
    case 'choices':
      return [text([content.text, ...content.choices.map(({ label }, index) => `${index + 1}. ${label}`)].join('\n'))]
    case 'card':
      return [text([inBold(content.title), content.text, content.link?.url].filter(Boolean).join('\n\n'))]
    case 'template':
      return [text(content.text || content.values.join(', '))]
    case 'form':
      return [text([content.title, content.text].filter(Boolean).join('\n\n'))]
    case 'unreadable':
      return [text(content.text ?? content.platformType)]
  }
}

function media({ kind, file, caption }: Media): readonly WebPayload[] {
  const type: WebMedium = kind === 'file' ? 'document' : kind
  const named = { ...(file.mime ? { mime: file.mime } : {}), ...(file.name ? { name: file.name } : {}) }
  // A sound carries no words.
  const [within, below] = type === 'audio' ? [undefined, caption] : [caption, undefined]
  const more = below ? [text(below)] : []
  const words = { ...named, ...(within ? { caption: within } : {}) }
  if ('stored' in file) return [{ type, file: { stored: file.stored }, ...words }, ...more]
  if ('url' in file) return [{ type, file: { url: file.url }, ...words }, ...more]
  return [text([file.name ?? type, caption].filter(Boolean).join('\n'))]
}

/** A card as RFC 6350 writes it; one without a number goes as words, because WhatsApp shows a card by its numbers. */
function contact({ name, phones, emails }: Contact): WebPayload {
  const called = name.trim() || phones[0] || emails[0] || 'Contact'
  if (phones.length === 0) return text([called, ...emails].join('\n'))
  const numbers = phones.map((phone) => {
    const digits = phone.replace(/\D/g, '')
    return `TEL;type=CELL${digits ? `;waid=${digits}` : ''}:${escaped(phone)}`
  })
  const mails = emails.map((email) => `EMAIL:${escaped(email)}`)
  const card = ['BEGIN:VCARD', 'VERSION:3.0', `N:;${escaped(called)};;;`, `FN:${escaped(called)}`, ...numbers, ...mails, 'END:VCARD']
  return { type: 'contact', card: card.join('\n') }
}

const escaped = (value: string): string => value.replace(/[\\,;]/g, (sign) => `\\${sign}`).replace(/\r?\n/g, '\\n')

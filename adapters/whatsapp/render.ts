import type { Card, Choice, Contact, Content, FileRef, Json, Link, Media, Place, Template, Text } from '../../src/channel/index.ts'
import { cloudCapabilities } from './capabilities.ts'
import { inBold, whatsAppText } from './dialect.ts'
import { componentsOf, slotsIn } from './template-slots.ts'
import type { MediaType, Payload } from './wire.ts'

type Body = Payload['body']

const longestText = cloudCapabilities.text.maxLength
const longestBody = 1024
const mostButtons = 3
const longestButton = 20

/** One call for each content; a card takes two where its words do not fit under its buttons. */
export const render = (contents: readonly Content[]): readonly Payload[] => contents.flatMap(renderOne)

function renderOne(content: Content): readonly Payload[] {
  switch (content.type) {
    case 'text':
      return [text(wordsOf(content))]
    case 'choices':
      return [buttons(content.text, content.choices)]
    case 'card':
      return card(content)
    case 'media':
      return media(content)
    case 'place':
      return [place(content)]
    case 'contact':
      return [contact(content)]
    case 'template':
      return [template(content)]
    case 'form':
      return [text([content.title, content.text].filter(Boolean).join('\n\n'))]
    case 'unreadable':
      return [text(content.text ?? content.platformType)]
  }
}

const wordsOf = (content: Text): string => (content.format === 'markdown' ? whatsAppText(content.text, longestText) : content.text)
const text = (body: string): Payload => ({ type: 'text', body: { body, preview_url: false } })

/** Up to three short choices are buttons; more, or longer ones, are a list that opens. */
function buttons(words: string, choices: readonly Choice[], more: Body = {}): Payload {
  const asButtons = choices.length <= mostButtons && choices.every(({ label }) => label.length <= longestButton)
  const body = { text: words }
  if (asButtons) {
    const replies = choices.map(({ label, value }) => ({ type: 'reply', reply: { id: value, title: label } }))
    return { type: 'interactive', body: { type: 'button', ...more, body, action: { buttons: replies } } }
  }
  const rows = choices.map(({ label, value }) => ({ id: value, title: label }))
  return { type: 'interactive', body: { type: 'list', ...more, body, action: { button: 'Choose', sections: [{ rows }] } } }
}

function media(content: Media): readonly Payload[] {
  const { kind, file, caption } = content
  const type: MediaType = kind === 'file' ? 'document' : kind
  // A sound carries no words.
  const below = caption && type === 'audio' ? [text(caption)] : []
  const body: Body = {
    ...(caption && type !== 'audio' ? { caption } : {}),
    ...(type === 'document' && file.name ? { filename: file.name } : {}),
  }
  return [withFile(type, file, body), ...below]
}

function withFile(type: MediaType, file: FileRef, body: Body): Payload {
  if ('stored' in file) return { type, body, upload: { into: 'medium', ...uploadOf(file, file.stored) } }
  if ('url' in file) return { type, body: { link: file.url, ...body } }
  const known = (file.ref as { readonly media?: unknown } | null)?.media
  if (typeof known === 'string') return { type, body: { id: known, ...body } }
  return text([file.name ?? type, body.caption].filter(Boolean).join('\n'))
}

const uploadOf = (file: FileRef, stored: NonNullable<Payload['upload']>['file']) => ({
  file: stored,
  ...(file.mime ? { mime: file.mime } : {}),
  ...(file.name ? { name: file.name } : {}),
})

/** A button needs an address that anybody can open. */
function hasPublicUrl(link: Link): boolean {
  if (!URL.canParse(link.url) || link.url.length > 2000) return false
  const { protocol, hostname } = new URL(link.url)
  return /^https?:$/.test(protocol) && hostname.includes('.') && !/^(127|10|192\.168|169\.254)\./.test(hostname)
}

/** Title in bold, words, then choices as buttons or the link as one; a picture stands above. */
function card(content: Card): readonly Payload[] {
  const { title, text: words = '', image, link, choices = [] } = content
  const asButton = link !== undefined && choices.length === 0 && link.label.length <= longestButton && hasPublicUrl(link)
  const linkText = link && !asButton ? `${link.label}: ${link.url}` : undefined
  const said = [inBold(title.replace(/\s+/g, ' ').trim()), words].filter(Boolean).join('\n\n')
  const whole = [said, linkText].filter(Boolean).join('\n\n')
  const fits = whole.length <= longestBody
  const ahead = fits || linkText === undefined ? [] : [text(linkText.slice(0, longestText))]
  const body = fits ? whole : said
  if (choices.length === 0 && !asButton) return image ? [...ahead, withFile('image', image, { caption: body })] : [...ahead, text(body)]
  const bare = asButton ? linkButton(body, link) : buttons(body, choices)
  return [...ahead, ...underPicture(bare, image)]
}

const linkButton = (words: string, link: Link): Payload => ({
  type: 'interactive',
  body: {
    type: 'cta_url',
    body: { text: words },
    action: { name: 'cta_url', parameters: { display_text: link.label, url: link.url } },
  },
})

/** A list has no picture above it: there the picture goes ahead. */
function underPicture(payload: Payload, image: FileRef | undefined): readonly Payload[] {
  if (!image) return [payload]
  if (payload.body.type === 'list') return [withFile('image', image, {}), payload]
  if ('stored' in image) {
    const header: Json = { type: 'image', image: {} }
    return [{ ...payload, body: { ...payload.body, header }, upload: { into: 'header', ...uploadOf(image, image.stored) } }]
  }
  if ('url' in image) return [{ ...payload, body: { ...payload.body, header: { type: 'image', image: { link: image.url } } } }]
  return [withFile('image', image, {}), payload]
}

const place = ({ latitude, longitude, name, address }: Place): Payload => ({
  type: 'location',
  body: { latitude, longitude, ...(name ? { name } : {}), ...(address ? { address } : {}) },
})

/** WhatsApp shows a card by its numbers: one without goes as words. */
function contact({ name, phones, emails }: Contact): Payload {
  const called = name.trim() || phones[0] || emails[0] || 'Contact'
  if (phones.length === 0) return text([called, ...emails].join('\n'))
  const card = {
    name: { formatted_name: called, first_name: called },
    phones: phones.map((phone) => ({ phone, type: 'WORK' })),
    ...(emails.length > 0 ? { emails: emails.map((email) => ({ email, type: 'WORK' })) } : {}),
  }
  return { type: 'contacts', body: { contacts: [card] } }
}

function template(content: Template): Payload {
  const { name, language, values } = content
  const components = componentsOf(values, slotsIn(content))
  return { type: 'template', body: { name, language: { code: language }, ...(components.length > 0 ? { components } : {}) } }
}

import type { messagingApi } from '@line/bot-sdk'
import type { Card, Choice, Choices, Content, FileRef, Media, Place } from '../../src/channel/index.ts'
import { capabilities } from './capabilities.ts'
import type { Action, LineMessage, Payload, PayloadFile, Typed } from './wire.ts'

type Piece = { readonly message: Typed; readonly file?: Omit<PayloadFile, 'message'> }

/** "Max character limit: 400": https://developers.line.biz/en/reference/messaging-api/#template-messages */
const longestAlt = 400
/** https://developers.line.biz/en/reference/messaging-api/#confirm and #buttons */
const template = { confirmText: 240, buttonsText: 160, buttons: 4 }
/** "Max file size: 1 MB": https://developers.line.biz/en/reference/messaging-api/#image-message */
const largestPreview = 1024 * 1024
/** LINE shows an audio's length and takes any; without decoding it, it is taken for 128 kbit/s. */
const audioBytesPerMs = 16

/** Each content is one message, and a call carries five. */
export function render(contents: readonly Content[]): readonly Payload[] {
  const pieces = contents.map((content, index) => pieceOf(content, index === contents.length - 1))
  const payloads: Payload[] = []
  for (let from = 0; from < pieces.length; from += capabilities.messagesPerCall) {
    const some = pieces.slice(from, from + capabilities.messagesPerCall)
    const files = some.flatMap(({ file }, message): readonly PayloadFile[] => (file ? [{ message, ...file }] : []))
    const messages = some.map(({ message }) => message as unknown as LineMessage)
    payloads.push({ messages, ...(files.length > 0 ? { files } : {}) })
  }
  return payloads
}

function pieceOf(content: Content, isLast: boolean): Piece {
  switch (content.type) {
    case 'text':
      return text(content.text)
    case 'choices':
      return choices(content, isLast)
    case 'card':
      return card(content)
    case 'media':
      return media(content)
    case 'place':
      return { message: location(content) }
    case 'contact':
      return text([content.name, ...content.phones, ...content.emails].join('\n'))
    case 'template':
      return text(content.text)
    case 'form':
      return text([content.title, content.text].filter(Boolean).join('\n\n'))
    case 'unreadable':
      return text(content.text ?? content.platformType)
  }
}

const text = (words: string): Piece => ({ message: { type: 'text', text: words } satisfies messagingApi.TextMessage })

const press = ({ label, value }: Choice): Action => ({ type: 'postback', label, data: value, displayText: label })

/** The beginning; no half of a character at its end. */
const cut = (words: string, most: number): string => words.slice(0, most).replace(/[\ud800-\udbff]$/, '')
const altOf = (words: string): string => (words.length <= longestAlt ? words : `${cut(words, longestAlt - 1)}…`)

/** Two are a question, up to four stay in the chat as a template; more hang under the newest message, and vanish with the next one. */
function choices({ text: words, choices: offered }: Choices, isLast: boolean): Piece {
  const actions = offered.map(press)
  const altText = altOf(words)
  if (offered.length === 2 && words.length <= template.confirmText)
    return { message: { type: 'template', altText, template: { type: 'confirm', text: words, actions } as messagingApi.ConfirmTemplate } }
  if (offered.length <= template.buttons && words.length <= template.buttonsText)
    return { message: { type: 'template', altText, template: { type: 'buttons', text: words, actions } as messagingApi.ButtonsTemplate } }
  if (isLast)
    return { message: { type: 'text', text: words, quickReply: { items: actions.map((action) => ({ type: 'action', action })) } } }
  return { message: bubble({ altText, body: [paragraph(words)], buttons: actions }) }
}

/** "Max character limit: 1000", and these schemes: https://developers.line.biz/en/reference/messaging-api/#uri-action */
const opens = (url: string): boolean => url.length <= 1000 && /^(https?|line|tel):/i.test(url)

function card({ title, text: words, image, link, choices: offered = [] }: Card): Piece {
  const asText = link && !opens(link.url) ? `${link.label}: ${link.url}` : undefined
  const body = [paragraph(title, true), ...[words, asText].flatMap((one) => (one ? [paragraph(one)] : []))]
  const open: readonly Action[] = link && !asText ? [{ type: 'uri', label: cut(link.label, 20), uri: link.url }] : []
  const altText = altOf([title, words].filter(Boolean).join('\n'))
  const buttons = [...offered.map(press), ...open]
  if (!image) return { message: bubble({ altText, body, buttons }) }
  if ('stored' in image) return { message: bubble({ altText, body, buttons, hero: '' }), file: { into: 'hero', file: image.stored } }
  return { message: bubble({ altText, body, buttons, ...('url' in image ? { hero: image.url } : {}) }) }
}

const paragraph = (words: string, isTitle = false): messagingApi.FlexText => ({
  type: 'text',
  text: words,
  wrap: true,
  ...(isTitle ? { weight: 'bold', size: 'lg' } : {}),
})

/** https://developers.line.biz/en/docs/messaging-api/using-flex-messages/ */
function bubble(parts: {
  readonly altText: string
  readonly body: readonly messagingApi.FlexText[]
  readonly buttons: readonly Action[]
  readonly hero?: string
}): messagingApi.FlexMessage {
  const { altText, body, buttons, hero } = parts
  const contents: messagingApi.FlexBubble = {
    type: 'bubble',
    ...(hero === undefined
      ? {}
      : { hero: { type: 'image', url: hero, size: 'full', aspectMode: 'fit', aspectRatio: '20:13' } as messagingApi.FlexImage }),
    body: { type: 'box', layout: 'vertical', spacing: 'md', contents: [...body] },
    ...(buttons.length === 0
      ? {}
      : {
          footer: {
            type: 'box',
            layout: 'vertical',
            spacing: 'sm',
            contents: buttons.map((action): messagingApi.FlexButton => ({ type: 'button', style: 'link', height: 'sm', action })),
          },
        }),
  }
  return { type: 'flex', altText, contents }
}

/** The link to a file of the hub is put in when it is sent, so that it is fresh. */
function media({ kind, file, caption }: Media): Piece {
  const url = 'url' in file ? file.url : ''
  const stored = storedIn(file)
  if ('ref' in file) return text([file.name ?? kind, caption].filter(Boolean).join('\n'))
  switch (kind) {
    case 'image':
      return { message: { type: 'image', originalContentUrl: url, previewImageUrl: url }, ...stored }
    case 'video':
      return { message: { type: 'video', originalContentUrl: url, previewImageUrl: '' }, ...stored }
    case 'audio': {
      const duration = Math.max(1_000, Math.round((file.bytes ?? 0) / audioBytesPerMs))
      return { message: { type: 'audio', originalContentUrl: url, duration }, ...stored }
    }
    case 'file':
      return text([file.name ?? kind, caption, url].filter(Boolean).join('\n'))
  }
}

function storedIn(file: FileRef): Pick<Piece, 'file'> {
  if (!('stored' in file)) return {}
  const large = (file.bytes ?? 0) > largestPreview
  return { file: { into: 'media', file: file.stored, ...(large ? { large } : {}), ...(file.name ? { name: file.name } : {}) } }
}

/** Title and address are needed, "Max character limit: 100" each: https://developers.line.biz/en/reference/messaging-api/#location-message */
function location({ latitude, longitude, name, address }: Place): messagingApi.LocationMessage {
  const where = `${Number(latitude.toFixed(6))}, ${Number(longitude.toFixed(6))}`
  return { type: 'location', title: cut(name ?? address ?? where, 100), address: cut(address ?? where, 100), latitude, longitude }
}

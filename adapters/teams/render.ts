import type { Address, Card, Choices, Content, FileRef, Media, Text } from '../../src/channel/index.ts'
import { capabilities } from './capabilities.ts'
import { choicesCard, contentCard, formCard } from './cards.ts'
import { htmlOfMarkdown } from './html.ts'
import { adaptiveCard, fileConsentCard, type Payload, type ReplyTo } from './wire.ts'

/** A message whose marks make it longer than this goes as plain text: some 80 KB in UTF-16 go well. */
const longestMarked = 40_000

/** One call for each content; a card with a picture takes two, because a picture in it would count against its size. */
export const render = (contents: readonly Content[], to: Address): readonly Payload[] =>
  contents.flatMap((content) => renderOne(content, to))

function renderOne(content: Content, to: Address): readonly Payload[] {
  switch (content.type) {
    case 'text':
      return [message(content)]
    case 'choices':
      return [choices(content)]
    case 'card':
      return card(content, to)
    case 'media':
      return [media(content, to)]
    case 'place':
      return [plain([content.name, content.address, `${content.latitude}, ${content.longitude}`].filter(Boolean).join('\n'))]
    case 'contact':
      return [plain([content.name, ...content.phones, ...content.emails].join('\n'))]
    case 'template':
      return [plain(content.text)]
    case 'form':
      return [withCard([{ contentType: adaptiveCard, content: formCard(content) }], content.title)]
    case 'unreadable':
      return [plain(content.text ?? content.platformType)]
  }
}

const plain = (text: string): Payload => ({ activity: { type: 'message', text, textFormat: 'plain' } })

/** Plain text goes as typed and is never read as markup. */
function message(content: Text): Payload {
  if (content.format !== 'markdown') return plain(content.text)
  const text = htmlOfMarkdown(content.text)
  return text.trim() === '' || text.length > longestMarked
    ? plain(content.text)
    : { activity: { type: 'message', text, textFormat: 'xml' } }
}

/** What the notification says in place of "sent a card". */
const summary = (text: string) => ({ summary: [...text.replace(/\s+/g, ' ')].slice(0, 120).join('') })

const withCard = (card: Payload['activity']['attachments'] & object, said: string): Payload => ({
  activity: { type: 'message', ...summary(said), attachments: card },
})

const choices = ({ text, choices: offered }: Choices): Payload =>
  withCard([{ contentType: adaptiveCard, content: choicesCard(text, offered) }], text)

function card(content: Card, to: Address): readonly Payload[] {
  const own = withCard([{ contentType: adaptiveCard, content: contentCard(content) }], content.title)
  return content.image ? [media({ type: 'media', kind: 'image', file: content.image }, to), own] : [own]
}

/** Pictures stand in the conversation; everything else is offered, and goes into the person's OneDrive if they want it. */
function media(content: Media, to: Address): Payload {
  const { file, caption } = content
  const text = caption ? { text: caption, textFormat: 'plain' as const } : {}
  const isPicture = content.kind === 'image' && isInline(file)
  if ('url' in file) {
    if (!isPicture) return plain([caption, `${file.name ?? content.kind}: ${file.url}`].filter(Boolean).join('\n'))
    const attachment = { contentType: file.mime ?? 'image/*', contentUrl: file.url, ...(file.name ? { name: file.name } : {}) }
    return { activity: { type: 'message', ...text, attachments: [attachment] } }
  }
  if (!('stored' in file)) return plain([caption, file.name ?? content.kind].filter(Boolean).join('\n'))
  const part = { file: file.stored, ...(file.mime ? { mime: file.mime } : {}), ...(file.name ? { name: file.name } : {}) }
  if (isPicture) return { activity: { type: 'message', ...text }, inline: part }
  if ((to.reply as ReplyTo | undefined)?.type !== 'personal') return { activity: { type: 'message', ...text }, link: part }
  return {
    activity: { type: 'message', ...summary(file.name ?? caption ?? content.kind) },
    offer: { ...part, ...(file.bytes === undefined ? {} : { bytes: file.bytes }), ...(caption ? { description: caption } : {}) },
  }
}

const pictures = capabilities.media.image ? (capabilities.media.image.mime ?? []) : []
const isInline = ({ mime, bytes = 0 }: FileRef): boolean => pictures.includes(mime ?? '') && bytes <= 1024 * 1024

/** The card that asks whether the person wants the file; https://learn.microsoft.com/microsoftteams/platform/bots/how-to/bots-filesv4 */
export const consentCard = (offer: Payload['offer'] & object, bytes: number) => {
  const name = offer.name ?? 'file'
  const context = { file: offer.file, name }
  return {
    contentType: fileConsentCard,
    name,
    content: { description: offer.description ?? name, sizeInBytes: bytes, acceptContext: context, declineContext: context },
  }
}

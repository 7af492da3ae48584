import type { Card, Choice, Content, FileRef, Form, HomeView, Json, Link, Media, Text } from '../../src/channel/index.ts'
import { capabilities } from './capabilities.ts'
import { inputOf, linkAction, submitButton } from './form.ts'
import { mrkdwnOf } from './mrkdwn.ts'
import type { Payload } from './wire.ts'
import { escapeSigns } from './words.ts'

type Block = { readonly [key: string]: Json }

/** One call for each content; a card with a picture of the hub's own takes two, because only a shared file can be seen. */
export const render = (contents: readonly Content[]): readonly Payload[] => contents.flatMap(renderOne)

function renderOne(content: Content): readonly Payload[] {
  switch (content.type) {
    case 'text':
      return [message(content)]
    case 'choices':
      return [withBlocks(content.text, [section(content.text), ...buttons(content.choices)])]
    case 'card':
      return card(content)
    case 'media':
      return [media(content)]
    case 'place': {
      const { name, address, latitude, longitude } = content
      return [plain([name, address, `${latitude}, ${longitude}`].filter(Boolean).join('\n'))]
    }
    case 'contact':
      return [plain([content.name, ...content.phones, ...content.emails].join('\n'))]
    case 'template':
      return [plain(content.text)]
    case 'form':
      return [form(content)]
    case 'unreadable':
      return [plain(content.text ?? content.platformType)]
  }
}

const quiet = { unfurl_links: false, unfurl_media: false }

/** Plain text goes as typed and is never read as marks. */
const plain = (text: string): Payload => ({ method: 'chat.postMessage', body: { text: escapeSigns(text), mrkdwn: false, ...quiet } })

function message(content: Text): Payload {
  if (content.format !== 'markdown') return plain(content.text)
  const text = mrkdwnOf(content.text)
  return text.trim() === '' ? plain(content.text) : { method: 'chat.postMessage', body: { text, ...quiet } }
}

/** `text` is what notifications and screen readers say: all of it, since they do not read blocks. */
const withBlocks = (text: string, blocks: readonly Block[]): Payload => ({
  method: 'chat.postMessage',
  body: { text: escapeSigns(text), blocks, ...quiet },
})

const words = (text: string): Block => ({ type: 'plain_text', text, emoji: true })
const section = (text: string): Block => ({ type: 'section', text: words(text) })
const button = ({ label, value }: Choice, index: number): Block => ({
  type: 'button',
  action_id: `choice:${index + 1}`,
  text: words(label),
  value,
})
const linkButton = ({ label, url }: Link): Block => ({ type: 'button', action_id: linkAction, text: words(label), url })

function buttons(choices: readonly Choice[], link?: Link): readonly Block[] {
  const elements = [...choices.map(button), ...(link ? [linkButton(link)] : [])]
  return elements.length > 0 ? [{ type: 'actions', elements }] : []
}

/** Its title is a header while it fits into one. */
function form(content: Form): Payload {
  const { title, text, fields, choices = [] } = content
  const head = title.length <= 150 ? { type: 'header', text: words(title) } : section(title)
  const actions = { type: 'actions', elements: [submitButton(content), ...choices.map(button)] }
  return withBlocks([title, text].filter(Boolean).join('\n\n'), [head, ...(text ? [section(text)] : []), ...fields.map(inputOf), actions])
}

/** "Maximum length is 3000 characters" for the address, 75 for the words of a button. */
const fitsButton = ({ label, url }: Link): boolean =>
  label !== '' && label.length <= 75 && url.length <= 3000 && /^https?:/i.test(url) && URL.canParse(url)

function card(content: Card): readonly Payload[] {
  const { title, text, image, link, choices = [] } = content
  const asButton = link && fitsButton(link) ? link : undefined
  const asText = link && !asButton ? `${link.label}: ${link.url}` : undefined
  const picture: readonly Block[] = image && 'url' in image ? [{ type: 'image', image_url: image.url, alt_text: title }] : []
  const blocks = [
    { type: 'header', text: words(title) },
    ...picture,
    ...[text, asText].flatMap((part) => (part ? [section(part)] : [])),
    ...buttons(choices, asButton),
  ]
  const spoken = [title, text, link && `${link.label}: ${link.url}`].filter(Boolean).join('\n\n')
  const said = withBlocks(spoken, blocks)
  return image && !('url' in image) ? [file(image, undefined, 'image'), said] : [said]
}

function media(content: Media): Payload {
  if (content.kind === 'image' && 'url' in content.file) {
    const { caption, file: picture } = content
    const alt = (caption ?? picture.name ?? 'picture').slice(0, 2000)
    const shown = caption && caption.length <= 3000 ? [section(caption)] : []
    return withBlocks(caption ?? alt, [...shown, { type: 'image', image_url: picture.url, alt_text: alt }])
  }
  return file(content.file, content.caption, content.kind)
}

/** By bytes for files of the hub; what is public goes as a link, because Slack shares nothing that it has not got. */
function file(from: FileRef, caption: string | undefined, kind: string): Payload {
  if ('stored' in from)
    return {
      method: 'files.completeUploadExternal',
      ...(caption ? { comment: escapeSigns(caption) } : {}),
      file: { stored: from.stored, ...(from.mime ? { mime: from.mime } : {}), ...(from.name ? { name: from.name } : {}) },
    }
  const name = from.name ?? kind
  return plain([caption, 'url' in from ? `${name}: ${from.url}` : name].filter(Boolean).join('\n'))
}

/** The home tab: what one can do, and what of one's own is under way, as typed. At most 100 blocks: https://docs.slack.dev/reference/block-kit/blocks */
export function homeView({ choices, requests }: HomeView): Json {
  const row = ({ number, subject, status, url }: HomeView['requests'][number]): Block => ({
    type: 'section',
    text: words(`${number} · ${subject.replace(/\s+/g, ' ').slice(0, 2000).toWellFormed()}\n${status.slice(0, 200)}`),
    ...(url && fitsButton({ label: 'Open', url }) ? { accessory: linkButton({ label: 'Open', url }) } : {}),
  })
  const shown = requests.slice(0, 90)
  const more = requests.length - shown.length
  return {
    type: 'home',
    blocks: [
      ...buttons(choices.slice(0, capabilities.choices ? capabilities.choices.max : 25)),
      { type: 'divider' },
      { type: 'header', text: words('Open requests') },
      ...shown.map(row),
      ...(shown.length === 0 ? [section('Nothing is open.')] : []),
      ...(more > 0 ? [section(`… and ${more} more.`)] : []),
    ],
  }
}

import type { Card, Choice, Content, FileRef, Json, Link, Media, Why } from '../../src/channel/index.ts'
import { parseMarkdown, toPlainText } from '../../src/channel/kit/markdown.ts'
import { capabilities } from './capabilities.ts'
import type { Button, Payload, QuickReply } from './wire.ts'

const longestText = capabilities.text.maxLength
const longestButtonText = 640
const mostButtons = 3
const longestTitle = 20
const longestSubtitle = 80

type Frame = Pick<Payload, 'messaging_type' | 'tag'>
type Message = Payload['message']

/** One call for each content; a card takes two where its picture is a file of ours or its words are many. */
export function render(contents: readonly Content[], why: Why): readonly Payload[] {
  const frame = frameOf(why)
  return contents.flatMap(renderOne).map((one) => ({ ...frame, ...one }))
}

/** HUMAN_AGENT is for what a human wrote: an automatic message never carries it, whatever it is told. */
function frameOf({ author, window }: Why): Frame {
  if (typeof window === 'object' && author === 'technician') return { messaging_type: 'MESSAGE_TAG', tag: window.tag }
  return { messaging_type: 'RESPONSE' }
}

type Part = Pick<Payload, 'message' | 'upload'>

function renderOne(content: Content): readonly Part[] {
  switch (content.type) {
    case 'text':
      return [text(content.format === 'markdown' ? toPlainText(parseMarkdown(content.text)) || content.text : content.text)]
    case 'choices':
      return [text(content.text, quickReplies(content.choices))]
    case 'card':
      return card(content)
    case 'media':
      return [...media(content.kind, content.file), ...(content.caption ? [text(content.caption)] : [])]
    case 'place':
      return [text([content.name, content.address, `${content.latitude}, ${content.longitude}`].filter(Boolean).join('\n'))]
    case 'contact':
      return [text([content.name, ...content.phones, ...content.emails].join('\n'))]
    case 'template':
      return [text(content.text)]
    case 'form':
      return [text([content.title, content.text].filter(Boolean).join('\n\n'))]
    case 'unreadable':
      return [text(content.text ?? content.platformType)]
  }
}

const text = (words: string, more: Message = {}): Part => ({ message: { text: words, ...more } })

const quickReplies = (choices: readonly Choice[]): Message => ({
  quick_replies: choices.map(({ label, value }): QuickReply => ({ content_type: 'text', title: label, payload: value })),
})

function media(kind: Media['kind'], file: FileRef): readonly Part[] {
  if ('stored' in file) {
    const told = { ...(file.mime ? { mime: file.mime } : {}), ...(file.name ? { name: file.name } : {}) }
    return [{ message: {}, upload: { type: kind, file: file.stored, ...told } }]
  }
  const url = 'url' in file ? file.url : (file.ref as { readonly url?: unknown } | null)?.url
  if (typeof url !== 'string') return [text(file.name ?? kind)]
  return [{ message: { attachment: { type: kind, payload: { url, is_reusable: false } } } }]
}

const template = (payload: { readonly [key: string]: Json }): Part => ({ message: { attachment: { type: 'template', payload } } })

/** Buttons need an address that anybody can open. */
function hasPublicUrl(link: Link): boolean {
  if (!URL.canParse(link.url) || link.url.length > 1000) return false
  const { protocol, hostname } = new URL(link.url)
  return /^https?:$/.test(protocol) && hostname.includes('.') && !/^(127|10|192\.168|169\.254)\./.test(hostname)
}

/**
 * A picture at a public address: the generic template, if title and text are short. Else the picture by itself, and the words with
 * buttons under them where they fit, with quick replies where they do not.
 */
function card(content: Card): readonly Part[] {
  const { title, text: words = '', image, link, choices = [] } = content
  const asButton = link !== undefined && hasPublicUrl(link) && link.label.length <= longestTitle && choices.length < mostButtons
  const buttons: readonly Button[] = [
    ...choices.map(({ label, value }): Button => ({ type: 'postback', title: label, payload: value })),
    ...(asButton && link ? [{ type: 'web_url', title: link.label, url: link.url } as const] : []),
  ]
  const linkText = link && !asButton ? `${link.label}: ${link.url}` : undefined
  if (image && 'url' in image && words.length <= longestSubtitle && linkText === undefined) {
    const element = { title, ...(words ? { subtitle: words } : {}), image_url: image.url, ...(buttons.length > 0 ? { buttons } : {}) }
    return [template({ template_type: 'generic', elements: [element] })]
  }
  const picture = image ? media('image', image) : []
  const said = [title, words, linkText].filter(Boolean).join('\n\n')
  if (buttons.length === 0) return [...picture, ...inTwo(said, linkText)]
  if (said.length <= longestButtonText) return [...picture, template({ template_type: 'button', text: said, buttons })]
  const replies = choices.length > 0 ? quickReplies(choices) : {}
  const told = [title, words].filter(Boolean).join('\n\n')
  return [...picture, ...(link ? [text(`${link.label}: ${link.url}`.slice(0, longestText))] : []), text(told, replies)]
}

/** Words and a very long link do not fit one message. */
const inTwo = (said: string, link: string | undefined): readonly Part[] =>
  said.length <= longestText || link === undefined
    ? [text(said)]
    : [text(said.slice(0, -link.length).trimEnd()), text(link.slice(0, longestText))]

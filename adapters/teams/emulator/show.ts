import type { SeenMessage } from '../../../src/channel/emulator.ts'
import type { Json } from '../../../src/channel/index.ts'
import { adaptiveCard, fileConsentCard, fileInfoCard, type OutAttachment } from '../wire.ts'
import { type CardInput, readInput } from './inputs.ts'
import { badArgument } from './refusal.ts'
import type { StoredMessage, World } from './state.ts'
import { readXml } from './xml.ts'

export type CardAction = {
  readonly type: 'Action.Submit' | 'Action.Execute' | 'Action.OpenUrl' | 'consent'
  readonly title: string
  readonly data?: Json
  readonly verb?: string
  readonly url?: string
  /** Goes without the inputs of its card, which then need not be filled in. */
  readonly alone?: boolean
}
type Element = { readonly [key: string]: Json }
const asElement = (value: Json | undefined): Element =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Element) : {}
const asList = (value: Json | undefined): readonly Element[] => (Array.isArray(value) ? value.map(asElement) : [])
const asText = (value: Json | undefined): string => (typeof value === 'string' ? value : '')

/** A card as the person sees it; refuses what Teams would not show. */
export function readCard(card: Json | undefined): {
  readonly text: string
  readonly actions: readonly CardAction[]
  readonly inputs: readonly CardInput[]
} {
  const { type, version, body, actions } = asElement(card)
  if (type !== 'AdaptiveCard') throw badArgument('the card is no AdaptiveCard')
  if (!/^1\.[0-5]$/.test(asText(version))) throw badArgument(`cards of version ${asText(version)} are not shown`)
  const lines: string[] = []
  const found: CardAction[] = []
  const inputs: CardInput[] = []
  const take = (set: readonly Element[]) => {
    if (set.length > 6) throw badArgument('more than six actions in a row')
    found.push(...set.map(readAction))
  }
  for (const element of asList(body)) {
    if (element.type === 'TextBlock') lines.push(asText(element.text))
    else if (element.type === 'RichTextBlock')
      lines.push(
        asList(element.inlines)
          .map(({ text }) => asText(text))
          .join(''),
      )
    else if (element.type === 'ActionSet') take(asList(element.actions))
    else inputs.push(readInput(element))
  }
  take(asList(actions))
  if (new Set(inputs.map(({ id }) => id)).size < inputs.length) throw badArgument('two inputs with one id')
  return { text: lines.join('\n'), actions: found, inputs }
}

function readAction({ type, title, data, verb, url, associatedInputs }: Element): CardAction {
  if (type !== 'Action.Submit' && type !== 'Action.Execute' && type !== 'Action.OpenUrl')
    throw badArgument(`the action ${asText(type)} is not shown`)
  if (asText(title).trim() === '') throw badArgument('an action without a title')
  if (type === 'Action.OpenUrl' && !/^https?:\/\//.test(asText(url))) throw badArgument('an action opens no web address')
  return {
    type,
    title: asText(title),
    ...(data === undefined ? {} : { data }),
    ...(verb === undefined ? {} : { verb: asText(verb) }),
    ...(type === 'Action.OpenUrl' ? { url: asText(url) } : {}),
    ...(associatedInputs === 'none' ? { alone: true } : {}),
  }
}

/** What pressing the button brings: the value of ours that is in it. */
const pressedValue = (data: Json | undefined): string | undefined => {
  const { switchboard, msteams } = asElement(data)
  const ours = asElement(switchboard ?? asElement(asElement(msteams).value).switchboard)
  return typeof ours.value === 'string' ? ours.value : undefined
}

/** Text, buttons and file of a message. An offer shows the file that it announces: its size, none of its bytes yet. */
export function contentsOf(
  world: World,
  message: StoredMessage,
): {
  readonly text: string
  readonly actions: readonly CardAction[]
  readonly inputs: readonly CardInput[]
  readonly media?: SeenMessage['media']
} {
  const { text = '', textFormat, attachments = [] } = message.activity
  const words = textFormat === 'xml' ? [readXml(text)] : text === '' ? [] : [text]
  const actions: CardAction[] = []
  const inputs: CardInput[] = []
  let media: SeenMessage['media']
  for (const attachment of attachments) {
    const { contentType, content } = attachment
    if (contentType === adaptiveCard) {
      const card = readCard(message.view ?? content)
      words.push(card.text)
      actions.push(...card.actions)
      inputs.push(...card.inputs)
    } else if (contentType === fileConsentCard) {
      const { description, sizeInBytes } = asElement(content)
      words.push(asText(description))
      actions.push({ type: 'consent', title: 'Accept' }, { type: 'consent', title: 'Decline' })
      media = { kind: 'offer', name: attachment.name ?? '', bytes: new Uint8Array(Math.min(Number(sizeInBytes) || 0, 1e8)) }
    } else media = mediaOf(world, attachment) ?? media
  }
  const file = message.file ? world.files.get(message.file) : undefined
  if (file) media = { kind: file.mime.split('/')[0]!, name: file.name, mime: file.mime, bytes: file.bytes }
  return { text: words.join('\n'), actions, inputs, ...(media ? { media } : {}) }
}

function mediaOf(world: World, { contentType, contentUrl, name, content }: OutAttachment): SeenMessage['media'] {
  if (contentType === fileInfoCard) {
    const file = world.files.get(asText(asElement(content).uniqueId))
    if (!file || !contentUrl) throw badArgument('there is no such file in the drive')
    return { kind: 'file', name: name ?? file.name, mime: file.mime, bytes: file.bytes }
  }
  if (!/^image\//.test(contentType)) throw badArgument(`attachments of ${contentType} are not shown`)
  const data = /^data:(image\/(?:png|jpeg|gif));base64,([A-Za-z0-9+/=]+)$/.exec(contentUrl ?? '')
  if (data) {
    const bytes = Buffer.from(data[2]!, 'base64')
    if (bytes.length > 1024 * 1024) throw badArgument('the picture is larger than 1 MB')
    return { kind: 'image', mime: data[1]!, bytes: new Uint8Array(bytes), ...(name ? { name } : {}) }
  }
  if (!/^https?:\/\//.test(contentUrl ?? '')) throw badArgument('a picture without an address')
  return { kind: 'image', mime: contentType, bytes: new Uint8Array(), name: name ?? contentUrl! }
}

/** The message as it stands on a screen. */
export function seen(world: World, message: StoredMessage): SeenMessage {
  const { text, actions, inputs, media } = contentsOf(world, message)
  const reaction = Object.values(message.reactions).at(-1)
  return {
    id: message.id,
    by: message.by === 'bot' ? 'hub' : 'person',
    at: message.at,
    text,
    buttons: actions.map(({ title, data, url, type }) => {
      const value = type === 'consent' ? title.toLowerCase() : pressedValue(data)
      return { label: title, ...(value === undefined ? {} : { value }), ...(url === undefined ? {} : { url }) }
    }),
    ...(inputs.length > 0 ? { fields: inputs.map((input) => input.seen) } : {}),
    ...(media ? { media } : {}),
    ...(reaction ? { reaction } : {}),
    ...(message.edited ? { edited: true } : {}),
  }
}

export const visible = (messages: Iterable<StoredMessage>): readonly StoredMessage[] => [...messages].filter(({ deleted }) => !deleted)

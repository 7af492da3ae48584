import { fetchShown } from '../../../src/channel/kit/emulator/hooks.ts'
import type { StagedFile, StagedMessage } from '../../../src/channel/kit/emulator/stage.ts'
import { listIn, objectIn, textIn } from '../../../src/channel/kit/meta-webhook.ts'
import type { World } from './world.ts'

type Fields = { readonly [key: string]: unknown }
type Shown = Pick<StagedMessage, 'text' | 'buttons'> & Partial<Pick<StagedMessage, 'file' | 'place' | 'contact'>>

/** A message of the bot as a phone shows it. */
export async function shownOf(world: World, message: Fields): Promise<Shown> {
  const shown = await drawn(world, message)
  return { ...shown, buttons: [...shown.buttons, ...buttonsIn(message.keyboard)] }
}

/** A button's text is a little HTML. */
const plain = (html: string): string =>
  html
    .replace(/<br\s*\/?>/gi, '\n')
    .replace(/<[^>]*>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')

const buttonsIn = (value: unknown): StagedMessage['buttons'] =>
  listIn(objectIn(value).Buttons)
    .map(objectIn)
    .filter(({ ActionType }) => ActionType !== 'none')
    .map(({ ActionType, ActionBody, Text }) => ({
      label: plain(textIn(Text) ?? String(ActionBody)),
      ...(ActionType === 'open-url' ? { url: String(ActionBody) } : { value: String(ActionBody) }),
    }))

async function drawn(world: World, message: Fields): Promise<Shown> {
  const text = textIn(message.text) ?? ''
  switch (message.type) {
    case 'picture':
      return { text, buttons: [], file: await fileAt(world, 'image', String(message.media)) }
    case 'video':
      return { text, buttons: [], file: await fileAt(world, 'video', String(message.media)) }
    case 'file':
      return { text, buttons: [], file: await fileAt(world, 'file', String(message.media), textIn(message.file_name)) }
    case 'url':
      return { text: String(message.media), buttons: [] }
    case 'location': {
      const { lat, lon } = objectIn(message.location)
      return { text, buttons: [], place: { latitude: Number(lat), longitude: Number(lon) } }
    }
    case 'contact': {
      const { name, phone_number } = objectIn(message.contact)
      return { text, buttons: [], contact: { name: String(name), phone: String(phone_number) } }
    }
    case 'rich_media': {
      const all = listIn(objectIn(message.rich_media).Buttons).map(objectIn)
      const lines = all.filter(({ ActionType }) => ActionType === 'none').flatMap(({ Text }) => textIn(Text) ?? [])
      const picture = all.flatMap(({ Image }) => textIn(Image) ?? [])[0]
      const file = picture === undefined ? {} : { file: await fileAt(world, 'image', picture) }
      return { text: lines.map(plain).join('\n'), buttons: buttonsIn(message.rich_media), ...file }
    }
    default:
      return { text, buttons: [] }
  }
}

async function fileAt(world: World, kind: string, url: string, called?: string): Promise<StagedFile> {
  const { mime, name, bytes } = await fetchShown(url)
  const shown = called ?? name
  return world.stage.keepFile({ kind, mime, bytes, ...(shown ? { name: shown } : {}) })
}

import { fetchShown } from '../../../src/channel/kit/emulator/hooks.ts'
import type { StagedFile, StagedMessage } from '../../../src/channel/kit/emulator/stage.ts'
import { listIn, objectIn, textIn } from '../../../src/channel/kit/meta-webhook.ts'
import type { World } from './world.ts'

type Fields = { readonly [key: string]: unknown }
type Shown = Pick<StagedMessage, 'text' | 'buttons'> &
  Partial<Pick<StagedMessage, 'file' | 'place'>> & { readonly hasQuickReplies?: boolean }
type Button = StagedMessage['buttons'][number]

/** A message of the hub as a phone shows it. */
export async function shownOf(world: World, message: Fields): Promise<Shown> {
  const quick = listIn(objectIn(message.quickReply).items).map((item) => button(objectIn(item).action))
  const shown = await drawn(world, message)
  return { ...shown, buttons: [...shown.buttons, ...quick], ...(quick.length > 0 ? { hasQuickReplies: true } : {}) }
}

function button(value: unknown): Button {
  const { type, label, uri, data, text } = objectIn(value)
  return { label: String(label), ...(type === 'uri' ? { url: String(uri) } : { value: String(data ?? text) }) }
}

async function drawn(world: World, message: Fields): Promise<Shown> {
  switch (message.type) {
    case 'image':
    case 'video':
    case 'audio':
      return { text: '', buttons: [], file: await fileAt(world, message.type, String(message.originalContentUrl)) }
    case 'location': {
      const place = { latitude: Number(message.latitude), longitude: Number(message.longitude), name: String(message.title) }
      return { text: String(message.address), buttons: [], place }
    }
    case 'template': {
      const { title, text, actions } = objectIn(message.template)
      return { text: [title, text].filter(Boolean).join('\n'), buttons: listIn(actions).map(button) }
    }
    case 'flex': {
      const { hero, body, footer } = objectIn(message.contents)
      const lines = listIn(objectIn(body).contents).map((one) => textIn(objectIn(one).text))
      const buttons = listIn(objectIn(footer).contents).map((one) => button(objectIn(one).action))
      return { text: lines.join('\n'), buttons, ...(hero ? { file: await fileAt(world, 'image', String(objectIn(hero).url)) } : {}) }
    }
    default:
      return { text: String(message.text), buttons: [] }
  }
}

async function fileAt(world: World, kind: string, url: string): Promise<StagedFile> {
  const { mime, name, bytes } = await fetchShown(url)
  return world.stage.keepFile({ kind, mime, bytes, ...(name ? { name } : {}) })
}

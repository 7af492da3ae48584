import { type AdapterDeps, type Address, type Attempt, id, type Receipt } from '../../src/channel/index.ts'
import { ForeignAnswer, NotPrepared } from '../../src/channel/kit/classify.ts'
import type { Api } from './api.ts'
import type { ViberConfig } from './config.ts'
import { ViberRefusal } from './errors.ts'
import type { Payload, ReplyTo, ViberMessage } from './wire.ts'

type Context = { readonly api: Api; readonly deps: AdapterDeps; readonly keys: ViberConfig }

/** Undelivered messages are tried for 14 days, and media are fetched when they are looked at. */
const linkSeconds = 14 * 86_400
/** "URL … Max. 2,000 characters" */
const longestUrl = 2_000

export async function send({ api, deps, keys }: Context, payload: Payload, to: Address, attempt: Attempt): Promise<Receipt> {
  const message = await withLink(deps, payload)
  const { to: receiver } = to.reply as ReplyTo
  const post = (one: ViberMessage) => api.call('send_message', { receiver, sender: senderOf(keys), ...one }, attempt.signal)
  const { message_token } = await post(message).catch((error: unknown) => {
    const plain = error instanceof ViberRefusal && /^1[34]$/.test(error.code) ? inWords(message) : undefined
    if (!plain) throw error
    return post(plain)
  })
  if (typeof message_token !== 'string' && typeof message_token !== 'number') throw new ForeignAnswer(200, 'Viber')
  return { messages: [id(message_token)], at: deps.now().toISOString() }
}

/** A card for an app that is too old for it: its words, and its buttons as a keyboard. Nothing was sent by the refused call. */
function inWords({ type, alt_text, tracking_data, rich_media }: ViberMessage): ViberMessage | undefined {
  if (type !== 'rich_media' || !alt_text) return undefined
  const pressable = rich_media!.Buttons.filter(({ ActionType }) => ActionType !== 'none')
  const Buttons = pressable.map((button) => ({ ...button, Columns: 6, Rows: 1 }))
  return {
    type: 'text',
    text: alt_text,
    ...(tracking_data === undefined ? {} : { tracking_data }),
    ...(Buttons.length > 0 ? { keyboard: { Type: 'keyboard', DefaultHeight: false, Buttons } } : {}),
  }
}

export const senderOf = ({ senderName, senderAvatar }: ViberConfig) => ({
  name: senderName,
  ...(senderAvatar === undefined ? {} : { avatar: senderAvatar }),
})

/** A link to the hub's file, and the size that Viber wants to know beforehand. */
async function withLink(deps: AdapterDeps, { message, file }: Payload): Promise<ViberMessage> {
  if (!file) return message
  try {
    const url = await deps.files.link(file.file, linkSeconds)
    if (file.into === 'text' || url.length > longestUrl)
      return { type: 'text', text: [message.text, message.file_name, url].filter(Boolean).join('\n') }
    if (file.into === 'card') return withPicture(message, url)
    if (message.size !== 0) return { ...message, media: url }
    const { bytes, body } = await deps.files.open(file.file)
    await body.cancel()
    return { ...message, media: url, size: bytes }
  } catch (cause) {
    throw new NotPrepared('the file could not be linked', { cause })
  }
}

function withPicture(message: ViberMessage, url: string): ViberMessage {
  const media = message.rich_media!
  const Buttons = media.Buttons.map((button) => (button.Image === '' ? { ...button, Image: url } : button))
  return { ...message, rich_media: { ...media, Buttons } }
}

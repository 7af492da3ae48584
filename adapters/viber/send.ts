import { type AdapterDeps, type Address, type Attempt, id, type Receipt } from '../../src/channel/index.ts'
import { ForeignAnswer, NotPrepared } from '../../src/channel/kit/classify.ts'
import type { Api } from './api.ts'
import type { ViberConfig } from './config.ts'
import type { Payload, ReplyTo, ViberMessage } from './wire.ts'

type Context = { readonly api: Api; readonly deps: AdapterDeps; readonly keys: ViberConfig }

/** Undelivered messages are tried for 14 days, and media are fetched when they are looked at. */
const linkSeconds = 14 * 86_400
/** "URL … Max. 2,000 characters" */
const longestUrl = 2_000

export async function send({ api, deps, keys }: Context, payload: Payload, to: Address, attempt: Attempt): Promise<Receipt> {
  const message = await withLink(deps, payload)
  const { to: receiver } = to.reply as ReplyTo
  const { message_token } = await api.call('send_message', { receiver, sender: senderOf(keys), ...message }, attempt.signal)
  if (typeof message_token !== 'string' && typeof message_token !== 'number') throw new ForeignAnswer(200, 'Viber')
  return { messages: [id(message_token)], at: deps.now().toISOString() }
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

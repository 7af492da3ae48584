import type { EmulatedPerson } from '../../../src/channel/emulator.ts'
import type { Json } from '../../../src/channel/index.ts'
import { buttonIn, type StagedMessage, seen } from '../../../src/channel/kit/emulator/stage.ts'
import { type Chat, happen, nextToken, openChat, show, type World } from './world.ts'

/** Somebody with Viber. Their first words subscribe them without an event. */
export interface ViberPerson extends EmulatedPerson {
  presses(button: string, message?: string): Promise<void>
  /** Opens the chat from a link or by the bot's page: `conversation_started`. */
  opens(context?: string): Promise<void>
  subscribes(): Promise<void>
  unsubscribes(): Promise<void>
  /** Looks at the chat. */
  reads(): Promise<void>
  /** Their Viber did not take the last message. */
  refuses(why: string): Promise<void>
  sendsPlace(latitude: number, longitude: number): Promise<string>
  sharesContact(name: string, phone: string): Promise<string>
  sendsSticker(sticker?: number): Promise<string>
  /** Any other kind of message. */
  sends(message: { readonly type: string; readonly [key: string]: Json }): Promise<string>
}

/** The same name is the same person; digits are the playground's number. */
export function personNamed(world: World, base: () => string, name: string, wanted?: string): ViberPerson {
  const number = wanted ?? (/^\d{1,17}$/.test(name) ? name : undefined)
  const found = number === undefined ? [...world.chats.values()].find((chat) => chat.name === name) : undefined
  const chat = found ?? openChat(world, number === name ? `Person ${name}` : name, number)
  if (number !== undefined && name !== number) chat.name = name
  return personIn(world, base, chat)
}

function personIn(world: World, base: () => string, chat: Chat): ViberPerson {
  const user = () => ({ id: chat.key, name: chat.name, country: 'GB', language: 'en', api_version: 10 })

  const say = async (
    message: { readonly type: string; readonly [key: string]: Json },
    screen: Partial<StagedMessage> = {},
  ): Promise<string> => {
    const token = nextToken(world)
    const at = Date.now()
    chat.subscribed = true
    chat.blocked = false
    chat.lastHeardAt = at
    chat.unanswered = []
    const text = typeof message.text === 'string' ? message.text : ''
    show(world, chat, { id: token, by: 'person', at, text, buttons: [], reactions: {}, ...screen })
    const tracked = chat.tracking === '' ? {} : { tracking_data: chat.tracking }
    happen(world, chat, 'message', { sender: user(), message: { ...message, ...tracked }, silent: false }, text, token)
    return token
  }
  const membership = async (event: string, subscribed: boolean) => {
    chat.subscribed = subscribed
    chat.blocked = !subscribed
    chat.tracking = ''
    happen(world, chat, event, subscribed ? { user: user() } : { user_id: chat.key })
  }

  const person: ViberPerson = {
    key: chat.key,
    types: (text) => say({ type: 'text', text }),
    sends: (message) => say(message),
    async presses(button, wanted) {
      const { value } = buttonIn(chat, button, wanted)
      await say({ type: 'text', text: value })
    },
    async opens(context) {
      const more = context === undefined ? {} : { context }
      happen(world, chat, 'conversation_started', { type: 'open', ...more, user: user(), subscribed: chat.subscribed })
    },
    subscribes: () => membership('subscribed', true),
    unsubscribes: () => membership('unsubscribed', false),
    async reads() {
      for (const message of chat.messages.filter(({ by, status }) => by === 'hub' && status !== 'read')) {
        world.stage.replace(chat, message.id, { status: 'read' })
        happen(world, chat, 'seen', { user_id: chat.key }, '', message.id)
      }
    },
    async refuses(why) {
      const last = chat.messages.findLast(({ by }) => by === 'hub')
      if (!last) throw new Error(`${chat.name} has no message of the bot`)
      world.stage.replace(chat, last.id, { status: 'failed' })
      happen(world, chat, 'failed', { user_id: chat.key, desc: why }, '', last.id)
    },
    async sendsFile({ name, mime, bytes, caption }) {
      const kind = /^image\/(jpeg|png|gif|webp)$/.test(mime) ? 'picture' : mime === 'video/mp4' ? 'video' : 'file'
      const file = world.stage.keepFile({ kind: kind === 'picture' ? 'image' : kind, name, mime, bytes })
      const media = `${base()}/media/${file.id}/${encodeURIComponent(name)}`
      const more = kind === 'picture' && caption ? { text: caption } : {}
      const about = kind === 'video' ? { duration: 3 } : { file_name: name }
      const token = await say({ type: kind, media, thumbnail: media, size: bytes.length, ...about, ...more }, { file })
      // Only pictures have a caption.
      if (caption && kind !== 'picture') await person.types(caption)
      return token
    },
    sendsPlace: (latitude, longitude) =>
      say({ type: 'location', location: { lat: latitude, lon: longitude } }, { place: { latitude, longitude } }),
    sharesContact: (name, phone) => say({ type: 'contact', contact: { name, phone_number: phone } }, { contact: { name, phone } }),
    sendsSticker: (sticker = 40133) => say({ type: 'sticker', sticker_id: sticker }, { text: `(sticker ${sticker})` }),
    sees: () => chat.messages.map(seen),
  }
  return person
}

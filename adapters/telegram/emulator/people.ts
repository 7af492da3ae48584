import type { EmulatedPerson, SeenMessage } from '../../../src/channel/emulator.ts'
import type { Json } from '../../../src/channel/index.ts'
import type { Chat, Message, User } from '../wire.ts'
import type { Delivery } from './delivery.ts'
import { addMessage, mediaField } from './sending.ts'
import { type BotState, type ChatState, foundEntities, keepFile, openChat, type StoredMessage, seconds, tell, type World } from './state.ts'
import { shown } from './writing.ts'

export type SentFile = { readonly name: string; readonly mime: string; readonly bytes: Uint8Array; readonly caption?: string }

/** Somebody with a Telegram app, in one chat: privately with the bot, or in a group. Ids are the platform's. */
export interface TelegramPerson extends EmulatedPerson {
  readonly user: User
  readonly chat: Chat
  types(text: string, more?: Partial<Message>): Promise<string>
  /** Presses Start, with what a deep link carries. */
  starts(payload?: string): Promise<string>
  presses(button: string, message?: string): Promise<void>
  edits(message: string, text: string): Promise<void>
  /** For both sides. Bots are not told: https://core.telegram.org/bots/api#update has nothing for it. */
  deletes(message: string): void
  /** `''` takes the reaction away. */
  reacts(message: string, emoji: string): Promise<void>
  sendsAlbum(files: readonly SentFile[]): Promise<readonly string[]>
  sendsPlace(latitude: number, longitude: number, venue?: { readonly title: string; readonly address: string }): Promise<string>
  /** One's own card, or somebody else's. */
  sharesContact(phone: string, other?: { readonly name: string; readonly userId?: number }): Promise<string>
  sendsSticker(emoji: string, bytes?: Uint8Array): Promise<string>
  /** Any other kind of message, as the Bot API writes it (a poll, a dice). */
  sends(fields: Partial<Message> & { readonly [name: string]: unknown }): Promise<string>
  blocks(): Promise<void>
  unblocks(): Promise<void>
  /** Deletes the account. */
  leavesTelegram(): void
}
export interface TelegramGroup {
  readonly chat: Chat
  person(name: string, options?: { readonly topic?: number }): TelegramPerson
  removesBot(by: string): Promise<void>
  addsBot(by: string): Promise<void>
  /** Becomes a supergroup with another id; the bot is told. */
  migrates(): Promise<TelegramGroup>
}

type Context = { readonly world: World; readonly bot: BotState; readonly delivery: Delivery }

/** The same name is the same person; digits are taken as the user id. */
export function userNamed(world: World, name: string): User {
  const wanted = /^\d{1,15}$/.test(name) ? Number(name) : undefined
  for (const user of world.people.values()) if (user.id === wanted || (wanted === undefined && user.first_name === name)) return user
  const id = wanted ?? 7_000_000_000 + world.serial++
  const user: User = { id, is_bot: false, first_name: wanted === undefined ? name : `Person ${name}`, language_code: 'en' }
  world.people.set(id, user)
  return user
}

export function privatePerson(context: Context, name: string): TelegramPerson {
  const user = userNamed(context.world, name)
  const { is_bot: _, language_code: __, ...named } = user
  return personIn(context, user, openChat(context.bot, { ...named, type: 'private' }))
}

export function makeGroup(
  context: Context,
  options: { readonly title: string; readonly forum?: boolean; readonly id?: number },
): TelegramGroup {
  const { world, bot, delivery } = context
  const isSuper = options.forum === true || (options.id ?? 0) < -1_000_000_000_000
  const id = options.id ?? (isSuper ? -1_000_000_000_000 - world.serial++ : -4_000_000 - world.serial++)
  const chat: Chat = { id, type: isSuper ? 'supergroup' : 'group', title: options.title, ...(options.forum ? { is_forum: true } : {}) }
  const state = openChat(bot, chat)
  const member = async (by: string, from: string, to: string) => {
    state.blocked = to === 'kicked'
    changeMember(context, chat, userNamed(world, by), from, to)
  }
  return {
    chat,
    person: (name, { topic } = {}) =>
      personIn(context, userNamed(world, name), state, topic === undefined ? {} : { message_thread_id: topic, is_topic_message: true }),
    removesBot: (by) => member(by, 'member', 'kicked'),
    addsBot: (by) => member(by, 'kicked', 'member'),
    async migrates() {
      const next = makeGroup(context, { title: options.title, id: -1_000_000_000_000 - world.serial++ })
      state.migratedTo = next.chat.id
      const told = addMessage(state, { stored: { by: 'person', at: Date.now(), reactions: {} }, migrate_to_chat_id: next.chat.id })
      delivery.happen(bot, { kind: 'message', body: shown(told), queue: `chat:${chat.id}`, chat: chat.id })
      return next
    },
  }
}

function changeMember({ bot, delivery }: Context, chat: Chat, from: User, before: string, after: string) {
  const member = (status: string) => ({ user: bot.user, status })
  const body = { chat, from, date: seconds(), old_chat_member: member(before), new_chat_member: member(after) } as unknown as Json
  delivery.happen(bot, { kind: 'my_chat_member', body, queue: `member:${chat.id}`, chat: chat.id })
}

function personIn(context: Context, user: User, state: ChatState, place: Partial<Message> = {}): TelegramPerson {
  const { world, bot, delivery } = context
  const { chat } = state
  const queue = `chat:${chat.id}`
  const isPrivate = chat.type === 'private'

  const say = async (fields: Partial<Message>, file?: string): Promise<string> => {
    if (isPrivate) {
      if (state.blocked) await person.unblocks()
      state.started = true
    }
    const stored = { by: 'person' as const, at: Date.now(), reactions: {}, ...(file ? { file } : {}) }
    const message = addMessage(state, { from: user, ...place, ...fields, stored })
    tell(world, bot, 'message', chat.id, shown(message))
    const text = message.text ?? message.caption ?? ''
    if (isPrivate || seenUnderPrivacy(bot, message))
      delivery.happen(bot, { kind: 'message', body: shown(message), queue, chat: chat.id, text })
    return String(message.message_id)
  }
  const found = (message: string): StoredMessage => {
    const known = state.messages.get(Number(message))
    if (!known) throw new Error(`there is no message ${message} in this chat`)
    return known
  }
  const fileFields = (file: SentFile) => {
    const kind = kindFor(file.mime)
    const kept = keepFile(world, { kind, name: file.name, mime: file.mime, bytes: file.bytes })
    const caption = file.caption ? { caption: file.caption, ...marked('caption_entities', file.caption) } : {}
    return { fields: { ...mediaField(kind, kept), ...caption }, id: kept.id }
  }

  const person: TelegramPerson = {
    key: String(user.id),
    user,
    chat,
    types: (text, more = {}) => say({ text, ...marked('entities', text), ...more }),
    starts: (payload) => person.types(payload ? `/start ${payload}` : '/start'),
    sends: (fields) => say(fields),
    async presses(button, wanted) {
      const message = [...state.messages.values()]
        .reverse()
        .find((one) => (wanted ? one.message_id === Number(wanted) : buttonIn(one, button)))
      const pressed = message && buttonIn(message, button)
      if (!pressed) throw new Error(`${user.first_name} sees no button "${button}"`)
      if (pressed.callback_data === undefined) throw new Error(`the button "${button}" is a link`)
      const id = `${user.id}${Date.now()}${world.serial++}`
      bot.queries.set(id, { at: Date.now(), answered: false })
      const body = {
        id,
        from: user,
        message: shown(message),
        chat_instance: String(chat.id),
        data: pressed.callback_data,
      } as unknown as Json
      delivery.happen(bot, { kind: 'callback_query', body, queue: `press:${user.id}`, chat: chat.id, text: pressed.callback_data })
    },
    async edits(message, text) {
      const { entities: _, ...before } = found(message)
      const edited = { ...before, text, ...marked('entities', text), edit_date: seconds() }
      state.messages.set(edited.message_id, edited)
      tell(world, bot, 'message', chat.id, shown(edited))
      delivery.happen(bot, { kind: 'edited_message', body: shown(edited), queue, chat: chat.id, text })
    },
    deletes(message) {
      const { message_id } = found(message)
      state.messages.delete(message_id)
      tell(world, bot, 'deleted', chat.id, { message_id })
    },
    async reacts(message, emoji) {
      const target = found(message)
      const old = target.stored.reactions[user.id]
      if (emoji) target.stored.reactions[user.id] = emoji
      else delete target.stored.reactions[user.id]
      const list = (value: string | undefined) => (value ? [{ type: 'emoji', emoji: value }] : [])
      const body = { chat, message_id: target.message_id, user, date: seconds(), old_reaction: list(old), new_reaction: list(emoji) }
      tell(world, bot, 'message', chat.id, shown(target))
      delivery.happen(bot, {
        kind: 'message_reaction',
        body: body as unknown as Json,
        queue: `reaction:${chat.id}`,
        chat: chat.id,
        text: emoji,
      })
    },
    sendsFile: (file) => {
      const { fields, id } = fileFields(file)
      return say(fields, id)
    },
    async sendsAlbum(files) {
      const album = `${13_000_000_000_000 + world.serial++}`
      const ids: string[] = []
      for (const file of files) {
        const { fields, id } = fileFields(file)
        ids.push(await say({ ...fields, media_group_id: album }, id))
      }
      return ids
    },
    sendsPlace: (latitude, longitude, venue) =>
      say({ location: { latitude, longitude }, ...(venue ? { venue: { location: { latitude, longitude }, ...venue } } : {}) }),
    sharesContact: (phone, other) => {
      const card = other
        ? { first_name: other.name, ...(other.userId === undefined ? {} : { user_id: other.userId }) }
        : { first_name: user.first_name, user_id: user.id }
      return say({ contact: { phone_number: phone, ...card } })
    },
    sendsSticker: (emoji, bytes = new Uint8Array([82, 73, 70, 70])) => {
      const kept = keepFile(world, { kind: 'sticker', mime: 'image/webp', bytes })
      return say({ sticker: { ...mediaField('sticker', kept).sticker!, emoji } }, kept.id)
    },
    async blocks() {
      state.blocked = true
      changeMember(context, chat, user, 'member', 'kicked')
    },
    async unblocks() {
      state.blocked = false
      changeMember(context, chat, user, 'kicked', 'member')
    },
    leavesTelegram() {
      state.deactivated = true
    },
    sees: () => [...state.messages.values()].map((message) => seen(world, message)),
  }
  return person
}

const marked = (name: 'entities' | 'caption_entities', text: string) => {
  const entities = foundEntities(text)
  return entities.length > 0 ? { [name]: entities } : {}
}

const buttonIn = (message: Message, wanted: string) =>
  message.reply_markup?.inline_keyboard.flat().find((button) => button.text === wanted || button.callback_data === wanted)

const kindFor = (mime: string): string => {
  if (mime === 'image/gif') return 'animation'
  if (/^image\/(jpeg|png|webp)$/.test(mime)) return 'photo'
  if (mime === 'audio/ogg') return 'voice'
  if (mime.startsWith('audio/')) return 'audio'
  if (mime.startsWith('video/')) return 'video'
  return 'document'
}

/** With privacy on, a bot in a group hears commands, replies to it, mentions and service messages; https://core.telegram.org/bots/features#privacy-mode */
function seenUnderPrivacy(bot: BotState, message: Message): boolean {
  if (bot.user.can_read_all_group_messages) return true
  const text = message.text ?? message.caption
  if (text === undefined && !message.photo && !message.document && !message.voice && !message.video && !message.audio) return true
  if (message.reply_to_message?.from?.id === bot.user.id) return true
  const own = `@${bot.user.username}`.toLowerCase()
  return [...(message.entities ?? []), ...(message.caption_entities ?? [])].some(({ type, offset, length, user }) => {
    const word = (text ?? '').slice(offset, offset + length).toLowerCase()
    if (type === 'bot_command') return !word.includes('@') || word.endsWith(own)
    return (type === 'mention' && word === own) || (type === 'text_mention' && user?.id === bot.user.id)
  })
}

/** The message as it stands on a screen. */
export function seen(world: World, message: StoredMessage): SeenMessage {
  const file = message.stored.file ? world.files.get(message.stored.file) : undefined
  const { location, contact, venue } = message
  const reaction = Object.values(message.stored.reactions).at(-1)
  return {
    id: String(message.message_id),
    by: message.stored.by === 'bot' ? 'hub' : 'person',
    at: message.stored.at,
    text: message.text ?? message.caption ?? '',
    buttons: (message.reply_markup?.inline_keyboard.flat() ?? []).map(({ text, callback_data, url }) => ({
      label: text,
      ...(callback_data === undefined ? {} : { value: callback_data }),
      ...(url === undefined ? {} : { url }),
    })),
    ...(file ? { media: { kind: file.kind, mime: file.mime, bytes: file.bytes, ...(file.name ? { name: file.name } : {}) } } : {}),
    ...(location ? { place: { ...location, ...(venue ? { name: venue.title } : {}) } } : {}),
    ...(contact ? { contact: { name: contact.first_name, phone: contact.phone_number } } : {}),
    ...(reaction ? { reaction } : {}),
    ...(message.edit_date ? { edited: true } : {}),
  }
}

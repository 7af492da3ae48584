import type { EmulatedPerson } from '../../../src/channel/emulator.ts'
import type { Json } from '../../../src/channel/index.ts'
import { buttonIn, type StagedMessage, seen } from '../../../src/channel/kit/emulator/stage.ts'
import { nextId } from './methods.ts'
import { type Member, openPlace, type Place, show, type WireEvent, type World, wireEvent } from './world.ts'

/** Somebody with LINE, in one chat: with the official account, or in a group. */
export interface LinePerson extends EmulatedPerson {
  readonly chat: string
  types(text: string, more?: { readonly [key: string]: Json }): Promise<string>
  /** Writes the account's name with an @, as the app marks it. */
  mentions(text: string): Promise<string>
  /** Answers one message of the chat. */
  quotes(message: string, text: string): Promise<string>
  presses(button: string, message?: string): Promise<void>
  sendsPlace(latitude: number, longitude: number, at?: { readonly title?: string; readonly address?: string }): Promise<string>
  sendsSticker(sticker?: string, keywords?: readonly string[]): Promise<string>
  sendsPictures(files: readonly { readonly mime: string; readonly bytes: Uint8Array }[]): Promise<readonly string[]>
  /** Any other kind of message. */
  sends(message: { readonly type: string; readonly [key: string]: Json }): Promise<string>
  unsends(message: string): Promise<void>
  /** Becomes a friend, or lifts the block. */
  follows(): Promise<void>
  blocks(): Promise<void>
  /** The next files that this person sends are being prepared for so many askings. */
  readonly preparing: { times: number }
}
export interface LineGroup {
  readonly chat: string
  person(name: string): LinePerson
  /** Invites the account. */
  invites(): Promise<void>
  removes(): Promise<void>
  joins(...names: readonly string[]): Promise<void>
  leaves(...names: readonly string[]): Promise<void>
  sees(): ReturnType<EmulatedPerson['sees']>
}

const contentType = { image: 'image', video: 'video', audio: 'audio' } as const

/** The same name is the same person; digits are the playground's number. */
export function personNamed(world: World, name: string, wanted?: string): LinePerson {
  const number = wanted ?? (/^\d{1,20}$/.test(name) ? name : undefined)
  const found = [...world.members.values()].find((member) => member.name === name && number === undefined)
  const place = found ? world.places.get(found.userId)! : openPlace(world, 'user', name, number)
  const member = world.members.get(place.key) ?? { userId: place.key, name: number === name ? `Person ${name}` : name }
  world.members.set(member.userId, member)
  if (number !== undefined && name !== number) {
    member.name = name
    place.name = name
  }
  return personIn(world, place, member)
}

export function groupNamed(world: World, title: string, type: 'group' | 'room' = 'group'): LineGroup {
  const found = [...world.places.values()].find(({ name, source }) => source.type === type && name === title)
  const place = found ?? openPlace(world, type, title)
  const membersNamed = (names: readonly string[]) => names.map((name) => ({ type: 'user', userId: memberNamed(world, name).userId }))
  const tell = async (kind: string, fields: { readonly [key: string]: Json }, withToken = true) =>
    happen(world, place, wireEvent(world, place, undefined, kind, fields, withToken))
  return {
    chat: place.key,
    person: (name) => personIn(world, place, memberNamed(world, name)),
    async invites() {
      place.blocked = false
      await tell('join', {})
    },
    async removes() {
      place.blocked = true
      await tell('leave', {}, false)
    },
    joins: (...names) => tell('memberJoined', { joined: { members: membersNamed(names) } }),
    leaves: (...names) => tell('memberLeft', { left: { members: membersNamed(names) } }, false),
    sees: () => place.messages.map(seen),
  }
}

function memberNamed(world: World, name: string): Member {
  personNamed(world, name)
  return [...world.members.values()].find((member) => member.name === name)!
}

function happen(world: World, place: Place, event: WireEvent, text = ''): void {
  if (!world.settings.active) return
  world.hooks.happen({ item: event, id: String(event.webhookEventId), lane: place.key, chat: place.key, text })
}

function personIn(world: World, place: Place, member: Member): LinePerson {
  const preparing = { times: 0 }
  const isPrivate = place.source.type === 'user'

  const say = async (
    message: { readonly type: string; readonly [key: string]: Json },
    screen: Partial<StagedMessage> = {},
  ): Promise<string> => {
    const id = nextId(world)
    const at = Date.now()
    place.lastHeardAt = at
    const text = typeof message.text === 'string' ? message.text : ''
    show(world, place, { id, by: 'person', at, text, buttons: [], reactions: {}, ...screen })
    const read = { markAsReadToken: `read-${id}`, quoteToken: `q${id}` }
    happen(world, place, wireEvent(world, place, member, 'message', { message: { id, ...read, ...message } }), text)
    return id
  }
  const sendBytes = async (
    message: { readonly type: string; readonly [key: string]: Json },
    file: { readonly name?: string; readonly mime: string; readonly bytes: Uint8Array },
  ): Promise<string> => {
    const kept = world.stage.keepFile({ kind: message.type, mime: file.mime, bytes: file.bytes, ...(file.name ? { name: file.name } : {}) })
    const id = nextId(world)
    world.contents.set(id, { mime: file.mime, bytes: file.bytes, preparing: preparing.times, unsent: false })
    const at = Date.now()
    show(world, place, { id, by: 'person', at, text: '', buttons: [], reactions: {}, file: kept })
    const provider = message.type === 'file' ? {} : { contentProvider: { type: 'line' } }
    const wire = { id, markAsReadToken: `read-${id}`, quoteToken: `q${id}`, ...provider, ...message }
    happen(world, place, wireEvent(world, place, member, 'message', { message: wire }))
    return id
  }

  const person: LinePerson = {
    key: member.userId,
    chat: place.key,
    preparing,
    types: (text, more = {}) => say({ type: 'text', text, ...more }),
    mentions(text) {
      const name = `@${world.bot.displayName}`
      const mentionees = [{ index: 0, length: name.length, type: 'user', userId: world.bot.userId, isSelf: true }]
      return say({ type: 'text', text: `${name} ${text}`, mention: { mentionees } })
    },
    quotes: (message, text) => say({ type: 'text', text, quotedMessageId: message }),
    sends: (message) => say(message),
    async presses(button, wanted) {
      const { label, value } = buttonIn(place, button, wanted)
      show(world, place, { id: nextId(world), by: 'person', at: Date.now(), text: label, buttons: [], reactions: {} })
      happen(world, place, wireEvent(world, place, member, 'postback', { postback: { data: value } }), value)
    },
    async sendsFile(file) {
      const kind = contentType[file.mime.split('/', 1)[0] as keyof typeof contentType]
      const isShown = kind !== undefined && /^image\/(jpeg|png|gif)$|^video\/mp4$|^audio\/(mp4|x-m4a|mpeg)$/.test(file.mime)
      const duration = kind === 'video' || kind === 'audio' ? { duration: 3_000 } : {}
      const id = isShown
        ? await sendBytes({ type: kind, ...duration }, file)
        : await sendBytes({ type: 'file', fileName: file.name, fileSize: file.bytes.length }, file)
      // LINE has no captions: what is said to a file is a message of its own.
      if (file.caption) await person.types(file.caption)
      return id
    },
    async sendsPictures(files) {
      const set = `set${world.serial++}`
      const ids: string[] = []
      for (const [index, file] of files.entries())
        ids.push(await sendBytes({ type: 'image', imageSet: { id: set, index: index + 1, total: files.length } }, file))
      return ids
    },
    sendsPlace: (latitude, longitude, at = {}) =>
      say({ type: 'location', latitude, longitude, ...at }, { place: { latitude, longitude, ...(at.title ? { name: at.title } : {}) } }),
    sendsSticker: (stickerId = '1988', keywords = ['hello']) =>
      say(
        { type: 'sticker', packageId: '446', stickerId, stickerResourceType: 'STATIC', keywords },
        { text: `(${keywords[0] ?? 'sticker'})` },
      ),
    async unsends(message) {
      world.stage.remove(place, message)
      const kept = world.contents.get(message)
      if (kept) kept.unsent = true
      happen(world, place, wireEvent(world, place, member, 'unsend', { unsend: { messageId: message } }, false))
    },
    async follows() {
      const isUnblocked = place.blocked
      place.blocked = false
      happen(world, place, wireEvent(world, place, member, 'follow', { follow: { isUnblocked } }))
    },
    async blocks() {
      place.blocked = true
      if (isPrivate) happen(world, place, wireEvent(world, place, member, 'unfollow', {}, false))
    },
    sees: () => place.messages.map(seen),
  }
  return person
}

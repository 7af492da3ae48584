import type { AcceptedSend, DeliveredUpdate } from '../../../src/channel/emulator.ts'
import { type EmulatorFaults, noFaults } from '../../../src/channel/emulator.ts'
import type { Json } from '../../../src/channel/index.ts'
import type { Chat, Entity, Message, User } from '../wire.ts'

/** A message as Telegram keeps it; `media` are the bytes behind its file. */
export type StoredMessage = Message & {
  readonly stored: { readonly by: 'bot' | 'person'; readonly at: number; readonly file?: string; reactions: { [by: string]: string } }
}
export type StoredFile = {
  readonly id: string
  readonly kind: string
  readonly name?: string
  readonly mime: string
  readonly bytes: Uint8Array
  readonly size: number
}
export type ChatState = {
  readonly chat: Chat
  readonly messages: Map<number, StoredMessage>
  /** The person has blocked the bot, or the group has removed it. */
  blocked: boolean
  /** A private chat in which the person has pressed Start or written. */
  started: boolean
  migratedTo?: number
  deactivated?: boolean
  nextMessage: number
}
export type Webhook = {
  readonly url: string
  readonly secret?: string
  readonly allowed?: readonly string[]
  readonly maxConnections: number
  lastErrorDate?: number
  lastErrorMessage?: string
}
export type BotState = {
  readonly token: string
  readonly user: User
  readonly chats: Map<number, ChatState>
  readonly queries: Map<string, { readonly at: number; answered: boolean; text?: string }>
  webhook?: Webhook
  commands: Json
  nextUpdate: number
  updatesMinimum: readonly string[] | undefined
}

/** Everything that the emulator knows; the files beside this one act on it. */
export type World = {
  readonly bots: Map<string, BotState>
  readonly people: Map<number, User>
  readonly files: Map<string, StoredFile>
  readonly faults: EmulatorFaults
  readonly accepted: AcceptedSend[]
  readonly delivered: DeliveredUpdate[]
  readonly calls: { at: number; method: string; status: number | null }[]
  readonly timeScale: number
  readonly watchers: Set<(event: { readonly type: string; readonly chat: number; readonly bot: string; readonly data: Json }) => void>
  /** Counts up for everything that needs a number of its own. */
  serial: number
}

export const makeWorld = (timeScale: number): World => ({
  bots: new Map(),
  people: new Map(),
  files: new Map(),
  faults: noFaults(),
  accepted: [],
  delivered: [],
  calls: [],
  timeScale,
  watchers: new Set(),
  serial: 1,
})

export type BotOptions = { readonly token: string; readonly username: string; readonly name?: string; readonly privacy?: boolean }

export function addBot(world: World, { token, username, name, privacy = true }: BotOptions): BotState {
  const bot: BotState = {
    token,
    user: {
      id: Number(token.split(':', 1)[0]),
      is_bot: true,
      first_name: name ?? username,
      username,
      can_join_groups: true,
      can_read_all_group_messages: !privacy,
    },
    chats: new Map(),
    queries: new Map(),
    commands: [],
    nextUpdate: 100_000_000,
    updatesMinimum: undefined,
  }
  world.bots.set(token, bot)
  return bot
}

export const seconds = (): number => Math.floor(Date.now() / 1000)

export function openChat(bot: BotState, chat: Chat): ChatState {
  const known = bot.chats.get(chat.id)
  if (known) return known
  const state: ChatState = { chat, messages: new Map(), blocked: false, started: chat.type !== 'private', nextMessage: 1 }
  bot.chats.set(chat.id, state)
  return state
}

export function keepFile(world: World, file: Omit<StoredFile, 'id' | 'size'> & { readonly size?: number }): StoredFile {
  const id = `${file.kind.slice(0, 4)}-${world.serial++}-${Buffer.from(file.name ?? file.kind)
    .toString('base64url')
    .slice(0, 12)}`
  const kept = { ...file, id, size: file.size ?? file.bytes.length }
  world.files.set(id, kept)
  return kept
}

/** What Telegram's server finds by itself in a text that somebody typed. */
export function foundEntities(text: string): Entity[] {
  const found: Entity[] = []
  for (const match of text.matchAll(/(?<![\w/])\/[a-zA-Z][a-zA-Z0-9_]{0,31}(?:@[a-zA-Z]\w{2,31})?(?!\w)/g))
    found.push({ type: 'bot_command', offset: match.index, length: match[0].length })
  for (const match of text.matchAll(/(?<![\w@/])@[a-zA-Z]\w{2,31}/g))
    found.push({ type: 'mention', offset: match.index, length: match[0].length })
  for (const match of text.matchAll(/https?:\/\/[^\s<>"]+/g)) found.push({ type: 'url', offset: match.index, length: match[0].length })
  return found.sort((a, b) => a.offset - b.offset)
}

export function tell(world: World, bot: BotState, type: string, chat: number, data: Json): void {
  for (const watch of world.watchers) watch({ type, chat, bot: bot.user.username!, data })
}

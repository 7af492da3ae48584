import type { AcceptedSend, DeliveredUpdate, EmulatorFaults } from '../../../src/channel/emulator.ts'
import { noFaults } from '../../../src/channel/emulator.ts'
import type { Json } from '../../../src/channel/index.ts'

export type User = {
  readonly id: string
  name: string
  readonly email?: string
  /** Of another organisation, seen through a shared channel. */
  readonly stranger?: boolean
}
export type StoredFile = {
  readonly id: string
  readonly name: string
  readonly mime: string
  readonly bytes: Uint8Array
  shares: { channel: string; ts: string }[]
}
export type Stored = {
  readonly ts: string
  readonly at: number
  readonly by: 'hub' | 'person'
  readonly user: string
  /** As the API has it: signs escaped, marks in it unless `mrkdwn` is false. */
  text: string
  mrkdwn: boolean
  blocks?: Json
  readonly files: readonly string[]
  readonly thread?: string
  /** Seen by this person alone, and by nobody after a reload. */
  readonly only?: string
  edited?: string
  readonly reactions: Map<string, Set<string>>
}
export type Channel = {
  readonly id: string
  readonly type: 'im' | 'channel' | 'group' | 'mpim'
  readonly name: string
  /** The other side of a direct message. */
  readonly user?: string
  botIn: boolean
  archived: boolean
  readonly messages: Map<string, Stored>
}
/** What can go wrong on Slack's side only. */
export type SlackFaults = {
  /** How far the signature's clock is off. */
  skewSeconds: number
  signature: 'good' | 'bad' | 'missing'
  /** Forms say which characters they are in. */
  formCharset: boolean
  /** Names the host for uploads; undefined: the emulator itself. */
  uploadUrl: string | undefined
  /** A shared file is seen in its channel so much later than Slack says. */
  shareDelayMs: number
  /** The login page instead of a file, also with a good token. */
  loginPage: boolean
  /** App Home, Messages Tab. */
  messagesTab: boolean
  /** The scopes of the bot's token; undefined: all that the manifest asks for. */
  scopes: readonly string[] | undefined
}
export type Credentials = { readonly signingSecret: string; readonly botToken: string; readonly appToken: string }

/** One workspace with one app in it; the files beside this one act on it. */
export type World = {
  readonly credentials: Credentials
  readonly team: string
  readonly app: string
  readonly bot: { readonly user: string; readonly id: string; readonly name: string }
  readonly users: Map<string, User>
  readonly channels: Map<string, Channel>
  readonly files: Map<string, StoredFile>
  readonly homes: Map<string, Json>
  readonly responses: Map<
    string,
    { readonly channel: string; readonly user: string; readonly thread?: string; readonly original?: string; left: number }
  >
  readonly faults: EmulatorFaults
  readonly slack: SlackFaults
  readonly accepted: AcceptedSend[]
  readonly delivered: DeliveredUpdate[]
  readonly calls: { at: number; method: string; status: number | null }[]
  readonly timeScale: number
  readonly watchers: Set<
    (event: { readonly type: string; readonly channel: Channel | undefined; readonly data: Json; readonly message?: Stored }) => void
  >
  /** Where it answers, once it listens. */
  url: string
  hook: string | null
  serial: number
}

export function makeWorld(credentials: Credentials, timeScale: number, name: string): World {
  return {
    credentials,
    team: 'T0EMULATED',
    app: 'A0EMULATED',
    bot: { user: 'U0HUB', id: 'B0HUB', name },
    users: new Map(),
    channels: new Map(),
    files: new Map(),
    homes: new Map(),
    responses: new Map(),
    faults: noFaults(),
    slack: {
      skewSeconds: 0,
      signature: 'good',
      formCharset: false,
      uploadUrl: undefined,
      shareDelayMs: 0,
      loginPage: false,
      messagesTab: true,
      scopes: undefined,
    },
    accepted: [],
    delivered: [],
    calls: [],
    timeScale,
    watchers: new Set(),
    url: '',
    hook: null,
    serial: 1,
  }
}

/** Slack's numbers for messages: the second, and six digits that no other message of the channel has. */
export const nextTs = (world: World): string => `${Math.floor(Date.now() / 1000)}.${String(world.serial++ % 1_000_000).padStart(6, '0')}`
export const nextId = (world: World, kind: string): string => `${kind}0${(world.serial++).toString(36).toUpperCase().padStart(7, '0')}`

/** The same name is the same person; digits and ids of Slack's are taken as the id. */
export function userNamed(world: World, name: string, more: Partial<User> = {}): User {
  const wanted = /^\d{1,15}$/.test(name) ? `U${name.padStart(8, '0')}` : /^[UW][A-Z0-9]{4,}$/.test(name) ? name : undefined
  for (const user of world.users.values()) if (user.id === wanted || (wanted === undefined && user.name === name)) return user
  const shown = wanted === undefined ? name : `Person ${name}`
  const email = `${shown.toLowerCase().replaceAll(/[^a-z0-9]+/g, '.')}@example.com`
  const user: User = { id: wanted ?? nextId(world, 'U'), name: shown, email, ...more }
  world.users.set(user.id, user)
  return user
}

export function directWith(world: World, user: string): Channel {
  for (const channel of world.channels.values()) if (channel.user === user) return channel
  const channel: Channel = {
    id: `D${user.slice(1)}`,
    type: 'im',
    name: world.users.get(user)?.name ?? user,
    user,
    botIn: true,
    archived: false,
    messages: new Map(),
  }
  world.channels.set(channel.id, channel)
  return channel
}

/** A conversation as the records name it: the person of a direct message, else channel and thread. */
export const chatOf = (channel: Channel, thread?: string): string =>
  channel.user ?? (thread === undefined ? channel.id : `${channel.id}/${thread}`)

export function addMessage(channel: Channel, message: Omit<Stored, 'at' | 'reactions'>): Stored {
  const added: Stored = { at: Date.now(), reactions: new Map(), ...message }
  channel.messages.set(added.ts, added)
  return added
}

export function tell(world: World, type: string, channel: Channel | undefined, data: Json, message?: Stored): void {
  for (const watch of world.watchers) watch({ type, channel, data, ...(message ? { message } : {}) })
}

/** A message as the API tells it. */
export function wireMessage(world: World, message: Stored): { readonly [key: string]: Json } {
  const reactions = [...message.reactions].map(([name, users]) => ({ name, users: [...users], count: users.size }))
  return {
    type: 'message',
    user: message.user,
    text: message.text,
    ts: message.ts,
    team: world.team,
    ...(message.by === 'hub' ? { bot_id: world.bot.id, app_id: world.app } : {}),
    ...(message.blocks === undefined ? {} : { blocks: message.blocks }),
    ...(message.thread === undefined ? {} : { thread_ts: message.thread }),
    ...(message.edited === undefined ? {} : { edited: { user: message.user, ts: message.edited } }),
    ...(message.files.length > 0 ? { files: message.files.map((id) => wireFile(world, world.files.get(id)!)), upload: false } : {}),
    ...(reactions.length > 0 ? { reactions } : {}),
  }
}

export function wireFile(world: World, file: StoredFile): { readonly [key: string]: Json } {
  const name = encodeURIComponent(file.name)
  const visible = file.shares.filter(({ channel }) => world.channels.has(channel))
  return {
    id: file.id,
    name: file.name,
    title: file.name,
    mimetype: file.mime,
    filetype: file.name.split('.').pop() ?? 'binary',
    size: file.bytes.length,
    mode: 'hosted',
    is_external: false,
    url_private: `${world.url}/files-pri/${world.team}-${file.id}/${name}`,
    url_private_download: `${world.url}/files-pri/${world.team}-${file.id}/download/${name}`,
    shares: { private: Object.fromEntries(visible.map(({ channel, ts }) => [channel, [{ ts }]])) },
  }
}

import { type AcceptedSend, type DeliveredUpdate, type EmulatorFaults, noFaults } from '../../../src/channel/emulator.ts'
import type { Json } from '../../../src/channel/index.ts'
import type { Activity, OutAttachment } from '../wire.ts'

export type PersonState = {
  readonly id: string
  readonly aadObjectId: string
  name: string
  readonly tenantId: string
  readonly email: string
  readonly guest: boolean
}
export type StoredFile = { readonly id: string; readonly name: string; readonly mime: string; readonly bytes: Uint8Array }
export type StoredMessage = {
  readonly id: string
  readonly by: 'bot' | 'person'
  readonly from: string
  readonly at: number
  readonly activity: {
    readonly text?: string
    readonly textFormat?: string
    readonly attachments?: readonly OutAttachment[]
  }
  /** A file that a person put into this message. */
  readonly file?: string
  readonly reactions: { [person: string]: string }
  edited: boolean
  deleted: boolean
  /** Whoever pressed a button sees the card that came back. */
  view?: Json
}
export type ConversationState = {
  readonly id: string
  readonly type: 'personal' | 'groupChat' | 'channel'
  readonly title: string
  readonly team?: { readonly id: string; readonly name: string }
  readonly channel?: { readonly id: string; readonly name: string }
  readonly members: Set<string>
  readonly messages: Map<string, StoredMessage>
  /** What the playground's page calls it. */
  alias?: string
  /** Why the bot may not write here: the error code of the Connector. */
  refuses?: string
  /** Times of what was written, for the limits of a thread. */
  readonly sends: number[]
}

/** What can be told to misbehave besides the faults that every emulator has. */
export type Switches = {
  /** Microsoft's limits of one thread: 7 in a second, 8 in two, 60 in thirty. */
  threadLimits: boolean
  /** The app was granted to hear what is said without a mention. */
  hearsAll: boolean
  /** The PUT of a file answers so. */
  uploadStatus: number
  /** The place for an upload that the consent names; undefined: ours. */
  uploadUrl: string | undefined
  /** Entra gives no token, and says why. */
  tokenRefusal: { readonly status: number; readonly error: string; readonly description: string } | undefined
  metadataDown: boolean
}

/** Everything that the emulator knows; the files beside this one act on it. */
export type World = {
  readonly appId: string
  readonly appPassword: string
  readonly tenantId: string
  readonly botName: string
  readonly people: Map<string, PersonState>
  readonly conversations: Map<string, ConversationState>
  readonly files: Map<string, StoredFile>
  /** Places for uploads, by their key: what came so far. */
  readonly uploads: Map<string, { readonly name: string; readonly size: number; readonly chunks: Buffer[]; received: number }>
  /** Tokens that were given, until when they are good. */
  readonly tokens: Map<string, number>
  readonly faults: EmulatorFaults
  readonly switches: Switches
  readonly accepted: AcceptedSend[]
  readonly delivered: DeliveredUpdate[]
  readonly calls: { at: number; method: string; status: number | null }[]
  readonly timeScale: number
  readonly watchers: Set<(event: { readonly type: string; readonly chat: string; readonly data: Json }) => void>
  readonly url: () => string
  hookUrl: string | undefined
  /** Counts up for everything that needs a number of its own. */
  serial: number
  lastMessageId: number
}

export const makeWorld = (options: Pick<World, 'appId' | 'appPassword' | 'tenantId' | 'botName' | 'timeScale' | 'url'>): World => ({
  ...options,
  people: new Map(),
  conversations: new Map(),
  files: new Map(),
  uploads: new Map(),
  tokens: new Map(),
  faults: noFaults(),
  switches: {
    threadLimits: false,
    hearsAll: false,
    uploadStatus: 201,
    uploadUrl: undefined,
    tokenRefusal: undefined,
    metadataDown: false,
  },
  accepted: [],
  delivered: [],
  calls: [],
  watchers: new Set(),
  hookUrl: undefined,
  serial: 1,
  lastMessageId: 0,
})

export const botAccount = ({ appId, botName }: World) => ({ id: `28:${appId}`, name: botName })
export const serviceUrl = (world: World): string => `${world.url()}/teams/`

/** Milliseconds since 1970, never twice: Teams' ids of messages. */
export function nextMessageId(world: World): string {
  world.lastMessageId = Math.max(world.lastMessageId + 1, Date.now())
  return String(world.lastMessageId)
}

const hex = (number: number, length: number) => number.toString(16).padStart(length, '0')

/** The same name is the same person. `tenantId` other than ours, and a guest's address, are what they say. */
export function personNamed(
  world: World,
  name: string,
  more: { readonly tenantId?: string; readonly guest?: boolean; readonly email?: string } = {},
): PersonState {
  const known = [...world.people.values()].find((person) => person.name === name || person.id === name)
  if (known) return known
  const number = world.serial++
  const local =
    name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '.')
      .replace(/^\.+|\.+$/g, '') || `person${number}`
  const person: PersonState = {
    id: `29:1person-${number}-${Buffer.from(name).toString('base64url').slice(0, 24)}`,
    aadObjectId: `00000000-0000-4000-9000-${hex(number, 12)}`,
    name,
    tenantId: more.tenantId ?? world.tenantId,
    email: more.email ?? `${local}@contoso.example`,
    guest: more.guest === true,
  }
  world.people.set(person.id, person)
  return person
}

export function openConversation(
  world: World,
  id: string,
  make: Omit<ConversationState, 'id' | 'messages' | 'members' | 'sends'>,
): ConversationState {
  const known = world.conversations.get(id)
  if (known) return known
  const state: ConversationState = { id, ...make, members: new Set(), messages: new Map(), sends: [] }
  world.conversations.set(id, state)
  return state
}

export function keepFile(world: World, file: Omit<StoredFile, 'id'>): StoredFile {
  const kept = { ...file, id: `file-${world.serial++}` }
  world.files.set(kept.id, kept)
  return kept
}

export function tell(world: World, type: string, chat: string, data: Json): void {
  for (const watch of world.watchers) watch({ type, chat, data })
}

/** An activity in the frame that Teams puts around it. */
export function activityIn(world: World, conversation: ConversationState, from: PersonState, activity: Activity): Activity {
  const { type, team, channel } = conversation
  return {
    timestamp: new Date().toISOString(),
    channelId: 'msteams',
    serviceUrl: serviceUrl(world),
    from: { id: from.id, name: from.name, aadObjectId: from.aadObjectId },
    conversation: {
      ...(type === 'personal' ? {} : { isGroup: true }),
      conversationType: type,
      tenantId: from.tenantId,
      id: conversation.id,
    },
    recipient: botAccount(world),
    locale: 'en-GB',
    ...activity,
    channelData: {
      ...(team ? { team, teamsTeamId: team.id } : {}),
      ...(channel ? { channel, teamsChannelId: channel.id } : {}),
      tenant: { id: from.tenantId },
      ...activity.channelData,
    },
  }
}

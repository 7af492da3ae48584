import { randomUUID } from 'node:crypto'
import type { Json } from '../../../src/channel/index.ts'
import { type Hooks, makeHooks } from '../../../src/channel/kit/emulator/hooks.ts'
import { makeStage, type Stage, type StagedChat, type StagedMessage } from '../../../src/channel/kit/emulator/stage.ts'
import { hmac } from '../../../src/channel/kit/signature.ts'

export type Member = { readonly userId: string; name: string }
export type Source = { readonly type: 'user' | 'group' | 'room'; readonly id: string }
export type Place = StagedChat & { readonly source: Source }
/** An event as LINE writes it, without what is added when it is told. */
export type WireEvent = { readonly type: string; readonly timestamp: number; readonly replyToken?: string; readonly [key: string]: Json }
export type KeptContent = { readonly mime: string; readonly bytes: Uint8Array; preparing: number; unsent: boolean }
type Token = { readonly place: Place; readonly at: number; validFrom: number; used: boolean }

export type World = {
  readonly stage: Stage
  readonly places: Map<string, Place>
  readonly members: Map<string, Member>
  readonly contents: Map<string, KeptContent>
  readonly tokens: Map<string, Token>
  readonly retryKeys: Map<string, { readonly request: string; readonly sent: Json }>
  readonly secrets: { readonly channel: string; readonly access: string }
  readonly bot: { readonly userId: string; readonly basicId: string; readonly displayName: string }
  readonly quota: { limit: number | null; used: number }
  readonly settings: { chat: boolean; redelivery: boolean; active: boolean; replyTokenMs: number }
  readonly loading: { readonly at: number; readonly chat: string }[]
  readonly read: { readonly at: number; readonly token: string }[]
  readonly hooks: Hooks<WireEvent>
  /** Counts up for everything that needs a number of its own. */
  serial: number
}

/** How LINE tells a failed webhook again is not published; these are ours. */
const pauses = [1, 5, 30, 120, 300, 600]

export function makeWorld(options: {
  readonly timeScale: number
  readonly patienceMs: number
  readonly channelSecret: string
  readonly accessToken: string
}): World {
  const stage = makeStage()
  const bot = { userId: `U${'b0'.repeat(16)}`, basicId: '@switchboard', displayName: 'Switchboard' }
  const tokens: World['tokens'] = new Map()
  const settings = { chat: true, redelivery: true, active: true, replyTokenMs: 60_000 }
  const hooks = makeHooks<WireEvent>(stage, {
    timeScale: options.timeScale,
    patienceMs: options.patienceMs,
    together: 50,
    pause: (tries) => pauses[tries - 1],
    holdsUp: false,
    write: (events, round) => {
      const told = events.map((event) => {
        const token = tokens.get(event.replyToken ?? '')
        if (token && round > 1 && Date.now() - token.at < 20 * 60_000) token.validFrom = Date.now()
        return { ...event, deliveryContext: { isRedelivery: round > 1 } }
      })
      return signed(options.channelSecret, { destination: bot.userId, events: told as Json })
    },
  })
  return {
    stage,
    places: new Map(),
    members: new Map(),
    contents: new Map(),
    tokens,
    retryKeys: new Map(),
    secrets: { channel: options.channelSecret, access: options.accessToken },
    bot,
    quota: { limit: null, used: 0 },
    settings,
    loading: [],
    read: [],
    hooks,
    serial: 1,
  }
}

export function signed(secret: string, body: Json) {
  const text = JSON.stringify(body)
  return { body: text, headers: { 'x-line-signature': hmac('sha256', secret, text, 'base64'), 'user-agent': 'LineBotWebhook/2.0' } }
}

const prefix = { user: 'U', group: 'C', room: 'R' } as const

/** The playground calls chats by numbers, LINE by a letter and 32 hexadecimal digits. */
export function openPlace(world: World, type: Source['type'], name: string, wanted?: string): Place {
  const id = wanted ?? String(1_000_000 + world.serial++)
  const known = world.places.get(`${prefix[type]}${id.padStart(32, '0')}`)
  if (known) return known
  const key = `${prefix[type]}${id.padStart(32, '0')}`
  const place: Place = { id, key, name, messages: [], lastHeardAt: null, blocked: false, source: { type, id: key } }
  world.places.set(key, place)
  world.stage.chats.set(id, place)
  return place
}

/** An event of this place, with a reply token where LINE gives one. */
export function wireEvent(
  world: World,
  place: Place,
  member: Member | undefined,
  type: string,
  fields: { readonly [key: string]: Json },
  withToken = true,
): WireEvent {
  const { type: kind, id } = place.source
  const timestamp = Date.now()
  const replyToken = withToken ? randomUUID().replaceAll('-', '') : undefined
  if (replyToken) world.tokens.set(replyToken, { place, at: timestamp, validFrom: timestamp, used: false })
  return {
    type,
    mode: 'active',
    timestamp,
    source: { type: kind, [`${kind}Id`]: id, ...(member ? { userId: member.userId } : {}) },
    webhookEventId: `01${randomUUID().replaceAll('-', '').slice(0, 24).toUpperCase()}`,
    ...(replyToken ? { replyToken } : {}),
    ...fields,
  }
}

/** Quick replies hang under the newest message alone. */
export function show(world: World, place: Place, message: StagedMessage, hasQuickReplies = false): void {
  const before = place.messages.at(-1)
  if (before && quick.has(before)) {
    quick.delete(before)
    world.stage.replace(place, before.id, { buttons: [] })
  }
  if (hasQuickReplies) quick.add(message)
  world.stage.show(place, message)
}
const quick = new WeakSet<StagedMessage>()

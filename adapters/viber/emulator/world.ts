import type { Json } from '../../../src/channel/index.ts'
import { type Hooks, makeHooks } from '../../../src/channel/kit/emulator/hooks.ts'
import { makeStage, type Stage, type StagedChat, type StagedMessage } from '../../../src/channel/kit/emulator/stage.ts'
import { hmac } from '../../../src/channel/kit/signature.ts'

/** Somebody's chat with the bot, as Viber knows it. */
export type Chat = StagedChat & {
  subscribed: boolean
  /** What our last message carried; it comes back with the person's next words. */
  tracking: string
  /** When messages were sent that the person has not answered, in milliseconds since 1970. */
  unanswered: number[]
  detailsAsked: number[]
}
/** A callback; its token is text here and a bare number of 64 bits on the wire. */
export type Callback = { readonly event: string; readonly timestamp: number; readonly message_token: string; readonly [key: string]: Json }

export type World = {
  readonly stage: Stage
  readonly chats: Map<string, Chat>
  readonly token: string
  readonly bot: { readonly id: string; readonly name: string; readonly uri: string }
  /** `apiVersion`: of people's apps. */
  readonly settings: { devices: number; unansweredPerHour: number; apiVersion: number }
  readonly hooks: Hooks<Callback>
  eventTypes: readonly string[]
  /** Messages whose keyboard is still there. */
  readonly keyboards: Set<string>
  /** Counts up for everything that needs a number of its own. */
  serial: number
}

/** "several times for an hour until 200": https://developers.viber.com/docs/faq/. The steps are ours. */
const pauses = [5, 15, 60, 300, 900, 2_400]

export function makeWorld(options: {
  readonly timeScale: number
  readonly patienceMs: number
  readonly token: string
  welcomed(chat: string, body: string): void
}): World {
  const stage = makeStage()
  const hooks = makeHooks<Callback>(stage, {
    timeScale: options.timeScale,
    patienceMs: options.patienceMs,
    together: 1,
    pause: (tries) => pauses[tries - 1],
    holdsUp: true,
    write: ([callback]) => signed(options.token, callback!),
    took: ([callback], body) => {
      const user = callback!.user as { readonly id: string } | undefined
      if (callback!.event === 'conversation_started' && user && body !== '') options.welcomed(user.id, body)
    },
  })
  return {
    stage,
    chats: new Map(),
    token: options.token,
    bot: { id: 'pa:75346594275468546724', name: 'Switchboard', uri: 'switchboard' },
    settings: { devices: 1, unansweredPerHour: 100, apiVersion: 10 },
    hooks,
    eventTypes: [],
    keyboards: new Set(),
    serial: 1,
  }
}

/** As bytes: Viber writes message_token as a number that no double holds. */
export const written = (callback: Callback | { readonly [key: string]: Json }): string =>
  JSON.stringify(callback).replace(/"message_token":"(\d+)"/, '"message_token":$1')

export function signed(token: string, callback: Callback) {
  const body = written(callback)
  return { body, headers: { 'x-viber-content-signature': hmac('sha256', token, body, 'hex'), 'user-agent': 'ViberCallback' } }
}

/** Above 2^53, and never twice. */
export const nextToken = (world: World): string => String(4_912_661_846_655_238_000n + BigInt(world.serial++) * 7n)

/** The playground calls chats by numbers; Viber's ids look like base64. */
export function openChat(world: World, name: string, wanted?: string): Chat {
  const id = wanted ?? String(1_000_000 + world.serial++)
  const key = `${Buffer.from(id.padStart(17, '0')).toString('base64')}`
  const known = world.chats.get(key)
  if (known) return known
  const chat: Chat = {
    id,
    key,
    name,
    messages: [],
    lastHeardAt: null,
    blocked: false,
    subscribed: false,
    tracking: '',
    unanswered: [],
    detailsAsked: [],
  }
  world.chats.set(key, chat)
  world.stage.chats.set(id, chat)
  return chat
}

export function happen(
  world: World,
  chat: Chat,
  event: string,
  fields: { readonly [key: string]: Json },
  text = '',
  token = nextToken(world),
): void {
  if (event !== 'message' && !world.eventTypes.includes(event)) return
  const callback: Callback = { event, timestamp: Date.now(), chat_hostname: 'SN-CHAT-01_', message_token: token, ...fields }
  const lane = /^(delivered|seen|failed)$/.test(event) ? `receipts:${chat.key}` : chat.key
  world.hooks.happen({ item: callback, id: `${event}:${token}`, lane, chat: chat.key, text })
}

/** A keyboard goes with the next message of the bot that brings none. */
export function show(world: World, chat: Chat, message: StagedMessage, hasKeyboard = false): void {
  if (message.by === 'hub') {
    for (const before of chat.messages) if (world.keyboards.has(before.id)) world.stage.replace(chat, before.id, { buttons: [] })
    for (const before of chat.messages) world.keyboards.delete(before.id)
    if (hasKeyboard) world.keyboards.add(message.id)
  }
  world.stage.show(chat, message)
}

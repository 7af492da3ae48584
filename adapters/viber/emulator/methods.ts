import type { Json } from '../../../src/channel/index.ts'
import { trialMs } from '../../../src/channel/kit/emulator/patience.ts'
import type { Answered } from '../../../src/channel/kit/emulator/serve.ts'
import { listIn, objectIn, textIn } from '../../../src/channel/kit/meta-webhook.ts'
import { checkMessage } from './check.ts'
import { Refusal } from './refusal.ts'
import { shownOf } from './screen.ts'
import { type Chat, happen, nextToken, show, signed, type World, written } from './world.ts'

type Fields = { readonly [key: string]: unknown }
type Method = (world: World, fields: Fields, bytes: number) => Promise<{ readonly [key: string]: Json }>

const hour = 3_600_000
const allTypes = ['subscribed', 'unsubscribed', 'delivered', 'seen', 'failed', 'conversation_started']

/** https://developers.viber.com/docs/api/rest-bot-api/ */
export const methods: { readonly [name: string]: Method } = {
  set_webhook: setWebhook,
  send_message: sendMessage,
  broadcast_message: broadcast,
  get_account_info: async (world) => ({
    ...world.bot,
    webhook: world.hooks.url()?.href ?? '',
    event_types: [...world.eventTypes],
    subscribers_count: [...world.chats.values()].filter(({ subscribed }) => subscribed).length,
  }),
  get_user_details: userDetails,
  get_online: async (world, { ids }) => ({
    users: listIn(ids).map((id) => ({
      id: String(id),
      online_status: world.chats.has(String(id)) ? 0 : 4,
      online_status_message: 'online',
    })),
  }),
}
export const isVisible = (name: string): boolean => name === 'send_message'

/** Ok or not, the answer is HTTP 200. A message_token in it is a bare number. */
export const answer = (status: number, message: string, more: { readonly [key: string]: Json } = {}): Answered => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  text: written({ status, status_message: message, chat_hostname: 'SN-CHAT-05_', ...more }),
})

/** Calls the address before it answers, and wants 200 from it. */
async function setWebhook(world: World, { url, event_types }: Fields) {
  if (url === '') {
    world.hooks.point(undefined)
    return { event_types: [] }
  }
  await pointAt(world, URL.canParse(String(url)) ? new URL(String(url)) : undefined)
  world.eventTypes = event_types === undefined ? allTypes : listIn(event_types).map(String)
  return { event_types: [...world.eventTypes] }
}

export async function pointAt(world: World, url: URL | undefined): Promise<void> {
  const isHere = url?.protocol === 'http:' && /^(localhost|127\.\d+\.\d+\.\d+)$/.test(url.hostname)
  if (!url || (url.protocol !== 'https:' && !isHere)) throw new Refusal(1, 'invalidUrl')
  const callback = { event: 'webhook', timestamp: Date.now(), chat_hostname: 'SN-CHAT-01_', message_token: nextToken(world) }
  const { body, headers } = signed(world.token, callback)
  const status = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
    redirect: 'manual',
    signal: AbortSignal.timeout(trialMs),
  }).then(
    async (response) => {
      await response.arrayBuffer()
      return response.status
    },
    () => 0,
  )
  if (status !== 200) throw new Refusal(1, 'Result: invalidUrl')
  if (world.eventTypes.length === 0) world.eventTypes = allTypes
  world.hooks.point(url)
}

async function sendMessage(world: World, fields: Fields, bytes: number) {
  const receiver = textIn(fields.receiver)
  if (receiver === undefined) throw new Refusal(4, 'receiver is missing')
  if (!world.hooks.url()) throw new Refusal(10, 'webhookNotSet')
  const chat = world.chats.get(receiver)
  if (!chat) throw new Refusal(5, 'receiverNotRegistered')
  if (!chat.subscribed || chat.blocked) throw new Refusal(6, 'receiverNotSubscribed')
  checkMessage(fields, bytes)
  if (Number(fields.min_api_version ?? 1) > world.settings.apiVersion) throw new Refusal(13, 'apiVersionNotSupported')
  const since = Date.now() - hour
  chat.unanswered = chat.unanswered.filter((at) => at > since)
  if (chat.unanswered.length >= world.settings.unansweredPerHour) throw new Refusal(12, 'Maximum messages to user without reply exceeded')
  const token = await put(world, chat, fields, 'send_message')
  return { message_token: token, billing_status: 1 }
}

/** Puts a message of the bot on the screen, and tells of it once for each device. */
export async function put(world: World, chat: Chat, fields: Fields, method: string): Promise<string> {
  const token = nextToken(world)
  const shown = await shownOf(world, fields)
  const at = Date.now()
  chat.unanswered.push(at)
  chat.tracking = textIn(fields.tracking_data) ?? ''
  show(world, chat, { id: token, by: 'hub', at, reactions: {}, status: 'delivered', ...shown }, fields.keyboard !== undefined)
  world.stage.accepted.push({ at, chat: chat.key, message: token, text: shown.text, method, payload: fields as Json })
  for (let device = 0; device < world.settings.devices; device++) happen(world, chat, 'delivered', { user_id: chat.key }, '', token)
  return token
}

/** What stood in the body of our 200 to conversation_started; wrong ones are shown to nobody, and nobody is told. */
export async function welcome(world: World, receiver: string, body: string): Promise<void> {
  const chat = world.chats.get(receiver)
  let message: Fields
  try {
    message = objectIn(JSON.parse(body))
    checkMessage(message, Buffer.byteLength(body))
  } catch {
    return
  }
  if (chat && !chat.blocked) await put(world, chat, message, 'welcome')
}

async function broadcast(world: World, fields: Fields, bytes: number) {
  const receivers = listIn(fields.broadcast_list).map(String)
  if (receivers.length === 0 || receivers.length > 300) throw new Refusal(3, 'broadcast_list must have 1 to 300 receivers')
  const failed: { readonly receiver: string; readonly status: number; readonly status_message: string }[] = []
  for (const receiver of receivers) {
    await sendMessage(world, { ...fields, receiver }, bytes).catch((error: unknown) => {
      if (!(error instanceof Refusal)) throw error
      failed.push({ receiver, status: error.status, status_message: error.message })
    })
  }
  return { message_token: nextToken(world), failed_list: failed }
}

/** "twice … in a 12 hours period" for each person. */
async function userDetails(world: World, { id }: Fields) {
  const chat = world.chats.get(String(id))
  if (!chat) throw new Refusal(5, 'receiverNotRegistered')
  const since = Date.now() - 12 * hour
  chat.detailsAsked = chat.detailsAsked.filter((at) => at > since)
  if (chat.detailsAsked.length >= 2) throw new Refusal(12, 'tooManyRequests')
  chat.detailsAsked.push(Date.now())
  return {
    message_token: nextToken(world),
    user: {
      id: chat.key,
      name: chat.name,
      avatar: 'https://media-direct.cdn.viber.com/emulator.jpg',
      country: 'GB',
      language: 'en',
      api_version: 10,
    },
  }
}

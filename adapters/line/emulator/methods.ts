import { randomUUID } from 'node:crypto'
import type { Json } from '../../../src/channel/index.ts'
import { trialMs } from '../../../src/channel/kit/emulator/patience.ts'
import type { Answered, Asked } from '../../../src/channel/kit/emulator/serve.ts'
import { checkMessages } from './check.ts'
import { Refusal } from './refusal.ts'
import { shownOf } from './screen.ts'
import { type Place, show, signed, type World } from './world.ts'

type Context = { readonly world: World; readonly asked: Asked; readonly parts: readonly string[] }
type Method = (context: Context) => Answered | Promise<Answered>
const json = (body: Json, headers: { readonly [name: string]: string } = {}): Answered => ({ status: 200, body, headers })

/** The calls by method and path; `*` is one part of it. https://developers.line.biz/en/reference/messaging-api/ */
const methods: readonly (readonly [pattern: string, name: string, run: Method])[] = [
  ['POST /v2/bot/message/reply', 'reply', reply],
  ['POST /v2/bot/message/push', 'push', push],
  ['POST /v2/bot/message/validate/*', 'validate', validate],
  [
    'GET /v2/bot/info',
    'info',
    ({ world }) =>
      json({
        ...world.bot,
        pictureUrl: 'https://profile.line-scdn.net/emulator/bot.jpg',
        chatMode: world.settings.chat ? 'chat' : 'bot',
        markAsReadMode: 'manual',
      }),
  ],
  [
    'GET /v2/bot/message/quota',
    'quota',
    ({ world: { quota } }) => json(quota.limit === null ? { type: 'none' } : { type: 'limited', value: quota.limit }),
  ],
  ['GET /v2/bot/message/quota/consumption', 'consumption', ({ world }) => json({ totalUsage: world.quota.used })],
  ['GET /v2/bot/profile/*', 'profile', ({ world, parts }) => profile(world, parts[0]!)],
  ['GET /v2/bot/group/*/member/*', 'profile', ({ world, parts }) => profile(world, parts[1]!)],
  ['GET /v2/bot/room/*/member/*', 'profile', ({ world, parts }) => profile(world, parts[1]!)],
  ['PUT /v2/bot/channel/webhook/endpoint', 'setWebhook', setWebhook],
  [
    'GET /v2/bot/channel/webhook/endpoint',
    'getWebhook',
    ({ world }) => json({ endpoint: world.hooks.url()?.href ?? '', active: world.settings.active }),
  ],
  ['POST /v2/bot/channel/webhook/test', 'testWebhook', async ({ world }) => json(await tryWebhook(world, world.hooks.url()))],
  ['POST /v2/bot/chat/loading/start', 'loading', loading],
  ['POST /v2/bot/chat/markAsRead', 'markAsRead', markAsRead],
  ['GET /v2/bot/message/*/content', 'content', content],
  [
    'GET /v2/bot/message/*/content/transcoding',
    'transcoding',
    ({ world, parts }) => json({ status: (world.contents.get(parts[0]!)?.preparing ?? 0) > 0 ? 'processing' : 'succeeded' }),
  ],
]

function validate({ asked }: Context): Answered {
  checkMessages(fieldsOf(asked).messages)
  return json({})
}

export const visible = (name: string): boolean => name === 'reply' || name === 'push'

export function methodFor(asked: Asked): { readonly name: string; readonly run: (world: World) => Promise<Answered> } | undefined {
  const path = `${asked.method} ${asked.url.pathname}`
  for (const [pattern, name, run] of methods) {
    const parts = new RegExp(`^${pattern.replaceAll('*', '([^/]+)')}$`).exec(path)?.slice(1)
    if (parts) return { name, run: async (world) => run({ world, asked, parts: parts.map(decodeURIComponent) }) }
  }
  return undefined
}

function fieldsOf(asked: Asked): { readonly [key: string]: unknown } {
  if (!asked.headers['content-type']?.startsWith('application/json')) throw new Refusal(415, 'The media type is not supported')
  if (asked.body.length > 2 * 1024 * 1024) throw new Refusal(413, 'The request body is too large')
  try {
    return JSON.parse(Buffer.from(asked.body).toString('utf8'))
  } catch {
    throw new Refusal(400, 'The request body could not be parsed as JSON')
  }
}

async function reply({ world, asked }: Context): Promise<Answered> {
  if (asked.headers['x-line-retry-key'] !== undefined) throw new Refusal(400, 'X-Line-Retry-Key is not supported by this API')
  const { replyToken, messages } = fieldsOf(asked)
  const token = world.tokens.get(String(replyToken))
  const stale = !token || token.used || Date.now() - token.validFrom > world.settings.replyTokenMs || token.place.blocked
  if (stale) throw new Refusal(400, 'Invalid reply token')
  const checked = checkMessages(messages)
  token.used = true
  return json({ sentMessages: await put(world, token.place, checked, 'reply') })
}

async function push({ world, asked }: Context): Promise<Answered> {
  const { to, messages } = fieldsOf(asked)
  const key = asked.headers['x-line-retry-key']
  if (key !== undefined && !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(key)) throw new Refusal(400, 'The retry key is not a UUID')
  const before = key === undefined ? undefined : world.retryKeys.get(key)
  if (before)
    throw new Refusal(
      409,
      'The retry key is already accepted',
      { sentMessages: before.sent },
      { 'x-line-accepted-request-id': before.request },
    )
  const place = world.places.get(String(to))
  if (!place) throw new Refusal(400, "The property, 'to', in the request body is invalid (line: -, column: -)")
  const checked = checkMessages(messages)
  const { quota } = world
  if (quota.limit !== null && quota.used >= quota.limit) throw new Refusal(429, 'You have reached your monthly limit.')
  const request = randomUUID()
  const sent = await put(world, place, checked, 'push')
  quota.used += place.blocked ? 0 : 1
  if (key !== undefined) world.retryKeys.set(key, { request, sent })
  return json({ sentMessages: sent }, { 'x-line-request-id': request })
}

/** Who has blocked the account is sent nothing, and the caller is told nothing of it. */
async function put(world: World, place: Place, messages: readonly { readonly [key: string]: unknown }[], method: string): Promise<Json> {
  const sent: { readonly id: string; readonly quoteToken: string }[] = []
  const shown = await Promise.all(messages.map((message) => shownOf(world, message)))
  for (const [index, { hasQuickReplies, ...screen }] of shown.entries()) {
    const id = nextId(world)
    const at = Date.now()
    sent.push({ id, quoteToken: `q${id}` })
    if (place.blocked) continue
    show(world, place, { id, by: 'hub', at, reactions: {}, ...screen }, hasQuickReplies && index === shown.length - 1)
    world.stage.accepted.push({ at, chat: place.key, message: id, text: screen.text, method, payload: messages[index] as Json })
  }
  return sent
}

export const nextId = (world: World): string => `56${String(1_000_000_000_000_000 + world.serial++)}`

function profile(world: World, userId: string): Answered {
  const member = world.members.get(userId)
  const place = world.places.get(userId)
  if (!member || place?.blocked) throw new Refusal(404, 'Not found')
  return json({ userId, displayName: member.name, language: 'en' })
}

async function setWebhook({ world, asked }: Context): Promise<Answered> {
  const { endpoint } = fieldsOf(asked)
  const url = typeof endpoint === 'string' && URL.canParse(endpoint) ? new URL(endpoint) : undefined
  const isHere = url?.protocol === 'http:' && /^(localhost|127\.\d+\.\d+\.\d+)$/.test(url.hostname)
  if (!url || url.href.length > 500 || (url.protocol !== 'https:' && !isHere)) throw new Refusal(400, 'Invalid webhook endpoint URL')
  world.hooks.point(url)
  return json({})
}

/** LINE tries an address with no event at all. */
export async function tryWebhook(
  world: World,
  url: URL | undefined,
): Promise<{ readonly success: boolean; readonly statusCode: number; readonly reason: string }> {
  if (!url) throw new Refusal(404, 'Webhook endpoint not found')
  const { body, headers } = signed(world.secrets.channel, { destination: world.bot.userId, events: [] })
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
      signal: AbortSignal.timeout(trialMs),
    })
    await response.arrayBuffer()
    return { success: response.ok, statusCode: response.status, reason: response.ok ? 'OK' : 'ERROR_STATUS_CODE' }
  } catch {
    return { success: false, statusCode: 0, reason: 'COULD_NOT_CONNECT' }
  }
}

function loading({ world, asked }: Context): Answered {
  const { chatId, loadingSeconds = 20 } = fieldsOf(asked)
  const place = world.places.get(String(chatId))
  if (place?.source.type !== 'user') throw new Refusal(400, 'The chat ID is invalid')
  const seconds = Number(loadingSeconds)
  if (seconds < 5 || seconds > 60 || seconds % 5 !== 0) throw new Refusal(400, 'loadingSeconds must be a multiple of 5 between 5 and 60')
  world.loading.push({ at: Date.now(), chat: place.key })
  world.stage.tell('typing', place, { action: 'loading' })
  return { status: 202, body: {} }
}

function markAsRead({ world, asked }: Context): Answered {
  const { markAsReadToken } = fieldsOf(asked)
  if (!world.settings.chat) throw new Refusal(403, 'Not available for this account')
  if (typeof markAsReadToken !== 'string' || !markAsReadToken.startsWith('read-')) throw new Refusal(400, 'Invalid markAsReadToken')
  world.read.push({ at: Date.now(), token: markAsReadToken })
  return json({})
}

function content({ world, parts }: Context): Answered {
  const kept = world.contents.get(parts[0]!)
  if (!kept) throw new Refusal(404, 'Not found')
  if (kept.unsent) throw new Refusal(410, 'The message was unsent')
  if (kept.preparing > 0) {
    kept.preparing--
    return { status: 202, body: {} }
  }
  return { status: 200, headers: { 'content-type': kept.mime }, body: kept.bytes }
}

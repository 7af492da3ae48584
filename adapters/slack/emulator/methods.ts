import type { Json } from '../../../src/channel/index.ts'
import { botScopes } from '../manifest.ts'
import type { Arguments } from './body.ts'
import type { Delivery } from './delivery.ts'
import { addressed, post, required } from './posting.ts'
import { Refusal } from './refusal.ts'
import { checkBlocks } from './screen.ts'
import { type Channel, directWith, nextId, nextTs, type Stored, tell, type World, wireFile, wireMessage } from './state.ts'
import { complete, openUpload } from './uploads.ts'

export type MethodContext = {
  readonly world: World
  readonly delivery: Delivery
  readonly given: Arguments
  /** Where Socket Mode answers, and a ticket that it knows. */
  readonly openTicket: () => string
}
type Result = { readonly [key: string]: Json }

/** The Web API's methods by name; https://docs.slack.dev/reference/methods. Throws `Refusal`. */
export async function runMethod(method: string, token: string | undefined, context: MethodContext): Promise<Result> {
  const run = methods[method]
  if (!run) throw new Refusal('unknown_method', { req_method: method })
  const { botToken, appToken } = context.world.credentials
  if (!token) throw new Refusal('not_authed')
  if (token !== botToken && token !== appToken) throw new Refusal('invalid_auth')
  if ((token === appToken) !== (method === 'apps.connections.open')) throw new Refusal('not_allowed_token_type')
  const provided = grantedScopes(context.world)
  const needed = scopeOf[method]
  if (needed && !provided.includes(needed)) throw new Refusal('missing_scope', { needed, provided: provided.join(',') })
  return run(context)
}

/** https://docs.slack.dev/reference/scopes */
const scopeOf: { readonly [method: string]: string } = {
  'chat.postMessage': 'chat:write',
  'chat.postEphemeral': 'chat:write',
  'chat.update': 'chat:write',
  'chat.delete': 'chat:write',
  'assistant.threads.setStatus': 'chat:write',
  'conversations.open': 'im:write',
  'conversations.info': 'channels:read',
  'users.info': 'users:read',
  'users.lookupByEmail': 'users:read.email',
  'reactions.get': 'reactions:read',
  'reactions.add': 'reactions:write',
  'reactions.remove': 'reactions:write',
  'files.getUploadURLExternal': 'files:write',
  'files.completeUploadExternal': 'files:write',
  'files.delete': 'files:write',
  'files.info': 'files:read',
}

/** Does a call of this method make a message visible? Those are the calls that faults are about. */
export const isVisible = (method: string, given: Arguments): boolean =>
  method === 'chat.postMessage' ||
  method === 'chat.postEphemeral' ||
  (method === 'files.completeUploadExternal' && given.channel_id !== undefined)

export const grantedScopes = (world: World): readonly string[] => world.slack.scopes ?? botScopes

const methods: { readonly [method: string]: (context: MethodContext) => Result | Promise<Result> } = {
  'auth.test': ({ world }) => ({
    url: 'https://emulated.slack.com/',
    team: 'Emulated',
    user: world.bot.name,
    team_id: world.team,
    user_id: world.bot.user,
    bot_id: world.bot.id,
    is_enterprise_install: false,
  }),
  'apps.connections.open': ({ openTicket }) => ({ url: openTicket() }),
  'chat.postMessage': (context) => {
    const { message, channel } = post(context, {})
    return { channel: channel.id, ts: message.ts, message: wireMessage(context.world, message) }
  },
  'chat.postEphemeral': (context) => {
    const user = required(context.given, 'user')
    if (!context.world.users.has(user)) throw new Refusal('user_not_found')
    return { message_ts: post(context, { only: user }).message.ts }
  },
  'chat.update': ({ world, given }) => {
    const { channel, message } = own(world, given, 'cant_update_message')
    const text = given.text === undefined ? undefined : String(given.text)
    const blocks = checkBlocks(given.blocks)
    if (text === undefined && blocks === undefined) throw new Refusal('no_text')
    if ((text ?? '').length > 4000) throw new Refusal('msg_too_long')
    Object.assign(message, { text: text ?? '', mrkdwn: given.mrkdwn !== false, edited: nextTs(world) })
    if (blocks === undefined) delete message.blocks
    else message.blocks = blocks
    tell(world, 'message', channel, {}, message)
    return { channel: channel.id, ts: message.ts, text: message.text, message: wireMessage(world, message) }
  },
  'chat.delete': ({ world, given }) => {
    const { channel, message } = own(world, given, 'cant_delete_message')
    channel.messages.delete(message.ts)
    tell(world, 'deleted', channel, { message_id: message.ts })
    return { channel: channel.id, ts: message.ts }
  },
  'conversations.open': ({ world, given }) => {
    const user = required(given, 'users')
    if (!world.users.has(user)) throw new Refusal('user_not_found')
    return { channel: { id: directWith(world, user).id } }
  },
  'conversations.info': ({ world, given }) => {
    const { id, name, type, archived, botIn } = addressed(world, given, 'channel')
    return { channel: { id, name, is_im: type === 'im', is_archived: archived, is_member: botIn } }
  },
  'users.info': ({ world, given }) => ({ user: userInfo(world, required(given, 'user'), given.include_locale === 'true') }),
  'users.lookupByEmail': ({ world, given }) => {
    const found = [...world.users.values()].find(({ email }) => email === given.email)
    if (!found) throw new Refusal('users_not_found')
    return { user: userInfo(world, found.id, false) }
  },
  'reactions.get': ({ world, given }) => {
    const { channel, message } = reactedTo(world, given)
    return { type: 'message', channel: channel.id, message: wireMessage(world, message) }
  },
  'reactions.add': ({ world, given }) => {
    const { channel, message } = reactedTo(world, given)
    const name = required(given, 'name')
    if (!/^[a-z0-9_+'-]+$/.test(name)) throw new Refusal('invalid_name')
    const users = message.reactions.get(name) ?? new Set()
    if (users.has(world.bot.user)) throw new Refusal('already_reacted')
    message.reactions.set(name, users.add(world.bot.user))
    tell(world, 'message', channel, {}, message)
    return {}
  },
  'reactions.remove': ({ world, given }) => {
    const { channel, message } = reactedTo(world, given)
    const users = message.reactions.get(required(given, 'name'))
    if (!users?.delete(world.bot.user)) throw new Refusal('no_reaction')
    if (users.size === 0) message.reactions.delete(String(given.name))
    tell(world, 'message', channel, {}, message)
    return {}
  },
  'files.getUploadURLExternal': ({ world, given }) => openUpload(world, given),
  'files.completeUploadExternal': (context) => complete(context),
  'files.info': ({ world, given }) => {
    const file = world.files.get(required(given, 'file'))
    if (!file) throw new Refusal('file_not_found')
    return { file: wireFile(world, file) }
  },
  'files.delete': ({ world, given }) => {
    const id = required(given, 'file')
    if (!world.files.delete(id)) throw new Refusal('file_not_found')
    for (const channel of world.channels.values())
      for (const message of [...channel.messages.values()]) if (message.files.includes(id)) channel.messages.delete(message.ts)
    return {}
  },
  'assistant.threads.setStatus': ({ world, given }) => {
    const channel = addressed(world, given, 'channel_id')
    const thread = required(given, 'thread_ts')
    if (!channel.messages.has(thread)) throw new Refusal('invalid_thread_ts')
    if (given.status) tell(world, 'typing', channel, { action: String(given.status), thread })
    return {}
  },
  'views.publish': ({ world, given }) => {
    const user = required(given, 'user_id')
    const view = given.view as { readonly type?: string; readonly blocks?: unknown } | undefined
    if (view?.type !== 'home') throw new Refusal('invalid_arguments')
    checkBlocks(view.blocks, 100)
    world.homes.set(user, view as Json)
    tell(world, 'home', undefined, { user, view: view as Json })
    return { view: { id: nextId(world, 'V'), type: 'home' } }
  },
}

function own(world: World, given: Arguments, foreign: string): { readonly channel: Channel; readonly message: Stored } {
  const id = required(given, 'channel')
  const channel = world.channels.get(id)
  if (!channel) throw new Refusal('channel_not_found')
  const message = channel.messages.get(required(given, 'ts'))
  if (!message || message.only !== undefined) throw new Refusal('message_not_found')
  if (message.by !== 'hub') throw new Refusal(foreign)
  return { channel, message }
}

function reactedTo(world: World, given: Arguments): { readonly channel: Channel; readonly message: Stored } {
  const channel = world.channels.get(required(given, 'channel'))
  if (!channel) throw new Refusal('channel_not_found')
  const message = channel.messages.get(required(given, 'timestamp'))
  if (!message) throw new Refusal('message_not_found')
  return { channel, message }
}

function userInfo(world: World, id: string, withLocale: boolean): Json {
  const user = world.users.get(id)
  if (!user) throw new Refusal('user_not_found')
  const seesEmail = user.email !== undefined && grantedScopes(world).includes('users:read.email')
  return {
    id,
    team_id: user.stranger ? 'T0OTHER' : world.team,
    name: user.name.toLowerCase(),
    real_name: user.name,
    deleted: false,
    is_bot: false,
    is_email_confirmed: true,
    is_stranger: false,
    ...(withLocale ? { locale: 'en-US' } : {}),
    profile: {
      real_name: user.name,
      display_name: user.name,
      image_72: `https://avatars.example.com/${id}-72.png`,
      image_192: `https://avatars.example.com/${id}-192.png`,
      ...(seesEmail ? { email: user.email } : {}),
    },
  }
}

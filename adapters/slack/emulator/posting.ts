import type { Json } from '../../../src/channel/index.ts'
import type { Arguments } from './body.ts'
import type { Delivery } from './delivery.ts'
import { Refusal } from './refusal.ts'
import { checkBlocks, seen } from './screen.ts'
import { addMessage, type Channel, chatOf, directWith, nextTs, type Stored, tell, type World, wireMessage } from './state.ts'

/** Longer texts are cut: https://docs.slack.dev/changelog/2018-04-truncating-really-long-messages */
const truncatedAt = 40_000

export function required(given: Arguments, name: string): string {
  const value = given[name]
  if (typeof value !== 'string' || value === '')
    throw new Refusal('invalid_arguments', { response_metadata: { messages: [`[ERROR] missing required field: ${name}`] } })
  return value
}

/** Where a call writes to; a person's id opens the direct message. */
export function addressed(world: World, given: Arguments, name: string): Channel {
  const id = required(given, name)
  const channel = world.users.has(id) && name === 'channel' ? directWith(world, id) : world.channels.get(id)
  if (!channel) throw new Refusal('channel_not_found')
  if (channel.archived) throw new Refusal('is_archived')
  if (!channel.botIn) throw new Refusal('not_in_channel')
  if (channel.type === 'im' && !world.slack.messagesTab) throw new Refusal('messages_tab_disabled')
  return channel
}

/** A reply names the first message of the thread, never another reply. */
export function threadIn(channel: Channel, given: Arguments): string | undefined {
  if (given.thread_ts === undefined || given.thread_ts === '') return undefined
  const thread = String(given.thread_ts)
  if (!/^\d+\.\d{6}$/.test(thread)) throw new Refusal('invalid_thread_ts')
  if (channel.messages.get(thread)?.thread !== undefined) throw new Refusal('cannot_reply_to_message')
  return thread
}

export type Posting = {
  readonly text?: string
  readonly files?: readonly string[]
  readonly only?: string
  readonly channel?: Channel
  readonly method?: string
}
type Context = { readonly world: World; readonly delivery: Delivery; readonly given: Arguments }

/** Makes a message of the app visible, and writes it down. The app is told of it like of everybody's. */
export function post({ world, delivery, given }: Context, more: Posting): { readonly message: Stored; readonly channel: Channel } {
  const channel = more.channel ?? addressed(world, given, 'channel')
  const thread = threadIn(channel, given)
  const files = more.files ?? []
  const blocks = files.length > 0 ? undefined : checkBlocks(given.blocks)
  const text = (more.text ?? (given.text === undefined ? '' : String(given.text))).slice(0, truncatedAt)
  if (text === '' && blocks === undefined && files.length === 0) throw new Refusal('no_text')
  const message = addMessage(channel, {
    ts: nextTs(world),
    by: 'hub',
    user: world.bot.user,
    text,
    mrkdwn: given.mrkdwn !== false && given.mrkdwn !== 'false',
    files,
    ...(blocks === undefined ? {} : { blocks }),
    ...(thread === undefined ? {} : { thread }),
    ...(more.only === undefined ? {} : { only: more.only }),
  })
  world.accepted.push({
    at: message.at,
    chat: chatOf(channel, thread),
    message: message.ts,
    text: seen(world, message).text,
    method: more.method ?? (more.only === undefined ? 'chat.postMessage' : 'chat.postEphemeral'),
    payload: Object.fromEntries(Object.entries(given).filter(([name, value]) => value !== undefined && name !== 'token')) as {
      [name: string]: Json
    },
  })
  tell(world, 'message', channel, {}, message)
  if (more.only === undefined) {
    const kind = channel.type === 'group' ? 'group' : channel.type
    delivery.happen(
      {
        ...wireMessage(world, message),
        type: 'message',
        channel: channel.id,
        channel_type: kind,
        event_ts: message.ts,
        ...(files.length > 0 ? { subtype: 'file_share' } : {}),
      },
      chatOf(channel, thread),
    )
  }
  return { message, channel }
}

import type { Json } from '../../../src/channel/index.ts'
import type { OutAttachment } from '../wire.ts'
import { badArgument, Refusal } from './refusal.ts'
import { contentsOf, seen } from './show.ts'
import {
  botAccount,
  type ConversationState,
  nextMessageId,
  openConversation,
  type PersonState,
  type StoredMessage,
  tell,
  type World,
} from './state.ts'

/** A call of the REST interface, taken apart. */
export type ApiCall = {
  readonly method: string
  readonly parts: readonly string[]
  readonly query: URLSearchParams
  readonly body: { readonly [key: string]: Json }
}
export type ApiAnswer = { readonly status: number; readonly body: Json }

/** The name of a call for the record, and whether it makes a message visible: those are the calls that faults are about. */
export function nameOf({ method, parts, body }: Pick<ApiCall, 'method' | 'parts' | 'body'>): {
  readonly name: string
  readonly visible: boolean
} {
  const [first, , what] = parts
  if (first === 'conversations' && what === 'activities') {
    if (method === 'PUT') return { name: 'updateActivity', visible: false }
    if (method === 'DELETE') return { name: 'deleteActivity', visible: false }
    return body.type === 'typing' ? { name: 'typing', visible: false } : { name: 'sendToConversation', visible: true }
  }
  if (first === 'conversations' && parts.length === 1) return { name: 'createConversation', visible: body.activity !== undefined }
  if (what === 'members' || what === 'pagedmembers') return { name: 'getMembers', visible: false }
  return { name: `${method} ${first}`, visible: false }
}

/** https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference. Throws `Refusal`. */
export function runCall(world: World, call: ApiCall): ApiAnswer {
  const { method, parts, body } = call
  const [first, given, what, last] = parts
  if (first === 'conversations') {
    if (given === undefined) return method === 'POST' ? create(world, body) : notThere()
    const state = conversationOf(world, given)
    if (what === 'activities') {
      if (method === 'POST' && body.type === 'typing') return typing(world, state)
      if (method === 'POST') {
        const id = post(world, state, body)
        return { status: 201, body: isSplit(body) ? {} : { id } }
      }
      if (method === 'PUT' && last) return update(world, state, last, body)
      if (method === 'DELETE' && last) return remove(world, state, last)
    }
    if (what === 'members' && method === 'GET')
      return last ? { status: 200, body: member(world, state, last) } : { status: 200, body: everyone(world, state) }
    if (what === 'pagedmembers' && method === 'GET') return { status: 200, body: { members: everyone(world, state) } }
  }
  if (first === 'teams' && given) {
    const state = conversationOf(world, given)
    if (what === 'conversations') {
      const channels = [...world.conversations.values()].filter(
        ({ team, channel, id }) => team?.id === state.team?.id && channel?.id === id,
      )
      return { status: 200, body: { conversations: channels.map(({ channel }) => ({ id: channel!.id, name: channel!.name })) } }
    }
    return { status: 200, body: { id: state.team?.id ?? state.id, name: state.team?.name ?? state.title } }
  }
  return notThere()
}

/** Words and a card in one activity become two messages, and no id is told that would be good for anything: https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/conversation-messages */
const isSplit = ({ text, attachments }: ApiCall['body']): boolean =>
  typeof text === 'string' &&
  text.trim() !== '' &&
  Array.isArray(attachments) &&
  (attachments as unknown as readonly OutAttachment[]).some(({ contentType }) => contentType.startsWith('application/vnd.microsoft.'))

const notThere = (): never => {
  throw new Refusal(404, 'ServiceError', 'No HTTP resource was found that matches the request')
}

function conversationOf(world: World, given: string): ConversationState {
  const state = world.conversations.get(given)
  if (!state) throw new Refusal(404, 'ConversationNotFound', 'The conversation was not found.')
  return state
}

/** Puts a message of the bot's into a conversation; what Teams would not show is refused. */
function post(world: World, given: ConversationState, body: ApiCall['body']): string {
  if (given.refuses) throw refusedBecause(given.refuses)
  if (body.type !== 'message') throw badArgument(`activities of type ${String(body.type)} cannot be sent`)
  limitSize(body)
  limitRate(world, given)
  const id = nextMessageId(world)
  // To a channel itself a message opens a thread.
  const isChannel = given.type === 'channel' && given.channel?.id === given.id
  const state = isChannel
    ? openConversation(world, `${given.id};messageid=${id}`, {
        type: 'channel',
        title: given.title,
        ...(given.team ? { team: given.team } : {}),
        ...(given.channel ? { channel: given.channel } : {}),
      })
    : given
  if (isChannel) for (const person of given.members) state.members.add(person)
  const message: StoredMessage = {
    id,
    by: 'bot',
    from: botAccount(world).id,
    at: Date.now(),
    activity: activityOf(body),
    reactions: {},
    edited: false,
    deleted: false,
  }
  const { text } = contentsOf(world, message)
  if (text.trim() === '' && !message.activity.attachments?.length) throw badArgument('Activity resulted into an empty message')
  state.messages.set(id, message)
  world.accepted.push({ at: message.at, chat: state.id, message: id, text, method: 'sendToConversation', payload: body })
  tell(world, 'message', state.id, { id })
  return id
}

const activityOf = ({ text, textFormat, attachments }: ApiCall['body']): StoredMessage['activity'] => ({
  ...(typeof text === 'string' ? { text } : {}),
  ...(typeof textFormat === 'string' ? { textFormat } : {}),
  ...(Array.isArray(attachments) ? { attachments: attachments as unknown as readonly OutAttachment[] } : {}),
})

const refusedBecause = (code: string): Refusal => {
  if (code === 'MessageWritesBlocked')
    return new Refusal(403, code, '{"subCode":"MessageWritesBlocked","details":"User blocked the conversation"}')
  return new Refusal(code === 'ConversationNotFound' ? 404 : 403, code, 'The bot may not write here.')
}

/** About 100 KB in UTF-16 without pictures in it: https://learn.microsoft.com/microsoftteams/platform/bots/how-to/format-your-bot-messages */
function limitSize(body: ApiCall['body']) {
  const bare = JSON.stringify(body, (_, value) => (typeof value === 'string' && value.startsWith('data:image/') ? '' : value))
  if (bare.length * 2 > 100 * 1024) throw new Refusal(413, 'MessageSizeTooBig', 'Message size too large.')
}

/** https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit#per-bot-per-thread-limit */
const threadLimits = [
  [7, 1],
  [8, 2],
  [60, 30],
] as const

function limitRate(world: World, state: ConversationState) {
  if (!world.switches.threadLimits) return
  const now = Date.now()
  for (const [most, seconds] of threadLimits) {
    const span = (seconds * 1000) / world.timeScale
    if (state.sends.filter((at) => at > now - span).length >= most)
      throw new Refusal(429, 'Throttled', 'Too many requests.', Math.ceil(seconds / world.timeScale))
  }
  state.sends.push(now)
}

function typing(world: World, state: ConversationState): ApiAnswer {
  if (state.refuses) throw refusedBecause(state.refuses)
  tell(world, 'typing', state.id, { action: 'typing' })
  return { status: 201, body: { id: '' } }
}

function own(state: ConversationState, id: string): StoredMessage {
  const message = state.messages.get(id)
  if (!message || message.deleted)
    throw new Refusal(404, 'ActivityNotFoundInConversation', 'The activity was not found in the conversation.')
  if (message.by !== 'bot') throw new Refusal(403, 'NotEnoughPermissions', 'The bot may change only its own messages.')
  return message
}

function update(world: World, state: ConversationState, id: string, body: ApiCall['body']): ApiAnswer {
  const message = own(state, id)
  limitSize(body)
  const { view: _, ...rest } = message
  const next: StoredMessage = { ...rest, activity: activityOf(body), edited: true }
  seen(world, next)
  state.messages.set(id, next)
  tell(world, 'message', state.id, { id })
  return { status: 200, body: { id } }
}

function remove(world: World, state: ConversationState, id: string): ApiAnswer {
  own(state, id).deleted = true
  tell(world, 'deleted', state.id, { message_id: id })
  return { status: 200, body: {} }
}

function create(world: World, body: ApiCall['body']): ApiAnswer {
  const { members, isGroup, channelData, activity } = body as {
    members?: readonly { readonly id?: string }[]
    isGroup?: boolean
    channelData?: { readonly channel?: { readonly id?: string } }
    activity?: ApiCall['body']
  }
  if (isGroup === true) {
    const before = world.conversations.get(channelData?.channel?.id ?? '')
    if (!before || !activity) throw badArgument('Incorrect conversation creation parameters')
    const id = post(world, before, { ...activity, type: 'message' })
    return { status: 201, body: { id: `${before.id};messageid=${id}`, activityId: id } }
  }
  const person = world.people.get(members?.[0]?.id ?? '')
  if (!person) throw new Refusal(403, 'BotNotInConversationRoster', 'The bot is not part of the conversation roster.')
  const state = personalWith(world, person)
  return { status: 201, body: { id: state.id, ...(activity ? { activityId: post(world, state, { ...activity, type: 'message' }) } : {}) } }
}

/** The private chat of a person with the bot, which has always the same id. */
export function personalWith(world: World, person: PersonState): ConversationState {
  const state = openConversation(world, `a:1${person.id.slice(3)}`, { type: 'personal', title: person.name })
  state.members.add(person.id)
  return state
}

function member(world: World, state: ConversationState, id: string): Json {
  const person = [...world.people.values()].find((one) => one.id === id || one.aadObjectId === id)
  if (!person || !state.members.has(person.id))
    throw new Refusal(404, 'MemberNotFoundInConversation', 'The member was not found in the conversation.')
  const { name, email, tenantId, guest, aadObjectId } = person
  const [givenName, ...rest] = name.split(' ')
  const principal = guest ? `${email.replace('@', '_')}#EXT#@contoso.example` : email
  return {
    id: person.id,
    name,
    aadObjectId,
    objectId: aadObjectId,
    givenName: givenName!,
    surname: rest.join(' '),
    email,
    userPrincipalName: principal,
    tenantId,
    userRole: guest ? 'guest' : 'user',
  }
}

const everyone = (world: World, state: ConversationState): readonly Json[] => [...state.members].map((id) => member(world, state, id))

import type { Json } from '../../../src/channel/index.ts'
import type { Fields } from '../../../src/channel/kit/emulator/fields.ts'
import type { Delivery } from './delivery.ts'
import { badRequest, Refusal } from './refusal.ts'
import { chatFor, isSend, sendMethod } from './sending.ts'
import { type BotState, type StoredMessage, seconds, tell, type World } from './state.ts'
import { contentOf, keyboardOf, shown, textOf } from './writing.ts'

type Context = { readonly world: World; readonly delivery: Delivery; readonly bot: BotState; readonly input: Fields }
export type MethodResult = { readonly result: Json; readonly description?: string }

/** The Bot API's methods by name; https://core.telegram.org/bots/api#available-methods. Throws `Refusal`. */
export async function runMethod(method: string, context: Context): Promise<MethodResult> {
  const name = method.toLowerCase()
  if (isSend(name)) return { result: sendMethod(name, context) }
  const run = methods[name]
  if (!run) throw new Refusal(404, 'Not Found')
  return run(context)
}

/** Does a call of this method make a message visible? Those are the calls that faults are about. */
export const isVisible = (method: string): boolean => isSend(method.toLowerCase())

const done: MethodResult = { result: true }
const field = (input: Fields, name: string): unknown => input.fields[name]
const textField = (input: Fields, name: string): string | undefined => {
  const value = field(input, name)
  return value === undefined ? undefined : String(value)
}

const methods: { readonly [lowerCaseName: string]: (context: Context) => MethodResult | Promise<MethodResult> } = {
  getme: ({ bot }) => ({ result: bot.user as unknown as Json }),
  setwebhook: setWebhook,
  deletewebhook: ({ bot, delivery, input }) => {
    if (isTrue(field(input, 'drop_pending_updates'))) delivery.drop(bot)
    const was = bot.webhook !== undefined
    delete bot.webhook
    return { result: true, description: was ? 'Webhook was deleted' : 'Webhook is already deleted' }
  },
  getwebhookinfo: ({ bot, delivery }) => {
    const { url = '', allowed, maxConnections, lastErrorDate, lastErrorMessage } = bot.webhook ?? {}
    return {
      result: {
        url,
        has_custom_certificate: false,
        pending_update_count: delivery.waiting(bot).length,
        ...(lastErrorDate ? { last_error_date: lastErrorDate, last_error_message: lastErrorMessage! } : {}),
        ...(maxConnections ? { max_connections: maxConnections } : {}),
        ...(allowed ? { allowed_updates: allowed } : {}),
      },
    }
  },
  getupdates: async ({ bot, delivery, input }) => {
    const allowed = field(input, 'allowed_updates')
    if (Array.isArray(allowed)) bot.updatesMinimum = allowed.map(String)
    const number = (name: string, otherwise: number) => Number(field(input, name) ?? otherwise)
    return { result: await delivery.poll(bot, number('offset', 0), number('limit', 100), number('timeout', 0)) }
  },
  setmycommands: ({ bot, input }) => {
    bot.commands = (field(input, 'commands') ?? []) as Json
    return done
  },
  getmycommands: ({ bot }) => ({ result: bot.commands }),
  getchat: ({ world, bot, input }) => {
    const { chat } = chatFor(bot, field(input, 'chat_id'), { writing: false })
    return { result: { ...chat, ...(world.people.get(chat.id) ?? {}), id: chat.id } as unknown as Json }
  },
  getuserprofilephotos: () => ({ result: { total_count: 0, photos: [] } }),
  sendchataction: ({ world, bot, input }) => {
    const { chat } = chatFor(bot, field(input, 'chat_id'))
    if (!textField(input, 'action')) throw badRequest('wrong parameter action in request')
    tell(world, bot, 'typing', chat.id, { action: textField(input, 'action')! })
    return done
  },
  answercallbackquery: ({ bot, input, world }) => {
    const query = bot.queries.get(textField(input, 'callback_query_id') ?? '')
    if (!query || query.at + 900_000 / world.timeScale < Date.now())
      throw badRequest('query is too old and response timeout expired or query ID is invalid')
    Object.assign(query, { answered: true, text: textField(input, 'text') })
    return done
  },
  editmessagetext: (context) => edit(context, textOf(context.input, 'text', 4096)),
  editmessagecaption: (context) => edit(context, textOf(context.input, 'caption', 1024)),
  editmessagereplymarkup: (context) => edit(context, {}),
  deletemessage: (context) => {
    const { state, message } = own(context, 'message to delete not found', "message can't be deleted for everyone")
    state.messages.delete(message.message_id)
    tell(context.world, context.bot, 'deleted', state.chat.id, { message_id: message.message_id })
    return done
  },
  setmessagereaction: ({ world, bot, input }) => {
    const state = chatFor(bot, field(input, 'chat_id'))
    const message = state.messages.get(Number(field(input, 'message_id')))
    if (!message) throw badRequest('message to react not found')
    const [first] = (field(input, 'reaction') ?? []) as readonly { readonly emoji?: string }[]
    if (first && !allowedReactions.has(first.emoji ?? '')) throw badRequest('REACTION_INVALID')
    if (first?.emoji) message.stored.reactions[bot.user.username!] = first.emoji
    else delete message.stored.reactions[bot.user.username!]
    tell(world, bot, 'message', state.chat.id, shown(message))
    return done
  },
  getfile: ({ world, input }) => {
    const file = world.files.get(textField(input, 'file_id') ?? '')
    if (!file) throw badRequest('wrong file_id or the file is temporarily unavailable')
    if (file.size > 20 * 1024 * 1024) throw badRequest('file is too big')
    const path = `${file.kind}s/${file.id}${/\.[a-z0-9]{1,5}$/i.exec(file.name ?? '')?.[0] ?? ''}`
    return { result: { file_id: file.id, file_unique_id: `u${file.id}`, file_size: file.size, file_path: path } }
  },
}

const isTrue = (value: unknown) => value === true || value === 'true'

function setWebhook({ bot, delivery, input }: Context): MethodResult {
  const url = textField(input, 'url') ?? ''
  const secret = textField(input, 'secret_token')
  const allowed = field(input, 'allowed_updates') as readonly string[] | undefined
  if (url === '') return methods.deletewebhook!({ bot, delivery, input } as Context) as MethodResult
  if (!URL.canParse(url)) throw badRequest('bad webhook: Failed to parse URL')
  const { protocol, hostname, port } = new URL(url)
  const loopback = /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(hostname)
  if (protocol !== 'https:' && !(loopback && protocol === 'http:'))
    throw badRequest('bad webhook: An HTTPS URL must be provided for webhook')
  if (!loopback && !['', '80', '88', '443', '8443'].includes(port))
    throw badRequest('bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443')
  if (secret !== undefined && secret.length > 256) throw badRequest('secret token is too long')
  if (secret !== undefined && !/^[A-Za-z0-9_-]*$/.test(secret)) throw badRequest('secret token contains unallowed characters')
  if (isTrue(field(input, 'drop_pending_updates'))) delivery.drop(bot)
  const same = bot.webhook?.url === url && bot.webhook.secret === (secret || undefined)
  const kept = allowed ? (allowed.length > 0 ? allowed : undefined) : bot.webhook?.allowed
  bot.webhook = {
    url,
    ...(secret ? { secret } : {}),
    ...(kept ? { allowed: kept } : {}),
    maxConnections: Math.min(100, Math.max(1, Number(field(input, 'max_connections') ?? 40))),
  }
  delivery.pump(bot)
  return { result: true, description: same ? 'Webhook is already set' : 'Webhook was set' }
}

function own({ bot, input }: Context, missing: string, foreign: string) {
  const state = chatFor(bot, field(input, 'chat_id'), { writing: false })
  const message = state.messages.get(Number(field(input, 'message_id')))
  if (!message) throw badRequest(missing)
  if (message.stored.by !== 'bot') throw badRequest(foreign)
  return { state, message }
}

function edit(context: Context, words: Partial<StoredMessage>): MethodResult {
  const { state, message } = own(context, 'message to edit not found', "message can't be edited")
  if (words.text !== undefined && message.text === undefined) throw badRequest('there is no text in the message to edit')
  const markup = keyboardOf(context.input)
  const { reply_markup: _, entities: __, caption_entities: ___, ...rest } = message
  const next: StoredMessage = { ...rest, ...words, ...(markup ? { reply_markup: markup } : {}) }
  if (words.text === undefined && words.caption === undefined)
    Object.assign(
      next,
      message.entities ? { entities: message.entities } : {},
      message.caption_entities ? { caption_entities: message.caption_entities } : {},
    )
  if (JSON.stringify(contentOf(next)) === JSON.stringify(contentOf(message)))
    throw badRequest(
      'message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message',
    )
  const edited = { ...next, edit_date: seconds() }
  state.messages.set(message.message_id, edited)
  tell(context.world, context.bot, 'message', state.chat.id, shown(edited))
  return { result: shown(edited) }
}

/** https://core.telegram.org/bots/api#reactiontypeemoji */
const allowedReactions = new Set(
  [
    ...'👍👎❤🔥🥰👏😁🤔🤯😱🤬😢🎉🤩🤮💩🙏👌🕊🤡🥱🥴😍🐳🌚🌭💯🤣⚡🍌🏆💔🤨😐🍓🍾💋🖕😈😴😭🤓👻👀🎃🙈😇😨🤝✍🤗🫡🎅🎄☃💅🤪🗿🆒💘🙉🦄😘💊🙊😎👾🤷😡',
  ].concat(['❤‍🔥', '👨‍💻', '🤷‍♂', '🤷‍♀']),
)

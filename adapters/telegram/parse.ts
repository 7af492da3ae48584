import { type HookRequest, type InboundEvent, id, MalformedRequest, type Parsed, type Person } from '../../src/channel/index.ts'
import { contentOf } from './media.ts'
import { edited, membership, pressed, reacted, service } from './parse-other.ts'
import { addressOf, at, type Bot, type ParseContext, personOf, unknownKind, unspokenBecause } from './people.ts'
import type { Entity, Message, Update } from './wire.ts'

/** One update of the Bot API. Pure but for the time of a button press, which Telegram does not tell. */
export function parse(request: HookRequest, context: ParseContext): Parsed {
  const update = readUpdate(request.body)
  try {
    return read(update, context)
  } catch (cause) {
    if (!(cause instanceof TypeError || cause instanceof RangeError)) throw cause
    return ignore(`${kindOf(update)}:unexpected-shape`)
  }
}

function readUpdate(body: Uint8Array): Update {
  let update: unknown
  try {
    update = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch (cause) {
    throw new MalformedRequest('The body is not JSON in UTF-8.', { cause })
  }
  if (typeof update !== 'object' || update === null || !Number.isSafeInteger((update as Update).update_id))
    throw new MalformedRequest('The body is no Telegram update: it has no update_id.')
  return update as Update
}

const ignore = (what: string): Parsed => ({ events: [], ignored: [what] })
const kindOf = (update: Update): string => Object.keys(update).find((key) => key !== 'update_id') ?? 'empty'

function read(update: Update, context: ParseContext): Parsed {
  if (update.message) return readMessage(update.message, context)
  if (update.edited_message) return edited(update.edited_message, update.update_id, context)
  if (update.callback_query) return pressed(update.callback_query, context)
  if (update.my_chat_member) return membership(update.my_chat_member, update.update_id, context)
  if (update.message_reaction) return reacted(update.message_reaction, update.update_id, context)
  return ignore(kindOf(update))
}

function readMessage(message: Message, context: ParseContext): Parsed {
  const { bot, account } = context
  const unspoken = unspokenBecause(message, bot)
  if (unspoken) return ignore(`message:${unspoken}`)
  const happened = service(message, context)
  if (happened) return happened
  const from = addressOf(account, message)
  const person = personOf(message)
  const base = { from, at: at(message.date), person }
  const command = commandOf(message, bot)
  if (command === 'not-ours') return ignore('message:command-for-another-bot')
  if (command) return { events: commandEvents(command, message, base), ignored: [] }
  const content = contentOf(message)
  const reply = replied(message)
  return {
    events: [
      {
        ...base,
        kind: 'message',
        id: id(`message:${message.chat.id}:${message.message_id}`),
        message: id(message.message_id),
        content: content.length > 0 ? content : [unknownKind(message)],
        ...(reply ? { replyTo: id(reply.message_id) } : {}),
        ...(message.media_group_id ? { album: String(message.media_group_id) } : {}),
        ...(message.chat.type === 'private' ? {} : { addressed: isAddressed(message, bot) }),
      },
    ],
    ignored: [],
  }
}

/** In a forum every message "replies" to the one that opened the topic. */
const replied = ({ reply_to_message }: Message) =>
  reply_to_message && !reply_to_message.forum_topic_created ? reply_to_message : undefined

type Command = { readonly name: string; readonly text: string }

/** A message that begins with a command. `/x@name` in a group is ours or another bot's; while our name is not known, it is ours. */
function commandOf(message: Message, bot: Bot): Command | 'not-ours' | undefined {
  const first = message.entities?.find((entity) => entity.type === 'bot_command' && entity.offset === 0)
  if (!first || message.text === undefined) return undefined
  const [name, to] = message.text.slice(1, first.length).split('@', 2)
  if (!name) return undefined
  if (to && bot.username && to.toLowerCase() !== bot.username.toLowerCase()) return 'not-ours'
  return { name: name.toLowerCase(), text: message.text.slice(first.length).trim() }
}

function commandEvents(
  command: Command,
  message: Message,
  base: { from: InboundEvent['from']; at: string; person: Person },
): InboundEvent[] {
  const key = `${message.chat.id}:${message.message_id}`
  const invoked: InboundEvent = {
    ...base,
    kind: 'invoked',
    id: id(`command:${key}`),
    command: command.name,
    ...(command.text ? { text: command.text } : {}),
    data: { message: String(message.message_id) },
  }
  if (command.name !== 'start') return [invoked]
  const started: InboundEvent = { ...base, kind: 'contact', id: id(`start:${key}`), change: 'started' }
  return command.text ? [started, invoked] : [started]
}

/** In a group: a reply to us, or a mention of us. While our name is not known, any name that a bot can have counts (they end in "bot"). */
function isAddressed(message: Message, bot: Bot): boolean {
  if (replied(message)?.from?.id === bot.id) return true
  const text = message.text ?? message.caption ?? ''
  const entities = message.entities ?? message.caption_entities ?? []
  return entities.some((entity: Entity) => {
    if (entity.type === 'text_mention') return entity.user?.id === bot.id
    if (entity.type !== 'mention') return false
    const name = text.slice(entity.offset + 1, entity.offset + entity.length).toLowerCase()
    return bot.username ? name === bot.username.toLowerCase() : name.endsWith('bot')
  })
}

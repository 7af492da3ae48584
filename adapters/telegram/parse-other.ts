import { type InboundEvent, id, type Parsed, type Person } from '../../src/channel/index.ts'
import { contentOf } from './media.ts'
import {
  addressOf,
  at,
  chatAsPerson,
  type ParseContext,
  personOf,
  subjectOf,
  unknownKind,
  unspokenBecause,
  userAsPerson,
} from './people.ts'
import type { CallbackQuery, ChatMember, ChatMemberUpdated, Message, PressRef, Reaction, ReactionUpdated, User } from './wire.ts'

const ignore = (what: string): Parsed => ({ events: [], ignored: [what] })
const happened = (...events: readonly InboundEvent[]): Parsed => ({ events, ignored: [] })

/** `edit_date` counts seconds: the update's own number keeps two edits within one apart, and a redelivery has the same one. */
export function edited(message: Message, update: number, { account, bot }: ParseContext): Parsed {
  const unspoken = unspokenBecause(message, bot)
  if (unspoken) return ignore(`edited_message:${unspoken}`)
  const content = contentOf(message)
  const date = message.edit_date ?? message.date
  return happened({
    kind: 'revision',
    id: id(`edit:${message.chat.id}:${message.message_id}:${date}:${update}`),
    at: at(date),
    from: addressOf(account, message),
    person: personOf(message),
    message: id(message.message_id),
    content: content.length > 0 ? content : [unknownKind(message)],
  })
}

/** Telegram does not tell when a button was pressed, only when its message was sent. */
export function pressed(query: CallbackQuery, { account, now }: ParseContext): Parsed {
  const { message, data } = query
  if (!message) return ignore('callback_query:inline-message')
  if (data === undefined) return ignore('callback_query:game')
  const label = message.reply_markup?.inline_keyboard.flat().find((button) => button.callback_data === data)?.text
  return happened({
    kind: 'choice',
    id: id(`press:${query.id}`),
    at: now().toISOString(),
    from: addressOf(account, message),
    person: userAsPerson(query.from),
    value: data,
    ...(label ? { label } : {}),
    message: id(message.message_id),
    ref: { callback: query.id } satisfies PressRef,
  })
}

const isIn = (member: ChatMember): boolean =>
  member.status === 'restricted' ? member.is_member === true : ['creator', 'administrator', 'member'].includes(member.status)

/** The bot itself was blocked or unblocked (private), added or removed (group). */
export function membership(change: ChatMemberUpdated, update: number, { account }: ParseContext): Parsed {
  if (change.chat.type === 'channel') return ignore('my_chat_member:channel')
  const [before, after] = [isIn(change.old_chat_member), isIn(change.new_chat_member)]
  if (before === after) return ignore(`my_chat_member:${change.new_chat_member.status}`)
  const isPrivate = change.chat.type === 'private'
  return happened({
    kind: 'contact',
    id: id(`membership:${change.chat.id}:${change.date}:${update}`),
    at: at(change.date),
    from: addressOf(account, change),
    person: userAsPerson(change.from),
    change: after ? (isPrivate ? 'started' : 'joined') : isPrivate ? 'blocked' : 'left',
  })
}

/** Telegram tells all reactions before and after; the difference is what happened. */
export function reacted(change: ReactionUpdated, update: number, { account, bot }: ParseContext): Parsed {
  if (change.user?.id === bot.id) return ignore('message_reaction:own')
  if (change.user?.is_bot) return ignore('message_reaction:from-a-bot')
  const person = change.user ? userAsPerson(change.user) : change.actor_chat ? chatAsPerson(change.actor_chat) : undefined
  if (!person) return ignore('message_reaction:from-nobody')
  const before = change.old_reaction.map(nameOf)
  const after = change.new_reaction.map(nameOf)
  const event = (emoji: string, on: boolean): InboundEvent => ({
    kind: 'reaction',
    id: id(`reaction:${change.chat.id}:${change.message_id}:${person.key}:${update}:${on ? 'on' : 'off'}:${emoji}`),
    at: at(change.date),
    from: addressOf(account, change),
    person,
    message: id(change.message_id),
    emoji,
    on,
  })
  const events = [
    ...before.filter((emoji) => !after.includes(emoji)).map((emoji) => event(emoji, false)),
    ...after.filter((emoji) => !before.includes(emoji)).map((emoji) => event(emoji, true)),
  ]
  return events.length > 0 ? happened(...events) : ignore('message_reaction:unchanged')
}

const nameOf = (reaction: Reaction): string =>
  reaction.type === 'emoji' && reaction.emoji
    ? reaction.emoji
    : reaction.type === 'paid'
      ? '⭐'
      : `custom:${reaction.custom_emoji_id ?? reaction.type}`

const serviceKinds = new Set(
  (
    'new_chat_title new_chat_photo delete_chat_photo group_chat_created supergroup_chat_created channel_chat_created ' +
    'message_auto_delete_timer_changed pinned_message write_access_allowed proximity_alert_triggered boost_added chat_background_set ' +
    'forum_topic_created forum_topic_edited forum_topic_closed forum_topic_reopened general_forum_topic_hidden general_forum_topic_unhidden ' +
    'giveaway_created giveaway_completed video_chat_scheduled video_chat_started video_chat_ended video_chat_participants_invited ' +
    'chat_owner_left chat_owner_changed direct_message_price_changed paid_message_price_changed connected_website'
  ).split(' '),
)

/** Messages that Telegram wrote into the chat itself; undefined where a person said something. */
export function service(message: Message, context: ParseContext): Parsed | undefined {
  if (message.migrate_to_chat_id !== undefined) return moved(message, message.chat.id, message.migrate_to_chat_id, context)
  if (message.migrate_from_chat_id !== undefined) return moved(message, message.migrate_from_chat_id, message.chat.id, context)
  if (message.new_chat_members) return came(message, message.new_chat_members, 'joined', context)
  if (message.left_chat_member) return came(message, [message.left_chat_member], 'left', context)
  const subject = subjectOf(message)
  return serviceKinds.has(subject) ? ignore(`message:${subject}`) : undefined
}

/** Told twice, in the old group and in the new one: one event, one id. */
function moved(message: Message, from: number, to: number, { account }: ParseContext): Parsed {
  const address = (chat: number) => addressOf(account, { chat: { ...message.chat, id: chat } })
  return happened({ kind: 'moved', id: id(`moved:${from}:${to}`), at: at(message.date), from: address(from), to: address(to) })
}

function came(message: Message, users: readonly User[], change: 'joined' | 'left', { account, bot }: ParseContext): Parsed {
  const people: Person[] = users.filter((user) => !user.is_bot && user.id !== bot.id).map(userAsPerson)
  if (people.length === 0) return ignore(`message:bot-${change}`)
  return happened(
    ...people.map(
      (person): InboundEvent => ({
        kind: 'contact',
        id: id(`${change}:${message.chat.id}:${message.message_id}:${person.key}`),
        at: at(message.date),
        from: addressOf(account, message),
        person,
        change,
        member: true,
      }),
    ),
  )
}

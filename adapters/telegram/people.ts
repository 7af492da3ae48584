import { type AccountId, type Address, id, type Person, type Unreadable } from '../../src/channel/index.ts'
import type { Chat, Message, ReplyTo, User } from './wire.ts'

/** `username` is known from the configuration or since the first getMe. */
export type Bot = { readonly id: number; readonly username: string | undefined }
/** What reading an update needs to know beside it. */
export type ParseContext = { readonly account: AccountId; readonly bot: Bot; readonly now: () => Date }

export const at = (seconds: number): string => new Date(seconds * 1000).toISOString()

/** A private chat is one conversation; so is a group, or each topic of a forum. */
export function addressOf(account: AccountId, message: { chat: Chat; message_thread_id?: number; is_topic_message?: boolean }): Address {
  const chat = chatId(message.chat)
  const topic = message.is_topic_message ? message.message_thread_id : undefined
  const forum = topic !== undefined && message.chat.type !== 'private'
  return {
    channel: 'telegram',
    account,
    conversation: id(forum ? `${chat}/${topic}` : chat),
    reply: { chat, ...(topic === undefined ? {} : { topic }) } satisfies ReplyTo,
  }
}

function chatId(chat: Chat): string {
  if (!Number.isSafeInteger(chat.id)) throw new TypeError('a chat without an id')
  return String(chat.id)
}

export function userAsPerson(user: User): Person {
  if (!Number.isSafeInteger(user.id)) throw new TypeError('a user without an id')
  const name = [user.first_name, user.last_name].filter(Boolean).join(' ')
  return {
    key: id(user.id),
    ...(name ? { name } : {}),
    ...(user.language_code ? { language: user.language_code } : {}),
    ...(user.is_bot ? { isBot: true } : {}),
  }
}

/** A group's anonymous admin and a channel write as a chat; `from` is then a placeholder that many share. */
export function chatAsPerson(chat: Chat): Person {
  return { key: id(`chat:${chatId(chat)}`), ...(chat.title ? { name: chat.title } : {}) }
}

export function personOf(message: Message): Person {
  if (message.sender_chat) return chatAsPerson(message.sender_chat)
  if (!message.from) throw new TypeError('a message without a sender')
  return userAsPerson(message.from)
}

/** Why a message is nobody's word to us, or undefined. */
export function unspokenBecause(message: Message, bot: Bot): string | undefined {
  if (message.chat.type === 'channel') return 'channel-post'
  if (message.is_automatic_forward) return 'automatic-forward'
  if (message.from?.id === bot.id) return 'own'
  if (message.from?.is_bot && !message.sender_chat) return 'from-a-bot'
  return undefined
}

const envelope = new Set(
  (
    'message_id date edit_date chat from sender_chat sender_boost_count sender_business_bot message_thread_id is_topic_message ' +
    'business_connection_id forward_origin is_automatic_forward reply_to_message external_reply quote reply_to_story via_bot ' +
    'has_protected_content is_from_offline is_paid_post media_group_id author_signature paid_star_count link_preview_options ' +
    'effect_id caption caption_entities show_caption_above_media has_media_spoiler entities reply_markup sender_tag'
  ).split(' '),
)

/** The field that carries what a message says: the first that is not part of its envelope. */
export const subjectOf = (message: Message): string => Object.keys(message).find((key) => !envelope.has(key)) ?? 'empty'

/** Something that we cannot read, with the words in it that a human can. */
export function unknownKind(message: Message): Unreadable {
  const words = message.poll
    ? [message.poll.question, ...(message.poll.options ?? []).map((option) => `- ${option.text}`)].join('\n')
    : message.dice
      ? `${message.dice.emoji} ${message.dice.value}`
      : (message.game?.title ?? message.caption)
  return { type: 'unreadable', platformType: subjectOf(message), ...(words ? { text: words } : {}) }
}

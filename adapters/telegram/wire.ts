import type { FileId, Json } from '../../src/channel/index.ts'

/** The parts of the Bot API that we read or write; https://core.telegram.org/bots/api#available-types. Ids need 52 bits. */
export type User = {
  readonly id: number
  readonly is_bot: boolean
  readonly first_name: string
  readonly last_name?: string
  readonly username?: string
  readonly language_code?: string
  readonly can_join_groups?: boolean
  readonly can_read_all_group_messages?: boolean
}
export type Chat = {
  readonly id: number
  readonly type: 'private' | 'group' | 'supergroup' | 'channel'
  readonly title?: string
  readonly username?: string
  readonly first_name?: string
  readonly last_name?: string
  readonly is_forum?: boolean
}
/** Offsets and lengths count UTF-16 code units. */
export type Entity = {
  readonly type: string
  readonly offset: number
  readonly length: number
  readonly url?: string
  readonly user?: User
  readonly language?: string
}
export type WireFile = {
  readonly file_id: string
  readonly file_unique_id: string
  readonly file_size?: number
  readonly file_name?: string
  readonly mime_type?: string
  readonly width?: number
  readonly height?: number
  readonly duration?: number
  readonly thumbnail?: WireFile
}
export type Sticker = WireFile & { readonly emoji?: string; readonly is_animated?: boolean; readonly is_video?: boolean }
export type Location = { readonly latitude: number; readonly longitude: number }
export type WireContact = {
  readonly phone_number: string
  readonly first_name: string
  readonly last_name?: string
  readonly user_id?: number
  readonly vcard?: string
}
export type Button = { readonly text: string; readonly callback_data?: string; readonly url?: string }
export type Keyboard = { readonly inline_keyboard: readonly (readonly Button[])[] }
export type Message = {
  readonly message_id: number
  readonly date: number
  readonly chat: Chat
  readonly from?: User
  readonly sender_chat?: Chat
  readonly message_thread_id?: number
  readonly is_topic_message?: boolean
  readonly is_automatic_forward?: boolean
  readonly edit_date?: number
  readonly media_group_id?: string
  readonly reply_to_message?: Message
  readonly text?: string
  readonly entities?: readonly Entity[]
  readonly caption?: string
  readonly caption_entities?: readonly Entity[]
  readonly photo?: readonly WireFile[]
  readonly document?: WireFile
  readonly animation?: WireFile
  readonly voice?: WireFile
  readonly audio?: WireFile
  readonly video?: WireFile
  readonly video_note?: WireFile
  readonly sticker?: Sticker
  readonly location?: Location
  readonly venue?: { readonly location: Location; readonly title: string; readonly address: string }
  readonly contact?: WireContact
  readonly poll?: { readonly question: string; readonly options: readonly { readonly text: string }[] }
  readonly dice?: { readonly emoji: string; readonly value: number }
  readonly game?: { readonly title: string }
  readonly new_chat_members?: readonly User[]
  readonly left_chat_member?: User
  readonly migrate_to_chat_id?: number
  readonly migrate_from_chat_id?: number
  readonly forum_topic_created?: object
  readonly reply_markup?: Keyboard
}
export type CallbackQuery = {
  readonly id: string
  readonly from: User
  /** Old ones come with `date: 0` and nothing but the chat and the id. */
  readonly message?: Message
  readonly data?: string
}
export type ChatMember = { readonly user: User; readonly status: string; readonly is_member?: boolean }
export type ChatMemberUpdated = {
  readonly chat: Chat
  readonly from: User
  readonly date: number
  readonly old_chat_member: ChatMember
  readonly new_chat_member: ChatMember
}
export type Reaction = { readonly type: string; readonly emoji?: string; readonly custom_emoji_id?: string }
export type ReactionUpdated = {
  readonly chat: Chat
  readonly message_id: number
  readonly user?: User
  readonly actor_chat?: Chat
  readonly date: number
  readonly old_reaction: readonly Reaction[]
  readonly new_reaction: readonly Reaction[]
}
export type Update = {
  readonly update_id: number
  readonly message?: Message
  readonly edited_message?: Message
  readonly callback_query?: CallbackQuery
  readonly my_chat_member?: ChatMemberUpdated
  readonly message_reaction?: ReactionUpdated
}

/** What we ask Telegram to send; the last one must be asked for by name. */
export const allowedUpdates = ['message', 'edited_message', 'callback_query', 'my_chat_member', 'message_reaction'] as const

/** `Address.reply`: `topic` is the thread of a forum, or of a private chat that has topics. */
export type ReplyTo = { readonly chat: string; readonly topic?: number }
/** `FileRef.ref`: enough to ask for the bytes, in this bot only. */
export type TelegramFileRef = { readonly fileId: string; readonly mime?: string; readonly name?: string; readonly bytes?: number }
/** `InboundEvent.ref` of a choice. */
export type PressRef = { readonly callback: string }

export type SendMethod =
  | 'sendMessage'
  | 'sendPhoto'
  | 'sendDocument'
  | 'sendAudio'
  | 'sendVoice'
  | 'sendVideo'
  | 'sendAnimation'
  | 'sendSticker'
  | 'sendLocation'
  | 'sendVenue'
  | 'sendContact'
export type MediaField = 'photo' | 'document' | 'audio' | 'voice' | 'video' | 'animation' | 'sticker'
/** One call without its chat. `upload` is a file of the hub that goes into `field`, by bytes or by the id Telegram gave it before. */
export type Payload = {
  readonly method: SendMethod
  readonly body: { readonly [key: string]: Json }
  readonly upload?: { readonly field: MediaField; readonly file: FileId; readonly mime?: string; readonly name?: string }
}

/** Every answer of the Bot API. */
export type ApiAnswer =
  | { readonly ok: true; readonly result: Json; readonly description?: string }
  | {
      readonly ok: false
      readonly error_code: number
      readonly description?: string
      readonly parameters?: { readonly retry_after?: number; readonly migrate_to_chat_id?: number }
    }

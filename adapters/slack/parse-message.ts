import { type Content, id, type Json, type Media, type MediaKind, type Parsed } from '../../src/channel/index.ts'
import { addressOf, at, isDirect, type ParseContext, personOf, text } from './place.ts'
import { richText } from './rich-text.ts'
import type { EventCallback, Message, MessageEvent, SlackFile, SlackFileRef } from './wire.ts'
import { labelsIn, readable, withoutMention } from './words.ts'

/** What Slack tells every day and nothing follows from (what we ourselves said and did, unfolded links, who joins a channel): taken, and nothing more. */
export const taken: Parsed = { events: [], ignored: [], reply: { status: 200 } }
const ignore = (what: string): Parsed => (what.endsWith(':own') ? taken : { events: [], ignored: [what] })
/** Who we are in this workspace, as the event itself tells. */
export const botOf = ({ authorizations }: EventCallback): string | undefined =>
  (authorizations?.find((one) => one?.is_bot) ?? authorizations?.[0])?.user_id

/** Kinds of messages that a person wrote; others are notes of Slack or changes of a message. */
const spoken = new Set([undefined, 'file_share', 'me_message', 'thread_broadcast'])

/** `message` and `app_mention` of one text are one event: Slack sends both where we are in the channel. */
export function readMessage(event: MessageEvent, envelope: EventCallback, context: ParseContext): Parsed {
  switch (event.subtype) {
    case 'message_changed':
      return changed(event, envelope, context)
    case 'message_deleted':
      return deleted(event, envelope, context)
  }
  if (!spoken.has(event.subtype) && event.subtype !== 'bot_message') return ignore(`message:${event.subtype}`)
  const bot = botOf(envelope)
  const foreign = unspokenBecause(event, envelope, bot)
  if (foreign) return ignore(`message:${foreign}`)
  const channel = text(event.channel, 'channel')
  const ts = text(event.ts, 'ts')
  const user = text(event.user, 'user')
  const thread = event.thread_ts === undefined ? undefined : text(event.thread_ts, 'thread_ts')
  const isReply = thread !== undefined && thread !== ts
  return {
    events: [
      {
        kind: 'message',
        id: id(`message:${channel}:${ts}`),
        at: at(ts),
        from: addressOf(context.account, { channel, user, ts, thread }),
        person: personOf(user),
        message: id(ts),
        content: contentOf(event, bot),
        ...(isDirect(channel) ? (isReply ? { replyTo: id(thread) } : {}) : heard(event, bot, isReply)),
      },
    ],
    ignored: [],
  }
}

/** Were we spoken to? By name, or in a thread that we began. Another thread may still be one that we are part of. */
function heard(event: MessageEvent, bot: string | undefined, isReply: boolean) {
  const named = event.type === 'app_mention' || (bot !== undefined && (event.text ?? '').includes(`<@${bot}`))
  const ours = isReply && bot !== undefined && event.parent_user_id === bot
  if (named || ours) return { addressed: true }
  return { addressed: false, ...(isReply ? { follows: true } : {}) }
}

/** Why a message is nobody's word to us, or undefined. */
function unspokenBecause(message: Message, { api_app_id }: EventCallback, bot: string | undefined): string | undefined {
  if (bot !== undefined && message.user === bot) return 'own'
  if (api_app_id !== undefined && message.app_id === api_app_id && message.bot_id !== undefined) return 'own'
  return message.bot_id !== undefined || message.subtype === 'bot_message' ? 'from-a-bot' : undefined
}

/** Words and files in the order in which Slack shows them. One file alone takes the words as its caption. */
export function contentOf(message: Message, bot: string | undefined): readonly Content[] {
  const files = (message.files ?? []).map(fileContent)
  const raw = typeof message.text === 'string' ? message.text : ''
  const rich = Array.isArray(message.blocks) ? richText(message.blocks, labelsIn(raw), bot) : undefined
  const words = rich && rich.text !== '' ? rich : { type: 'text' as const, text: readable(withoutMention(raw, bot)) }
  const [only] = files
  if (files.length === 1 && only?.type === 'media' && words.text !== '' && !('format' in words)) return [{ ...only, caption: words.text }]
  if (words.text !== '') return [words, ...files]
  return files.length > 0 ? files : [{ type: 'unreadable', platformType: kindOf(message) }]
}

const kindOf = (message: Message): string => {
  const [block] = Array.isArray(message.blocks) ? message.blocks : []
  return typeof block?.type === 'string' ? `blocks:${block.type}` : 'empty'
}

/** A file of another organisation comes as its id alone ("check_file_info"): the rest is asked for when it is fetched. */
function fileContent(file: SlackFile): Content {
  const fileId = text(file.id, 'file id')
  const name = file.name ?? file.title
  if (file.mode === 'tombstone' || file.mode === 'hidden_by_limit')
    return { type: 'unreadable', platformType: `file:${file.mode}`, ...(name ? { text: name } : {}) }
  if (file.mode === 'external' || file.is_external === true)
    return { type: 'text', text: [name, file.url_private].filter(Boolean).join(': ') || fileId }
  const url = file.url_private_download ?? file.url_private
  const told = {
    ...(file.mimetype ? { mime: file.mimetype } : {}),
    ...(name ? { name } : {}),
    ...(typeof file.size === 'number' ? { bytes: file.size } : {}),
  }
  const ref = { fileId, ...(url ? { url } : {}), ...told } satisfies SlackFileRef satisfies Json
  return { type: 'media', kind: mediaKind(file.mimetype), file: { ...told, ref } } satisfies Media
}

function mediaKind(mime: string | undefined): MediaKind {
  const [kind] = (mime ?? '').split('/')
  return kind === 'image' || kind === 'audio' || kind === 'video' ? kind : 'file'
}

/** Slack also says "changed" when it unfolds a link or finds out the language: only what carries a new `edited` was edited. */
function changed(event: MessageEvent, envelope: EventCallback, context: ParseContext): Parsed {
  const { message, previous_message: before } = event
  if (!message) throw new TypeError('a change without its message')
  if (message.subtype === 'tombstone') return deleted({ ...event, deleted_ts: message.ts }, envelope, context)
  const bot = botOf(envelope)
  const foreign = unspokenBecause(message, envelope, bot)
  if (foreign) return ignore(`message_changed:${foreign}`)
  const edited = message.edited?.ts
  if (edited === undefined || before?.edited?.ts === edited) return taken
  const channel = text(event.channel, 'channel')
  const ts = text(message.ts, 'ts')
  const user = text(message.user, 'user')
  return {
    events: [
      {
        kind: 'revision',
        id: id(`edit:${channel}:${ts}:${text(edited, 'edited')}`),
        at: at(edited),
        from: addressOf(context.account, { channel, user, ts, thread: message.thread_ts }),
        person: personOf(user),
        message: id(ts),
        content: contentOf(message, bot),
      },
    ],
    ignored: [],
  }
}

function deleted(event: MessageEvent, envelope: EventCallback, context: ParseContext): Parsed {
  const { previous_message: before } = event
  const ts = text(event.deleted_ts ?? before?.ts, 'deleted_ts')
  if (!before) return ignore('message_deleted:unknown-author')
  const foreign = unspokenBecause(before, envelope, botOf(envelope))
  if (foreign) return ignore(`message_deleted:${foreign}`)
  const channel = text(event.channel, 'channel')
  const user = text(before.user, 'user')
  return {
    events: [
      {
        kind: 'revision',
        id: id(`delete:${channel}:${ts}`),
        at: at(event.event_ts ?? event.ts),
        from: addressOf(context.account, { channel, user, ts, thread: before.thread_ts }),
        person: personOf(user),
        message: id(ts),
        content: null,
      },
    ],
    ignored: [],
  }
}

import type { Json } from '../../../src/channel/index.ts'
import {
  type Acts,
  answerPage,
  fileIn,
  headerIn,
  idIn,
  type Routes,
  required,
  setFaults,
  shownFile,
  watched,
  wordsIn,
} from '../../../src/channel/kit/emulator/page.ts'
import type { Answered, Asked } from '../../../src/channel/kit/emulator/serve.ts'
import type { TeamsPerson } from './people.ts'
import { seen, visible } from './show.ts'
import type { ConversationState, StoredMessage, World } from './state.ts'

type Context = {
  readonly world: World
  /** Somebody in a conversation; without one, in their private chat with the bot. */
  readonly person: (name: string, conversation?: ConversationState) => TeamsPerson
  /** The private chat that a page calls by a name of its own. */
  readonly privateChat: (chat: string, name: string | undefined) => TeamsPerson
  readonly downFor: (ms: number) => void
}

/**
 * What the playground's page asks for: `GET state?chat=`, `GET events` (SSE), `GET file/<message>`, `POST say {chat, name, text}`,
 * `POST press {chat, name, message_id, data, fields?}`, `POST edit|delete|react {chat, name, message_id, text|emoji}`, `POST file` (bytes; headers x-chat, x-name, x-file-name, content-type), `POST faults {…}`.
 * `chat` is the id of a conversation (of a channel: the next message opens a thread), or any name: a private chat with the bot.
 */
export const playground = (asked: Asked, context: Context): Promise<Answered> =>
  answerPage(asked, { routes: routesOf(context), acts, someone: ({ chat, name }) => someone(context, chat, name) })

const acts: Acts<TeamsPerson> = {
  say: async (person, { text }) => ({ message_id: await person.types(required(text, 'text')) }),
  press: (person, { data, message_id, fields }) =>
    person.fillsIn(wordsIn(fields), required(data, 'data'), message_id === undefined ? undefined : String(message_id)),
  edit: (person, { message_id, text }) => person.edits(String(message_id), required(text, 'text')),
  delete: (person, { message_id }) => person.deletes(String(message_id)),
  react: (person, { message_id, emoji }) => person.reacts(String(message_id), String(emoji ?? '')),
}

const routesOf = (context: Context): Routes => ({
  'GET state': ({ url }) => ({ status: 200, body: stateOf(context.world, url.searchParams.get('chat')) }),
  'GET events': () =>
    watched(context.world.watchers, ({ type, chat, data }, send) => {
      const state = context.world.conversations.get(chat)
      const message = type === 'message' ? state?.messages.get((data as { id: string }).id) : undefined
      const thread = state?.type === 'channel' ? state.id : undefined
      const told = message ? screen(context.world, message, thread) : data
      send(type, state ? calledOf(state) : chat, told)
      if (thread && state?.channel && state.channel.id !== state.id) send(type, state.channel.id, told)
    }),
  'GET file/': (asked) => {
    const id = idIn(asked)
    const message = [...context.world.conversations.values()].map(({ messages }) => messages.get(id)).find((found) => found !== undefined)
    const media = message && seen(context.world, message).media
    return shownFile(media && { name: media.name ?? id, mime: media.mime ?? 'application/octet-stream', bytes: media.bytes })
  },
  'POST file': async (asked) => {
    const { bytes, ...file } = fileIn(asked)
    const person = someone(context, headerIn(asked, 'x-chat'), headerIn(asked, 'x-name'))
    return { status: 200, body: { message_id: await person.sendsFile({ ...file, bytes: new Uint8Array(bytes) }) } }
  },
  'POST faults': (asked) => setFaults(asked, context.world.faults, context.downFor),
})

/** A channel shows its threads one below the other. */
const inChat = (
  world: World,
  state: ConversationState,
): readonly { readonly message: StoredMessage; readonly thread: string | undefined }[] => {
  const isChannel = state.type === 'channel' && state.channel?.id === state.id
  const all = isChannel ? [...world.conversations.values()].filter(({ channel }) => channel?.id === state.id) : [state]
  return all.flatMap((one) =>
    visible(one.messages.values()).map((message) => ({ message, thread: one.type === 'channel' ? one.id : undefined })),
  )
}

const calledOf = (state: ConversationState): string => state.alias ?? state.id

function stateOf(world: World, chat: string | null): Json {
  const state = chat === null ? undefined : named(world, chat)
  return {
    channel: 'teams',
    bot: world.botName,
    webhook: world.hookUrl ?? null,
    faults: world.faults as unknown as Json,
    chats: [...world.conversations.values()].map((one) => ({
      chat: calledOf(one),
      title: one.type === 'channel' ? `${one.team?.name ?? ''} › ${one.channel?.name ?? ''}` : one.title,
      type: one.type,
      thread: one.type === 'channel' && one.channel?.id !== one.id,
      blocked: one.refuses !== undefined,
    })),
    messages: state ? inChat(world, state).map(({ message, thread }) => screen(world, message, thread)) : [],
  }
}

const named = (world: World, chat: string): ConversationState | undefined =>
  world.conversations.get(chat) ?? [...world.conversations.values()].find(({ alias }) => alias === chat)

function someone({ world, person, privateChat }: Context, chat: unknown, name: unknown): TeamsPerson {
  const wanted = typeof chat === 'string' || typeof chat === 'number' ? String(chat) : ''
  if (wanted === '') return person(required(name, 'name'))
  const known = named(world, wanted)
  if (known && known.type !== 'personal') return person(required(name, 'name'), known)
  if (!known && !/^[\p{L}\p{N} ._-]{1,60}$/u.test(wanted)) throw new Error('there is no such conversation')
  return privateChat(wanted, typeof name === 'string' && name !== '' ? name : undefined)
}

function screen(world: World, message: StoredMessage, thread: string | undefined): Json {
  const { media, ...rest } = seen(world, message)
  const file = media && media.kind !== 'offer' ? { url: `/playground/file/${message.id}` } : {}
  const shown = media ? { media: { kind: media.kind, name: media.name, mime: media.mime, size: media.bytes.length, ...file } } : {}
  const from = world.people.get(message.from)?.name ?? world.botName
  const card = message.view ?? message.activity.attachments?.find(({ contentType }) => contentType.endsWith('card.adaptive'))?.content
  const marked = message.activity.textFormat === 'xml' ? { html: message.activity.text } : {}
  return { ...rest, from, ...shown, ...marked, ...(card ? { card } : {}), ...(thread ? { thread } : {}) } as unknown as Json
}

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
} from '../../../src/channel/kit/emulator/page.ts'
import type { Answered, Asked } from '../../../src/channel/kit/emulator/serve.ts'
import { seen, type TelegramPerson } from './people.ts'
import type { BotState, World } from './state.ts'

type Context = {
  readonly world: World
  readonly bot: BotState
  readonly person: (name: string) => TelegramPerson
  readonly downFor: (ms: number) => void
}

/**
 * What the playground's page asks for: `GET state?chat=`, `GET events` (SSE), `GET file/<id>`, `POST say {chat, name, text}`,
 * `POST press {chat, message_id, data}`, `POST edit|delete|react {chat, message_id, text|emoji}`, `POST file` (bytes; headers x-chat, x-name, x-file-name, content-type), `POST faults {…}`.
 */
export const playground = (asked: Asked, context: Context): Promise<Answered> =>
  answerPage(asked, { routes: routesOf(context), acts, someone: ({ chat, name }) => someone(context, chat, name) })

const acts: Acts<TelegramPerson> = {
  say: async (person, { text }) => ({ message_id: await person.types(required(text, 'text')) }),
  press: (person, { data, message_id }) =>
    person.presses(required(data, 'data'), message_id === undefined ? undefined : String(message_id)),
  edit: (person, { message_id, text }) => person.edits(String(message_id), required(text, 'text')),
  delete: (person, { message_id }) => person.deletes(String(message_id)),
  react: (person, { message_id, emoji }) => person.reacts(String(message_id), String(emoji ?? '')),
}

const routesOf = ({ world, bot, person, downFor }: Context): Routes => ({
  'GET state': ({ url }) => ({ status: 200, body: state(world, bot, url.searchParams.get('chat')) }),
  'GET events': () =>
    watched(world.watchers, ({ type, chat, data }, send) => {
      const stored = type === 'message' ? bot.chats.get(chat)?.messages.get((data as { message_id: number }).message_id) : undefined
      send(type, String(chat), stored ? screen(world, stored) : data)
    }),
  'GET file/': (asked) => {
    const file = world.files.get(idIn(asked))
    return shownFile(file && { ...file, name: file.name ?? file.id })
  },
  'POST file': async (asked) => {
    const from = someone({ person }, headerIn(asked, 'x-chat'), headerIn(asked, 'x-name'))
    return { status: 200, body: { message_id: await from.sendsFile(fileIn(asked)) } }
  },
  'POST faults': (asked) => setFaults(asked, world.faults, downFor),
})

function state(world: World, bot: BotState, chat: string | null): Json {
  const shown = chat === null ? undefined : bot.chats.get(Number(chat))
  return {
    channel: 'telegram',
    bot: bot.user.username!,
    webhook: bot.webhook?.url ?? null,
    faults: world.faults as unknown as Json,
    chats: [...bot.chats.values()].map((one) => ({
      chat: String(one.chat.id),
      title: one.chat.title ?? one.chat.first_name ?? String(one.chat.id),
      type: one.chat.type,
      blocked: one.blocked,
    })),
    messages: shown ? [...shown.messages.values()].map((message) => screen(world, message)) : [],
  }
}

function someone({ person }: Pick<Context, 'person'>, chat: unknown, name: unknown): TelegramPerson {
  if (chat !== undefined && chat !== '' && !/^\d{1,15}$/.test(String(chat))) throw new Error('chat must be the number of a private chat')
  const known = person(chat ? String(chat) : required(name, 'name'))
  if (name && chat) Object.assign(known.user, { first_name: String(name) })
  return known
}

function screen(world: World, message: Parameters<typeof seen>[1]): Json {
  const { media, ...rest } = seen(world, message)
  const file = message.stored.file
  const shownMedia =
    media && file ? { media: { kind: media.kind, name: media.name, mime: media.mime, url: `/playground/file/${file}` } } : {}
  const entities = message.entities ?? message.caption_entities
  return { ...rest, ...shownMedia, ...(entities ? { entities } : {}) } as unknown as Json
}

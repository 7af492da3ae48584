import type { Json } from '../../../src/channel/index.ts'
import {
  type Acts,
  answerPage,
  fileIn,
  headerIn,
  idIn,
  type Routes,
  readJson,
  required,
  setFaults,
  shownFile,
  watched,
  wordsIn,
} from '../../../src/channel/kit/emulator/page.ts'
import type { Answered, Asked } from '../../../src/channel/kit/emulator/serve.ts'
import type { SlackChannel, SlackPerson } from './people.ts'
import { seen } from './screen.ts'
import type { Channel, Stored, World } from './state.ts'

type Context = {
  readonly world: World
  readonly person: (name: string) => SlackPerson
  readonly channel: (name: string) => SlackChannel
  readonly socketMode: () => boolean
  readonly downFor: (ms: number) => void
}

/**
 * What the playground's page asks for. A chat is a person's number (their direct message) or a channel's id; a channel also wants `name`,
 * who speaks, and takes `thread`. `GET state?chat=`, `GET events` (SSE), `GET file/<id>`, `GET home?chat=`, `POST say {chat, name, text,
 * thread?}`, `POST press {chat, message_id, data, name?, fields?}` (`message_id` may be `home`), `POST file` (bytes; headers x-chat, x-name, x-file-name, x-caption, x-thread,
 * content-type), `POST edit|delete|react {chat, name?, message_id, text|emoji}`, `POST command {chat, name?, command, text}`, `POST
 * shortcut {chat, name?, message_id?}`, `POST open {chat, tab}`, `POST channel {name}`, `POST faults {…}`.
 */
export const playground = (asked: Asked, context: Context): Promise<Answered> =>
  answerPage(asked, {
    routes: routesOf(context),
    acts,
    someone: ({ chat, name, thread }) => someone(context, chat, name, thread),
    headers: 'x-thread',
  })

const acts: Acts<SlackPerson> = {
  say: async (person, { text }) => ({ message_id: await person.types(required(text, 'text')) }),
  press: (person, { data, message_id, fields }) =>
    person.fillsIn(wordsIn(fields), required(data, 'data'), message_id === undefined ? undefined : String(message_id)),
  edit: (person, { message_id, text }) => person.edits(required(message_id, 'message_id'), required(text, 'text')),
  delete: (person, { message_id }) => person.deletes(required(message_id, 'message_id')),
  react: (person, { message_id, emoji }) => person.reacts(required(message_id, 'message_id'), String(emoji ?? '')),
  command: async (person, { command, text }) => ({
    answer: (await person.commands(required(command, 'command'), String(text ?? ''))) ?? null,
  }),
  shortcut: (person, { message_id }) => (message_id === undefined ? person.uses('global') : person.uses('message', String(message_id))),
  open: (person, { tab }) => person.opens(tab === 'messages' ? 'messages' : 'home'),
}

const routesOf = (context: Context): Routes => ({
  'GET state': ({ url }) => ({ status: 200, body: state(context, url.searchParams.get('chat')) }),
  'GET events': () =>
    watched(context.world.watchers, ({ type, channel, data, message }, send) =>
      send(type, channel ? nameOf(channel) : '', message ? screen(context.world, message) : data),
    ),
  'GET file/': (asked) => shownFile(context.world.files.get(idIn(asked))),
  'GET home': ({ url }) => {
    const person = someone(context, url.searchParams.get('chat') ?? '', undefined, undefined)
    return { status: 200, body: { view: context.world.homes.get(person.key) ?? null, ...person.home() } as Json }
  },
  'POST channel': (asked) => ({ status: 200, body: { chat: context.channel(required(readJson(asked).name, 'name')).id } }),
  'POST file': async (asked) => {
    const person = someone(context, headerIn(asked, 'x-chat'), headerIn(asked, 'x-name'), headerIn(asked, 'x-thread') || undefined)
    return { status: 200, body: { message_id: await person.sendsFile(fileIn(asked)) } }
  },
  'POST faults': (asked) => setFaults(asked, context.world.faults, context.downFor),
})

function state({ world, socketMode }: Context, chat: string | null): Json {
  const channel = chat === null ? undefined : channelNamed(world, chat)
  return {
    channel: 'slack',
    bot: world.bot.name,
    webhook: world.hook,
    socketMode: socketMode(),
    faults: world.faults as unknown as Json,
    chats: [...world.channels.values()].map((one) => ({
      chat: nameOf(one),
      title: world.users.get(one.user ?? '')?.name ?? one.name,
      type: one.type,
      blocked: !one.botIn,
    })),
    messages: channel ? [...channel.messages.values()].map((message) => screen(world, message)) : [],
  }
}

/** A direct message goes by the person's number, as on every phone of the playground. */
const nameOf = ({ id, user }: Channel): string => (user === undefined ? id : (/^U0*(\d{1,15})$/.exec(user)?.[1] ?? user))

function channelNamed(world: World, chat: string): Channel | undefined {
  return [...world.channels.values()].find((one) => nameOf(one) === chat || one.id === chat)
}

function someone({ world, person, channel }: Context, chat: unknown, name: unknown, thread: unknown): SlackPerson {
  const at = typeof chat === 'string' ? chat : ''
  const place = /^[CG][A-Z0-9]+$/.test(at) ? world.channels.get(at) : undefined
  if (place) {
    const who = channel(place.name).person(required(name, 'name'))
    return typeof thread === 'string' && thread !== '' ? who.in(thread) : who
  }
  if (at !== '' && !/^(\d{1,15}|[UW][A-Z0-9]+)$/.test(at)) throw new Error('chat must be the number of a person, or the id of a channel')
  const known = person(at === '' ? required(name, 'name') : at)
  if (typeof name === 'string' && name !== '' && at !== '') known.user.name = name
  return typeof thread === 'string' && thread !== '' ? known.in(thread) : known
}

function screen(world: World, message: Stored): Json {
  const { media, ...rest } = seen(world, message)
  const [file] = message.files
  const shown = media && file ? { media: { kind: media.kind, name: media.name, mime: media.mime, url: `/playground/file/${file}` } } : {}
  const author = message.by === 'hub' ? world.bot.name : (world.users.get(message.user)?.name ?? message.user)
  const blocks = message.by === 'hub' && message.blocks !== undefined ? { blocks: message.blocks } : {}
  return { ...rest, author, raw: message.text, mrkdwn: message.mrkdwn, ...blocks, ...shown } as unknown as Json
}

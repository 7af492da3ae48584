import type { EmulatedPerson } from '../../emulator.ts'
import type { Json } from '../../ids.ts'
import { type Acts, answerPage, fileIn, headerIn, idIn, type Routes, required, setFaults, shownFile, watched } from './page.ts'
import type { Answered, Asked } from './serve.ts'
import { type Stage, type StagedChat, screen } from './stage.ts'

export type PlaygroundPerson = Omit<EmulatedPerson, 'presses'> & { presses(button: string, message?: string): Promise<void> }
type Context = {
  readonly stage: Stage
  readonly channel: string
  readonly bot: string
  readonly webhook: () => string | null
  /** Whoever has this chat, made anew where nobody has. */
  readonly someone: (chat: string | undefined, name: string | undefined) => PlaygroundPerson
  readonly downFor: (ms: number) => void
}

/**
 * What the playground's page asks for where all chats are private: `GET state?chat=`, `GET events` (SSE), `GET file/<id>`,
 * `POST say {chat, name, text}`, `POST press {chat, message_id, data}`, `POST file` (bytes; headers x-chat, x-name, x-file-name,
 * content-type), `POST faults {…}`.
 */
export const playground = (asked: Asked, context: Context): Promise<Answered> =>
  answerPage(asked, { routes: routesOf(context), acts, someone: ({ chat, name }) => person(context, chat, name) })

const acts: Acts<PlaygroundPerson> = {
  say: async (person, { text }) => ({ message_id: await person.types(required(text, 'text')) }),
  press: (person, { data, message_id }) =>
    person.presses(required(data, 'data'), message_id === undefined ? undefined : String(message_id)),
}

const routesOf = (context: Context): Routes => ({
  'GET state': ({ url }) => ({ status: 200, body: state(context, url.searchParams.get('chat') ?? '') }),
  'GET events': () => watched(context.stage.watchers, ({ type, chat, data }, send) => send(type, chat, data)),
  'GET file/': (asked) => {
    const file = context.stage.files.get(idIn(asked))
    return shownFile(file && { ...file, name: file.name ?? file.id })
  },
  'POST file': async (asked) => {
    const from = person(context, headerIn(asked, 'x-chat'), headerIn(asked, 'x-name'))
    return { status: 200, body: { message_id: await from.sendsFile(fileIn(asked)) } }
  },
  'POST faults': (asked) => setFaults(asked, context.stage.faults, context.downFor),
})

function state({ stage, channel, bot, webhook }: Context, chat: string): Json {
  const told = (one: StagedChat) => ({ chat: one.id, title: one.name, type: 'private', blocked: one.blocked })
  return {
    channel,
    bot,
    webhook: webhook(),
    faults: stage.faults as unknown as Json,
    chats: [...stage.chats.values()].map(told),
    messages: (stage.chats.get(chat)?.messages ?? []).map(screen),
  }
}

function person({ someone }: Context, chat: unknown, name: unknown): PlaygroundPerson {
  const given = chat === undefined || chat === '' ? undefined : String(chat)
  if (given !== undefined && !/^\d{1,20}$/.test(given)) throw new Error('chat must be the number of a private chat')
  return someone(given, given === undefined ? required(name, 'name') : typeof name === 'string' && name !== '' ? name : undefined)
}

import type { Emulator, EmulatorOptions, SeenMessage } from '../../src/channel/emulator.ts'
import { controls, underFaults } from '../../src/channel/kit/emulator/calls.ts'
import { readFields } from '../../src/channel/kit/emulator/fields.ts'
import { type Answered, type Asked, type Outcome, serve } from '../../src/channel/kit/emulator/serve.ts'
import { type Delivery, makeDelivery } from './emulator/delivery.ts'
import { isVisible, runMethod } from './emulator/methods.ts'
import { makeGroup, privatePerson, seen, type TelegramGroup, type TelegramPerson } from './emulator/people.ts'
import { playground } from './emulator/playground.ts'
import { Refusal } from './emulator/refusal.ts'
import { addBot, type BotOptions, type BotState, makeWorld, type World } from './emulator/state.ts'

export type { TelegramGroup, TelegramPerson } from './emulator/people.ts'

export type TelegramEmulatorOptions = EmulatorOptions & { readonly bots?: readonly BotOptions[]; readonly webhookSecret?: string }
export interface TelegramEmulator extends Emulator {
  person(name: string, bot?: string): TelegramPerson
  group(options: { readonly title: string; readonly forum?: boolean }, bot?: string): TelegramGroup
  /** A private chat, or a group, as it stands on the screen. */
  messages(chat: string | number, bot?: string): readonly SeenMessage[]
  /** Updates that the hub has not taken yet. */
  pending(bot?: string): number
  /** Button presses that the hub has answered. */
  answeredPresses(bot?: string): number
  /** "Writing…" is shown: the chats, newest last. */
  readonly typing: readonly { readonly at: number; readonly chat: string }[]
}

const defaultBot: BotOptions = { token: '110201543:EMULATOR-aaaaaaaaaaaaaaaaaaaaaaaaaaa', username: 'switchboard_bot', name: 'Switchboard' }

/** The Bot API on loopback, with the people who write to its bots. */
export async function startTelegramEmulator(options: TelegramEmulatorOptions = {}): Promise<TelegramEmulator> {
  const { host = '127.0.0.1', port = 0, timeScale = 1, bots = [defaultBot], webhookSecret = 'emulator-webhook-secret' } = options
  const world = makeWorld(timeScale)
  const all = bots.map((bot) => addBot(world, bot))
  const planned: Answered[] = []
  const delivery: Delivery = makeDelivery(
    world,
    async (bot, method, fields) => runMethod(method, { world, delivery, bot, input: { fields, files: new Map() } }),
    options,
  )
  const bot = (username?: string): BotState => {
    const found = username === undefined ? all[0] : all.find((one) => one.user.username === username)
    if (!found) throw new Error(`the emulator has no bot ${username}`)
    return found
  }
  const typing: { at: number; chat: string }[] = []
  world.watchers.add(({ type, chat }) => void (type === 'typing' && typing.push({ at: Date.now(), chat: String(chat) })))

  const person = (name: string, username?: string) => privatePerson({ world, bot: bot(username), delivery }, name)
  const door = await serve({ host, port }, handle)

  async function handle(asked: Asked): Promise<Outcome> {
    const { pathname } = asked.url
    if (pathname.startsWith('/playground/')) return playground(asked, { world, bot: bot(), person, downFor: door.downFor })
    const file = /^\/file\/bot([^/]+)\/[^/]+\/([^/]+)$/.exec(pathname)
    if (file) return fileOf(world, file[1]!, decodeURIComponent(file[2]!))
    const call = /^\/bot([^/]+)\/(\w+)$/.exec(pathname)
    if (!call) return refused(new Refusal(404, 'Not Found'))
    const [, token, method] = call as unknown as [string, string, string]
    return underFaults(
      world,
      { name: method, visible: isVisible(method), planned },
      {
        perform: () => perform(decodeURIComponent(token), method, asked),
        tooMany: (seconds) => refused(new Refusal(429, `Too Many Requests: retry after ${seconds}`, { retry_after: seconds })),
        broken: () => refused(new Refusal(500, 'Internal Server Error')),
      },
    )
  }

  async function perform(token: string, method: string, asked: Asked): Promise<Answered> {
    const known = world.bots.get(token)
    if (!/^[1-9]\d*:/.test(token) || token.length > 80) return refused(new Refusal(401, 'Unauthorized: invalid token specified'))
    if (!known) return refused(new Refusal(401, 'Unauthorized'))
    try {
      const { result, description } = await runMethod(method, { world, delivery, bot: known, input: await readFields(asked) })
      return { status: 200, body: { ok: true, result, ...(description ? { description } : {}) } }
    } catch (error) {
      return refused(error instanceof Refusal ? error : new Refusal(400, "Bad Request: can't parse the request's parameters"))
    }
  }

  const account = () => ({ botToken: bots[0]!.token, webhookSecret, mode: 'webhook', apiUrl: door.url, username: bots[0]!.username })
  return {
    ...controls(world, door, planned),
    signature: { coversBody: false, maxAgeSeconds: null },
    account,
    refusedAccount: () => ({ ...account(), botToken: '110201543:REVOKED-aaaaaaaaaaaaaaaaaaaaaaaaaaaa' }),
    sign: async ({ method = 'POST', query = {}, headers = {}, body }) => ({
      method,
      via: 'hook',
      query,
      headers: { 'content-type': 'application/json', ...headers, 'x-telegram-bot-api-secret-token': webhookSecret },
      body: typeof body === 'string' ? new TextEncoder().encode(body) : body,
    }),
    async connect(hookUrl) {
      const fields = { url: hookUrl.href, secret_token: webhookSecret, allowed_updates: connected, max_connections: 100 }
      for (const one of all) await runMethod('setWebhook', { world, delivery, bot: one, input: { fields, files: new Map() } })
    },
    person,
    group: (group, username) => makeGroup({ world, bot: bot(username), delivery }, group),
    messages: (chat, username) =>
      [...(bot(username).chats.get(Number(chat))?.messages.values() ?? [])].map((message) => seen(world, message)),
    pending: (username) => delivery.waiting(bot(username)).length,
    answeredPresses: (username) => [...bot(username).queries.values()].filter((query) => query.answered).length,
    typing,
    async close() {
      delivery.close()
      await door.close()
    },
  }
}
export const startEmulator = startTelegramEmulator

const connected = ['message', 'edited_message', 'callback_query', 'my_chat_member', 'message_reaction']

const refused = ({ status, message, parameters }: Refusal): Answered => ({
  status,
  ...(parameters?.retry_after === undefined ? {} : { headers: { 'retry-after': String(parameters.retry_after) } }),
  body: { ok: false, error_code: status, description: message, ...(parameters ? { parameters } : {}) },
})

function fileOf(world: World, token: string, name: string): Answered {
  const file = world.files.get(name) ?? world.files.get(name.replace(/\.[a-z0-9]{1,5}$/i, ''))
  if (!world.bots.has(token) || !file) return refused(new Refusal(404, 'Not Found'))
  return { status: 200, headers: { 'content-type': 'application/octet-stream' }, body: file.bytes }
}

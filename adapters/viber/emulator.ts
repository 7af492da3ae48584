import type { Emulator, EmulatorOptions } from '../../src/channel/emulator.ts'
import { controls, underFaults } from '../../src/channel/kit/emulator/calls.ts'
import { patienceOf } from '../../src/channel/kit/emulator/patience.ts'
import { playground } from '../../src/channel/kit/emulator/playground.ts'
import { type Answered, type Asked, type Outcome, serve } from '../../src/channel/kit/emulator/serve.ts'
import { objectIn } from '../../src/channel/kit/meta-webhook.ts'
import { hmac } from '../../src/channel/kit/signature.ts'
import { answer, isVisible, methods, pointAt, welcome } from './emulator/methods.ts'
import { personNamed, type ViberPerson } from './emulator/people.ts'
import { Refusal } from './emulator/refusal.ts'
import { makeWorld, type World } from './emulator/world.ts'

export type { ViberPerson } from './emulator/people.ts'

export type ViberEmulatorOptions = EmulatorOptions & { readonly token?: string }
export interface ViberEmulator extends Emulator {
  person(name: string): ViberPerson
  /** `devices`: so many times is told that a message was delivered. `unansweredPerHour`: 100 at Viber. */
  readonly settings: World['settings']
  /** Callbacks that the hub has not taken yet. */
  pending(): number
}

/** The Bot API on loopback, with the people who write to a bot. */
export async function startViberEmulator(options: ViberEmulatorOptions = {}): Promise<ViberEmulator> {
  const { host = '127.0.0.1', port = 0, timeScale = 1, token = 'emulator-0f40021e-61a47a1e6778d187-f2c5a676' } = options
  const world = makeWorld({
    timeScale,
    patienceMs: patienceOf(options, 5_000),
    token,
    welcomed: (chat, body) => void welcome(world, chat, body),
  })
  const { stage } = world
  const planned: Answered[] = []
  const person = (name: string, chat?: string) => personNamed(world, () => door.url, name, chat)
  const door = await serve({ host, port }, handle)

  async function handle(asked: Asked): Promise<Outcome> {
    const { pathname } = asked.url
    if (pathname.startsWith('/playground/'))
      return playground(asked, {
        stage,
        channel: 'viber',
        bot: world.bot.name,
        webhook: () => world.hooks.url()?.href ?? null,
        someone: (chat, name) => person(name ?? chat!, chat),
        downFor: door.downFor,
      })
    const [, media] = /^\/media\/([^/]+)\//.exec(pathname) ?? []
    if (media !== undefined) return sendMedia(media)
    const name = /^\/pa\/(\w+)$/.exec(pathname)?.[1] ?? ''
    const method = Object.hasOwn(methods, name) ? methods[name] : undefined
    if (!method || asked.method !== 'POST') return { status: 404, text: 'Not Found' }
    return underFaults(
      stage,
      { name, visible: isVisible(name), planned },
      {
        perform: () => perform(asked, method),
        // Viber names no time to wait; this header is here so that the switch's seconds can be felt.
        tooMany: (seconds) => ({
          ...answer(12, 'Rate control breach'),
          headers: { 'content-type': 'application/json', 'retry-after': String(seconds) },
        }),
        broken: () => ({ status: 500, text: 'Internal Server Error' }),
      },
    )
  }

  async function perform(asked: Asked, method: (typeof methods)[string]): Promise<Answered> {
    try {
      const fields = objectIn(JSON.parse(Buffer.from(asked.body).toString('utf8') || '{}'))
      const given = asked.headers['x-viber-auth-token'] ?? fields.auth_token
      if (given === undefined) throw new Refusal(2, 'missing_auth_token')
      if (given !== token) throw new Refusal(2, 'invalidAuthToken')
      return answer(0, 'ok', await method!(world, fields, asked.body.length))
    } catch (error) {
      if (error instanceof Refusal) return answer(error.status, error.message)
      if (error instanceof SyntaxError) return answer(3, 'Unexpected character in JSON')
      throw error
    }
  }

  function sendMedia(id: string): Answered {
    const file = stage.files.get(id)
    return file ? { status: 200, headers: { 'content-type': file.mime }, body: file.bytes } : { status: 404, text: 'Not Found' }
  }

  const account = () => ({ authToken: token, senderName: 'Switchboard', apiUrl: door.url })
  return {
    ...controls(stage, door, planned),
    signature: { coversBody: true, maxAgeSeconds: null },
    account,
    refusedAccount: () => ({ ...account(), authToken: 'emulator-revoked-61a47a1e6778d187-f2c5a676' }),
    sign: async ({ method = 'POST', query = {}, headers = {}, body }) => ({
      method,
      via: 'hook',
      query,
      headers: { 'content-type': 'application/json', ...headers, 'x-viber-content-signature': hmac('sha256', token, body, 'hex') },
      body: typeof body === 'string' ? new TextEncoder().encode(body) : body,
    }),
    connect: (hookUrl) => pointAt(world, hookUrl),
    person: (name) => person(name),
    settings: world.settings,
    pending: () => world.hooks.waiting(),
    async close() {
      world.hooks.close()
      await door.close()
    },
  }
}
export const startEmulator = startViberEmulator

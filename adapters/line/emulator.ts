import type { Emulator, EmulatorOptions } from '../../src/channel/emulator.ts'
import { controls, underFaults } from '../../src/channel/kit/emulator/calls.ts'
import { patienceOf } from '../../src/channel/kit/emulator/patience.ts'
import { playground } from '../../src/channel/kit/emulator/playground.ts'
import { type Answered, type Asked, type Outcome, serve } from '../../src/channel/kit/emulator/serve.ts'
import { hmac } from '../../src/channel/kit/signature.ts'
import { methodFor, tryWebhook, visible } from './emulator/methods.ts'
import { groupNamed, type LineGroup, type LinePerson, personNamed } from './emulator/people.ts'
import { Refusal } from './emulator/refusal.ts'
import { makeWorld, type World } from './emulator/world.ts'

export type { LineGroup, LinePerson } from './emulator/people.ts'

export type LineEmulatorOptions = EmulatorOptions & { readonly channelSecret?: string; readonly accessToken?: string }
export interface LineEmulator extends Emulator {
  person(name: string): LinePerson
  group(title: string, type?: 'group' | 'room'): LineGroup
  /** Push messages of this month; `limit` null: the plan has none. */
  readonly quota: World['quota']
  /** `chat`: may messages be marked as read? `active`: Use webhook. `replyTokenMs`: how long an answer is free. */
  readonly settings: World['settings']
  /** Where the loading animation was started, and what was marked as read; newest last. */
  readonly loading: World['loading']
  readonly read: World['read']
  /** What happens meanwhile goes out in one webhook. */
  together(act: () => Promise<unknown>): Promise<void>
  /** Events that the hub has not taken yet. */
  pending(): number
}

/** "within two seconds": https://developers.line.biz/en/docs/messaging-api/check-webhook-error-statistics/ */
const ackMs = 2_000

/** The Messaging API on loopback, with the people who write to an official account. */
export async function startLineEmulator(options: LineEmulatorOptions = {}): Promise<LineEmulator> {
  const { host = '127.0.0.1', port = 0, timeScale = 1 } = options
  const { channelSecret = 'emulator-channel-secret', accessToken = 'emulator-channel-access-token' } = options
  const world = makeWorld({ timeScale, patienceMs: patienceOf(options, ackMs), channelSecret, accessToken })
  const { stage } = world
  const planned: Answered[] = []
  const person = (name: string) => personNamed(world, name)
  const door = await serve({ host, port }, handle)

  async function handle(asked: Asked): Promise<Outcome> {
    if (asked.url.pathname.startsWith('/playground/'))
      return playground(asked, {
        stage,
        channel: 'line',
        bot: world.bot.displayName,
        webhook: () => world.hooks.url()?.href ?? null,
        someone: (chat, name) => personNamed(world, name ?? chat!, chat),
        downFor: door.downFor,
      })
    if (asked.url.pathname.startsWith('/stickershop/')) return { status: 200, headers: { 'content-type': 'image/png' }, body: sticker }
    const method = methodFor(asked)
    if (!method) return refused(new Refusal(404, 'Not found'))
    return underFaults(
      stage,
      { name: method.name, visible: visible(method.name), planned },
      {
        perform: () => perform(asked, method.run),
        // LINE names no time to wait; this header is here so that the switch's seconds can be felt.
        tooMany: (seconds) =>
          refused(new Refusal(429, 'The API rate limit has been exceeded. Try again later.', {}, { 'retry-after': String(seconds) })),
        broken: () => refused(new Refusal(500, 'Internal Server Error')),
      },
    )
  }

  async function perform(asked: Asked, run: (world: World) => Promise<Answered>): Promise<Answered> {
    try {
      if (asked.headers.authorization !== `Bearer ${accessToken}`)
        throw new Refusal(401, 'Authentication failed. Confirm that the access token in the authorization header is valid.')
      return await run(world)
    } catch (error) {
      if (error instanceof Refusal) return refused(error)
      throw error
    }
  }

  const account = () => ({ channelSecret, channelAccessToken: accessToken, apiUrl: door.url, dataApiUrl: door.url })
  return {
    ...controls(stage, door, planned),
    signature: { coversBody: true, maxAgeSeconds: null },
    account,
    refusedAccount: () => ({ ...account(), channelAccessToken: 'emulator-revoked-access-token' }),
    sign: async ({ method = 'POST', query = {}, headers = {}, body }) => ({
      method,
      via: 'hook',
      query,
      headers: {
        'content-type': 'application/json; charset=utf-8',
        ...headers,
        'x-line-signature': hmac('sha256', channelSecret, body, 'base64'),
      },
      body: typeof body === 'string' ? new TextEncoder().encode(body) : body,
    }),
    async connect(hookUrl) {
      const tried = await tryWebhook(world, hookUrl)
      if (!tried.success) throw new Error(`the webhook was tried without an event: ${tried.reason} ${tried.statusCode}`)
      world.hooks.point(hookUrl)
    },
    person,
    group: (title, type) => groupNamed(world, title, type),
    quota: world.quota,
    settings: world.settings,
    loading: world.loading,
    read: world.read,
    together: (act) => world.hooks.together(act),
    pending: () => world.hooks.waiting(),
    async close() {
      world.hooks.close()
      await door.close()
    },
  }
}
export const startEmulator = startLineEmulator

const refused = ({ status, message, more, headers }: Refusal): Answered => ({ status, headers, body: { message, ...more } })

/** The smallest picture there is. */
const sticker = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64')

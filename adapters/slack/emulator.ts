import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Emulator, EmulatorOptions } from '../../src/channel/emulator.ts'
import type { Json } from '../../src/channel/index.ts'
import { controls, underFaults } from '../../src/channel/kit/emulator/calls.ts'
import { type Answered, type Asked, type Outcome, serve } from '../../src/channel/kit/emulator/serve.ts'
import { type Arguments, readArguments, readUpload } from './emulator/body.ts'
import { makeDelivery, signedHeaders } from './emulator/delivery.ts'
import { grantedScopes, isVisible, runMethod } from './emulator/methods.ts'
import { makeChannel, privatePerson, type Seen, type SlackChannel, type SlackPerson } from './emulator/people.ts'
import { playground } from './emulator/playground.ts'
import { post } from './emulator/posting.ts'
import { Refusal } from './emulator/refusal.ts'
import { seen } from './emulator/screen.ts'
import { accept, type Socket } from './emulator/socket.ts'
import {
  type Channel,
  type Credentials,
  makeWorld,
  nextId,
  type SlackFaults,
  tell,
  type User,
  userNamed,
  type World,
} from './emulator/state.ts'
import { takeUpload } from './emulator/uploads.ts'

export type { SlackChannel, SlackPerson } from './emulator/people.ts'

export type SlackEmulatorOptions = EmulatorOptions & {
  readonly credentials?: Credentials
  readonly name?: string
  readonly mode?: 'http' | 'socket'
}
export interface SlackEmulator extends Emulator {
  person(name: string): SlackPerson
  /** Somebody of another organisation, seen in a shared channel: with an address that their own workspace has confirmed. */
  stranger(name: string): User
  channel(name: string, type?: Channel['type']): SlackChannel
  messages(channel: string): readonly Seen[]
  /** What only Slack gets wrong. */
  readonly slack: SlackFaults
  /** Events that the hub has not taken yet. */
  pending(): number
  /** Socket Mode: connections that stand now. */
  connections(): number
  /** Tells every connection, or the first ones, that it will be closed; closes it then. */
  disconnect(reason: 'warning' | 'refresh_requested' | 'link_disabled', count?: number): void
  cutConnections(count?: number): void
  /** Any frame, on every connection. */
  sendsRaw(frame: string): void
  /** The app is removed from the workspace, or its token revoked. */
  uninstalls(): void
  revokesToken(): void
  /** Any other event of the Events API. */
  happens(event: { readonly type: string; readonly [key: string]: Json }): void
  /** "is typing…" is shown: the chats, newest last. */
  readonly typing: readonly { readonly at: number; readonly chat: string }[]
  /** What strangers at the host for uploads got to see. */
  readonly uploads: readonly { readonly path: string; readonly authorization: string | undefined }[]
}

/** No secrets: they open nothing but this. */
const emulated: Credentials = {
  signingSecret: 'e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0',
  botToken: 'xoxb-EMULATOR-aaaaaaaaaaaaaaaaaaaa',
  appToken: 'xapp-EMULATOR-bbbbbbbbbbbbbbbbbbbb',
}

/** A workspace on loopback: the Web API, events, presses and commands, Socket Mode, the host for uploads, and the people who write. */
export async function startSlackEmulator(options: SlackEmulatorOptions = {}): Promise<SlackEmulator> {
  const { host = '127.0.0.1', port = 0, timeScale = 1, credentials = emulated, name = 'switchboard', mode = 'http' } = options
  const world = makeWorld(credentials, timeScale, name)
  const planned: Answered[] = []
  const sockets = new Set<Socket>()
  const tickets = new Set<string>()
  const delivery = makeDelivery(world, sockets, options)
  const typing: { at: number; chat: string }[] = []
  const uploads: { path: string; authorization: string | undefined }[] = []
  world.watchers.add(({ type, channel }) => void (type === 'typing' && typing.push({ at: Date.now(), chat: channel?.id ?? '' })))
  const context = { world, delivery }
  const person = (who: string) => privatePerson(context, who)
  const channel = (title: string, type: Channel['type'] = 'channel') => makeChannel(context, { name: title, type })
  const openTicket = () => {
    const ticket = nextId(world, 'ticket')
    tickets.add(ticket)
    return `${world.url.replace('http', 'ws')}/link/?ticket=${ticket}`
  }

  const upgraded = (request: IncomingMessage, stream: Duplex) => {
    const ticket = new URL(request.url ?? '/', 'http://emulator').searchParams.get('ticket') ?? ''
    if (!tickets.delete(ticket) || sockets.size >= 10) return void stream.end('HTTP/1.1 401 Unauthorized\r\n\r\n')
    const hello = {
      type: 'hello',
      num_connections: sockets.size + 1,
      connection_info: { app_id: world.app },
      debug_info: { approximate_connection_time: 3600 },
    }
    sockets.add(accept(request, stream, hello, (socket) => void sockets.delete(socket)))
  }
  const cut = () => {
    for (const socket of [...sockets]) socket.cut()
  }
  const door = await serve({ host, port }, handle, { upgraded, cut })
  world.url = door.url

  async function handle(asked: Asked): Promise<Outcome> {
    const { pathname } = asked.url
    if (pathname.startsWith('/playground/'))
      return playground(asked, { world, person, channel, socketMode: () => sockets.size > 0, downFor: door.downFor })
    const file = /^\/files-pri\/[^/-]+-(F[A-Z0-9]+)\//.exec(pathname)
    if (file) return fileOf(world, file[1]!, asked.headers.authorization)
    const upload = /^\/upload\/v1\/(F[A-Z0-9]+)$/.exec(pathname)
    if (upload) {
      uploads.push({ path: pathname, authorization: asked.headers.authorization })
      const bytes = await readUpload(asked.headers['content-type'] ?? '', asked.body)
      return takeUpload(world, upload[1]!, bytes) ? { status: 200, text: `OK - ${bytes.length}` } : { status: 400, text: 'bad upload' }
    }
    const responding = /^\/response\/(\w+)$/.exec(pathname)
    if (responding) return respond(responding[1]!, asked)
    const call = /^\/api\/([\w.]+)$/.exec(pathname)
    return call ? answerCall(call[1]!, asked) : { status: 404, text: 'Not Found' }
  }

  async function answerCall(method: string, asked: Asked): Promise<Outcome> {
    let given: Arguments | undefined
    let unread: unknown
    try {
      given = readArguments(method, asked.headers['content-type'] ?? '', asked.body, asked.url.searchParams)
    } catch (error) {
      unread = error
    }
    const outcome = await underFaults(
      world,
      { name: method, visible: given !== undefined && isVisible(method, given), planned },
      {
        perform: () => (given ? perform(method, asked, given) : refused(unread)),
        tooMany,
        broken: () => ({ status: 500, text: 'Internal Server Error' }),
        taken: ({ body }) => (body as { readonly ok?: boolean } | undefined)?.ok === true,
      },
    )
    if (outcome === 'cut' || outcome === 'never') return outcome
    return { ...outcome, headers: { 'x-oauth-scopes': grantedScopes(world).join(','), ...outcome.headers } }
  }

  async function perform(method: string, { headers }: Asked, given: Arguments): Promise<Answered> {
    const token = /^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1] ?? (typeof given.token === 'string' ? given.token : undefined)
    try {
      return { status: 200, body: { ok: true, ...(await runMethod(method, token, { ...context, given, openTicket })) } }
    } catch (error) {
      return refused(error)
    }
  }

  /** At most five answers in half an hour to a press or a command; https://docs.slack.dev/interactivity/handling-user-interaction#message_responses */
  function respond(id: string, asked: Asked): Answered {
    const open = world.responses.get(id)
    if (!open || open.left < 1) return { status: 404, body: { ok: false, error: open ? 'used_url' : 'expired_url' } }
    open.left--
    const given = JSON.parse(asked.body.toString('utf8')) as { readonly [key: string]: Json }
    const place = world.channels.get(open.channel)!
    if (given.delete_original === true && open.original) {
      place.messages.delete(open.original)
      tell(world, 'deleted', place, { message_id: open.original })
    } else {
      const thread = given.thread_ts ?? open.thread
      const where = { channel: place.id, ...(thread === undefined ? {} : { thread_ts: thread }) }
      const only = given.response_type === 'in_channel' ? {} : { only: open.user }
      post({ ...context, given: { ...given, ...where } }, { ...only, channel: place, method: 'response_url' })
    }
    return { status: 200, body: { ok: true } }
  }

  const account = () => ({ ...credentials, mode, apiUrl: `${door.url}/api/` })
  return {
    ...controls(world, door, planned),
    slack: world.slack,
    typing,
    uploads,
    signature: { coversBody: true, maxAgeSeconds: 300 },
    account,
    refusedAccount: () => ({ ...account(), botToken: 'xoxb-REVOKED-aaaaaaaaaaaaaaaaaaaaaa' }),
    sign: async ({ method = 'POST', query = {}, headers = {}, body }, at = new Date()) => ({
      method,
      via: 'hook',
      query,
      headers: { 'content-type': 'application/json', ...headers, ...signedHeaders(world, body, at) },
      body: typeof body === 'string' ? new TextEncoder().encode(body) : body,
    }),
    async connect(hookUrl) {
      await delivery.verifyUrl(hookUrl.href)
      await (await delivery.probe(hookUrl.href)).body?.cancel()
      world.hook = hookUrl.href
    },
    person,
    stranger: (who) => userNamed(world, who, { stranger: true }),
    channel,
    messages: (id) => [...(world.channels.get(id)?.messages.values() ?? [])].map((message) => seen(world, message)),
    pending: () => delivery.pending(),
    connections: () => sockets.size,
    disconnect(reason, count = sockets.size) {
      for (const socket of [...sockets].slice(0, count)) {
        socket.send({ type: 'disconnect', reason, debug_info: { host: 'emulator' } })
        setTimeout(() => socket.close(), (reason === 'warning' ? 10_000 : 1_000) / timeScale).unref()
      }
    },
    cutConnections(count = sockets.size) {
      for (const socket of [...sockets].slice(0, count)) socket.cut()
    },
    sendsRaw(frame) {
      for (const socket of sockets) socket.sendRaw(frame)
    },
    uninstalls: () => void delivery.happen({ type: 'app_uninstalled' }, ''),
    revokesToken: () => void delivery.happen({ type: 'tokens_revoked', tokens: { oauth: [], bot: [world.bot.user] } }, ''),
    happens: (event) => void delivery.happen(event, ''),
    async close() {
      delivery.close()
      await door.close()
    },
  }
}
export const startEmulator = startSlackEmulator

const tooMany = (seconds: number): Answered => ({
  status: 429,
  headers: { 'retry-after': String(seconds) },
  body: { ok: false, error: 'ratelimited' },
})
function refused(error: unknown): Answered {
  if (error instanceof Refusal) return { status: 200, body: { ok: false, error: error.message, ...error.more } }
  return { status: 500, text: `the emulator failed: ${error}` }
}

/** Whoever shows no token sees the login page, and a 200 over it. */
function fileOf(world: World, id: string, authorization: string | undefined): Answered {
  const file = world.files.get(id)
  const isLetIn = authorization === `Bearer ${world.credentials.botToken}` && grantedScopes(world).includes('files:read')
  if (!isLetIn || world.slack.loginPage) return { status: 200, text: '<!DOCTYPE html><title>Sign in to Slack</title>' }
  return file ? { status: 200, headers: { 'content-type': file.mime }, body: file.bytes } : { status: 404, text: 'Not Found' }
}

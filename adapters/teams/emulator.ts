import type { Emulator, EmulatorOptions, SeenMessage, UnsignedRequest } from '../../src/channel/emulator.ts'
import type { HookRequest } from '../../src/channel/index.ts'
import { controls, underFaults } from '../../src/channel/kit/emulator/calls.ts'
import { type Answered, type Asked, type Outcome, serve } from '../../src/channel/kit/emulator/serve.ts'
import { type ApiCall, nameOf, personalWith, runCall } from './emulator/connector.ts'
import { makeDelivery } from './emulator/delivery.ts'
import { drive } from './emulator/drive.ts'
import { type Forgery, giveToken, lifetimeSeconds, makeIdentity } from './emulator/identity.ts'
import { personIn, privatePerson, type TeamsPerson } from './emulator/people.ts'
import { playground } from './emulator/playground.ts'
import { Refusal } from './emulator/refusal.ts'
import { seen, visible } from './emulator/show.ts'
import {
  type ConversationState,
  makeWorld,
  openConversation,
  type PersonState,
  personNamed,
  type Switches,
  type World,
} from './emulator/state.ts'

export type { Forgery } from './emulator/identity.ts'
export type { TeamsPerson } from './emulator/people.ts'

export type TeamsPlace = {
  readonly id: string
  person(name: string): TeamsPerson
}
export interface TeamsEmulator extends Emulator {
  readonly switches: Switches
  person(name: string, more?: { readonly tenantId?: string; readonly guest?: boolean; readonly email?: string }): TeamsPerson
  groupChat(title: string): TeamsPlace
  /** A person's first message opens a thread, and the person goes on in it. */
  channel(team: string, name: string): TeamsPlace
  /** A thread of a channel, to which others may come. */
  thread(id: string): TeamsPlace
  /** The conversation as it stands on the screen. */
  messages(conversation: string): readonly SeenMessage[]
  /** A request that is signed wrongly. */
  forge(request: UnsignedRequest, forgery: Forgery): HookRequest
  /** Signs with another key from now on; the old one is gone unless it is kept. */
  rotateKeys(options?: { readonly keep?: boolean }): void
  /** No token that was given is good any more. */
  revokeTokens(): void
  /** "Writing…" is shown: the conversations, newest last. */
  readonly typing: readonly { readonly at: number; readonly chat: string }[]
}
export type TeamsEmulatorOptions = EmulatorOptions & { readonly appId?: string; readonly appPassword?: string; readonly botName?: string }

const tenantId = '00000000-0000-4000-8000-000000000001'

/** The Bot Framework on loopback: its Connector, keys and tokens, people's drives, and the people who write to the bot. */
export async function startTeamsEmulator(options: TeamsEmulatorOptions = {}): Promise<TeamsEmulator> {
  const { host = '127.0.0.1', port = 0, timeScale = 1, botName = 'Switchboard' } = options
  const { appId = '00000000-0000-4000-8000-0000000000b0', appPassword = 'emulator-app-password' } = options
  const planned: Answered[] = []
  const door = await serve({ host, port }, handle)
  const world = makeWorld({ appId, appPassword, tenantId, botName, timeScale, url: () => door.url })
  const identity = makeIdentity(world)
  const delivery = makeDelivery(world, identity, options)
  const context = { world, delivery }
  const typing: { at: number; chat: string }[] = []
  world.watchers.add(({ type, chat }) => void (type === 'typing' && typing.push({ at: Date.now(), chat })))

  const aliases = new Map<string, PersonState>()
  const person: TeamsEmulator['person'] = (name, more) => privatePerson(context, personNamed(world, name, more))
  const inPlace = (name: string, place?: ConversationState) =>
    place ? personIn(context, personNamed(world, name), () => place) : person(name)
  const privateChat = (chat: string, name: string | undefined): TeamsPerson => {
    const known = aliases.get(chat) ?? personNamed(world, chat)
    aliases.set(chat, known)
    if (name !== undefined) known.name = name
    personalWith(world, known).alias = chat
    return privatePerson(context, known)
  }
  const places = makePlaces(world, inPlace)

  async function handle(asked: Asked): Promise<Outcome> {
    const path = asked.url.pathname
    if (path.startsWith('/playground/')) return playground(asked, { world, person: inPlace, privateChat, downFor: door.downFor })
    if (path.startsWith('/drive/')) return drive(world, asked)
    if (path.startsWith('/v1/.well-known/')) return wellKnown(path)
    if (path.endsWith('/oauth2/v2.0/token') || path.startsWith('/metadata/identity/')) return token(asked)
    const call = /^(?:\/[a-z0-9-]+)*\/v3\/(.+)$/i.exec(path)
    return call ? answerCall(call[1]!.split('/').map(decodeURIComponent), asked) : notFound
  }

  function wellKnown(path: string): Answered {
    const { metadataDown } = world.switches
    world.calls.push({ at: Date.now(), method: path.endsWith('keys') ? 'keys' : 'metadata', status: metadataDown ? 503 : 200 })
    if (metadataDown) return { status: 503, text: 'Service Unavailable' }
    if (path.endsWith('/openidconfiguration')) return { status: 200, body: identity.metadata() }
    return path.endsWith('/keys') ? { status: 200, body: identity.keys() } : notFound
  }

  function token({ method, url, headers, body }: Asked): Answered {
    const form = method === 'GET' ? url.searchParams : new URLSearchParams(body.toString('utf8'))
    const given = giveToken(world, url.pathname, form, headers)
    world.calls.push({ at: Date.now(), method: 'token', status: given.status })
    return given
  }

  function answerCall(parts: readonly string[], asked: Asked): Promise<Outcome> {
    const body = bodyOf(asked.body)
    const call: ApiCall = { method: asked.method, parts, query: asked.url.searchParams, body: body ?? {} }
    return underFaults(
      world,
      { ...nameOf(call), planned },
      {
        perform() {
          if (!isGood(asked.headers.authorization))
            return { status: 401, body: { message: 'Authorization has been denied for this request.' } }
          if (parts[0] === 'attachments') return attachment(world, parts[1] ?? '')
          return body === undefined ? refused(new Refusal(400, 'BadSyntax', 'The body is no JSON.')) : perform(call)
        },
        tooMany: (seconds) => refused(new Refusal(429, 'Throttled', 'Too many requests.', seconds)),
        broken: () => refused(new Refusal(500, 'ServiceError', 'An error occurred.')),
      },
    )
  }

  const isGood = (authorization: string | undefined) =>
    (world.tokens.get(/^Bearer (\S+)$/.exec(authorization ?? '')?.[1] ?? '') ?? 0) > Date.now()

  function perform(call: ApiCall): Answered {
    try {
      return runCall(world, call)
    } catch (error) {
      return refused(error instanceof Refusal ? error : new Refusal(400, 'BadArgument', 'The activity cannot be read.'))
    }
  }

  const account = () => ({
    appId,
    appPassword,
    tenantId,
    appType: 'SingleTenant',
    openIdMetadataUrl: `${door.url}/v1/.well-known/openidconfiguration`,
    loginUrl: door.url,
    allowedServiceUrls: [`${door.url}/`, 'https://smba.trafficmanager.net/'],
  })
  return {
    ...controls(world, door, planned),
    switches: world.switches,
    signature: { coversBody: false, maxAgeSeconds: lifetimeSeconds + 300 },
    account,
    refusedAccount: () => ({ ...account(), appPassword: 'a-secret-that-was-taken-back' }),
    sign: async (request, at) => identity.sign(request, at ? { at } : {}),
    forge: (request, forgery) => identity.sign(request, forgery),
    rotateKeys: (how) => identity.rotate(how),
    revokeTokens: () => world.tokens.clear(),
    async connect(hookUrl) {
      world.hookUrl = hookUrl.href
      delivery.pump()
    },
    person,
    ...places,
    messages: (id) => visible(world.conversations.get(id)?.messages.values() ?? []).map((message) => seen(world, message)),
    typing,
    async close() {
      delivery.close()
      await door.close()
    },
  }
}
export const startEmulator = startTeamsEmulator

function makePlaces(world: World, person: (name: string, place: ConversationState) => TeamsPerson) {
  const place = (state: ConversationState): TeamsPlace => ({ id: state.id, person: (name) => person(name, state) })
  const channel = (team: string, name: string): TeamsPlace => {
    const slug = (text: string) => text.toLowerCase().replace(/[^a-z0-9]+/g, '')
    const id = `19:${slug(team)}${slug(name)}@thread.tacv2`
    const of = { id: `19:${slug(team)}general@thread.tacv2`, name: team }
    return place(openConversation(world, id, { type: 'channel', title: name, team: of, channel: { id, name } }))
  }
  const groupChat = (title: string): TeamsPlace =>
    place(openConversation(world, `19:${Buffer.from(title).toString('hex').slice(0, 32)}@thread.v2`, { type: 'groupChat', title }))
  // There from the start, for the playground.
  channel('Contoso', 'General')
  groupChat('Project Aurora')
  return {
    groupChat,
    channel,
    thread(id: string) {
      const known = world.conversations.get(id)
      if (!known) throw new Error(`there is no thread ${id}`)
      return place(known)
    },
  }
}

const notFound: Answered = { status: 404, text: 'Not Found' }
const refused = ({ status, code, message, retryAfter }: Refusal): Answered => ({
  status,
  ...(retryAfter === undefined ? {} : { headers: { 'retry-after': String(retryAfter) } }),
  body: code === 'MessageWritesBlocked' ? { errorCode: 209, message } : { error: { code, message } },
})

function bodyOf(bytes: Buffer): ApiCall['body'] | undefined {
  if (bytes.length === 0) return {}
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'))
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as ApiCall['body']) : undefined
  } catch {
    return undefined
  }
}

function attachment(world: World, id: string): Answered {
  const file = world.files.get(id)
  if (!file) return { status: 404, body: { error: { code: 'ServiceError', message: 'Unknown attachment' } } }
  return { status: 200, headers: { 'content-type': file.mime }, body: file.bytes }
}

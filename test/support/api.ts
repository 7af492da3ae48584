import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { InjectOptions } from 'fastify'
import { pino } from 'pino'
import { web } from '../../adapters/web/index.ts'
import {
  type AccountId,
  type Adapter,
  type AdapterDeps,
  type Content,
  type Health,
  type HookRequest,
  type InboundEvent,
  id,
  MalformedRequest,
  type PlatformMessageId,
} from '../../src/channel/index.ts'
import type { ConversationId, Happening, Outcome } from '../../src/core/conversation.ts'
import { defaultTimerRules } from '../../src/core/timers.ts'
import { fold, settle } from '../../src/core/turn.ts'
import type { Answer } from '../../src/core/virtual-agent.ts'
import { type ApiNeeds, api } from '../../src/http/api/index.ts'
import type { ErrorBody } from '../../src/http/api-types.ts'
import { makeAuth } from '../../src/http/auth/index.ts'
import { serveFiles } from '../../src/http/files.ts'
import { makeGuestTokens } from '../../src/http/guest-token.ts'
import { makeServer } from '../../src/http/server.ts'
import { plan } from '../../src/pipeline/plan.ts'
import type { Bell, Channel, Channels, Meter, Outgoing, PartResult } from '../../src/pipeline/ports.ts'
import { makeReceive } from '../../src/pipeline/receive.ts'
import { makeSyncAnswers } from '../../src/pipeline/sync-answers.ts'
import { makeFileStore } from '../../src/store/file-store.ts'
import { filedAs } from '../../src/store/inbox.ts'
import { makeStore } from '../../src/store/index.ts'
import { migrate } from '../../src/store/migrate.ts'
import { makeReading } from '../../src/store/reading.ts'
import { makeTechnicians } from '../../src/store/technicians.ts'
import { openMemory } from './template.ts'

const secret = 'a secret of tests, longer than 32 characters'
const idle: Meter = { count: () => undefined, started: () => undefined, finished: () => undefined, time: () => undefined }

/** A platform on paper: `{events}` comes in, nothing is sent by itself, and `health` is what a check answers. */
function paper(health: () => Health, typed: string[]): Adapter {
  return {
    verify: async () => ({ ok: true }),
    parse(request: HookRequest) {
      const text = new TextDecoder().decode(request.body)
      if (!text.startsWith('{')) throw new MalformedRequest('not an object')
      const { events = [], ignored = [] } = JSON.parse(text) as { events?: InboundEvent[]; ignored?: string[] }
      return { events, ignored }
    },
    render: (contents) => contents.map((content) => ({ content }) as never),
    send: () => Promise.reject(new Error('tests say what became of a part')),
    classify: () => ({ kind: 'transient', code: 'test' }),
    check: async () => health(),
    typing: async (to) => {
      typed.push(to.conversation)
    },
  }
}

export type House = Awaited<ReturnType<typeof openHouse>>
export type HouseSettings = Partial<Pick<ApiNeeds['settings'], 'guestAccess' | 'chat' | 'chatConsole'>>

/**
 * The API over a real store in memory, with the real web channel and a platform on paper called `telegram`. A turn is taken when the test says so
 * (`hears`, `act`), and a part leaves when the test says what the platform answered (`delivers`).
 */
export async function openHouse(changed: HouseSettings = {}) {
  const connection = await openMemory()
  await migrate(connection)
  const { db } = connection
  const log = pino({ level: 'silent' })
  const clock = { at: new Date('2026-03-02T09:00:00.000Z') }
  const now = () => clock.at
  const store = makeStore(db, 'test')
  const directory = await mkdtemp(join(tmpdir(), 'switchboard-'))
  const files = makeFileStore({ db, directory, now, secret, publicUrl: 'http://127.0.0.1:3000' })
  const guests = makeGuestTokens({ secret, now })
  const auth = makeAuth({ db, technicians: makeTechnicians(db), secret, publicUrl: 'http://127.0.0.1:3000' })
  const settings: ApiNeeds['settings'] = {
    name: 'Test desk',
    guestAccess: true,
    chat: { enabled: true },
    chatConsole: { enabled: true },
    attachments: { maxBytes: 20_000, blockedTypes: ['exe'] },
    ...changed,
  }

  const typed: string[] = []
  let health: Health = { ok: true, detail: 'fine' }
  const webConfig = web.config.parse({ tokenSecret: secret })
  const deps: AdapterDeps = {
    fetch: globalThis.fetch,
    now,
    log,
    files: files.forAccount('web', id('main')),
    live: { publish: async () => undefined },
  }
  const webAdapter = web.create({ id: id('main'), config: webConfig }, deps)
  const can = web.capabilities(webConfig)
  const open: readonly Channel[] = [
    { definition: web, account: id('main'), adapter: webAdapter, can, onUncertain: 'resend' },
    {
      definition: { name: 'telegram', title: 'Telegram', source: 'Telegram' },
      account: id('bot'),
      adapter: paper(() => health, typed),
      can: { ...can, messagesPerCall: 1, edit: false },
      onUncertain: 'hold',
    },
  ]
  const channels: Channels = {
    get: (channel, account) => open.find((one) => one.definition.name === channel && one.account === account),
    all: () => open,
  }
  const rung: ConversationId[] = []
  const bell: Bell = {
    ring: (room, conversations) => {
      if (room === 'delivery') rung.push(...conversations)
    },
  }
  const receive = makeReceive({
    home: () => ({ choices: [], requests: [] }),
    channels,
    store,
    bell,
    live: { changed: () => undefined, typing: () => undefined },
    meter: idle,
    log,
    now: () => new Date(),
    fetchFiles: () => undefined,
    sync: makeSyncAnswers(),
    fresh: undefined,
    takeHere: () => undefined,
  })

  /** What the virtual agent says here: an echo; at the word "technician" it hands off, at "bye" it closes. */
  const answer = (draft: ReturnType<typeof fold>): Answer => {
    const words = draft.heard.map(({ content }) => content.map((item) => (item.type === 'text' ? item.text : '')).join(' ')).join(' ')
    return {
      say: [{ content: { type: 'text', text: `echo: ${words}` }, to: draft.heard.map(({ event }) => event) }],
      memory: null,
      ...(words.includes('technician') ? { handOff: { skill: 'support', summary: 'asked for a technician' } } : {}),
      ...(words.includes('bye') ? { close: true } : {}),
    }
  }
  async function turn(conversation: ConversationId): Promise<void> {
    const [pending] = await store.pending([conversation])
    if (!pending) return
    const { address } = pending.conversation
    const channel = channels.get(address.channel, address.account)!
    const at = now().toISOString()
    const draft = fold(pending.conversation, pending.entries, {
      source: channel.definition.source,
      can: channel.can,
      rules: defaultTimerRules,
      now: at,
    })
    const taken = settle(draft, draft.heard.length > 0 ? answer(draft) : null)
    const plans = plan(channel, taken, at, () => 'link')
    await store.commit([{ before: pending.conversation, turn: taken, entries: pending.entries, plans, mayBegin: false }])
  }

  let numbers = 0
  /** An event comes in and its conversation takes its turn; answers the conversation. */
  async function hears(event: InboundEvent): Promise<ConversationId> {
    const [filed] = await store.file([{ event, files: false }])
    const row = await db
      .selectFrom('conversations')
      .select('id')
      .where('channel', '=', event.from.channel)
      .where('account', '=', event.from.account)
      .where('key', '=', event.from.conversation)
      .executeTakeFirstOrThrow()
    if (filed) await turn(filed.conversation)
    return row.id as ConversationId
  }
  /** Somebody writes; the time moves on by a second each time unless `at` says when. */
  const says = (
    channel: 'web' | 'telegram',
    key: string,
    text: string,
    more: { readonly at?: string; readonly conversation?: string; readonly content?: readonly Content[]; readonly name?: string } = {},
  ) => {
    clock.at = new Date(clock.at.getTime() + 1_000)
    const message = `m${++numbers}`
    const conversation = more.conversation ?? key
    return hears({
      kind: 'message',
      id: id(`message:${conversation}:${message}`),
      at: more.at ?? now().toISOString(),
      from: { channel, account: id<AccountId>(channel === 'web' ? 'main' : 'bot'), conversation: id(conversation) },
      person: { key: id(key), name: more.name ?? key },
      message: id(message),
      content: more.content ?? [{ type: 'text', text }],
    })
  }

  /** Lets the open parts of a conversation go, one after the other; the platform takes each as `<prefix><number>` unless `result` says otherwise. */
  async function delivers(
    conversation: ConversationId,
    result: (part: Outgoing) => Partial<PartResult> = () => ({}),
  ): Promise<readonly Outgoing[]> {
    const sent: Outgoing[] = []
    let begun = await store.claim([conversation])
    while (begun.length > 0) {
      const [part] = begun as [Outgoing]
      sent.push(part)
      begun = await store.record([
        {
          conversation,
          number: part.number,
          fence: part.attempt,
          state: 'sent',
          dueInMs: 0,
          countsAttempt: true,
          twice: false,
          platform: [id<PlatformMessageId>(`p${part.number}`)],
          failure: null,
          ...result(part),
        },
      ])
    }
    return sent
  }

  const acts: { readonly key: string; readonly happening: Happening }[] = []
  let late = false
  const act = async (conversation: ConversationId, key: string, happening: Happening): Promise<Outcome | 'late'> => {
    acts.push({ key, happening })
    const seq = (await store.fileFor(conversation, key, happening)) ?? (await filedAs(db, conversation, key))
    if (late || seq === null) return 'late'
    await turn(conversation)
    return (await store.outcome(seq)) ?? 'late'
  }

  const app = await makeServer({ log, version: 'test', allowedOrigins: [], loopbackPages: false, secure: false })
  auth.mount(app)
  await app.register(serveFiles, { files, now })
  await app.register(api, {
    channels,
    reading: makeReading({ db, files, channels, now }),
    settings,
    publicUrl: () => 'https://desk.example',
    files,
    auth,
    guests,
    bell,
    log,
    now,
    act,
    receive,
    checkAccount: async (channel) => {
      const told = await channel.adapter.check(AbortSignal.timeout(30_000))
      const owing = await store.noteCheck(channel.definition.name, channel.account, told)
      if (owing.length > 0) bell.ring('delivery', owing)
      return told
    },
    own: { channel: 'web', account: id('main'), config: webConfig },
  } satisfies ApiNeeds)
  await app.ready()

  /** Signs somebody in and answers calls that carry their session. */
  async function signIn(name: string, role: 'technician' | 'admin' = 'technician') {
    const email = `${name.toLowerCase()}@desk.example`
    const technician = await auth.putTechnician({ email, name, role, password: 'right horse battery' })
    const reply = await app.inject({ method: 'POST', url: '/api/auth/sign-in/email', payload: { email, password: 'right horse battery' } })
    const cookie = [reply.headers['set-cookie']]
      .flat()
      .map((line) => String(line).split(';')[0])
      .join('; ')
    return { id: technician.id, name, ...calls({ cookie }) }
  }
  /** A guest of the web chat, and calls that carry their token. */
  function guest(name: string) {
    const { token, person } = guests.issue({ account: 'main', name })
    return { token, person, says: (text: string) => says('web', person, text, { name }), ...calls({ authorization: `Bearer ${token}` }) }
  }
  function calls(headers: { readonly [name: string]: string }) {
    const call = async <Body>(options: InjectOptions): Promise<Reply<Body>> => {
      const reply = await app.inject({ ...options, headers: { ...headers, ...options.headers } })
      return { status: reply.statusCode, headers: reply.headers, body: reply.body === '' ? null : JSON.parse(reply.body) }
    }
    return {
      get: <Body = ErrorBody>(url: string) => call<Body>({ method: 'GET', url }),
      post: <Body = ErrorBody>(url: string, payload?: object) =>
        call<Body>({ method: 'POST', url, ...(payload === undefined ? {} : { payload }) }),
      upload: <Body = ErrorBody>(url: string, bytes: string | Buffer, type = 'text/plain') =>
        call<Body>({ method: 'POST', url, payload: bytes, headers: { 'content-type': type } }),
    }
  }

  return {
    db,
    app,
    store,
    files,
    clock,
    guests,
    acts,
    rung,
    typed,
    receive,
    hears,
    says,
    turn,
    delivers,
    signIn,
    guest,
    anybody: calls({}),
    isLate: (value: boolean) => {
      late = value
    },
    healthIs: (value: Health) => {
      health = value
    },
    async close() {
      await app.close()
      await connection.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** What was answered; tests say which body they expect, and a refusal where they say nothing. */
export type Reply<Body> = { readonly status: number; readonly headers: { readonly [name: string]: unknown }; readonly body: Body }

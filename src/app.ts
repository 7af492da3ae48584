import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import type { Account } from '../config/accounts.ts'
import type { Environment } from '../config/environment.ts'
import type { Settings } from '../config/schema.ts'
import { type Articles, openArticles } from './app/articles.ts'
import { openChannels, originsOf } from './app/channels.ts'
import { openPeople, type People } from './app/directory.ts'
import { linkOf, pipelineFiles } from './app/files.ts'
import { openRequestEdges } from './app/request-edges.ts'
import { type Desk, openServiceDesk } from './app/service-desk.ts'
import { showLink } from './app/show-link.ts'
import type { ConversationId, Happening, Outcome } from './core/conversation.ts'
import { defaultTimerRules } from './core/timers.ts'
import type { VirtualAgent } from './core/virtual-agent.ts'
import { api } from './http/api/index.ts'
import { passwordRoutes } from './http/api/passwords.ts'
import { peopleRoutes } from './http/api/people.ts'
import { makeAuth } from './http/auth/index.ts'
import { serveFiles } from './http/files.ts'
import { makeGuestTokens } from './http/guest-token.ts'
import { health } from './http/health.ts'
import { hooks } from './http/hooks.ts'
import { makeMetrics } from './http/metrics.ts'
import { type PlaygroundRoutes, pages, playgroundRoutes } from './http/pages.ts'
import { makeServer } from './http/server.ts'
import { makeLive } from './live/index.ts'
import { stepping } from './log.ts'
import { makeCheck } from './pipeline/check.ts'
import { makeConverse } from './pipeline/converse.ts'
import { makeDeliver } from './pipeline/deliver.ts'
import { makeFetch } from './pipeline/fetch.ts'
import { makeFresh } from './pipeline/fresh.ts'
import { listenLease, makeListen } from './pipeline/listen.ts'
import type { Channels } from './pipeline/ports.ts'
import { makeProfile } from './pipeline/profile.ts'
import { makeReceive } from './pipeline/receive.ts'
import { makeRoute } from './pipeline/route.ts'
import { makeSweep } from './pipeline/sweep.ts'
import { makeSyncAnswers } from './pipeline/sync-answers.ts'
import { makeBell } from './queue/bell.ts'
import { makeLanes } from './queue/lanes.ts'
import { openTimedQueues } from './queue/timed.ts'
import { makeNoticeChoice, type NoticeChoice } from './service-desk/audience.ts'
import { writeAudit } from './store/audit.ts'
import { type Connection, connect } from './store/connect.ts'
import { makeFileStore } from './store/file-store.ts'
import { backlog } from './store/forgotten.ts'
import { filedAs, outcome } from './store/inbox.ts'
import { makeStore } from './store/index.ts'
import { migrate, ping } from './store/migrate.ts'
import { voidLeases } from './store/parts.ts'
import { queuePool } from './store/queue-pool.ts'
import { makeReading } from './store/reading.ts'
import { forgetOld } from './store/retention.ts'
import { hubSecret } from './store/secrets.ts'
import { makeTechnicians } from './store/technicians.ts'
import { conversationByAddress, readChat } from './store/views.ts'
import { hoursOf } from './virtual-agent/hours.ts'
import { loadVirtualAgent } from './virtual-agent/load.ts'

export type HubOptions = {
  readonly environment: Pick<
    Environment,
    'host' | 'port' | 'role' | 'databaseUrl' | 'redisUrl' | 'dataDir' | 'adminEmail' | 'adminPassword'
  >
  readonly settings: Settings
  readonly publicUrlIsDefault: boolean
  readonly accounts: readonly Account[]
  readonly log: Logger
  readonly version: string
  /** In place of the hub's own; the benches and number tests put an echo here. */
  readonly virtualAgent?: VirtualAgent
  /** Keys in Redis begin with it. */
  readonly redisPrefix?: string
  readonly playground?: PlaygroundRoutes
  /** Shows whoever started the hub what a log cannot: a QR code to scan. */
  readonly show?: (text: string) => void
}

export type Hub = {
  readonly url: string
  readonly server: FastifyInstance
  readonly connection: Connection
  readonly channels: Channels
  readonly people: People
  /** Made on this first start: the admin, with a password where none was given. */
  readonly admin: { readonly email: string; readonly password?: string } | undefined
  /** Finishes what it began, hands back the rest, and ends. */
  close(): Promise<void>
}

/** How long a technician's click waits for its outcome, in ms. */
const actPatienceMs = 5_000
/** How often old rows are deleted, in ms; one process does it. */
const retentionEveryMs = 3_600_000
/** Conversations in one commit; batches under way at once. */
const turnBatch = 64
const turnWidth = 2

/** Wires the rooms together and listens. Throws where the store can't be opened; the queue may be away. */
export async function startHub(options: HubOptions): Promise<Hub> {
  const { environment, settings, log, redisPrefix = 'switchboard' } = options
  const works = environment.role !== 'web'
  const serves = environment.role !== 'worker'
  const now = () => new Date()
  const connection = await connect({ databaseUrl: environment.databaseUrl, dataDir: environment.dataDir })
  const { db } = connection
  await migrate(connection)
  if (connection.kind === 'pglite') await voidLeases(db)
  const me = `${hostname()}.${process.pid}.${randomBytes(4).toString('hex')}`
  let publicUrl = settings.publicUrl

  const files = makeFileStore({
    db,
    directory: join(environment.dataDir, 'files'),
    now,
    secret: await hubSecret(db, 'file-links'),
    publicUrl: () => publicUrl,
  })
  const guestSecret = await hubSecret(db, 'guest-tokens')
  const guests = makeGuestTokens({ secret: guestSecret, now })
  const auth = makeAuth({
    db,
    technicians: makeTechnicians(db),
    secret: await hubSecret(db, 'sign-in'),
    publicUrl: settings.publicUrl,
    log,
  })
  const admin = await auth.ensureAdmin({ email: environment.adminEmail, password: environment.adminPassword })

  const people = openPeople({ db, settings, secret: await hubSecret(db, 'codes'), publicUrl: () => publicUrl, log, now })
  const articles = openArticles({ db, settings, secret: await hubSecret(db, 'article-links'), publicUrl: () => publicUrl, log, now })

  const requests = await openServiceDesk({
    db,
    settings,
    secret: await hubSecret(db, 'request-links'),
    publicUrl: () => publicUrl,
    now,
    log,
    files,
  })

  const own = options.accounts.find(({ definition }) => definition.source === null)
  const live = makeLive({
    redisUrl: environment.redisUrl,
    redisPrefix,
    allowedOrigins: originsOf(options.accounts),
    log,
    guest: (token) => {
      const read = guests.read(token)
      return read && { ...read, channel: own?.channel ?? '' }
    },
    read: (reader, after, limit) => readChat({ db, files }, reader, after, limit),
    onTyping: (address, name) => live.typing(address, name),
    technician: (headers) => auth.technicianOf(headers),
    conversationAt: async (address) => (await conversationByAddress(db, address.channel, address.account, address.conversation))?.id,
  })
  const channels = openChannels(options.accounts, { settings, guestSecret, files, log, publish: live.publish, now })

  const listened = channels.all().flatMap(({ definition: { name: channel }, account, can }) => {
    return can.sendsFrom === 'listener' ? [{ channel, account, lease: listenLease(channel, account) }] : []
  })
  const store = makeStore(db, me, listened)

  const timed = await openTimedQueues(
    environment.redisUrl === undefined ? { pool: queuePool(connection) } : { redisUrl: environment.redisUrl, prefix: redisPrefix },
    log,
  )
  const metrics = makeMetrics(async () => ({ ...(await backlog(db)), queue: await queueDepth(timed) }))
  const { meter } = metrics
  const bell = makeBell({ timed, channels, works })
  const reading = makeReading({ db, files, channels, now })
  const edges = openRequestEdges({ ...people, db, settings, requests, channels, store, bell, log, now, auth, reading, files })
  const way = { channels, store, bell, live, meter, log: stepping(log), now }
  const deliver = makeDeliver({ ...way, random: Math.random })
  const route = makeRoute(way)
  const profile = makeProfile(way)
  const sync = makeSyncAnswers(log)
  const fresh = makeFresh()
  const converse = makeConverse({
    ...way,
    virtualAgent:
      options.virtualAgent ?? (await openVirtualAgent(options, { articles, channels, people, requests, notices: makeNoticeChoice(db) })),
    rules: { ...defaultTimerRules, idle: settings.chat.idleMinutes },
    link: (file) => linkOf(files, file),
    mayBegin: deliver.mayBegin,
    deliver: (committed) => deliver.take(committed),
    queueChanged: () => void route(),
    met: profile.ask,
    sync,
    fresh,
  })
  const lanes = makeLanes({ batch: turnBatch, width: turnWidth, work: converse, pauseMs: 1_000 })
  const ringTurns = (conversations: readonly ConversationId[]): void => {
    fresh.forget(conversations)
    lanes.ring(conversations)
  }
  const fetch = makeFetch({ ...way, files: pipelineFiles(files, settings) })
  const receive = makeReceive({
    ...way,
    fetchFiles: (seqs) => works && fetch.ask(seqs),
    home: edges.home,
    sync,
    fresh: works ? fresh : undefined,
    takeHere: ringTurns,
  })
  const sweep = makeSweep({ ...way, fetchFiles: fetch.ask, sending: deliver.sending })
  const check = makeCheck(way)
  const listen = makeListen({
    store,
    log,
    receive,
    moved: bell.listens,
    report: (channel, state) => {
      const { definition, account, can } = channel
      log.info({ step: 'listen', channel: definition.name, account, outcome: state.state, reason: state.detail }, 'listening changed')
      if (options.show) showLink(definition.title, account, state, options.show)
      const noted = store.noteListening(definition.name, account, state)
      // How such an account is, its listener alone can tell: the account's page follows it.
      const asked = can.sendsFrom === 'listener' && state.state !== 'stopped' ? noted.then(() => check.check(channel)) : noted
      asked.catch(() => undefined)
    },
  })
  bell.open({
    turn: { ring: ringTurns, serve: async (conversation) => ringTurns([conversation]) },
    delivery: { ring: (conversations) => deliver.ring(conversations), serve: (conversation) => deliver.serve(conversation) },
  })

  const act = async (conversation: ConversationId, key: string, happening: Happening): Promise<Outcome | 'late'> => {
    const seq = (await store.fileFor(conversation, key, happening)) ?? (await filedAs(db, conversation, key))
    if (seq === null) return 'late'
    bell.ring('turn', [conversation])
    const until = Date.now() + actPatienceMs
    for (let wait = 4; Date.now() < until; wait = Math.min(wait * 2, 250)) {
      await new Promise((resolve) => setTimeout(resolve, wait))
      const taken = await outcome(db, seq)
      if (taken) return taken
    }
    return 'late'
  }

  const server = await makeServer({
    log,
    version: options.version,
    allowedOrigins: originsOf(options.accounts),
    loopbackPages: options.playground !== undefined,
    secure: settings.publicUrl.startsWith('https:'),
    trustedProxies: settings.trustedProxies,
  })
  await server.register(health, { store: () => ping(db), queue: () => timed.ping(), metrics: metrics.text })
  if (serves) {
    auth.mount(server)
    await server.register(hooks, { receive, meter })
    await server.register(serveFiles, { files, now })
    await server.register(api, {
      channels,
      bell,
      log,
      now,
      reading,
      settings,
      publicUrl: () => publicUrl,
      files,
      auth,
      guests,
      act,
      receive,
      checkAccount: (channel) => check.check(channel),
      own,
    })
    if (options.playground) await server.register(playgroundRoutes, { ...options.playground, auth, mails: people.mails })
    await server.register(passwordRoutes, { links: people.resetLinks })
    await server.register(peopleRoutes, {
      auth,
      accounts: people.accounts,
      invite: people.invite,
      note: (entry) => writeAudit(db, entry),
    })
    await articles.mount(server, auth)
    await edges.serve(server)
    await server.register(pages, { playground: options.playground !== undefined, deskName: settings.name })
    live.attach(server.server)
  }
  const url = await server.listen({ host: environment.host, port: environment.port })
  if (options.publicUrlIsDefault) publicUrl = url
  const forget = async (): Promise<void> => {
    if (!(await store.lease('retention', retentionEveryMs / 2_000))) return
    const forgot = await forgetOld(db, settings.retention, (file) => files.remove(file))
    await people.forget()
    await articles.forget()
    log.info({ step: 'retention', ...forgot }, 'what was kept long enough is gone')
  }
  const letGo = sweep.hold()
  const stops = works ? [sweep.start(), check.start(), every(retentionEveryMs, forget, log)] : []
  const stopTelling = works ? edges.start() : async () => undefined
  if (settings.playground) await people.furnish()
  const stopMail = works ? people.start() : async () => undefined
  const stopListening = works ? listen(channels.all()) : async () => undefined

  let closing: Promise<void> | undefined
  const close = async (): Promise<void> => {
    for (const stop of stops) stop()
    await stopListening()
    await stopMail()
    await stopTelling()
    // The door first: whoever keeps a connection is told to come again, or a busy platform would hold the end up for ever.
    const closed = server.close()
    await live.close()
    await closed
    await lanes.close()
    await fetch.close()
    profile.close()
    await deliver.close()
    letGo()
    await timed.close()
    // An adapter that can't say goodbye keeps nobody from closing the database.
    await Promise.allSettled(channels.all().map(async ({ adapter }) => adapter.close?.()))
    await articles.close()
    await connection.close()
  }
  return {
    url,
    server,
    connection,
    channels,
    people,
    admin,
    close() {
      closing ??= close()
      return closing
    },
  }
}

async function openVirtualAgent(
  { settings, log }: HubOptions,
  {
    articles,
    channels,
    people,
    requests,
    notices,
  }: {
    readonly articles: Articles
    readonly channels: Channels
    readonly people: People
    readonly requests: Desk
    readonly notices: NoticeChoice
  },
): Promise<VirtualAgent> {
  return loadVirtualAgent({
    articles: articles.store,
    taught: await articles.read(),
    answering: articles.answering,
    onTrial: articles.onTrial,
    unanswered: articles.unanswered,
    services: {
      desk: requests.desk,
      catalogue: requests.catalogue,
      identities: people.identities,
      passwords: people.passwordHelp,
      notices,
    },
    sourceOf: ({ address }) => channels.get(address.channel, address.account)?.definition.source ?? 'Virtual Agent',
    phrasesFolder: settings.content.phrases,
    knowledgeFolder: settings.content.knowledge,
    deskName: settings.name,
    hours: hoursOf(settings.businessHours),
    skill: settings.teams[0]!.name,
    report: (error) => log.error({ step: 'virtual-agent', error }, 'the virtual agent could not look something up'),
  })
}

/** Repeats `work` until the answer is called; what it throws is logged. */
function every(ms: number, work: () => Promise<void>, log: Logger): () => void {
  const timer = setInterval(() => {
    work().catch((error: unknown) => log.warn({ step: 'retention', error }, 'old rows could not be deleted; the next time will'))
  }, ms)
  return () => clearInterval(timer)
}

async function queueDepth(timed: Awaited<ReturnType<typeof openTimedQueues>>): Promise<number> {
  const depths = await Promise.all(
    ['turn', 'delivery'].map((name) =>
      timed
        .queue(name)
        .depth()
        .catch(() => 0),
    ),
  )
  return depths.reduce((sum, depth) => sum + depth, 0)
}

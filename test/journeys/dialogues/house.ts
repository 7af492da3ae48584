import { setTimeout as wait } from 'node:timers/promises'
import { type Kysely, sql } from 'kysely'
import { SMTPServer } from 'smtp-server'
import { adapters } from '../../../adapters/index.ts'
import type { Emulator, EmulatorOptions } from '../../../src/channel/emulator.ts'
import type { Json } from '../../../src/channel/index.ts'
import type { CatalogueItem, RequestSummary } from '../../../src/core/service-desk.ts'
import { makeServiceDesk } from '../../../src/service-desk/index.ts'
import { connect } from '../../../src/store/connect.ts'
import { freePort } from '../../support/free-port.ts'
import { openHub, startHubProcess } from '../../support/hub.ts'
import type { Stagehand } from './play.ts'
import { onApp, onWeb, type Player } from './player.ts'

const account = 'main'
const platforms = adapters.filter(({ source }) => source !== null)
const keysOf: { readonly [channel: string]: { readonly [key: string]: Json } } = { whatsapp: { transport: 'cloud' } }
const DAY = 86_400_000

export type House = Awaited<ReturnType<typeof openHouse>>

/**
 * The whole hub with every channel played beside it, and a mail server. Within this process on the embedded database, or, where `databaseUrl` is given, in one
 * of its own on Postgres, which can be killed.
 */
export async function openHouse(databaseUrl?: string) {
  const mail = await openMailServer()
  const emulators = new Map<string, Emulator>()
  for (const { name } of platforms) {
    const module = (await import(`../../../adapters/${name}/emulator.ts`)) as {
      readonly startEmulator: (options: EmulatorOptions) => Promise<Emulator>
    }
    emulators.set(name, await module.startEmulator({ patienceMs: 60_000 }))
  }
  const setup = {
    hub: { mail: { smtp: mail.url, from: 'desk@example.com' } },
    channels: [
      ...[...emulators].map(([channel, emulator]) => ({ channel, account, ...keysOf[channel], ...emulator.account() })),
      { channel: 'web', account, guest: true, allowedOrigins: [] },
    ],
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
  }
  const running = databaseUrl === undefined ? await inProcess(setup) : await ofItsOwn(setup, databaseUrl)
  for (const [channel, emulator] of emulators) await emulator.connect(new URL(`/hooks/${channel}/${account}`, running.url()))
  const { db } = running

  return {
    channels: [...emulators.keys(), 'web'],
    db,
    /** Killed as by a power cut, and started again. */
    killed: running.killed,
    log: running.log,
    async player(channel: string, name: string): Promise<Player> {
      return channel === 'web' ? onWeb(running.url, name) : onApp(channel, emulators.get(channel)!.person(name))
    },
    hand: makeHand(db, mail),
    async close() {
      await running.close()
      await Promise.all([...emulators.values()].map((emulator) => emulator.close()))
      await mail.close()
    },
  }
}

type Running = {
  readonly url: () => string
  readonly db: Kysely<any>
  killed(): Promise<void>
  log(): string
  close(): Promise<void>
}

async function inProcess(setup: Parameters<typeof openHub>[0]): Promise<Running> {
  const hub = await openHub(setup)
  return {
    url: () => hub.url,
    db: hub.connection.db,
    killed: () => Promise.reject(new Error('this hub is part of the test')),
    log: () => hub.complaints.join(''),
    close: () => hub.stop(),
  }
}

async function ofItsOwn(setup: Parameters<typeof openHub>[0], databaseUrl: string): Promise<Running> {
  const hub = await startHubProcess(setup, 'src/main.ts')
  const connection = await connect({ databaseUrl, poolSize: 4 })
  return {
    url: () => hub.url,
    db: connection.db,
    async killed() {
      await hub.kill('SIGKILL')
      await hub.restart()
    },
    log: hub.log,
    async close() {
      await hub.close()
      await connection.close()
    },
  }
}

/** The address that a person of this name has: the one that Slack and Teams tell of them. */
export const addressOf = (name: string): string => `${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '.')}@example.com`

function makeHand(db: Kysely<any>, mail: Awaited<ReturnType<typeof openMailServer>>): Stagehand {
  const deskWith = (items: readonly CatalogueItem[]) => {
    const minutes = { respondMinutes: 60, resolveMinutes: 480 }
    return makeServiceDesk({
      db,
      now: () => new Date(),
      catalogue: { items, categories: [] },
      linkOf: () => null,
      targets: { low: minutes, medium: minutes, high: minutes, critical: minutes },
      hours: undefined,
    })
  }
  const { desk, book } = deskWith([])
  const somebody = { kind: 'technician', id: 'tess', name: 'Tess Technician' } as const
  const requestsBy = async (player: Player): Promise<readonly RequestSummary[]> =>
    desk.requestsOf({ identity: identityOf(player), email: null }, { open: false, limit: 50 })
  const newest = async (player: Player): Promise<RequestSummary> => {
    const [request] = await requestsBy(player)
    if (!request) throw new Error('this person has no request')
    return request
  }
  let keys = 0
  const key = () => `hand-${process.pid}-${++keys}`

  return {
    async given(what, more, player, variables) {
      const email = variables.get('email')!
      switch (what) {
        case 'proven':
          await sql`update identities set proven_email = ${email}, proven_at = now() where channel = ${player.channel} and account = ${account} and key = ${player.key}`.execute(
            db,
          )
          return
        case 'code':
          variables.set('code', await mail.codeTo(email))
          return
        case 'account':
          await sql`insert into sign_in_user (id, name, email, email_verified) values (${`u-${email}`}, ${more || 'Some Body'}, ${email}, true)`.execute(
            db,
          )
          return
        case 'locked':
          await sql`insert into sign_in_state (user_id, wrong, locked_at) values (${`u-${email}`}, 10, now())`.execute(db)
          return
        case 'number':
          variables.set('number', (await newest(player)).number)
          return
        case 'resolved':
          await book.update((await newest(player)).number, { status: 'resolved', resolution: more || 'It works again.' }, somebody, key())
          return
        case 'commented':
          await book.comment((await newest(player)).number, { text: more, internal: false }, somebody, key())
          return
        case 'asked': {
          const item = {
            id: 'thing',
            title: more,
            category: 'hardware',
            description: '',
            keywords: [],
            priority: 'medium',
            fields: [],
          } as const
          const approvals = [{ title: 'Budget', approvers: [email], quorum: 1 }]
          const opened = await deskWith([{ ...item, approvals }]).book.open(
            {
              type: 'service-request',
              subject: more,
              description: `${more}, for the new colleague`,
              category: null,
              item: 'thing',
              fields: {},
              priority: 'medium',
              requester: { identity: null, name: 'Nora New', email: 'nora@example.com' },
              source: 'Virtual Agent',
              conversation: null,
              chat: null,
              files: [],
            },
            somebody,
            key(),
          )
          variables.set('number', opened.number)
          variables.set('approval', opened.approvals[0]!.id)
          return
        }
        case 'decided':
          await desk.decide(variables.get('approval')!, { email, name: 'Some Body' }, more !== 'rejected', null, key())
          return
      }
      throw new Error(`nobody knows how to bring about "${what}"`)
    },

    async check(what, more, player) {
      switch (what) {
        case 'requests': {
          const found = await requestsBy(player)
          return found.length === Number(more)
            ? null
            : `expected ${more} requests, found ${found.map(({ number, subject }) => `${number} ${subject}`)}`
        }
        case 'newest': {
          const [summary] = await requestsBy(player)
          const view = summary && (await book.find(summary.number))
          if (!view) return 'there is no request'
          const told = [
            view.type,
            view.status,
            view.priority,
            view.category,
            view.item?.id,
            view.subject,
            view.description,
            ...view.fields.map(({ name, value }) => `${name}=${value}`),
            ...view.comments.map(({ text }) => `comment=${text}`),
            `files=${view.files.length}`,
          ].join(' · ')
          const missing = more.split(' & ').filter((part) => !told.toLowerCase().includes(part.toLowerCase()))
          return missing.length === 0 ? null : `expected ${missing.join(' and ')} in "${told}"`
        }
        case 'approval': {
          const [state, number = ''] = more.split(' ')
          const view = await book.find(number)
          return view?.approvals[0]?.state === state
            ? null
            : `expected the approval of ${number} to be ${state}, it is ${view?.approvals[0]?.state}`
        }
        case 'waits': {
          const row = await sql<{
            owner_by: string
          }>`select owner_by from conversations where channel = ${player.channel} and account = ${account} and person->>'key' = ${player.key}`.execute(
            db,
          )
          return row.rows.some(({ owner_by: by }) => by === 'queue') ? null : 'they do not wait for a technician'
        }
      }
      return `nobody knows how to look at "${what}"`
    },

    /** The chat is closed for its silence, and everything that the virtual agent remembers is so much older. */
    async daysPass(days, player) {
      const mine = sql`channel = ${player.channel} and account = ${account} and person->>'key' = ${player.key}`
      const until = Date.now() + 120_000
      for (let tries = 0; ; tries++) {
        // Whatever happens meanwhile winds the timer up again.
        if (tries % 80 === 0)
          await sql`update conversations set timer_at = date_trunc('milliseconds', now()), version = version + 1 where ${mine} and timer_at is not null`.execute(
            db,
          )
        const { rows } = await sql<{
          id: string
          chat: Json
          memory: Json
          version: number
        }>`select id, chat, memory, version from conversations where ${mine}`.execute(db)
        const [row] = rows
        if (row?.chat === null) {
          await sql`update conversations set memory = ${JSON.stringify(older(row.memory, days))}::jsonb, last_heard_at = last_heard_at - ${`${days} days`}::interval, version = version + 1
            where id = ${row.id} and version = ${row.version}`.execute(db)
          return
        }
        if (Date.now() > until) throw new Error('the chat was not closed for its silence')
        await wait(100)
      }
    },
  }
}

const identityOf = ({ channel, key }: Player) =>
  ({ channel, account, key }) as unknown as NonNullable<Parameters<ReturnType<typeof makeServiceDesk>['desk']['requestsOf']>[0]['identity']>

/** Every moment in it, so many days earlier. */
const older = (memory: Json, days: number): Json =>
  JSON.parse(
    JSON.stringify(memory).replaceAll(
      /"(\d{4}-\d\d-\d\dT[\d:.]+Z)"/g,
      (_, at: string) => `"${new Date(Date.parse(at) - days * DAY).toISOString()}"`,
    ),
  ) as Json

/** Takes every mail; `codeTo` waits for the newest code that was not asked for before. */
async function openMailServer() {
  const letters: { readonly to: string; readonly text: string; read: boolean }[] = []
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onData(stream, session, done) {
      let text = ''
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
      })
      stream.on('end', () => {
        for (const { address } of session.envelope.rcptTo) letters.push({ to: address, text, read: false })
        done()
      })
    },
  })
  // A hub that is killed cuts its connections here.
  server.on('error', () => undefined)
  const port = await freePort()
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return {
    url: `smtp://127.0.0.1:${port}`,
    async codeTo(address: string): Promise<string> {
      // A hub that is killed with a mail in its hand sends it when its claim has run out.
      const until = Date.now() + 120_000
      for (;;) {
        const letter = letters.findLast(({ to, read }) => !read && to.toLowerCase() === address)
        const code =
          letter &&
          /\b(\d{3}) ?(\d{3})\b/.exec(
            letter.text
              .split(/\r?\n\r?\n/)
              .slice(1)
              .join('\n'),
          )
        if (code) {
          letter.read = true
          return `${code[1]}${code[2]}`
        }
        if (Date.now() > until) throw new Error(`no code came to ${address}`)
        await wait(20)
      }
    },
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  }
}

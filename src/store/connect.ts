import type { Socket } from 'node:net'
import { join } from 'node:path'
import type { PGlite } from '@electric-sql/pglite'
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { lockDirectory } from './directory-lock.ts'
import { openPGlite, pgliteDialect } from './pglite.ts'
import { statementName } from './statement-name.ts'
import type { Tables } from './tables.ts'
import { makeTurnstile, type Turnstile } from './turnstile.ts'

export type Db = Kysely<Tables>

/** An open database: Postgres, or PGlite in a directory of its own. `embedded` is what BullMQ shares with us where there is no Redis. */
export type Connection = {
  readonly db: Db
  readonly kind: 'postgres' | 'pglite'
  readonly url?: string
  readonly embedded?: { readonly pglite: PGlite; readonly turnstile: Turnstile }
  close(): Promise<void>
}

/** Counters fit a number by far; node-postgres would give strings. */
pg.types.setTypeParser(pg.types.builtins.INT8, Number)

export async function connect(at: {
  readonly databaseUrl?: string | undefined
  readonly dataDir?: string | undefined
  readonly poolSize?: number
  /** How long a statement on the way of a message may go unanswered, in ms. */
  readonly patienceMs?: number
}): Promise<Connection> {
  if (at.databaseUrl !== undefined) {
    const pool = new pg.Pool({
      connectionString: at.databaseUrl,
      max: at.poolSize ?? 10,
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
      application_name: 'switchboard',
      maxLifetimeSeconds: planLifetimeSeconds,
    })
    outliveItsServer(pool)
    prepareNamed(pool)
    giveUpOnSilence(pool, at.patienceMs ?? patienceMs)
    const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
    return { db, kind: 'postgres', url: at.databaseUrl, close: () => db.destroy() }
  }
  const unlock = at.dataDir === undefined ? () => undefined : lockDirectory(at.dataDir)
  try {
    const pglite = await openPGlite(at.dataDir === undefined ? undefined : join(at.dataDir, 'pglite'))
    const embedded = embeddedIn(pglite)
    const close = async () => {
      await embedded.close()
      unlock()
    }
    return { ...embedded, close }
  } catch (error) {
    unlock()
    throw error
  }
}

/** Over an embedded database that is open; closes it. */
export function embeddedIn(pglite: PGlite): Connection {
  const turnstile = makeTurnstile()
  const db = new Kysely<Tables>({ dialect: pgliteDialect(pglite, turnstile) })
  return { db, kind: 'pglite', embedded: { pglite, turnstile }, close: () => db.destroy() }
}

/** A prepared statement keeps its plan; connections are replaced so often that none outlives by far the tables it was made for. */
const planLifetimeSeconds = 300

/**
 * A statement that begins with a comment of its name is prepared under it, once per connection: on the way of a message parsing and planning would
 * cost as much as the work. Names stand for one text each.
 */
function prepareNamed(pool: pg.Pool): void {
  pool.on('connect', (client) => {
    const query = client.query.bind(client) as (...given: unknown[]) => unknown
    const named = (text: unknown, ...rest: unknown[]): unknown => {
      const name = typeof text === 'string' ? statementName(text) : undefined
      return name === undefined ? query(text, ...rest) : query({ name, text, values: rest[0] })
    }
    client.query = named as typeof client.query
  })
}

/**
 * A server that falls silent without closing (a lost route, a frozen machine) would hold a webhook, or a turn, for as long as the kernel believes in it. Statements on
 * the way of a message take milliseconds: one that is not answered in this time ends its connection, and whoever waits is told. Others (a search, a change of
 * the tables) have twenty times as long.
 */
const patienceMs = 15_000
const otherPatience = 20

function giveUpOnSilence(pool: pg.Pool, ms: number): void {
  pool.on('connect', (client) => {
    const query = client.query.bind(client) as (...given: unknown[]) => unknown
    const { stream } = (client as unknown as { readonly connection: { readonly stream: Socket } }).connection
    const watched = (...given: unknown[]): unknown => {
      const answer = query(...given)
      if (!(answer instanceof Promise)) return answer
      const limit = typeof given[0] === 'string' && statementName(given[0]) !== undefined ? ms : ms * otherPatience
      const timer = setTimeout(() => stream.destroy(new Error(`The database has not answered for ${limit} ms.`)), limit)
      return answer.finally(() => clearTimeout(timer))
    }
    client.query = watched as typeof client.query
  })
}

/**
 * A connection that drops (the server was stopped or killed) is replaced by the next query, and whoever was in the middle of one is told by that query.
 * Without these listeners it would end the process: the pool tells of idle connections, each connection in use of itself.
 */
export function outliveItsServer(pool: pg.Pool): void {
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))
}

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import type { Environment } from '../../../config/environment.ts'
import { ownUrl } from '../../../config/load.ts'
import { connect, type Db } from '../../store/connect.ts'
import { DirectoryInUse } from '../../store/directory-lock.ts'
import { backlog } from '../../store/forgotten.ts'
import { outstanding } from '../../store/migrate.ts'
import { skew } from './clock.ts'
import { broken, duration, type Finding, ok, warning } from './finding.ts'

/** The store and what waits in it. Changes nothing; an embedded database that a hub holds is asked through that hub. */
export async function examineDatabase(environment: Environment): Promise<readonly Finding[]> {
  const { databaseUrl, dataDir } = environment
  const about = databaseUrl === undefined ? 'database (embedded)' : 'database (Postgres)'
  if (databaseUrl === undefined && !existsSync(join(dataDir, 'pglite'))) {
    return [ok(about, `nothing in ${dataDir} yet; the first start makes it`)]
  }
  let connection: Awaited<ReturnType<typeof connect>>
  try {
    connection = await connect({ databaseUrl, dataDir, poolSize: 2 })
  } catch (error) {
    if (error instanceof DirectoryInUse) return [await throughTheHub(about, environment)]
    return [broken(about, `cannot be opened (${reasonOf(error)})`, `Look whether ${dataDir} is readable and the disk has room.`)]
  }
  try {
    return await look(about, connection.db)
  } catch (error) {
    return [
      broken(about, `does not answer (${reasonOf(error)})`, 'Check that it runs, and DATABASE_URL: host, port, user, password, name.'),
    ]
  } finally {
    await connection.close()
  }
}

/** The driver's own words may hold the address with its password; its code does not. */
function reasonOf(error: unknown): string {
  const { code, name } = error as { readonly code?: unknown; readonly name?: unknown }
  return typeof code === 'string' ? code : String(name ?? 'unknown reason')
}

async function throughTheHub(about: string, { host, port }: Environment): Promise<Finding> {
  const url = ownUrl(host, port)
  const ready = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(3_000) }).catch(() => undefined)
  if (ready?.ok) return ok(about, `a hub works on it and says at ${url}/readyz that it is ready; what waits in it is at ${url}/metrics`)
  const todo = 'Give the HOST and PORT of that hub, or stop it and ask again.'
  return warning(about, `another process works on it, and ${url}/readyz ${ready ? `answers ${ready.status}` : 'does not answer'}`, todo)
}

async function look(about: string, db: Db): Promise<readonly Finding[]> {
  const asked = new Date()
  const { rows } = await sql<{ version: string; now: Date }>`select current_setting('server_version') as version, now() as now`.execute(db)
  const { version, now } = rows[0]!
  const findings = [ok(about, `${version} answers in ${Date.now() - asked.getTime()} ms`), skew('clock of the database', now, new Date())]
  const missing = await outstanding(db)
  if (missing.length > 0) {
    const todo = 'Start the hub of this version once: it brings the tables up to date before it listens.'
    return [...findings, warning('tables', `${missing.length} changes have not run yet (${missing.join(', ')})`, todo)]
  }
  return [...findings, ok('tables', 'up to date'), await waiting(db), ...(await paused(db))]
}

async function waiting(db: Db): Promise<Finding> {
  const { inbox, parts, oldestSeconds } = await backlog(db)
  const detail = `${inbox} to take, ${parts} to send, the oldest for ${duration(Math.max(0, oldestSeconds))}`
  const todo = 'See whether a worker runs (HUB_ROLE=worker or all), and the paused accounts below.'
  if (inbox + parts === 0) return ok('work', 'nothing waits')
  if (oldestSeconds > 600) return broken('work', detail, todo)
  return oldestSeconds > 60 ? warning('work', detail, todo) : ok('work', detail)
}

async function paused(db: Db): Promise<readonly Finding[]> {
  const rows = await db
    .selectFrom('accounts')
    .select(['channel', 'account', 'paused_at', 'reason'])
    .where('paused_at', 'is not', null)
    .execute()
  if (rows.length === 0) return [ok('paused accounts', 'none')]
  return rows.map(({ channel, account, paused_at, reason }) => {
    const since = duration((Date.now() - paused_at!.getTime()) / 1_000)
    const todo = `Put its credentials right (adapters/${channel}/README.md) and start the hub again; what is due goes out then.`
    return broken(`${channel}/${account}`, `paused for ${since}: ${reason?.detail ?? reason?.code ?? 'no reason was given'}`, todo)
  })
}

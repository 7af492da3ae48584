import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { PGlite } from '@electric-sql/pglite'
import { openTimedQueues } from '../../src/queue/timed.ts'
import { type Connection, connect, embeddedIn } from '../../src/store/connect.ts'
import { migrate } from '../../src/store/migrate.ts'
import { findsQueues } from '../../src/store/pglite.ts'
import { queuePool } from '../../src/store/queue-pool.ts'

const root = join(import.meta.dirname, '../..')
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }

/**
 * An embedded database with all its tables and nothing in them: to begin one from nothing takes some four seconds of a processor. Whoever asks first
 * makes it; it stays beside the packages until the tables or the packages change.
 */
async function template(): Promise<string> {
  const migrations = join(root, 'src/store/migrations')
  const parts = [...readdirSync(migrations).map((name) => join(migrations, name)), join(root, 'package-lock.json')]
  const hash = createHash('sha256')
  for (const part of parts.toSorted()) hash.update(readFileSync(part))
  const made = join(root, 'node_modules/.cache', `switchboard-database-${hash.digest('hex').slice(0, 16)}`)
  if (existsSync(made)) return made
  const making = `${made}.${randomBytes(6).toString('hex')}`
  await mkdir(making, { recursive: true })
  const connection = await connect({ dataDir: making })
  await migrate(connection)
  const queues = await openTimedQueues({ pool: queuePool(connection) }, quiet)
  await queues.close()
  const tar = await connection.embedded!.pglite.dumpDataDir('none')
  await connection.close()
  await writeFile(join(making, 'memory.tar'), tar.stream())
  // Somebody else may have been faster.
  await rename(making, made).catch(() => rm(making, { recursive: true }))
  return made
}

/** A hub's data directory, as if it had been started before and nothing had happened. */
export async function copyTemplate(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true })
  await promisify(execFile)('cp', ['-R', join(await template(), 'pglite'), directory])
}

/** An embedded database of the test's own, in memory, with all its tables. */
export async function openMemory(): Promise<Connection> {
  const tar = new Blob([await readFile(join(await template(), 'memory.tar'))])
  return embeddedIn(await findsQueues(await PGlite.create({ loadDataDir: tar })))
}

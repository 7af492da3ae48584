import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, readdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import pg from 'pg'
import { readTestEnvironment } from '../../config/environment.ts'
import { freePort } from './free-port.ts'

/** A Postgres of the test's own, which may be killed. Its data stays where it is until `close`. */
export type PostgresServer = {
  readonly url: string
  /** Ends it at once, without a word to anybody: SIGKILL to its first process, or what `pg_ctl stop -m immediate` does. */
  crash(how: 'SIGKILL' | 'SIGQUIT'): Promise<void>
  /** Ends it in order; those who are connected are sent away. */
  stop(): Promise<void>
  start(): Promise<void>
  close(): Promise<void>
}

const installed = '/usr/lib/postgresql'
const startMs = 120_000

/** Undefined (and said on stderr) where Postgres is not installed here; an error where `REQUIRE_SERVICES=1`. */
export async function postgresServer(): Promise<PostgresServer | undefined> {
  const programs = programsOf()
  if (!programs) {
    if (readTestEnvironment().required) throw new Error(`REQUIRE_SERVICES=1, but there is no Postgres under ${installed}.`)
    process.stderr.write(
      `\n!! A Postgres of our own: these tests DID NOT RUN. Install Postgres to run them (nothing found under ${installed}).\n`,
    )
    return undefined
  }
  // Postgres refuses to run as root.
  const as: { readonly uid?: number; readonly gid?: number } = userInfo().uid === 0 ? await idOf('postgres') : {}
  const directory = await mkdtemp('/tmp/switchboard-postgres-')
  if (as.uid !== undefined && as.gid !== undefined) chownSync(directory, as.uid, as.gid)
  const data = join(directory, 'data')
  const run = promisify(execFile)
  await run(join(programs, 'initdb'), ['-D', data, '-A', 'trust', '-U', 'hub', '--no-sync', '-E', 'UTF8', '--locale=C'], {
    ...as,
    cwd: directory,
  })
  const port = await freePort()
  const url = `postgres://hub@127.0.0.1:${port}/postgres`
  let server: ChildProcess | undefined

  async function start(): Promise<void> {
    const until = Date.now() + startMs
    for (;;) {
      const settings = { port, listen_addresses: '127.0.0.1', unix_socket_directories: '', shared_buffers: '32MB' }
      const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
      const mine = spawn(join(programs!, 'postgres'), ['-D', data, ...flags], { ...as, cwd: directory, stdio: 'ignore' })
      server = mine
      while (mine.exitCode === null && !(await answers(url))) await wait(50)
      if (mine.exitCode === null) return
      // What is left of the one that was killed still holds the shared memory.
      if (Date.now() > until) throw new Error('Postgres does not start.')
      await wait(100)
    }
  }
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (!server || server.exitCode !== null || server.signalCode !== null) return
    const gone = once(server, 'exit')
    server.kill(signal)
    await gone
  }
  await start()
  return {
    url,
    crash: end,
    stop: () => end('SIGINT'),
    start,
    async close() {
      await end('SIGQUIT')
      await rm(directory, { recursive: true, force: true })
    },
  }
}

function programsOf(): string | undefined {
  if (!existsSync(installed)) return undefined
  const versions = readdirSync(installed).sort((a, b) => Number(b) - Number(a))
  return versions.map((version) => join(installed, version, 'bin')).find((bin) => existsSync(join(bin, 'initdb')))
}

async function idOf(user: string): Promise<{ readonly uid: number; readonly gid: number }> {
  const run = promisify(execFile)
  const [uid, gid] = await Promise.all(['-u', '-g'].map(async (flag) => Number((await run('id', [flag, user])).stdout)))
  return { uid: uid!, gid: gid! }
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 })
  client.on('error', () => undefined)
  try {
    await client.connect()
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => undefined)
  }
}

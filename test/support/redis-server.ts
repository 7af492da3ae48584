import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { readTestEnvironment } from '../../config/environment.ts'
import { freePort } from './free-port.ts'

/** A Redis of the test's own that keeps nothing: stopped and started again, it is empty. */
export type RedisServer = {
  readonly url: string
  stop(): Promise<void>
  start(): Promise<void>
  close(): Promise<void>
}

const program = ['/usr/bin/redis-server', '/usr/local/bin/redis-server'].find((path) => existsSync(path))
const startMs = 120_000

/** Undefined (and said on stderr) where Redis is not installed here; an error where `REQUIRE_SERVICES=1`. */
export async function redisServer(): Promise<RedisServer | undefined> {
  if (!program) {
    if (readTestEnvironment().required) throw new Error('REQUIRE_SERVICES=1, but there is no redis-server.')
    process.stderr.write('\n!! A Redis of our own: these tests DID NOT RUN. Install redis-server to run them.\n')
    return undefined
  }
  const directory = await mkdtemp(join(tmpdir(), 'switchboard-redis-'))
  const port = await freePort()
  const url = `redis://127.0.0.1:${port}`
  let server: ChildProcess | undefined

  async function start(): Promise<void> {
    const flags = { port, bind: '127.0.0.1', save: '', appendonly: 'no', 'maxmemory-policy': 'noeviction', dir: directory }
    const given = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)])
    server = spawn(program!, given, { stdio: 'ignore' })
    const until = Date.now() + startMs
    while (!(await answers(url))) {
      if (server.exitCode !== null || Date.now() > until) throw new Error('redis-server does not start.')
      await wait(25)
    }
  }
  async function stop(): Promise<void> {
    if (!server || server.exitCode !== null || server.signalCode !== null) return
    const gone = once(server, 'exit')
    server.kill('SIGKILL')
    await gone
  }
  await start()
  return {
    url,
    stop,
    start,
    async close() {
      await stop()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

async function answers(url: string): Promise<boolean> {
  const redis = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 1, retryStrategy: () => null })
  redis.on('error', () => undefined)
  try {
    await redis.connect()
    await redis.ping()
    return true
  } catch {
    return false
  } finally {
    redis.disconnect()
  }
}

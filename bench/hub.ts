import { type ChildProcess, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { childEnvironment } from '../config/environment.ts'

type HubOptions = {
  readonly channels: readonly { readonly [key: string]: unknown }[]
  readonly database: string | undefined
  readonly redis: string | undefined
  readonly logLevel: 'warn' | 'error'
  /** More flags for Node, and arguments for `echo-hub.ts`. */
  readonly flags?: readonly string[]
  readonly args?: readonly string[]
}

/** A hub in a process of its own, as `npm start` runs it, its files in `directory`; resolves when it listens. */
export async function startHub(directory: string, options: HubOptions): Promise<{ readonly process: ChildProcess; readonly url: string }> {
  const { channels, database, redis, logLevel, flags = [], args = [] } = options
  const config = join(directory, 'hub.yaml')
  writeFileSync(config, JSON.stringify({ channels }))
  const asStarted = ['--max-semi-space-size=8', '--heap-growing-percent=50', '--disable-warning=ExperimentalWarning']
  const child = spawn(process.execPath, [...flags, ...asStarted, join(import.meta.dirname, 'echo-hub.ts'), ...args], {
    env: childEnvironment({
      HOST: '127.0.0.1',
      PORT: '0',
      HUB_CONFIG: config,
      HUB_ROLE: 'all',
      DATA_DIR: join(directory, 'data'),
      LOG_LEVEL: logLevel,
      DATABASE_URL: database,
      REDIS_URL: redis,
    }),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /^listening on (\S+)/.exec(line)?.[1]
    if (!url) continue
    child.stdout.resume()
    return { process: child, url }
  }
  throw new Error('the hub did not start')
}

/** Asks it to stop, and makes it after fifteen seconds. */
export async function stopHub(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  setTimeout(() => child.kill('SIGKILL'), 15_000).unref()
  await ended
}

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import { pino } from 'pino'
import { adapters } from '../../adapters/index.ts'
import { childEnvironment } from '../../config/environment.ts'
import { loadConfiguration } from '../../config/load.ts'
import { explainAll } from '../../config/problem.ts'
import { type Hub, type HubOptions, startHub } from '../../src/app.ts'
import type { Json } from '../../src/channel/index.ts'
import type { VirtualAgent } from '../../src/core/virtual-agent.ts'
import { copyTemplate } from './template.ts'

export type HubSetup = {
  /** The accounts as they stand under `channels:`. */
  readonly channels: readonly { readonly [key: string]: Json }[]
  /** The keys under `hub:`. */
  readonly hub?: { readonly [key: string]: Json }
  readonly databaseUrl?: string
  readonly redisUrl?: string
  readonly dataDir?: string
  /** Without it the embedded database has its tables already, which is faster. */
  readonly fromNothing?: boolean
  readonly role?: 'all' | 'web' | 'worker'
  /** What a hub within this process logs; left out: from `warn` on. */
  readonly logLevel?: 'debug'
}

/** The hub as its users run it, in a process of its own. */
export type HubProcess = {
  readonly url: string
  readonly dataDir: string
  /** What it wrote, the newest last; for the message of a test that fails. */
  readonly log: () => string
  /** Resolves with its exit code when it has ended; null where a signal ended it. */
  kill(signal: NodeJS.Signals): Promise<number | null>
  /** Starts it again on the same port, the same files and the same database. */
  restart(): Promise<void>
  /** Begins to start it again; resolves to whether it came to listen. For those who kill it on the way. */
  begin(): Promise<boolean>
  readonly running: boolean
  /** Ends it and takes its files away. */
  close(): Promise<void>
}

const root = join(import.meta.dirname, '../..')
const startMs = 120_000
const keptLines = 60

/** Starts `entry` and waits until it listens. Rejects, with what it wrote, where it ends before. */
export async function startHubProcess(setup: HubSetup, entry = 'test/support/echo-hub.ts'): Promise<HubProcess> {
  const { directory, variables } = await prepare(setup)
  const lines: string[] = []
  let child: ChildProcess | undefined
  let ended: Promise<number | null> = Promise.resolve(null)
  let heard: (url: string) => void = () => undefined
  let url = ''

  function begin(): Promise<boolean> {
    const started = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', '--import', './test/support/compile-cache.mjs', entry],
      {
        cwd: root,
        env: childEnvironment({ ...variables, PORT: url === '' ? '0' : new URL(url).port }) as NodeJS.ProcessEnv,
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    )
    child = started
    const listens = new Promise<boolean>((resolve) => {
      heard = (at) => {
        url = at
        resolve(true)
      }
    })
    ended = once(started, 'exit').then(([code]) => {
      if (child === started) child = undefined
      return code as number | null
    })
    for (const stream of [started.stdout, started.stderr]) createInterface({ input: stream }).on('line', read)
    return Promise.race([listens, ended.then(() => false), wait(startMs, false, { ref: false })])
  }
  function read(line: string): void {
    lines.push(line)
    if (lines.length > keptLines) lines.shift()
    const at = /^listening on (\S+)$/.exec(line)?.[1]
    if (at) heard(at)
  }
  async function restart(): Promise<void> {
    if (!(await begin())) throw new Error(`the hub did not start:\n${lines.join('\n')}`)
  }
  async function kill(signal: NodeJS.Signals): Promise<number | null> {
    child?.kill(signal)
    return ended
  }
  await restart()
  return {
    get url() {
      return url
    },
    dataDir: variables.DATA_DIR!,
    log: () => lines.join('\n'),
    kill,
    restart,
    begin,
    get running() {
      return child !== undefined
    },
    async close() {
      await kill('SIGKILL')
      await rm(directory, { recursive: true, force: true })
    },
  }
}
/** Runs `entry` to its end and tells what it wrote; for starts that are to be refused. */
export async function runHubToEnd(
  setup: HubSetup,
  entry = 'src/main.ts',
): Promise<{ readonly code: number | null; readonly output: string }> {
  const { directory, variables } = await prepare(setup)
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '--import', './test/support/compile-cache.mjs', entry], {
    cwd: root,
    env: childEnvironment({ ...variables, PORT: '0' }) as NodeJS.ProcessEnv,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk
    })
  const timer = setTimeout(() => child.kill('SIGKILL'), startMs)
  const [code] = (await once(child, 'close')) as [number | null]
  clearTimeout(timer)
  await rm(directory, { recursive: true, force: true })
  return { code, output }
}

/** The hub within this process, with a virtual agent of the test's own where one is given. `complaints` is what it logged from `warn` on. */
export async function openHub(
  setup: HubSetup,
  virtualAgent?: VirtualAgent,
  playground?: HubOptions['playground'],
): Promise<Hub & { readonly complaints: readonly string[]; stop(): Promise<void> }> {
  const { directory, variables } = await prepare(setup)
  const loaded = loadConfiguration(adapters, { ...variables, PORT: '0' })
  if (!loaded.ok) throw new Error(explainAll(loaded.problems))
  const complaints: string[] = []
  const sink = new Writable({
    write(chunk, _, done) {
      // The shipped catalogue has sample approvers in every test.
      if (!String(chunk).includes('"step":"catalogue"')) complaints.push(String(chunk))
      done()
    },
  })
  const { environment, settings, publicUrlIsDefault, accounts } = loaded.configuration
  const hub = await startHub({
    environment,
    settings,
    publicUrlIsDefault,
    accounts,
    log: pino({ level: setup.logLevel ?? 'warn' }, sink),
    version: 'test',
    ...(virtualAgent ? { virtualAgent } : {}),
    ...(playground ? { playground } : {}),
  })
  return {
    ...hub,
    complaints,
    async stop() {
      await hub.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** A configuration file and a data directory of its own. */
async function prepare({ channels, hub = {}, databaseUrl, redisUrl, dataDir, fromNothing = false, role }: HubSetup) {
  const directory = await mkdtemp(join(tmpdir(), 'switchboard-hub-'))
  const configFile = join(directory, 'hub.yaml')
  await writeFile(configFile, JSON.stringify({ hub: { name: 'Test desk', ...hub }, channels }))
  if (databaseUrl === undefined && dataDir === undefined && !fromNothing) await copyTemplate(join(directory, 'data'))
  const variables: { readonly [name: string]: string | undefined } = {
    HOST: '127.0.0.1',
    HUB_CONFIG: configFile,
    HUB_ROLE: role ?? 'all',
    DATA_DIR: dataDir ?? join(directory, 'data'),
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    LOG_LEVEL: 'warn',
    ADMIN_EMAIL: adminOfTests.email,
    ADMIN_PASSWORD: adminOfTests.password,
  }
  return { directory, variables }
}
export const adminOfTests = { email: 'tess@desk.example', password: 'right horse battery' }

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { childEnvironment } from '../../../config/environment.ts'

export type RunningHub = {
  readonly url: string
  /** Ends the process and takes its data away. */
  stop(): Promise<void>
  /** Ends the process at once, as a crash would, and starts it again at the same address on the same data. */
  restart(): Promise<void>
}

const startMs = 120_000
const root = join(import.meta.dirname, '../../..')

/** A hub of this test's own, as `npm start` runs it: embedded, with the default configuration, on a free port. */
export async function startHub(): Promise<RunningHub> {
  const data = await mkdtemp(join(tmpdir(), 'switchboard-browser-'))
  let { child, url } = await spawnHub(data, '0')
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill(signal)
    const hard = setTimeout(() => child.kill('SIGKILL'), 8_000)
    await ended
    clearTimeout(hard)
  }
  return {
    url,
    async stop() {
      await end('SIGTERM')
      await rm(data, { recursive: true, force: true })
    },
    async restart() {
      await end('SIGKILL')
      const again = await spawnHub(data, new URL(url).port)
      child = again.child
      url = again.url
    },
  }
}

async function spawnHub(data: string, port: string): Promise<{ readonly child: ChildProcess; readonly url: string }> {
  const env = childEnvironment({
    HOST: '127.0.0.1',
    PORT: port,
    DATA_DIR: data,
    HUB_CONFIG: 'config/hub.yaml',
    LOG_LEVEL: 'error',
    HUB_ROLE: undefined,
    DATABASE_URL: undefined,
    REDIS_URL: undefined,
  })
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--import', './test/support/compile-cache.mjs', 'src/main.ts'],
    {
      cwd: root,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  let output = ''
  const url = await new Promise<string>((resolve, reject) => {
    const late = setTimeout(() => {
      child.kill('SIGKILL')
      reject(new Error(`The hub was not ready after ${startMs / 1_000} s:\n${output}`))
    }, startMs)
    const read = (chunk: Buffer) => {
      output += chunk.toString()
      const found = /^listening on (\S+)$/m.exec(output)
      if (!found) return
      clearTimeout(late)
      resolve(found[1]!)
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    child.once('exit', (code) => {
      clearTimeout(late)
      reject(new Error(`The hub ended with ${code} before it was ready:\n${output}`))
    })
  })
  return { child, url }
}

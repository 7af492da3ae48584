import { randomUUID } from 'node:crypto'
import { mkdir, open, readFile, readlink, rename, rm, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join, resolve } from 'node:path'
import { type ListenState, PlatformError } from '../../../src/channel/index.ts'

/** What a listening process writes beside its session, so that others see whether it lives. */
export type Status = {
  readonly token: string
  readonly pid: number
  readonly host: string
  /** Milliseconds since 1970; renewed while the process lives. */
  readonly at: number
  readonly state: ListenState['state']
  readonly detail: string
}

/** A status that is older is that of a process that has died. */
export const staleAfterMs = 30_000
const renewEveryMs = 10_000

const statusFile = (folder: string) => join(folder, 'listener.json')
const takenFile = (folder: string) => join(folder, 'taken.json')
const blockedFile = (folder: string) => join(folder, 'blocked.json')
export const profileOf = (folder: string): string => join(resolve(folder), 'session')

const held = new Set<string>()

export interface Lock {
  /** Tells the others how it stands. */
  tell(state: ListenState['state'], detail: string): Promise<void>
  /** Aborts where another process has taken the session over. */
  readonly lost: AbortSignal
  release(): Promise<void>
}

/** One process for one session. Throws `PlatformError` where another one lives; takes over from one that has died. */
export async function takeLock(folder: string): Promise<Lock> {
  const path = resolve(folder)
  await mkdir(path, { recursive: true, mode: 0o700 })
  const file = statusFile(path)
  const token = randomUUID()
  const lost = new AbortController()
  let last: Status = { token, pid: process.pid, host: hostname(), at: Date.now(), state: 'connecting', detail: 'starting' }
  if (held.has(path)) throw inUse('this process', 0)
  held.add(path)
  try {
    await create(file, last)
  } catch (error) {
    held.delete(path)
    throw error
  }
  let writing = Promise.resolve()
  const renew = (next: Partial<Status> = {}): Promise<void> => {
    last = { ...last, ...next, at: Date.now() }
    const line = last
    writing = writing.then(async () => {
      const now = await readStatus(path)
      if (now !== undefined && now.token !== token) return lost.abort()
      await replace(file, line).catch(() => undefined)
    })
    return writing
  }
  const timer = setInterval(() => void renew(), renewEveryMs)
  timer.unref()
  return {
    lost: lost.signal,
    tell: (state, detail) => renew({ state, detail }),
    async release() {
      clearInterval(timer)
      await writing
      if ((await readStatus(path))?.token === token) await rm(file, { force: true })
      held.delete(path)
    },
  }
}

async function create(file: string, status: Status): Promise<void> {
  for (let tries = 0; tries < 5; tries++) {
    try {
      const handle = await open(file, 'wx', 0o600)
      await handle.writeFile(JSON.stringify(status))
      return await handle.close()
    } catch (error) {
      if ((error as { readonly code?: unknown }).code !== 'EEXIST') throw error
    }
    const other = await readStatus(join(file, '..'))
    if (other !== undefined && lives(other)) throw inUse(`process ${other.pid} on ${other.host}`, Date.now() - other.at)
    // Moved away first: of two that take over at once, one finds nothing to move.
    const aside = `${file}.${status.token}`
    await rename(file, aside).catch(() => undefined)
    const moved = await readJson<Status>(aside)
    if (moved !== undefined && moved.token !== other?.token && lives(moved)) await rename(aside, file)
    else await rm(aside, { force: true })
  }
  throw inUse('another process', 0)
}

function lives({ pid, host, at }: Status): boolean {
  if (Date.now() - at > staleAfterMs) return false
  if (host !== hostname()) return true
  return pid !== process.pid && isRunning(pid)
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as { readonly code?: unknown }).code === 'EPERM'
  }
}

const inUse = (by: string, ageMs: number): PlatformError =>
  new PlatformError({
    status: 409,
    code: 'session_in_use',
    message: `The session in sessionDir is used by ${by} (seen ${Math.round(ageMs / 1000)} s ago); one process listens for one account.`,
  })

async function readJson<Shape>(file: string): Promise<Shape | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined)
  try {
    return text === undefined ? undefined : (JSON.parse(text) as Shape)
  } catch {
    return undefined
  }
}

/** Whole or not at all, however the process ends. */
async function replace(file: string, value: unknown): Promise<void> {
  const fresh = `${file}.${process.pid}`
  await writeFile(fresh, JSON.stringify(value), { mode: 0o600 })
  await rename(fresh, file)
}

export const readStatus = (folder: string): Promise<Status | undefined> => readJson<Status>(statusFile(folder))

/** The newest message that the hub has taken, in seconds since 1970. */
export const readTaken = async (folder: string): Promise<number | undefined> =>
  (await readJson<{ readonly at?: number }>(takenFile(folder)))?.at
export const writeTaken = (folder: string, at: number): Promise<void> => replace(takenFile(folder), { at })

export type Blocked = { readonly state: string; readonly at: string }
export const readBlocked = (folder: string): Promise<Blocked | undefined> => readJson<Blocked>(blockedFile(folder))
export const writeBlocked = (folder: string, blocked: Blocked): Promise<void> => replace(blockedFile(folder), blocked)

/** Without the profile the number has to be linked anew. */
export const forgetProfile = (folder: string): Promise<void> =>
  rm(profileOf(folder), { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })

/**
 * What a browser leaves behind that was killed, or whose machine is gone: Chromium refuses a profile with the mark of another host. Only
 * the holder of the lock may call this; a browser that still runs on the profile has lost its hub and is ended.
 */
export async function clearProfileMarks(folder: string): Promise<void> {
  const profile = profileOf(folder)
  const mark = await readlink(join(profile, 'SingletonLock')).catch(() => undefined)
  if (mark === undefined) return
  const dash = mark.lastIndexOf('-')
  const [host, pid] = [mark.slice(0, dash), Number(mark.slice(dash + 1))]
  if (host === hostname() && Number.isSafeInteger(pid) && pid > 1) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    if (command.split('\0').includes(`--user-data-dir=${profile}`)) {
      process.kill(pid, 'SIGKILL')
      for (let waits = 0; waits < 50 && isRunning(pid); waits++) await new Promise((done) => setTimeout(done, 20))
    }
  }
  for (const name of ['SingletonLock', 'SingletonCookie', 'SingletonSocket']) await rm(join(profile, name), { force: true })
}

import { closeSync, mkdirSync, openSync, readFileSync, statSync, unlinkSync, utimesSync, writeSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'

/** Thrown where another living process works on the same directory. */
export class DirectoryInUse extends Error {
  override readonly name = 'DirectoryInUse'
}

type Holder = { readonly pid: number; readonly host: string; readonly started: string }

/** After so long without a sign of life the lock of a process on another machine (a shared volume) counts as left behind. */
const silentMs = 15_000

/**
 * Holds `<directory>/hub.lock` until released: PGlite does not lock its files, and two processes on them corrupt them silently.
 * A lock left behind by a killed process is taken over. Throws `DirectoryInUse`.
 */
export function lockDirectory(directory: string): () => void {
  mkdirSync(directory, { recursive: true })
  const path = join(directory, 'hub.lock')
  for (let tries = 0; tries < 3; tries++) {
    try {
      const file = openSync(path, 'wx')
      writeSync(file, JSON.stringify({ pid: process.pid, host: hostname(), started: startOf(process.pid) } satisfies Holder))
      closeSync(file)
      const alive = setInterval(() => {
        const now = new Date()
        try {
          utimesSync(path, now, now)
        } catch {
          // The directory is gone, and with it what was locked.
        }
      }, silentMs / 3)
      alive.unref()
      return () => {
        clearInterval(alive)
        try {
          unlinkSync(path)
        } catch {
          // Already gone.
        }
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      const holder = readHolder(path)
      if (holder && lives(holder, path))
        throw new DirectoryInUse(
          `The data directory ${directory} is in use by process ${holder.pid} on ${holder.host}. Stop that hub first, or set DATA_DIR to another directory.`,
        )
      try {
        unlinkSync(path)
      } catch {
        // Somebody else took it over at the same moment; the next try finds out.
      }
    }
  }
  throw new DirectoryInUse(`The data directory ${directory} is being opened by another process at this moment.`)
}

function readHolder(path: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Holder
  } catch {
    return undefined
  }
}

function lives(holder: Holder, path: string): boolean {
  if (holder.host !== hostname()) return Date.now() - statSync(path).mtimeMs < silentMs
  if (holder.pid === process.pid) return holder.started === startOf(process.pid)
  try {
    process.kill(holder.pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  return holder.started === startOf(holder.pid)
}

/** When the process was started, where the system tells (a process id may be used again); else an empty word. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
  } catch {
    return ''
  }
}

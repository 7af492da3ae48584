import type { Activity } from './wire.ts'

const read = new WeakMap<Uint8Array, Activity | null>()

/** The body as an activity; undefined where it is none. The same bytes are read once, for `verify` and `parse`. */
export function readActivity(body: Uint8Array): Activity | undefined {
  const known = read.get(body)
  if (known !== undefined) return known ?? undefined
  const activity = parsed(body)
  read.set(body, activity)
  return activity ?? undefined
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

function parsed(body: Uint8Array): Activity | null {
  try {
    const value: unknown = JSON.parse(utf8.decode(body))
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Activity) : null
  } catch {
    return null
  }
}

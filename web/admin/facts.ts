import type { AccountView } from '../../src/http/api-types.ts'

type Facts = NonNullable<AccountView['facts']>

/** How an account is linked to a phone: what to scan or to type is there while WhatsApp waits for it. */
export type Linking = { readonly state: string; readonly detail?: string; readonly qr?: string; readonly pairingCode?: string }

export function linkingOf(facts: Facts | undefined): Linking | undefined {
  const told = facts?.listening
  if (typeof told !== 'object' || told === null) return undefined
  const { state, detail, qr, pairingCode } = told as { readonly [name: string]: unknown }
  if (typeof state !== 'string') return undefined
  return {
    state,
    ...(typeof detail === 'string' ? { detail } : {}),
    ...(typeof qr === 'string' ? { qr } : {}),
    ...(typeof pairingCode === 'string' ? { pairingCode } : {}),
  }
}

/** What is left of a month's paid messages (LINE). */
export function quotaOf(facts: Facts | undefined): { readonly used: number; readonly limit: number } | undefined {
  const { pushUsedThisMonth: used, pushLimit: limit } = facts ?? {}
  return typeof used === 'number' && typeof limit === 'number' && limit > 0 ? { used, limit } : undefined
}

const shownElsewhere = new Set(['listening', 'unofficial', 'code', 'pushUsedThisMonth', 'pushLimit', 'pushLeft'])

/** The rest of what the platform told, as rows for people. */
export const rowsOf = (facts: Facts | undefined): readonly (readonly [string, string])[] =>
  Object.entries(facts ?? {})
    .filter(([name]) => !shownElsewhere.has(name))
    .map(([name, value]) => [words(name), told(value)] as const)
    .filter(([, value]) => value !== '')

/** "readsWholeGroups" → "Reads whole groups". */
const words = (name: string): string => {
  const spaced = name.replace(/([a-z0-9])([A-Z])/g, (_, before: string, after: string) => `${before} ${after.toLowerCase()}`)
  return spaced.charAt(0).toUpperCase() + spaced.slice(1)
}

function told(value: unknown): string {
  if (value === true) return 'yes'
  if (value === false) return 'no'
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(told).join(', ')
  if (typeof value === 'object' && value !== null) return JSON.stringify(value)
  return value === null || value === undefined ? '' : String(value)
}

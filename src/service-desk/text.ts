/** A text as Postgres takes it, without space around it; what is longer than `most` characters ends with "…". */
export const kept = (text: string, most: number): string => {
  const whole = text.toWellFormed().replaceAll('\0', '\ufffd').trim()
  if (whole.length <= most) return whole
  return `${whole
    .slice(0, most - 1)
    .toWellFormed()
    .replace(/\ufffd$/, '')}…`
}

/** Nothing but space is nothing. */
export const keptOrNull = (text: string | null, most: number): string | null => (text === null ? null : kept(text, most) || null)

/** The longest that is kept, in characters. */
export const LONGEST = { subject: 200, text: 50_000, field: 4_000, name: 200 } as const

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
export const isUuid = (text: string): boolean => uuid.test(text)

/** Addresses are compared without regard to case. */
export const addressOf = (email: string): string => kept(email, LONGEST.name).toLowerCase()

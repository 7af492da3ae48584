import { isIP } from 'node:net'
import { z } from 'zod'

const units: { readonly [unit: string]: number } = { b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 }

/** Bytes, as a number or written with a unit (`5 MB` = 5 × 1024 × 1024). */
export const size = z
  .union([z.int().positive(), z.string().regex(/^\d+(\.\d+)? ?(b|kb|mb|gb)$/i, { error: 'a size such as "5 MB"' })])
  .transform((value) => {
    if (typeof value === 'number') return value
    const [, number, unit] = /^([\d.]+) ?([a-z]+)$/i.exec(value) ?? []
    return Math.round(Number(number) * (units[String(unit).toLowerCase()] ?? 1))
  })

const minutes = (clock: string): number => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3))

/** One stretch of a day, `09:00-17:30`; what comes out counts minutes from midnight on the clock of `timezone`. */
export const hours = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$/, { error: 'a stretch of the day such as "09:00-17:30"', abort: true })
  .refine((value) => minutes(value.slice(0, 5)) < minutes(value.slice(6)), {
    error: 'a stretch that opens before it closes (write one that passes midnight as two)',
  })
  .transform((value) => ({ opens: minutes(value.slice(0, 5)), closes: minutes(value.slice(6)) }))

/** A name of the IANA list, such as `Europe/Vienna`. */
export const timezone = z.string().refine(isTimezone, { error: 'a time zone of the IANA list, such as Europe/Vienna or UTC' })

function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

/** An absolute http(s) address without user, password, query or fragment; what comes out has no slash at its end. */
export const publicAddress = z
  .string()
  .refine(isPlainAddress, { error: 'an address such as https://support.example.org, without user, query or fragment' })
  .transform((value) => value.replace(/\/+$/, ''))

function isPlainAddress(value: string): boolean {
  if (!URL.canParse(value)) return false
  const { protocol, username, password, search, hash } = new URL(value)
  return (protocol === 'http:' || protocol === 'https:') && !username && !password && !search && !hash
}

/** A word in URLs and tables: of an account, a team, a canned answer. */
export const slug = z.string().regex(/^[a-z0-9-]{1,40}$/, { error: '1 to 40 small letters, digits and dashes' })

/** A file name's ending without the dot, or a MIME type (`image/*` for a whole family). */
export const fileType = z.string().regex(/^([a-z0-9]{1,12}|[a-z]+\/([a-z0-9.+-]+|\*))$/, {
  error: 'an ending without the dot, such as exe, or a MIME type such as video/*',
})

const networks = ['loopback', 'linklocal', 'uniquelocal']
const isProxy = (value: string): boolean => {
  const [address = '', bits, ...more] = value.split('/')
  const version = isIP(address)
  if (bits === undefined || more.length > 0) return more.length === 0 && (version > 0 || networks.includes(value))
  return version > 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128)
}
/** Where a proxy calls from, as the package proxy-addr reads it. */
export const proxy = z
  .string()
  .refine(isProxy, { error: 'loopback, linklocal, uniquelocal, an address or a range of them such as 10.0.0.0/8' })

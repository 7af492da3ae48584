const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const MONTHS = 'January February March April May June July August September October November December'.split(' ')

const so = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'} ago`

/** A moment as somebody says it: "5 minutes ago", "3 days ago", "on 2 June 2026" (UTC) where it is longer than a month. Both are ISO 8601. */
export const ago = (at: string, now: string): string => {
  const ms = Date.parse(now) - Date.parse(at)
  if (ms < 2 * MINUTE) return 'just now'
  if (ms < HOUR) return so(Math.floor(ms / MINUTE), 'minute')
  if (ms < DAY) return so(Math.floor(ms / HOUR), 'hour')
  if (ms < 30 * DAY) return so(Math.floor(ms / DAY), 'day')
  const day = new Date(at)
  return `on ${day.getUTCDate()} ${MONTHS[day.getUTCMonth()]} ${day.getUTCFullYear()}`
}

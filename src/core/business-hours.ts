const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const
export type Day = (typeof DAYS)[number]
export const WEEKDAYS: readonly Day[] = DAYS

/** A week of opening times, minutes after midnight on the clock of `timezone`; holidays are days (`2027-01-01`) that are closed. */
export type Week = { readonly timezone: string; readonly holidays: readonly string[] } & {
  readonly [day in Day]: readonly { readonly opens: number; readonly closes: number }[]
}

const MINUTE = 60_000
const DAY = 86_400_000
/** Nobody waits for a day that is further away than this. */
const FURTHEST_DAYS = 3_660

const clocks = new Map<string, Intl.DateTimeFormat>()
const clockOf = (timezone: string): Intl.DateTimeFormat => {
  const known = clocks.get(timezone)
  if (known !== undefined) return known
  const made = new Intl.DateTimeFormat('en-CA', {
    timeZone: timezone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  })
  clocks.set(timezone, made)
  return made
}

/** What the clock on the wall shows, as if it were UTC. */
const wall = (timezone: string, at: number): number => {
  const part = Object.fromEntries(
    clockOf(timezone)
      .formatToParts(new Date(at))
      .map(({ type, value }) => [type, Number(value)]),
  )
  return Date.UTC(part.year!, part.month! - 1, part.day!, part.hour!, part.minute!, part.second!)
}

/** The instant at which the clock on the wall shows this; of an hour that is skipped, the instant it would have been, of one that comes twice, the first. */
const instant = (timezone: string, shown: number): number => {
  const before = shown - (wall(timezone, shown - DAY) - (shown - DAY))
  if (wall(timezone, before) === shown) return before
  const after = shown - (wall(timezone, shown + DAY) - (shown + DAY))
  return wall(timezone, after) === shown ? after : before
}

/** The open stretches of one day on the wall, as instants. */
const stretchesOf = (week: Week, midnight: number): readonly (readonly [opens: number, closes: number])[] => {
  const date = new Date(midnight)
  if (week.holidays.includes(date.toISOString().slice(0, 10))) return []
  return week[DAYS[(date.getUTCDay() + 6) % 7]!]
    .toSorted((one, other) => one.opens - other.opens)
    .map(({ opens, closes }) => [instant(week.timezone, midnight + opens * MINUTE), instant(week.timezone, midnight + closes * MINUTE)])
}

const midnightOf = (timezone: string, at: number): number => Math.floor(wall(timezone, at) / DAY) * DAY

/** Is it open at this moment? No week: always. Summer time and holidays count. */
export const isOpenAt = (week: Week | undefined, at: string): boolean => {
  if (week === undefined) return true
  const now = Date.parse(at)
  return stretchesOf(week, midnightOf(week.timezone, now)).some(([opens, closes]) => opens <= now && now < closes)
}

/** How long a working day is: the open minutes of a week, shared among its open days. No week: every day is one, and is whole. */
export const workingDayMinutes = (week: Week | undefined): number => {
  if (week === undefined) return DAY / MINUTE
  const days = DAYS.map((day) => week[day].reduce((sum, { opens, closes }) => sum + closes - opens, 0)).filter((minutes) => minutes > 0)
  return days.length === 0 ? DAY / MINUTE : Math.round(days.reduce((sum, minutes) => sum + minutes, 0) / days.length)
}

/** The moment at which so many open minutes have passed since `from`; null where it would not be within ten years. */
export const afterOpenMinutes = (week: Week | undefined, from: string, minutes: number): string | null => {
  const start = Date.parse(from)
  let left = minutes * MINUTE
  if (week === undefined) return new Date(start + left).toISOString()
  let day = midnightOf(week.timezone, start)
  for (let days = 0; days < FURTHEST_DAYS; days += 1, day += DAY)
    for (const [opens, closes] of stretchesOf(week, day)) {
      const begins = Math.max(opens, start)
      if (closes <= begins) continue
      if (begins + left <= closes) return new Date(begins + left).toISOString()
      left -= closes - begins
    }
  return null
}

/** How many whole open minutes lie between two moments; 0 where `to` is not after `from`. Counts ten years at most. */
export const openMinutesBetween = (week: Week | undefined, from: string, to: string): number => {
  const start = Date.parse(from)
  const end = Date.parse(to)
  if (end <= start) return 0
  if (week === undefined) return Math.floor((end - start) / MINUTE)
  let open = 0
  let day = midnightOf(week.timezone, start)
  for (let days = 0; days < FURTHEST_DAYS && day <= end + DAY; days += 1, day += DAY)
    for (const [opens, closes] of stretchesOf(week, day)) open += Math.max(0, Math.min(closes, end) - Math.max(opens, start))
  return Math.floor(open / MINUTE)
}

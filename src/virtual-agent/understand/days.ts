/** A day that was named, as `2026-06-01`. `or`: the same words may as well mean this one ("03/04/2026", "next Friday" on a Tuesday). */
export type NamedDay = { readonly day: string; readonly or?: string }

const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const COUNTS: { readonly [word: string]: number } = {
  a: 1,
  an: 1,
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
  twelve: 12,
}
const DAY = 86_400_000
/** A day without a year that has passed no longer ago than this may be meant as well as the next one. */
const JUST_PASSED = 60 * DAY

const isoOf = (time: number): string => new Date(time).toISOString().slice(0, 10)
/** Null where there is no such day. */
const dateOf = (year: number, month: number, day: number): number | null => {
  const time = Date.UTC(year, month - 1, day)
  const date = new Date(time)
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? time : null
}
const only = (time: number | null): NamedDay | null => (time === null ? null : { day: isoOf(time) })
const either = (one: number | null, other: number | null): NamedDay | null =>
  one === null || other === null || one === other ? only(one ?? other) : { day: isoOf(one), or: isoOf(other) }
const countOf = (word: string): number => COUNTS[word] ?? Number(word)
const yearOf = (digits: string): number => (digits.length === 2 ? 2000 + Number(digits) : Number(digits))

/** Months further, the last day of a shorter one where there is none of this number. */
const monthsOn = (time: number, months: number): number => {
  const date = new Date(time)
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months + 1, 0)).getUTCDate()
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, Math.min(date.getUTCDate(), last))
}
const later = (time: number, count: number, unit: string): number =>
  unit === 'month' ? monthsOn(time, count) : time + count * (unit === 'week' ? 7 : unit === 'fortnight' ? 14 : 1) * DAY

/** A day without its year: the last one where it is told as past, else the next one; where it has only just passed, perhaps that. */
const yearless = (month: number, day: number, today: number, isPast: boolean): NamedDay | null => {
  const year = new Date(today).getUTCFullYear()
  // Leap days come every four years, once in eight.
  const near = Array.from({ length: 17 }, (_, at) => dateOf(year + at - 8, month, day)).filter((time) => time !== null)
  const before = near.findLast((time) => time <= today) ?? null
  const after = near.find((time) => time >= today) ?? null
  if (isPast) return only(before)
  return before !== null && today - before <= JUST_PASSED ? either(before, after) : only(after)
}

const PAST = /\b(?:since|last)\s+(?:the\s+)?$/
/** Digits alone are a day only where they stand as one: behind such a word, or with nothing else around. */
const AS_DAY =
  /(?:^|\b(?:on|by|until|till|before|after|since|from|starts?|starting|begins?|is|be|for|at|to|the|day|date|due)\s+(?:the\s+)?)$/

type Around = { readonly today: number; readonly before: string; readonly after: string }
type Reader = readonly [pattern: RegExp, read: (match: RegExpExecArray, around: Around) => NamedDay | null]

const MONTH = '(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\\.?'
const COUNT = `(\\d{1,3}|${Object.keys(COUNTS).join('|')})`
const UNIT = '(day|week|month|fortnight)s?'
const WEEKDAY = '(sun(?:day)?|mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:r(?:s(?:day)?)?)?|fri(?:day)?|sat(?:urday)?)(?![a-z])'
/** "Tue 12 May" is one day, not two. */
const NAMED = '(?:(?:sun|mon|tue|wed|thu|fri|sat)[a-z]*\\.?,?\\s+(?:the\\s+)?)?'
const MAY_BE_VERB = /\b(?:i|you|we|it|he|she|they|this|that|which|who|there)\s+$/
const monthOf = (word: string): number => MONTHS.indexOf(word) + 1
const standsAlone = ({ before, after }: Around): boolean =>
  AS_DAY.test(before) && !/^\s*\p{L}/u.test(after.replace(/^\s*(?:please|if|and|or|,)\b/, ''))

const numeric = (first: string, second: string, year: string | undefined, { today, before }: Around): NamedDay | null => {
  const [a, b] = [Number(first), Number(second)]
  if (year !== undefined) return either(dateOf(yearOf(year), b, a), dateOf(yearOf(year), a, b))
  const isPast = PAST.test(before)
  const dayFirst = yearless(b, a, today, isPast)
  const monthFirst = yearless(a, b, today, isPast)
  if (dayFirst === null || monthFirst === null || a === b) return dayFirst ?? monthFirst
  return { day: dayFirst.or ?? dayFirst.day, or: monthFirst.or ?? monthFirst.day }
}

/** The first that fits takes its words away from the rest. */
const READERS: readonly Reader[] = [
  [/\b(20\d\d)-(\d{1,2})-(\d{1,2})\b/g, ([, y, m, d]) => only(dateOf(Number(y), Number(m), Number(d)))],
  [
    new RegExp(`\\b${NAMED}(\\d{1,2})(?:st|nd|rd|th|\\.)?\\s*(?:of\\s+)?${MONTH}(?:,?\\s+(20\\d\\d))?\\b`, 'g'),
    ([, d, m, y], { today, before }) =>
      y === undefined ? yearless(monthOf(m!), Number(d), today, PAST.test(before)) : only(dateOf(Number(y), monthOf(m!), Number(d))),
  ],
  [
    new RegExp(`\\b${NAMED}${MONTH}\\s+(?:the\\s+)?(\\d{1,2})(?:st|nd|rd|th)?(?!\\d)(?:,?\\s+(20\\d\\d))?\\b`, 'g'),
    ([, m, d, y], { today, before }) =>
      m === 'may' && MAY_BE_VERB.test(before)
        ? null
        : y === undefined
          ? yearless(monthOf(m!), Number(d), today, PAST.test(before))
          : only(dateOf(Number(y), monthOf(m!), Number(d))),
  ],
  // With full stops the day comes first, wherever it is written so.
  [
    new RegExp(`${NAMED}(?<![\\d.])(\\d{1,2})\\.\\s?(\\d{1,2})\\.\\s?(20\\d\\d)(?!\\d)`, 'g'),
    ([, d, m, y]) => only(dateOf(Number(y), Number(m), Number(d))),
  ],
  [
    /(?<![\d.])(\d{1,2})\.\s?(\d{1,2})\.(?:\s?(\d\d))?(?![\d.])/g,
    ([, d, m, y], around) => {
      if (!standsAlone(around)) return null
      return y === undefined
        ? yearless(Number(m), Number(d), around.today, PAST.test(around.before))
        : only(dateOf(yearOf(y), Number(m), Number(d)))
    },
  ],
  [/(?<![\d/-])(\d{1,2})[/-](\d{1,2})[/-](20\d\d)(?![\d/-])/g, ([, a, b, y], around) => numeric(a!, b!, y, around)],
  [
    /(?<![\d/-])(\d{1,2})\/(\d{1,2})(?:\/(\d\d))?(?![\d/-])/g,
    ([, a, b, y], around) => (standsAlone(around) ? numeric(a!, b!, y, around) : null),
  ],
  [/\bday before yesterday\b/g, (_, { today }) => only(today - 2 * DAY)],
  [/\byesterday\b/g, (_, { today }) => only(today - DAY)],
  [/\bday after tomorrow\b/g, (_, { today }) => only(today + 2 * DAY)],
  [
    new RegExp(`\\b(?:(since|last|next|this|coming)\\s+)?${WEEKDAY}(\\s+(?:in a |next )?week)?`, 'g'),
    ([, lead, word, week], around) => {
      const { today } = around
      // "Sat" and "sun" in the middle of a sentence may be anything.
      if (lead === undefined && word!.length <= 3 && !standsAlone(around)) return null
      const now = new Date(today).getUTCDay()
      const ahead = (WEEKDAYS.findIndex((name) => name.startsWith(word!.slice(0, 3))) - now + 7) % 7
      if (lead === 'since' || lead === 'last') return only(today + (ahead === 0 ? -7 : ahead - 7) * DAY)
      if (week !== undefined) return only(today + (ahead + 7) * DAY)
      if (lead !== 'next') return only(today + ahead * DAY)
      if (ahead === 0) return only(today + 7 * DAY)
      // Weeks begin on Monday: where the day is still to come in this one, "next" is said of both.
      const left = (7 - now) % 7
      return ahead <= left ? either(today + ahead * DAY, today + (ahead + 7) * DAY) : only(today + ahead * DAY)
    },
  ],
  [
    new RegExp(`\\b${COUNT}\\s+${UNIT}\\s+(?:from|after)\\s+(tomorrow|today|now)\\b`, 'g'),
    ([, count, unit, from], { today }) => only(later(today + (from === 'tomorrow' ? DAY : 0), countOf(count!), unit!)),
  ],
  [/\b(?:tomorrow|tmrw|tomorow|tommorow|tommorrow)\b/g, (_, { today }) => only(today + DAY)],
  [/\b(?:today|this (?:morning|afternoon|evening)|tonight)\b/g, (_, { today }) => only(today)],
  [new RegExp(`\\b${COUNT}\\s+${UNIT}\\s+ago\\b`, 'g'), ([, count, unit], { today }) => only(later(today, -countOf(count!), unit!))],
  [
    new RegExp(`\\b(?:in|within)\\s+(?:about\\s+)?(?:the\\s+next\\s+)?${COUNT}\\s+${UNIT}(?!\\s+ago)\\b`, 'g'),
    ([, count, unit], { today }) => only(later(today, countOf(count!), unit!)),
  ],
  [
    /\b(?:end|last day) of (this|the|next) (week|month|year)\b/g,
    ([, which, unit], { today }) => {
      const date = new Date(today)
      const next = which === 'next' ? 1 : 0
      if (unit === 'year') return only(Date.UTC(date.getUTCFullYear() + next, 11, 31))
      if (unit === 'month') return only(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + next + 1, 0))
      return only(today + (((5 - date.getUTCDay() + 7) % 7) + 7 * next) * DAY)
    },
  ],
  [/\bnext week\b/g, (_, { today }) => only(today + ((8 - new Date(today).getUTCDay()) % 7 || 7) * DAY)],
  [
    /\bthe (\d{1,2})(?:st|nd|rd|th)? of (this|the|next) month\b/g,
    ([, d, which], { today }) => {
      const date = new Date(monthsOn(Date.parse(`${isoOf(today).slice(0, 7)}-01`), which === 'next' ? 1 : 0))
      return only(dateOf(date.getUTCFullYear(), date.getUTCMonth() + 1, Number(d)))
    },
  ],
  [/\bnext month\b/g, (_, { today }) => only(monthsOn(Date.parse(`${isoOf(today).slice(0, 7)}-01`), 1))],
  [
    /\b(?:on |by |until |till |from |before )?the (\d{1,2})(?:st|nd|rd|th)\b/g,
    ([, d], { today }) => {
      const months = [0, 1, 2].map((on) => new Date(monthsOn(Date.parse(`${isoOf(today).slice(0, 7)}-01`), on)))
      return only(
        months
          .map((date) => dateOf(date.getUTCFullYear(), date.getUTCMonth() + 1, Number(d)))
          .find((time) => time !== null && time >= today) ?? null,
      )
    },
  ],
]

/**
 * The days that a text names, in the order in which they stand there, each once. `today` is the day of the clock that counts. A day without a year is the next one,
 * a weekday the nearest to come ("since" and "last": the one that was). Digits with slashes may be read both ways.
 */
export const namedDays = (text: string, today: string): readonly NamedDay[] => {
  const plain = text.toLowerCase()
  const now = Date.parse(`${today.slice(0, 10)}T00:00:00Z`)
  const found: { readonly from: number; readonly to: number; readonly named: NamedDay }[] = []
  for (const [pattern, read] of READERS) {
    for (const match of plain.matchAll(pattern)) {
      const [from, to] = [match.index, match.index + match[0].length]
      if (found.some((other) => from < other.to && other.from < to)) continue
      const named = read(match, { today: now, before: plain.slice(0, from), after: plain.slice(to) })
      if (named !== null) found.push({ from, to, named })
    }
  }
  const days = found.toSorted((one, other) => one.from - other.from).map(({ named }) => named)
  return days.filter(({ day }, at) => days.findIndex((other) => other.day === day) === at)
}

/** The days that are named without doubt. */
export const daysOf = (text: string, today: string): readonly string[] =>
  namedDays(text, today).flatMap(({ day, or }) => (or === undefined ? [day] : []))

const today = new Map<string, Intl.DateTimeFormat>()
/** Which day it is on the clock of a time zone. */
export const dayIn = (timezone: string, now: string): string => {
  let format = today.get(timezone)
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-CA', { timeZone: timezone, year: 'numeric', month: '2-digit', day: '2-digit' })
    today.set(timezone, format)
  }
  return format.format(new Date(now))
}

/** A day as nobody can misread it: "Tue 12 May 2026". */
export const dayInWords = (day: string): string => {
  const date = new Date(`${day}T00:00:00Z`)
  const part = (options: Intl.DateTimeFormatOptions) => date.toLocaleDateString('en-GB', { ...options, timeZone: 'UTC' })
  return `${part({ weekday: 'short' })} ${part({ day: 'numeric', month: 'long', year: 'numeric' })}`
}

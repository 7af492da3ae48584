import { type Day, isOpenAt, WEEKDAYS, type Week } from '../core/business-hours.ts'
import type { Hours } from './dialogues/step.ts'

const clock = (minutes: number): string => `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`
const titled = (day: string): string => `${day[0]!.toUpperCase()}${day.slice(1)}`

/** A week in words: days that are alike together, closed days left out. */
const wordsFor = (week: Week): string => {
  const runs: { first: Day; last: Day; times: string }[] = []
  let before = ''
  for (const day of WEEKDAYS) {
    const times = week[day].map(({ opens, closes }) => `${clock(opens)} to ${clock(closes)}`).join(' and ')
    const run = runs.at(-1)
    if (times !== '' && times === before && run !== undefined) run.last = day
    else if (times !== '') runs.push({ first: day, last: day, times })
    before = times
  }
  const said = runs.map(({ first, last, times }) => `${titled(first)}${first === last ? '' : ` to ${titled(last)}`}, ${times}`)
  return said.length === 0 ? 'by appointment only' : `${said.join('; ')} (${week.timezone})`
}

/** The hours as the virtual agent says and checks them; no week: always open. Summer time and holidays count. */
export const hoursOf = (week: Week | undefined): Hours => {
  if (week === undefined) return { words: 'day and night, every day', open: () => true }
  return { words: wordsFor(week), open: (now) => isOpenAt(week, now), timezone: week.timezone }
}

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { afterOpenMinutes, isOpenAt, openMinutesBetween, type Week, workingDayMinutes } from '../../src/core/business-hours.ts'

const office = [{ opens: 480, closes: 1_020 }]
const closed = { monday: [], tuesday: [], wednesday: [], thursday: [], friday: [], saturday: [], sunday: [] }
const vienna: Week = {
  timezone: 'Europe/Vienna',
  holidays: ['2026-12-25', '2027-01-01'],
  ...closed,
  monday: office,
  tuesday: office,
  wednesday: office,
  thursday: office,
  friday: [
    { opens: 780, closes: 900 },
    { opens: 480, closes: 720 },
  ],
}
const night = [{ opens: 0, closes: 1_440 }]
const always = { monday: night, tuesday: night, wednesday: night, thursday: night, friday: night, saturday: night, sunday: night }
const all: Week = { timezone: 'Europe/Vienna', holidays: [], ...always }
const never: Week = { timezone: 'UTC', holidays: [], ...closed }

test('a working day is as long as the open ones are on average', () => {
  expect(workingDayMinutes(vienna)).toBe(504)
  expect(workingDayMinutes(undefined)).toBe(1_440)
  expect(workingDayMinutes(never)).toBe(1_440)
})

describe('open minutes', () => {
  test.each<[string, Week | undefined, string, number, string | null]>([
    ['without hours every minute counts', undefined, '2026-11-21T23:30:00.000Z', 60, '2026-11-22T00:30:00.000Z'],
    ['within a day', vienna, '2026-11-23T08:00:00.000Z', 60, '2026-11-23T09:00:00.000Z'],
    ['before opening they start with it', vienna, '2026-11-23T03:00:00.000Z', 60, '2026-11-23T08:00:00.000Z'],
    ['over the evening', vienna, '2026-11-23T15:30:00.000Z', 60, '2026-11-24T07:30:00.000Z'],
    ['to the last minute of the day', vienna, '2026-11-23T15:00:00.000Z', 60, '2026-11-23T16:00:00.000Z'],
    ['over a break that is written second', vienna, '2026-11-27T10:30:00.000Z', 60, '2026-11-27T12:30:00.000Z'],
    ['over a weekend', vienna, '2026-11-27T13:30:00.000Z', 60, '2026-11-30T07:30:00.000Z'],
    ['over a holiday', vienna, '2026-12-24T15:30:00.000Z', 60, '2026-12-28T07:30:00.000Z'],
    ['three days of nine hours', vienna, '2026-11-23T07:00:00.000Z', 1_620, '2026-11-25T16:00:00.000Z'],
    [
      'after the clock was put back the day starts an hour later in UTC',
      vienna,
      '2026-10-23T12:30:00.000Z',
      60,
      '2026-10-26T07:30:00.000Z',
    ],
    ['after it was put forward, an hour earlier', vienna, '2027-03-26T13:30:00.000Z', 60, '2027-03-29T06:30:00.000Z'],
    ['the day of 25 hours has 25', all, '2026-10-24T22:00:00.000Z', 1_500, '2026-10-25T23:00:00.000Z'],
    ['the day of 23 hours has 23', all, '2027-03-27T23:00:00.000Z', 1_380, '2027-03-28T22:00:00.000Z'],
    ['none at all', vienna, '2026-11-23T08:00:00.000Z', 0, '2026-11-23T08:00:00.000Z'],
    ['where it is never open', never, '2026-11-23T08:00:00.000Z', 1, null],
  ])('%s', (_, week, from, minutes, at) => {
    expect(afterOpenMinutes(week, from, minutes)).toBe(at)
    if (at !== null) expect(openMinutesBetween(week, from, at)).toBe(minutes)
  })

  test('between two moments are none where the second is not later, and none while it is closed', () => {
    expect(openMinutesBetween(vienna, '2026-11-23T09:00:00Z', '2026-11-23T08:00:00Z')).toBe(0)
    expect(openMinutesBetween(vienna, '2026-11-28T00:00:00Z', '2026-11-29T23:00:00Z')).toBe(0)
    expect(openMinutesBetween(never, '2026-11-23T09:00:00Z', '2027-11-23T08:00:00Z')).toBe(0)
  })

  test('counted forward and back are the same, in any zone, at any time', () => {
    const zones = ['Europe/Vienna', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'Pacific/Apia', 'UTC']
    const minute = fc.integer({ min: Date.UTC(2026, 0, 1) / 60_000, max: Date.UTC(2028, 0, 1) / 60_000 })
    fc.assert(
      fc.property(fc.constantFrom(...zones), minute, fc.integer({ min: 1, max: 5_000 }), (timezone, from, minutes) => {
        const week = { ...vienna, timezone }
        const start = new Date(from * 60_000).toISOString()
        const end = afterOpenMinutes(week, start, minutes)!
        expect(openMinutesBetween(week, start, end)).toBe(minutes)
        expect(isOpenAt(week, new Date(Date.parse(end) - 1).toISOString())).toBe(true)
      }),
      { numRuns: 200 },
    )
  })
})

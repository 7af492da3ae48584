import { describe, expect, test } from 'vitest'
import { dayIn, dayInWords, namedDays } from '../../src/virtual-agent/understand/days.ts'

/** A Wednesday. */
const today = '2026-06-03'
const read = (text: string): readonly string[] => namedDays(text, today).map(({ day, or }) => (or === undefined ? day : `${day} or ${or}`))

describe('days in words', () => {
  test.each([
    ['since yesterday', ['2026-06-02']],
    ['the day before yesterday', ['2026-06-01']],
    ['tomorrow', ['2026-06-04']],
    ['the day after tomorrow', ['2026-06-05']],
    ['since monday', ['2026-06-01']],
    ['since wednesday', ['2026-05-27']],
    ['by friday', ['2026-06-05']],
    ['on fri please', ['2026-06-05']],
    ['friday week', ['2026-06-12']],
    ['next wednesday', ['2026-06-10']],
    ['next Monday', ['2026-06-08']],
    ['three days ago', ['2026-05-31']],
    ['in 2 weeks', ['2026-06-17']],
    ['in two weeks', ['2026-06-17']],
    ['a month from now', ['2026-07-03']],
    ['end of the month', ['2026-06-30']],
    ['end of next week', ['2026-06-12']],
    ['the 12th', ['2026-06-12']],
    ['the 2nd of next month', ['2026-07-02']],
    ['from 10 June to 12 June', ['2026-06-10', '2026-06-12']],
  ])('"%s" names %j', (text, days) => expect(read(text)).toEqual(days))
})

describe('days in digits', () => {
  test.each([
    ['2026-02-30 or 2026-02-28', ['2026-02-28']],
    ['12.5.2027', ['2027-05-12']],
    ['13/05/2027', ['2027-05-13']],
    ['05/13/27', ['2027-05-13']],
    ['7.8.', ['2026-08-07']],
    ['5 Dec', ['2026-12-05']],
    ['12th of July', ['2026-07-12']],
    ['May 12th, 2027', ['2027-05-12']],
    ['Wed 12 May 2027', ['2027-05-12']],
    ['since 5 Jan', ['2026-01-05']],
    ['5 Jan', ['2027-01-05']],
    ['29 Feb', ['2028-02-29']],
    ['31 June', []],
  ])('"%s" names %j', (text, days) => expect(read(text)).toEqual(days))
})

describe('what may be read in two ways names both', () => {
  test.each([
    ['12/05/2026', '2026-05-12 or 2026-12-05'],
    ['03-04-2027', '2027-04-03 or 2027-03-04'],
    ['on 12/10', '2026-10-12 or 2026-12-10'],
    ['next Friday', '2026-06-05 or 2026-06-12'],
    ['12.05.', '2026-05-12 or 2027-05-12'],
  ])('%s: %s', (text, both) => expect(read(text)).toEqual([both]))
})

describe('no day is named', () => {
  test.each(['it may fail', 'I may 2 times', '24/7 support', 'the sun is down', 'host 10.4.2.1', 'about 1/2 of us', 'version 2.3. is out'])(
    'in "%s"',
    (text) => expect(read(text)).toEqual([]),
  )
})

test('a day is said so that nobody misreads it', () => expect(dayInWords('2026-05-12')).toBe('Tue 12 May 2026'))

test("today is the day of the desk's clock", () => {
  expect(dayIn('UTC', '2026-06-03T23:30:00Z')).toBe('2026-06-03')
  expect(dayIn('Europe/Vienna', '2026-06-03T23:30:00Z')).toBe('2026-06-04')
  expect(dayIn('America/New_York', '2026-06-04T03:30:00Z')).toBe('2026-06-03')
})

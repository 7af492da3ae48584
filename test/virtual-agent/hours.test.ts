import { describe, expect, test } from 'vitest'
import type { Week } from '../../src/core/business-hours.ts'
import { hoursOf } from '../../src/virtual-agent/hours.ts'

const day = [{ opens: 480, closes: 1080 }]
const week: Week = {
  timezone: 'Europe/Vienna',
  holidays: ['2026-12-25'],
  monday: day,
  tuesday: day,
  wednesday: day,
  thursday: day,
  friday: [
    { opens: 480, closes: 720 },
    { opens: 780, closes: 900 },
  ],
  saturday: [],
  sunday: [],
}

describe('opening hours', () => {
  test('are said with days that are alike together', () => {
    expect(hoursOf(week).words).toBe('Monday to Thursday, 08:00 to 18:00; Friday, 08:00 to 12:00 and 13:00 to 15:00 (Europe/Vienna)')
    expect(hoursOf(undefined).words).toBe('day and night, every day')
    expect(hoursOf({ ...week, monday: [], tuesday: [], wednesday: [], thursday: [], friday: [] }).words).toBe('by appointment only')
  })

  test.each([
    ['2026-06-01T05:59:00Z', false],
    ['2026-06-01T06:00:00Z', true],
    ['2026-06-01T15:59:00Z', true],
    ['2026-06-01T16:00:00Z', false],
    ['2026-11-30T06:30:00Z', false],
    ['2026-11-30T07:00:00Z', true],
    ['2026-06-05T10:30:00Z', false],
    ['2026-06-06T10:00:00Z', false],
    ['2026-12-25T10:00:00Z', false],
  ])('follow summer time and holidays: %s is %s', (now, open) => expect(hoursOf(week).open?.(now)).toBe(open))
})

import { describe, expect, test } from 'vitest'
import type { Week } from '../../src/core/business-hours.ts'
import type { RequestPriority, RequestStatus } from '../../src/core/service-desk.ts'
import { type Clock, dueBy, moveClock, startClock, type Targets } from '../../src/service-desk/sla.ts'

const targets: Targets = {
  critical: { respondMinutes: 15, resolveMinutes: 240 },
  high: { respondMinutes: 60, resolveMinutes: 480 },
  medium: { respondMinutes: 240, resolveMinutes: 1_440 },
  low: { respondMinutes: 480, resolveMinutes: 2_400 },
}
const day = [{ opens: 540, closes: 1_020 }]
const office: Week = {
  ...{ timezone: 'America/New_York', holidays: ['2026-11-26'], saturday: [], sunday: [] },
  ...{ monday: day, tuesday: day, wednesday: day, thursday: day, friday: day },
}

describe('targets', () => {
  test.each<[RequestPriority, string, string, string]>([
    ['critical', '2026-11-23T15:00:00.000Z', '2026-11-23T15:15:00.000Z', '2026-11-23T19:00:00.000Z'],
    ['critical', '2026-11-23T21:50:00.000Z', '2026-11-24T14:05:00.000Z', '2026-11-24T17:50:00.000Z'],
    ['high', '2026-11-23T15:00:00.000Z', '2026-11-23T16:00:00.000Z', '2026-11-24T15:00:00.000Z'],
    ['medium', '2026-11-25T15:00:00.000Z', '2026-11-25T19:00:00.000Z', '2026-12-01T15:00:00.000Z'],
    ['low', '2026-11-21T15:00:00.000Z', '2026-11-23T22:00:00.000Z', '2026-11-30T22:00:00.000Z'],
  ])('of %s priority from %s: answered by %s, solved by %s', (priority, from, respondBy, resolveBy) => {
    expect(dueBy(startClock('open', from), priority, targets, office)).toEqual({ respondBy, resolveBy })
  })

  test('there are none before the approval', () => {
    expect(dueBy(startClock('approval', '2026-11-23T15:00:00.000Z'), 'high', targets, office)).toEqual({ respondBy: null, resolveBy: null })
  })
})

describe('the clock of the targets', () => {
  const at = '2026-11-24T15:00:00.000Z'
  const running: Clock = { from: '2026-11-23T15:00:00.000Z', waitedMinutes: 0, waitingSince: null }
  const waiting: Clock = { ...running, waitedMinutes: 30, waitingSince: '2026-11-24T14:00:00.000Z' }
  const none: Clock = { from: null, waitedMinutes: 0, waitingSince: null }

  test.each<[RequestStatus, RequestStatus, Clock, Clock]>([
    ['approval', 'open', none, { ...none, from: at }],
    ['approval', 'cancelled', none, none],
    ['approval', 'rejected', none, none],
    ['open', 'in-progress', running, running],
    ['open', 'waiting', running, { ...running, waitingSince: at }],
    ['waiting', 'in-progress', waiting, { ...running, waitedMinutes: 90 }],
    ['waiting', 'resolved', waiting, { ...running, waitedMinutes: 90 }],
    ['waiting', 'waiting', waiting, waiting],
    ['in-progress', 'resolved', running, running],
    ['resolved', 'closed', running, running],
    ['resolved', 'open', { ...running, waitedMinutes: 90 }, { ...none, from: at }],
    ['resolved', 'in-progress', running, { ...none, from: at }],
  ])('from %s to %s', (from, to, before, after) => expect(moveClock(before, from, to, at, office)).toEqual(after))

  test('rests over business hours alone while the request waits for its requester', () => {
    const since: Clock = { ...running, waitingSince: '2026-11-24T21:00:00.000Z' }
    const after = moveClock(since, 'waiting', 'open', '2026-11-25T15:00:00.000Z', office)
    expect(after.waitedMinutes).toBe(120)
    expect(dueBy(after, 'high', targets, office).resolveBy).toBe('2026-11-24T17:00:00.000Z')
    expect(dueBy(after, 'high', targets, office).respondBy).toBe('2026-11-23T16:00:00.000Z')
  })
})

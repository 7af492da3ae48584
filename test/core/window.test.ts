import { describe, expect, test } from 'vitest'
import type { Capabilities } from '../../src/channel/index.ts'
import { describeWindow, windowFor, windowHint, windowOfWhy } from '../../src/core/window.ts'

const heard = '2026-03-01T12:00:00.000Z'
const hoursLater = (hours: number) => new Date(Date.parse(heard) + hours * 3_600_000).toISOString()
const day: Capabilities['replyWindow'] = [{ hours: 24, for: 'anyone' }]
const week: Capabilities['replyWindow'] = [...day, { hours: 168, for: 'technician', tag: 'HUMAN_AGENT' }]

test.each([
  ['always open without windows', null, null, 'virtual-agent', hoursLater(9999), { open: true }],
  ['open within the day', day, heard, 'virtual-agent', hoursLater(23.9), { open: true, until: hoursLater(24) }],
  ['closed at the very end', day, heard, 'technician', hoursLater(24), { open: false }],
  [
    'open with a tag for a technician',
    week,
    heard,
    'technician',
    hoursLater(25),
    { open: true, tag: 'HUMAN_AGENT', until: hoursLater(168) },
  ],
  ['closed for the virtual agent then', week, heard, 'virtual-agent', hoursLater(25), { open: false }],
  ['closed for the system then', week, heard, 'system', hoursLater(25), { open: false }],
  ['without the tag while the first holds', week, heard, 'technician', hoursLater(1), { open: true, until: hoursLater(24) }],
  ['closed for all after the week', week, heard, 'technician', hoursLater(168), { open: false }],
  ['closed where the person never wrote', week, null, 'technician', heard, { open: false }],
  ['open where their clock is ahead of ours', day, hoursLater(1), 'virtual-agent', heard, { open: true, until: hoursLater(25) }],
  ['closed where no window is named', [], heard, 'technician', heard, { open: false }],
  ['closed where the date is none', day, 'yesterday', 'technician', heard, { open: false }],
  ['right across time zones', day, '2026-03-01T14:00:00+02:00', 'technician', hoursLater(1), { open: true, until: hoursLater(24) }],
] as const)('is %s', (_, windows, lastHeardAt, author, now, expected) => {
  expect(windowFor(windows, lastHeardAt, author, now)).toEqual(expected)
})

test('is told to the adapter in its words', () => {
  expect(windowOfWhy({ open: true })).toBe('open')
  expect(windowOfWhy({ open: true, tag: 'HUMAN_AGENT', until: heard })).toEqual({ tag: 'HUMAN_AGENT' })
  expect(windowOfWhy({ open: false })).toBe('closed')
})

describe('the composer', () => {
  const clock = (iso: string) => iso.slice(0, 16).replace('T', ' ')
  test.each([
    ['says nothing where one may always write', null, true, hoursLater(1), ''],
    ['says how long', day, true, hoursLater(1), 'Can be written to until 2026-03-02 12:00; after that only with a template.'],
    [
      'says how long a technician may',
      week,
      false,
      hoursLater(1),
      'Can be written to until 2026-03-08 12:00; after that not before they write again.',
    ],
    ['says since when not', day, true, hoursLater(30), 'Closed since 2026-03-02 12:00: only a template can be sent.'],
    [
      'says that nothing can be sent',
      week,
      false,
      hoursLater(200),
      'Closed since 2026-03-08 12:00: nothing can be sent before they write.',
    ],
  ] as const)('%s', (_, replyWindow, template, now, sentence) => {
    expect(describeWindow(windowHint({ replyWindow, template }, heard, now), clock)).toBe(sentence)
  })

  test('says that they have not written yet', () => {
    expect(describeWindow(windowHint({ replyWindow: day, template: true }, null, heard), clock)).toBe(
      'They have not written yet: only a template can be sent.',
    )
  })

  test('knows until when the virtual agent may write', () => {
    expect(windowHint({ replyWindow: week, template: false }, heard, hoursLater(30))).toEqual({
      state: 'open',
      until: hoursLater(168),
      botUntil: hoursLater(24),
      afterwards: 'nothing',
    })
  })
})

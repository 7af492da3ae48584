import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Choice } from '../../src/channel/index.ts'
import { choose } from '../../src/core/choose.ts'

const labelled = (...labels: string[]): readonly Choice[] => labels.map((label) => ({ value: `value:${label}`, label }))
const menu = labelled('Create Request', 'Open Requests', 'Pending Approvals', 'Reset Password', 'Talk to a technician')

test.each([
  ['2', 'Open Requests'],
  [' 2. ', 'Open Requests'],
  ['2)', 'Open Requests'],
  ['(2)', 'Open Requests'],
  ['#2', 'Open Requests'],
  ['2!', 'Open Requests'],
  ['02', 'Open Requests'],
  ['2️⃣', 'Open Requests'],
  ['２', 'Open Requests'],
  ['٢', 'Open Requests'],
  ['๒', 'Open Requests'],
  ['no. 2', 'Open Requests'],
  ['Number 2 please', 'Open Requests'],
  ['option two', 'Open Requests'],
  ['Two', 'Open Requests'],
  ['2nd', 'Open Requests'],
  ['second', 'Open Requests'],
  ['The second one', 'Open Requests'],
  ['the second option, please', 'Open Requests'],
  ['one', 'Create Request'],
  ['first', 'Create Request'],
  ['the last one', 'Talk to a technician'],
  ['5', 'Talk to a technician'],
  ['create request', 'Create Request'],
  ['CREATE  REQUEST!!', 'Create Request'],
  ['🎫 Create request 🙏', 'Create Request'],
  ['Créate Requëst', 'Create Request'],
  ['create request please', 'Create Request'],
  ['please reset password', 'Reset Password'],
  ['2. Open Requests', 'Open Requests'],
  ['2. Open Requ…', 'Open Requests'],
  ['pend', 'Pending Approvals'],
  ['talk to', 'Talk to a technician'],
  ['value:Open Requests', 'Open Requests'],
])('%j is %s', (typed, label) => {
  expect(choose(typed, menu)?.label).toBe(label)
})

test.each([
  '',
  '   ',
  '0',
  '6',
  '22',
  '-2',
  '2.5',
  '1/2',
  '1-2',
  '2%',
  '$2',
  '2 3',
  'two three',
  '1 and 2',
  'I have 2 problems',
  'my printer prints 2 pages',
  'the',
  'one second',
  'twenty',
  '3. Open Requests',
  'requests',
  'I want to create request',
  'Create Requests for all',
  '!!!',
  '😀',
  `2${' '.repeat(400)}x`,
])('%j is no choice', (typed) => {
  expect(choose(typed, menu)).toBeUndefined()
})

describe('never guesses', () => {
  test.each([
    ['a beginning that two labels have', 're', labelled('Reset', 'Request')],
    [
      'one label twice',
      'yes',
      [
        { value: 'a', label: 'Yes' },
        { value: 'b', label: 'yes!' },
      ],
    ],
    ['a number that is also a label', '2', labelled('5', '4', '3', '2', '1')],
    ['a number with which another label begins', '2', labelled('2 days', '1 day')],
    ['a word for a number with which another label begins', 'first', labelled('Ground floor', 'First floor')],
    ['a number that is not offered', '2', labelled('Yes')],
    ['anything where nothing is offered', '1', []],
  ])('%s', (_, typed, offered) => {
    expect(choose(typed, offered)).toBeUndefined()
  })

  test.each([
    ['the whole label before a beginning', 'no', labelled('Yes', 'Not now', 'No'), 'No'],
    ['the number that is plainly a position', '#2', labelled('2 days', '1 day'), '1 day'],
    [
      'a number before a value that nobody sees',
      '1',
      [
        { value: '2', label: 'A' },
        { value: '1', label: 'B' },
      ],
      'A',
    ],
    ['a value where no number fits', '7', [{ value: '7', label: 'A' }], 'A'],
    ['a number with which one label begins', '24', labelled('24 hours', '2 hours'), '24 hours'],
    ['an emoji', '👍', labelled('👍', '👎'), '👍'],
    ['an emoji in another colour', '👍🏽', labelled('👍', '👎'), '👍'],
    ['the beginning with an emoji', '👍', labelled('👍 Yes', '👎 No'), '👍 Yes'],
    ['a label in another script', 'да', labelled('Да!', 'Нет'), 'Да!'],
    [
      'two that mean the same',
      'yes',
      [
        { value: 'y', label: 'Yes' },
        { value: 'y', label: 'Yes, please' },
        { value: 'y', label: 'YES' },
      ],
      'Yes',
    ],
  ])('but takes %s', (_, typed, offered, label) => {
    expect(choose(typed, offered)?.label).toBe(label)
  })
})

test('takes anything for text and only ever answers with what was offered', () => {
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), fc.constantFrom('1', 'a', '[', '\\', '(?'))
  fc.assert(
    fc.property(text, fc.array(fc.record({ value: text, label: text }), { maxLength: 4 }), (typed, offered) => {
      const chosen = choose(typed, offered)
      expect(chosen === undefined || offered.includes(chosen)).toBe(true)
    }),
    { numRuns: 300 },
  )
})

test('every label and every number is understood where labels are words of their own', () => {
  const words = fc.uniqueArray(fc.constantFrom('alpha', 'Beta', 'GAMMA', 'délta', 'Εψιλον', 'ζ', '日本'), { minLength: 1 })
  fc.assert(
    fc.property(words, fc.nat(6), (labels, at) => {
      const offered = labelled(...labels)
      const wanted = offered[at % offered.length]!
      expect(choose(` ${wanted.label.toUpperCase()}. `, offered)).toBe(wanted)
      expect(choose(String((at % offered.length) + 1), offered)).toBe(wanted)
    }),
    { numRuns: 100 },
  )
})

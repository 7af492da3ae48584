import { describe, expect, test } from 'vitest'
import type { Choice, Choices, Form, FormField } from '../../src/channel/index.ts'
import { type Carries, degrade } from '../../src/core/degrade.ts'
import { everything } from '../support/events.ts'

const can: Carries = { ...everything, form: { maxFields: 3, maxOptions: 2, maxLabel: 20, maxValueBytes: 10, maxText: 60, maxTotal: 300 } }
const said = (content: Form, can: Carries) => degrade(content, can, () => '')

const yesNo: readonly Choice[] = [
  { value: 'yes', label: 'Yes' },
  { value: 'no', label: 'No' },
]
const asks = (choices: readonly Choice[], text: string): Choices => ({ type: 'choices', text, choices })
const form: Form = {
  type: 'form',
  title: 'Your request',
  text: 'Tell us more',
  fields: [
    { kind: 'text', name: 'subject', label: 'Subject', required: true, hint: 'In short', value: 'Printer' },
    { kind: 'choice', name: 'urgency', label: 'Urgency', required: false, options: yesNo },
    { kind: 'date', name: 'since', label: 'Since', required: false },
  ],
  submit: { value: 'send', label: 'Send' },
  choices: [{ value: 'cancel', label: 'Cancel' }],
  otherwise: [{ type: 'text', text: 'What is it about?', format: 'markdown' }, asks(yesNo, 'Is it urgent?')],
}

describe('form', () => {
  const [subject, urgency] = form.fields as readonly [FormField, FormField & { kind: 'choice' }]
  const many = (count: number) => Array.from({ length: count }, (_, n): FormField => ({ ...subject, name: `n${n}` }))
  const asked = (change: Partial<Form>) => said({ ...form, ...change }, can)

  test('where there are none is asked by what it names instead, as the channel can', () => {
    expect(said(form, { ...everything, text: { maxLength: 160, markdown: false }, choices: false })).toEqual([
      { type: 'text', text: 'What is it about?' },
      { type: 'text', text: 'Is it urgent?\n\n1. Yes\n2. No' },
    ])
  })

  test('within the limits comes back as the same object', () => {
    const [only, ...more] = said(form, can)
    expect(only).toBe(form)
    expect(more).toEqual([])
  })

  test.each([
    ['without questions', { fields: [] }],
    ['with too many questions', { fields: many(4) }],
    ['with two questions of one name', { fields: [subject, subject] }],
    ['with a question of a name that could not come back', { fields: [{ ...subject, name: 'eleven bytes' }] }],
    ['with a question that says nothing', { fields: [{ ...subject, label: ' ' }] }],
    ['with a question too long', { fields: [{ ...subject, label: 'x'.repeat(21) }] }],
    ['with a hint too long', { fields: [{ ...subject, hint: 'x'.repeat(61) }] }],
    ['with more filled in beforehand than fits', { fields: [{ ...subject, value: 'x'.repeat(61) }] }],
    ['with a question without options', { fields: [{ ...urgency, options: [] }] }],
    ['with too many options', { fields: [{ ...urgency, options: [...yesNo, { value: 'm', label: 'Maybe' }] }] }],
    ['with two options that mean one thing', { fields: [{ ...urgency, options: [yesNo[0]!, { value: 'yes', label: 'Sure' }] }] }],
    ['with an option that could not come back', { fields: [{ ...urgency, options: [{ value: 'ä'.repeat(6), label: 'A' }] }] }],
    ['with an option that says nothing', { fields: [{ ...urgency, options: [{ value: 'a', label: '' }] }] }],
    ['without a title', { title: ' ' }],
    ['with a text too long', { text: 'x'.repeat(60) }],
    ['with a button too long', { submit: { value: 'send', label: 'x'.repeat(21) } }],
    ['with a button that could not come back', { choices: [{ value: 'x'.repeat(11), label: 'Cancel' }] }],
    ['with two buttons that mean one thing', { choices: [{ value: 'send', label: 'Cancel' }] }],
    [
      'with more of everything than goes into one message',
      { fields: many(3).map((one) => ({ ...one, value: 'x'.repeat(60), hint: 'y'.repeat(60) })) },
    ],
  ] as [string, Partial<Form>][])('%s is asked by what it names instead', (_, change) => {
    expect(asked(change)).toEqual(form.otherwise)
  })

  test('with half a character is made whole and stays one', () => {
    expect(asked({ title: 'a\ud83d' })).toEqual([{ ...form, title: 'a\ufffd' }])
  })
})

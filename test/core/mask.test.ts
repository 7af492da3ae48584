import { describe, expect, test } from 'vitest'
import type { InboundEvent } from '../../src/channel/index.ts'
import { maskBody, maskEvent } from '../../src/core/mask.ts'
import { MASK, maskSecrets, tellsSecret } from '../../src/core/secrets.ts'

const base = {
  id: 'e',
  at: '2026-01-01T00:00:00.000Z',
  from: { channel: 'telegram', account: 'main', conversation: 'c' },
  person: { key: 'p' },
}
const event = (more: object) => ({ ...base, ...more }) as unknown as InboundEvent
const said = 'my password is Hunter2!x'
const kept = `my password is ${MASK}`

describe('a password that somebody writes', () => {
  test.each([
    ['a text', { kind: 'message', content: [{ type: 'text', text: said }] }, { content: [{ type: 'text', text: kept }] }],
    [
      'a caption',
      { kind: 'message', content: [{ type: 'media', file: {}, caption: said }] },
      { content: [{ type: 'media', file: {}, caption: kept }] },
    ],
    [
      'what could not be read',
      { kind: 'message', content: [{ type: 'unreadable', text: said }] },
      { content: [{ type: 'unreadable', text: kept }] },
    ],
    [
      'a message that was changed',
      { kind: 'revision', content: [{ type: 'text', text: said }] },
      { content: [{ type: 'text', text: kept }] },
    ],
    ['a form', { kind: 'choice', value: 'v', fields: { what: said, more: 'x' } }, { fields: { what: kept, more: 'x' } }],
    ['the label of a choice', { kind: 'choice', value: 'v', label: said }, { label: kept }],
    ['what came with a command', { kind: 'invoked', command: 'support', data: { a: [said, 1] } }, { data: { a: [kept, 1] } }],
    ['a command', { kind: 'invoked', command: 'support', text: said }, { text: kept }],
  ])('is dots in %s', (_where, given, masked) => expect(maskEvent(event(given))).toEqual(event({ ...given, ...masked })))

  test.each([
    {
      kind: 'message',
      content: [
        { type: 'text', text: 'my password is wrong' },
        { type: 'place', latitude: 1, longitude: 2 },
      ],
    },
    { kind: 'revision', content: null },
    { kind: 'choice', value: 'reset_password', label: 'Reset Password', fields: { what: 'x' } },
    { kind: 'invoked', command: 'start' },
    { kind: 'reaction', emoji: '👍', on: true },
  ])('and what holds none stays the very same: %j', (given) => {
    const one = event(given)
    expect(maskEvent(one)).toBe(one)
  })

  test('is known for one after it was masked, and masking twice is masking once', () => {
    expect(maskSecrets(kept)).toBe(kept)
    expect(tellsSecret(kept)).toBe(true)
    expect(tellsSecret('my password is wrong')).toBe(false)
  })
})

describe('a secret that is told in passing', () => {
  const secret = 'Tr0ub4dor&3'
  test.each([
    `my password, it was ${secret}`,
    `my password: it's ${secret}`,
    `the password I use is ${secret}`,
    `my password which is ${secret} fails`,
    `pw ${secret}`,
    `password (${secret})`,
    `user ada, pwd - ${secret}`,
    `my pass is ${secret}`,
    `I changed my password to ${secret}`,
    `my passwords are Foo123!x and ${secret}`,
    `my old password was abc12345 and my new one is ${secret}`,
    `password is "${secret} and so on" please`,
    `my password is Tr0ub'4dor&3`,
  ])('is dots: %s', (text) => expect(maskSecrets(text)).not.toMatch(/Tr0ub|4dor|Foo123|abc12345|so on/))

  test.each([
    'I need the password to Office365',
    'my Office365 password does not work',
    'password reset for ada+test1@example.com!',
    'the password page is https://sso.example.com/reset?a=b1!',
    '<@U012ABCDEF> my password is wrong',
    'my password, it was working until 2024',
    'my password is wrong and the new one is wrong too',
    'passwords are case-sensitive',
  ])('and what is none stays: %s', (text) => expect(maskSecrets(text)).toBe(text))

  test('is looked for as fast in a text that was made to be slow', () => {
    const slow = [
      'password , '.repeat(9_000),
      'my password for '.concat('a '.repeat(50_000)),
      `set ${'a '.repeat(50_000)}pw`,
      `pw${' '.repeat(99_000)}`,
    ]
    for (const text of slow) expect(maskSecrets(text)).toBe(text)
  })
})

describe('a raw body', () => {
  test('in JSON keeps its numbers and its shape', () => {
    const body = `{"id": 4912661846655238145, "text": "so: password = \\"Hunter2\\\\x\\"\\nthanks", "list": ["pin: 83920"], "odd": "\\u00e9"}`
    const masked = maskBody(body)
    expect(masked).toContain('"id": 4912661846655238145')
    expect(masked).not.toMatch(/Hunter2|83920/)
    expect(JSON.parse(masked)).toMatchObject({ text: `so: password = "${MASK}"\nthanks`, list: [`pin: ${MASK}`], odd: 'é' })
  })

  test('of a form is read, also where it holds JSON', () => {
    const form = new URLSearchParams({ command: '/support', text: said, payload: JSON.stringify({ text: said }) })
    const masked = new URLSearchParams(maskBody(form.toString()))
    expect(Object.fromEntries(masked)).toEqual({ command: '/support', text: kept, payload: JSON.stringify({ text: kept }) })
  })

  test.each(['', 'plain words', '{"text":"hello"}', 'a=b&c=d+e', '\u0000\ufffd=', '{"broken": "pass'])(
    'without one is left as it is: %j',
    (body) => expect(maskBody(body)).toBe(body),
  )
})

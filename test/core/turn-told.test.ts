import { describe, expect, test } from 'vitest'
import type { Content } from '../../src/channel/index.ts'
import type { Conversation, ConversationId, Happening, Owner, TechnicianId, Timer } from '../../src/core/conversation.ts'
import { defaultTimerRules } from '../../src/core/timers.ts'
import { fold, settle, type TurnContext } from '../../src/core/turn.ts'
import { addressOf, everything, typed } from '../support/events.ts'

const now = '2026-11-22T10:00:00.000Z'
const context: TurnContext = { source: 'Test', can: everything, rules: defaultTimerRules, now }
const timer = (name: Timer['name']): Timer => ({ name, at: '2026-11-22T10:20:00.000Z' })
const base: Conversation = {
  id: 'c' as ConversationId,
  address: addressOf('ada'),
  person: null,
  owner: { by: 'nobody' },
  chat: null,
  chats: 3,
  memory: null,
  offered: [],
  lastHeardAt: '2026-11-22T09:00:00.000Z',
  unanswered: false,
  reach: 'reachable',
  timer: null,
  messages: 8,
  parts: 4,
  version: 9,
}
const open = (owner: Owner, set: Timer, more: Partial<Conversation> = {}): Conversation => ({
  ...base,
  owner,
  chat: { id: 'c.3' as never, number: 3, openedAt: now },
  timer: set,
  memory: { dialogue: 'request' },
  ...more,
})
const technician: Owner = { by: 'technician', technician: 'tess' as TechnicianId, name: 'Tess', since: now, skill: 'support' }
const question = { type: 'choices', text: 'Which one?', choices: [{ value: 'a', label: 'First' }] } as const
const form = { type: 'form', title: 'Which?', fields: [], submit: { value: 'send', label: 'Send' } } as const
const notice = { type: 'choices', text: 'INC-1 is resolved.', choices: [{ value: 'reopen:INC-1', label: 'Reopen' }] } as const
const told = (content: Content = { type: 'text', text: 'INC-1 is being worked on.' }): Happening => ({
  kind: 'told',
  content: [content],
  at: now,
})
const turn = (before: Conversation, ...happenings: readonly Happening[]) => {
  const draft = fold(
    before,
    happenings.map((happening, n) => ({ seq: n + 1, happening })),
    context,
  )
  return { heard: draft.heard, ...settle(draft, null) }
}

describe('what the hub tells leaves the conversation as it is', () => {
  test.each([
    ['no chat is open', base, 'c.4'],
    ['the virtual agent has the word', open({ by: 'virtual-agent' }, timer('idle')), 'c.3'],
    ['the virtual agent waits for an answer', open({ by: 'virtual-agent' }, timer('idle'), { unanswered: true }), 'c.3'],
    ['somebody waits in line', open({ by: 'queue', skill: 'support', since: now, summary: '' }, timer('waiting')), 'c.3'],
    ['a technician has the word', open(technician, timer('idle')), 'c.3'],
    ['a technician owes an answer', open(technician, timer('unanswered'), { unanswered: true }), 'c.3'],
  ])('where %s', (_, before, chat) => {
    const { next, said, heard } = turn(before, told())
    expect(said.map((message) => [message.number, message.chat, message.author])).toEqual([[9, chat, { by: 'hub' }]])
    expect(heard).toEqual([])
    expect(next).toEqual({ ...before, messages: 9 })
  })

  test('several at once are numbered one after the other', () => {
    const { said, next } = turn(base, told(), told(notice))
    expect(said.map(({ number }) => number)).toEqual([9, 10])
    expect(next).toMatchObject({ messages: 10, chat: null, timer: null, owner: { by: 'nobody' } })
  })
})

test('its choices are understood in words by the next message, which opens the chat that begins with what was told', () => {
  const { next } = turn(base, told(notice))
  expect(next).toMatchObject({ chat: null, timer: null })
  const { heard, said, next: after } = turn(next, { kind: 'heard', event: typed('ada', 'reopen') })
  expect(heard[0]).toMatchObject({ chosen: 'reopen:INC-1' })
  expect(said[0]).toMatchObject({ chat: 'c.4', number: 10 })
  expect(after.chat).toMatchObject({ number: 4 })
})

test('a question of the virtual agent stays known behind them, and an answer that comes along counts from now', () => {
  const asked = open({ by: 'virtual-agent' }, timer('idle'), { offered: [{ person: null, choices: question.choices }] })
  expect(turn(asked, told()).next.offered).toEqual(asked.offered)
  expect(turn(asked, told(notice)).next.offered).toEqual([{ person: null, choices: notice.choices }, ...asked.offered])
  expect(turn(asked, told(), { kind: 'heard', event: typed('ada', 'hm') }).next.timer).toEqual({
    name: 'idle',
    at: '2026-11-22T11:00:00.000Z',
  })
})

describe('a button of a notice', () => {
  const press = (value: string): Happening => {
    const { id, at, from, person } = typed('ada', '')
    return { kind: 'heard', event: { kind: 'choice', id, at, from, person, value, label: 'Approve' } }
  }
  test.each([
    ['a technician has the word', technician],
    ['somebody waits in line', { by: 'queue', skill: 'support', since: now, summary: '' }],
  ] as const)('does nothing where %s, and says so', (_, owner) => {
    for (const value of ['approve:a-1', 'reject:a-1', 'approval:a-1', 'reopen:INC-1']) {
      const { said, heard, next } = turn(open(owner, timer('unanswered')), press(value))
      expect(heard).toEqual([])
      expect(said.map(({ author }) => author.by)).toEqual(['person', 'hub'])
      expect(said[1]!.content).toEqual([{ type: 'text', text: expect.stringContaining('Nothing has changed by that button') }])
      expect(next).toMatchObject({ owner, unanswered: true })
    }
  })

  test('goes to the virtual agent where it has the word, and other buttons to the technician', () => {
    const answered = turn(open({ by: 'virtual-agent' }, timer('idle')), press('approve:a-1'))
    expect(answered.heard).toMatchObject([{ chosen: 'approve:a-1' }])
    expect(answered.said).toHaveLength(1)
    expect(turn(open(technician, timer('idle')), press('size:27')).said).toHaveLength(1)
  })
})

test('a form that the hub tells is answered in words like any other', () => {
  const { next } = turn(base, told({ ...form, otherwise: [question] }))
  expect(next.offered[0]?.choices.map(({ value }) => value)).toEqual(['a'])
})

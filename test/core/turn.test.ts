import { describe, expect, test } from 'vitest'
import type { Content, EventId, InboundEvent, PersonKey } from '../../src/channel/index.ts'
import type { Conversation, ConversationId, Happening, TechnicianAct, TechnicianId } from '../../src/core/conversation.ts'
import { defaultTimerRules } from '../../src/core/timers.ts'
import { type Entry, fold, settle, type TurnContext } from '../../src/core/turn.ts'
import type { Answer } from '../../src/core/virtual-agent.ts'
import { addressOf, everything, typed } from '../support/events.ts'

const at = '2026-11-22T10:00:00.000Z'
const context: TurnContext = { source: 'Test', can: everything, rules: defaultTimerRules, now: at }
const fresh: Conversation = {
  id: 'c' as ConversationId,
  address: addressOf('ada'),
  person: null,
  owner: { by: 'nobody' },
  chat: null,
  chats: 0,
  memory: null,
  offered: [],
  lastHeardAt: null,
  unanswered: false,
  reach: 'reachable',
  timer: null,
  messages: 0,
  parts: 0,
  version: 0,
}
let seq = 0
const entry = (happening: Happening): Entry => ({ seq: ++seq, happening })
const heard = (event: InboundEvent) => entry({ kind: 'heard', event })
const does = (act: TechnicianAct, who = 'tess'): Entry => entry({ kind: 'technician', technician: who as TechnicianId, name: who, act, at })
const answer = (text: string, event: EventId, more: Partial<Answer> = {}): Answer => ({
  say: [{ content: { type: 'text', text }, to: [event] }],
  memory: { seen: true },
  ...more,
})
/** A turn in which the virtual agent, if asked, says `reply` to the first thing it heard. */
function turn(
  before: Conversation,
  entries: readonly Entry[],
  reply = 'hello',
  more: Partial<Answer> = {},
  with_: Partial<TurnContext> = {},
) {
  const draft = fold(before, entries, { ...context, ...with_ })
  const first = draft.heard[0]
  return { asked: [...draft.heard], ...settle(draft, first ? answer(reply, first.event, more) : null) }
}
const waiting = turn(fresh, [heard(typed('ada', 'help me'))], 'one moment', { handOff: { skill: 'support', summary: 'needs help' } }).next
const held = turn(waiting, [does({ do: 'accept' })]).next

describe('a first message', () => {
  test('opens a chat with the virtual agent, which is asked once', () => {
    const { next, said, asked } = turn(fresh, [heard(typed('ada', 'hi'))])
    expect(next.owner).toEqual({ by: 'virtual-agent' })
    expect(next.chat).toMatchObject({ id: 'c.1', number: 1 })
    expect(asked).toHaveLength(1)
    expect(said.map((message) => [message.number, message.author.by, message.sources])).toEqual([
      [1, 'person', ['Test', 'Virtual Agent']],
      [2, 'virtual-agent', ['Test', 'Virtual Agent']],
    ])
    expect(next).toMatchObject({ messages: 2, unanswered: false, memory: { seen: true } })
  })
  test('and a burst after it are one question, each with its own event', () => {
    const burst = [typed('ada', 'hi'), typed('ada', 'my mouse'), typed('ada', 'is dead')]
    expect(turn(fresh, burst.map(heard)).asked.map((one) => one.event)).toEqual(burst.map((event) => event.id))
  })
})

describe('who has the word', () => {
  test('is the queue after a hand-off, and then the virtual agent is silent', () => {
    expect(waiting.owner).toMatchObject({ by: 'queue', skill: 'support', summary: 'needs help' })
    const { asked, said } = turn(waiting, [heard(typed('ada', 'hello?'))])
    expect(asked).toEqual([])
    expect(said.map((message) => message.sources)).toEqual([['Test', 'Technician Chat']])
  })
  test('is the technician who accepts first; the second is told so', () => {
    const both = [does({ do: 'accept' }, 'tess'), does({ do: 'accept' }, 'tom')]
    const { next, outcomes } = turn(waiting, both)
    expect(next.owner).toMatchObject({ by: 'technician', technician: 'tess' })
    expect([...outcomes.values()]).toEqual([{ ok: true }, { ok: false, reason: 'HUB_ALREADY_TAKEN' }])
  })
  test('decides who may speak: another technician and one who has handed back are refused', () => {
    const say: TechnicianAct = { do: 'say', content: [{ type: 'text', text: 'hi' }] }
    expect([...turn(held, [does(say, 'tom')]).outcomes.values()]).toEqual([{ ok: false, reason: 'HUB_NOT_YOURS' }])
    const back = turn(held, [does({ do: 'return' })]).next
    expect(back.owner).toEqual({ by: 'virtual-agent' })
    expect([...turn(back, [does(say)]).outcomes.values()]).toEqual([{ ok: false, reason: 'HUB_NOT_YOURS' }])
    expect(turn(back, [heard(typed('ada', 'still there?'))]).asked).toHaveLength(1)
  })
  test('is nobody after the close; the next message opens the next chat, in which the virtual agent still has its notes', () => {
    const closed = turn({ ...held, memory: { half: 'done' } }, [does({ do: 'close' })]).next
    expect(closed).toMatchObject({ owner: { by: 'nobody' }, chat: null, memory: { half: 'done' }, offered: [], timer: null })
    const draft = fold(closed, [heard(typed('ada', 'me again'))], context)
    expect(draft.conversation).toMatchObject({ owner: { by: 'virtual-agent' }, chat: { id: 'c.2' }, chats: 2, memory: { half: 'done' } })
  })
  test('a technician who was overtaken by the close gets no message out', () => {
    const { outcomes, said } = turn(held, [does({ do: 'close' }), does({ do: 'say', content: [{ type: 'text', text: 'late' }] })])
    expect([...outcomes.values()].at(-1)).toEqual({ ok: false, reason: 'HUB_CHAT_CLOSED' })
    expect(said.some((message) => JSON.stringify(message.content).includes('late'))).toBe(false)
  })
  test('an answer that comes after a technician took over is dropped', () => {
    const asked = turn(fresh, [heard(typed('ada', 'hi'))]).next
    const draft = fold(asked, [heard(typed('ada', 'and?')), does({ do: 'take-over' })], context)
    const { said } = settle(draft, answer('too late', draft.heard[0]!.event))
    expect(said.map((message) => message.author.by)).toEqual(['person', 'hub'])
  })
  test('a note is kept and never sent, whoever writes it', () => {
    const { said } = turn(waiting, [does({ do: 'note', text: 'VIP' }, 'tom')])
    expect(said).toMatchObject([{ note: true, author: { by: 'technician', technician: 'tom' } }])
  })
  test('a technician learns that the person has blocked us instead of writing into the void', () => {
    const blocked = turn(held, [
      heard({ kind: 'contact', change: 'blocked', id: 'b' as EventId, at, from: addressOf('ada'), person: { key: 'ada' as PersonKey } }),
    ]).next
    expect(blocked.reach).toBe('blocked')
    expect([...turn(blocked, [does({ do: 'say', content: [{ type: 'text', text: 'hi' }] })]).outcomes.values()]).toEqual([
      { ok: false, reason: 'HUB_UNREACHABLE' },
    ])
  })
})

describe('what was offered', () => {
  const offering = (() => {
    const draft = fold(fresh, [heard(typed('ada', 'hi'))], context)
    const choices = [
      { value: 'a', label: 'Create Request' },
      { value: 'b', label: 'Reset Password' },
    ]
    return settle(draft, { memory: null, say: [{ content: { type: 'choices', text: 'Pick', choices }, to: [draft.heard[0]!.event] }] }).next
  })()
  test.each(['2', 'two', 'reset password', 'RESET PASSWORD!'])('is understood typed as %j', (text) => {
    expect(turn(offering, [heard(typed('ada', text))]).asked).toMatchObject([{ chosen: 'b' }])
  })
  test.each([
    [
      'where the form is shown, of its first question and its buttons',
      { maxFields: 5, maxOptions: 5, maxLabel: 20, maxValueBytes: 20, maxText: 20, maxTotal: 200 },
      ['today', 'cancel'],
      'send',
    ],
    ['where it is not, of what is asked instead', false, ['today'], 'cancel'],
  ] as const)('with a form is typed: %s', (_, form, understood, other) => {
    const draft = fold(fresh, [heard(typed('ada', 'hi'))], { ...context, can: { ...everything, form } })
    const content: Content = {
      type: 'form',
      title: 'Report',
      fields: [{ kind: 'text', name: 'subject', label: 'Subject', required: true }],
      submit: { value: 'send', label: 'Send' },
      choices: [{ value: 'cancel', label: 'Cancel' }],
      otherwise: [{ type: 'choices', text: 'When?', choices: [{ value: 'today', label: 'Today' }] }],
    }
    const { next } = settle(draft, { memory: null, say: [{ content, to: [draft.heard[0]!.event] }] })
    for (const words of understood) expect(turn(next, [heard(typed('ada', words))]).asked).toMatchObject([{ chosen: words }])
    expect(turn(next, [heard(typed('ada', '1'))]).asked).toMatchObject([{ chosen: 'today' }])
    expect(turn(next, [heard(typed('ada', other))]).asked[0]).not.toHaveProperty('chosen')
  })
  test('is not guessed from a sentence', () => {
    expect(turn(offering, [heard(typed('ada', 'I have 2 laptops'))]).asked[0]).not.toHaveProperty('chosen')
  })
  test('counts for the person it was offered to, not for others in the group', () => {
    const ben = typed('ada', '2', { person: { key: 'ben' as PersonKey } })
    expect(turn(offering, [heard(ben)]).asked[0]).not.toHaveProperty('chosen')
  })
})

describe('groups', () => {
  test('what is not addressed to us opens nothing and is not kept', () => {
    const { next, said, asked } = turn(fresh, [heard(typed('ada', 'lunch?', { addressed: false }))])
    expect([next.chat, said, asked]).toEqual([null, [], []])
  })
  test('a member who leaves does not close the door for the others, and one who comes is not greeted', () => {
    const open = turn(fresh, [heard(typed('ada', 'hi bot'))]).next
    const moves = (change: 'left' | 'joined'): Entry =>
      heard({
        kind: 'contact',
        change,
        member: true,
        id: change as EventId,
        at,
        from: addressOf('ada'),
        person: { key: 'ben' as PersonKey },
      })
    const { next, said, asked } = turn(open, [moves('left'), moves('joined')])
    expect([next.reach, said.length, asked.length]).toEqual(['reachable', 0, 0])
  })
  test('once a chat is open it is kept, and the virtual agent still waits to be spoken to', () => {
    const open = turn(fresh, [heard(typed('ada', 'hi bot'))]).next
    const { said, asked } = turn(open, [heard(typed('ada', 'what do you think, Ben?', { addressed: false }))])
    expect([said.length, asked.length]).toEqual([1, 0])
  })
})

test('rows of one album are one message', () => {
  const row = (text: string) => heard(typed('ada', text, { album: 'x' }))
  const { said, asked } = turn(fresh, [row('one'), row('two'), row('three')])
  expect(said[0]!.content).toHaveLength(3)
  expect(asked).toHaveLength(1)
  expect(asked[0]!.alsoEvents).toHaveLength(2)
})

describe('nobody is left in limbo', () => {
  test('whoever waits has a next timed step, again and again', () => {
    let now = Date.parse(at)
    let conversation = waiting
    for (let step = 0; step < 8; step++) {
      expect(conversation.timer?.name).toBe('waiting')
      now = Date.parse(conversation.timer!.at)
      const due = conversation.timer!.at
      const { next, said } = turn(conversation, [entry({ kind: 'timer', timer: 'waiting', due, at: due })], '', {}, { now: due })
      expect(said).toHaveLength(1)
      expect(Date.parse(next.timer!.at)).toBeGreaterThan(now)
      conversation = next
    }
  })
  test('a technician who does not answer gives the person back to the queue, in front of later ones', () => {
    const spoken = turn(held, [heard(typed('ada', 'are you there?'))]).next
    expect(spoken.timer?.name).toBe('unanswered')
    const due = spoken.timer!.at
    const { next } = turn(spoken, [entry({ kind: 'timer', timer: 'unanswered', due, at: due })], '', {}, { now: due })
    expect(next.owner).toMatchObject({ by: 'queue', since: spoken.lastHeardAt })
  })
  test('a timer that is no longer the conversation’s own changes nothing', () => {
    const { said, next } = turn(held, [entry({ kind: 'timer', timer: 'waiting', due: at, at })])
    expect(said).toEqual([])
    expect(next.owner.by).toBe('technician')
  })
  test('a chat that fell silent with the virtual agent is closed without a word', () => {
    const open = turn(fresh, [heard(typed('ada', 'hi'))]).next
    const due = open.timer!.at
    expect(turn(open, [entry({ kind: 'timer', timer: 'idle', due, at: due })])).toMatchObject({
      said: [],
      next: { owner: { by: 'nobody' }, timer: null },
    })
  })
})

describe('the place in line', () => {
  const placed = (place: number): Entry => entry({ kind: 'placed', place, waiting: 3, technicians: 1, at })
  test('is told once, and every step where the message can be changed in place', () => {
    const editable = { can: { ...everything, edit: true } }
    const third = turn(waiting, [placed(3)], '', {}, editable)
    expect(third.said).toMatchObject([{ key: expect.stringMatching(/^queue-place:/) }])
    expect(turn(third.next, [placed(3)], '', {}, editable).said).toEqual([])
    expect(turn(third.next, [placed(2)], '', {}, editable).said).toHaveLength(1)
  })
  test('is told sparingly where it can not: at first and when they are next', () => {
    const third = turn(waiting, [placed(3)])
    const second = turn(third.next, [placed(2)])
    expect([third.said.length, second.said.length]).toEqual([1, 0])
    expect(second.next.owner).toMatchObject({ told: 2 })
    expect(turn(second.next, [placed(1)]).said).toHaveLength(1)
  })
})

test('a message that its platform delivers a day late is answered, and its chat is not closed for it', () => {
  const old = typed('ada', 'hello?', { at: '2026-11-21T09:00:00.000Z' })
  const { next } = turn(fresh, [heard(old)])
  expect(Date.parse(next.timer!.at)).toBeGreaterThan(Date.parse(at))
})

test('what comes at once is dated by our clock, so that it sorts among our own words; what comes late keeps the platform’s time', () => {
  const dateOf = (told: string) => turn(fresh, [heard(typed('ada', 'hi', { at: told }))]).said[0]!.at
  expect(dateOf('2026-11-22T09:59:59.000Z')).toBe(at)
  expect(dateOf('2026-11-22T10:00:02.000Z')).toBe(at)
  expect(dateOf('2026-11-22T08:00:00.000Z')).toBe('2026-11-22T08:00:00.000Z')
})

test('who speaks at the moment their chat would be closed is answered', () => {
  const open = turn(fresh, [heard(typed('ada', 'hi'))]).next
  const due = open.timer!.at
  const { next, said } = turn(open, [heard(typed('ada', 'one more thing')), entry({ kind: 'timer', timer: 'idle', due, at: due })], 'yes?')
  expect(next.owner.by).toBe('virtual-agent')
  expect(said.map((message) => message.author.by)).toEqual(['person', 'virtual-agent'])
})

test('what opens the reply window without a word counts as heard, and goes never back', () => {
  const person = { key: 'ada' as PersonKey }
  const started = { kind: 'contact', id: 's' as EventId, at, from: addressOf('ada'), person, change: 'started' } as const
  expect(turn(fresh, [heard(started)]).next.lastHeardAt).toBeNull()
  expect(turn(fresh, [heard({ ...started, opensWindow: true })]).next.lastHeardAt).toBe(at)
  const reaction = {
    kind: 'reaction',
    id: 'r' as EventId,
    at,
    from: addressOf('ada'),
    person,
    message: '1' as never,
    emoji: '👍',
    on: true,
  } as const
  const earlier = { ...held, lastHeardAt: '2026-11-20T10:00:00.000Z' }
  const later = { ...held, lastHeardAt: '2026-11-23T10:00:00.000Z' }
  expect(turn(earlier, [heard({ ...reaction, opensWindow: true })]).next.lastHeardAt).toBe(at)
  expect(turn(later, [heard({ ...reaction, opensWindow: true })]).next.lastHeardAt).toBe(later.lastHeardAt)
  expect(turn(earlier, [heard(reaction)]).next.lastHeardAt).toBe(earlier.lastHeardAt)
})

test('edits, reactions and receipts are noted and nobody is asked', () => {
  const base = { at, from: addressOf('ada') }
  const { asked, said, revisions, reactions, receipts } = turn(held, [
    heard({ ...base, kind: 'revision', id: 'r' as EventId, message: 'm' as never, content: null }),
    heard({
      ...base,
      kind: 'reaction',
      id: 'x' as EventId,
      message: 'm' as never,
      person: { key: 'ada' as PersonKey },
      emoji: '👍',
      on: true,
    }),
    heard({ ...base, kind: 'receipt', id: 'y' as EventId, of: { message: 'm' as never }, status: 'read' }),
  ])
  expect([asked.length, said.length, revisions.length, reactions.length, receipts.length]).toEqual([0, 0, 1, 1, 1])
})

describe('what comes in for others than the virtual agent', () => {
  test('an album is one message for a technician, too, and a second album is another', () => {
    const rows = ['one', 'two'].map((text) => heard(typed('ada', text, { album: 'a' })))
    const { said } = turn(held, [...rows, heard(typed('ada', 'three', { album: 'b' })), heard(typed('ada', 'four'))])
    expect(said.map(({ content }) => content.length)).toEqual([2, 1, 1])
  })
  test('a group’s thread that goes on without naming us is answered while a chat is open there, and only then', () => {
    const follows = () => heard(typed('ada', 'and now?', { addressed: false, follows: true }))
    const { next, asked } = turn(fresh, [follows(), heard(typed('ada', 'hi')), follows()])
    expect(asked).toHaveLength(2)
    expect(turn(next, [heard(typed('ada', 'to Tom', { addressed: false }))]).asked).toEqual([])
  })
  test('what was said before the conversation moved is answered where it lives now', () => {
    const moved = { ...fresh, address: addressOf('supergroup') }
    expect(turn(moved, [heard(typed('group', 'hi'))]).next.address).toEqual(addressOf('supergroup'))
  })
})

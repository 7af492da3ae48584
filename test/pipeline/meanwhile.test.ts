import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Adapter, Capabilities, Content, InboundEvent } from '../../src/channel/index.ts'
import type { Conversation, ConversationId, Happening } from '../../src/core/conversation.ts'
import { interrupts } from '../../src/core/meanwhile.ts'
import { defaultTimerRules } from '../../src/core/timers.ts'
import { type Entry, fold } from '../../src/core/turn.ts'
import type { Answer, Meanwhile, Question, VirtualAgent } from '../../src/core/virtual-agent.ts'
import { makeConverse } from '../../src/pipeline/converse.ts'
import { makeFresh } from '../../src/pipeline/fresh.ts'
import type { Channel, Channels, PlannedTurn, Store } from '../../src/pipeline/ports.ts'
import { makeSyncAnswers } from '../../src/pipeline/sync-answers.ts'
import { addressOf, everything, typed } from '../support/events.ts'
import { quietLog, quietMeter } from './support.ts'

const id = 'c' as ConversationId
const fresh: Conversation = {
  id,
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
/** As it stands once the first words of an answer are shown, and what is left to be answered. */
const inTheMaking = fold(fresh, [{ seq: 1, happening: { kind: 'heard', event: typed('ada', 'why?') } }], contextOf())
const shown = { ...inTheMaking.conversation, messages: 2, parts: 1, version: 1 }
const key = 'answer:1'
const asked: Happening = { kind: 'asked', key, at: '2026-11-22T08:00:00Z', heard: inTheMaking.heard }
const heard = (event: Partial<Omit<InboundEvent, 'kind'>> = {}): Happening => ({
  kind: 'heard',
  event: typed('ada', 'why?', event as never),
})
const text = (words: string): Content => ({ type: 'text', text: words })

type Way = {
  readonly entries?: readonly Happening[]
  readonly can?: Partial<Capabilities>
  readonly adapter?: Partial<Adapter>
  readonly takesLong?: boolean
  readonly store?: Partial<Store>
  readonly mayBegin?: boolean
  /** Which turns can't be written. */
  readonly fails?: (turn: PlannedTurn) => boolean
}

/** A turn whose virtual agent answers when the test says so; the mailbox takes what comes in meanwhile. */
function openWay({ entries = [heard()], can = {}, adapter = {}, takesLong = true, store: over = {}, mayBegin = true, fails }: Way = {}) {
  const written: PlannedTurn[] = []
  const rung: (number | undefined)[] = []
  const mailbox: Entry[] = entries.map((happening, n) => ({ seq: n + 1, happening }))
  let conversation = entries.some(({ kind }) => kind === 'asked') ? shown : fresh
  let asked: Question | undefined
  let answer: (answer: Answer) => void = () => undefined
  const virtualAgent: VirtualAgent = {
    answer: (question) => {
      asked = question
      return new Promise((resolve) => {
        answer = resolve
        question.meanwhile?.stop.addEventListener('abort', () => resolve({ say: [], memory: null }))
      })
    },
    ...(takesLong ? { takesLong: true } : {}),
  }
  const store = {
    pending: async () => [{ conversation, entries: [...mailbox], more: false }],
    commit: async (turns) =>
      turns.flatMap((turn) => {
        if (fails?.(turn)) throw new Error('the store is away')
        if (turn.before.version !== conversation.version) return []
        written.push(turn)
        conversation = { ...turn.turn.next, parts: turn.before.parts + turn.plans.length, version: conversation.version + 1 }
        for (const { seq } of turn.entries)
          mailbox.splice(
            mailbox.findIndex((entry) => entry.seq === seq),
            1,
          )
        if (turn.asks) mailbox.unshift({ seq: 100, happening: turn.asks })
        const committed = { conversation: id, to: fresh.address, begun: null, owed: false }
        return [turn.asks ? { ...committed, asked: 100 } : committed]
      }),
    lease: async () => true,
    release: async () => undefined,
    spoil: async () => undefined,
    ...over,
  } satisfies Partial<Store> as unknown as Store
  const channel = {
    definition: { name: 'test', title: 'Test', source: 'Test' },
    account: 'main',
    adapter: { render: (contents) => [JSON.stringify(contents)], ...adapter } satisfies Partial<Adapter>,
    can: { ...everything, edit: true, ...can },
    onUncertain: 'resend',
  } as unknown as Channel
  const channels: Channels = { get: () => channel, all: () => [channel] }
  const converse = makeConverse({
    channels,
    store,
    bell: { ring: (room, conversations, options) => void (room === 'turn' && conversations.length > 0 && rung.push(options?.inMs)) },
    live: { changed: () => undefined, typing: () => undefined },
    meter: quietMeter,
    log: quietLog,
    virtualAgent,
    rules: defaultTimerRules,
    now: () => new Date(),
    link: () => '',
    mayBegin: () => mayBegin,
    deliver: () => undefined,
    queueChanged: () => undefined,
    met: () => undefined,
    sync: makeSyncAnswers(),
    fresh: makeFresh(),
  })
  const turn = (async () => {
    const { slow } = await converse([id])
    for (const [, end] of slow) await end
  })()
  return {
    written,
    rung,
    turn,
    /** What the virtual agent was given beside the question; undefined where it was not asked. */
    async given(): Promise<Question | undefined> {
      await vi.advanceTimersByTimeAsync(50)
      return asked
    },
    async says(words: string) {
      asked?.meanwhile?.say?.(text(words), key)
      await vi.advanceTimersByTimeAsync(1_500)
    },
    async comes(happening: Happening) {
      mailbox.push({ seq: 200 + mailbox.length, happening })
      await vi.advanceTimersByTimeAsync(1_500)
    },
    /** Somebody else takes the conversation further. */
    overtake: () => {
      conversation = { ...conversation, version: conversation.version + 1 }
    },
    async answers(words: string) {
      answer({ say: [{ content: text(words), to: [], key }], memory: null })
      await vi.advanceTimersByTimeAsync(100)
      await turn
    },
    said: () => written.flatMap(({ turn: { said } }) => said.flatMap((one) => (one.author.by === 'person' ? [] : one.content))),
  }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('what an answer that takes long is given', () => {
  test('is nothing where it never does, and the database is asked no more than ever', async () => {
    let asked = 0
    const pending = async () => {
      asked += 1
      return [{ conversation: fresh, entries: [{ seq: 1, happening: heard() }], more: false }]
    }
    const way = openWay({ takesLong: false, store: { pending, lease: () => expect.unreachable() } })
    expect(await way.given()).not.toHaveProperty('meanwhile')
    await vi.advanceTimersByTimeAsync(5_000)
    await way.answers('because')
    expect(asked).toBe(1)
    expect(way.written).toHaveLength(1)
  })

  test.each<readonly [string, Way, boolean]>([
    ['where messages can be changed', {}, true],
    ['but not where they cannot', { can: { edit: false } }, false],
    ['nor in this conversation', { adapter: { narrow: () => ({ edit: false }) } }, false],
    ['nor where others read along', { adapter: { isGroup: () => true } }, false],
    ['nor where it would be somebody’s own telephone', { can: { sendsFrom: 'listener' } }, false],
    ['nor where the platform waits for the answer in its request', { entries: [heard({ sync: { withinMs: 100 } })] }, false],
    ['nor where something was shown in an earlier try', { entries: [asked] }, false],
  ])('is the way to show something of it %s', async (_, setup, shows) => {
    const way = openWay(setup)
    const question = await way.given()
    expect(question?.meanwhile?.stop.aborted).toBe(false)
    expect(question?.meanwhile?.say !== undefined).toBe(shows)
    await way.answers('because')
    expect(way.said()).toEqual([text('because')])
  })
})

describe('what is shown of an answer', () => {
  test('is written soon, then once a second at most, and left out where more has come', async () => {
    const way = openWay()
    const { meanwhile } = (await way.given()) as { readonly meanwhile: Meanwhile }
    meanwhile.say?.(text('one'), key)
    await vi.advanceTimersByTimeAsync(300)
    expect(way.said()).toEqual([text('one')])
    meanwhile.say?.(text('one two'), key)
    await vi.advanceTimersByTimeAsync(500)
    meanwhile.say?.(text('one two three'), key)
    await vi.advanceTimersByTimeAsync(2_000)
    expect(way.said()).toEqual(['one', 'one two three'].map(text))
    await way.answers('all')
    expect(way.said()).toEqual(['one', 'one two three', 'all'].map(text))
    // The question was heard once, and is done only now.
    expect(way.written.map(({ turn, entries }) => [turn.said.length, entries.map(({ seq }) => seq)])).toEqual([
      [2, [1]],
      [1, []],
      [1, [100]],
    ])
  })

  test('is nothing where the answer is there almost at once', async () => {
    const way = openWay()
    const question = await way.given()
    question?.meanwhile?.say?.(text('one'), key)
    await way.answers('all')
    expect(way.said()).toEqual([text('all')])
  })

  test('is no more than an account may change in a minute beside its answers, and goes on in the next one', async () => {
    vi.setSystemTime('2026-11-22T08:00:00Z')
    const way = openWay({ can: { sendsPerSecond: 30 } })
    await way.given()
    for (let n = 1; n <= 25; n++) await way.says(`${n}`)
    expect(way.said()).toHaveLength(20)
    vi.setSystemTime('2026-11-22T08:01:00Z')
    await way.says('26')
    await way.answers('all')
    expect(way.said().slice(20)).toEqual(['26', 'all'].map(text))
  })

  test('is nothing while the account is asked to slow down', async () => {
    const way = openWay({ mayBegin: false })
    await way.given()
    await way.says('one')
    expect(way.said()).toEqual([])
    await way.answers('all')
    expect(way.said()).toEqual([text('all')])
  })

  test('is nothing after the answer', async () => {
    const way = openWay()
    const question = await way.given()
    await way.answers('all')
    question?.meanwhile?.say?.(text('late'), key)
    await vi.advanceTimersByTimeAsync(5_000)
    expect(way.said()).toEqual([text('all')])
  })

  test('may fail to be written: the answer comes all the same', async () => {
    const way = openWay({ fails: ({ asks }) => asks !== undefined })
    await way.given()
    await way.says('one')
    expect(way.said()).toEqual([])
    await way.answers('all')
    expect(way.said()).toEqual([text('all')])
  })
})

describe('an answer is let go', () => {
  test('where somebody else has taken the conversation further: nothing of it is written, and it is taken again', async () => {
    const way = openWay()
    const question = await way.given()
    way.overtake()
    await way.says('one')
    expect(question?.meanwhile?.stop.aborted).toBe(true)
    await way.turn
    expect(way.said()).toEqual([])
    expect(way.rung).toEqual([undefined])
  })

  test('where the person says more, unless they go on and on', async () => {
    const way = openWay()
    const question = await way.given()
    await way.says('one')
    await way.comes(heard())
    expect(question?.meanwhile?.stop.aborted).toBe(true)
    await way.turn
    expect(way.said()).toEqual([text('one')])
    expect(way.rung).toEqual([undefined])

    const flooded = openWay({ entries: [heard(), heard(), heard(), heard()] })
    const again = await flooded.given()
    await flooded.comes(heard())
    expect(again?.meanwhile?.stop.aborted).toBe(false)
    await flooded.comes({
      kind: 'technician',
      technician: 't' as never,
      name: 'Tess',
      act: { do: 'take-over' },
      at: '2026-11-22T08:00:00Z',
    })
    expect(again?.meanwhile?.stop.aborted).toBe(true)
    await flooded.turn
  })

  test('and not begun where another process is at it', async () => {
    const way = openWay({ entries: [asked, heard()], store: { lease: async () => false } })
    expect(await way.given()).toBeUndefined()
    await way.turn
    expect(way.written).toEqual([])
    expect(way.rung).toEqual([2_000])
  })

  test('nobody is asked where a technician has the word by now', async () => {
    const takesOver: Happening = {
      kind: 'technician',
      technician: 't' as never,
      name: 'Tess',
      act: { do: 'take-over' },
      at: '2026-11-22T08:00:00Z',
    }
    const way = openWay({ entries: [heard(), takesOver] })
    expect(await way.given()).toBeUndefined()
    await way.turn
    expect(way.written).toHaveLength(1)
  })
})

test.each<readonly [Happening, boolean]>([
  [heard(), true],
  [{ kind: 'heard', event: { ...typed('ada', ''), kind: 'receipt' } as never }, false],
  [{ kind: 'heard', event: { ...typed('ada', ''), kind: 'reaction' } as never }, false],
  [{ kind: 'heard', event: { ...typed('ada', ''), kind: 'choice' } as never }, true],
  [{ kind: 'technician', technician: 't' as never, name: 'Tess', act: { do: 'note', text: 'hm' }, at: '' }, false],
  [{ kind: 'technician', technician: 't' as never, name: 'Tess', act: { do: 'take-over' }, at: '' }, true],
  [{ kind: 'told', content: [], at: '' }, false],
])('only what asks for another answer interrupts one: %j', (happening, does) => expect(interrupts(happening)).toBe(does))

function contextOf() {
  return { source: 'Test', can: everything, rules: defaultTimerRules, now: '2026-11-22T08:00:00Z' }
}

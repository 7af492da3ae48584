import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Content, Failure } from '../../src/channel/index.ts'
import type { Conversation, ConversationId } from '../../src/core/conversation.ts'
import { startDraft } from '../../src/core/draft.ts'
import { sayMeanwhile } from '../../src/core/meanwhile.ts'
import { defaultTimerRules } from '../../src/core/timers.ts'
import { fold, settle } from '../../src/core/turn.ts'
import type { Answer } from '../../src/core/virtual-agent.ts'
import type { Outgoing, PartResult, Pending, PlannedTurn, Store } from '../../src/pipeline/ports.ts'
import { type Connection, connect } from '../../src/store/connect.ts'
import { makeStore } from '../../src/store/index.ts'
import { migrate } from '../../src/store/migrate.ts'
import { everything, typed } from '../support/events.ts'
import { postgresUrl } from '../support/services.ts'

const postgres = await postgresUrl()
afterAll(() => postgres?.drop())
const kinds = [
  { kind: 'PGlite', available: true, open: () => connect({}) },
  { kind: 'Postgres', available: postgres !== undefined, open: () => connect({ databaseUrl: postgres!.url }) },
] as const

const key = 'answer:1'
const text = (words: string): Content => ({ type: 'text', text: words })
const context = () => ({ source: 'Test', can: { ...everything, edit: true }, rules: defaultTimerRules, now: new Date().toISOString() })

describe.each(kinds.filter(({ available }) => available))('an answer that is shown before it is there, on $kind', ({ open }) => {
  let connection: Connection
  let store: Store
  let people = 0
  beforeAll(async () => {
    connection = await open()
    await migrate(connection)
    store = makeStore(connection.db, 'one')
  }, 60_000)
  afterAll(() => connection?.close())

  const planOf = (turn: PlannedTurn['turn']): PlannedTurn['plans'] =>
    turn.said
      .filter(({ author }) => author.by !== 'person')
      .map(({ number, content, key }) => ({ messages: [number], payload: content[0] as never, bytes: 0, ...(key ? { revises: key } : {}) }))
  const commit = async (planned: Omit<PlannedTurn, 'plans' | 'mayBegin'>) =>
    (await store.commit([{ ...planned, plans: planOf(planned.turn), mayBegin: true }]))[0]
  const pending = async (conversation: ConversationId): Promise<Pending> => (await store.pending([conversation]))[0]!

  /** Somebody asks, and hears the first words. */
  async function begins(words = 'one …') {
    const [filed] = await store.file([{ event: typed(`person-${++people}`, 'why?'), files: false }])
    const { conversation } = filed!
    const { conversation: before, entries } = await pending(conversation)
    const draft = fold(before, entries, context())
    const { heard } = draft
    sayMeanwhile(draft, text(words), key, heard[0]!.event)
    const asks = { kind: 'asked', heard, key, at: context().now } as const
    const committed = await commit({ before, turn: settle(draft, null), entries, asks })
    return { conversation, committed: committed!, event: heard[0]!.event }
  }
  const goesOn = async (before: Conversation, words: string) => {
    const draft = startDraft(before, context())
    sayMeanwhile(draft, text(words), key, 'message:1' as never)
    return commit({ before, turn: settle(draft, null), entries: [] })
  }
  const ends = async (conversation: ConversationId, answer: Answer | null) => {
    const { conversation: before, entries } = await pending(conversation)
    return commit({ before, turn: settle(fold(before, entries, context()), answer), entries })
  }
  const answer = (words: string): Answer => ({ memory: null, say: [{ content: text(words), to: [], key }] })
  const said = async (conversation: ConversationId) =>
    (
      await connection.db
        .selectFrom('messages')
        .select(['author', 'content'])
        .where('conversation', '=', conversation)
        .orderBy('number')
        .execute()
    ).map(({ author, content }) => `${author}: ${(content[0] as { text: string }).text}`)
  const parts = async (conversation: ConversationId) =>
    connection.db
      .selectFrom('parts')
      .select(['number', 'state', 'action', 'target', 'messages', 'due_at'])
      .where('conversation', '=', conversation)
      .orderBy('number')
      .execute()
  const claim = async (conversation: ConversationId): Promise<Outgoing> => (await store.claim([conversation]))[0]!
  const result = (part: Outgoing, more: Partial<PartResult> = {}): PartResult => ({
    conversation: part.conversation,
    number: part.number,
    fence: part.attempt,
    state: 'sent',
    dueInMs: 0,
    countsAttempt: true,
    twice: false,
    platform: [`p${part.number}`] as never,
    failure: null,
    ...more,
  })

  test('owes the answer from the first words on, whoever takes the next turn', async () => {
    const { conversation, committed, event } = await begins()
    const { entries } = await pending(conversation)
    expect(entries).toEqual([{ seq: committed.asked, happening: expect.objectContaining({ kind: 'asked', key }) }])
    expect(fold((await pending(conversation)).conversation, entries, context()).heard.map((heard) => heard.event)).toEqual([event])
    await ends(conversation, answer('one two'))
    expect(await store.pending([conversation])).toEqual([])
  })

  test('is one message in the history at every moment, and all its calls belong to that', async () => {
    const { conversation } = await begins()
    expect(await said(conversation)).toEqual(['person: why?', 'virtual-agent: one …'])
    await store.record([result(await claim(conversation))])
    await goesOn((await pending(conversation)).conversation, 'one two …')
    expect(await said(conversation)).toEqual(['person: why?', 'virtual-agent: one two …'])
    const change = await claim(conversation)
    expect(change.revises).toBe('p1')
    await store.record([result(change, { platform: ['p1'] as never })])
    await ends(conversation, answer('one two three'))
    expect(await said(conversation)).toEqual(['person: why?', 'virtual-agent: one two three'])
    expect((await claim(conversation)).revises).toBe('p1')
    const all = await parts(conversation)
    expect(all).toHaveLength(3)
    expect(new Set(all.map(({ messages }) => messages.join()))).toHaveLength(1)
  })

  test('takes back what has not left when there is more to show', async () => {
    const { conversation } = await begins()
    await goesOn((await pending(conversation)).conversation, 'one two …')
    await ends(conversation, answer('one two three'))
    expect(await parts(conversation)).toMatchObject([{ number: 3, state: 'due', target: null }])
    expect(await claim(conversation)).toMatchObject({ revises: null, payload: text('one two three') })
  })

  test('waits as long as the platform asked of the words before it', async () => {
    const { conversation } = await begins()
    await store.record([result(await claim(conversation))])
    await goesOn((await pending(conversation)).conversation, 'one two …')
    const failure: Failure = { kind: 'throttled', code: '429', only: 'conversation' as never }
    await store.record([result(await claim(conversation), { state: 'due', dueInMs: 600_000, platform: null, failure })])
    const [, waiting] = await parts(conversation)
    await ends(conversation, answer('one two three'))
    expect(await parts(conversation)).toMatchObject([{ number: 1 }, { number: 3, target: 1, due_at: waiting!.due_at }])
    expect(await store.claim([conversation])).toEqual([])
  })

  test('changes what may have arrived: that goes out again by its own rule first', async () => {
    const { conversation } = await begins()
    const failure: Failure = { kind: 'uncertain', code: 'cut' }
    await store.record([result(await claim(conversation), { state: 'due', platform: null, twice: true, failure })])
    await ends(conversation, answer('one two three'))
    expect(await parts(conversation)).toMatchObject([
      { number: 1, state: 'due' },
      { number: 2, target: 1 },
    ])
    const [change] = await store.record([result(await claim(conversation))])
    expect(change).toMatchObject({ number: 2, revises: 'p1' })
  })

  test('lets what is on its way arrive first', async () => {
    const { conversation } = await begins()
    const first = await claim(conversation)
    await ends(conversation, answer('one two three'))
    expect(await parts(conversation)).toMatchObject([{ state: 'begun' }, { state: 'due', target: 1 }])
    const [next] = await store.record([result(first)])
    expect(next).toMatchObject({ number: 2, revises: 'p1' })
  })

  test('is not shown once somebody else has taken the conversation further', async () => {
    const { conversation } = await begins()
    const { conversation: before } = await pending(conversation)
    await store.record([result(await claim(conversation))])
    await ends(conversation, null)
    expect(await goesOn(before, 'one two …')).toBeUndefined()
    expect(await said(conversation)).toEqual(['person: why?', 'virtual-agent: one …'])
    expect(await parts(conversation)).toHaveLength(1)
  })

  test('stays as it was shown where no answer comes, and goes where nothing of it was sent', async () => {
    const shown = await begins()
    await store.record([result(await claim(shown.conversation))])
    await ends(shown.conversation, null)
    expect(await said(shown.conversation)).toEqual(['person: why?', 'virtual-agent: one …'])
    const unseen = await begins()
    await ends(unseen.conversation, null)
    expect(await said(unseen.conversation)).toEqual(['person: why?'])
    expect(await parts(unseen.conversation)).toEqual([])
  })
})

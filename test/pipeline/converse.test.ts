import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Adapter } from '../../src/channel/index.ts'
import type { Conversation, ConversationId } from '../../src/core/conversation.ts'
import { defaultTimerRules } from '../../src/core/timers.ts'
import type { VirtualAgent } from '../../src/core/virtual-agent.ts'
import { makeConverse } from '../../src/pipeline/converse.ts'
import { makeFresh } from '../../src/pipeline/fresh.ts'
import type { Channel, Channels, Pending, PlannedTurn, Store } from '../../src/pipeline/ports.ts'
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

function openWay(answer: VirtualAgent['answer'], { more = false, adapter = {} as Partial<Adapter> } = {}) {
  const written: PlannedTurn[] = []
  const rung: (readonly ConversationId[])[] = []
  const pending: Pending = {
    conversation: fresh,
    entries: [{ seq: 1, happening: { kind: 'heard', event: typed('ada', 'hi') } }],
    more,
  }
  const store = {
    pending: async () => [pending],
    commit: async (turns) => {
      written.push(...turns)
      return turns.map((turn) => ({ conversation: turn.before.id, to: turn.before.address, begun: null, owed: false }))
    },
    spoil: async () => undefined,
  } satisfies Partial<Store> as unknown as Store
  const channel = {
    definition: { name: 'test', title: 'Test', source: 'Test' },
    account: 'main',
    adapter: { render: (contents) => [JSON.stringify(contents)], ...adapter } satisfies Partial<Adapter>,
    can: everything,
    onUncertain: 'resend',
  } as unknown as Channel
  const channels: Channels = { get: () => channel, all: () => [channel] }
  const converse = makeConverse({
    channels,
    store,
    bell: { ring: (_room, conversations) => void (conversations.length > 0 && rung.push(conversations)) },
    live: { changed: () => undefined, typing: () => undefined },
    meter: quietMeter,
    log: quietLog,
    virtualAgent: { answer },
    rules: defaultTimerRules,
    now: () => new Date(),
    link: () => '',
    mayBegin: () => true,
    deliver: () => undefined,
    queueChanged: () => undefined,
    met: () => undefined,
    sync: makeSyncAnswers(),
    fresh: makeFresh(),
  })
  return { converse, written, rung }
}
const hello: VirtualAgent['answer'] = async ({ heard }) => ({
  memory: null,
  say: [{ content: { type: 'text', text: 'hello' }, to: heard.map((one) => one.event) }],
})

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('a virtual agent that never answers is given up, and the person gets a technician', async () => {
  const { converse, written } = openWay(() => new Promise(() => undefined))
  const taking = converse([id])
  await vi.advanceTimersByTimeAsync(100)
  const { slow } = await taking
  expect(slow.map(([conversation]) => conversation)).toEqual([id])
  await vi.advanceTimersByTimeAsync(60_000)
  expect(await slow[0]![1]).toBe(false)
  expect(written.map(({ turn }) => turn.next.owner.by)).toEqual(['queue'])
})

test('a conversation with more to take than one turn holds is rung again at once', async () => {
  const { converse, rung } = openWay(hello, { more: true })
  await converse([id])
  expect(rung).toEqual([[id]])
})

test('a sign of writing that fails before its first await ends nothing', async () => {
  const { converse, written } = openWay(
    async (question) => {
      await new Promise((resolve) => setTimeout(resolve, 200))
      return hello(question)
    },
    {
      adapter: {
        typing: () => {
          throw new Error('no such address')
        },
      },
    },
  )
  const taking = converse([id])
  await vi.advanceTimersByTimeAsync(500)
  const { slow } = await taking
  await slow[0]![1]
  expect(written).toHaveLength(1)
})

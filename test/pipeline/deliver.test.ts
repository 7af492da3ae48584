import { expect, test } from 'vitest'
import type { Adapter, Failure, PlatformMessageId } from '../../src/channel/index.ts'
import type { ConversationId } from '../../src/core/conversation.ts'
import { makeDeliver } from '../../src/pipeline/deliver.ts'
import type { Bell, Channel, Outgoing, PartResult, Store } from '../../src/pipeline/ports.ts'
import { addressOf, everything } from '../support/events.ts'
import { quietLog, quietMeter } from './support.ts'

const conversation = 'c' as ConversationId
const begun = (more: Partial<Outgoing> = {}): Outgoing => ({
  conversation,
  number: 1,
  to: addressOf('ada'),
  messages: [1],
  payload: 'hi',
  bytes: 0,
  attempt: 1,
  unresolved: false,
  twice: false,
  reachable: true,
  ...more,
})

/** Sends one part through `adapter` and tells what was written of it. */
async function sendOnce(part: Outgoing, adapter: Partial<Adapter>, ring: Bell['ring'] = () => undefined): Promise<PartResult> {
  const written: PartResult[] = []
  const store: Partial<Store> = {
    record: async (results) => {
      written.push(...results)
      return []
    },
    move: async () => undefined,
  }
  const channel = { definition: { name: 'test' }, account: 'main', adapter, can: { ...everything, edit: true }, onUncertain: 'resend' }
  const channels = { get: () => channel as unknown as Channel, all: () => [] }
  const needs = {
    channels,
    store: store as Store,
    bell: { ring },
    meter: quietMeter,
    log: quietLog,
    now: () => new Date(),
    random: () => 0,
  }
  const deliver = makeDeliver(needs)
  deliver.take([{ conversation, to: part.to, begun: part, owed: false }])
  await deliver.idle()
  return written[0]!
}

test('a change to a message of ours stays findable where the platform tells no id for it', async () => {
  const message = 'm1' as PlatformMessageId
  const { state, platform } = await sendOnce(begun({ revises: message }), { revise: async () => ({ messages: [], at: '' }) })
  expect([state, platform]).toEqual(['sent', [message]])
})

test('what can’t be changed any more is said anew; what may only come later is not', async () => {
  const failing = (kind: Failure['kind']): Partial<Adapter> => ({
    revise: async () => {
      throw new Error('no')
    },
    send: async () => ({ messages: ['m2' as PlatformMessageId], at: '' }),
    classify: () => ({ kind, code: 'x' }),
  })
  const part = begun({ revises: 'm1' as PlatformMessageId })
  expect(await sendOnce(part, failing('rejected'))).toMatchObject({ state: 'sent', platform: ['m2'] })
  expect(await sendOnce(part, failing('transient'))).toMatchObject({ state: 'due', platform: null })
})

test('a conversation whose new address belongs to another is not sent to for ever', async () => {
  const failure: Failure = { kind: 'transient', code: '400', movedTo: 'elsewhere' }
  const adapter: Partial<Adapter> = {
    send: async () => {
      throw new Error('moved')
    },
    classify: () => failure,
  }
  expect(await sendOnce(begun(), adapter)).toMatchObject({ state: 'due', dueInMs: 0 })
  expect(await sendOnce(begun({ attempt: 5 }), adapter)).toMatchObject({ state: 'failed', failure })
})

test('thousands of conversations that may be sent for at once do not open thousands of connections, and none is forgotten', async () => {
  let [flying, most] = [0, 0]
  const sent = new Set<string>()
  const adapter: Partial<Adapter> = {
    send: async (payload) => {
      most = Math.max(most, ++flying)
      await new Promise((resolve) => setTimeout(resolve, 50))
      flying--
      sent.add(String(payload))
      return { messages: [], at: '' }
    },
  }
  const store: Partial<Store> = {
    claim: async (conversations) => conversations.map((one) => begun({ conversation: one, payload: one })),
    record: async () => [],
  }
  const channel = { definition: { name: 'test' }, account: 'main', adapter, can: everything, onUncertain: 'resend' }
  const channels = { get: () => channel as unknown as Channel, all: () => [] }
  const needs = { channels, store: store as Store, bell: { ring: () => undefined }, meter: quietMeter, log: quietLog }
  const deliver = makeDeliver({ ...needs, now: () => new Date(), random: () => 0 })
  const owing = Array.from({ length: 3_000 }, (_, index) => `c${index}` as ConversationId)
  deliver.ring(owing)
  deliver.ring(owing)
  await deliver.idle()
  expect(sent.size).toBe(3_000)
  expect(most).toBeLessThanOrEqual(1_000)
})

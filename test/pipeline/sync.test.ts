import { describe, expect, test } from 'vitest'
import type { AccountId, Adapter, EventId, HookRequest, InboundEvent, Json } from '../../src/channel/index.ts'
import type { ConversationId } from '../../src/core/conversation.ts'
import { makeDeliver } from '../../src/pipeline/deliver.ts'
import type { Channel, Channels, Committed, Outgoing, PartResult, PlannedTurn, Store } from '../../src/pipeline/ports.ts'
import { makeReceive } from '../../src/pipeline/receive.ts'
import { makeSyncAnswers } from '../../src/pipeline/sync-answers.ts'
import { addressOf, everything, typed } from '../support/events.ts'
import { quietLog, quietMeter } from './support.ts'

const main = 'main' as AccountId
const conversation = 'c' as ConversationId
const request = (body: string): HookRequest => ({
  method: 'POST',
  via: 'listen',
  query: {},
  headers: {},
  body: new TextEncoder().encode(body),
})

/** A channel whose `conversation_started` takes one message inside its answer. */
function openChannel(sent: Json[]) {
  const adapter: Partial<Adapter> = {
    parse: ({ body }) => {
      const event: InboundEvent = { ...typed('ada', 'hi'), id: new TextDecoder().decode(body) as EventId, sync: { withinMs: 300 } }
      return { events: [event], ignored: [], reply: { status: 200, body: 'neutral' } }
    },
    respond: (_event, payloads) =>
      payloads.length === 0 ? undefined : { reply: { status: 200, body: `inside: ${String(payloads[0])}` }, covers: 1 },
    send: async (payload) => {
      sent.push(payload)
      return { messages: [], at: '' }
    },
  }
  const channel = {
    definition: { name: 'test', title: 'Test', source: 'Test' },
    account: main,
    adapter,
    can: everything,
    onUncertain: 'resend',
  } as unknown as Channel
  const channels: Channels = { get: () => channel, all: () => [channel] }
  return { channel, channels }
}

/** The way with a store that holds one turn of `payloads`, taken `afterMs` after it was rung. */
function openWay(payloads: readonly string[], { afterMs = 0, mayBegin = true } = {}) {
  const sent: Json[] = []
  const { channels } = openChannel(sent)
  const part = (number: number): Outgoing | null =>
    payloads[number - 1] === undefined
      ? null
      : {
          conversation,
          number,
          to: addressOf('ada'),
          messages: [number],
          payload: payloads[number - 1]!,
          bytes: 0,
          attempt: 1,
          unresolved: false,
          twice: false,
          reachable: true,
        }
  const recorded: PartResult[] = []
  const store = {
    file: async (filings) => filings.map(() => ({ conversation, seq: 1, files: false, album: false })),
    record: async (results) => {
      recorded.push(...results)
      return results.flatMap(({ number }) => part(number + 1) ?? [])
    },
    claim: async () => [part(1)!],
  } satisfies Partial<Store> as unknown as Store
  const sync = makeSyncAnswers()
  const bell = { ring: () => undefined }
  const deliver = makeDeliver({ channels, store, bell, meter: quietMeter, log: quietLog, now: () => new Date(), random: () => 0 })
  let event: InboundEvent | undefined
  const takeHere = (): void => {
    setTimeout(() => {
      const plans = payloads.map((payload, index) => ({ messages: [index + 1], payload, bytes: 0 }))
      const turn = { entries: [{ seq: 1, happening: { kind: 'heard', event: event! } }], plans } as unknown as PlannedTurn
      const committed: Committed = { conversation, to: addressOf('ada'), begun: mayBegin ? part(1) : null, owed: !mayBegin }
      deliver.take([{ ...committed, covers: sync.covers(turn, committed) }])
      if (!mayBegin) deliver.ring([conversation])
    }, afterMs)
  }
  const receive = makeReceive({
    home: () => ({ choices: [], requests: [] }),
    channels,
    store,
    bell,
    live: { changed: () => undefined, typing: () => undefined },
    meter: quietMeter,
    log: quietLog,
    now: () => new Date(),
    fetchFiles: () => undefined,
    sync,
    fresh: undefined,
    takeHere,
  })
  const knock = async (id: string) => {
    event = { ...typed('ada', 'hi'), id: id as EventId, sync: { withinMs: 300 } }
    const { body } = await receive('test', main, request(id))
    await new Promise((resolve) => setTimeout(resolve, 20))
    await deliver.idle()
    return body
  }
  return { knock, sent, recorded, sync }
}

describe('a platform that waits for the answer inside its request', () => {
  test('gets what the turn says first, and only the rest is sent', async () => {
    const { knock, sent, recorded } = openWay(['one', 'two'])
    expect(await knock('started:1')).toBe('inside: one')
    expect(sent).toEqual(['two'])
    expect(recorded.map(({ number, state }) => [number, state])).toEqual([
      [1, 'sent'],
      [2, 'sent'],
    ])
  })

  test('gets its neutral answer where the turn is late, and then everything is sent', async () => {
    const { knock, sent, sync } = openWay(['one', 'two'], { afterMs: 400 })
    expect(await knock('started:1')).toBe('neutral')
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(sent).toEqual(['one', 'two'])
    expect(sync.size).toBe(0)
  })

  test('gets its neutral answer where something older must go out first', async () => {
    const { knock, sent } = openWay(['one'], { mayBegin: false })
    expect(await knock('started:1')).toBe('neutral')
    expect(sent).toEqual(['one'])
  })
})

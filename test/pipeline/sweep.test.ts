import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { AccountId } from '../../src/channel/index.ts'
import type { ConversationId } from '../../src/core/conversation.ts'
import type { Bell, Store } from '../../src/pipeline/ports.ts'
import { makeSweep, sweepEveryMs } from '../../src/pipeline/sweep.ts'
import { quietLog, quietMeter } from './support.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function openSweep(store: Partial<Store>, ring: Bell['ring'] = () => undefined) {
  const sending: ConversationId[] = ['c' as ConversationId]
  const bell = { ring }
  const needs = { store: store as Store, bell, meter: quietMeter, log: quietLog, now: () => new Date(), fetchFiles: () => undefined }
  return { sending, sweep: makeSweep({ ...needs, sending: () => sending }) }
}

test('leases are renewed while a look takes for ever, and after the looking has stopped', async () => {
  let renewed = 0
  const { sweep } = openSweep({
    forgotten: () => new Promise(() => undefined),
    renew: async () => {
      renewed++
      if (renewed === 1) throw new Error('the store is away')
    },
  })
  const letGo = sweep.hold()
  const stop = sweep.start()
  await vi.advanceTimersByTimeAsync(sweepEveryMs * 2)
  stop()
  await vi.advanceTimersByTimeAsync(sweepEveryMs * 2)
  expect(renewed).toBe(4)
  letGo()
  await vi.advanceTimersByTimeAsync(sweepEveryMs * 2)
  expect(renewed).toBe(4)
})

test('what a paced account owes is rung at its pace', async () => {
  const rung: unknown[] = []
  const at = { channel: 'test', account: 'main' as AccountId }
  const owed = ['a', 'b'].map((conversation) => ({ conversation: conversation as ConversationId, ...at }))
  const { sweep } = openSweep(
    { forgotten: async () => ({ turns: [], deliveries: ['c' as ConversationId], paced: owed, unfetched: [], timers: [] }) },
    (...ring) => rung.push(ring),
  )
  await sweep.sweep()
  expect(rung).toContainEqual(['delivery', ['c']])
  expect(rung).toContainEqual(['delivery', ['a', 'b'], { account: at }])
})

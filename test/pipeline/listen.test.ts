import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { makeListen } from '../../src/pipeline/listen.ts'
import type { Channel, Store } from '../../src/pipeline/ports.ts'
import { quietLog } from './support.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('listening begins again, whatever broke it and whether or not it can be explained', async () => {
  let began = 0
  const channel = {
    definition: { name: 'test' },
    account: 'main',
    adapter: {
      listen: async () => {
        began++
        throw new Error('the socket closed')
      },
      classify: () => {
        throw new Error('no such error')
      },
    },
  } as unknown as Channel
  const store: Partial<Store> = { lease: async () => true, release: async () => undefined }
  const listen = makeListen({ store: store as Store, log: quietLog, receive: async () => ({ status: 200 }), report: () => undefined })
  const stop = listen([channel])
  await vi.advanceTimersByTimeAsync(12_000)
  expect(began).toBe(3)
  await stop()
})

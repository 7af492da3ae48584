import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Content, type FileRef, id, PlatformError } from '../../src/channel/index.ts'
import { makeFetch } from '../../src/pipeline/fetch.ts'
import { typed } from '../support/events.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

/** One message with one file; `tries` says what becomes of each try to fetch it. */
function fetching(tries: readonly (number | 'there')[]) {
  const file: FileRef = { ref: { file: 1 } }
  const event = typed('ada', '', { content: [{ type: 'media', kind: 'file', file }] })
  const kept: Content[] = []
  let asked = 0
  const adapter = {
    fetchFile: async () => {
      const outcome = tries[asked++]!
      if (outcome !== 'there') throw new PlatformError({ status: 429, code: 'busy', message: 'busy', retryAfterMs: outcome })
      return { mime: 'text/plain', body: new Blob(['x']).stream() }
    },
    classify: (error: unknown) => ({ kind: 'throttled' as const, code: 'busy', retryAfterMs: (error as PlatformError).retryAfterMs! }),
  }
  const fetch = makeFetch({
    channels: { get: () => ({ adapter, definition: { name: 'test' }, account: 'main' }) } as never,
    store: {
      unfetched: async () => [{ seq: 1, conversation: 'c', happening: { kind: 'heard', event } }],
      fetched: async (_: number, { event: { content } }: { event: { content: Content[] } }) => void kept.push(...content),
    } as never,
    files: { keep: async () => ({ id: id('kept'), name: 'a', mime: 'text/plain', bytes: 1 }) } as never,
    bell: { ring: () => undefined } as never,
    meter: { count: () => undefined } as never,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined } as never,
  })
  fetch.ask([1])
  return { kept, asked: () => asked }
}

describe('a file of a platform that asks us to wait', () => {
  test('is asked for again when that time is over, not before', async () => {
    const { kept, asked } = fetching([20_000, 'there'])
    await vi.advanceTimersByTimeAsync(19_000)
    expect([asked(), kept]).toEqual([1, []])
    await vi.advanceTimersByTimeAsync(1_500)
    expect(asked()).toBe(2)
    expect(kept).toMatchObject([{ type: 'media', file: { stored: 'kept' } }])
  })

  test('does not hold the message for longer than a minute, whatever the platform asks', async () => {
    const { kept, asked } = fetching([3_600_000, 3_600_000, 3_600_000])
    await vi.advanceTimersByTimeAsync(61_000)
    expect(asked()).toBe(3)
    expect(kept).toMatchObject([{ type: 'unreadable', text: expect.stringContaining('could not be fetched') }])
  })
})

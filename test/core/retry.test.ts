import { describe, expect, test } from 'vitest'
import type { Failure } from '../../src/channel/index.ts'
import { afterFailure, maxAttempts } from '../../src/core/retry.ts'

const rules = { idempotentSend: false, onUncertain: 'resend', twice: false } as const
const failure = (kind: Failure['kind'], more: Partial<Failure> = {}): Failure => ({ kind, code: 'x', ...more })

describe('the retry table', () => {
  test('what was not sent is tried again with growing waits and then given up', () => {
    const waits = Array.from({ length: maxAttempts - 1 }, (_, index) => afterFailure(failure('transient'), index + 1, rules, 0.5))
    expect(waits.every((step) => step.do === 'again' && step.counts && !step.twice)).toBe(true)
    const ms = waits.map((step) => (step.do === 'again' ? step.inMs : 0))
    expect(ms).toEqual(ms.toSorted((one, other) => one - other))
    expect(afterFailure(failure('transient'), maxAttempts, rules, 0.5)).toEqual({ do: 'give-up', held: false })
    const hopeless = failure('transient', { attempts: 3 })
    expect([1, 2, 3].map((attempt) => afterFailure(hopeless, attempt, rules, 0).do)).toEqual(['again', 'again', 'give-up'])
  })
  test('all waits together outlast a platform that is away for an hour', () => {
    const total = Array.from({ length: maxAttempts - 1 }, (_, index) => afterFailure(failure('transient'), index + 1, rules, 0)).reduce(
      (sum, step) => sum + (step.do === 'again' ? step.inMs : 0),
      0,
    )
    expect(total).toBeGreaterThan(3_600_000)
  })
  test('a platform that says wait is waited for, and it is no attempt', () => {
    expect(afterFailure(failure('throttled', { retryAfterMs: 7_000 }), 99, rules, 0.5)).toEqual({
      do: 'again',
      inMs: 7_000,
      counts: false,
      twice: false,
    })
  })
  test('an unknown outcome goes out once more, marked, and then is held', () => {
    expect(afterFailure(failure('uncertain'), 1, rules, 0.5)).toMatchObject({ do: 'again', twice: true })
    expect(afterFailure(failure('uncertain'), 2, { ...rules, twice: true }, 0.5)).toEqual({ do: 'give-up', held: true })
    expect(afterFailure(failure('uncertain'), 1, { ...rules, onUncertain: 'hold' }, 0.5)).toEqual({ do: 'give-up', held: true })
  })
  test('where sending twice reaches the person once, it is an ordinary retry', () => {
    expect(afterFailure(failure('uncertain'), 1, { ...rules, idempotentSend: true }, 0.5)).toMatchObject({ do: 'again', twice: false })
    expect(afterFailure(failure('uncertain', { resendSafe: true }), 1, rules, 0.5)).toMatchObject({ do: 'again', twice: false })
    expect(afterFailure(failure('uncertain', { resendSafe: false }), 1, { ...rules, idempotentSend: true }, 0.5)).toMatchObject({
      twice: true,
    })
  })
  test('what can never succeed is given up, and broken credentials stop the account', () => {
    expect(afterFailure(failure('rejected'), 1, rules, 0.5)).toEqual({ do: 'give-up', held: false })
    expect(afterFailure(failure('unreachable'), 1, rules, 0.5)).toEqual({ do: 'give-up', held: false })
    expect(afterFailure(failure('unauthorized'), 1, rules, 0.5)).toEqual({ do: 'pause-account' })
  })
})

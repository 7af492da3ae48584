import type { Failure } from '../channel/index.ts'

/** Attempts of one part before it is given up: with the waits below more than an hour of a platform that is away. */
export const maxAttempts = 40
const firstWaitMs = 500
const longestWaitMs = 300_000

/** What to do after a part failed. `twice`: the person may see it twice, and the journey says so. */
export type Step =
  | { readonly do: 'again'; readonly inMs: number; readonly counts: boolean; readonly twice: boolean }
  | { readonly do: 'give-up'; readonly held: boolean }
  | { readonly do: 'pause-account' }

export type RetryRules = {
  readonly idempotentSend: boolean
  readonly onUncertain: 'resend' | 'hold'
  /** Was this part already repeated after an uncertain outcome? */
  readonly twice: boolean
}

/** The whole retry policy: a table over `failure.kind`. `random` in [0, 1) spreads the waits; `attempt` counts from 1. */
export function afterFailure(failure: Failure, attempt: number, rules: RetryRules, random: number): Step {
  const wait = failure.retryAfterMs ?? Math.round(Math.min(longestWaitMs, firstWaitMs * 2 ** (attempt - 1)) * (0.5 + random / 2))
  switch (failure.kind) {
    case 'transient':
      return attempt < Math.min(failure.attempts ?? maxAttempts, maxAttempts)
        ? { do: 'again', inMs: wait, counts: true, twice: false }
        : { do: 'give-up', held: false }
    case 'throttled':
      return { do: 'again', inMs: failure.retryAfterMs ?? 1_000, counts: false, twice: false }
    case 'uncertain':
      if (failure.resendSafe ?? rules.idempotentSend)
        return attempt < maxAttempts ? { do: 'again', inMs: wait, counts: true, twice: false } : { do: 'give-up', held: false }
      if (rules.onUncertain === 'hold' || rules.twice) return { do: 'give-up', held: true }
      return { do: 'again', inMs: wait, counts: true, twice: true }
    case 'rejected':
    case 'unreachable':
      return { do: 'give-up', held: false }
    case 'unauthorized':
      return { do: 'pause-account' }
  }
}

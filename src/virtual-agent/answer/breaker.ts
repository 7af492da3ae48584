/** Why a call is not made at all. */
export type Closed = 'resting' | 'busy' | 'spent'

/** Whoever was let in leaves once, and says whether it went well (null: that was not waited for) and what it cost. */
export type Entry = { leave(outcome: { readonly ok: boolean | null; readonly tokens: number }): void }
export type Gate = { enter(tokens: number): Entry | Closed }

const DAY_MS = 86_400_000

/**
 * Keeps calls few: `atOnce` at a time, `dailyTokens` a day (UTC) in this process, and none for `restMs` after `failures` failures within `withinMs`.
 * After the rest one call is let through; only if that goes well may others follow. `tokens` is what a call may cost at most.
 */
export const makeGate = (of: {
  readonly now: () => number
  readonly atOnce: number
  readonly dailyTokens: number
  readonly failures: number
  readonly withinMs: number
  readonly restMs: number
}): Gate => {
  let inside = 0
  let reserved = 0
  let failed: readonly number[] = []
  let restsUntil: number | null = null
  let trial = false
  let day = 0
  let spent = 0

  const judge = (ok: boolean | null, isTrial: boolean): void => {
    const now = of.now()
    if (isTrial) trial = false
    if (ok === null) return
    if (ok) {
      if (isTrial) restsUntil = null
      return
    }
    failed = [...failed.filter((at) => now - at < of.withinMs), now]
    if (!isTrial && failed.length < of.failures) return
    restsUntil = now + of.restMs
    failed = []
  }

  return {
    enter(tokens) {
      const now = of.now()
      const today = Math.floor(now / DAY_MS)
      if (today !== day) {
        day = today
        spent = 0
      }
      if (restsUntil !== null && (trial || now < restsUntil)) return 'resting'
      if (inside >= of.atOnce) return 'busy'
      if (spent + reserved + tokens > of.dailyTokens) return 'spent'
      const isTrial = restsUntil !== null
      trial = isTrial
      inside += 1
      reserved += tokens
      return {
        leave({ ok, tokens: used }) {
          inside -= 1
          reserved -= tokens
          spent += used
          judge(ok, isTrial)
        },
      }
    },
  }
}

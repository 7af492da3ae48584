import type { EmulatorOptions } from '../../emulator.ts'

const hurriedMs = 30_000

/**
 * How long a platform waits for the answer to a webhook, in ms: its own figure in real time. Where its clock goes faster the hub goes no faster,
 * so it waits half a minute at least.
 */
export const patienceOf = ({ timeScale = 1, patienceMs }: Pick<EmulatorOptions, 'timeScale' | 'patienceMs'>, platformMs: number): number =>
  patienceMs ?? (timeScale > 1 ? Math.max(hurriedMs, platformMs) : platformMs)

/** The same where an address is tried before it is taken: a hub that has just started compiles itself meanwhile. */
export const trialMs = 30_000

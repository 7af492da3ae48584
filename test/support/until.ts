import { setTimeout as wait } from 'node:timers/promises'

/** Longer than any machine stalls; the test's own time-out finds what never comes. */
const longestMs = 50_000

/** What `look` finds, as soon as it finds anything but undefined or false; `what` is said where it never does. */
export async function until<Found>(
  look: () => Found | undefined | false | Promise<Found | undefined | false>,
  what = 'what was waited for',
  ms = longestMs,
): Promise<Found> {
  for (const end = Date.now() + ms; ; await wait(20)) {
    const found = await look()
    if (found !== undefined && found !== false) return found
    if (Date.now() > end) throw new Error(`${what} did not come`)
  }
}

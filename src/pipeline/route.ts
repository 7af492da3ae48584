import type { Bell, Log, Store } from './ports.ts'

/** Tells everybody who waits their place in line when it changed. Runs after whatever moves a queue; rings that fall together are one run. */
export function makeRoute({
  store,
  bell,
  log,
  now,
}: {
  readonly store: Store
  readonly bell: Bell
  readonly log: Log
  readonly now: () => Date
}) {
  let running = false
  let again = false

  async function run(): Promise<void> {
    const [waiting, technicians] = await Promise.all([store.waiting(), store.availableTechnicians()])
    const inLine = new Map<string, number>()
    const of = new Map<string, number>()
    for (const { skill } of waiting) of.set(skill, (of.get(skill) ?? 0) + 1)
    for (const { conversation, skill, since, told } of waiting) {
      const place = (inLine.get(skill) ?? 0) + 1
      inLine.set(skill, place)
      if (told === place) continue
      const at = now().toISOString()
      const filed = await store.fileFor(conversation, `placed:${since}:${told ?? 0}:${place}:${at}`, {
        kind: 'placed',
        place,
        waiting: of.get(skill) ?? place,
        technicians,
        at,
      })
      if (filed !== null) bell.ring('turn', [conversation])
    }
  }

  return async function changed(): Promise<void> {
    if (running) {
      again = true
      return
    }
    running = true
    try {
      do {
        again = false
        await run()
      } while (again)
    } catch (error) {
      log.warn({ step: 'route', outcome: 'store', error }, 'places in line could not be told; the next change tells them')
    } finally {
      running = false
    }
  }
}

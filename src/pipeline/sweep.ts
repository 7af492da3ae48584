import type { ConversationId } from '../core/conversation.ts'
import type { Bell, Log, Meter, Store } from './ports.ts'

/** How often this process looks for what was left undone, and renews the leases of what it is sending, in ms. A lease lasts three times as long. */
export const sweepEveryMs = 2_000
const atOnce = 500

type Needs = {
  readonly store: Store
  readonly bell: Bell
  readonly meter: Meter
  readonly log: Log
  readonly now: () => Date
  readonly fetchFiles: (seqs: readonly number[]) => void
  /** The conversations that this process is sending for. */
  readonly sending: () => readonly ConversationId[]
}

/** The safety net: whatever is due and nobody works on is rung again, whoever dropped it. `hold` keeps what this process is sending. */
export function makeSweep({ store, bell, meter, log, now, fetchFiles, sending }: Needs) {
  async function sweep(): Promise<void> {
    const { turns, deliveries, paced, unfetched, timers } = await store.forgotten(atOnce)
    for (const { conversation, name, at } of timers) {
      const filed = await store.fileFor(conversation, `timer:${name}:${at}`, {
        kind: 'timer',
        timer: name,
        due: at,
        at: now().toISOString(),
      })
      if (filed !== null) bell.ring('turn', [conversation])
    }
    bell.ring('turn', turns)
    bell.ring('delivery', deliveries)
    for (const owed of Map.groupBy(paced, ({ channel, account }) => `${channel}/${account}`).values()) {
      const { channel, account } = owed[0]!
      bell.ring(
        'delivery',
        owed.map(({ conversation }) => conversation),
        { account: { channel, account } },
      )
    }
    fetchFiles(unfetched)
    meter.count('swept', {}, turns.length + deliveries.length + paced.length)
  }

  let busy = false
  const tick = async (): Promise<void> => {
    if (busy) return
    busy = true
    try {
      await sweep()
    } catch (error) {
      log.warn({ step: 'sweep', outcome: 'store', error }, 'sweep could not look; it tries again')
    } finally {
      busy = false
    }
  }

  const renew = (): void => {
    const conversations = sending()
    if (conversations.length === 0) return
    store.renew(conversations).catch((error: unknown) => {
      log.warn({ step: 'sweep', outcome: 'store', error }, 'leases could not be renewed; who claims them next sends again')
    })
  }

  return {
    sweep,
    /** Keeps what this process is sending, however long a look takes and until the very end: whoever sends needs it, whatever its role. */
    hold(): () => void {
      const timer = setInterval(renew, sweepEveryMs)
      return () => clearInterval(timer)
    },
    start(): () => void {
      void tick()
      const timer = setInterval(() => void tick(), sweepEveryMs)
      return () => clearInterval(timer)
    },
  }
}

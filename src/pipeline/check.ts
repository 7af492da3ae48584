import type { Health } from '../channel/index.ts'
import { listenLease } from './listen.ts'
import type { Bell, Channel, Channels, Log, Store } from './ports.ts'

const checkTimeoutMs = 10_000
/** Every account is asked so often whether it still works, in ms. */
const checkEveryMs = 300_000

const unchecked: Health = { ok: false, detail: 'Another process listens for this account and has not checked it yet.' }
const deaf: Health = {
  ok: false,
  detail: 'No process listens for this account, so nothing can be sent. One that works will begin within seconds.',
}

type Needs = { readonly channels: Channels; readonly store: Store; readonly bell: Bell; readonly log: Log }

/** Asks the platforms whether the accounts' credentials work. A paused account that is green again goes on with what it owes. */
export function makeCheck({ channels, store, bell, log }: Needs) {
  async function check(channel: Channel): Promise<Health> {
    const { definition, account, can } = channel
    // Only who listens knows; the others tell what it said last.
    const listener = can.sendsFrom === 'anywhere' ? 'me' : await store.holder(listenLease(definition.name, account))
    if (listener === 'another') return (await store.lastCheck(definition.name, account)) ?? unchecked
    const health = listener === 'nobody' ? deaf : await ask(channel)
    const owing = await store.noteCheck(definition.name, account, health)
    if (owing.length > 0) bell.ring('delivery', owing)
    log.info(
      {
        step: 'check',
        channel: definition.name,
        account,
        outcome: health.ok ? 'green' : 'red',
        reason: health.ok ? undefined : health.detail,
      },
      'an account was checked',
    )
    return health
  }
  async function ask({ adapter }: Channel): Promise<Health> {
    try {
      return await adapter.check(AbortSignal.timeout(checkTimeoutMs))
    } catch (error) {
      const failure = adapter.classify(error)
      return { ok: false, detail: failure.detail ?? failure.code }
    }
  }
  const checkAll = async (which: readonly Channel[]): Promise<void> => {
    await Promise.all(which.map((channel) => check(channel).catch(() => undefined)))
  }
  return {
    check,
    start(): () => void {
      // Listening begins at the same time, and has itself checked as soon as it has something to tell.
      void checkAll(channels.all().filter(({ can }) => can.sendsFrom === 'anywhere'))
      const timer = setInterval(() => void checkAll(channels.all()), checkEveryMs)
      return () => clearInterval(timer)
    },
  }
}

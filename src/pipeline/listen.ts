import type { HookReply, HookRequest, ListenState } from '../channel/index.ts'
import type { Channel, Log, Store } from './ports.ts'

/** Whoever holds it listens for the account. */
export const listenLease = (channel: string, account: string): string => `listen.${channel}.${account}`

/** One process holds an account's socket; its lease lasts so long and is renewed three times within it, in seconds. */
const leaseSeconds = 15

type Needs = {
  readonly store: Store
  readonly log: Log
  readonly receive: (channel: string, account: Channel['account'], request: HookRequest) => Promise<HookReply>
  readonly report: (channel: Channel, state: ListenState) => void
  /** This process begins to listen for an account, or does so no longer: what sends only from where somebody listens follows. */
  readonly moved?: (channel: Channel, here: boolean) => void
}

/** Keeps listening for the accounts that must be asked (polling, sockets): whoever gets the lease listens; where it is lost, another process goes on. */
export function makeListen({ store, log, receive, report, moved = () => undefined }: Needs) {
  return (channels: readonly Channel[]): (() => Promise<void>) => {
    const stopping = new AbortController()
    const running = channels.flatMap((channel) => (channel.adapter.listen ? [keep(channel, stopping.signal)] : []))
    return async () => {
      stopping.abort()
      await Promise.all(running)
    }
  }

  async function keep(channel: Channel, stop: AbortSignal): Promise<void> {
    const name = listenLease(channel.definition.name, channel.account)
    while (!stop.aborted) {
      const mine = await store.lease(name, leaseSeconds).catch(() => false)
      if (mine) await hold(channel, name, stop)
      await pause((leaseSeconds / 3) * 1_000, stop)
    }
  }

  /** Listens while the lease can be renewed. */
  async function hold(channel: Channel, name: string, stop: AbortSignal): Promise<void> {
    const lost = new AbortController()
    const over = AbortSignal.any([stop, lost.signal])
    const left = (): void => moved(channel, false)
    over.addEventListener('abort', left, { once: true })
    moved(channel, true)
    const renewing = setInterval(
      () => {
        store.lease(name, leaseSeconds).then(
          (mine) => mine || lost.abort(),
          () => lost.abort(),
        )
      },
      (leaseSeconds / 3) * 1_000,
    )
    const door = (request: HookRequest) => receive(channel.definition.name, channel.account, { ...request, via: 'listen' })
    try {
      await channel.adapter.listen!(door, (state) => report(channel, state), over)
    } catch (error) {
      const at = { step: 'listen', channel: channel.definition.name, account: channel.account, outcome: 'lost' }
      try {
        const failure = channel.adapter.classify(error)
        log.warn({ ...at, failure }, 'listening broke off; it begins again')
        report(channel, { state: 'lost', detail: failure.detail ?? failure.code })
      } catch (fault) {
        log.error({ ...at, error: fault }, 'listening broke off, and why could not be said; it begins again')
      }
    } finally {
      clearInterval(renewing)
      over.removeEventListener('abort', left)
      left()
      await store.release(name).catch(() => undefined)
    }
  }
}

const pause = (ms: number, stop: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (stop.aborted) return resolve()
    const timer = setTimeout(done, ms)
    function done(): void {
      clearTimeout(timer)
      stop.removeEventListener('abort', done)
      resolve()
    }
    stop.addEventListener('abort', done)
  })

import type { AccountId, ChannelName, HookRequest } from '../channel/index.ts'
import { maskBody } from '../core/mask.ts'
import type { Log, Store } from './ports.ts'

/** What is kept of one account within a minute, in bytes: whoever may write to it, a guest for one, could fill the disk. */
const mostBytes = 4 * 1024 * 1024
const minuteMs = 60_000
/** What a request takes besides its body, about. */
const rowBytes = 1024

type Needs = { readonly store: Pick<Store, 'quarantine'>; readonly log: Log; readonly now: () => Date }
type At = { readonly channel: ChannelName; readonly account: AccountId }

/**
 * Keeps a request with what we ignored in it or could not read, every password masked. Where such requests become a flood, the rest of the minute's
 * is counted and not kept, and the log says so once.
 */
export function makeQuarantine({ store, log, now }: Needs) {
  const minutes = new Map<string, { readonly until: number; bytes: number; told: boolean }>()
  return async (at: At, request: HookRequest, reasons: readonly string[]): Promise<void> => {
    const name = `${at.channel}/${at.account}`
    const time = now().getTime()
    const before = minutes.get(name)
    const minute = before && time < before.until ? before : { until: time + minuteMs, bytes: 0, told: false }
    minutes.set(name, minute)
    if (minute.bytes < mostBytes) {
      minute.bytes += request.body.length + rowBytes
      return store.quarantine(at, masked(request), reasons)
    }
    if (!minute.told)
      log.warn({ step: 'quarantine', ...at, outcome: 'full' }, 'more came that we can not read than is kept; it is only counted')
    minute.told = true
  }
}

/** What is no text is left as it came. */
function masked(request: HookRequest): HookRequest {
  const text = new TextDecoder().decode(request.body)
  const body = maskBody(text)
  return body === text ? request : { ...request, body: new TextEncoder().encode(body) }
}

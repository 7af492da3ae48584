import type { FileView, WebHookBody } from '../../src/http/api-types.ts'
import { ApiError, worthRetrying } from '../shared/api.ts'
import { forget, keep, kept, keptKeys, oneTab } from '../shared/keep.ts'

/** Something the person said that the hub has not yet shown back. */
export type Outgoing = {
  readonly id: string
  readonly at: string
  /** Ascending in the order of writing. */
  readonly order: number
  readonly body: WebHookBody
  readonly file?: FileView
  /** `sent`: the hub has it, its copy has not come back yet. */
  readonly state: 'queued' | 'sent' | 'refused'
  readonly reason?: string
}

const prefix = 'switchboard.outbox.'
const keyOf = (id: string) => prefix + id

/**
 * What is said is first kept, then sent under the id it got when it was written, one after the other, until the hub says 200: neither
 * reload nor a lost network loses or doubles it. Every entry has its own key, so that tabs do not write over each other.
 */
export function makeOutbox(send: (body: WebHookBody) => Promise<void>, changed: () => void) {
  let failures = 0
  let running = false
  let closed = false
  let timer: ReturnType<typeof setTimeout> | undefined

  const entries = (): readonly Outgoing[] =>
    keptKeys(prefix)
      .flatMap((key) => kept<Outgoing>(key) ?? [])
      .sort((a, b) => a.order - b.order)

  const put = (entry: Outgoing) => {
    keep(keyOf(entry.id), entry)
    changed()
  }

  const sendNext = async (): Promise<'more' | 'done' | 'later'> => {
    const next = entries().find((entry) => entry.state === 'queued')
    if (!next) return 'done'
    try {
      await send(next.body)
      failures = 0
      if ('started' in next.body) drop(next.id)
      else if (kept(keyOf(next.id))) put({ ...next, state: 'sent' })
      return 'more'
    } catch (error) {
      if (error instanceof ApiError && !worthRetrying(error) && error.status !== 401) {
        if (kept(keyOf(next.id))) put({ ...next, state: 'refused', reason: error.message })
        return 'more'
      }
      failures += 1
      const wait = error instanceof ApiError && error.retryAfterSeconds ? error.retryAfterSeconds * 1_000 : 0
      clearTimeout(timer)
      timer = setTimeout(flush, Math.max(wait, Math.min(15_000, 500 * 2 ** Math.min(failures, 6))) * (0.8 + Math.random() * 0.4))
      changed()
      return 'later'
    }
  }

  /** Sends whatever waits, now. Called as often as there is reason to hope. */
  function flush(): void {
    if (running || closed) return
    running = true
    clearTimeout(timer)
    void oneTab('switchboard.outbox', async () => {
      let outcome = await sendNext()
      while (outcome === 'more' && !closed) outcome = await sendNext()
    }).finally(() => {
      running = false
    })
  }

  const add = (body: WebHookBody, file?: FileView) => {
    const order = Math.max(Date.now(), (entries().at(-1)?.order ?? 0) + 1)
    put({ id: body.id, at: new Date().toISOString(), order, body, ...(file ? { file } : {}), state: 'queued' })
    if (!running) flush()
    else setTimeout(flush, 100)
  }

  const drop = (id: string) => {
    forget(keyOf(id))
    changed()
  }

  /** What the hub took a while ago and will not show back any more. */
  const tidy = () => {
    for (const entry of entries()) if (entry.state === 'sent' && Date.now() - Date.parse(entry.at) > 60_000) drop(entry.id)
  }

  const retry = (id: string) => {
    const entry = kept<Outgoing>(keyOf(id))
    if (entry) put({ ...entry, state: 'queued', reason: undefined })
    flush()
  }

  const close = () => {
    closed = true
    clearTimeout(timer)
  }
  return { entries, add, drop, tidy, retry, flush, close, isFailing: () => failures > 0 }
}

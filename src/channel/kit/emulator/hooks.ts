import type { DeliveredUpdate, EmulatorFaults } from '../../emulator.ts'

/** Something that a webhook tells. `lane`: what happens in one chat is told in its order. */
export type Told<Item> = {
  readonly item: Item
  readonly id: string
  readonly lane: string
  readonly chat: string
  readonly text?: string
}
type Pending<Item> = Told<Item> & { attempts: number; overtaken: boolean }
type Rules<Item> = {
  readonly timeScale: number
  readonly patienceMs: number
  /** Items that one webhook may carry. */
  readonly together: number
  /** Seconds to wait after so many tries have failed, at least one; undefined gives it up. */
  pause(tries: number): number | undefined
  /** Does what failed hold up what happened after it in the same lane? */
  readonly holdsUp: boolean
  /** The webhook's bytes and headers; `round` counts from 1, and is more for what is told again. */
  write(items: readonly Item[], round: number): { readonly body: string; readonly headers: { readonly [name: string]: string } }
  /** Does this status say that the hub has it? Without it every 2xx does. */
  isTaken?(status: number): boolean
  /** The hub has it at the first try, and has answered with this body. */
  took?(items: readonly Item[], body: string): void
}

/** Webhooks that are open at once to one address. */
const mostOpen = 32

/** Brings an emulator's webhooks to the hub, with duplicates and disorder as `faults` say. */
export function makeHooks<Item>(stage: { readonly faults: EmulatorFaults; readonly delivered: DeliveredUpdate[] }, by: Rules<Item>) {
  const lanes = new Map<string, Pending<Item>[]>()
  const busy = new Set<string>()
  const closing = new AbortController()
  let hook: URL | undefined
  let open = 0
  let underway = 0
  let held: Pending<Item>[] | undefined

  const pauseMs = (ms: number) =>
    new Promise<void>((resolve) => {
      if (closing.signal.aborted) return resolve()
      const end = () => {
        clearTimeout(timer)
        closing.signal.removeEventListener('abort', end)
        resolve()
      }
      const timer = setTimeout(end, Math.max(1, ms))
      closing.signal.addEventListener('abort', end, { once: true })
    })
  const line = (lane: string) => {
    const found = lanes.get(lane) ?? []
    lanes.set(lane, found)
    return found
  }

  function happen(told: Told<Item>): void {
    const pending = { ...told, attempts: 0, overtaken: false }
    if (held) return void held.push(pending)
    line(pending.lane).push(pending)
    queueMicrotask(pump)
  }

  function pump(): void {
    while (hook && open < mostOpen && !closing.signal.aborted) {
      const ready = [...lanes].filter(([lane, pending]) => pending.length > 0 && !busy.has(lane)).map(([lane]) => lane)
      if (ready.length === 0) return
      void run(ready.slice(0, Math.max(1, Math.min(by.together, Math.ceil(ready.length / (mostOpen - open))))))
    }
  }

  async function run(taken: readonly string[]): Promise<void> {
    open++
    for (const lane of taken) busy.add(lane)
    for (const lane of taken) await overtake(line(lane))
    const batch = taken.map((lane) => line(lane).shift()!)
    if (by.holdsUp) await deliver(batch)
    else await tryOnce(batch)
    for (const lane of taken) {
      busy.delete(lane)
      if (line(lane).length === 0) lanes.delete(lane)
    }
    open--
    pump()
  }

  async function overtake(pending: Pending<Item>[]): Promise<void> {
    const [head] = pending
    if (!head || head.overtaken || Math.random() >= stage.faults.reorder) return
    head.overtaken = true
    if (pending.length < 2) await pauseMs(20)
    if (pending.length >= 2) pending.splice(0, 2, pending[1]!, head)
  }

  async function tryOnce(batch: readonly Pending<Item>[]): Promise<void> {
    underway += batch.length
    if (!(await post(batch, 1))) void deliver(batch, 2)
    underway -= batch.length
  }

  async function deliver(batch: readonly Pending<Item>[], from = 1): Promise<void> {
    underway += batch.length
    for (let round = from; !closing.signal.aborted; round++) {
      if (round > 1) {
        const seconds = by.pause(round - 1)
        if (seconds === undefined) break
        await pauseMs((seconds * 1000) / by.timeScale)
      }
      if (!closing.signal.aborted && (await post(batch, round))) break
    }
    underway -= batch.length
  }

  /** True when the hub has taken it. */
  async function post(batch: readonly Pending<Item>[], round: number): Promise<boolean> {
    const items = batch.map(({ item }) => item)
    const taken = await knock(batch, items, round)
    if (taken && Math.random() < stage.faults.duplicate) await knock(batch, items, round + 1)
    return taken
  }

  async function knock(batch: readonly Pending<Item>[], items: readonly Item[], round: number): Promise<boolean> {
    const { body, headers } = by.write(items, round)
    let status: number | null = null
    let said = ''
    try {
      const response = await fetch(hook!.href, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body,
        redirect: 'manual',
        signal: AbortSignal.any([closing.signal, AbortSignal.timeout(by.patienceMs)]),
      })
      said = await response.text()
      status = response.status
    } catch {
      // nobody answered
    }
    for (const pending of batch) {
      const { id, chat, text = '' } = pending
      stage.delivered.push({ at: Date.now(), id, chat, text, attempt: ++pending.attempts, status })
    }
    const taken = status !== null && (by.isTaken?.(status) ?? (status >= 200 && status < 300))
    if (taken && round === 1) by.took?.(items, said)
    return taken
  }

  return {
    happen,
    url: (): URL | undefined => hook,
    /** Sends there from now on; nothing is asked first. */
    point(url: URL | undefined): void {
      hook = url
      pump()
    },
    /** What happens meanwhile goes out in one webhook. */
    async together(act: () => Promise<unknown>): Promise<void> {
      held = []
      try {
        await act()
      } finally {
        const batch = held
        held = undefined
        if (batch.length > 0 && hook) await deliver(batch)
      }
    },
    /** What the hub has not taken yet. */
    waiting: (): number => [...lanes.values()].reduce((sum, pending) => sum + pending.length, 0) + underway,
    close: () => closing.abort(),
  }
}
export type Hooks<Item> = ReturnType<typeof makeHooks<Item>>

/** What an emulator's phone shows for a link: its bytes, where it leads to this machine; nothing else is asked. */
export async function fetchShown(url: string): Promise<{ readonly mime: string; readonly name: string; readonly bytes: Uint8Array }> {
  const address = URL.canParse(url) ? new URL(url) : undefined
  const name = decodeURIComponent(address?.pathname.split('/').at(-1) ?? '')
  const nothing = { mime: 'application/octet-stream', name, bytes: new Uint8Array() }
  if (!address || !/^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/i.test(address.hostname)) return nothing
  try {
    const response = await fetch(address, { redirect: 'error', signal: AbortSignal.timeout(30_000) })
    if (!response.ok) return nothing
    const bytes = new Uint8Array(await response.arrayBuffer())
    return { mime: response.headers.get('content-type')?.split(';')[0] ?? nothing.mime, name, bytes }
  } catch {
    return nothing
  }
}

import { setTimeout as wait } from 'node:timers/promises'
import type { EmulatorOptions } from '../../../src/channel/emulator.ts'
import type { Json } from '../../../src/channel/index.ts'
import { patienceOf } from '../../../src/channel/kit/emulator/patience.ts'
import { Refusal } from './refusal.ts'
import { type BotState, seconds, type World } from './state.ts'

type Pending = {
  readonly update: { readonly update_id: number; readonly [kind: string]: Json }
  readonly chat: number
  readonly text: string
  readonly expires: number
  attempts: number
  overtaken: boolean
}
type Reply = (bot: BotState, method: string, fields: { readonly [name: string]: unknown }) => Promise<unknown>
export type Happened = {
  readonly kind: string
  readonly body: Json
  /** Updates of one queue are delivered one after the other, and a failing one holds the rest up. */
  readonly queue: string
  readonly chat: number
  readonly text?: string
}
export type Delivery = ReturnType<typeof makeDelivery>

const defaultKinds = ['message', 'edited_message', 'channel_post', 'callback_query', 'my_chat_member']
const day = 24 * 60 * 60

/**
 * Brings updates to the webhook, or keeps them for getUpdates. Retries at once, then after 2, 4, 8 … seconds up to 60 to 120;
 * https://github.com/tdlib/telegram-bot-api/blob/master/telegram-bot-api/WebhookActor.cpp
 */
export function makeDelivery(world: World, reply: Reply, options: EmulatorOptions) {
  const queues = new Map<BotState, Map<string, Pending[]>>()
  const running = new Set<Pending[]>()
  const inFlight = new Map<BotState, number>()
  const pollers = new Map<BotState, { wake: () => void; refuse: () => void }>()
  const closing = new AbortController()
  const patienceMs = patienceOf(options, 60_000)
  const ms = (scaled: number) => Math.max(1, (scaled * 1000) / world.timeScale)

  const queuesOf = (bot: BotState) => {
    const all = queues.get(bot) ?? new Map<string, Pending[]>()
    queues.set(bot, all)
    return all
  }
  const waiting = (bot: BotState): Pending[] =>
    [...queuesOf(bot).values()]
      .flat()
      .filter((pending) => pending.expires > Date.now())
      .sort((a, b) => a.update.update_id - b.update.update_id)

  function happen(bot: BotState, { kind, body, queue, chat, text = '' }: Happened): number | undefined {
    if (!(bot.webhook?.allowed ?? bot.updatesMinimum ?? defaultKinds).includes(kind)) return undefined
    const update_id = bot.nextUpdate++
    const expires = Date.now() + ms(kind === 'callback_query' ? 150 : day)
    const all = queuesOf(bot)
    const line = all.get(queue) ?? []
    all.set(queue, line)
    line.push({ update: { update_id, [kind]: body }, chat, text, expires, attempts: 0, overtaken: false })
    pump(bot)
    pollers.get(bot)?.wake()
    return update_id
  }

  function pump(bot: BotState) {
    if (!bot.webhook || closing.signal.aborted) return
    for (const line of queuesOf(bot).values()) if (line.length > 0 && !running.has(line)) void run(bot, line)
  }

  async function run(bot: BotState, line: Pending[]): Promise<void> {
    running.add(line)
    try {
      while (line.length > 0 && bot.webhook && !closing.signal.aborted) {
        if ((inFlight.get(bot) ?? 0) >= bot.webhook.maxConnections) await wait(5, undefined, { signal: closing.signal })
        else await step(bot, line)
      }
    } catch {
      // closing
    } finally {
      running.delete(line)
    }
  }

  async function step(bot: BotState, line: Pending[]): Promise<void> {
    await overtake(line)
    const head = line[0]!
    if (head.expires <= Date.now()) return void line.shift()
    const answer = await post(bot, head)
    if (answer.status !== null && answer.status >= 200 && answer.status < 300) {
      line.splice(line.indexOf(head), 1)
      await execute(bot, answer.body)
      if (Math.random() < world.faults.duplicate) await post(bot, head)
      return
    }
    const pause = Math.min(3600, answer.retryAfter ?? scheduled(head.attempts))
    if (pause > 0) await wait(ms(pause), undefined, { signal: closing.signal })
  }

  async function overtake(line: Pending[]) {
    const [head] = line
    if (!head || head.overtaken || Math.random() >= world.faults.reorder) return
    head.overtaken = true
    if (line.length < 2) await wait(20, undefined, { signal: closing.signal })
    if (line.length >= 2) line.splice(0, 2, line[1]!, head)
  }

  async function post(bot: BotState, pending: Pending): Promise<{ status: number | null; body: string; retryAfter?: number }> {
    const hook = bot.webhook!
    pending.attempts++
    inFlight.set(bot, (inFlight.get(bot) ?? 0) + 1)
    let status: number | null = null
    let why = 'Connection refused'
    let answer: { status: number | null; body: string; retryAfter?: number } = { status, body: '' }
    try {
      const response = await fetch(hook.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(hook.secret ? { 'x-telegram-bot-api-secret-token': hook.secret } : {}) },
        body: JSON.stringify(pending.update),
        redirect: 'manual',
        signal: AbortSignal.any([closing.signal, AbortSignal.timeout(patienceMs)]),
      })
      const body = await response.text()
      status = response.status
      why = `Wrong response from the webhook: ${status} ${response.statusText}`
      const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN)
      answer = { status, body, ...(Number.isFinite(retryAfter) ? { retryAfter } : {}) }
    } catch (error) {
      if (error instanceof Error && error.name === 'TimeoutError') why = 'Read timeout expired'
    } finally {
      inFlight.set(bot, inFlight.get(bot)! - 1)
    }
    const { chat, text, attempts: attempt, update } = pending
    world.delivered.push({ at: Date.now(), id: String(update.update_id), chat: String(chat), text, attempt, status })
    if (status === null || status >= 300) Object.assign(hook, { lastErrorDate: seconds(), lastErrorMessage: why })
    return answer
  }

  /** A body that names a method is carried out; its outcome is told to nobody. */
  async function execute(bot: BotState, body: string) {
    let call: { method?: unknown }
    try {
      call = body.startsWith('{') ? JSON.parse(body) : Object.fromEntries(new URLSearchParams(body))
    } catch {
      return
    }
    const { method, ...fields } = call
    if (typeof method !== 'string' || /^(get|setWebhook$|deleteWebhook$|close$|logOut$)/i.test(method)) return
    await reply(bot, method, fields).catch(() => undefined)
  }

  async function poll(bot: BotState, offset: number, limit: number, timeout: number): Promise<Json[]> {
    if (bot.webhook)
      throw new Refusal(409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first")
    pollers.get(bot)?.refuse()
    for (const line of queuesOf(bot).values()) {
      const left = line.filter((pending) => pending.update.update_id >= offset)
      line.splice(0, line.length, ...left)
    }
    const found = () =>
      waiting(bot)
        .slice(0, Math.min(100, Math.max(1, limit)))
        .map((pending) => pending.update)
    if (found().length === 0 && timeout > 0 && !closing.signal.aborted) {
      await new Promise<void>((resolve, reject) => {
        const mine = { wake: () => finish(resolve), refuse: () => finish(() => reject(onlyOne())) }
        const timer = setTimeout(mine.wake, ms(Math.min(50, timeout)))
        const finish = (then: () => void) => {
          clearTimeout(timer)
          closing.signal.removeEventListener('abort', mine.wake)
          if (pollers.get(bot) === mine) pollers.delete(bot)
          then()
        }
        closing.signal.addEventListener('abort', mine.wake, { once: true })
        pollers.set(bot, mine)
      })
    }
    const updates = found()
    const now = Date.now()
    for (const update of updates) {
      const { chat, text } = waiting(bot).find((pending) => pending.update === update)!
      world.delivered.push({ at: now, id: String(update.update_id), chat: String(chat), text, attempt: 1, status: null })
    }
    return updates
  }

  return { happen, pump, poll, waiting, drop: (bot: BotState) => queuesOf(bot).clear(), close: () => closing.abort() }
}

const onlyOne = () => new Refusal(409, 'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running')

/** Seconds before the next try, after so many that failed. */
const scheduled = (attempts: number): number => {
  if (attempts <= 1) return 0
  const pause = 2 ** (attempts - 1)
  return pause > 60 ? 60 + Math.random() * 60 : pause
}

import { setTimeout as wait } from 'node:timers/promises'
import type { HookReply, HookRequest, ListenState } from '../../src/channel/index.ts'
import type { Api } from './api.ts'
import { classify, TelegramRefusal } from './errors.ts'
import { allowedUpdates, type Update } from './wire.ts'

type Door = (request: HookRequest) => Promise<HookReply>
type Report = (state: ListenState) => void

/** Telegram holds an empty answer back for so long; "should be positive": https://core.telegram.org/bots/api#getupdates */
const pollSeconds = 25
const longestPauseMs = 30_000

/** Long polling. An update is confirmed to Telegram only after the door has said 200 to it and to all before it. */
export async function listen(api: Api, door: Door, report: Report, signal: AbortSignal): Promise<void> {
  let offset = 0
  let failures = 0
  let isOpen = false
  report({ state: 'connecting' })
  while (!signal.aborted) {
    try {
      const updates = await ask(api, offset, signal)
      if (!isOpen) report({ state: 'open' })
      isOpen = true
      const taken = await handIn(updates, door)
      offset = Math.max(offset, taken.offset)
      failures = taken.refused ? failures + 1 : 0
      if (taken.refused) await pause(failures, signal)
    } catch (error) {
      if (signal.aborted) break
      isOpen = false
      const failure = classify(error)
      report({ state: 'lost', detail: whyLost(error) ?? failure.detail ?? failure.code })
      await pause(++failures, signal, failure.retryAfterMs)
    }
  }
  report({ state: 'stopped' })
}

const ask = (api: Api, offset: number, signal: AbortSignal) =>
  api.slowCall<readonly Update[]>('getUpdates', { offset, limit: 100, timeout: pollSeconds, allowed_updates: allowedUpdates }, signal)

/** Chats side by side, each in its order; what was not taken is asked for again, and the hub knows what it has already. What it cannot read (400) it has kept. */
async function handIn(updates: readonly Update[], door: Door): Promise<{ readonly offset: number; readonly refused: boolean }> {
  const lanes = Map.groupBy(updates, (update) => laneOf(update))
  const refused = new Set<Update>()
  await Promise.all(
    [...lanes.values()].map(async (lane) => {
      for (const [index, update] of lane.entries()) {
        const reply = await door(requestOf(update)).catch(() => ({ status: 503 }))
        if ((reply.status >= 200 && reply.status < 300) || reply.status === 400) continue
        for (const left of lane.slice(index)) refused.add(left)
        return
      }
    }),
  )
  const taken = updates.findIndex((update) => refused.has(update))
  const last = taken === -1 ? updates.at(-1) : updates[taken - 1]
  return { offset: last ? last.update_id + 1 : 0, refused: taken !== -1 }
}

const laneOf = (update: Update): number =>
  (update.message ?? update.edited_message ?? update.callback_query?.message ?? update.my_chat_member ?? update.message_reaction)?.chat
    ?.id ?? 0

const requestOf = (update: Update): HookRequest => ({
  method: 'POST',
  via: 'listen',
  query: {},
  headers: { 'content-type': 'application/json' },
  body: new TextEncoder().encode(JSON.stringify(update)),
})

function whyLost(error: unknown): string | undefined {
  if (!(error instanceof TelegramRefusal) || error.status !== 409) return undefined
  return /webhook/.test(error.message)
    ? 'A webhook is set for this bot, so Telegram refuses polling. Take it away with: npm run channel -- connect telegram <account>'
    : 'Another program polls with the same token. Stop it, or give this hub a bot of its own.'
}

async function pause(failures: number, signal: AbortSignal, atLeastMs = 0): Promise<void> {
  const ms = Math.max(atLeastMs, Math.min(longestPauseMs, 500 * 2 ** Math.min(failures, 10)))
  await wait(ms, undefined, { signal }).catch(() => undefined)
}

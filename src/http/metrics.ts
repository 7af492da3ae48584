import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { ConversationId } from '../core/conversation.ts'
import type { Meter } from '../pipeline/ports.ts'

/** What is left to do, asked at each scrape. */
export type Backlog = () => Promise<{
  readonly inbox: number
  readonly parts: number
  readonly oldestSeconds: number
  readonly queue: number
}>

const counters = {
  received: { help: 'Events that platforms handed in, by channel.', labels: ['channel'] },
  filed: { help: 'Events written to the inbox.', labels: [] },
  duplicate: { help: 'Events that were known already, or came for a conversation we do not have.', labels: [] },
  ignored: {
    help: 'What came in and could not be read or means nothing to us, by type; it is kept in quarantine.',
    labels: ['channel', 'type'],
  },
  refused: { help: 'Requests that were turned away at the door.', labels: ['channel', 'reason'] },
  turns: { help: 'Turns written.', labels: [] },
  overtaken: { help: 'Turns thrown away because another process was faster.', labels: [] },
  sends: { help: 'Platform calls by outcome.', labels: ['channel', 'outcome'] },
  spoiled: { help: 'Inbox entries whose turn failed by a fault of ours.', labels: [] },
  swept: { help: 'Conversations that sweep had to ring again.', labels: [] },
} as const

const times = {
  ack: { help: 'From a webhook at the door to its acknowledgement.', labels: ['channel'] },
  turn: { help: 'Taking the turns of one batch.', labels: [] },
  send: { help: 'One platform call.', labels: ['channel'] },
} as const

const buckets = [0.001, 0.002, 0.005, 0.01, 0.02, 0.04, 0.06, 0.1, 0.2, 0.5, 1, 2, 5, 15, 60]
/** Stopwatches that nobody stopped (the person got no answer) are dropped after so long, in ms. */
const forgetAfterMs = 600_000
/** Names from outside that become a label are kept to so many; the rest counts as `other`. */
const mostWords = 200

/** The hub's counters and histograms, all named `switchboard_…`. One registry per process. */
export function makeMetrics(backlog: Backlog): { readonly meter: Meter; text(): Promise<string> } {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const counter = Object.fromEntries(
    Object.entries(counters).map(([name, { help, labels }]) => [
      name,
      new Counter({ name: `switchboard_${name}_total`, help, labelNames: [...labels], registers: [registry] }),
    ]),
  ) as Record<keyof typeof counters, Counter>
  const histogram = Object.fromEntries(
    Object.entries(times).map(([name, { help, labels }]) => [
      name,
      new Histogram({ name: `switchboard_${name}_seconds`, help, labelNames: [...labels], buckets, registers: [registry] }),
    ]),
  ) as Record<keyof typeof times, Histogram>
  const endToEnd = new Histogram({
    name: 'switchboard_end_to_end_seconds',
    help: 'From a message at the door to the first answer taken by the platform.',
    buckets,
    registers: [registry],
  })
  const left = new Gauge({
    name: 'switchboard_backlog',
    help: 'What is left to do: inbox entries, parts to send, timed rings in the queue.',
    labelNames: ['of'],
    registers: [registry],
  })
  const oldest = new Gauge({
    name: 'switchboard_oldest_due_seconds',
    help: 'How long the oldest thing left to do has waited.',
    registers: [registry],
  })

  const watches = new Map<ConversationId, number>()
  const words = { type: new Set<string>(), reason: new Set<string>() }
  const bounded = (labels: { readonly [name: string]: string }): { readonly [name: string]: string } => {
    const name = labels.type === undefined ? 'reason' : 'type'
    const word = labels[name]
    if (word === undefined || words[name].has(word)) return labels
    if (words[name].size >= mostWords) return { ...labels, [name]: 'other' }
    words[name].add(word)
    return labels
  }

  const meter: Meter = {
    count(what, labels, by = 1) {
      if (by > 0) counter[what].inc(bounded(labels), by)
    },
    time(what, ms, labels) {
      histogram[what].observe(labels, ms / 1_000)
    },
    started(conversations) {
      const at = performance.now()
      for (const conversation of conversations) if (!watches.has(conversation)) watches.set(conversation, at)
      // Oldest first, as they were set.
      for (const [conversation, since] of watches) {
        if (at - since <= forgetAfterMs) break
        watches.delete(conversation)
      }
    },
    finished(conversation) {
      const since = watches.get(conversation)
      if (since === undefined) return
      watches.delete(conversation)
      endToEnd.observe((performance.now() - since) / 1_000)
    },
  }
  return {
    meter,
    async text() {
      // Where the store is away the counters are what one wants to see.
      const now = await backlog().catch(() => undefined)
      left.reset()
      if (now) for (const what of ['inbox', 'parts', 'queue'] as const) left.set({ of: what }, now[what])
      oldest.set(now?.oldestSeconds ?? Number.NaN)
      return registry.metrics()
    },
  }
}

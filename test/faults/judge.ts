import { setTimeout as wait } from 'node:timers/promises'
import type { TelegramEmulator } from '../../adapters/telegram/emulator.ts'

/** What the platform's own record says of an echoing hub: the 200s the sender saw against the messages that became visible. */
export type Verdict = {
  /** Updates that got a 200. */
  readonly acknowledged: number
  /** Acknowledged, and never answered. */
  readonly lost: readonly string[]
  /** Answers that became visible more than once. */
  readonly doubled: readonly string[]
  /** Chats whose answers do not stand in the order of the 200s. */
  readonly disordered: readonly string[]
  /** Visible, though nobody sent anything of the kind. */
  readonly invented: readonly string[]
}

export function judge({ record }: TelegramEmulator): Verdict {
  const asked = new Map<string, string[]>()
  const known = new Set<string>()
  for (const { id, chat, text, status } of record.delivered) {
    if (status !== 200 || known.has(id)) continue
    known.add(id)
    asked.set(chat, [...(asked.get(chat) ?? []), text])
  }
  const answered = new Map<string, string[]>()
  for (const { chat, text } of record.accepted) answered.set(chat, [...(answered.get(chat) ?? []), text])
  const lost: string[] = []
  const doubled: string[] = []
  const disordered: string[] = []
  const invented: string[] = []
  for (const [chat, texts] of asked) {
    const answers = answered.get(chat) ?? []
    const first = [...new Set(answers)]
    const wanted = new Set(texts)
    lost.push(...texts.filter((text) => !first.includes(text)).map((text) => `${chat}: ${text}`))
    doubled.push(...first.filter((text) => answers.filter((one) => one === text).length > 1).map((text) => `${chat}: ${text}`))
    invented.push(...first.filter((text) => !wanted.has(text)).map((text) => `${chat}: ${text}`))
    const seen = first.filter((text) => wanted.has(text))
    const order = texts.filter((text) => first.includes(text))
    if (seen.join('\n') !== order.join('\n') || overtaken(answers, order)) disordered.push(`${chat}: ${answers.join(', ')}`)
  }
  for (const chat of answered.keys()) if (!asked.has(chat)) invented.push(chat)
  return { acknowledged: known.size, lost, doubled, disordered, invented }
}

/** A repeated answer may stand only beside its first copy: what came later was not sent before it was settled. */
const overtaken = (answers: readonly string[], order: readonly string[]): boolean =>
  answers.some((text, at) => at > 0 && order.indexOf(text) < order.indexOf(answers[at - 1]!))

/** Updates that got a 200, so far. */
export const acknowledged = ({ record }: TelegramEmulator): number => record.delivered.filter(({ status }) => status === 200).length

/** Waits until the platform has handed in everything and everything is answered, or time is up; then judges. */
export async function settled(emulator: TelegramEmulator, withinMs = 200_000): Promise<Verdict> {
  const until = Date.now() + withinMs
  while (Date.now() < until) {
    if (emulator.pending() === 0 && unanswered(emulator) === 0) break
    await wait(50)
  }
  // A wrong second copy would come soon after.
  await wait(300)
  return judge(emulator)
}

function unanswered({ record }: TelegramEmulator): number {
  const acknowledged = new Set<string>()
  for (const { chat, text, status } of record.delivered) if (status === 200) acknowledged.add(`${chat}: ${text}`)
  for (const { chat, text } of record.accepted) acknowledged.delete(`${chat}: ${text}`)
  return acknowledged.size
}

/**
 * Conversations in which a send may be on its way at this moment: acknowledged and not yet visible, or visible so recently that the hub may not
 * have written it down. There is at most one send on its way in each.
 */
export function inFlight({ record }: TelegramEmulator): number {
  const open = new Map<string, number>()
  const known = new Set<string>()
  for (const { id, chat, status } of record.delivered)
    if (status === 200 && !known.has(id)) {
      known.add(id)
      open.set(chat, (open.get(chat) ?? 0) + 1)
    }
  const recent = new Set<string>()
  const seen = new Set<string>()
  for (const { at, chat, text } of record.accepted) {
    if (at > Date.now() - 250) recent.add(chat)
    if (seen.has(`${chat}: ${text}`)) continue
    seen.add(`${chat}: ${text}`)
    open.set(chat, (open.get(chat) ?? 0) - 1)
  }
  return new Set([...recent, ...[...open].flatMap(([chat, left]) => (left > 0 ? [chat] : []))]).size
}

/** People who write all the time, each message with a number of its own. `stop` ends it; what was typed is still delivered. */
export function writeAll(emulator: TelegramEmulator, names: readonly string[], everyMs = 25): { stop(): void } {
  const people = names.map((name) => emulator.person(name))
  let number = 0
  const timer = setInterval(() => {
    if (emulator.pending() > people.length * 4) return
    number++
    for (const person of people) void person.types(`${number} from ${person.user.first_name} at ${Date.now()}`)
  }, everyMs)
  return { stop: () => clearInterval(timer) }
}

/** Resolves somewhere in the middle of the traffic: when so many more answers have become visible, or after `atMostMs`. */
export async function loaded({ record }: TelegramEmulator, answers = 20 + Math.random() * 60, atMostMs = 30_000): Promise<void> {
  const before = record.accepted.length
  const until = Date.now() + atMostMs
  while (record.accepted.length < before + answers && Date.now() < until) await wait(5)
  await wait(Math.random() * 60)
}

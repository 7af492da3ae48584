import { setTimeout as wait } from 'node:timers/promises'
import type { EmulatorOptions } from '../../../src/channel/emulator.ts'
import { patienceOf } from '../../../src/channel/kit/emulator/patience.ts'
import type { Activity } from '../wire.ts'
import type { Forgery, Identity } from './identity.ts'
import type { World } from './state.ts'

type Pending = {
  readonly activity: Activity
  readonly chat: string
  readonly text: string
  readonly forgery: Forgery
  attempts: number
  overtaken: boolean
}
export type Answer = { readonly status: number | null; readonly body: string }
export type Delivery = ReturnType<typeof makeDelivery>

/** "Bots are expected to respond with an acknowledgement within 15 seconds"; https://github.com/microsoft/botframework-sdk/issues/3122 */
const ackMs = 15_000
/** What fails is sent once more; https://github.com/MicrosoftDocs/msteams-docs/issues/1571 */
const tries = 2
const pauseSeconds = 2

/** Brings activities to the bot's messaging endpoint, those of one conversation one after the other. */
export function makeDelivery(world: World, identity: Identity, options: EmulatorOptions) {
  const lines = new Map<string, Pending[]>()
  const running = new Set<string>()
  const closing = new AbortController()
  const patienceMs = patienceOf(options, ackMs)
  const ms = (seconds: number) => Math.max(1, (seconds * 1000) / world.timeScale)

  function happen(chat: string, activity: Activity, text = '', forgery: Forgery = {}) {
    const line = lines.get(chat) ?? []
    lines.set(chat, line)
    line.push({ activity, chat, text, forgery, attempts: 0, overtaken: false })
    pump()
  }

  function pump() {
    if (!world.hookUrl || closing.signal.aborted) return
    for (const [chat, line] of lines) if (line.length > 0 && !running.has(chat)) void run(chat, line)
  }

  async function run(chat: string, line: Pending[]): Promise<void> {
    running.add(chat)
    try {
      while (line.length > 0 && world.hookUrl && !closing.signal.aborted) await step(line)
    } catch {
      // closing
    } finally {
      running.delete(chat)
      if (line.length === 0) lines.delete(chat)
    }
  }

  async function step(line: Pending[]): Promise<void> {
    await overtake(line)
    const head = line[0]!
    const { status } = await post(head)
    const taken = status !== null && status >= 200 && status < 300
    if (taken || head.attempts >= tries) {
      line.splice(line.indexOf(head), 1)
      if (taken && Math.random() < world.faults.duplicate) await post(head)
      return
    }
    await wait(ms(pauseSeconds), undefined, { signal: closing.signal })
  }

  async function overtake(line: Pending[]) {
    const [head] = line
    if (!head || head.overtaken || Math.random() >= world.faults.reorder) return
    head.overtaken = true
    if (line.length < 2) await wait(20, undefined, { signal: closing.signal })
    if (line.length >= 2) line.splice(0, 2, line[1]!, head)
  }

  async function post(pending: Pending): Promise<Answer> {
    const { activity, chat, text, forgery } = pending
    pending.attempts++
    const signed = identity.sign({ body: JSON.stringify(activity) }, forgery)
    let answer: Answer = { status: null, body: '' }
    try {
      const response = await fetch(world.hookUrl!, {
        method: 'POST',
        headers: signed.headers,
        body: new Uint8Array(signed.body),
        redirect: 'manual',
        signal: AbortSignal.any([closing.signal, AbortSignal.timeout(patienceMs)]),
      })
      answer = { status: response.status, body: await response.text() }
    } catch {
      // no answer: status null
    }
    world.delivered.push({
      at: Date.now(),
      id: `${activity.type}:${activity.id ?? ''}`,
      chat,
      text,
      attempt: pending.attempts,
      status: answer.status,
    })
    return answer
  }

  return {
    happen,
    pump,
    /** An invoke is not repeated: the person waits for the answer. */
    invoke: (chat: string, activity: Activity, text = ''): Promise<Answer> =>
      world.hookUrl
        ? post({ activity, chat, text, forgery: {}, attempts: 0, overtaken: false })
        : Promise.resolve({ status: null, body: '' }),
    close: () => closing.abort(),
  }
}

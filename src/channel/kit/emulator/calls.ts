import { setTimeout as wait } from 'node:timers/promises'
import type { AcceptedSend, DeliveredUpdate, Emulator, EmulatorFaults } from '../../emulator.ts'
import type { Answered, Door, Outcome } from './serve.ts'

/** What every emulator keeps, whatever else it knows: the faults that are set, and the record by which the hub is judged. */
export type Recorded = {
  readonly faults: EmulatorFaults
  readonly accepted: AcceptedSend[]
  readonly delivered: DeliveredUpdate[]
  readonly calls: { at: number; method: string; status: number | null }[]
}

/** The part of an emulator that is the same for all. `planned` takes the answers of `answerNext`; `faults.down` becomes the listener's switch. */
export function controls(kept: Recorded, door: Door, planned: Answered[]): Pick<Emulator, 'url' | 'faults' | 'record' | 'answerNext'> {
  const { faults, accepted, delivered, calls } = kept
  let down = false
  Object.defineProperty(faults, 'down', {
    enumerable: true,
    get: () => down,
    set(value: boolean) {
      down = value
      void (down ? door.close() : door.open())
    },
  })
  return {
    url: door.url,
    faults,
    record: {
      accepted,
      delivered,
      calls,
      clear() {
        for (const list of [accepted, delivered, calls]) list.length = 0
      },
    },
    answerNext: ({ status, headers = {}, body }) =>
      void planned.push({ status, headers, ...(typeof body === 'string' ? { text: body } : { body }) }),
  }
}

/** A call under the faults that are set: those of sends hit only calls that make a message visible. */
export async function underFaults(
  kept: Recorded,
  call: { readonly name: string; readonly visible: boolean; readonly planned: Answered[] },
  by: {
    perform(): Promise<Answered> | Answered
    tooMany(seconds: number): Answered
    broken(): Answered
    /** Has the platform taken the message? Without it every 2xx says so. */
    taken?(answer: Answered): boolean
  },
): Promise<Outcome> {
  const { faults } = kept
  const note = { at: Date.now(), method: call.name, status: null as number | null }
  kept.calls.push(note)
  if (faults.latencyMs > 0) await wait(faults.latencyMs)
  const say = (answer: Answered): Answered => {
    note.status = answer.status
    return answer
  }
  if (call.visible && call.planned.length > 0) return say(call.planned.shift()!)
  const luck = call.visible ? Math.random() : 1
  const share = (size: number, before: number) => luck >= before && luck < before + size
  if (share(faults.cutBefore, 0)) return 'cut'
  if (share(faults.error, faults.cutBefore)) return say(by.broken())
  if (share(faults.throttle.share, faults.cutBefore + faults.error)) return say(by.tooMany(faults.throttle.retryAfterSeconds))
  const answer = await by.perform()
  if (call.visible && (by.taken?.(answer) ?? (answer.status >= 200 && answer.status < 300))) {
    const second = Math.random()
    if (second < faults.cutAfter) return 'cut'
    if (second < faults.cutAfter + faults.silent) return 'never'
  }
  return say(answer)
}

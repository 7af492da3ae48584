import type { HookReply, InboundEvent, Json } from '../channel/index.ts'
import type { Channel, Committed, Log, PlannedTurn } from './ports.ts'

/** Requests whose platform waits for the answer inside them. Each is answered once: by the turn that takes its event, or neutrally when its time is over. */
export type SyncAnswers = {
  /** Resolves to the answer; undefined where the platform's neutral one is to be given. Never rejects. */
  wait(channel: Channel, event: InboundEvent): Promise<HookReply | undefined>
  /** Answers who waits for this turn. Tells how many of its first payloads were shown by that: they count as sent. */
  covers(turn: PlannedTurn, committed: Committed): number
  readonly size: number
}

export function makeSyncAnswers(log?: Log): SyncAnswers {
  const waiting = new Map<string, (payloads: readonly Json[]) => number>()
  const keyOf = ({ from, id }: InboundEvent): string => `${from.channel}/${from.account}/${id}`

  return {
    wait(channel, event) {
      const key = keyOf(event)
      return new Promise((resolve) => {
        const answer = (payloads: readonly Json[]): number => {
          clearTimeout(timer)
          // The same request again waits by itself; whoever came last gets the answer.
          if (waiting.get(key) === answer) waiting.delete(key)
          try {
            const said = channel.adapter.respond?.(event, payloads)
            resolve(said?.reply)
            return Math.min(said?.covers ?? 0, payloads.length)
          } catch (error) {
            log?.error(
              { step: 'respond', channel: event.from.channel, account: event.from.account, event: event.id, error },
              'no answer could be made',
            )
            resolve(undefined)
            return 0
          }
        }
        const timer = setTimeout(answer, event.sync?.withinMs ?? 0, [])
        waiting.set(key, answer)
      })
    },
    covers({ entries, plans }, { begun }) {
      if (waiting.size === 0) return 0
      // Only what may go out first, and as a message of its own, can be shown inside.
      const revision = plans.findIndex((plan) => plan.revises !== undefined)
      const payloads = begun === null ? [] : plans.slice(0, revision < 0 ? plans.length : revision).map((plan) => plan.payload)
      let covered = 0
      for (const { happening } of entries)
        if (happening.kind === 'heard' && happening.event.sync)
          covered += waiting.get(keyOf(happening.event))?.(payloads.slice(covered)) ?? 0
      return covered
    },
    get size() {
      return waiting.size
    },
  }
}

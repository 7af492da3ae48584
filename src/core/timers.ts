import type { Conversation, Timer } from './conversation.ts'

/** How long the hub waits before its next step. All in minutes. */
export type TimerRules = {
  /** The person fell silent with the virtual agent: the chat is closed. */
  readonly idle: number
  /** The person waits in the queue: told that nobody is forgotten, at these minutes and then every last one. */
  readonly waiting: readonly number[]
  /** The technician does not answer: back to the queue. */
  readonly unanswered: number
  /** The person does not answer the technician: the chat is closed. */
  readonly technicianIdle: number
}

export const defaultTimerRules: TimerRules = { idle: 60, waiting: [5, 15, 60, 240, 1440], unanswered: 15, technicianIdle: 1440 }

const after = (from: string, minutes: number): string => new Date(Date.parse(from) + minutes * 60_000).toISOString()

/**
 * The conversation's next timed step; null only where no chat is open. Whoever waits always has one. Counted on our own clock: a platform may
 * deliver a message hours after it was written, and it is then as fresh as any other.
 */
export function nextTimer(conversation: Conversation, rules: TimerRules, now: string): Timer | null {
  const { owner, timer, unanswered } = conversation
  switch (owner.by) {
    case 'nobody':
      return null
    case 'virtual-agent':
      return { name: 'idle', at: after(now, rules.idle) }
    case 'queue': {
      const waited = (Date.parse(now) - Date.parse(owner.since)) / 60_000
      const step = rules.waiting.find((minutes) => minutes > waited)
      const last = rules.waiting.at(-1) ?? 1440
      return { name: 'waiting', at: after(owner.since, step ?? (Math.floor(waited / last) + 1) * last) }
    }
    case 'technician':
      if (!unanswered) return { name: 'idle', at: after(now, rules.technicianIdle) }
      // Whoever writes again does not make the technician's time begin anew.
      return timer?.name === 'unanswered' ? timer : { name: 'unanswered', at: after(now, rules.unanswered) }
  }
}

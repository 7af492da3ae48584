import type { ConversationId } from '../../src/core/conversation.ts'
import { defaultTimerRules } from '../../src/core/timers.ts'
import { fold, settle } from '../../src/core/turn.ts'
import type { PartResult, Pending, PlannedTurn } from '../../src/pipeline/ports.ts'
import type { Connection } from '../../src/store/connect.ts'
import { everything } from '../support/events.ts'

/** A turn that answers everything heard with `reply`, planned as `parts` calls; with a `key` it takes the place of an earlier answer of that key. */
export function turnOf(pending: Pending, reply: string | null, parts = 1, mayBegin = true, key?: string): PlannedTurn {
  const draft = fold(pending.conversation, pending.entries, {
    source: 'Test',
    can: everything,
    rules: defaultTimerRules,
    now: new Date().toISOString(),
  })
  const to = draft.heard.map((heard) => heard.event)
  const turn = settle(
    draft,
    reply === null ? null : { memory: null, say: [{ content: { type: 'text', text: reply }, to, ...(key ? { key } : {}) }] },
  )
  const plans =
    reply === null
      ? []
      : Array.from({ length: parts }, (_, index) => ({
          messages: [turn.next.messages],
          payload: { part: index + 1 },
          bytes: 0,
          ...(key ? { revises: key } : {}),
        }))
  return { before: pending.conversation, turn, entries: pending.entries, plans, mayBegin }
}

/** The platform took the part, and calls it `p<number>`. */
export const sent = (conversation: ConversationId, number: number, fence = 1): PartResult => ({
  conversation,
  number,
  fence,
  state: 'sent',
  dueInMs: 0,
  countsAttempt: true,
  twice: false,
  platform: [`p${number}` as never],
  failure: null,
})

export const partRow = ({ db }: Connection, conversation: ConversationId, number: number) =>
  db.selectFrom('parts').selectAll().where('conversation', '=', conversation).where('number', '=', number).executeTakeFirstOrThrow()

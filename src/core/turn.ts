import type { Conversation, Happening, Offer, Outcome } from './conversation.ts'
import { change, closeChat, type Draft, say, startDraft, type TurnContext, tell } from './draft.ts'
import { askAgain } from './meanwhile.ts'
import { choicesOf } from './offered.ts'
import { nextTimer } from './timers.ts'
import { hear } from './turn-person.ts'
import { act } from './turn-technician.ts'
import { announce } from './turn-told.ts'
import type { Answer } from './virtual-agent.ts'

export type { Draft, TurnContext } from './draft.ts'

/** An entry of the inbox; `seq` orders the entries of one conversation. */
export type Entry = { readonly seq: number; readonly happening: Happening }

/** What a turn decided. The pipeline writes all of it, or nothing, in one transaction. */
export type Turn = {
  readonly next: Conversation
  readonly said: Draft['said']
  readonly receipts: Draft['receipts']
  readonly revisions: Draft['revisions']
  readonly reactions: Draft['reactions']
  readonly outcomes: ReadonlyMap<number, Outcome>
  /** The key of what was said before the answer was there: this turn's word under it takes its place. Where there is none, it stays as it was shown. */
  readonly meanwhile?: string
}

/** First half of a turn: everything that happened, in order. Afterwards the virtual agent is asked if `draft.heard` is not empty. */
export function fold(before: Conversation, entries: readonly Entry[], context: TurnContext): Draft {
  const draft = startDraft(before, context)
  draft.moved = entries.some(({ happening }) => happening.kind !== 'told')
  for (const { seq, happening } of entries) {
    switch (happening.kind) {
      case 'heard':
        hear(draft, happening.event)
        break
      case 'technician':
        draft.outcomes.set(seq, act(draft, happening))
        break
      case 'placed':
        place(draft, happening)
        break
      case 'timer':
        ring(draft, happening)
        break
      case 'told':
        announce(draft, happening)
        break
      case 'asked':
        askAgain(draft, happening)
        break
    }
  }
  return draft
}

/** Second half: what the virtual agent answers (null: it was not asked, or somebody else has the word by now). */
export function settle(draft: Draft, answer: Answer | null): Turn {
  const { now, rules } = draft.context
  if (answer && draft.conversation.owner.by === 'virtual-agent') take(draft, answer)
  const next = { ...draft.conversation, timer: draft.moved ? nextTimer(draft.conversation, rules, now) : draft.conversation.timer }
  const turn: Turn = {
    next,
    said: draft.said,
    receipts: draft.receipts,
    revisions: draft.revisions,
    reactions: draft.reactions,
    outcomes: draft.outcomes,
  }
  return draft.meanwhile === undefined ? turn : { ...turn, meanwhile: draft.meanwhile }
}

function take(draft: Draft, answer: Answer): void {
  const { now } = draft.context
  const whose = new Map(draft.heard.map((heard) => [heard.event, heard.person.key]))
  const offers: Offer[] = []
  for (const { content, to, key } of answer.say) {
    const event = to[0]
    say(draft, { by: 'virtual-agent' }, [content], now, { ...(event ? { event } : {}), ...(key === undefined ? {} : { key }) })
    const choices = choicesOf(content, draft.context.can)
    if (choices.length > 0) offers.push({ person: (event && whose.get(event)) ?? null, choices })
  }
  const kept = draft.conversation.offered.filter(
    (old) => old.person !== null && !draft.heard.some((heard) => heard.person.key === old.person),
  )
  change(draft, { memory: answer.memory, unanswered: false, offered: [...offers, ...kept].slice(0, 20) })
  if (answer.handOff) change(draft, { owner: { by: 'queue', since: now, ...answer.handOff }, unanswered: true })
  else if (answer.close) closeChat(draft)
}

function place(draft: Draft, { place, waiting, technicians, at }: Extract<Happening, { kind: 'placed' }>): void {
  const { owner } = draft.conversation
  if (owner.by !== 'queue' || owner.told === place) return
  change(draft, { owner: { ...owner, told: place } })
  // Where a message can't be changed in place, every step of a long line would be one more message.
  if (!draft.context.can.edit && owner.told !== undefined && place !== 1) return
  const who = technicians === 0 ? 'No technician is free right now; you keep your place.' : 'A technician will write to you here.'
  // One message per wait: another wait later in the chat is told anew, not written into the old message far above.
  const key = `queue-place:${owner.since}`
  tell(draft, place === 1 ? `You are next in line. ${who}` : `You are number ${place} of ${waiting} in line. ${who}`, at, key)
}

/** A timer that is no longer the conversation's own is stale and changes nothing. */
function ring(draft: Draft, { timer, due, at }: Extract<Happening, { kind: 'timer' }>): void {
  const { conversation } = draft
  if (conversation.timer?.name !== timer || conversation.timer.at !== due) return
  const { owner } = conversation
  switch (timer) {
    case 'idle':
      // Somebody spoke at the same moment: they are answered, not hung up on.
      if (!draft.said.some((message) => message.author.by === 'person')) closeChat(draft)
      return
    case 'waiting':
      if (owner.by === 'queue') tell(draft, 'You are not forgotten: you are still in line, and a technician will write to you here.', at)
      return
    case 'unanswered': {
      if (owner.by !== 'technician' || !conversation.unanswered) return
      const since = conversation.lastHeardAt ?? at
      change(draft, { owner: { by: 'queue', skill: owner.skill, since, summary: `${owner.name} did not answer in time.` } })
      tell(draft, `${owner.name} seems to be held up. You are back in line, ahead of those who came later.`, at)
      return
    }
  }
}

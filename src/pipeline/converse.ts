import type { FileRef } from '../channel/index.ts'
import type { ConversationId } from '../core/conversation.ts'
import type { TimerRules } from '../core/timers.ts'
import { type Draft, type Entry, fold, settle } from '../core/turn.ts'
import type { Answer, Meanwhile, VirtualAgent } from '../core/virtual-agent.ts'
import type { Fresh } from './fresh.ts'
import { makeMeanwhile } from './meanwhile.ts'
import { plan } from './plan.ts'
import type { Bell, Changed, Channel, Channels, Committed, Live, Log, Meter, Pending, PlannedTurn, Store } from './ports.ts'
import type { Met } from './profile.ts'
import type { SyncAnswers } from './sync-answers.ts'

/** A conversation whose answer is not there after so long leaves its batch and is written alone, in ms. */
const patienceMs = 20
/** A virtual agent that says nothing for so long has failed, in ms: its conversation must not wait for ever. */
const answerMs = 60_000

type Needs = {
  readonly channels: Channels
  readonly store: Store
  readonly bell: Bell
  readonly live: Live
  readonly meter: Meter
  readonly log: Log
  readonly virtualAgent: VirtualAgent
  readonly rules: TimerRules
  readonly now: () => Date
  readonly link: (file: FileRef) => string
  /** May parts of this account go out at once? */
  readonly mayBegin: (channel: Channel) => boolean
  readonly deliver: (committed: readonly Committed[]) => void
  readonly queueChanged: () => void
  /** Somebody spoke who did not speak last here. */
  readonly met: (people: readonly Met[]) => void
  readonly sync: SyncAnswers
  readonly fresh: Fresh
}

/** `again`: could not be taken now. `slow`: leave the batch; resolve to true where they are to be tried again. */
type Taken = { readonly again: readonly ConversationId[]; readonly slow: readonly (readonly [ConversationId, Promise<boolean>])[] }

/** One turn of many conversations: take everything that happened, decide once, write once. Never rejects. */
export function makeConverse(needs: Needs) {
  const { channels, store, bell, live, meter, log, virtualAgent, rules, now, link, mayBegin, deliver, queueChanged, met, sync, fresh } =
    needs
  const follow = makeMeanwhile({
    ...needs,
    async commit(turn) {
      const committed = await store.commit([turn])
      if (committed.length > 0) tell([turn], committed)
      return committed[0]
    },
  })

  return async (conversations: readonly ConversationId[]): Promise<Taken> => {
    const started = performance.now()
    let pendings = fresh.take(conversations)
    try {
      const taken = new Set(pendings.map(({ conversation }) => conversation.id))
      const others = conversations.filter((conversation) => !taken.has(conversation))
      if (others.length > 0) pendings = [...pendings, ...(await store.pending(others))]
    } catch (error) {
      log.error({ step: 'turn', outcome: 'store', error }, 'the inbox could not be read; trying again')
      return { again: conversations, slow: [] }
    }
    const ready: PlannedTurn[] = []
    const waiting: [Pending, Promise<PlannedTurn | null>][] = []
    for (const pending of pendings) {
      const decided = decide(pending)
      if (decided instanceof Promise) waiting.push([pending, decided])
      else if (decided) ready.push(decided)
    }
    const slow: [ConversationId, Promise<boolean>][] = []
    if (waiting.length > 0) {
      const late = Symbol()
      const patience = new Promise<typeof late>((resolve) => setTimeout(resolve, patienceMs, late))
      for (const [pending, answer] of waiting) {
        const first = await Promise.race([answer, patience])
        if (first === late) {
          typing(pending)
          slow.push([pending.conversation.id, answer.then((turn) => (turn ? write([turn]) : [])).then((again) => again.length > 0)])
        } else if (first) ready.push(first)
      }
    }
    const again = await write(ready)
    if (ready.length > 0) meter.time('turn', performance.now() - started, {})
    return { again, slow }
  }

  /** The turn of one conversation, at once where the virtual agent is not asked; null where it was spoiled. */
  function decide(pending: Pending): PlannedTurn | null | Promise<PlannedTurn | null> {
    const { conversation, entries } = pending
    const channel = channels.get(conversation.address.channel, conversation.address.account)
    if (!channel) return null
    try {
      const at = now().toISOString()
      const draft = fold(conversation, entries, { source: channel.definition.source, can: channel.can, rules, now: at })
      if (draft.heard.length === 0 || draft.conversation.owner.by !== 'virtual-agent') return finish(pending, channel, draft, null)
      const group = channel.adapter.isGroup?.(draft.conversation.address) ?? false
      if (virtualAgent.takesLong) return askAndShow(pending, channel, draft, group)
      return ask(draft, at, group).then((answer) => finish(pending, channel, draft, answer))
    } catch (error) {
      return spoil(entries, error)
    }
  }

  /** The same where the answer may take long: null also where it is not wanted any more. */
  async function askAndShow(pending: Pending, channel: Channel, draft: Draft, group: boolean): Promise<PlannedTurn | null> {
    const following = await follow(pending, channel, draft)
    if (!following) return null
    const answer = await ask(draft, draft.context.now, group, following.meanwhile)
    const standing = await following.end()
    if (standing === null || standing === pending) return standing && finish(pending, channel, draft, answer)
    const { conversation, entries } = standing
    return finish(standing, channel, fold(conversation, entries, { ...draft.context, now: now().toISOString() }), answer)
  }

  /** The virtual agent's own error is the person's least concern: they get a technician. */
  async function ask(draft: Draft, at: string, group: boolean, meanwhile?: Meanwhile): Promise<Answer> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('The virtual agent did not answer in time.')), answerMs)
    })
    try {
      const question = { conversation: draft.conversation, heard: draft.heard, now: at, group }
      return await Promise.race([virtualAgent.answer(meanwhile ? { ...question, meanwhile } : question), late])
    } catch (error) {
      log.error(
        { step: 'turn', conversation: draft.conversation.id, outcome: 'virtual-agent', error },
        'the virtual agent failed; handing off',
      )
      const to = draft.heard.map((heard) => heard.event)
      const text = 'Something went wrong on my side. I have asked a technician to take over: they will write to you here.'
      return {
        say: [{ content: { type: 'text', text }, to }],
        memory: null,
        handOff: { skill: 'support', summary: 'The virtual agent failed on the last message.' },
      }
    } finally {
      clearTimeout(timer)
    }
  }

  function finish(pending: Pending, channel: Channel, draft: Draft, answer: Answer | null): PlannedTurn | null | Promise<null> {
    try {
      const turn = settle(draft, answer)
      const plans = plan(channel, turn, draft.context.now, link)
      return { before: pending.conversation, turn, entries: pending.entries, plans, more: pending.more, mayBegin: mayBegin(channel) }
    } catch (error) {
      return spoil(pending.entries, error)
    }
  }

  async function spoil(entries: readonly Entry[], error: unknown): Promise<null> {
    log.error({ step: 'turn', outcome: 'spoiled', error }, 'a turn could not be taken')
    meter.count('spoiled', {}, entries.length)
    await store.spoil(entries, error instanceof Error ? error.message : String(error)).catch(() => undefined)
    return null
  }

  async function write(turns: readonly PlannedTurn[]): Promise<readonly ConversationId[]> {
    if (turns.length === 0) return []
    try {
      const committed = await store.commit(turns)
      const won = new Map(committed.map((one) => [one.conversation, one]))
      const written = turns.filter((turn) => won.has(turn.before.id))
      tell(written, sync.size === 0 ? committed : answerInside(written, won))
      const overtaken = turns.filter((turn) => !won.has(turn.before.id)).map((turn) => turn.before.id)
      if (overtaken.length > 0) meter.count('overtaken', {}, overtaken.length)
      bell.ring('turn', overtaken)
      bell.ring(
        'turn',
        written.flatMap((turn) => (turn.more ? [turn.before.id] : [])),
      )
      return []
    } catch (error) {
      log.error({ step: 'turn', outcome: 'store', turns: turns.length, error }, 'turns could not be written; taking them again')
      return turns.map((turn) => turn.before.id)
    }
  }

  /** Whoever has to know of turns that were written. */
  function tell(written: readonly PlannedTurn[], committed: readonly Committed[]): void {
    deliver(committed)
    for (const turn of written) log.step?.(toldOf(turn), 'a turn was written')
    meter.count('turns', {}, written.length)
    live.changed(written.map(changedBy), written.some(movesQueue))
    if (written.some(movesPlaces)) queueChanged()
    met(written.flatMap(newcomers))
  }

  function answerInside(written: readonly PlannedTurn[], won: ReadonlyMap<ConversationId, Committed>): readonly Committed[] {
    return written.map((turn) => {
      const committed = won.get(turn.before.id)!
      return { ...committed, covers: sync.covers(turn, committed) }
    })
  }

  function changedBy({ turn: { next } }: PlannedTurn): Changed {
    const { address } = next
    return { id: next.id, upTo: next.messages, address, own: channels.get(address.channel, address.account)?.definition.source === null }
  }

  function typing({ conversation }: Pending): void {
    const channel = channels.get(conversation.address.channel, conversation.address.account)
    const show = async (): Promise<void> => channel?.adapter.typing?.(conversation.address)
    show().catch(() => undefined)
  }
}

/** Does it show on the Desk? */
const movesQueue = ({ before, turn }: PlannedTurn): boolean =>
  before.owner.by !== turn.next.owner.by || turn.next.owner.by === 'queue' || turn.next.owner.by === 'technician'

const movesPlaces = ({ before, turn }: PlannedTurn): boolean =>
  before.owner.by !== turn.next.owner.by && (before.owner.by === 'queue' || turn.next.owner.by === 'queue')

const newcomers = ({ before, turn }: PlannedTurn): readonly Met[] =>
  turn.said.flatMap(({ author }) =>
    author.by === 'person' && author.person.key !== before.person?.key ? [{ person: author.person, at: turn.next.address }] : [],
  )

/** What the log says of a turn: its conversation by the names of what was heard and the numbers of what is said. */
const toldOf = ({ before, entries, turn }: PlannedTurn): object => ({
  step: 'turn',
  channel: before.address.channel,
  account: before.address.account,
  conversation: before.id,
  events: entries.flatMap(({ happening }) => (happening.kind === 'heard' ? [happening.event.id] : [])),
  messages: turn.said.map(({ number }) => number),
})

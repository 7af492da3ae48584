import type { FileRef } from '../channel/index.ts'
import { startDraft } from '../core/draft.ts'
import { interrupts, sayMeanwhile } from '../core/meanwhile.ts'
import { type Draft, type Entry, fold, settle } from '../core/turn.ts'
import type { Meanwhile } from '../core/virtual-agent.ts'
import { plan } from './plan.ts'
import type { Bell, Channel, Committed, Log, Pending, PlannedTurn, Store } from './ports.ts'

/** How often an answer that takes long is looked after, in ms; what is shown of it changes no faster. */
const everyMs = 1_000
/** An answer that is there this soon after its first sentence is not shown in part, in ms. */
const firstAfterMs = 300
/** Shown of all answers of one account in a minute, where its platform limits what is sent (Slack: some fifty changes): the answers themselves must find room. */
const shownAMinute = 20
/** Whoever looks for an answer that is shown in part already keeps the others from looking for it too, for so long, in seconds. */
const leaseSeconds = 6
/** Somebody who goes on and on writing is answered in between: after so many messages at the latest. */
const heardAtMost = 4

type Needs = {
  readonly store: Pick<Store, 'pending' | 'lease' | 'release'>
  readonly bell: Bell
  readonly log: Log
  readonly now: () => Date
  readonly link: (file: FileRef) => string
  readonly mayBegin: (channel: Channel) => boolean
  /** Writes a turn, and has what it says sent and shown; undefined where somebody overtook it. */
  readonly commit: (turn: PlannedTurn) => Promise<Committed | undefined>
}

type Following = {
  readonly meanwhile: Meanwhile
  /** Ends it; resolves to what the answer is to be settled on, or null where it is not wanted any more (the conversation is rung then). Never rejects. */
  end(): Promise<Pending | null>
}

const isAsked = ({ happening }: Entry): boolean => happening.kind === 'asked'

/**
 * Looks after answers that take long: stops those that are not wanted any more, and shows what there is of them so far. What is shown first is a turn of its
 * own that has heard everything; an entry of the inbox says that the answer is still to come, so that it comes whatever becomes of this process.
 */
export function makeMeanwhile({ store, bell, log, now, link, mayBegin, commit }: Needs) {
  const spent = new Map<string, number>()
  let minute = 0
  /** Counts; false where that is enough for this minute. */
  function mayShow(channel: Channel): boolean {
    if (channel.can.sendsPerSecond === null || !mayBegin(channel)) return mayBegin(channel)
    const at = Math.floor(now().getTime() / 60_000)
    if (at !== minute) spent.clear()
    minute = at
    const name = `${channel.definition.name}/${channel.account}`
    const shown = spent.get(name) ?? 0
    spent.set(name, shown + 1)
    return shown < shownAMinute
  }

  /** Null where another process is looking for this answer already: it sees for itself what else has come. Never rejects. */
  return async function follow(pending: Pending, channel: Channel, asked: Draft): Promise<Following | null> {
    const { id } = pending.conversation
    const again = pending.entries.some(isAsked)
    const isEnough = asked.heard.length >= heardAtMost
    const lease = `answer:${id}`
    const hold = (): Promise<boolean> => store.lease(lease, leaseSeconds).catch(() => true)
    if (again && !(await hold())) {
      bell.ring('turn', [id], { inMs: 2 * everyMs })
      return null
    }

    const stop = new AbortController()
    let standing = pending
    let wished: Parameters<NonNullable<Meanwhile['say']>> | undefined
    let working: Promise<void> | undefined
    let timer: NodeJS.Timeout | undefined
    let ended = false

    /** Somebody took the conversation further, or something came that the answer must not go past. */
    async function isOver(): Promise<boolean> {
      const [current] = await store.pending([id])
      if (current?.conversation.version !== standing.conversation.version) return true
      const known = new Set(standing.entries.map((entry) => entry.seq))
      return current.entries.some(
        ({ seq, happening }) => !known.has(seq) && interrupts(happening) && (!isEnough || happening.kind === 'technician'),
      )
    }

    async function show(...[content, key]: Parameters<NonNullable<Meanwhile['say']>>): Promise<void> {
      if (!mayShow(channel)) return
      const first = standing === pending
      const context = { ...asked.context, now: now().toISOString() }
      const before = standing.conversation
      const draft = first ? fold(before, pending.entries, context) : startDraft(before, context)
      sayMeanwhile(draft, content, key, asked.heard[0]!.event)
      const turn = settle(draft, null)
      const plans = plan(channel, turn, context.now, link)
      if (plans.length !== 1) return
      const asks = { kind: 'asked', heard: asked.heard, key, at: context.now } as const
      const planned: PlannedTurn = { before, turn, entries: first ? pending.entries : [], plans, mayBegin: false }
      const committed = await commit(first ? { ...planned, asks } : planned)
      if (!committed) return stop.abort()
      standing = {
        conversation: { ...turn.next, parts: before.parts + plans.length, version: before.version + 1 },
        entries: committed.asked === undefined ? standing.entries : [{ seq: committed.asked, happening: asks }],
        more: true,
      }
    }

    async function look(): Promise<void> {
      if (await isOver()) return stop.abort()
      const said = wished
      wished = undefined
      if (said && !ended) await show(...said)
      if (again || standing !== pending) await hold()
    }
    function run(): void {
      clearTimeout(timer)
      working = look()
        .catch((error: unknown) =>
          log.warn({ step: 'meanwhile', conversation: id, outcome: 'store', error }, 'an answer in the making was not shown'),
        )
        .then(() => {
          working = undefined
          if (!ended && !stop.signal.aborted) timer = setTimeout(run, everyMs)
        })
    }
    timer = setTimeout(run, everyMs)

    let isFirst = true
    const say: Meanwhile['say'] = (content, key) => {
      if (ended || stop.signal.aborted) return
      wished = [content, key]
      if (isFirst && !working) {
        clearTimeout(timer)
        timer = setTimeout(run, firstAfterMs)
      }
      isFirst = false
    }
    return {
      meanwhile: { stop: stop.signal, ...(!again && isShown(pending, channel) ? { say } : {}) },
      async end() {
        ended = true
        clearTimeout(timer)
        await working
        if (again || standing !== pending) store.release(lease).catch(() => undefined)
        if (!stop.signal.aborted) return standing
        bell.ring('turn', [id])
        return null
      },
    }
  }
}

/** Where every change costs others (a group's limit), looks like a machine (somebody's own telephone) or can't reach what was shown first, only the answer is shown. */
function isShown({ conversation: { address }, entries }: Pending, { adapter, can }: Channel): boolean {
  const { edit, sendsFrom } = { ...can, ...adapter.narrow?.(address) }
  if (!edit || sendsFrom !== 'anywhere' || adapter.isGroup?.(address)) return false
  return !entries.some(({ happening }) => happening.kind === 'heard' && happening.event.sync)
}

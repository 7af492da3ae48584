import type { AccountId, ChannelName, Failure } from '../channel/index.ts'
import type { ConversationId } from '../core/conversation.ts'
import { afterFailure } from '../core/retry.ts'
import { gather } from './gather.ts'
import type { Bell, Channel, Channels, Committed, Log, Meter, Outgoing, PartResult, Store } from './ports.ts'
import { sendPart } from './send.ts'

/** Parts whose outcome is written by one statement. */
const resultsPerRecord = 128
const claimsAtOnce = 128
/** Where an account that was away has thousands to send for, so many begin at once; what turns have just begun is not held up by them. */
const rungAtOnce = 1_000
/** A part follows its conversation to a new address so often. */
const movesAtMost = 4
/** Attempts after which a part that was marked already and is found cut short by our own end once more is held. */
const interruptionsAtMost = 6
/** After a fault of ours, in ms. */
const brokenWaitMs = 5_000
/** How long an account is paced after the platform said that we are too fast. */
const pacedMs = 3_600_000

type Needs = {
  readonly channels: Channels
  readonly store: Store
  readonly bell: Bell
  readonly meter: Meter
  readonly log: Log
  readonly now: () => Date
  readonly random: () => number
}

/** Sends what conversations owe: in order within one, side by side across them, part by part. A part that has a receipt is never sent again. */
export function makeDeliver({ channels, store, bell, meter, log, now, random }: Needs) {
  /** Conversations this process is sending for. A ring for one of them looks once more afterwards. */
  const sending = new Set<ConversationId>()
  const again = new Set<ConversationId>()
  const handed = new Map<ConversationId, { readonly part: Outgoing; readonly covers: number }>()
  const throttled = new Map<string, { until: number; paced: number }>()
  let idlers: (() => void)[] = []
  /** Rung while too many were on their way. */
  const waiting = new Set<ConversationId>()
  let closing = false

  const claim = gather<ConversationId, Outgoing | null>(claimsAtOnce, async (conversations) => {
    const claimed = new Map((await store.claim([...new Set(conversations)])).map((part) => [part.conversation, part]))
    return conversations.map((conversation) => claimed.get(conversation) ?? null)
  })

  /** A known outcome is written sooner or later, or another process would send again what has arrived. */
  const record = gather<PartResult, Outgoing | null>(resultsPerRecord, async (results) => {
    for (let wait = 100; ; wait = Math.min(wait * 2, 5_000)) {
      try {
        const next = new Map((await store.record(results)).map((part) => [part.conversation, part]))
        return results.map((result) => next.get(result.conversation) ?? null)
      } catch (error) {
        log.error(
          { step: 'send', outcome: 'store', parts: results.length, error },
          'what became of parts could not be written; trying again',
        )
        await new Promise((resolve) => setTimeout(resolve, wait))
      }
    }
  })

  /** Sends for one conversation until nothing is due. `first` is already begun; null: claim it. The first `covers` parts have been shown already. */
  async function run(conversation: ConversationId, first: Outgoing | null, covers = 0): Promise<void> {
    sending.add(conversation)
    try {
      let part = first ?? (await claim(conversation))
      for (let shown = covers; part; shown--) {
        const begun: Outgoing = part
        part = await record(shown > 0 ? covered(begun) : await attempt(begun).catch((error: unknown) => broken(begun, error)))
      }
    } catch (error) {
      log.error({ step: 'send', conversation, outcome: 'store', error }, 'nothing could be claimed; sweep will look again')
    }
    sending.delete(conversation)
    const next = handed.get(conversation)
    handed.delete(conversation)
    if (next) void run(conversation, next.part, next.covers)
    else if (again.delete(conversation) && !closing) void run(conversation, null)
    else goOn()
  }

  function goOn(): void {
    for (const conversation of waiting) {
      if (sending.size >= rungAtOnce) return
      waiting.delete(conversation)
      if (sending.has(conversation)) again.add(conversation)
      else void run(conversation, null)
    }
    if (sending.size === 0) {
      for (const done of idlers) done()
      idlers = []
    }
  }

  /** It went out inside the answer to a request: the platform gives no id for it. */
  function covered({ conversation, number, attempt: fence, to, twice }: Outgoing): PartResult {
    meter.count('sends', { channel: to.channel, outcome: 'sent' })
    meter.finished(conversation)
    return { conversation, number, fence, state: 'sent', dueInMs: 0, countsAttempt: true, twice, platform: [], failure: null }
  }

  /** A fault of ours, or of an adapter's explanations, in the middle of a send: what became of it is not known. */
  function broken(part: Outgoing, error: unknown): PartResult {
    log.error(
      { step: 'send', channel: part.to.channel, account: part.to.account, conversation: part.conversation, part: part.number, error },
      'a part could not be handled; its outcome counts as unknown',
    )
    const failure: Failure = { kind: 'uncertain', code: 'fault', detail: 'Something of ours went wrong while this was on its way.' }
    const hold = part.twice || channels.get(part.to.channel, part.to.account)?.onUncertain === 'hold'
    return {
      conversation: part.conversation,
      number: part.number,
      fence: part.attempt,
      state: hold ? 'held' : 'due',
      dueInMs: hold ? 0 : brokenWaitMs,
      countsAttempt: true,
      twice: true,
      platform: null,
      failure,
    }
  }

  async function attempt(part: Outgoing): Promise<PartResult> {
    const channel = channels.get(part.to.channel, part.to.account)
    const base = {
      conversation: part.conversation,
      number: part.number,
      fence: part.attempt,
      platform: null,
      countsAttempt: true,
      dueInMs: 0,
    }
    if (!channel) {
      const failure: Failure = { kind: 'transient', code: 'no-account', detail: 'This account is not registered any more.' }
      return { ...base, state: 'due', dueInMs: 60_000, countsAttempt: false, twice: part.twice, failure }
    }
    const rules = { idempotentSend: channel.can.idempotentSend, onUncertain: channel.onUncertain, twice: part.twice }
    const mark = part.twice || (part.unresolved && !rules.idempotentSend)
    if (part.unresolved) {
      const failure: Failure = { kind: 'uncertain', code: 'interrupted', detail: 'The hub stopped while this was on its way.' }
      // Whoever ended us, again and again, says nothing about the platform: the part goes out until it looks as if it ended us itself.
      const step = afterFailure(failure, part.attempt, { ...rules, twice: part.twice && part.attempt > interruptionsAtMost }, 0)
      if (step.do === 'give-up') return { ...base, state: step.held ? 'held' : 'failed', twice: mark, failure }
    }
    if (!part.reachable)
      return {
        ...base,
        state: 'failed',
        twice: part.twice,
        failure: { kind: 'unreachable', code: 'left', detail: 'The person has blocked or left us.' },
      }
    const started = performance.now()
    const sent = await sendPart(channel, part)
    const labels = { channel: part.to.channel, outcome: 'receipt' in sent ? 'sent' : sent.failure.kind }
    meter.count('sends', labels)
    meter.time('send', performance.now() - started, { channel: part.to.channel })
    if ('receipt' in sent) {
      meter.finished(part.conversation)
      const { receipt } = sent
      log.step?.({ ...stepOf(part), ms: Math.round(performance.now() - started), outcome: 'sent' }, 'a part was sent')
      return {
        ...base,
        state: 'sent',
        twice: mark,
        failure: null,
        // A change may be told without an id; the next change must find the message all the same.
        platform: receipt.messages.length === 0 && part.revises ? [part.revises] : receipt.messages,
        ...(receipt.reply === undefined ? {} : { reply: receipt.reply }),
      }
    }
    return afterwards(part, channel, sent.failure, { ...rules, twice: mark })
  }

  async function afterwards(
    part: Outgoing,
    channel: Channel,
    failure: Failure,
    rules: Parameters<typeof afterFailure>[2],
  ): Promise<PartResult> {
    const { channel: name, account } = part.to
    const at = { ...stepOf(part), failure }
    const base = {
      conversation: part.conversation,
      number: part.number,
      fence: part.attempt,
      platform: null,
      failure,
      countsAttempt: true,
      twice: rules.twice,
    }
    // Where the new address belongs to another conversation already, this one has ended.
    if (failure.movedTo !== undefined && part.attempt >= movesAtMost) return { ...base, state: 'failed', dueInMs: 0 }
    if (failure.movedTo !== undefined) {
      await store.move(part.to, { ...part.to, conversation: failure.movedTo as typeof part.to.conversation }).catch(() => undefined)
      bell.ring('delivery', [part.conversation], { inMs: 50, ...(channel.can.sendsFrom === 'listener' ? { account: part.to } : {}) })
      return { ...base, state: 'due', dueInMs: 0 }
    }
    const step = afterFailure(failure, part.attempt, rules, random())
    switch (step.do) {
      case 'again': {
        if (failure.kind === 'throttled' && failure.only === undefined) await throttle(channel, name, account, step.inMs)
        log.info({ ...at, outcome: 'again', inMs: step.inMs }, 'a part was not sent; it goes out again')
        const own = channel.can.sendsFrom === 'listener' || waitOf(name, account) !== null
        bell.ring('delivery', [part.conversation], { inMs: step.inMs + 5, ...(own ? { account: part.to } : {}) })
        return { ...base, state: 'due', dueInMs: step.inMs, countsAttempt: step.counts, twice: rules.twice || step.twice }
      }
      case 'give-up':
        log.warn({ ...at, outcome: step.held ? 'held' : 'failed' }, 'a part was given up')
        return { ...base, state: step.held ? 'held' : 'failed', dueInMs: 0 }
      case 'pause-account':
        log.error({ ...at, outcome: 'paused' }, 'the platform refuses our credentials; the account is paused and its messages wait')
        await store.pauseAccount(name, account, failure).catch(() => undefined)
        return { ...base, state: 'due', dueInMs: 0, countsAttempt: false }
    }
  }

  async function throttle(channel: Channel, name: ChannelName, account: AccountId, ms: number): Promise<void> {
    const at = now().getTime()
    const paced = channel.can.sendsPerSecond === null ? 0 : pacedMs
    throttled.set(`${name}/${account}`, { until: at + ms, paced: at + paced })
    await store.throttleAccount(name, account, ms, paced).catch(() => undefined)
  }

  /** How long an account's parts must wait, in ms; 0 where it is only paced, null where it is neither. */
  const waitOf = (channel: ChannelName, account: AccountId): number | null => {
    const state = throttled.get(`${channel}/${account}`)
    const at = now().getTime()
    if (state === undefined || Math.max(state.until, state.paced) <= at) return null
    return Math.max(0, state.until - at)
  }

  return {
    /** May parts of this account go out as soon as they are planned? Not while it is throttled or paced. */
    mayBegin: (channel: Channel): boolean => !closing && waitOf(channel.definition.name, channel.account) === null,

    /** Goes on with what turns have just written: what was begun is sent from memory, what else is owed is claimed. */
    take(committed: readonly Committed[]): void {
      for (const { conversation, to, begun, owed, paced, covers = 0 } of committed) {
        if (begun) {
          if (sending.has(conversation)) handed.set(conversation, { part: begun, covers })
          else void run(conversation, begun, covers)
        } else if (owed) {
          const wait = waitOf(to.channel, to.account)
          bell.ring('delivery', [conversation], wait === null && !paced ? {} : { inMs: wait ?? 0, account: to })
        }
      }
    },

    /** Looks what these conversations owe. */
    ring(conversations: readonly ConversationId[]): void {
      if (closing) return
      for (const conversation of conversations) {
        if (sending.has(conversation)) again.add(conversation)
        else if (sending.size >= rungAtOnce) waiting.add(conversation)
        else void run(conversation, null)
      }
    },

    /** Like `ring`, and resolves when there is nothing more to send for this conversation now. */
    async serve(conversation: ConversationId): Promise<void> {
      if (closing) return
      if (sending.has(conversation)) again.add(conversation)
      else await run(conversation, null)
    },

    /** Resolves when nothing is on its way. */
    idle: (): Promise<void> =>
      sending.size === 0
        ? Promise.resolve()
        : new Promise((resolve) => {
            idlers.push(resolve)
          }),

    /** Begins nothing more and waits for what is on its way. */
    async close(): Promise<void> {
      closing = true
      again.clear()
      waiting.clear()
      await this.idle()
    },

    /** The conversations that something is being sent for at this moment. */
    sending: (): readonly ConversationId[] => [...sending],

    get depth(): number {
      return sending.size
    },
  }
}

const stepOf = ({ to, conversation, messages, number, attempt }: Outgoing) => ({
  step: 'send',
  channel: to.channel,
  account: to.account,
  conversation,
  messages,
  part: number,
  attempt,
})

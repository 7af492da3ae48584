import type { Address, Content, PersonKey } from '../channel/index.ts'
import type { ConversationId, Happening } from '../core/conversation.ts'
import { approvalCard, approvalKey, decidedCard, noticeOf, reminderOf } from '../core/notices.ts'
import type { RequestBook, RequestEvent, RequestView } from '../core/service-desk.ts'
import type { IdentityName } from '../core/trust.ts'
import { windowFor } from '../core/window.ts'
import type { Bell, Channels, Log, Store } from './ports.ts'

/** A conversation in which somebody may be told something. */
export type Listener = {
  readonly conversation: ConversationId
  readonly address: Address
  /** Who spoke last there. */
  readonly person: PersonKey | null
  readonly lastHeardAt: string | null
  readonly reach: 'reachable' | 'blocked' | 'left'
}
type Told = Extract<Happening, { readonly kind: 'told' }>

/** What the notifier keeps and reads, in the hub's database. */
export interface Audience {
  /** How far this reader of the events has come; 0 at first. */
  cursor(name: string): Promise<number>
  advance(name: string, seq: number): Promise<void>
  listeners(conversations: readonly ConversationId[]): Promise<readonly Listener[]>
  /** The conversations of those whose address this is as far as it is proven or vouched for; whoever wrote last comes first. `person` is theirs. */
  known(email: string): Promise<readonly Listener[]>
  /** Does this person not want to be told? */
  isOff(person: IdentityName): Promise<boolean>
  /** Where an approval's card was sent, and to which approver. */
  shown(approval: string): Promise<readonly (Listener & { readonly email: string })[]>
  show(approval: string, conversation: ConversationId, email: string): Promise<void>
  /** Its result has taken the card's place there. */
  settled(approval: string, conversation: ConversationId): Promise<void>
  /** Keeps what can't be told now, once for each key. */
  keep(conversation: ConversationId, key: string, happening: Told): Promise<void>
  /** What was kept for people who have written since, or since it was put off. */
  kept(): Promise<readonly (Listener & { readonly key: string; readonly happening: Told })[]>
  /** It can't be told though they have written at `heardAt`: it waits for their next word, and others come first. */
  putOff(conversation: ConversationId, key: string, heardAt: string): Promise<void>
  /** True where it was kept until now. */
  drop(conversation: ConversationId, key: string): Promise<boolean>
}

type Needs = {
  readonly book: Pick<RequestBook, 'eventsAfter' | 'find'>
  readonly audience: Audience
  readonly channels: Channels
  readonly store: Pick<Store, 'fileFor' | 'lease'>
  readonly bell: Pick<Bell, 'ring'>
  readonly log: Log
  readonly now: () => Date
  /** The requester's own link to the request's page: shown to nobody else. */
  readonly link: (number: string) => string
  /** The value of the choice that needs no more than a kind word. */
  readonly thanks: string
}

const cursorName = 'notify'
const atOnce = 100
/** How often a process looks by itself, in ms, and how long its lease is, in seconds: another one takes over after that. */
const everyMs = 2_000
const leaseSeconds = 15
/** An event that can't be told for a fault of ours must not hold up all that come after it. */
const triesAtMost = 5

/**
 * Tells people what happened to their requests, and approvers what waits for them, in the conversations they come from. Of several processes one does it; each notice
 * is filed under a key made from its event, so that it comes once whatever is done twice.
 */
export function makeNotify({ book, audience, channels, store, bell, log, now, link, thanks }: Needs) {
  /** Files it where the channel lets us write now, and keeps it for later where it does not. */
  async function tell(to: Listener, key: string, content: Content, messageKey?: string): Promise<void> {
    if (await isOff(to)) return
    const happening: Told = {
      kind: 'told',
      content: [content],
      at: now().toISOString(),
      ...(messageKey === undefined ? {} : { key: messageKey }),
    }
    if (mayTell(to)) await file(to.conversation, key, happening)
    else await audience.keep(to.conversation, key, happening)
  }

  const isOff = async ({ address: { channel, account }, person: key }: Listener): Promise<boolean> =>
    key !== null && audience.isOff({ channel, account, key })

  async function file(conversation: ConversationId, key: string, happening: Told): Promise<void> {
    if ((await store.fileFor(conversation, key, happening)) !== null) bell.ring('turn', [conversation])
  }

  function mayTell({ address, lastHeardAt, reach }: Listener): boolean {
    const channel = channels.get(address.channel, address.account)
    return (
      channel !== undefined && reach === 'reachable' && windowFor(channel.can.replyWindow, lastHeardAt, 'system', now().toISOString()).open
    )
  }

  const channelOf = ({ address }: Listener) => channels.get(address.channel, address.account)
  const isGroup = (to: Listener): boolean => channelOf(to)?.adapter.isGroup?.(to.address) === true

  async function tellRequesters(event: RequestEvent, request: RequestView): Promise<void> {
    if (noticeOf(event, request, null, thanks) === null) return
    for (const to of await audience.listeners(request.conversations.map(({ conversation }) => conversation))) {
      if (didItHere(event, to)) continue
      const own = !isGroup(to) && isRequester(request, to)
      const content = noticeOf(event, request, own ? link(request.number) : null, thanks, isGroup(to))
      if (content) await tell(to, `request:${event.seq}`, content)
    }
  }

  /** Everybody who has a say in a step that is open now, once, in each app where they talk to us alone. */
  async function askApprovers(request: RequestView): Promise<void> {
    for (const approval of request.approvals) {
      if (approval.state !== 'pending') continue
      const shown = new Set((await audience.shown(approval.id)).map(({ conversation }) => conversation))
      for (const email of approval.approvers) {
        if (approval.decisions.some(({ by }) => same(by, email)) || same(email, request.requester.email ?? '')) continue
        const theirs = await direct(email)
        if (theirs.some((to) => isRequester(request, to))) continue
        for (const to of theirs) {
          // The inbox forgets keys after a while, a request may wait longer.
          if (shown.has(to.conversation) || (await isOff(to))) continue
          await tell(to, `approval:${approval.id}:asked`, approvalCard(approval), approvalKey(approval.id))
          await audience.show(approval.id, to.conversation, email)
        }
      }
    }
  }

  /** Whoever has still to decide, in each app where they can be written to now; a reminder that comes late is of no use. */
  async function remind(event: RequestEvent, request: RequestView): Promise<void> {
    const approval = request.approvals.find(({ id, state }) => id === event.detail.approval && state === 'pending')
    if (event.kind !== 'approval-reminded' || approval === undefined) return
    for (const email of approval.approvers) {
      if (approval.decisions.some(({ by }) => same(by, email)) || same(email, request.requester.email ?? '')) continue
      const theirs = await direct(email)
      if (theirs.some((to) => isRequester(request, to))) continue
      for (const to of theirs)
        if (mayTell(to)) await tell(to, `approval:${approval.id}:reminded:${event.detail.times}`, reminderOf(approval))
    }
  }

  /** The result takes the card's place; so it does for whoever has decided while others are still asked. */
  async function settleCards(request: RequestView): Promise<void> {
    for (const approval of request.approvals) {
      if (approval.state === 'later') continue
      const ended = approval.state !== 'pending'
      for (const to of await audience.shown(approval.id)) {
        const theirs = approval.decisions.some(({ by }) => same(by, to.email))
        // Where a message can't be changed, whoever has decided has read the result in the answer to it.
        if (theirs ? channelOf(to)?.can.edit !== true : !ended) continue
        // A card that could not be told yet needs no result.
        const unread = ended && (await audience.drop(to.conversation, `approval:${approval.id}:asked`))
        const state = ended ? approval.state : 'decided'
        if (!unread) await tell(to, `approval:${approval.id}:${state}`, decidedCard(approval), approvalKey(approval.id))
        if (ended) await audience.settled(approval.id, to.conversation)
      }
    }
  }

  /** One conversation for each identity: the one they wrote in last, of those where nobody reads along. */
  async function direct(email: string): Promise<readonly Listener[]> {
    const found = new Map<string, Listener>()
    for (const to of await audience.known(email)) {
      const identity = `${to.address.channel}/${to.address.account}/${to.person}`
      if (!found.has(identity) && channelOf(to) && to.reach === 'reachable' && !isGroup(to)) found.set(identity, to)
    }
    return [...found.values()]
  }

  async function take(event: RequestEvent): Promise<void> {
    const request = await book.find(event.number)
    if (!request) return
    await tellRequesters(event, request)
    if (request.approvals.length === 0) return
    await askApprovers(request)
    await remind(event, request)
    await settleCards(request)
  }

  async function flushKept(): Promise<void> {
    for (const { key, happening, ...to } of await audience.kept()) {
      const unwanted = await isOff(to)
      if (!unwanted && !mayTell(to)) {
        await audience.putOff(to.conversation, key, to.lastHeardAt!)
        continue
      }
      if (!unwanted) await file(to.conversation, key, { ...happening, at: now().toISOString() })
      await audience.drop(to.conversation, key)
    }
  }

  let tries = 0
  async function look(): Promise<void> {
    if (!(await store.lease('notify', leaseSeconds))) return
    for (;;) {
      const cursor = await audience.cursor(cursorName)
      const events = await book.eventsAfter(cursor, atOnce)
      for (const event of events) {
        try {
          await take(event)
          tries = 0
        } catch (error) {
          if (++tries < triesAtMost) throw error
          tries = 0
          log.error({ step: 'notify', request: event.number, seq: event.seq, error }, 'nobody could be told of an event; it is passed over')
        }
        await audience.advance(cursorName, event.seq)
      }
      if (events.length < atOnce) break
      await store.lease('notify', leaseSeconds)
    }
    await flushKept()
  }

  let looking: Promise<void> | null = null
  let again = false
  /** Looks now; rings that fall together are one look. Never rejects. */
  function ring(): Promise<void> {
    if (looking) {
      again = true
      return looking
    }
    looking = (async () => {
      do {
        again = false
        await look().catch((error: unknown) => log.warn({ step: 'notify', error }, 'events could not be told; the next look tells them'))
      } while (again)
      looking = null
    })()
    return looking
  }

  return {
    ring,
    /** Tells something else in a conversation, once for its key: at once, or when its person writes again. */
    async say(conversation: ConversationId, key: string, contentFor: (isGroup: boolean) => Content): Promise<void> {
      for (const to of await audience.listeners([conversation])) await tell(to, key, contentFor(isGroup(to)))
    },
    /** Looks every two seconds until the answer is called, which resolves when the last look has ended. */
    start(): () => Promise<void> {
      void ring()
      const timer = setInterval(() => void ring(), everyMs)
      return async () => {
        clearInterval(timer)
        again = false
        await looking
      }
    },
  }
}

/** What people do themselves in a conversation they have been answered there. */
function didItHere({ by }: RequestEvent, { address, person }: Listener): boolean {
  return (
    by.kind === 'person' &&
    by.identity?.channel === address.channel &&
    by.identity.account === address.account &&
    by.identity.key === person
  )
}

function isRequester({ requester: { identity } }: RequestView, { address, person }: Listener): boolean {
  return identity !== null && identity.channel === address.channel && identity.account === address.account && identity.key === person
}

const same = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase()

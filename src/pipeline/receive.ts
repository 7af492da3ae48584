import {
  type AccountId,
  type ChannelName,
  type Content,
  type EventOf,
  type HomeView,
  type HookReply,
  type HookRequest,
  type InboundEvent,
  MalformedRequest,
  type Parsed,
} from '../channel/index.ts'
import { albumQuietMs } from '../core/album.ts'
import type { ConversationId } from '../core/conversation.ts'
import { maskEvent } from '../core/mask.ts'
import type { IdentityName } from '../core/trust.ts'
import type { Fresh } from './fresh.ts'
import { gather } from './gather.ts'
import type { Bell, Channel, Channels, Filing, Live, Log, Meter, Store } from './ports.ts'
import { makeQuarantine } from './quarantine.ts'
import type { SyncAnswers } from './sync-answers.ts'

/** Requests whose events are filed by one statement. */
const requestsPerFiling = 256

type Needs = {
  readonly channels: Channels
  readonly store: Store
  readonly bell: Bell
  readonly live: Live
  readonly meter: Meter
  readonly log: Log
  readonly now: () => Date
  /** Entries whose files are to be fetched before their turn. */
  readonly fetchFiles: (seqs: readonly number[]) => void
  /** What a person's home surface shows. */
  readonly home: (of: IdentityName) => HomeView | Promise<HomeView>
  readonly sync: SyncAnswers
  /** Undefined where turns are taken by other processes. */
  readonly fresh: Fresh | undefined
  /** Takes these turns in this very process, whatever its role: only here can the request that waits be answered. */
  readonly takeHere: (conversations: readonly ConversationId[]) => void
}

/** The door: what a platform hands in is verified, parsed and filed before it is acknowledged. */
export function makeReceive({ channels, store, bell, live, meter, log, now, fetchFiles, home, sync, fresh, takeHere }: Needs) {
  const keep = makeQuarantine({ store, log, now })
  const file = gather<readonly Filing[], void>(requestsPerFiling, async (requests) => {
    const filings = requests.flat()
    const filed = await store.file(filings)
    const entries = filed.filter((entry) => !entry.files && !entry.album)
    const conversations = [...new Set(entries.map((entry) => entry.conversation))]
    if (sync.size > 0 && filings.some(({ event }) => event.sync)) takeHere(conversations)
    else bell.ring('turn', conversations)
    fresh?.keep(filed)
    meter.started(entries.map((entry) => entry.conversation))
    const albums = filed.filter((entry) => entry.album)
    if (albums.length > 0) bell.ring('turn', [...new Set(albums.map((entry) => entry.conversation))], { inMs: albumQuietMs + 50 })
    const withFiles = filed.filter((entry) => entry.files)
    if (withFiles.length > 0) fetchFiles(withFiles.map((entry) => entry.seq))
    meter.count('filed', {}, filed.length)
    if (filed.length < filings.length) meter.count('duplicate', {}, filings.length - filed.length)
    return requests.map(() => undefined)
  })

  /** Rejects only where the store is away: then nothing is acknowledged, and the platform comes again. */
  return async (name: ChannelName, account: AccountId, request: HookRequest): Promise<HookReply> => {
    const channel = channels.get(name, account)
    if (!channel) {
      meter.count('refused', { channel: 'unknown', reason: 'account' })
      return { status: 404 }
    }
    if (request.via === 'hook') {
      const verdict = await channel.adapter.verify(request)
      if (!verdict.ok) {
        meter.count('refused', { channel: name, reason: verdict.reason })
        log.warn(
          { step: 'verify', channel: name, account, outcome: 'refused', reason: verdict.reason },
          'a request did not prove who sent it',
        )
        return { status: verdict.status }
      }
    }
    const parsed = await read(channel, request)
    if (!parsed) return { status: 400 }
    meter.count('received', { channel: name }, parsed.events.length)
    await noteUnreadable(channel, request, parsed)
    const filings = await sortOut(channel, parsed.events)
    const answers = parsed.events.filter((event) => event.sync && channel.adapter.respond).map((event) => sync.wait(channel, event))
    if (filings.length > 0) await file(filings)
    for (const { event } of filings) log.step?.({ step: 'file', channel: name, account, event: event.id }, 'an event was filed')
    for (const event of parsed.events) acknowledge(channel, event)
    for (const answer of answers) {
      const reply = await answer
      if (reply) return reply
    }
    return parsed.reply ?? { status: 200 }
  }

  async function read(channel: Channel, request: HookRequest): Promise<Parsed | undefined> {
    try {
      const parsed = channel.adapter.parse(request)
      // Before anything is filed: a password that somebody writes is kept nowhere.
      return { ...parsed, events: parsed.events.map(maskEvent) }
    } catch (error) {
      const at = { channel: channel.definition.name, account: channel.account }
      const reason = error instanceof MalformedRequest ? error.message : 'the adapter could not read it'
      meter.count('refused', { channel: at.channel, reason: 'malformed' })
      log.warn({ step: 'parse', ...at, outcome: 'malformed', reason }, 'a request that proved its sender could not be read')
      await keep(at, request, [`malformed: ${reason}`])
      return undefined
    }
  }

  /** Nothing that was sent is lost from sight: what we ignored or could not read is kept as it came. */
  async function noteUnreadable(channel: Channel, request: HookRequest, parsed: Parsed): Promise<void> {
    const at = { channel: channel.definition.name, account: channel.account }
    const unreadable = parsed.events.flatMap((event) =>
      event.kind === 'message'
        ? event.content.flatMap((item) => (item.type === 'unreadable' ? [`unreadable: ${item.platformType}`] : []))
        : [],
    )
    for (const type of parsed.ignored) meter.count('ignored', { channel: at.channel, type })
    const reasons = [...parsed.ignored.map((type) => `ignored: ${type}`), ...unreadable]
    if (reasons.length > 0) await keep(at, request, reasons)
  }

  /** What is told to watchers or to the account is not a conversation's; the rest is filed. */
  async function sortOut(channel: Channel, events: readonly InboundEvent[]): Promise<readonly Filing[]> {
    const filings: Filing[] = []
    for (const event of events) {
      switch (event.kind) {
        case 'typing':
          live.typing(event.from, event.person.name ?? 'Somebody')
          break
        case 'account':
          await noteAccount(channel, event)
          break
        case 'invoked':
          if (event.command === 'home' && channel.adapter.home) drawHome(channel, event)
          else filings.push({ event, files: false })
          break
        case 'moved':
          await store.move(event.from, event.to)
          break
        default:
          filings.push({ event, files: event.kind === 'message' && event.content.some(isUnfetched) })
      }
    }
    return filings
  }

  /** What was revoked stops the account; what is limited is shown on its page and goes on. */
  async function noteAccount({ definition, account }: Channel, { change, detail }: EventOf<'account'>): Promise<void> {
    switch (change) {
      case 'restored':
        bell.ring('delivery', await store.resumeAccount(definition.name, account))
        return
      case 'revoked':
        await store.pauseAccount(definition.name, account, { kind: 'unauthorized', code: change, detail })
        return
      case 'limited':
        await store.noteCheck(definition.name, account, { ok: false, detail, facts: { code: change } })
        return
    }
  }

  /** An opened home surface opens no chat: it is drawn anew and forgotten. */
  function drawHome(channel: Channel, { person }: EventOf<'invoked'>): void {
    const { adapter, definition, account } = channel
    const draw = async (): Promise<void> => adapter.home?.(person, await home({ channel: definition.name, account, key: person.key }))
    draw().catch((error: unknown) => {
      log.warn({ step: 'home', channel: definition.name, account, failure: adapter.classify(error) }, 'a home surface could not be drawn')
    })
  }

  function acknowledge(channel: Channel, event: InboundEvent): void {
    const { adapter, definition, account } = channel
    if (!adapter.acknowledge) return
    const at = { step: 'acknowledge', channel: definition.name, account, event: event.id }
    const complain = (error: unknown): void =>
      log.warn({ ...at, failure: adapter.classify(error) }, 'the platform was not told that an event was taken')
    // What is filed is taken, whatever becomes of this: also where it fails before its first await.
    const tell = async (): Promise<void> => adapter.acknowledge?.(event)
    tell()
      .catch(complain)
      .catch((error: unknown) => log.error({ ...at, error }, 'an error could not be explained'))
  }
}

const isUnfetched = (item: Content): boolean => item.type === 'media' && 'ref' in item.file

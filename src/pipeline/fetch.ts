import type { Content, EventOf, FileId, FileRef } from '../channel/index.ts'
import type { ConversationId } from '../core/conversation.ts'
import type { Bell, Channel, Channels, Files, Log, Meter, Store } from './ports.ts'

/** Tries for one file before the person's message goes on without it; the waits before them in ms. */
const waits = [0, 1_000, 5_000]
/** A platform that says how long to wait is waited for, but not longer: the person's message waits, too. */
const longestWaitMs = 30_000
const fetchTimeoutMs = 60_000
/** Entries whose files are fetched side by side. */
const width = 8

type Needs = {
  readonly channels: Channels
  readonly store: Store
  readonly files: Files
  readonly bell: Bell
  readonly meter: Meter
  readonly log: Log
}

/** Fetches the files that a message names, at once and by bytes: platforms' links die. The message takes its turn when each is kept or failed for good. */
export function makeFetch({ channels, store, files, bell, meter, log }: Needs) {
  const waiting: number[] = []
  const known = new Set<number>()
  let under = 0
  let idlers: (() => void)[] = []
  let closed = false

  async function next(): Promise<void> {
    if (under >= width || closed) return
    const seq = waiting.shift()
    if (seq === undefined) return
    under++
    try {
      await fetchEntry(seq)
    } catch (error) {
      log.error(
        { step: 'fetch', entry: seq, outcome: 'store', error },
        'the files of a message could not be written; sweep comes back to it',
      )
    }
    under--
    known.delete(seq)
    if (under === 0 && waiting.length === 0) {
      for (const done of idlers) done()
      idlers = []
    }
    void next()
  }

  async function fetchEntry(seq: number): Promise<void> {
    const [entry] = await store.unfetched([seq])
    if (entry?.happening.kind !== 'heard' || entry.happening.event.kind !== 'message') return
    const { event } = entry.happening
    const channel = channels.get(event.from.channel, event.from.account)
    if (!channel) return
    const content: Content[] = []
    for (const item of event.content) content.push(await fetchItem(channel, entry.conversation, item))
    const whole: EventOf<'message'> = { ...event, content }
    await store.fetched(seq, { kind: 'heard', event: whole })
    bell.ring('turn', [entry.conversation])
  }

  async function fetchItem(channel: Channel, conversation: ConversationId, item: Content): Promise<Content> {
    if (item.type !== 'media' || !('ref' in item.file)) return item
    const name = item.file.name ?? item.kind
    let reason = 'this channel gives no files'
    let asked = 0
    for (const wait of channel.adapter.fetchFile ? waits : []) {
      if (closed) throw new Error('the hub is stopping')
      await new Promise((resolve) => setTimeout(resolve, Math.max(wait, asked)))
      try {
        const { body, mime, name: told } = await channel.adapter.fetchFile!(item.file.ref, AbortSignal.timeout(fetchTimeoutMs))
        const kept = await files.keep({ body, mime: item.file.mime ?? mime, name: item.file.name ?? told ?? name, conversation })
        return { ...item, file: storedFile(kept) }
      } catch (error) {
        const refused = error instanceof Error && error.name === 'FileRefused'
        const failure = refused ? { kind: 'rejected' as const, code: 'refused', detail: error.message } : channel.adapter.classify(error)
        reason = failure.detail ?? failure.code
        asked = Math.min(('retryAfterMs' in failure ? failure.retryAfterMs : undefined) ?? 0, longestWaitMs)
        log.warn(
          { step: 'fetch', channel: channel.definition.name, account: channel.account, conversation, outcome: 'failed', failure },
          'a file could not be fetched',
        )
        if (failure.kind !== 'transient' && failure.kind !== 'throttled' && failure.kind !== 'uncertain') break
      }
    }
    meter.count('ignored', { channel: channel.definition.name, type: 'file' })
    const caption = item.caption ? ` ${item.caption}` : ''
    return { type: 'unreadable', platformType: item.kind, text: `[${name} could not be fetched: ${reason}]${caption}` }
  }

  return {
    ask(seqs: readonly number[]): void {
      for (const seq of seqs) {
        if (known.has(seq)) continue
        known.add(seq)
        waiting.push(seq)
        void next()
      }
    },
    idle: (): Promise<void> =>
      under === 0 && waiting.length === 0
        ? Promise.resolve()
        : new Promise((resolve) => {
            idlers.push(resolve)
          }),
    async close(): Promise<void> {
      closed = true
      waiting.length = 0
      if (under > 0)
        await new Promise<void>((resolve) => {
          idlers.push(resolve)
        })
    },
  }
}

const storedFile = (kept: { readonly id: FileId; readonly name: string; readonly mime: string; readonly bytes: number }): FileRef => ({
  stored: kept.id,
  name: kept.name,
  mime: kept.mime,
  bytes: kept.bytes,
})

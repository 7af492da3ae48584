import {
  type AccountId,
  type AdapterDeps,
  type HookReply,
  type HookRequest,
  type ListenState,
  PlatformError,
} from '../../../src/channel/index.ts'
import { clearProfileMarks, forgetProfile, type Lock, readBlocked, readTaken, takeLock, writeBlocked, writeTaken } from './folder.ts'
import { findChromium, type Library, loadLibrary } from './library.ts'
import type { Open } from './send.ts'
import { type Ending, type Session, startSession, type Times } from './session.ts'
import type { WebEvent } from './wire.ts'

export type Door = (request: HookRequest) => Promise<HookReply>
type Report = (state: ListenState) => void

export type ListenNeeds = {
  readonly account: AccountId
  readonly folder: string
  readonly chromiumPath: string | undefined
  readonly phone: string | undefined
  readonly deps: Pick<AdapterDeps, 'now' | 'log'>
  readonly times: Times
  readonly page: { readonly version: string; readonly path: string } | undefined
  /** The browser that can send, or undefined while there is none. */
  open(now: Open | undefined): void
  /** Each browser that is started, for tests. */
  started(session: Session): void
}

/** Owns the browser: links it, hands in what happens, starts it again when it dies, and stops for good when WhatsApp bars the number. */
export async function listen(needs: ListenNeeds, door: Door, report: Report, signal: AbortSignal): Promise<void> {
  const { account, folder, deps } = needs
  let library: Library
  let chromium: string
  try {
    library = await loadLibrary()
    chromium = findChromium(needs.chromiumPath)
  } catch (error) {
    const detail = error instanceof PlatformError ? error.message : 'whatsapp-web.js could not be loaded.'
    deps.log.warn({ step: 'listen', channel: 'whatsapp', account, outcome: 'stopped', reason: detail }, 'WhatsApp Web cannot run here')
    report({ state: 'stopped', detail })
    return aborted(signal)
  }
  const lock = await takeLock(folder)
  const stop = AbortSignal.any([signal, lock.lost])
  const tell: Report = (state) => {
    report(state)
    void lock.tell(state.state, state.detail ?? '')
  }
  try {
    await keep({ ...needs, library, chromium, lock }, door, tell, stop)
  } finally {
    needs.open(undefined)
    report({ state: 'stopped' })
    await lock.release()
  }
}

type Ready = ListenNeeds & { readonly library: Library; readonly chromium: string; readonly lock: Lock }

async function keep(needs: Ready, door: Door, report: Report, stop: AbortSignal): Promise<void> {
  const inbox = makeInbox(needs, door, stop)
  try {
    await again(needs, inbox, report, stop)
  } finally {
    await inbox.settled()
  }
}

async function again(needs: Ready, inbox: Inbox, report: Report, stop: AbortSignal): Promise<void> {
  const { folder, times, deps, account } = needs
  for (let failures = 0; !stop.aborted; ) {
    const blocked = await readBlocked(folder)
    if (blocked) {
      const detail = `WhatsApp blocked this number on ${blocked.at.slice(0, 10)} (${blocked.state}); the hub does not try again.`
      inbox.state('BLOCKED', Date.parse(blocked.at))
      report({ state: 'stopped', detail })
      return aborted(stop)
    }
    const began = Date.now()
    const ending = await hold(needs, inbox, report, stop)
    if (stop.aborted) return
    deps.log.warn({ step: 'listen', channel: 'whatsapp', account, outcome: ending.why, reason: ending.detail }, 'WhatsApp Web has ended')
    if (ending.why === 'blocked') {
      await writeBlocked(folder, { state: ending.detail, at: deps.now().toISOString() })
      continue
    }
    if (ending.why === 'unlinked') await forgetProfile(folder)
    report({ state: 'lost', detail: ending.detail })
    failures = Date.now() - began > times.longestAgainMs ? 0 : failures + 1
    await pause(ending.why === 'unlinked' ? times.againMs : Math.min(times.longestAgainMs, times.againMs * 2 ** (failures - 1)), stop)
  }
}

/** One browser from its start to its end. */
async function hold(needs: Ready, inbox: Inbox, report: Report, stop: AbortSignal): Promise<Ending> {
  const { deps, account, folder } = needs
  await clearProfileMarks(folder)
  report({ state: 'connecting', detail: 'The browser starts.' })
  const over = new AbortController()
  let toldUnlinked = false
  const session = startSession({
    ...needs,
    now: deps.now,
    happened: inbox.take,
    on(what) {
      if (what === 'linked') return report({ state: 'connecting', detail: 'Linked; WhatsApp Web loads its chats.' })
      if (what === 'ready') return ready()
      const detail =
        'qr' in what ? 'Scan the QR code on the phone: Linked devices.' : 'Enter the pairing code on the phone: Linked devices.'
      report({ state: 'connecting', detail, ...what })
      deps.log.info({ step: 'listen', channel: 'whatsapp', account, outcome: 'link', ...what }, detail)
      if (!toldUnlinked) inbox.state('UNPAIRED')
      toldUnlinked = true
    },
  })
  const { client, tell, ended } = session
  needs.started(session)
  function ready(): void {
    inbox.state('READY')
    needs.open({ client, library: needs.library, over: over.signal })
    const { wid, pushname } = client.info
    report({
      state: 'open',
      detail: `+${wid.user}${pushname ? ` (${pushname})` : ''} is linked through WhatsApp Web, which is unofficial.`,
    })
    // What came while nobody listened; what was taken already is known by its id.
    inbox.take(() => missed(client, tell, folder, deps.now))
  }
  const ending = await Promise.race([ended, aborted(stop).then((): Ending => ({ why: 'closed', detail: 'The hub stops.' }))])
  needs.open(undefined)
  over.abort()
  await session.close()
  return ending
}

/** As many messages of one chat are looked through after a pause. */
const mostMissed = 100
const overlapSeconds = 60

async function missed(client: Session['client'], tell: Session['tell'], folder: string, now: () => Date): Promise<readonly WebEvent[]> {
  const taken = await readTaken(folder)
  // A number that was never listened to has old chats: they are not news.
  if (taken === undefined) {
    await writeTaken(folder, Math.floor(now().getTime() / 1000))
    return []
  }
  const from = taken - overlapSeconds
  const chats = (await client.getChats()).filter(({ timestamp }) => timestamp >= from)
  const found = await Promise.all(chats.map((chat) => chat.fetchMessages({ limit: mostMissed, fromMe: false }).catch(() => [])))
  const news = found
    .flat()
    .filter(({ timestamp }) => timestamp >= from)
    .sort((one, other) => one.timestamp - other.timestamp)
  const events: WebEvent[] = []
  for (const message of news) events.push(...(await tell.message(message)))
  return events
}

type Inbox = ReturnType<typeof makeInbox>

/** Hands in one after the other, in order, and again until the hub has taken it: WhatsApp Web never says a thing twice. */
function makeInbox({ folder, deps, account }: Ready, door: Door, stop: AbortSignal) {
  let line = Promise.resolve()
  let newest: number | undefined
  const give = async (event: WebEvent): Promise<void> => {
    const body = new TextEncoder().encode(JSON.stringify(event))
    const request: HookRequest = { method: 'POST', via: 'listen', query: {}, headers: { 'content-type': 'application/json' }, body }
    for (let waitMs = 250; !stop.aborted; waitMs = Math.min(waitMs * 2, 30_000)) {
      const status = await door(request).then(
        (reply) => reply.status,
        () => 500,
      )
      if (status < 500) return event.event === 'message' ? note(event.message.at) : undefined
      await pause(waitMs, stop)
    }
  }
  const note = async (at: number): Promise<void> => {
    newest ??= (await readTaken(folder)) ?? 0
    if (at <= newest) return
    newest = at
    await writeTaken(folder, at).catch(() => undefined)
  }
  const take = (tell: () => Promise<readonly WebEvent[]>): void => {
    line = line.then(async () => {
      try {
        for (const event of await tell()) await give(event)
      } catch (error) {
        if (stop.aborted) return
        const reason = error instanceof Error ? error.name : 'unknown'
        deps.log.warn(
          { step: 'listen', channel: 'whatsapp', account, outcome: 'unread', reason },
          'something that happened could not be read',
        )
      }
    })
  }
  /** Resolves when what is under way has been taken, or is given up because the hub stops. */
  const settled = () => line
  return { take, settled, state: (state: string, at = deps.now().getTime()) => take(async () => [{ event: 'state', at, state }]) }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => (signal.aborted ? resolve() : signal.addEventListener('abort', () => resolve(), { once: true })))

function pause(ms: number, stop: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, ms)
  void aborted(stop).then(resolve)
  return promise.finally(() => clearTimeout(timer))
}

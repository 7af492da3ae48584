import { resolve as absolute } from 'node:path'
import type { Client, ClientOptions } from 'whatsapp-web.js'
import { profileOf } from './folder.ts'
import type { Library } from './library.ts'
import { makeTell, type Tell, within } from './tell.ts'
import type { WebEvent } from './wire.ts'

/** How long things may take, in ms. */
export type Times = {
  /** How often the browser is looked at. */
  readonly lookMs: number
  /** From the start to a code, or to being linked. */
  readonly startMs: number
  /** A code that is not renewed for so long is dead, and the page is loaded again. */
  readonly idleCodeMs: number
  /** From being linked to being ready. */
  readonly readyMs: number
  /** How long the page may take to say how it stands, and how often it may fail to in a row. */
  readonly answerMs: number
  readonly misses: number
  /** Waits before the browser is started again: the first, and the longest. */
  readonly againMs: number
  readonly longestAgainMs: number
}
export const usualTimes: Times = {
  lookMs: 15_000,
  startMs: 120_000,
  idleCodeMs: 90_000,
  readyMs: 180_000,
  answerMs: 10_000,
  misses: 3,
  againMs: 2_000,
  longestAgainMs: 300_000,
}

/** Why a browser is no longer there. `blocked`: WhatsApp has barred the number; `unlinked`: the phone has thrown us out. */
export type Ending = { readonly why: 'closed' | 'lost' | 'unlinked' | 'blocked'; readonly detail: string }

export type SessionNeeds = {
  readonly library: Library
  readonly chromium: string
  readonly folder: string
  /** Digits of the number to link by a pairing code; without it, by a QR code. */
  readonly phone: string | undefined
  readonly times: Times
  readonly now: () => Date
  /** A page of ours in place of WhatsApp's, for tests; `path` holds `<version>.html`. */
  readonly page: { readonly version: string; readonly path: string } | undefined
  on(what: { readonly qr: string } | { readonly pairingCode: string } | 'linked' | 'ready'): void
  happened(tell: () => Promise<readonly WebEvent[]>): void
}

export interface Session {
  readonly client: Client
  readonly tell: Tell
  /** Resolves once, when the browser is of no more use; `close` must be called all the same. */
  readonly ended: Promise<Ending>
  /** Closes the browser, and kills it where it does not want to. */
  close(): Promise<void>
}

/** Parts of the library's client that its types leave out. */
type Inner = { inject(): Promise<void>; initWebVersionCache(): Promise<void>; requestPairingCode(phone: string): Promise<string> }

/** Starts a browser and links the library's events to ours. */
export function startSession(needs: SessionNeeds): Session {
  const { times } = needs
  const { promise: ended, resolve } = Promise.withResolvers<Ending>()
  const { client, auth } = makeClient(needs)
  const inner = client as unknown as Inner
  const tell = makeTell(client, needs.now)
  let phase: 'starting' | 'code' | 'linked' | 'ready' = 'starting'
  let since = Date.now()
  let reloads = 0
  let misses = 0
  let over = false
  let closed = false
  let initialized = false
  const enter = (next: typeof phase) => {
    phase = next
    since = Date.now()
  }
  const end = (why: Ending['why'], detail: string) => {
    over = true
    resolve({ why, detail })
  }
  const lost = (error: unknown) => end('lost', wordsOf(error))

  // The library calls these from handlers that nobody awaits: a rejection there would end the whole process.
  const [inject, requestCode] = [inner.inject.bind(client), inner.requestPairingCode.bind(client)]
  inner.inject = () => inject().catch((error: unknown) => (initialized ? lost(error) : Promise.reject(error)))
  inner.requestPairingCode = (...given) =>
    requestCode(...given).catch((error: unknown) => {
      lost(error)
      return ''
    })
  if (!needs.page) inner.initWebVersionCache = async () => undefined
  // It would delete a profile that Chromium still has open; `listen` does so when the browser is gone.
  auth.logout = async () => undefined

  const onCode = (what: { readonly qr: string } | { readonly pairingCode: string }) => {
    if (over) return
    enter('code')
    needs.on(what)
  }
  client.on('qr', (qr) => onCode({ qr }))
  client.on('code', (code: string) => onCode({ pairingCode: code }))
  client.on('authenticated', () => {
    if (over || phase === 'ready') return
    enter('linked')
    needs.on('linked')
  })
  client.on('ready', () => {
    if (over) return
    enter('ready')
    needs.on('ready')
  })
  client.on('auth_failure', (said) => lost(said))
  client.on('disconnected', (reason) => endedBy(String(reason)))
  client.on('message', (message) => needs.happened(() => tell.message(message)))
  client.on('message_ciphertext_failed', (message) => needs.happened(() => tell.message(message)))
  client.on('message_edit', (message) => needs.happened(() => tell.edit(message)))
  client.on('message_revoke_everyone', (message) => needs.happened(() => tell.revoke(message)))
  client.on('message_reaction', (reaction) => needs.happened(() => tell.reaction(reaction)))
  client.on('message_ack', (message, ack) => needs.happened(() => tell.ack(message, ack)))
  client.on('group_join', (notice) => needs.happened(() => tell.group('joined', notice)))
  client.on('group_leave', (notice) => needs.happened(() => tell.group('left', notice)))
  client.on('contact_changed', (_, oldName, newName, isContact) =>
    needs.happened(() => tell.number(String(oldName), String(newName), isContact === true)),
  )
  client.on('call', (call) => needs.happened(() => tell.call(call)))

  function endedBy(state: string): void {
    if (/TOS_BLOCK/.test(state)) end('blocked', state)
    else if (/^(LOGOUT|UNPAIRED|UNPAIRED_IDLE)$/.test(state)) end('unlinked', 'The phone has unlinked the hub.')
    else end('lost', `WhatsApp Web says ${state}.`)
  }

  // As early as there is a browser: it may die while WhatsApp's page is still loading.
  const { promise: launched, resolve: hasLaunched } = Promise.withResolvers<void>()
  auth.afterBrowserInitialized = async () => {
    const { pupBrowser: browser, pupPage } = client
    hasLaunched()
    // A pipe to a browser that was killed breaks, and nobody else hears it: unheard, it would end the whole process.
    for (const pipe of browser?.process()?.stdio ?? []) pipe?.on('error', () => end('lost', 'The browser has died.'))
    browser?.on('disconnected', () => end('lost', 'The browser has died.'))
    pupPage?.on('error', () => end('lost', 'The page has crashed.'))
    pupPage?.on('close', () => end('lost', 'The page was closed.'))
    if (!closed) return
    browser?.process()?.kill('SIGKILL')
    throw new Error('the browser came too late')
  }
  const starting = client.initialize().then(() => {
    initialized = true
  }, lost)

  async function look(): Promise<void> {
    const age = Date.now() - since
    if (phase === 'starting' && age > times.startMs) return end('lost', 'WhatsApp Web did not load in time.')
    if (phase === 'linked' && age > times.readyMs) return end('lost', 'WhatsApp Web was linked, but did not become ready.')
    if (!initialized) return
    if (phase === 'code' && age > (needs.phone ? 2.5 : 1) * times.idleCodeMs) {
      if (++reloads > 10) return end('lost', 'Nobody has linked the hub for a while; the browser starts anew.')
      since = Date.now()
      await client.pupPage?.reload({ timeout: times.startMs })
      return
    }
    const state = await within(client.getState(), times.answerMs).catch(() => undefined)
    if (over) return
    misses = state === undefined ? misses + 1 : 0
    if (misses >= times.misses) return end('lost', 'WhatsApp Web does not answer any more.')
    if (typeof state === 'string' && /TOS_BLOCK/.test(state)) endedBy(state)
  }
  let looking = false
  const watch = setInterval(() => {
    if (looking || over) return
    looking = true
    look()
      .catch(lost)
      .finally(() => {
        looking = false
      })
  }, times.lookMs)

  return {
    client,
    tell,
    ended,
    async close() {
      end('closed', 'The hub has closed the browser.')
      clearInterval(watch)
      // A browser that is still being started cannot be closed yet; one that comes later is killed.
      await within(Promise.race([launched, starting]), 5_000).catch(() => undefined)
      closed = true
      const browser = client.pupBrowser
      const child = browser?.process()
      await within(client.destroy(), 8_000).catch(() => undefined)
      if (child && child.exitCode === null && child.signalCode === null) {
        const gone = new Promise((done) => child.once('exit', done))
        child.kill('SIGKILL')
        await within(gone, 2_000).catch(() => undefined)
      }
    },
  }
}

function makeClient({ library, chromium, folder, phone, page }: SessionNeeds) {
  const auth = new library.LocalAuth({ dataPath: absolute(folder) }) as InstanceType<Library['LocalAuth']> & {
    logout(): Promise<void>
    afterBrowserInitialized(): Promise<void>
  }
  const asRoot = process.getuid?.() === 0
  const options: ClientOptions = {
    authStrategy: auth,
    ...(page ? { webVersion: page.version } : {}),
    webVersionCache: page ? { type: 'local', path: page.path, strict: true } : { type: 'none' },
    ...(phone ? { pairWithPhoneNumber: { phoneNumber: phone, showNotification: true, intervalMs: 170_000 } } : {}),
    puppeteer: {
      executablePath: chromium,
      headless: true,
      // A pipe, not a port: nobody else on the machine can drive the browser, and it ends when the hub does.
      pipe: true,
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
      userDataDir: profileOf(folder),
      args: ['--disable-dev-shm-usage', '--disable-gpu', ...(asRoot ? ['--no-sandbox'] : [])],
    },
  }
  return { client: new library.Client(options), auth }
}

/** The library throws errors and bare texts; of either the first line, in which no one is quoted. */
function wordsOf(error: unknown): string {
  const said = (error instanceof Error ? error.message : String(error)).split('\n')[0]!.slice(0, 200)
  return /ERR_NAME_NOT_RESOLVED|ERR_INTERNET_DISCONNECTED|ERR_CONNECTION/.test(said)
    ? 'web.whatsapp.com cannot be reached.'
    : `The browser with WhatsApp Web failed: ${said}`
}

import { setTimeout as wait } from 'node:timers/promises'
import { LogLevel, SocketModeClient } from '@slack/socket-mode'
import type { HookReply, HookRequest, ListenState } from '../../src/channel/index.ts'
import type { SlackConfig } from './config.ts'
import { classify, SlackRefusal } from './errors.ts'

type Door = (request: HookRequest) => Promise<HookReply>
type Report = (state: ListenState) => void
type Envelope = {
  readonly type: string
  readonly reason?: string
  readonly envelope_id?: string
  readonly payload?: unknown
  readonly retry_attempt?: number
  readonly retry_reason?: string
  readonly accepts_response_payload?: boolean
}

/** While one is renewed the other hears; Slack takes up to ten: https://docs.slack.dev/apis/events-api/using-socket-mode */
const connections = 2
const longestPauseMs = 30_000

/**
 * Socket Mode. An envelope is acknowledged only after the door has said 200 to it; Slack sends the others again, to any connection.
 * When Slack announces that it will close a connection, the next one stands before that one is left.
 */
export async function listen(keys: SlackConfig, door: Door, report: Report, signal: AbortSignal): Promise<void> {
  const open = new Set<SocketModeClient>()
  let told: ListenState['state'] | undefined
  const tell = (state: ListenState) => {
    if (state.state === told) return
    told = state.state
    report(state)
  }
  tell({ state: 'connecting' })
  const lane = async () => {
    let failures = 0
    while (!signal.aborted) {
      try {
        await connection(keys, door, signal, {
          opened(client) {
            failures = 0
            open.add(client)
            tell({ state: 'open' })
          },
          closed: (client) => void open.delete(client),
        })
      } catch (error) {
        if (signal.aborted) break
        failures++
        if (open.size === 0) tell({ state: 'lost', detail: whyLost(error) })
      }
      if (open.size === 0 && told === 'open' && !signal.aborted) tell({ state: 'connecting' })
      if (failures > 0)
        await wait(Math.min(longestPauseMs, 250 * 2 ** Math.min(failures, 10)), undefined, { signal }).catch(() => undefined)
    }
  }
  await Promise.all(Array.from({ length: connections }, lane))
  report({ state: 'stopped' })
}

type Life = { readonly opened: (client: SocketModeClient) => void; readonly closed: (client: SocketModeClient) => void }

/** Resolves when it is time for the next one: this one was closed, or Slack has said that it will be. Rejects where none came about. */
async function connection(keys: SlackConfig, door: Door, signal: AbortSignal, life: Life): Promise<void> {
  const given = new AbortController()
  const client = makeClient(keys, AbortSignal.any([signal, given.signal]))
  const over = Promise.withResolvers<void>()
  const leave = () => void client.disconnect().catch(nothing)
  // The client's own reader leaves at the first warning, and throws where an envelope has another shape than it knows.
  client.removeAllListeners('ws_message')
  client.on('ws_message', (data: unknown, isBinary: boolean) => {
    const envelope = isBinary ? undefined : readEnvelope(data)
    if (envelope?.type === 'hello') {
      if (signal.aborted || given.signal.aborted) leave()
      else client.emit('connected')
    } else if (envelope?.type === 'disconnect') {
      over.resolve()
      setTimeout(leave, envelope.reason === 'warning' ? overlapMs : lastWordsMs).unref()
    } else if (envelope?.envelope_id !== undefined) void handIn(client, envelope, door)
  })
  client.on('disconnected', () => {
    signal.removeEventListener('abort', leave)
    life.closed(client)
    over.resolve()
  })
  signal.addEventListener('abort', leave, { once: true })
  try {
    await started(client, signal)
  } catch (error) {
    given.abort()
    leave()
    throw error
  }
  life.opened(client)
  await over.promise
}

/** The next connection needs about a second, and a warning comes ten ahead; what is on its way gets its acknowledgement. */
const overlapMs = 5_000
const lastWordsMs = 500

/** A socket that opens and never says hello is none. */
async function started(client: SocketModeClient, signal: AbortSignal): Promise<void> {
  const late = AbortSignal.any([signal, AbortSignal.timeout(15_000)])
  const starting = client.start()
  starting.catch(nothing)
  const gaveUp = new Promise<never>((_, reject) => {
    if (late.aborted) reject(late.reason)
    late.addEventListener('abort', () => reject(late.reason), { once: true })
  })
  gaveUp.catch(nothing)
  await Promise.race([starting, gaveUp])
}

/** One client, one set of options: the client writes into those it is given. It never reconnects by itself, and never logs. */
function makeClient(keys: SlackConfig, signal: AbortSignal): SocketModeClient {
  return new SocketModeClient({
    appToken: keys.appToken!,
    autoReconnectEnabled: false,
    logger: silent,
    clientOptions: {
      slackApiUrl: keys.apiUrl,
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
      fetch: (url, init) => fetch(url as string, { ...(init as RequestInit), redirect: 'error', signal }),
    },
  })
}

const nothing = () => undefined
/** What the client would say holds whole messages, and addresses that open the door. */
const silent = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  setLevel: nothing,
  getLevel: () => LogLevel.ERROR,
  setName: nothing,
}

function readEnvelope(data: unknown): Envelope | undefined {
  try {
    const envelope = JSON.parse(String(data)) as Envelope
    return typeof envelope === 'object' && envelope !== null && typeof envelope.type === 'string' ? envelope : undefined
  } catch {
    return undefined
  }
}

/** Private there, because its own reader hands it out; we are the reader. */
type Sender = { send(envelope: string, payload: object): Promise<void> }

/** A refusal or a store that is away is not acknowledged: then Slack comes again. The answer to a command goes with the acknowledgement. */
async function handIn(client: SocketModeClient, envelope: Envelope, door: Door): Promise<void> {
  const reply = await door(requestOf(envelope)).catch(() => ({ status: 503 }) as HookReply)
  const isTaken = (reply.status >= 200 && reply.status < 300) || reply.status === 400
  if (!isTaken) return
  const body = envelope.accepts_response_payload && reply.headers?.['content-type'] === 'application/json' ? reply.body : undefined
  await (client as unknown as Sender).send(envelope.envelope_id!, body ? JSON.parse(body) : {}).catch(nothing)
}

/** The same as by HTTP, so that there is one way to read it. */
function requestOf({ type, payload, retry_attempt, retry_reason }: Envelope): HookRequest {
  const isEvent = type === 'events_api'
  const form =
    type === 'slash_commands' ? new URLSearchParams(fieldsOf(payload)) : new URLSearchParams({ payload: JSON.stringify(payload ?? null) })
  return {
    method: 'POST',
    via: 'listen',
    query: {},
    headers: {
      'content-type': isEvent ? 'application/json' : 'application/x-www-form-urlencoded',
      ...(retry_attempt ? { 'x-slack-retry-num': String(retry_attempt), 'x-slack-retry-reason': retry_reason ?? 'unknown_error' } : {}),
    },
    body: new TextEncoder().encode(isEvent ? JSON.stringify(payload ?? null) : form.toString()),
  }
}

const fieldsOf = (payload: unknown): [string, string][] =>
  Object.entries((payload ?? {}) as object).flatMap(([name, value]) =>
    value === undefined || value === null ? [] : [[name, String(value)]],
  )

function whyLost(error: unknown): string {
  const { data, code } = error as { readonly data?: { readonly error?: unknown }; readonly code?: unknown }
  const said = typeof data?.error === 'string' ? data.error : undefined
  if (said === 'not_allowed_token_type' || said === 'invalid_auth' || said === 'token_revoked')
    return 'Slack does not take the appToken. Make another under Basic Information, App-Level Tokens, with the scope connections:write.'
  if (said === 'missing_scope') return 'The appToken lacks the scope connections:write.'
  if (said !== undefined) {
    const failure = classify(new SlackRefusal({ method: 'apps.connections.open', status: 200, code: said }))
    return failure.detail ?? failure.code
  }
  return typeof code === 'string' && code.length < 60 ? `Slack could not be reached (${code}).` : 'Slack could not be reached.'
}

import { createHmac } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { EmulatorOptions } from '../../../src/channel/emulator.ts'
import type { Json } from '../../../src/channel/index.ts'
import { patienceOf, trialMs } from '../../../src/channel/kit/emulator/patience.ts'
import type { Socket } from './socket.ts'
import { nextId, type World } from './state.ts'

type Pending = {
  readonly body: { readonly event_id: string; readonly [key: string]: Json }
  readonly chat: string
  readonly text: string
  attempts: number
}
type Outcome = { readonly status: number | null; readonly body: string; readonly reason: string; readonly noRetry?: boolean }
export type Delivery = ReturnType<typeof makeDelivery>

/** "immediately, +1 min, +5 min"; https://docs.slack.dev/apis/events-api#retries */
const retryAfterSeconds = [0, 60, 300]
/** An answer that takes longer is none. */
const deadlineMs = 3_000

/** Signed as Slack signs, with the switches of `world.slack`. */
export function signedHeaders(world: World, body: string | Uint8Array, at = new Date()): { readonly [name: string]: string } {
  const { skewSeconds, signature } = world.slack
  if (signature === 'missing') return {}
  const stamp = String(Math.floor(at.getTime() / 1000) + skewSeconds)
  const secret = signature === 'bad' ? 'not-the-signing-secret' : world.credentials.signingSecret
  const digest = createHmac('sha256', secret).update(`v0:${stamp}:`).update(body).digest('hex')
  return { 'x-slack-request-timestamp': stamp, 'x-slack-signature': `v0=${digest}` }
}

/**
 * Brings events to the hub: by HTTP, or to one of its sockets where there are any. A channel's events set out in their order; one that
 * fails comes again later and holds nobody up.
 */
export function makeDelivery(world: World, sockets: ReadonlySet<Socket>, options: EmulatorOptions) {
  const lines = new Map<string, Pending[]>()
  const running = new Set<Pending[]>()
  const retrying = new Set<Pending>()
  const closing = new AbortController()
  const ms = (seconds: number) => Math.max(1, (seconds * 1000) / world.timeScale)
  const patienceMs = patienceOf(options, deadlineMs)

  /** The envelope that Slack puts around an event. The same text mentioned and said gives two of them. */
  function happen(event: { readonly type: string; readonly [key: string]: Json }, chat: string, text = ''): string {
    const event_id = nextId(world, 'Ev')
    const body = {
      token: 'deprecated',
      team_id: world.team,
      context_team_id: world.team,
      context_enterprise_id: null,
      api_app_id: world.app,
      type: 'event_callback',
      event_id,
      event_time: Math.floor(Date.now() / 1000),
      authorizations: [{ enterprise_id: null, team_id: world.team, user_id: world.bot.user, is_bot: true, is_enterprise_install: false }],
      is_ext_shared_channel: false,
      event,
    }
    const line = lines.get(chat) ?? []
    lines.set(chat, line)
    line.push({ body, chat, text, attempts: 0 })
    if (!running.has(line)) void run(line)
    return event_id
  }

  async function run(line: Pending[]): Promise<void> {
    running.add(line)
    try {
      while (line.length > 0) {
        if (Math.random() < world.faults.reorder) {
          if (line.length < 2) await wait(20, undefined, { signal: closing.signal })
          if (line.length >= 2) line.splice(0, 2, line[1]!, line[0]!)
        }
        const head = line[0]!
        const outcome = await attempt(head)
        line.splice(line.indexOf(head), 1)
        if (!isTaken(outcome)) void again(head, outcome)
        else if (Math.random() < world.faults.duplicate) await attempt(head, 'http_timeout')
      }
    } catch {
      // closing
    } finally {
      running.delete(line)
    }
  }

  const isTaken = ({ status }: Outcome): boolean => status !== null && status >= 200 && status < 300

  async function again(pending: Pending, first: Outcome): Promise<void> {
    retrying.add(pending)
    let outcome = first
    try {
      for (const seconds of retryAfterSeconds) {
        if (outcome.noRetry) break
        await wait(ms(seconds), undefined, { signal: closing.signal })
        outcome = await attempt(pending, outcome.reason)
        if (isTaken(outcome)) break
      }
    } catch {
      // closing
    } finally {
      retrying.delete(pending)
    }
  }

  async function attempt(pending: Pending, reason?: string): Promise<Outcome> {
    const retry = pending.attempts++
    const { chat, text, body } = pending
    const outcome = await bring('events_api', body, 'application/json', JSON.stringify(body), retry, reason)
    world.delivered.push({ at: Date.now(), id: body.event_id, chat, text, attempt: retry + 1, status: outcome.status })
    return outcome
  }

  async function bring(type: string, payload: Json, mime: string, bytes: string, retry = 0, reason = 'http_error'): Promise<Outcome> {
    const open = [...sockets]
    const socket = open[Math.floor(Math.random() * open.length)]
    if (socket) {
      const more: { readonly [key: string]: Json } =
        type === 'events_api'
          ? { retry_attempt: retry, retry_reason: retry > 0 ? reason : '', accepts_response_payload: false }
          : { accepts_response_payload: true }
      const answer = await socket.deliver(type, payload, more, patienceMs)
      return answer === undefined
        ? { status: null, body: '', reason: 'http_timeout' }
        : { status: 200, body: Object.keys(answer as object).length > 0 ? JSON.stringify(answer) : '', reason: '' }
    }
    return world.hook === null ? { status: null, body: '', reason: 'connection_failed' } : post(world.hook, mime, bytes, retry, reason)
  }

  async function post(url: string, mime: string, body: string, retry: number, reason: string, withinMs = patienceMs): Promise<Outcome> {
    const again = retry > 0 ? { 'x-slack-retry-num': String(Math.min(3, retry)), 'x-slack-retry-reason': reason } : {}
    try {
      const answer = await fetch(url, {
        method: 'POST',
        headers: {
          'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
          'content-type': mime,
          ...signedHeaders(world, body),
          ...again,
        },
        body,
        redirect: 'manual',
        signal: AbortSignal.any([closing.signal, AbortSignal.timeout(withinMs)]),
      })
      const noRetry = answer.headers.get('x-slack-no-retry') === '1'
      return { status: answer.status, body: await answer.text(), reason: 'http_error', noRetry }
    } catch (error) {
      const late = error instanceof Error && error.name === 'TimeoutError'
      return { status: null, body: '', reason: late ? 'http_timeout' : 'connection_failed' }
    }
  }

  const formType = () => `application/x-www-form-urlencoded${world.slack.formCharset ? '; charset=utf-8' : ''}`

  /** Presses, shortcuts and commands: once, and in time, or the person reads that it did not work. */
  async function interact(
    type: 'interactive' | 'slash_commands',
    payload: { readonly [key: string]: Json },
    chat: string,
    text: string,
  ): Promise<Outcome> {
    const fields: { readonly [key: string]: string } =
      type === 'interactive'
        ? { payload: JSON.stringify(payload) }
        : Object.fromEntries(Object.entries(payload).map(([key, value]) => [key, String(value)]))
    const outcome = await bring(type, payload, formType(), new URLSearchParams(fields).toString())
    world.delivered.push({ at: Date.now(), id: String(payload.trigger_id), chat, text, attempt: 1, status: outcome.status })
    return outcome
  }

  /** What Slack does when the address is entered on the app's page. */
  async function verifyUrl(url: string): Promise<void> {
    const challenge = nextId(world, 'challenge')
    const body = JSON.stringify({ token: 'deprecated', challenge, type: 'url_verification' })
    const answer = await post(url, 'application/json', body, 0, '', trialMs)
    const said = answer.body.startsWith('{')
      ? (JSON.parse(answer.body) as { challenge?: string }).challenge
      : answer.body.replace(/^challenge=/, '')
    if (answer.status !== 200 || said !== challenge)
      throw new Error(`Your URL didn't respond with the value of the challenge parameter (${answer.status})`)
  }

  /** The probe that Slack sends to the address of a command; not signed. */
  const probe = (url: string) =>
    fetch(url, {
      method: 'POST',
      headers: { 'content-type': formType() },
      body: 'ssl_check=1&token=deprecated',
      signal: closing.signal,
    })

  return {
    happen,
    interact,
    verifyUrl,
    probe,
    pending: () => retrying.size + [...lines.values()].reduce((sum, line) => sum + line.length, 0),
    close: () => closing.abort(),
  }
}

import { createHmac } from 'node:crypto'
import { type Kysely, sql } from 'kysely'
import type { RequestBook, RequestEvent } from '../core/service-desk.ts'

/** `secret` is `whsec_` and base64, as Standard Webhooks has it. `events`: the kinds that are sent; all where it is empty. */
export type Webhook = { readonly name: string; readonly url: string; readonly secret: string; readonly events: readonly string[] }

type Log = { info(fields: object, text: string): void; warn(fields: object, text: string): void }
type Needs = {
  readonly db: Kysely<any>
  readonly webhooks: readonly Webhook[]
  readonly book: Pick<RequestBook, 'eventsAfter'>
  readonly lease: (name: string, seconds: number) => Promise<boolean>
  readonly log: Log
  readonly now: () => Date
  readonly random: () => number
  /** How long an answer may take, in ms. */
  readonly timeoutMs?: number
}

const everyMs = 2_000
const leaseSeconds = 60
const eventsAtOnce = 200
/** Requests whose next event is sent at the same time; one only while the receiver fails. */
const width = 4
/** Pauses after each failure, in seconds, then the last one again and again: some twenty tries in a day. */
const pauses = [5, 30, 120, 600, 1_800, 3_600, 7_200] as const
const daySeconds = 86_400
const longestRetryAfter = 3_600
/** However long a receiver has failed, it is tried again after so many seconds. */
const longestSilence = 600

/** https://github.com/standard-webhooks/standard-webhooks: HMAC-SHA256 over id, seconds and body. */
export function signatureOf(secret: string, id: string, seconds: number, body: string): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  return `v1,${createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64')}`
}

type Due = { readonly seq: number; readonly request: string; readonly body: string; readonly attempts: number }
type Sent = { readonly ok: true } | { readonly ok: false; readonly failure: string; readonly gone: boolean; readonly retryAfter: number }

/**
 * Tells other systems what happens to requests: at least once, in order for each request, through restarts. What is not taken within a day is given up, and a receiver
 * that has taken nothing for a day is sent nothing more until an admin says so. One process does it.
 */
export function makeWebhooks({ db, webhooks, book, lease, log, now, random, timeoutMs = 10_000 }: Needs) {
  /** Owes each receiver the events that have come since; the cursor moves in the same transaction. */
  async function owe({ name, url, events: wanted }: Webhook): Promise<void> {
    await sql`insert into webhooks (name, url) values (${name}, ${url}) on conflict (name) do update set url = excluded.url`.execute(db)
    // A receiver is told of what happens from its first start on.
    await sql`
      insert into event_cursors (name, seq) select ${`webhook:${name}`}, coalesce(max(seq), 0) from request_events on conflict do nothing`.execute(
      db,
    )
    for (;;) {
      const { rows } = await sql<{ seq: number }>`select seq from event_cursors where name = ${`webhook:${name}`}`.execute(db)
      const events = await book.eventsAfter(rows[0]!.seq, eventsAtOnce)
      const last = events.at(-1)
      if (!last) return
      const owed = events.filter(({ kind }) => wanted.length === 0 || wanted.includes(kind)).map(deliveryOf)
      await db.transaction().execute(async (transaction) => {
        await sql`
          insert into webhook_deliveries (webhook, seq, request, kind, body, made_at, due_at)
          select ${name}, seq, request, kind, body, ${now().toISOString()}::timestamptz, ${now().toISOString()}::timestamptz
          from json_to_recordset(${JSON.stringify(owed)}::json) as t(seq bigint, request text, kind text, body text)
          on conflict do nothing`.execute(transaction)
        await sql`update event_cursors set seq = ${last.seq} where name = ${`webhook:${name}`} and seq < ${last.seq}`.execute(transaction)
      })
      if (events.length < eventsAtOnce) return
    }
  }

  async function send({ url, secret, name }: Webhook, { seq, body }: Due): Promise<Sent> {
    const id = `evt_${name}_${seq}`
    const seconds = Math.floor(now().getTime() / 1000)
    try {
      const response = await fetch(url, {
        method: 'POST',
        redirect: 'manual',
        signal: AbortSignal.timeout(timeoutMs),
        headers: {
          'content-type': 'application/json',
          'user-agent': 'Switchboard',
          'webhook-id': id,
          'webhook-timestamp': String(seconds),
          'webhook-signature': signatureOf(secret, id, seconds, body),
        },
        body,
      })
      await response.body?.cancel().catch(() => undefined)
      if (response.ok) return { ok: true }
      const asked = Number(response.headers.get('retry-after') ?? 0)
      const retryAfter = Number.isFinite(asked) ? Math.min(Math.max(0, asked), longestRetryAfter) : 0
      const redirected = response.status >= 300 && response.status < 400
      return {
        ok: false,
        failure: redirected ? `it answered ${response.status}: redirects are not followed` : `it answered ${response.status}`,
        gone: response.status === 410,
        retryAfter,
      }
    } catch (error) {
      const late = error instanceof Error && error.name === 'TimeoutError'
      const code = ((error as { cause?: { code?: unknown } }).cause?.code ?? '') as string
      return {
        ok: false,
        failure: late ? `no answer within ${timeoutMs} ms` : `no connection${code === '' ? '' : ` (${code})`}`,
        gone: false,
        retryAfter: 0,
      }
    }
  }

  async function record(webhook: Webhook, due: Due, sent: Sent): Promise<void> {
    const { name } = webhook
    const at = now().toISOString()
    const fields = { step: 'webhook', webhook: name, request: due.request, seq: due.seq }
    if (sent.ok) {
      await sql`
        with taken as (delete from webhook_deliveries where webhook = ${name} and seq = ${due.seq})
        update webhooks set last_taken_at = ${at}, failing_since = null, failure = null where name = ${name}`.execute(db)
      return
    }
    const pause = Math.max(sent.retryAfter, pauses[Math.min(due.attempts, pauses.length - 1)]! * (1 + random() / 5))
    const { rows } = await sql<{ state: string }>`
      update webhook_deliveries set attempts = attempts + 1, failure = ${sent.failure}, first_tried_at = coalesce(first_tried_at, ${at}),
        due_at = ${at}::timestamptz + make_interval(secs => ${pause}),
        state = case when coalesce(first_tried_at, ${at}) <= ${at}::timestamptz - make_interval(secs => ${daySeconds}) then 'dead' else 'due' end
      where webhook = ${name} and seq = ${due.seq} returning state`.execute(db)
    const disabled = await sql<{ now: boolean }>`
      update webhooks set failing_since = coalesce(failing_since, ${at}), failure = ${sent.failure},
        disabled_at = case when ${sent.gone} or coalesce(failing_since, ${at}) <= ${at}::timestamptz - make_interval(secs => ${daySeconds}) then ${at}::timestamptz end
      where name = ${name} returning disabled_at is not null as now`.execute(db)
    log.info({ ...fields, outcome: rows[0]?.state ?? 'gone', reason: sent.failure }, 'a webhook did not take an event')
    if (disabled.rows[0]?.now)
      log.warn({ ...fields, outcome: 'disabled', reason: sent.failure }, 'a webhook is switched off until an admin tries it again')
  }

  /** Receivers that fail: how often in a row, and until when they are left alone. */
  const failing = new Map<string, { readonly times: number; readonly until: number }>()

  /** Sends what is due, the oldest event of each request first; answers how many were taken. One that fails is tried with one event at a time, ever more seldom. */
  async function deliver(webhook: Webhook): Promise<number> {
    const before = failing.get(webhook.name)
    if (before && now().getTime() < before.until) return 0
    const { rows: states } = await sql<{
      off: boolean
    }>`select disabled_at is not null as off from webhooks where name = ${webhook.name}`.execute(db)
    if (states[0]?.off) return 0
    const { rows } = await sql<Due>`
      select seq, request, body, attempts from (
        select distinct on (request) seq, request, body, attempts, due_at from webhook_deliveries
        where webhook = ${webhook.name} and state = 'due' order by request, seq) head
      where due_at <= ${now().toISOString()} order by due_at, seq limit ${before ? 1 : width}`.execute(db)
    if (rows.length === 0) return 0
    const sent = await Promise.all(
      rows.map(async (due) => {
        const one = await send(webhook, due)
        await record(webhook, due, one)
        return one.ok
      }),
    )
    const taken = sent.filter(Boolean).length
    const times = (before?.times ?? 0) + 1
    const pause = Math.min(pauses[Math.min(times, pauses.length) - 1]!, longestSilence) * 1_000
    if (taken > 0) failing.delete(webhook.name)
    else failing.set(webhook.name, { times, until: now().getTime() + pause })
    return taken
  }

  let closing = false
  async function look(): Promise<void> {
    if (webhooks.length === 0 || !(await lease('webhooks', leaseSeconds))) return
    await Promise.all(
      webhooks.map(async (webhook) => {
        await owe(webhook)
        // Rung again: a slow receiver's rest comes with the next look, which serves all of them.
        while (!closing && (await deliver(webhook)) > 0 && !again) await lease('webhooks', leaseSeconds)
      }),
    )
  }

  let looking: Promise<void> | null = null
  let again = false
  /** Looks now; never rejects. */
  function ring(): Promise<void> {
    again = true
    looking ??= (async () => {
      while (again && !closing) {
        again = false
        await look().catch((error: unknown) => log.warn({ step: 'webhook', error }, 'webhooks could not be served; the next look does'))
      }
      looking = null
    })()
    return looking
  }

  return {
    ring,
    start(): () => Promise<void> {
      void ring()
      const timer = setInterval(() => void ring(), everyMs)
      return async () => {
        clearInterval(timer)
        closing = true
        await looking
      }
    },
    /** How each of them is; the address without its query, which may hold a secret. */
    async list() {
      const { rows } = await sql<{
        name: string
        failing_since: Date | null
        failure: string | null
        last_taken_at: Date | null
        disabled_at: Date | null
        waiting: number
        dead: number
      }>`
        select w.name, w.failing_since, w.failure, w.last_taken_at, w.disabled_at,
          (select count(*) from webhook_deliveries d where d.webhook = w.name and d.state = 'due') as waiting,
          (select count(*) from webhook_deliveries d where d.webhook = w.name and d.state = 'dead') as dead
        from webhooks w`.execute(db)
      return webhooks.map(({ name, url }) => {
        const row = rows.find((one) => one.name === name)
        const state: 'working' | 'failing' | 'disabled' = row?.disabled_at ? 'disabled' : row?.failing_since ? 'failing' : 'working'
        return {
          name,
          url: url.split('?')[0]!,
          state,
          failingSince: row?.failing_since?.toISOString() ?? null,
          failure: row?.failure ?? null,
          lastTakenAt: row?.last_taken_at?.toISOString() ?? null,
          waiting: row?.waiting ?? 0,
          dead: row?.dead ?? 0,
        }
      })
    },
    /** Everything that waits or was given up is due now, in its old order; false where there is no such webhook. */
    async again(name: string): Promise<boolean> {
      if (!webhooks.some((webhook) => webhook.name === name)) return false
      await sql`
        with due as (
          update webhook_deliveries set state = 'due', attempts = 0, first_tried_at = null, due_at = ${now().toISOString()} where webhook = ${name})
        update webhooks set disabled_at = null, failing_since = null, failure = null where name = ${name}`.execute(db)
      failing.delete(name)
      void ring()
      return true
    },
  }
}

const deliveryOf = ({ seq, number, kind, at, by, detail }: RequestEvent) => ({
  seq,
  request: number,
  kind,
  body: JSON.stringify({
    type: `request.${kind}`,
    timestamp: at,
    data: { seq, number, kind, at, by: { kind: by.kind, name: by.name }, detail },
  }),
})

import { type Kysely, sql } from 'kysely'
import type { NewRequest, RequestSummary } from '../../core/service-desk.ts'
import { CallFailed, type Client } from './client.ts'
import { fill, keyOf, newRow, requestsOf, summaryOf, textIn } from './mapping.ts'
import type { RemoteSettings } from './settings.ts'

type Log = { info(fields: object, text: string): void; warn(fields: object, text: string): void }
export type OutboxNeeds = {
  readonly db: Kysely<any>
  readonly client: Client
  readonly settings: RemoteSettings
  readonly now: () => Date
  readonly log: Log
  readonly lease: (name: string, seconds: number) => Promise<boolean>
  /** Links to files, for a desk that has no place for them. */
  readonly filesOf: (ids: readonly string[]) => Promise<readonly string[]>
  /** A request that was kept has a number now; may be called twice. */
  readonly filed: (request: NewRequest, summary: RequestSummary, key: string) => Promise<void>
}

const everyMs = 2_000
const leaseSeconds = 60
/** Pauses after each failure, in seconds, then the last one again and again: what people asked for is never given up. */
const pauses = [5, 15, 60, 300, 900, 3_600] as const
/** What may have arrived is looked for no earlier than this, in seconds: it may still be on its way into their database. */
const unsureSeconds = 30
const keptDays = 30

type Kept = { readonly key: string; readonly request: NewRequest; readonly attempts: number }
type State = { readonly state: 'due' | 'filed'; readonly filed: RequestSummary | null }

/**
 * Every request is written down before it is sent, and sent until the other desk has it: once, because it carries our key and is looked for under it before it is
 * sent again.
 */
export function makeRemoteOutbox({ db, client, settings, now, log, filesOf }: Omit<OutboxNeeds, 'lease' | 'filed'>) {
  /** While this process may be sending it, nobody else does. */
  const claimSeconds = settings.timeoutSeconds * 2 + 10

  async function post(key: string, request: NewRequest, again: boolean): Promise<RequestSummary> {
    const there = requestsOf(settings, request.type)
    const known = again ? await find(key, request) : null
    if (known) return known
    const row = await client.send('POST', there.create, newRow(there, request, key, await filesOf(request.files)))
    return summaryOf(settings, request.type, there, row)
  }

  async function find(key: string, request: NewRequest): Promise<RequestSummary | null> {
    const there = requestsOf(settings, request.type)
    const wanted = keyOf(key)
    const found = await client.list(fill(there.byKey, { value: wanted })!)
    // A desk that does not know the field would give any record at all.
    const row = found.find((one) => textIn(one, there.fields.key) === wanted)
    return row ? summaryOf(settings, request.type, there, row) : null
  }

  const settle = (key: string, summary: RequestSummary) =>
    sql`update desk_outbox set state = 'filed', number = ${summary.number}, filed = ${JSON.stringify(summary)}::jsonb, failure = null where key = ${key}`.execute(
      db,
    )

  async function postpone(key: string, attempts: number, error: unknown): Promise<void> {
    const failed = error instanceof CallFailed ? error : new CallFailed('it failed inside', false)
    const pause = pauses[Math.min(attempts, pauses.length - 1)]!
    const wait = Math.max(pause, failed.retryAfter, failed.certain ? 0 : Math.max(unsureSeconds, settings.timeoutSeconds))
    await sql`
      update desk_outbox set attempts = ${attempts + 1}, failure = ${failed.message}, due_at = ${now().toISOString()}::timestamptz + make_interval(secs => ${wait})
      where key = ${key} and state = 'due'`.execute(db)
    log.warn(
      { step: 'desk', attempts: attempts + 1, reason: failed.message, inSeconds: wait },
      'the service desk did not take a request; it is kept',
    )
  }

  async function stateOf(key: string): Promise<State | undefined> {
    return (await sql<State>`select state, filed from desk_outbox where key = ${key}`.execute(db)).rows[0]
  }

  /** Somebody else has just written it down: they may be sending it at this moment. */
  async function othersAnswer(key: string): Promise<RequestSummary | null> {
    const until = Date.now() + settings.timeoutSeconds * 1_000
    for (let wait = 20; ; wait = Math.min(wait * 2, 500)) {
      const row = await stateOf(key)
      if (row?.filed) return row.filed
      const { rows } = await sql<{ tried: boolean }>`select attempts > 0 as tried from desk_outbox where key = ${key}`.execute(db)
      if (rows[0]?.tried || Date.now() > until) return null
      await new Promise((resolve) => setTimeout(resolve, wait))
    }
  }

  /** Takes one that is due and sends it; answers whether to go on. */
  async function sendNext(filed: OutboxNeeds['filed']): Promise<boolean> {
    const at = now().toISOString()
    const { rows } = await sql<Kept>`
      update desk_outbox set due_at = ${at}::timestamptz + make_interval(secs => ${claimSeconds}) where key = (
        select key from desk_outbox where state = 'due' and due_at <= ${at} order by made_at limit 1 for update skip locked)
      returning key, request, attempts`.execute(db)
    const [kept] = rows
    if (!kept) return false
    const { key, request, attempts } = kept
    try {
      const summary = await post(key, request, true)
      // Told first: whoever is told twice hears it once, whoever is not told at all never knows.
      await filed(request, summary, key)
      await settle(key, summary)
      log.info({ step: 'desk', request: summary.number, attempts }, 'a request that was kept is filed')
      return true
    } catch (error) {
      await postpone(key, attempts, error)
      return false
    }
  }

  /** Whoever sends: looks now; rings that fall together are one look. Never rejects. */
  function sender({ lease, filed }: Pick<OutboxNeeds, 'lease' | 'filed'>) {
    let closing = false
    let sending: Promise<void> | null = null
    const look = async (): Promise<void> => {
      try {
        while ((await lease('desk-outbox', leaseSeconds)) && !closing && (await sendNext(filed)));
      } catch (error) {
        log.warn({ step: 'desk', error }, 'kept requests could not be looked at; the next look does')
      }
      sending = null
    }
    return {
      ring(): Promise<void> {
        sending ??= look()
        return sending
      },
      async close(): Promise<void> {
        closing = true
        await sending
      },
    }
  }

  return {
    /** Null: it is kept, and its person is told its number later. */
    async open(request: NewRequest, key: string): Promise<RequestSummary | null> {
      const at = now().toISOString()
      const { rows } = await sql`
        insert into desk_outbox (key, request, made_at, due_at)
        values (${key}, ${JSON.stringify(request)}::jsonb, ${at}, ${at}::timestamptz + make_interval(secs => ${claimSeconds}))
        on conflict do nothing returning key`.execute(db)
      if (rows.length === 0) return othersAnswer(key)
      try {
        const summary = await post(key, request, false)
        await settle(key, summary)
        return summary
      } catch (error) {
        await postpone(key, 0, error)
        return null
      }
    },
    /** The conversation that a request was opened in, for as long as we remember. */
    async conversationOf(number: string): Promise<NewRequest | null> {
      const { rows } = await sql<{ request: NewRequest }>`select request from desk_outbox where number = ${number} limit 1`.execute(db)
      return rows[0]?.request ?? null
    },
    sender,
    /** Sends what is due every two seconds until the answer is called. */
    start(of: Pick<OutboxNeeds, 'lease' | 'filed'>): () => Promise<void> {
      const { ring, close } = sender(of)
      void ring()
      const timer = setInterval(() => void ring(), everyMs)
      return () => {
        clearInterval(timer)
        return close()
      }
    },
    async forget(): Promise<void> {
      await sql`delete from desk_outbox where state = 'filed' and made_at < now() - make_interval(days => ${keptDays})`.execute(db)
    },
  }
}
export type RemoteOutbox = ReturnType<typeof makeRemoteOutbox>

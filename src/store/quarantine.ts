import { sql } from 'kysely'
import type { AccountId, ChannelName, HookRequest } from '../channel/index.ts'
import type { QuarantineView } from '../http/api-types.ts'
import type { Db } from './connect.ts'

/** The longest body that a list shows; the whole one is kept and replayed. */
const shownBytes = 64 * 1024

type Row = {
  readonly id: string
  readonly channel: ChannelName
  readonly account: AccountId
  readonly at: Date
  readonly reasons: string[]
  readonly method: string
  readonly query: HookRequest['query']
  readonly headers: HookRequest['headers']
  readonly body: Uint8Array
}

/** Newest first, older than the request `before` where that is given. */
export async function readQuarantine(db: Db, before: string | undefined, limit: number): Promise<readonly QuarantineView[]> {
  const older = before === undefined ? sql`true` : sql`(at, id) < (select at, id from hook_requests where id = ${before})`
  const { rows } = await sql<Row & { bytes: number }>`
    select id, channel, account, at, reasons, substr(body, 1, ${shownBytes}) as body, length(body) as bytes
    from hook_requests where ${older} order by at desc, id desc limit ${limit}`.execute(db)
  return rows.map(({ id, channel, account, at, reasons, body, bytes }) => ({
    id,
    channel,
    account,
    at: at.toISOString(),
    reasons,
    body: shown(Buffer.from(body), bytes),
  }))
}

/** Text as it came; what is no text is told as base64. */
function shown(body: Buffer, bytes: number): string {
  const more = bytes > body.length ? `\n… ${bytes - body.length} bytes more` : ''
  // A cut in the middle of a character is no sign of a binary body.
  for (let cut = 0; cut < (more === '' ? 1 : 4); cut++) {
    try {
      const text = new TextDecoder('utf-8', { fatal: true }).decode(body.subarray(0, body.length - cut))
      if (!text.includes('\0')) return text + more
    } catch {}
  }
  return `base64:${body.toString('base64')}${more}`
}

/** The request as it came, to be taken once more; it proved its sender then, and is not verified again. */
export async function quarantined(
  db: Db,
  id: string,
): Promise<{ readonly channel: ChannelName; readonly account: AccountId; readonly request: HookRequest } | undefined> {
  const { rows } = await sql<Row>`select id, channel, account, method, query, headers, body from hook_requests where id = ${id}`.execute(db)
  const row = rows[0]
  if (!row) return undefined
  const { channel, account, query, headers } = row
  const request: HookRequest = {
    method: row.method === 'GET' ? 'GET' : 'POST',
    via: 'listen',
    query,
    headers,
    body: new Uint8Array(row.body),
  }
  return { channel, account, request }
}

/** Takes out what was replayed. Answers whether the same request lies here again, because it still holds something that is not read. */
export async function releaseQuarantined(db: Db, id: string): Promise<boolean> {
  const { rows } = await sql<{ again: boolean }>`
    with gone as (delete from hook_requests where id = ${id} returning id, channel, account, at, body)
    select exists (
      select 1 from hook_requests h join gone g on h.channel = g.channel and h.account = g.account and h.at > g.at and h.id <> g.id and h.body = g.body) as again`.execute(
    db,
  )
  return rows[0]?.again ?? false
}

import { type RawBuilder, sql } from 'kysely'
import { isOver, type Reader, type RequestFilter, type RequestStatus } from '../core/service-desk.ts'
import { readNumber } from './number.ts'
import { kept, LONGEST } from './text.ts'

const statuses: readonly RequestStatus[] = ['approval', 'open', 'in-progress', 'waiting', 'resolved', 'closed', 'cancelled', 'rejected']
const openOnes = sql.raw(
  statuses
    .filter((status) => !isOver(status))
    .map((status) => `'${status}'`)
    .join(', '),
)

/** The bare numbers of a reader's newest requests: two short walks, each along an index of its own. */
export const theirs = ({ identity, email }: Reader, which: { readonly open: boolean; readonly limit: number }): RawBuilder<unknown> => {
  const open = which.open ? sql`and status in (${openOnes})` : sql``
  const walks = [
    ...(identity === null
      ? []
      : [
          sql`(select number from requests where requester_channel = ${identity.channel} and requester_account = ${identity.account}
            and requester_key = ${identity.key} and requester_key is not null ${open} order by number desc limit ${which.limit})`,
        ]),
    ...(email === null || email.trim() === ''
      ? []
      : [
          sql`(select number from requests where lower(requester_email) = ${email.trim().toLowerCase()} and requester_email is not null ${open}
            order by number desc limit ${which.limit})`,
        ]),
  ]
  if (walks.length === 0) return sql`select 0::bigint where false`
  return sql`select number from (${sql.join(walks, sql` union `)}) as mine order by number desc limit ${which.limit}`
}

/** The bare numbers that a filter lets through, newest first, one more than its limit so that it shows whether there are more. */
export const matching = (filter: RequestFilter, limit: number, now: string): RawBuilder<unknown> => {
  const { status, priority, type, technician, team, requesterEmail, conversation, text, overdue, before } = filter
  const words = text === undefined ? '' : kept(text, LONGEST.subject)
  const conditions = [
    ...(status === undefined ? [] : [sql`status = any(${[...status]}::text[])`]),
    ...(priority === undefined ? [] : [sql`priority = any(${[...priority]}::text[])`]),
    ...(type === undefined ? [] : [sql`type = ${type}`]),
    ...(technician === undefined ? [] : [sql`technician_id = ${technician}`]),
    ...(team === undefined ? [] : [sql`team = ${team}`]),
    ...(requesterEmail === undefined
      ? []
      : [sql`lower(requester_email) = ${requesterEmail.trim().toLowerCase()} and requester_email is not null`]),
    ...(conversation === undefined ? [] : [sql`number in (select request from request_links where conversation = ${conversation})`]),
    ...(words === '' ? [] : [saying(words)]),
    ...(overdue === true ? [sql`resolve_by < ${now}::timestamptz and status in ('open', 'in-progress')`] : []),
    ...(before === undefined ? [] : [sql`number < ${readNumber(before)?.number ?? 0}`]),
  ]
  const where = conditions.length === 0 ? sql`` : sql`where ${sql.join(conditions, sql` and `)}`
  return sql`select number from requests ${where} order by number desc limit ${limit + 1}`
}

/**
 * What somebody typed: a number with its prefix is that request; anything else is looked for in the texts, each word also as the beginning of one, so that a list
 * can follow while it is typed. Quotes and a minus sign are understood as search engines do.
 */
const saying = (words: string): RawBuilder<unknown> => {
  const wanted = readNumber(words)
  if (wanted !== null && wanted.type !== null) return sql`number = ${wanted.number} and type = ${wanted.type}`
  const beginnings = /"|(^|\s)-\S/.test(words) ? [] : (words.match(/[\p{L}\p{N}]+/gu) ?? []).map((word) => `${word}:*`)
  const found = sql`words @@ (websearch_to_tsquery('english', ${words}) || to_tsquery('english', ${beginnings.join(' & ')}))`
  return wanted === null ? found : sql`(number = ${wanted.number} or ${found})`
}

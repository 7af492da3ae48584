import { sql } from 'kysely'
import type { Failure } from '../channel/index.ts'
import type { ConversationId } from '../core/conversation.ts'
import type { DeadLetterView } from '../http/api-types.ts'
import type { Db } from './connect.ts'
import { reasonOf } from './delivery.ts'
import { messageRows, messageViews, type ViewDeps } from './views.ts'

/** A part is named by its conversation and number: `<conversation>.<number>`. */
export type PartName = { readonly conversation: string; readonly number: number }

type Row = {
  readonly conversation: ConversationId
  readonly number: number
  readonly channel: string
  readonly account: string
  readonly planned_at: Date
  readonly state: 'failed' | 'held'
  readonly failure: Failure | null
  readonly message: number | null
}

/** Parts that were given up or are held, newest first, older than the part `before` where that is given. */
export async function readDeadLetters(deps: ViewDeps, before: PartName | undefined, limit: number): Promise<readonly DeadLetterView[]> {
  const older =
    before === undefined
      ? sql`true`
      : sql`(planned_at, conversation, number) < (select planned_at, conversation, number from parts where conversation = ${before.conversation} and number = ${before.number})`
  const { rows } = await sql<Row>`
    select conversation, number, channel, account, planned_at, state, failure, messages[1] as message
    from parts where state in ('failed', 'held') and ${older} order by planned_at desc, conversation desc, number desc limit ${limit}`.execute(
    deps.db,
  )
  const keys = rows.map(({ conversation, message }) => ({ conversation, number: message }))
  const page = sql`select distinct conversation, number from json_to_recordset(${JSON.stringify(keys)}::json) as k(conversation uuid, number int)`
  const said = rows.length === 0 ? [] : await messageRows(deps.db, page, sql`m.conversation, m.number`, 'technician')
  const views = new Map((await messageViews(deps, said, 'technician')).map((view) => [view.id, view]))
  return rows.map((row) => ({
    id: `${row.conversation}.${row.number}`,
    conversation: row.conversation,
    channel: row.channel,
    account: row.account,
    at: row.planned_at.toISOString(),
    state: row.state,
    reason: reasonOf({ state: row.state, failure: row.failure }) ?? 'It was given up.',
    message: views.get(`${row.conversation}.${row.message}`) ?? null,
  }))
}

/**
 * A part is due again, with all its tries. It moves on only by what the platform answers. What was held may reach the person a second time, and is marked so.
 * `gone`: somebody was faster, or it was sent by now.
 */
export async function sendAgain(db: Db, { conversation, number }: PartName): Promise<'due' | 'gone' | 'unknown'> {
  const { rows } = await sql<{ moved: boolean }>`
    with moved as (
      update parts set state = 'due', attempt = 0, owner = null, due_at = now(), twice = twice or state = 'held'
      where conversation = ${conversation} and number = ${number} and state in ('failed', 'held') returning number)
    select exists (select 1 from moved) as moved from parts where conversation = ${conversation} and number = ${number}`.execute(db)
  const [part] = rows
  return part === undefined ? 'unknown' : part.moved ? 'due' : 'gone'
}

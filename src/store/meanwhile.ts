import { sql } from 'kysely'
import type { PlannedTurn } from '../pipeline/ports.ts'
import type { Db } from './connect.ts'
import { fileFor } from './inbox.ts'

/**
 * Before a turn says more under its key: what was said there and has not left is taken back, so that nobody gets half an answer after the whole one. What may
 * have arrived as a message of its own is sent again by its own rule, so that it can be changed. Tells until when the platform wants to be left alone, where it said so.
 */
export async function giveWay(db: Db, { before, turn }: PlannedTurn): Promise<Date | null> {
  const { rows } = await sql<{ due_at: Date }>`
    delete from parts p using messages m
    where m.conversation = ${before.id} and m.key = ${turn.meanwhile} and p.conversation = m.conversation and m.number = any(p.messages)
      and (p.state in ('failed', 'held') or p.state = 'due' and not (p.target is null and (p.twice or coalesce(p.failure ->> 'kind' = 'uncertain', false))))
    returning case when p.state = 'due' then p.due_at end as due_at`.execute(db)
  return rows.reduce<Date | null>((latest, { due_at }) => (due_at && (!latest || due_at > latest) ? due_at : latest), null)
}

/**
 * After it: of what stands under the key only the newest is left, and the calls that showed the rest belong to it. Where the turn said nothing under the key,
 * what was shown stays, and what was never sent goes.
 */
export async function takePlace(db: Db, { before, turn, plans }: PlannedTurn, notBefore: Date | null): Promise<void> {
  const { meanwhile: key } = turn
  const number = turn.said.findLast((message) => message.key === key)?.number
  if (number === undefined) {
    await sql`
      delete from messages m where m.conversation = ${before.id} and m.key = ${key} and not exists (
        select 1 from parts p where p.conversation = m.conversation and m.number = any(p.messages))`.execute(db)
    return
  }
  await sql`
    with gone as (delete from messages where conversation = ${before.id} and key = ${key} and number < ${number} returning number)
    update parts set messages = ${[number]}::int[] where conversation = ${before.id} and messages && (select array_agg(number) from gone)`.execute(
    db,
  )
  const part = plans.findIndex((plan) => plan.revises === key)
  if (notBefore && part >= 0)
    await sql`
      update parts set due_at = greatest(due_at, ${notBefore}) where conversation = ${before.id} and number = ${before.parts + part + 1} and state = 'due'`.execute(
      db,
    )
}

/** Files what the turn leaves to be answered; null where it leaves nothing. */
export const fileAsked = async (db: Db, { before, asks }: PlannedTurn): Promise<number | null> =>
  asks === undefined ? null : fileFor(db, before.id, `asked:${asks.key}`, asks)

import { type Kysely, sql } from 'kysely'
import type { Json } from '../../channel/index.ts'
import { DeskAway } from '../../core/service-desk.ts'

/** Somebody else who took the key this long ago has ended in the middle, in seconds. */
const staleSeconds = 90
const unsure = { unsure: true } as const

/**
 * Does a deed at another service desk once for its key, as far as that can be known: its answer is remembered, and where the outcome of an earlier try is not known,
 * `happened` is asked before it is tried again.
 */
export const makeDeeds =
  (db: Kysely<any>, now: () => Date) =>
  async <Answer extends Json>(
    deed: string,
    key: string,
    act: () => Promise<Answer>,
    happened: () => Promise<Answer | null>,
  ): Promise<Answer> => {
    const name = `remote-${deed}`
    const at = now().toISOString()
    const remember = (answer: Json) =>
      sql`update desk_keys set answer = ${JSON.stringify(answer)}::jsonb where deed = ${name} and key = ${key}`.execute(db)
    const { rows } = await sql`
      insert into desk_keys (deed, key, at) values (${name}, ${key}, ${at}) on conflict do nothing returning key`.execute(db)
    let again = false
    if (rows.length === 0) {
      const taken = await sql<{ answer: Json }>`
        update desk_keys set answer = null, at = ${at} where deed = ${name} and key = ${key} and (answer = ${JSON.stringify(unsure)}::jsonb
          or answer is null and at < ${at}::timestamptz - make_interval(secs => ${staleSeconds})) returning answer`.execute(db)
      again = taken.rows.length > 0
      if (!again) return await othersAnswer<Answer>(db, name, key)
    }
    try {
      const answer = (again ? await happened() : null) ?? (await act())
      await remember(answer)
      return answer
    } catch (error) {
      await remember(unsure)
      throw error
    }
  }

/** Of two at the same time the second waits for the first. */
async function othersAnswer<Answer extends Json>(db: Kysely<any>, deed: string, key: string): Promise<Answer> {
  for (let wait = 20, waited = 0; waited < 30_000; waited += wait, wait = Math.min(wait * 2, 500)) {
    const { rows } = await sql<{
      answer: Answer | typeof unsure | null
    }>`select answer from desk_keys where deed = ${deed} and key = ${key}`.execute(db)
    const answer = rows[0]?.answer
    if (answer !== null && answer !== undefined) {
      if (typeof answer === 'object' && 'unsure' in answer) break
      return answer as Answer
    }
    await new Promise((resolve) => setTimeout(resolve, wait))
  }
  throw new DeskAway('the same call is under way and has no answer yet')
}

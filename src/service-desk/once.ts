import { createHash } from 'node:crypto'
import { type Kysely, sql, type Transaction } from 'kysely'
import type { Json } from '../channel/index.ts'

/**
 * Does a deed once for a key and remembers its answer in the same transaction; whoever comes with the key again, also at the same time, gets that answer.
 * What throws has not happened, and may be tried again with the same key.
 */
export const once = async <Answer extends Json>(
  db: Kysely<any>,
  deed: string,
  key: string,
  at: string,
  act: (transaction: Transaction<any>) => Promise<Answer>,
): Promise<Answer> =>
  db.transaction().execute(async (transaction) => {
    const name = nameOf(key)
    const { rows: claimed } = await sql`
      insert into desk_keys (deed, key, at) values (${deed}, ${name}, ${at}) on conflict do nothing returning key`.execute(transaction)
    if (claimed.length === 0) {
      const { rows } = await sql<{ answer: Answer }>`select answer from desk_keys where deed = ${deed} and key = ${name}`.execute(
        transaction,
      )
      return rows[0]!.answer
    }
    const answer = await act(transaction)
    await sql`update desk_keys set answer = ${JSON.stringify(answer)}::jsonb where deed = ${deed} and key = ${name}`.execute(transaction)
    return answer
  })

/** Keys are made elsewhere: what is long or strange stands under its hash. */
const nameOf = (key: string): string => (/^[!-~]{1,200}$/.test(key) ? key : `sha256 ${createHash('sha256').update(key).digest('hex')}`)

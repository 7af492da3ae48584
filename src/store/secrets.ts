import { randomBytes } from 'node:crypto'
import type { Db } from './connect.ts'

type Secrets = { readonly hub_secrets: { readonly name: string; readonly value: string } }

/** A secret that the hub makes for itself when it is first asked for (256 bits), the same in every process and after every start. */
export async function hubSecret(
  db: Db,
  name: 'guest-tokens' | 'sign-in' | 'file-links' | 'article-links' | 'request-links' | 'codes',
): Promise<string> {
  const table = db.withTables<Secrets>()
  await table
    .insertInto('hub_secrets')
    .values({ name, value: randomBytes(32).toString('base64url') })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute()
  return (await table.selectFrom('hub_secrets').select('value').where('name', '=', name).executeTakeFirstOrThrow()).value
}

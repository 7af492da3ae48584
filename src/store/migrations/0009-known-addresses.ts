import { type Kysely, sql } from 'kysely'

/** Who is known by an address is asked for every approval, of as many identities as there are people. */
export async function up(db: Kysely<any>): Promise<void> {
  const statements = [
    sql`create index identities_vouched on identities (lower(email)) where email_vouched`,
    sql`create index identities_proven on identities (lower(proven_email)) where proven_email is not null`,
  ]
  for (const statement of statements) await statement.execute(db)
}

import { type Kysely, sql } from 'kysely'

/** identities.everywhere: what every account of the channel calls the person; whoever is met under it is somebody we know. */
export async function up(db: Kysely<any>): Promise<void> {
  await sql`alter table identities add column everywhere text`.execute(db)
  await sql`create index identities_everywhere on identities (channel, everywhere) where everywhere is not null`.execute(db)
}

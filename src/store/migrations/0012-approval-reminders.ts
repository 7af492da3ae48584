import { type Kysely, sql } from 'kysely'

/** How often the approvers of a step were reminded, and when last; once more than that, and the service desk was told. */
export async function up(db: Kysely<any>): Promise<void> {
  await sql`alter table approvals add column reminded int not null default 0, add column reminded_at timestamptz`.execute(db)
  await sql`create index approvals_waiting on approvals (coalesce(reminded_at, asked_at)) where state = 'pending'`.execute(db)
}

export async function down(db: Kysely<any>): Promise<void> {
  await sql`drop index approvals_waiting`.execute(db)
  await sql`alter table approvals drop column reminded, drop column reminded_at`.execute(db)
}

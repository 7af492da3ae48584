import { type Kysely, sql } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import type { Connection, Db } from './connect.ts'
import * as foundation from './migrations/0001-foundation.ts'
import * as articles from './migrations/0002-articles.ts'
import * as signIn from './migrations/0003-sign-in.ts'
import * as history from './migrations/0004-history.ts'
import * as serviceDesk from './migrations/0005-service-desk.ts'
import * as identities from './migrations/0006-identities.ts'
import * as knowledge from './migrations/0007-knowledge.ts'
import * as formerly from './migrations/0008-formerly.ts'
import * as requestEdges from './migrations/0008-request-edges.ts'
import * as knownAddresses from './migrations/0009-known-addresses.ts'
import * as answeredQuestions from './migrations/0010-answered-questions.ts'
import * as everywhere from './migrations/0011-everywhere.ts'
import * as approvalReminders from './migrations/0012-approval-reminders.ts'

/** In the order of their names; a shipped one is never changed. */
const migrations: Record<string, Migration> = {
  '0001-foundation': foundation,
  '0002-articles': articles,
  '0003-sign-in': signIn,
  '0004-history': history,
  '0005-service-desk': serviceDesk,
  '0006-identities': identities,
  '0007-knowledge': knowledge,
  '0008-formerly': formerly,
  '0008-request-edges': requestEdges,
  '0009-known-addresses': knownAddresses,
  '0010-answered-questions': answeredQuestions,
  '0011-everywhere': everywhere,
  '0012-approval-reminders': approvalReminders,
}

/** Brings the tables up to date. Safe to call from several processes at once: the migrator takes an advisory lock. Throws what the database said. */
export async function migrate({ db }: Pick<Connection, 'db'>): Promise<readonly string[]> {
  const migrator = new Migrator({ db: db as Kysely<any>, provider: { getMigrations: async () => migrations } })
  const { error, results } = await migrator.migrateToLatest()
  if (error) throw error
  return (results ?? []).filter((result) => result.status === 'Success').map((result) => result.migrationName)
}

/** Names of the migrations that have not run yet. */
export async function outstanding(db: Db): Promise<readonly string[]> {
  const migrator = new Migrator({ db: db as Kysely<any>, provider: { getMigrations: async () => migrations } })
  return (await migrator.getMigrations()).filter((migration) => migration.executedAt === undefined).map((migration) => migration.name)
}

/** Does the database answer? Rejects within two seconds where it does not. */
export async function ping(db: Db): Promise<void> {
  await Promise.race([
    sql`select 1`.execute(db),
    new Promise((_, reject) => setTimeout(() => reject(new Error('the database did not answer within 2 s')), 2_000).unref()),
  ])
}

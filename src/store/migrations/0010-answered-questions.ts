import { type Kysely, sql } from 'kysely'

/** Why a question was dismissed, in its author's words, and the article that was written for it; the article stays where the question is asked again. */
export async function up(db: Kysely<any>): Promise<void> {
  await sql`alter table unanswered_questions add column reason text, add column answered_by text`.execute(db)
}

export async function down(db: Kysely<any>): Promise<void> {
  await sql`alter table unanswered_questions drop column reason, drop column answered_by`.execute(db)
}

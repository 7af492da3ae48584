import { type Kysely, sql } from 'kysely'

/**
 * authored_articles: articles that are written in the hub. `latest` is their newest version, `live` the one that people read (in `articles`, with the origin
 * `hub`); null: none is. article_versions: every save, never changed. Deleting keeps both.
 * unanswered_questions: what nobody could answer, once for all of the same stems (`stems`), secrets masked.
 * article_words: how many of the articles are public, and for employees, so that nobody is corrected towards a word of an article that is not for them.
 * article_totals: `revision` goes up with every change, so that every process sees that the words it has read are old. Emptied hashes have the next start count the
 * articles of files again.
 */
export async function up(db: Kysely<any>): Promise<void> {
  await sql`alter table article_totals add column revision bigint not null default 0`.execute(db)
  await sql`alter table article_words add column public integer not null default 0, add column employees integer not null default 0`.execute(
    db,
  )
  await sql`update articles set hash = ''`.execute(db)
  await sql`
    create table authored_articles (
      id text primary key,
      latest integer not null,
      live integer,
      deleted_at timestamptz
    )`.execute(db)
  await sql`
    create table article_versions (
      article text not null references authored_articles (id),
      number integer not null,
      title text not null,
      keywords text[] not null,
      audience text not null check (audience in ('public', 'employees', 'technicians')),
      body text not null,
      state text not null check (state in ('draft', 'published')),
      restored integer,
      by text not null,
      at timestamptz not null default now(),
      primary key (article, number)
    )`.execute(db)
  await sql`
    create table unanswered_questions (
      id bigint generated always as identity primary key,
      stems text not null unique,
      words text not null,
      why text not null check (why in ('nothing-found', 'out-of-scope', 'none-helped')),
      shown jsonb not null,
      sources text[] not null,
      times integer not null default 1,
      first_at timestamptz not null default now(),
      last_at timestamptz not null default now(),
      state text not null default 'open' check (state in ('open', 'done', 'dismissed')),
      settled_by text,
      settled_at timestamptz
    )`.execute(db)
  await sql`create index unanswered_questions_open on unanswered_questions (state, id)`.execute(db)
}

export async function down(db: Kysely<any>): Promise<void> {
  await sql`drop table unanswered_questions, article_versions, authored_articles`.execute(db)
  await sql`alter table article_words drop column public, drop column employees`.execute(db)
  await sql`alter table article_totals drop column revision`.execute(db)
}

import { type Kysely, sql } from 'kysely'

/**
 * articles: what the virtual agent looks things up in. `tsv` carries title (A), keywords (C) and body (B); `length` is its weighted number of words,
 * `hash` tells whether a file has changed since it was read, `origin` who owns the row (only rows of files go away with their file).
 * article_terms: in how many articles a stem occurs. article_words: the same for whole words, which typing mistakes are corrected against.
 * article_totals: one row, so that a search needs no count over all articles.
 */
export async function up(db: Kysely<any>): Promise<void> {
  await sql`
    create table articles (
      id text primary key,
      title text not null,
      keywords text[] not null,
      audience text not null check (audience in ('public', 'employees', 'technicians')),
      updated date,
      body text not null,
      hash text not null,
      origin text not null default 'file',
      tsv tsvector not null,
      length real not null
    )`.execute(db)
  await sql`create index articles_tsv on articles using gin (tsv)`.execute(db)
  await sql`create table article_terms (term text primary key, documents integer not null)`.execute(db)
  await sql`create table article_words (word text primary key, documents integer not null)`.execute(db)
  await sql`create table article_totals (only_one boolean primary key default true check (only_one), articles integer not null, length real not null)`.execute(
    db,
  )
  await sql`insert into article_totals (articles, length) values (0, 0)`.execute(db)
}

export async function down(db: Kysely<any>): Promise<void> {
  await sql`drop table article_totals, article_words, article_terms, articles`.execute(db)
}

import { createHash } from 'node:crypto'
import { sql, type Transaction } from 'kysely'

/** An article as people read it; the virtual agent's port has the same shape. */
export type IndexedArticle = {
  readonly id: string
  readonly title: string
  readonly keywords: readonly string[]
  readonly audience: 'public' | 'employees' | 'technicians'
  readonly updated: string | null
  readonly body: string
}

const BATCH = 250
const WORDS_AT_ONCE = 5_000
const TITLE = 2.5
const KEYWORDS = 1.5

export const hashOf = (article: IndexedArticle): string =>
  createHash('sha256')
    .update(JSON.stringify([article.title, article.keywords, article.audience, article.updated, article.body]))
    .digest('hex')

const wordsOf = (text: string): readonly string[] =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .match(/[\p{L}\p{N}]+(?:'[\p{L}]+)?/gu) ?? []

/** Nobody else changes articles, or what is counted of them, until the transaction ends; reading goes on. */
export const lockArticles = async (db: Transaction<any>): Promise<void> => {
  await sql`lock table articles in share row exclusive mode`.execute(db)
}

/** Puts articles in, or in the place of those of the same id. Counts nothing. */
export const putArticles = async (db: Transaction<any>, articles: readonly IndexedArticle[], origin: 'file' | 'hub'): Promise<void> => {
  for (let from = 0; from < articles.length; from += BATCH) {
    const rows = JSON.stringify(articles.slice(from, from + BATCH).map((article) => ({ ...article, hash: hashOf(article) })))
    await sql`
      with given as (
        select *, setweight(to_tsvector('english', title), 'A') || setweight(to_tsvector('english', array_to_string(keywords, ' . ')), 'C') || setweight(to_tsvector('english', body), 'B') as tsv
        from json_to_recordset(${rows}::json) as g (id text, title text, keywords text[], audience text, updated date, body text, hash text)
      )
      insert into articles (id, title, keywords, audience, updated, body, hash, origin, tsv, length)
      select id, title, keywords, audience, updated, body, hash, ${origin}, tsv, (
        select coalesce(sum(case weight when 'A' then ${TITLE}::real when 'C' then ${KEYWORDS}::real else 1 end), 0) from unnest(tsv) as t, unnest(t.weights) as weight
      ) from given
      on conflict (id) do update set title = excluded.title, keywords = excluded.keywords, audience = excluded.audience, updated = excluded.updated,
        body = excluded.body, hash = excluded.hash, origin = excluded.origin, tsv = excluded.tsv, length = excluded.length`.execute(db)
  }
}

type Count = { readonly documents: number; readonly public: number; readonly employees: number }
type Counted = { readonly id: string; readonly audience: IndexedArticle['audience']; readonly text: string }
const nothing: Count = { documents: 0, public: 0, employees: 0 }

const addWords = (into: Map<string, Count>, { audience, text }: Omit<Counted, 'id'>, by: 1 | -1): void => {
  for (const word of new Set(wordsOf(text))) {
    const old = into.get(word) ?? nothing
    into.set(word, {
      documents: old.documents + by,
      public: old.public + (audience === 'public' ? by : 0),
      employees: old.employees + (audience === 'employees' ? by : 0),
    })
  }
}

const writeWords = async (db: Transaction<any>, counts: ReadonlyMap<string, Count>): Promise<void> => {
  const rows = [...counts].filter(([, { documents, public: shown, employees }]) => documents !== 0 || shown !== 0 || employees !== 0)
  for (let from = 0; from < rows.length; from += WORDS_AT_ONCE) {
    const some = rows.slice(from, from + WORDS_AT_ONCE)
    const column = (of: (count: Count) => number) => some.map(([, count]) => of(count))
    await sql`
      insert into article_words (word, documents, public, employees)
      select * from unnest(${some.map(([word]) => word)}::text[], ${column((count) => count.documents)}::integer[],
        ${column((count) => count.public)}::integer[], ${column((count) => count.employees)}::integer[])
      on conflict (word) do update set documents = article_words.documents + excluded.documents,
        public = article_words.public + excluded.public, employees = article_words.employees + excluded.employees`.execute(db)
  }
}

const countTotals = (db: Transaction<any>) =>
  sql`update article_totals set articles = t.articles, length = t.length, revision = revision + 1
    from (select count(*) as articles, coalesce(avg(length), 0) as length from articles) as t`.execute(db)

/** Counts stems, words and totals anew over all articles. */
export const countAll = async (db: Transaction<any>): Promise<void> => {
  await sql`delete from article_terms`.execute(db)
  await sql`insert into article_terms (term, documents) select word, ndoc from ts_stat('select tsv from articles')`.execute(db)
  const counts = new Map<string, Count>()
  for (let after: string | null = ''; after !== null; ) {
    const { rows }: { rows: Counted[] } = await sql<Counted>`
      select id, audience, title || ' ' || array_to_string(keywords, ' ') || ' ' || body as text from articles
      where id > ${after} order by id limit 2000`.execute(db)
    for (const row of rows) addWords(counts, row, 1)
    after = rows.at(-1)?.id ?? null
  }
  await sql`delete from article_words`.execute(db)
  await writeWords(db, counts)
  await countTotals(db)
}

/** Makes a change of one article and counts only what it changes: some ms, however many articles there are. The table must be locked. */
export const changeCounted = async (db: Transaction<any>, id: string, change: () => Promise<void>): Promise<void> => {
  const read = async () =>
    (
      await sql<{ audience: IndexedArticle['audience']; text: string; stems: string[] }>`
        select audience, title || ' ' || array_to_string(keywords, ' ') || ' ' || body as text, tsvector_to_array(tsv) as stems
        from articles where id = ${id}`.execute(db)
    ).rows[0]
  const before = await read()
  await change()
  const after = await read()
  const stems = new Map<string, number>()
  for (const stem of before?.stems ?? []) stems.set(stem, -1)
  for (const stem of after?.stems ?? []) stems.set(stem, (stems.get(stem) ?? 0) + 1)
  const changed = [...stems].filter(([, by]) => by !== 0)
  await sql`
    insert into article_terms (term, documents) select * from unnest(${changed.map(([stem]) => stem)}::text[], ${changed.map(([, by]) => by)}::integer[])
    on conflict (term) do update set documents = article_terms.documents + excluded.documents`.execute(db)
  await sql`delete from article_terms where term = any(${changed.map(([stem]) => stem)}::text[]) and documents <= 0`.execute(db)
  const words = new Map<string, Count>()
  if (before !== undefined) addWords(words, before, -1)
  if (after !== undefined) addWords(words, after, 1)
  await writeWords(db, words)
  await sql`delete from article_words where word = any(${[...words.keys()]}::text[]) and documents <= 0`.execute(db)
  await countTotals(db)
}

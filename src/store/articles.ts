import { type Kysely, sql } from 'kysely'
import { countAll, hashOf, type IndexedArticle, lockArticles, putArticles } from './articles-index.ts'

export type Synchronised = { readonly added: number; readonly changed: number; readonly removed: number }

const SYNONYM = 0.5
/** Words that stand in more articles than this are not searched by (they still count in the ranking), but the rarest few always are: what matches is bounded. */
const COMMON_FROM = 200
const COMMON_SHARE = 0.05
const ALWAYS = 3

/**
 * Makes the database's articles of files equal to those given: new and changed ones are written, those whose file is gone are removed; rows of another origin stay.
 * Doing it twice changes nothing. Safe from several processes at once. One transaction; about 1 ms per article that changed.
 */
export const synchronise = async (db: Kysely<any>, articles: readonly IndexedArticle[]): Promise<Synchronised> =>
  db.transaction().execute(async (transaction) => {
    await lockArticles(transaction)
    const { rows } = await sql<{ id: string; hash: string; origin: string }>`select id, hash, origin from articles`.execute(transaction)
    const kept = new Map(rows.map((row) => [row.id, row]))
    const taken = articles.find(({ id }) => kept.get(id) !== undefined && kept.get(id)!.origin !== 'file')
    if (taken !== undefined) throw new Error(`the article "${taken.id}" is kept in the database already and cannot come from a file too`)
    const fresh = articles.filter((article) => kept.get(article.id)?.hash !== hashOf(article))
    const given = new Set(articles.map(({ id }) => id))
    const gone = rows.filter(({ id, origin }) => origin === 'file' && !given.has(id)).map(({ id }) => id)
    if (fresh.length === 0 && gone.length === 0) return { added: 0, changed: 0, removed: 0 }
    if (gone.length > 0) await sql`delete from articles where id = any(${gone}::text[])`.execute(transaction)
    await putArticles(transaction, fresh, 'file')
    await countAll(transaction)
    const added = fresh.filter(({ id }) => !kept.has(id)).length
    return { added, changed: fresh.length - added, removed: gone.length }
  })

type Row = {
  readonly articles: number
  readonly average: number
  readonly revision: number
  readonly asked: readonly { readonly term: string; readonly documents: number }[]
  readonly found: readonly {
    readonly id: string
    readonly title: string
    readonly length: number
    readonly terms: readonly { term: string; weight: number; title: number; keywords: number; body: number; documents: number }[]
  }[]
}

/** The articles in the database, as the virtual agent searches and reads them. */
export const makeArticleStore = (db: Kysely<any>) => ({
  /** One statement. The words are taken as words: nothing in them is query syntax. */
  async candidates(question: {
    readonly words: string
    readonly compounds: string
    readonly synonyms: string
    readonly audiences: readonly string[]
    readonly limit: number
  }) {
    const { rows } = await sql<Row>`
      with given as materialized (
        select lexeme as term, 1::real as weight, true as asked from unnest(to_tsvector('english', ${question.words}::text))
      ), compound as materialized (
        select * from given
        union all
        select lexeme, 1::real, false from unnest(to_tsvector('english', ${question.compounds}::text)) where lexeme not in (select term from given)
      ), wanted as materialized (
        select t.term, t.weight, t.asked, coalesce(a.documents, 0) as documents from (
          select * from compound
          union all
          select lexeme, ${SYNONYM}::real, false from unnest(to_tsvector('english', ${question.synonyms}::text)) where lexeme not in (select term from compound)
        ) as t left join article_terms as a on a.term = t.term
      ), query as materialized (
        select string_agg('''' || replace(replace(term, '\\', '\\\\'), '''', '''''') || '''', ' | ')::tsquery as q from (
          select term, documents, row_number() over (order by documents, term) as place from wanted where documents > 0
        ) as t, article_totals as totals where place <= ${ALWAYS} or documents <= greatest(${COMMON_FROM}, totals.articles * ${COMMON_SHARE}::real)
      ), best as materialized (
        select id, title, length, tsv from articles, query
        where tsv @@ q and audience = any(${[...question.audiences]}::text[])
        order by ts_rank(tsv, q) desc, id limit ${question.limit}
      ), counted as (
        select best.id, w.term, w.weight, w.documents,
          cardinality(array_positions(t.weights, 'A')) as title, cardinality(array_positions(t.weights, 'C')) as keywords, cardinality(array_positions(t.weights, 'B')) as body
        from best, unnest(best.tsv) as t join wanted as w on w.term = t.lexeme
      )
      select totals.articles, totals.length as average, totals.revision,
        (select coalesce(json_agg(json_build_object('term', term, 'documents', documents)), '[]') from wanted where wanted.asked) as asked,
        (select coalesce(json_agg(json_build_object('id', best.id, 'title', best.title, 'length', best.length, 'terms', (
          select coalesce(json_agg(json_build_object('term', c.term, 'weight', c.weight, 'documents', c.documents, 'title', c.title, 'keywords', c.keywords, 'body', c.body)), '[]')
          from counted as c where c.id = best.id))), '[]') from best) as found
      from article_totals as totals`.execute(db)
    const row = rows[0]
    if (row === undefined) return { asked: [], articles: 0, averageLength: 0, revision: 0, found: [] }
    return { asked: row.asked, articles: row.articles, averageLength: row.average, revision: Number(row.revision), found: row.found }
  },

  async article(id: string, audiences: readonly string[]): Promise<IndexedArticle | undefined> {
    const { rows } = await sql<IndexedArticle>`
      select id, title, keywords, audience, updated::text as updated, body from articles where id = ${id} and audience = any(${[...audiences]}::text[])`.execute(
      db,
    )
    return rows[0]
  },

  /** Only of articles for these readers: what stands in others is no word. `revision` is read before the words, so that it is never newer than they are. */
  async words(audiences: readonly string[]) {
    const totals = await sql<{ revision: number }>`select revision from article_totals`.execute(db)
    const { rows } = await sql<{ word: string; documents: number }>`
      select word, documents from (
        select word, case when ${audiences.includes('public')}::boolean then public else 0 end
          + case when ${audiences.includes('employees')}::boolean then employees else 0 end
          + case when ${audiences.includes('technicians')}::boolean then documents - public - employees else 0 end as documents
        from article_words) as w
      where documents > 0`.execute(db)
    return { revision: Number(totals.rows[0]?.revision ?? 0), words: rows }
  },
})

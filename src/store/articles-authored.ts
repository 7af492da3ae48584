import { type Kysely, sql, type Transaction } from 'kysely'
import { changeCounted, type IndexedArticle, lockArticles, putArticles } from './articles-index.ts'

type Draft = Pick<IndexedArticle, 'title' | 'keywords' | 'audience' | 'body'>
type Saving = { readonly id: string; readonly draft: Draft; readonly publish: boolean; readonly by: string }
/** `from-file`: a file has this id. `exists`: written here already. `overtaken`: somebody has saved another version meanwhile. */
type Refusal = { readonly ok: false; readonly reason: 'unknown' | 'from-file' | 'exists' | 'overtaken' }
type Saved = { readonly ok: true; readonly version: number }

/** `changed`: people read an older version than the newest. */
export type ArticleState = 'draft' | 'published' | 'changed' | 'deleted'
export type ArticleLine = {
  readonly id: string
  readonly title: string
  readonly audience: IndexedArticle['audience']
  readonly state: ArticleState
  readonly origin: 'file' | 'hub'
  /** 0 for articles of files. */
  readonly version: number
  /** The version that people read; null: none, or a file. */
  readonly live: number | null
  readonly changedAt: string | null
  readonly changedBy: string | null
  /** How often it was offered and did not help, in questions that are still open. */
  readonly unhelped: number
}
export type VersionLine = {
  readonly number: number
  readonly title: string
  readonly state: 'draft' | 'published'
  /** The version that this one brought back. */
  readonly restored: number | null
  readonly at: string
  readonly by: string
}
export type ArticleVersion = VersionLine & Omit<Draft, 'title'>

type Head = { readonly latest: number; readonly live: number | null; readonly deleted: boolean }

const headOf = async (db: Kysely<any>, id: string): Promise<Head | undefined> =>
  (await sql<Head>`select latest, live, deleted_at is not null as deleted from authored_articles where id = ${id}`.execute(db)).rows[0]

const isFile = async (db: Kysely<any>, id: string): Promise<boolean> =>
  (await sql`select 1 from articles where id = ${id} and origin = 'file'`.execute(db)).rows.length > 0

/** Writes a version and, where it is published, shows it to people: in the index from this transaction's end on. */
const write = async (db: Transaction<any>, head: Head | undefined, saving: Saving, restored: number | null): Promise<Saved> => {
  const { id, draft, publish, by } = saving
  const number = (head?.latest ?? 0) + 1
  const live = publish ? number : (head?.live ?? null)
  await sql`insert into authored_articles (id, latest, live) values (${id}, ${number}, ${live})
    on conflict (id) do update set latest = excluded.latest, live = excluded.live, deleted_at = null`.execute(db)
  await sql`insert into article_versions (article, number, title, keywords, audience, body, state, restored, by)
    values (${id}, ${number}, ${draft.title}, ${[...draft.keywords]}::text[], ${draft.audience}, ${draft.body}, ${publish ? 'published' : 'draft'}, ${restored}, ${by})`.execute(
    db,
  )
  if (publish) {
    const { rows } = await sql<{ day: string }>`select current_date::text as day`.execute(db)
    await changeCounted(db, id, () => putArticles(db, [{ ...draft, id, updated: rows[0]!.day }], 'hub'))
  }
  return { ok: true, version: number }
}

type ArticleRow = Omit<ArticleLine, 'changedAt'> & { readonly at: Date | string | null }

/** Every article with its newest text. */
const every = sql`
  select a.id, v.title, v.keywords, v.body, v.audience, 'hub' as origin, a.latest as version, a.live, v.at, coalesce(t.name, v.by) as "changedBy",
    case when a.deleted_at is not null then 'deleted' when a.live is null then 'draft' when a.live = a.latest then 'published' else 'changed' end as state
  from authored_articles as a join article_versions as v on v.article = a.id and v.number = a.latest left join technicians as t on t.id = v.by
  union all
  select id, title, keywords, body, audience, 'file', 0, null, updated, null, 'published' from articles where origin = 'file'`
const unhelped = sql`
  select s.article, sum(q.times) as times from unanswered_questions as q, jsonb_array_elements_text(q.shown) as s (article)
  where q.state = 'open' and q.why = 'none-helped' group by s.article`

const shown = <T extends ArticleRow>({ at, ...row }: T) => ({ ...row, changedAt: at === null ? null : new Date(at).toISOString() })

/** Articles that admins write in the hub, beside those of files. Every save is a version; versions are never changed and never go away. */
export const makeAuthoredArticles = (db: Kysely<any>) => {
  const locked = <T>(work: (transaction: Transaction<any>) => Promise<T>): Promise<T> =>
    db.transaction().execute(async (transaction) => {
      await lockArticles(transaction)
      return work(transaction)
    })

  return {
    /** A new one; the id of a deleted one goes on with its versions. */
    create: (saving: Saving): Promise<Saved | Refusal> =>
      locked(async (transaction) => {
        if (await isFile(transaction, saving.id)) return { ok: false, reason: 'from-file' }
        const head = await headOf(transaction, saving.id)
        return head !== undefined && !head.deleted ? { ok: false, reason: 'exists' } : write(transaction, head, saving, null)
      }),

    /** `seen` is the version that the author began with. */
    save: (saving: Saving & { readonly seen: number }): Promise<Saved | Refusal> =>
      locked(async (transaction) => {
        if (await isFile(transaction, saving.id)) return { ok: false, reason: 'from-file' }
        const head = await headOf(transaction, saving.id)
        if (head === undefined || head.deleted) return { ok: false, reason: 'unknown' }
        return head.latest === saving.seen ? write(transaction, head, saving, null) : { ok: false, reason: 'overtaken' }
      }),

    /** An old version again, as the newest one; of a deleted article too. */
    restore: (what: {
      readonly id: string
      readonly version: number
      readonly publish: boolean
      readonly by: string
    }): Promise<Saved | Refusal> =>
      locked(async (transaction) => {
        if (await isFile(transaction, what.id)) return { ok: false, reason: 'from-file' }
        const head = await headOf(transaction, what.id)
        const old = (
          await sql<Draft>`select title, keywords, audience, body from article_versions where article = ${what.id} and number = ${what.version}`.execute(
            transaction,
          )
        ).rows[0]
        if (head === undefined || old === undefined) return { ok: false, reason: 'unknown' }
        return write(transaction, head, { id: what.id, draft: old, publish: what.publish, by: what.by }, what.version)
      }),

    /** Nobody reads it any more; its versions stay. */
    remove: (id: string): Promise<{ readonly ok: true } | Refusal> =>
      locked(async (transaction) => {
        if (await isFile(transaction, id)) return { ok: false, reason: 'from-file' }
        const head = await headOf(transaction, id)
        if (head === undefined || head.deleted) return { ok: false, reason: 'unknown' }
        await sql`update authored_articles set live = null, deleted_at = now() where id = ${id}`.execute(transaction)
        if (head.live !== null)
          await changeCounted(transaction, id, async () => {
            await sql`delete from articles where id = ${id} and origin = 'hub'`.execute(transaction)
          })
        return { ok: true }
      }),

    /** By id, from after `after` on; those of files too. `text` is looked for in ids, titles and keywords. */
    async list(filter: {
      readonly after?: string
      readonly text?: string
      readonly state?: ArticleState
      readonly audience?: IndexedArticle['audience']
      readonly limit: number
    }): Promise<readonly ArticleLine[]> {
      const like = filter.text === undefined ? null : `%${filter.text.replace(/[\\%_]/g, '\\$&')}%`
      const { rows } = await sql<ArticleRow>`
        select id, title, audience, state, origin, version, live, at, "changedBy", coalesce(u.times, 0)::integer as unhelped
        from (${every}) as every left join (${unhelped}) as u on u.article = id
        where id > ${filter.after ?? ''} and (${like}::text is null or id ilike ${like} or title ilike ${like} or array_to_string(keywords, ' ') ilike ${like})
          and (${filter.state ?? null}::text is null and state <> 'deleted' or state = ${filter.state ?? null})
          and (${filter.audience ?? null}::text is null or audience = ${filter.audience ?? null})
        order by id limit ${filter.limit}`.execute(db)
      return rows.map(shown)
    },

    /** With the text of its newest version, or of its file. */
    async read(id: string): Promise<(ArticleLine & Pick<Draft, 'keywords' | 'body'>) | undefined> {
      const { rows } = await sql<ArticleRow & Pick<Draft, 'keywords' | 'body'>>`
        select every.*, coalesce(u.times, 0)::integer as unhelped
        from (${every}) as every left join (${unhelped}) as u on u.article = id where id = ${id}`.execute(db)
      return rows[0] && shown(rows[0])
    },

    /** The newest first; undefined where no such article was written here. */
    async versions(id: string): Promise<readonly VersionLine[] | undefined> {
      const { rows } = await sql<Omit<VersionLine, 'at'> & { readonly at: Date }>`
        select v.number, v.title, v.state, v.restored, v.at, coalesce(t.name, v.by) as by
        from article_versions as v left join technicians as t on t.id = v.by where article = ${id} order by number desc limit 500`.execute(
        db,
      )
      return rows.length === 0 ? undefined : rows.map((row) => ({ ...row, at: row.at.toISOString() }))
    },

    async version(id: string, number: number): Promise<ArticleVersion | undefined> {
      const { rows } = await sql<Omit<ArticleVersion, 'at'> & { readonly at: Date }>`
        select v.number, v.title, v.keywords, v.audience, v.body, v.state, v.restored, v.at, coalesce(t.name, v.by) as by
        from article_versions as v left join technicians as t on t.id = v.by where article = ${id} and number = ${number}`.execute(db)
      return rows[0] && { ...rows[0], at: rows[0].at.toISOString() }
    },

    /** What people can read of all this, to teach understanding its titles and keywords. */
    async published(): Promise<readonly IndexedArticle[]> {
      const { rows } = await sql<IndexedArticle>`
        select id, title, keywords, audience, updated::text as updated, body from articles where origin = 'hub' order by id`.execute(db)
      return rows
    },
  }
}

import { type Kysely, sql } from 'kysely'

export type Why = 'nothing-found' | 'out-of-scope' | 'none-helped'
/** What nobody could answer; secrets and addresses are masked by whoever hands it in. */
export type OpenQuestion = {
  readonly words: string
  readonly why: Why
  /** Ids of articles. */
  readonly shown: readonly string[]
  readonly source: string
  readonly at: string
}
export type QuestionLine = {
  readonly id: number
  readonly words: string
  readonly why: Why
  readonly shown: readonly { readonly id: string; readonly title: string }[]
  readonly sources: readonly string[]
  /** How often it was asked in these or similar words. */
  readonly times: number
  readonly firstAt: string
  readonly lastAt: string
  readonly state: 'open' | 'done' | 'dismissed'
  /** Why it was dismissed, where that was said. */
  readonly reason: string | null
  /** The article that was written for it; also where it was asked again since, and is open. */
  readonly answeredBy: { readonly id: string; readonly title: string } | null
  readonly settledBy: string | null
  readonly settledAt: string | null
}
/** Where a page ends: the last question of it. */
export type QuestionKey = { readonly id: number; readonly times: number }

/** Those that wait to be written; more are forgotten, the newest first. */
const WAITING = 500
const FLUSH_MS = 2_000
const AT_ONCE = 5_000
/** Stems that make no other question of it. */
const POLITE = ['pleas', 'pls', 'thank', 'thx', 'hello', 'hi', 'hey', 'help', 'need', 'want']

/**
 * Keeps questions for the authors, apart from answering: `take` returns at once, and what is taken is written together a little later. A crash loses what was
 * taken in the last two seconds. Questions of the same stems are one, counted; one that was done and is asked again is open again.
 */
export const makeQuestionBook = (db: Kysely<any>, report: (error: unknown, lost: number) => void, flushMs = FLUSH_MS) => {
  let waiting: OpenQuestion[] = []
  let timer: NodeJS.Timeout | undefined
  let writing: Promise<void> = Promise.resolve()

  const write = async (batch: readonly OpenQuestion[]): Promise<void> => {
    try {
      await sql`
        with given as (
          select g.*, coalesce(nullif(array_to_string(array(
            select lexeme from unnest(tsvector_to_array(to_tsvector('english', g.words))) as lexeme where lexeme <> all(${POLITE}::text[]) order by 1), ' '), ''), lower(g.words)) as stems, row_number() over () as place
          from json_to_recordset(${JSON.stringify(batch)}::json) as g (words text, why text, shown jsonb, source text, at timestamptz)
        ), newest as (
          select distinct on (stems) stems, words, why, shown from given order by stems, place desc
        ), counted as (
          select stems, count(*)::integer as times, array_agg(distinct source order by source) as sources, min(at) as first_at, max(at) as last_at from given group by stems
        )
        insert into unanswered_questions as q (stems, words, why, shown, sources, times, first_at, last_at)
        select stems, words, why, shown, sources, times, first_at, last_at from newest join counted using (stems) order by stems
        on conflict (stems) do update set times = q.times + excluded.times, last_at = greatest(q.last_at, excluded.last_at), words = excluded.words, why = excluded.why,
          shown = excluded.shown, sources = array(select distinct unnest(q.sources || excluded.sources) order by 1),
          state = case when q.state = 'done' then 'open' else q.state end`.execute(db)
    } catch (error) {
      report(error, batch.length)
    }
  }
  const flush = (): Promise<void> => {
    clearTimeout(timer)
    timer = undefined
    const batch = waiting
    waiting = []
    if (batch.length > 0) writing = writing.then(() => write(batch))
    return writing
  }
  return {
    take(question: OpenQuestion): void {
      if (waiting.length >= WAITING) return
      waiting.push(question)
      timer ??= setTimeout(() => void flush(), flushMs).unref()
    },
    /** Writes what waits; for the end of the process. */
    flush,
  }
}

type Row = Omit<QuestionLine, 'firstAt' | 'lastAt' | 'settledAt'> & {
  readonly first_at: Date
  readonly last_at: Date
  readonly settled_at: Date | null
}

const columns = sql`q.id, q.words, q.why, q.sources, q.times, q.first_at, q.last_at, q.state, q.reason, q.settled_at, coalesce(t.name, q.settled_by) as "settledBy",
  case when q.answered_by is null then null else json_build_object('id', q.answered_by, 'title', coalesce(answer.title, q.answered_by)) end as "answeredBy",
  array(
    select json_build_object('id', s.article, 'title', coalesce(a.title, s.article))
    from jsonb_array_elements_text(q.shown) with ordinality as s (article, place) left join articles as a on a.id = s.article order by s.place) as shown`
const joined = sql`unanswered_questions as q left join technicians as t on t.id = q.settled_by left join articles as answer on answer.id = q.answered_by`

const lineOf = ({ first_at, last_at, settled_at, ...row }: Row): QuestionLine => ({
  ...row,
  id: Number(row.id),
  firstAt: first_at.toISOString(),
  lastAt: last_at.toISOString(),
  settledAt: settled_at?.toISOString() ?? null,
})

/** Those first asked last come first, or those asked most often; from after `after` on. `article`: what this one was shown for and did not help. */
export const readQuestions = async (
  db: Kysely<any>,
  filter: {
    readonly state: QuestionLine['state']
    readonly why?: Why
    readonly article?: string
    readonly order: 'newest' | 'most-asked'
    readonly after?: QuestionKey
    readonly limit: number
  },
): Promise<readonly QuestionLine[]> => {
  const { state, why = null, article = null, order, after, limit } = filter
  const place = order === 'newest' ? sql`(0, q.id)` : sql`(q.times, q.id)`
  const end = order === 'newest' ? sql`(0, ${after?.id}::bigint)` : sql`(${after?.times}::integer, ${after?.id}::bigint)`
  const { rows } = await sql<Row>`
    select ${columns} from ${joined}
    where q.state = ${state} and (${why}::text is null or q.why = ${why}) and (${article}::text is null or q.shown @> to_jsonb(${article}::text))
      and ${after === undefined ? sql`true` : sql`${place} < ${end}`}
    order by ${order === 'newest' ? sql`q.id desc` : sql`q.times desc, q.id desc`} limit ${limit}`.execute(db)
  return rows.map(lineOf)
}

export const readQuestion = async (db: Kysely<any>, id: number): Promise<QuestionLine | undefined> => {
  const { rows } = await sql<Row>`select ${columns} from ${joined} where q.id = ${id}`.execute(db)
  return rows[0] && lineOf(rows[0])
}

/** False where there is no such question. What was said of it before (reason, article) is forgotten. */
export const settleQuestion = async (
  db: Kysely<any>,
  of: {
    readonly id: number
    readonly state: QuestionLine['state']
    readonly reason?: string
    readonly article?: string
    readonly by: string
  },
): Promise<boolean> => {
  const settled = of.state !== 'open'
  const { rows } = await sql`
    update unanswered_questions set state = ${of.state}, reason = ${of.reason ?? null}, answered_by = ${of.article ?? null}, settled_by = ${settled ? of.by : null},
      settled_at = case when ${settled}::boolean then now() end where id = ${of.id} returning id`.execute(db)
  return rows.length > 0
}

/** Deletes what nobody has asked for so many days; tells how many. */
export const forgetQuestions = async (db: Kysely<any>, days: number): Promise<number> => {
  const { rows } = await sql<{ count: number }>`
    with gone as (delete from unanswered_questions where id in (
      select id from unanswered_questions where last_at < now() - make_interval(days => ${days}) limit ${AT_ONCE}) returning id)
    select count(*) as count from gone`.execute(db)
  return Number(rows[0]?.count ?? 0)
}

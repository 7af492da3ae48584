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
}

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

type Row = Omit<QuestionLine, 'firstAt' | 'lastAt'> & { readonly first_at: Date; readonly last_at: Date }

/** Newest first, from before the question `before` on. */
export const readQuestions = async (
  db: Kysely<any>,
  filter: { readonly state: QuestionLine['state']; readonly why?: Why; readonly before?: number; readonly limit: number },
): Promise<readonly QuestionLine[]> => {
  const { rows } = await sql<Row>`
    select id, words, why, sources, times, first_at, last_at, state, array(
      select json_build_object('id', s.article, 'title', coalesce(a.title, s.article))
      from jsonb_array_elements_text(q.shown) with ordinality as s (article, place) left join articles as a on a.id = s.article order by s.place) as shown
    from unanswered_questions as q where state = ${filter.state} and (${filter.why ?? null}::text is null or why = ${filter.why ?? null}) and (${filter.before ?? null}::bigint is null or id < ${filter.before ?? null})
    order by id desc limit ${filter.limit}`.execute(db)
  return rows.map(({ first_at, last_at, ...row }) => ({
    ...row,
    id: Number(row.id),
    firstAt: first_at.toISOString(),
    lastAt: last_at.toISOString(),
  }))
}

/** False where there is no such question. */
export const settleQuestion = async (db: Kysely<any>, id: number, state: QuestionLine['state'], by: string): Promise<boolean> => {
  const { rows } = await sql`
    update unanswered_questions set state = ${state}, settled_by = case when ${state} = 'open' then null else ${by} end,
      settled_at = case when ${state} = 'open' then null else now() end where id = ${id} returning id`.execute(db)
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

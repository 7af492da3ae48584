import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { makeArticleStore, synchronise } from '../src/store/articles.ts'
import { connect } from '../src/store/connect.ts'
import { up as articlesUp } from '../src/store/migrations/0002-articles.ts'
import { up as knowledgeUp } from '../src/store/migrations/0007-knowledge.ts'
import { makeKnowledge } from '../src/virtual-agent/knowledge/search.ts'

type ArticleLine = { readonly id: string; readonly title: string; readonly body: string }
type QuestionLine = { readonly question: string; readonly id: string }

export type KnowledgeResult = {
  readonly articles: number
  readonly questions: number
  /** Share of the questions whose article is the first, or among the first three. */
  readonly recallAt1: number
  readonly recallAt3: number
  /** Mean of 1 / place of the right article among the first ten. */
  readonly mrrAt10: number
  readonly loadSeconds: number
  readonly milliseconds: { readonly mean: number; readonly p95: number }
}

const linesOf = async (file: string, keys: readonly string[]): Promise<readonly Record<string, string>[]> =>
  (await readFile(file, 'utf8')).split('\n').flatMap((line, index) => {
    if (line.trim() === '') return []
    let value: Record<string, unknown>
    try {
      value = JSON.parse(line) as Record<string, unknown>
    } catch {
      throw new Error(`${file}, line ${index + 1}: this is not JSON`)
    }
    const missing = keys.find((key) => typeof value[key] !== 'string' && typeof value[key] !== 'number')
    if (missing !== undefined) throw new Error(`${file}, line ${index + 1}: "${missing}" is missing`)
    return [Object.fromEntries(keys.map((key) => [key, String(value[key])]))]
  })

/** Searches every question in a database of its own: Postgres where `databaseUrl` is given (in a schema that is dropped), else PGlite in memory. */
export const measure = async (
  articles: readonly ArticleLine[],
  questions: readonly QuestionLine[],
  databaseUrl?: string,
): Promise<KnowledgeResult> => {
  const connection = await connect({ databaseUrl, poolSize: 1 })
  const { sql } = await import('kysely')
  const schema = 'bench_knowledge'
  try {
    if (databaseUrl !== undefined) {
      await sql.raw(`drop schema if exists ${schema} cascade; create schema ${schema}; set search_path = ${schema}`).execute(connection.db)
    }
    await articlesUp(connection.db)
    await knowledgeUp(connection.db)
    const before = performance.now()
    await synchronise(
      connection.db,
      articles.map((article) => ({ ...article, keywords: [], audience: 'public', updated: null })),
    )
    const loadSeconds = (performance.now() - before) / 1000
    const knowledge = await makeKnowledge({ articles: makeArticleStore(connection.db) })
    const times: number[] = []
    let first = 0
    let firstThree = 0
    let reciprocal = 0
    for (const { question, id } of questions) {
      const started = performance.now()
      const ids = await knowledge.ranking(question, ['public'], 10)
      times.push(performance.now() - started)
      const place = ids.indexOf(id)
      if (place === 0) first++
      if (place >= 0 && place < 3) firstThree++
      if (place >= 0) reciprocal += 1 / (place + 1)
    }
    const n = Math.max(1, questions.length)
    times.sort((a, b) => a - b)
    return {
      articles: articles.length,
      questions: questions.length,
      recallAt1: first / n,
      recallAt3: firstThree / n,
      mrrAt10: reciprocal / n,
      loadSeconds,
      milliseconds: {
        mean: times.reduce((sum, time) => sum + time, 0) / n,
        p95: times[Math.min(times.length - 1, Math.floor(times.length * 0.95))] ?? 0,
      },
    }
  } finally {
    if (databaseUrl !== undefined) await sql.raw(`drop schema if exists ${schema} cascade`).execute(connection.db)
    await connection.close()
  }
}

/** `npm run bench -- knowledge --articles F --questions F [--database URL]`. */
export const run = async (args: readonly string[]): Promise<void> => {
  const { values } = parseArgs({
    args: [...args],
    options: { articles: { type: 'string' }, questions: { type: 'string' }, database: { type: 'string' } },
  })
  if (values.articles === undefined || values.questions === undefined) {
    throw new Error(
      'usage: npm run bench -- knowledge --articles FILE --questions FILE [--database URL]   (JSON lines of {"id", "title", "body"} and {"question", "id"})',
    )
  }
  const articles = (await linesOf(values.articles, ['id', 'title', 'body'])) as unknown as readonly ArticleLine[]
  const questions = (await linesOf(values.questions, ['question', 'id'])) as unknown as readonly QuestionLine[]
  const result = await measure(articles, questions, values.database)
  const percent = (share: number) => `${(share * 100).toFixed(1)} %`
  console.log(
    [
      `articles     ${result.articles}, indexed in ${result.loadSeconds.toFixed(1)} s on ${values.database === undefined ? 'PGlite in memory' : 'Postgres'}`,
      `questions    ${result.questions}`,
      `recall@1     ${percent(result.recallAt1)}`,
      `recall@3     ${percent(result.recallAt3)}`,
      `MRR@10       ${result.mrrAt10.toFixed(3)}`,
      `per question ${result.milliseconds.mean.toFixed(1)} ms, p95 ${result.milliseconds.p95.toFixed(1)} ms`,
    ].join('\n'),
  )
}

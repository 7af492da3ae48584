import { pino } from 'pino'
import { afterAll } from 'vitest'
import { articlesApi } from '../../src/http/api/articles-api.ts'
import { readable } from '../../src/http/article-link.ts'
import { makeAuth } from '../../src/http/auth/index.ts'
import { makeServer } from '../../src/http/server.ts'
import { makeArticleStore, synchronise } from '../../src/store/articles.ts'
import { makeAuthoredArticles } from '../../src/store/articles-authored.ts'
import { makeQuestionBook, readQuestion, readQuestions, settleQuestion } from '../../src/store/articles-questions.ts'
import { makeTrialStore } from '../../src/store/articles-trial.ts'
import { writeAudit } from '../../src/store/audit.ts'
import { connect } from '../../src/store/connect.ts'
import { migrate } from '../../src/store/migrate.ts'
import { makeTechnicians } from '../../src/store/technicians.ts'
import { makeKnowledge } from '../../src/virtual-agent/knowledge/search.ts'
import type { ArticleStore } from '../../src/virtual-agent/ports.ts'
import { makeTrial } from '../../src/virtual-agent/trial.ts'
import { loadIntents } from '../../src/virtual-agent/understand/load.ts'
import { makeUnderstanding } from '../../src/virtual-agent/understand/understanding.ts'
import { postgresUrl } from '../support/services.ts'
import { openMemory } from '../support/template.ts'

const secret = 'a secret of tests, longer than 32 characters'
const publicUrl = 'http://127.0.0.1:3000'
export const start = new Date('2026-03-02T09:00:00.000Z')

export type Answer = {
  readonly status: number
  readonly body: Record<string, never> & { readonly error: { readonly code: string; readonly field?: string } }
}
type Caller = (method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, payload?: object) => Promise<Answer>

const postgres = await postgresUrl()
afterAll(() => postgres?.drop())
export const databases: readonly { readonly name: string; readonly url?: string }[] = [
  { name: 'PGlite' },
  ...(postgres === undefined ? [] : [{ name: 'Postgres', url: postgres.url }]),
]

export const tea = {
  title: 'Brew oolong',
  keywords: ['teapot'],
  audience: 'public',
  body: 'Let the leaves steep for five minutes.',
} as const

export type ArticleHouse = Awaited<ReturnType<typeof openArticleHouse>>

/** The authors' routes on a database of its own, with one article of a file; Ada is an admin, Tess a technician, and anybody has not signed in. */
export async function openArticleHouse(url?: string) {
  const connection = await (url === undefined ? openMemory() : connect({ databaseUrl: url }))
  await migrate(connection)
  const { db } = connection
  await synchronise(db, [
    {
      id: 'kettle',
      title: 'Descale the kettle',
      keywords: [],
      audience: 'public',
      updated: '2026-01-05',
      body: 'Fill it with vinegar and boil it.',
    },
  ])
  const store = makeArticleStore(db)
  const over = (articles: ArticleStore) => makeKnowledge({ articles })
  const knowledge = await over(store)
  const understanding = makeUnderstanding(await loadIntents('config/phrases'))
  const trial = makeTrial({ knowledge, over, understanding })
  const reported: number[] = []
  const book = makeQuestionBook(db, (_, lost) => reported.push(lost), 60_000)
  const app = await makeServer({ log: pino({ level: 'silent' }), version: 'test', allowedOrigins: [], loopbackPages: false, secure: false })
  const auth = makeAuth({ db, technicians: makeTechnicians(db), secret, publicUrl })
  auth.mount(app)
  await app.register(articlesApi, {
    auth,
    reading: { note: (entry) => writeAudit(db, entry) },
    articles: makeAuthoredArticles(db),
    questions: {
      list: (filter) => readQuestions(db, filter),
      read: (id) => readQuestion(db, id),
      settle: (of) => settleQuestion(db, of),
    },
    fileOf: (id) => (id === 'kettle' ? 'config/knowledge/kettle.md' : undefined),
    tryOut: (question, reader, draft) => {
      const articles = draft && makeTrialStore(db, { ...draft, updated: null })
      return trial(question, readable[reader], articles)
    },
  })
  await app.ready()
  const caller =
    (cookie?: string): Caller =>
    async (method, path, payload) => {
      const answer = await app.inject({
        method,
        url: path,
        headers: { ...(cookie === undefined ? {} : { cookie }), origin: publicUrl },
        ...(payload === undefined ? {} : { payload }),
      })
      return { status: answer.statusCode, body: answer.json() }
    }
  const signIn = async (name: string, role: 'technician' | 'admin'): Promise<Caller> => {
    const who = { email: `${name.toLowerCase()}@desk.example`, password: 'right horse battery' }
    await auth.putTechnician({ ...who, name, role })
    const answer = await app.inject({ method: 'POST', url: '/api/auth/sign-in/email', headers: { origin: publicUrl }, payload: who })
    return caller(answer.cookies.map((cookie) => `${cookie.name}=${cookie.value}`).join('; '))
  }
  const ada = await signIn('Ada', 'admin')
  const tess = await signIn('Tess', 'technician')
  return {
    db: connection.db,
    app,
    knowledge,
    book,
    reported,
    ada,
    tess,
    anybody: caller(),
    found: async (question: string, audiences: readonly ('public' | 'employees' | 'technicians')[] = ['public']) =>
      (await knowledge.find(question, audiences)).hits.map(({ id }) => id),
    async close() {
      await app.close()
      await connection.close()
    },
  }
}

import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { articleRoutes } from '../../src/http/api/articles.ts'
import { makeAuth } from '../../src/http/auth/index.ts'
import { makeServer } from '../../src/http/server.ts'
import { makeArticleStore, synchronise } from '../../src/store/articles.ts'
import { makeAuthoredArticles } from '../../src/store/articles-authored.ts'
import { forgetQuestions, makeQuestionBook, readQuestions, settleQuestion } from '../../src/store/articles-questions.ts'
import { writeAudit } from '../../src/store/audit.ts'
import { type Connection, connect } from '../../src/store/connect.ts'
import { migrate } from '../../src/store/migrate.ts'
import { makeTechnicians } from '../../src/store/technicians.ts'
import { type Knowledge, makeKnowledge } from '../../src/virtual-agent/knowledge/search.ts'
import { postgresUrl } from '../support/services.ts'

const secret = 'a secret of tests, longer than 32 characters'
const publicUrl = 'http://127.0.0.1:3000'
const start = new Date('2026-03-02T09:00:00.000Z')

type Answer = {
  readonly status: number
  readonly body: Record<string, never> & { readonly error: { readonly code: string; readonly field?: string } }
}
type Caller = (method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, payload?: object) => Promise<Answer>

const postgres = await postgresUrl()
afterAll(() => postgres?.drop())
const databases: readonly { readonly name: string; readonly url?: string }[] = [
  { name: 'PGlite' },
  ...(postgres === undefined ? [] : [{ name: 'Postgres', url: postgres.url }]),
]

describe.each(databases)('articles over HTTP, on $name', ({ url }) => {
  let connection: Connection
  let app: FastifyInstance
  let knowledge: Knowledge
  let ada: Caller
  let tess: Caller
  let anybody: Caller
  let book: ReturnType<typeof makeQuestionBook>
  const reported: number[] = []

  beforeAll(async () => {
    connection = await connect(url === undefined ? {} : { databaseUrl: url })
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
    knowledge = await makeKnowledge({ articles: store })
    book = makeQuestionBook(db, (_, lost) => reported.push(lost), 60_000)
    app = await makeServer({ log: pino({ level: 'silent' }), version: 'test', allowedOrigins: [], loopbackPages: false, secure: false })
    const auth = makeAuth({ db, technicians: makeTechnicians(db), secret, publicUrl })
    auth.mount(app)
    await app.register(articleRoutes, {
      auth,
      reading: { note: (entry) => writeAudit(db, entry) },
      articles: makeAuthoredArticles(db),
      questions: { read: (filter) => readQuestions(db, filter), settle: (id, state, by) => settleQuestion(db, id, state, by) },
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
    ada = await signIn('Ada', 'admin')
    tess = await signIn('Tess', 'technician')
    anybody = caller()
  }, 60_000)
  afterAll(async () => {
    await app.close()
    await connection.close()
  })

  const found = async (question: string, audiences: readonly ('public' | 'employees' | 'technicians')[] = ['public']) =>
    (await knowledge.find(question, audiences)).hits.map(({ id }) => id)
  const tea = { title: 'Brew oolong', keywords: ['teapot'], audience: 'public', body: 'Let the leaves steep for five minutes.' } as const

  test('are for admins alone', async () => {
    for (const [method, path] of [
      ['GET', '/api/admin/articles'],
      ['GET', '/api/admin/articles/kettle'],
      ['POST', '/api/admin/articles'],
      ['PUT', '/api/admin/articles/kettle'],
      ['DELETE', '/api/admin/articles/kettle'],
      ['GET', '/api/admin/articles/kettle/versions'],
      ['POST', '/api/admin/articles/kettle/versions/1/restore'],
      ['GET', '/api/admin/questions'],
      ['PUT', '/api/admin/questions/1'],
    ] as const) {
      const payload = method === 'POST' || method === 'PUT' ? { ...tea, state: 'draft', version: 1 } : undefined
      expect((await anybody(method, path, payload)).body.error.code, path).toMatch(/HUB_SIGN_IN_NEEDED|HUB_BAD_REQUEST/)
      expect((await tess(method, path, payload)).status, path).not.toBe(200)
    }
    expect((await anybody('POST', '/api/admin/articles', { ...tea, state: 'draft' })).body.error.code).toBe('HUB_SIGN_IN_NEEDED')
    expect((await tess('POST', '/api/admin/articles', { ...tea, state: 'draft' })).body.error.code).toBe('HUB_NOT_ALLOWED')
    expect((await tess('GET', '/api/admin/questions')).body.error.code).toBe('HUB_NOT_ALLOWED')
  })

  test('are written as drafts, published, changed and taken away, and the search follows at once', async () => {
    expect(await ada('POST', '/api/admin/articles', { ...tea, state: 'draft' })).toMatchObject({
      status: 201,
      body: { id: 'brew-oolong', version: 1 },
    })
    expect(await found('oolong teapot')).toEqual([])
    expect(await ada('PUT', '/api/admin/articles/brew-oolong', { ...tea, version: 1, state: 'published' })).toMatchObject({
      status: 200,
      body: { version: 2 },
    })
    expect(await found('oolong teapot')).toEqual(['brew-oolong'])
    expect(await found('olong taepot')).toEqual(['brew-oolong'])
    await ada('PUT', '/api/admin/articles/brew-oolong', { ...tea, body: 'A gaiwan does as well.', version: 2, state: 'draft' })
    expect(await found('gaiwan')).toEqual([])
    await ada('PUT', '/api/admin/articles/brew-oolong', { ...tea, body: 'A gaiwan does as well.', version: 3, state: 'published' })
    expect(await found('gaiwan')).toEqual(['brew-oolong'])
    expect(await found('leaves steep')).toEqual([])
    expect(await ada('DELETE', '/api/admin/articles/brew-oolong')).toMatchObject({ status: 200 })
    expect(await found('oolong teapot gaiwan')).toEqual([])
    const words = await makeArticleStore(connection.db).words(['public'])
    expect(words.words.map(({ word }) => word)).not.toContain('oolong')
    expect((await ada('GET', '/api/admin/articles?state=deleted')).body).toMatchObject({ items: [{ id: 'brew-oolong', live: null }] })
  })

  test('keep every version, and bring each of them back', async () => {
    expect((await ada('GET', '/api/admin/articles/brew-oolong/versions')).body).toMatchObject({
      items: [
        { number: 4, state: 'published', by: 'Ada' },
        { number: 3, state: 'draft' },
        { number: 2, state: 'published' },
        { number: 1, state: 'draft', restored: null },
      ],
    })
    expect((await ada('GET', '/api/admin/articles/brew-oolong/versions/2')).body).toMatchObject({ body: tea.body, keywords: ['teapot'] })
    expect((await ada('GET', '/api/admin/articles/brew-oolong/versions/9')).status).toBe(404)
    expect(await ada('POST', '/api/admin/articles/brew-oolong/versions/2/restore', { state: 'published' })).toMatchObject({
      status: 200,
      body: { version: 5 },
    })
    expect(await found('leaves steep')).toEqual(['brew-oolong'])
    expect((await ada('GET', '/api/admin/articles/brew-oolong')).body).toMatchObject({
      state: 'published',
      version: 5,
      live: 5,
      body: tea.body,
    })
  })

  test('are not overwritten by somebody who has not seen the newest version', async () => {
    const late = await ada('PUT', '/api/admin/articles/brew-oolong', { ...tea, version: 4, state: 'published' })
    expect(late).toMatchObject({ status: 409, body: { error: { code: 'HUB_ARTICLE_CHANGED', field: 'version' } } })
    const both = await Promise.all(
      [1, 2].map(() => ada('PUT', '/api/admin/articles/brew-oolong', { ...tea, version: 5, state: 'published' })),
    )
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409])
  })

  test('of files are shown and say that they are read-only', async () => {
    expect((await ada('GET', '/api/admin/articles/kettle')).body).toMatchObject({ readOnly: true, origin: 'file', state: 'published' })
    const body = { ...tea, version: 1, state: 'published' }
    expect((await ada('PUT', '/api/admin/articles/kettle', body)).body.error.code).toBe('HUB_ARTICLE_FROM_FILE')
    expect((await ada('DELETE', '/api/admin/articles/kettle')).body.error.code).toBe('HUB_ARTICLE_FROM_FILE')
    expect((await ada('POST', '/api/admin/articles', { ...tea, id: 'kettle', state: 'draft' })).body.error.code).toBe(
      'HUB_ARTICLE_FROM_FILE',
    )
    expect(await found('kettle vinegar')).toEqual(['kettle'])
  })

  test('are refused with the field that is wrong', async () => {
    for (const [field, changed] of [
      ['title', { title: ' ' }],
      ['body', { body: '' }],
      ['audience', { audience: 'everybody' }],
      ['state', { state: 'live' }],
      ['id', { id: 'Not An Id' }],
      ['keywords', { keywords: Array(51).fill('x') }],
    ] as const) {
      const answer = await ada('POST', '/api/admin/articles', { ...tea, state: 'draft', ...changed })
      expect(answer, field).toMatchObject({ status: 400, body: { error: { code: 'HUB_BAD_REQUEST', field } } })
    }
    expect((await ada('POST', '/api/admin/articles', { ...tea, id: 'brew-oolong', state: 'draft' })).body.error.code).toBe(
      'HUB_ARTICLE_EXISTS',
    )
    expect((await ada('PUT', '/api/admin/articles/nowhere', { ...tea, version: 1, state: 'draft' })).status).toBe(404)
    expect((await ada('DELETE', '/api/admin/articles/nowhere')).status).toBe(404)
  })

  test('for technicians or employees stay theirs: found, corrected towards, suggested and read by nobody else', async () => {
    const vault = {
      title: 'Plan of the zirconium vault',
      keywords: ['vaultkey'],
      audience: 'technicians',
      body: 'The chamber is behind the kettle. Vinegar is stored there.',
    }
    const canteen = {
      title: 'Canteen credits',
      keywords: [],
      audience: 'employees',
      body: 'Credits are paid with the salary. There is a kettle.',
    }
    await ada('POST', '/api/admin/articles', { ...vault, state: 'published' })
    await ada('POST', '/api/admin/articles', { ...canteen, state: 'published' })
    for (const question of ['zirconium vault', 'zirconum vualt', 'vaultkey', 'kettle vinegar chamber vault', 'canteen credits kettle']) {
      const { hits, corrected } = await knowledge.find(question, ['public'])
      expect(
        hits.map(({ id, title }) => [id, title]),
        question,
      ).toEqual(question.includes('kettle') && hits.length > 0 ? [['kettle', 'Descale the kettle']] : [])
      expect(corrected, question).toEqual([])
      expect(await knowledge.ranking(question, ['public'], 10)).not.toContain('plan-of-the-zirconium-vault')
    }
    expect((await knowledge.find('zirconum vualt', ['public', 'employees'])).corrected).toEqual([])
    expect((await knowledge.find('cantean credits', ['public', 'employees'])).corrected).toEqual([{ from: 'cantean', to: 'canteen' }])
    expect(await found('canteen credits', ['public', 'employees'])).toEqual(['canteen-credits'])
    expect(await found('zirconum vualt', ['public', 'employees', 'technicians'])).toEqual(['plan-of-the-zirconium-vault'])
    await ada('PUT', '/api/admin/articles/canteen-credits', { ...canteen, audience: 'technicians', version: 1, state: 'published' })
    expect(await found('canteen credits', ['public', 'employees'])).toEqual([])
    expect((await knowledge.find('cantean credits', ['public', 'employees'])).corrected).toEqual([])
  })

  test('are counted as if all of them had been counted anew', async () => {
    const counts = async () => ({
      words: (await connection.db
        .selectFrom('article_words' as never)
        .selectAll()
        .orderBy('word' as never)
        .execute()) as object[],
      terms: (await connection.db
        .selectFrom('article_terms' as never)
        .selectAll()
        .orderBy('term' as never)
        .execute()) as object[],
    })
    const bySteps = await counts()
    await synchronise(connection.db, [
      {
        id: 'kettle',
        title: 'Descale the kettle',
        keywords: [],
        audience: 'public',
        updated: '2026-01-06',
        body: 'Fill it with vinegar and boil it.',
      },
    ])
    expect(bySteps).toEqual(await counts())
    expect(bySteps.words.length).toBeGreaterThan(10)
  })

  test('are listed in pages, and by a part of the title', async () => {
    const first = await ada('GET', '/api/admin/articles?limit=2')
    expect(first.body).toMatchObject({ items: [{ id: 'brew-oolong' }, { id: 'canteen-credits' }], next: 'canteen-credits' })
    expect((await ada('GET', `/api/admin/articles?limit=2&after=${first.body.next}`)).body).toMatchObject({
      items: [{ id: 'kettle' }, { id: 'plan-of-the-zirconium-vault' }],
      next: null,
    })
    expect((await ada('GET', '/api/admin/articles?text=VAULT')).body).toMatchObject({ items: [{ id: 'plan-of-the-zirconium-vault' }] })
    expect((await ada('GET', '/api/admin/articles?text=%25')).body).toMatchObject({ items: [] })
  })

  test('leave a trace of who did what, without their words', async () => {
    const rows = await connection.db.selectFrom('audit').selectAll().where('what', 'like', 'article.%').execute()
    expect(new Set(rows.map(({ what }) => what))).toEqual(new Set(['article.create', 'article.save', 'article.delete', 'article.restore']))
    expect(JSON.stringify(rows)).not.toMatch(/steep|chamber/)
  })

  test('stand in the OpenAPI page', async () => {
    const { paths } = (await app.inject('/api/openapi.json')).json() as { readonly paths: Record<string, object> }
    expect(Object.keys(paths)).toEqual(
      expect.arrayContaining(['/api/admin/articles', '/api/admin/articles/{id}/versions/{version}/restore', '/api/admin/questions']),
    )
  })

  describe('what nobody could answer', () => {
    const ask = (words: string, more: object = {}) =>
      book.take({ words, why: 'nothing-found', shown: [], source: 'Telegram', at: start.toISOString(), ...more })
    const list = async (query = '') =>
      (await ada('GET', `/api/admin/questions${query}`)).body as unknown as {
        readonly items: readonly {
          readonly id: string
          readonly words: string
          readonly times: number
          readonly sources: readonly string[]
          readonly shown: readonly object[]
        }[]
        readonly next: string | null
      }

    test('is kept once for all who ask alike, counted, the newest first', async () => {
      ask('how do I book a parking space?')
      ask('Booking parking spaces', { source: 'Slack' })
      ask('is there a gym', { why: 'none-helped', shown: ['kettle', 'gone'] })
      expect((await list()).items).toEqual([])
      await book.flush()
      ask('parking space booking please?')
      await book.flush()
      const { items, next } = await list()
      expect(items).toMatchObject([
        {
          words: 'is there a gym',
          why: 'none-helped',
          times: 1,
          shown: [
            { id: 'kettle', title: 'Descale the kettle' },
            { id: 'gone', title: 'gone' },
          ],
        },
        { words: 'parking space booking please?', times: 3, sources: ['Slack', 'Telegram'] },
      ])
      expect(next).toBeNull()
      const first = await list('?limit=1')
      expect((await list(`?limit=1&before=${first.next}`)).items[0]).toEqual(items[1])
      expect((await list('?why=none-helped')).items).toHaveLength(1)
    })

    test('is settled, and opens again where it was done and is asked again', async () => {
      const gym = (await list('?why=none-helped')).items[0]!
      expect(await ada('PUT', `/api/admin/questions/${gym.id}`, { state: 'done' })).toMatchObject({ status: 200, body: { ok: true } })
      expect((await list('?why=none-helped')).items).toEqual([])
      expect((await list('?state=done')).items).toMatchObject([{ id: gym.id }])
      ask('is there a gym?', { why: 'none-helped' })
      await book.flush()
      expect((await list('?why=none-helped')).items).toMatchObject([{ id: gym.id, times: 2 }])
      await ada('PUT', `/api/admin/questions/${gym.id}`, { state: 'dismissed' })
      ask('is there a gym?', { why: 'none-helped' })
      await book.flush()
      expect((await list('?why=none-helped')).items).toEqual([])
      expect((await ada('PUT', '/api/admin/questions/999999', { state: 'done' })).status).toBe(404)
      expect((await ada('PUT', `/api/admin/questions/${gym.id}`, { state: 'gone' })).status).toBe(400)
    })

    test('waits in memory only up to a limit, and costs whoever hands it in nothing', async () => {
      const before = performance.now()
      for (let number = 0; number < 2_000; number++) ask(`question number w${number}x about nothing`)
      expect(performance.now() - before).toBeLessThan(100)
      await book.flush()
      const kept = await connection.db
        .selectFrom('unanswered_questions' as never)
        .selectAll()
        .execute()
      expect(kept.length).toBeGreaterThan(400)
      expect(kept.length).toBeLessThanOrEqual(510)
      expect(reported).toEqual([])
    })

    test('is forgotten when nobody has asked for long', async () => {
      expect(await forgetQuestions(connection.db, 36_000)).toBe(0)
      expect(await forgetQuestions(connection.db, 1)).toBeGreaterThan(400)
      expect((await list()).items).toEqual([])
    })
  })
})

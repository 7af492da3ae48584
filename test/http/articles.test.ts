import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeArticleStore, synchronise } from '../../src/store/articles.ts'
import { type ArticleHouse, databases, openArticleHouse, tea } from './articles-house.ts'

describe.each(databases)('articles over HTTP, on $name', ({ url }) => {
  let house: ArticleHouse
  let ada: ArticleHouse['ada']
  beforeAll(async () => {
    house = await openArticleHouse(url)
    ada = house.ada
  })
  afterAll(() => house?.close())

  test('are for admins alone', async () => {
    for (const [method, path] of [
      ['GET', '/api/admin/articles'],
      ['GET', '/api/admin/articles/kettle'],
      ['POST', '/api/admin/articles'],
      ['PUT', '/api/admin/articles/kettle'],
      ['DELETE', '/api/admin/articles/kettle'],
      ['GET', '/api/admin/articles/kettle/versions'],
      ['POST', '/api/admin/articles/kettle/versions/1/restore'],
      ['POST', '/api/admin/articles-trial'],
      ['GET', '/api/admin/questions'],
      ['GET', '/api/admin/questions/1'],
      ['PUT', '/api/admin/questions/1'],
    ] as const) {
      const payload = method === 'POST' || method === 'PUT' ? { ...tea, state: 'draft', version: 1 } : undefined
      expect((await house.anybody(method, path, payload)).body.error.code, path).toMatch(/HUB_SIGN_IN_NEEDED|HUB_BAD_REQUEST/)
      expect((await house.tess(method, path, payload)).status, path).not.toBe(200)
    }
    expect((await house.anybody('POST', '/api/admin/articles', { ...tea, state: 'draft' })).body.error.code).toBe('HUB_SIGN_IN_NEEDED')
    expect((await house.tess('POST', '/api/admin/articles', { ...tea, state: 'draft' })).body.error.code).toBe('HUB_NOT_ALLOWED')
    expect((await house.tess('GET', '/api/admin/questions')).body.error.code).toBe('HUB_NOT_ALLOWED')
  })

  test('are written as drafts, published, changed and taken away, and the search follows at once', async () => {
    expect(await ada('POST', '/api/admin/articles', { ...tea, state: 'draft' })).toMatchObject({
      status: 201,
      body: { id: 'brew-oolong', version: 1 },
    })
    expect(await house.found('oolong teapot')).toEqual([])
    expect(await ada('PUT', '/api/admin/articles/brew-oolong', { ...tea, version: 1, state: 'published' })).toMatchObject({
      status: 200,
      body: { version: 2 },
    })
    expect(await house.found('oolong teapot')).toEqual(['brew-oolong'])
    expect(await house.found('olong taepot')).toEqual(['brew-oolong'])
    await ada('PUT', '/api/admin/articles/brew-oolong', { ...tea, body: 'A gaiwan does as well.', version: 2, state: 'draft' })
    expect(await house.found('gaiwan')).toEqual([])
    await ada('PUT', '/api/admin/articles/brew-oolong', { ...tea, body: 'A gaiwan does as well.', version: 3, state: 'published' })
    expect(await house.found('gaiwan')).toEqual(['brew-oolong'])
    expect(await house.found('leaves steep')).toEqual([])
    expect(await ada('DELETE', '/api/admin/articles/brew-oolong')).toMatchObject({ status: 200 })
    expect(await house.found('oolong teapot gaiwan')).toEqual([])
    const words = await makeArticleStore(house.db).words(['public'])
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
    expect(await house.found('leaves steep')).toEqual(['brew-oolong'])
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
    expect((await ada('GET', '/api/admin/articles/kettle')).body).toMatchObject({
      readOnly: true,
      origin: 'file',
      file: 'config/knowledge/kettle.md',
      state: 'published',
    })
    const body = { ...tea, version: 1, state: 'published' }
    expect((await ada('PUT', '/api/admin/articles/kettle', body)).body.error.code).toBe('HUB_ARTICLE_FROM_FILE')
    expect((await ada('DELETE', '/api/admin/articles/kettle')).body.error.code).toBe('HUB_ARTICLE_FROM_FILE')
    expect((await ada('POST', '/api/admin/articles', { ...tea, id: 'kettle', state: 'draft' })).body.error.code).toBe(
      'HUB_ARTICLE_FROM_FILE',
    )
    expect(await house.found('kettle vinegar')).toEqual(['kettle'])
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
      const { hits, corrected } = await house.knowledge.find(question, ['public'])
      expect(
        hits.map(({ id, title }) => [id, title]),
        question,
      ).toEqual(question.includes('kettle') && hits.length > 0 ? [['kettle', 'Descale the kettle']] : [])
      expect(corrected, question).toEqual([])
      expect(await house.knowledge.ranking(question, ['public'], 10)).not.toContain('plan-of-the-zirconium-vault')
    }
    expect((await house.knowledge.find('zirconum vualt', ['public', 'employees'])).corrected).toEqual([])
    expect((await house.knowledge.find('cantean credits', ['public', 'employees'])).corrected).toEqual([{ from: 'cantean', to: 'canteen' }])
    expect(await house.found('canteen credits', ['public', 'employees'])).toEqual(['canteen-credits'])
    expect(await house.found('zirconum vualt', ['public', 'employees', 'technicians'])).toEqual(['plan-of-the-zirconium-vault'])
    await ada('PUT', '/api/admin/articles/canteen-credits', { ...canteen, audience: 'technicians', version: 1, state: 'published' })
    expect(await house.found('canteen credits', ['public', 'employees'])).toEqual([])
    expect((await house.knowledge.find('cantean credits', ['public', 'employees'])).corrected).toEqual([])
  })

  test('are counted as if all of them had been counted anew', async () => {
    const counts = async () => ({
      words: (await house.db
        .selectFrom('article_words' as never)
        .selectAll()
        .orderBy('word' as never)
        .execute()) as object[],
      terms: (await house.db
        .selectFrom('article_terms' as never)
        .selectAll()
        .orderBy('term' as never)
        .execute()) as object[],
    })
    const bySteps = await counts()
    await synchronise(house.db, [
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
    expect((await ada('GET', '/api/admin/articles?text=teapot')).body).toMatchObject({ items: [{ id: 'brew-oolong', file: null }] })
    expect((await ada('GET', '/api/admin/articles?audience=public')).body).toMatchObject({
      items: [{ id: 'brew-oolong' }, { id: 'kettle' }],
    })
    expect((await ada('GET', '/api/admin/articles?text=%25')).body).toMatchObject({ items: [] })
  })

  test('leave a trace of who did what, without their words', async () => {
    const rows = await house.db.selectFrom('audit').selectAll().where('what', 'like', 'article.%').execute()
    expect(new Set(rows.map(({ what }) => what))).toEqual(new Set(['article.create', 'article.save', 'article.delete', 'article.restore']))
    expect(JSON.stringify(rows)).not.toMatch(/steep|chamber/)
  })

  test('stand in the OpenAPI page', async () => {
    const { paths } = (await house.app.inject('/api/openapi.json')).json() as { readonly paths: Record<string, object> }
    expect(Object.keys(paths)).toEqual(
      expect.arrayContaining([
        '/api/admin/articles',
        '/api/admin/articles/{id}/versions/{version}/restore',
        '/api/admin/articles-trial',
        '/api/admin/questions',
        '/api/admin/questions/{id}',
      ]),
    )
  })
})

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeArticleStore } from '../../src/store/articles.ts'
import { type ArticleHouse, databases, openArticleHouse, tea } from './articles-house.ts'

describe.each(databases)('articles are tried before anybody reads them, on $name', ({ url }) => {
  let house: ArticleHouse
  let ada: ArticleHouse['ada']
  beforeAll(async () => {
    house = await openArticleHouse(url)
    ada = house.ada
    await ada('POST', '/api/admin/articles', { ...tea, state: 'published' })
  })
  afterAll(() => house?.close())

  const attempt = (question: string, more: object = {}) => ada('POST', '/api/admin/articles-trial', { question, ...more })
  const bees = {
    title: 'Beehives on the roof',
    keywords: [],
    audience: 'employees',
    body: 'Keep away from the hives. The beekeeper comes on Mondays.',
  }

  test('a draft is quoted to those who may read it, and nothing of it stays', async () => {
    const before = await makeArticleStore(house.db).words(['employees'])
    const { body } = await attempt('when does the beekeper come to the beehives', { reader: 'employees', draft: bees })
    expect(body).toEqual({
      takenFor: [],
      now: { answer: 'nothing', quote: '', articles: [], corrected: [] },
      withDraft: {
        answer: 'quote',
        quote: 'Keep away from the hives. The beekeeper comes on Mondays.',
        articles: [{ id: null, title: bees.title, draft: true }],
        corrected: [{ from: 'beekeper', to: 'beekeeper' }],
      },
    })
    expect((await attempt('beehives on the roof', { draft: bees })).body).toMatchObject({ withDraft: { answer: 'nothing' } })
    expect(await makeArticleStore(house.db).words(['employees'])).toEqual(before)
    expect(await house.found('beehives roof', ['employees'])).toEqual([])
  })

  test('a changed article stands in the place of what people read', async () => {
    const draft = { ...tea, id: 'brew-oolong', body: 'Three minutes are enough.' }
    expect((await attempt('oolong teapot', { draft })).body).toMatchObject({
      now: { answer: 'quote', quote: tea.body, articles: [{ id: 'brew-oolong', draft: true }] },
      withDraft: { answer: 'quote', quote: 'Three minutes are enough.', articles: [{ id: 'brew-oolong', draft: true }] },
    })
    expect((await attempt('oolong teapot')).body).toMatchObject({
      now: { quote: tea.body, articles: [{ draft: false }] },
      withDraft: null,
    })
  })

  test('what would be taken for a wish is said, and a wrong draft is named by its field', async () => {
    expect((await attempt('reset my password')).body).toMatchObject({ takenFor: [expect.stringMatching(/password/i)] })
    expect((await attempt('oolong', { draft: { ...bees, title: '' } })).body.error.field).toBe('draft.title')
    expect((await attempt(' ')).body.error.field).toBe('question')
  })
})

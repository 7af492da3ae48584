import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { forgetQuestions } from '../../src/store/articles-questions.ts'
import { cpuMs } from '../support/cpu.ts'
import { type ArticleHouse, databases, openArticleHouse, start } from './articles-house.ts'

describe.each(databases)('what nobody could answer, on $name', ({ url }) => {
  let house: ArticleHouse
  let ada: ArticleHouse['ada']
  beforeAll(async () => {
    house = await openArticleHouse(url)
    ada = house.ada
  })
  afterAll(() => house?.close())

  const ask = (words: string, more: object = {}) =>
    house.book.take({ words, why: 'nothing-found', shown: [], source: 'Telegram', at: start.toISOString(), ...more })
  const list = async (query = '') =>
    (await ada('GET', `/api/admin/questions${query}`)).body as unknown as {
      readonly items: readonly {
        readonly id: string
        readonly words: string
        readonly times: number
        readonly sources: readonly string[]
        readonly shown: readonly object[]
        readonly answeredBy: object | null
      }[]
      readonly next: string | null
    }

  test('is kept once for all who ask alike, counted, the newest first', async () => {
    ask('how do I book a parking space?')
    ask('Booking parking spaces', { source: 'Slack' })
    ask('is there a gym', { why: 'none-helped', shown: ['kettle', 'gone'] })
    expect((await list()).items).toEqual([])
    await house.book.flush()
    ask('parking space booking please?')
    await house.book.flush()
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
    const most = await list('?order=most-asked&limit=1')
    expect(most.items).toEqual([items[1]])
    expect((await list(`?order=most-asked&limit=1&before=${most.next}`)).items).toEqual([items[0]])
    expect((await list('?article=kettle')).items).toEqual([items[0]])
    expect((await ada('GET', '/api/admin/articles/kettle')).body).toMatchObject({ unhelped: 1 })
    expect((await ada('GET', `/api/admin/questions/${items[0]!.id}`)).body).toEqual(items[0])
    expect((await ada('GET', '/api/admin/questions?before=x')).body.error.field).toBe('before')
  })

  test('is settled, and opens again where it was done and is asked again', async () => {
    const gym = (await list('?why=none-helped')).items[0]!
    expect(await ada('PUT', `/api/admin/questions/${gym.id}`, { state: 'done', article: 'kettle' })).toMatchObject({
      status: 200,
      body: { ok: true },
    })
    expect((await list('?why=none-helped')).items).toEqual([])
    expect((await list('?state=done')).items).toMatchObject([{ id: gym.id, settledBy: 'Ada' }])
    ask('is there a gym?', { why: 'none-helped' })
    await house.book.flush()
    expect((await list('?why=none-helped')).items).toMatchObject([
      { id: gym.id, times: 2, answeredBy: { id: 'kettle', title: 'Descale the kettle' } },
    ])
    await ada('PUT', `/api/admin/questions/${gym.id}`, { state: 'dismissed', reason: 'Not for us' })
    expect((await list('?state=dismissed')).items).toMatchObject([{ id: gym.id, reason: 'Not for us', answeredBy: null }])
    ask('is there a gym?', { why: 'none-helped' })
    await house.book.flush()
    expect((await list('?why=none-helped')).items).toEqual([])
    expect((await ada('PUT', '/api/admin/questions/999999', { state: 'done' })).status).toBe(404)
    expect((await ada('PUT', `/api/admin/questions/${gym.id}`, { state: 'gone' })).status).toBe(400)
  })

  test('waits in memory only up to a limit, and costs whoever hands it in nothing', async () => {
    const askAll = () => {
      for (let number = 0; number < 2_000; number++) ask(`question number w${number}x about nothing`)
    }
    expect(cpuMs(askAll)).toBeLessThan(2_000)
    await house.book.flush()
    const kept = await house.db
      .selectFrom('unanswered_questions' as never)
      .selectAll()
      .execute()
    expect(kept.length).toBeGreaterThan(400)
    expect(kept.length).toBeLessThanOrEqual(510)
    expect(house.reported).toEqual([])
  })

  test('is forgotten when nobody has asked for long', async () => {
    expect(await forgetQuestions(house.db, 36_000)).toBe(0)
    expect(await forgetQuestions(house.db, 1)).toBeGreaterThan(400)
    expect((await list()).items).toEqual([])
  })
})

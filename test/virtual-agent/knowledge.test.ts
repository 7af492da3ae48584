import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { measure } from '../../bench/knowledge.ts'
import { makeArticleStore, synchronise } from '../../src/store/articles.ts'
import { type Connection, connect } from '../../src/store/connect.ts'
import { migrate } from '../../src/store/migrate.ts'
import { editsBetween, makeCorrector } from '../../src/virtual-agent/knowledge/correct.ts'
import { loadArticles, loadSynonyms, parseArticle } from '../../src/virtual-agent/knowledge/load.ts'
import { passagesOf, sentencesOf } from '../../src/virtual-agent/knowledge/passages.ts'
import { rank } from '../../src/virtual-agent/knowledge/rank.ts'
import { makeKnowledge, quoteOf } from '../../src/virtual-agent/knowledge/search.ts'
import type { Article } from '../../src/virtual-agent/ports.ts'
import { cpuMs } from '../support/cpu.ts'
import { postgresUrl } from '../support/services.ts'

const article = (id: string, title: string, body: string, more: Partial<Article> = {}): Article => ({
  id,
  title,
  body,
  keywords: [],
  audience: 'public',
  updated: '2026-06-01',
  ...more,
})
const some: readonly Article[] = [
  article(
    'kettle',
    'Descale the kettle',
    'Fill the kettle with vinegar and water. Boil it, wait ten minutes and rinse it twice.\n\n## When it leaks\n\nReplace the rubber seal under the lid.',
    { keywords: ['limescale'] },
  ),
  article('bicycle', 'Mend a flat bicycle tyre', 'Take the wheel off. Find the hole under water and glue a patch on it.'),
  article('plan', 'Plan of the vault', 'The vault has two doors.', { audience: 'technicians' }),
]

const postgres = await postgresUrl()
afterAll(() => postgres?.drop())

const databases: readonly { readonly name: string; readonly url?: string }[] = [
  { name: 'PGlite' },
  ...(postgres === undefined ? [] : [{ name: 'Postgres', url: postgres.url }]),
]

describe.each(databases)('articles on $name', ({ url }) => {
  let connection: Connection
  beforeAll(async () => {
    connection = await connect(url === undefined ? {} : { databaseUrl: url })
    await migrate(connection)
  })
  afterAll(() => connection.close())

  test('are written once, changed when their file changes, and removed with it', async () => {
    expect(await synchronise(connection.db, some)).toEqual({ added: 3, changed: 0, removed: 0 })
    expect(await synchronise(connection.db, some)).toEqual({ added: 0, changed: 0, removed: 0 })
    const changed = [...some.slice(0, 2), { ...some[2]!, body: 'The vault has three doors.' }]
    expect(await synchronise(connection.db, [...changed, article('extra', 'An extra page', 'Nothing much.')])).toEqual({
      added: 1,
      changed: 1,
      removed: 0,
    })
    expect(await synchronise(connection.db, changed)).toEqual({ added: 0, changed: 0, removed: 1 })
    const { words } = await makeArticleStore(connection.db).words(['public', 'technicians'])
    expect(words).toContainEqual({ word: 'three', documents: 1 })
    expect(words.map(({ word }) => word)).not.toContain('extra')
  })

  test('of another origin stay, and cannot be overwritten by a file', async () => {
    await connection.db
      .updateTable('articles' as never)
      .set({ origin: 'desk' } as never)
      .where('id' as never, '=', 'plan' as never)
      .execute()
    expect(await synchronise(connection.db, some.slice(0, 2))).toEqual({ added: 0, changed: 0, removed: 0 })
    await expect(synchronise(connection.db, some)).rejects.toThrow(/"plan" is kept in the database already/)
    await connection.db
      .updateTable('articles' as never)
      .set({ origin: 'file' } as never)
      .where('id' as never, '=', 'plan' as never)
      .execute()
  })

  test('are found by any of the words, stemmed, with typing mistakes and by synonyms', async () => {
    const knowledge = await makeKnowledge({ articles: makeArticleStore(connection.db), synonyms: [['puncture', 'flat']] })
    const first = async (question: string) => (await knowledge.find(question, ['public'])).hits[0]?.id
    expect(await first('descaling kettles')).toBe('kettle')
    expect(await first('limescale')).toBe('kettle')
    expect(await first('bycicle')).toBe('bicycle')
    expect(await first('puncture')).toBe('bicycle')
    expect((await knowledge.find('my bycicle', ['public'])).corrected).toEqual([{ from: 'bycicle', to: 'bicycle' }])
  })

  test('are quoted where the question is covered, and only named or left out where it is not', async () => {
    const knowledge = await makeKnowledge({ articles: makeArticleStore(connection.db) })
    const sure = await knowledge.find('kettle leaks at the rubber seal', ['public'])
    expect(sure).toMatchObject({ sure: true, quote: 'Replace the rubber seal under the lid.' })
    expect(await knowledge.find('water polo championship final score', ['public'])).toMatchObject({ sure: false, quote: '' })
    expect(await knowledge.find('what is this?', ['public'])).toMatchObject({ sure: false, hits: [] })
    expect(await knowledge.find('', ['public'])).toMatchObject({ sure: false, hits: [] })
  })

  test('are seen only by their readers', async () => {
    const store = makeArticleStore(connection.db)
    const knowledge = await makeKnowledge({ articles: store })
    expect((await knowledge.find('plan of the vault', ['public', 'employees'])).hits).toEqual([])
    expect((await knowledge.find('plan of the vault', ['technicians'])).hits[0]?.id).toBe('plan')
    expect(await store.article('plan', ['public'])).toBeUndefined()
    expect(await store.article('plan', ['technicians'])).toMatchObject({ id: 'plan', updated: '2026-06-01', keywords: [] })
    expect(await store.article('nowhere', ['public'])).toBeUndefined()
  })

  test('take a question as words, whatever it is made of', async () => {
    const knowledge = await makeKnowledge({ articles: makeArticleStore(connection.db) })
    for (const question of [
      "kettle' | !",
      '& | ! ( ) <-> :*',
      "'; drop table articles; --",
      'http://a.example/b?c=1&d=2 kettle',
      'c:\\kettle\\x',
      'kettle '.repeat(5000),
      '🙂 \ud800 kettle',
      'wi-fi-kettle x<2>y',
    ]) {
      await expect(knowledge.find(question, ['public'])).resolves.toBeDefined()
    }
    expect((await knowledge.find("kettle' | !", ['public'])).hits[0]?.id).toBe('kettle')
  })
})

describe('ranking', () => {
  test('puts a rare word above a common one, and the title above the body', () => {
    const term = (documents: number, where: Partial<{ title: number; body: number }>) => ({
      term: 't',
      weight: 1,
      title: 0,
      keywords: 0,
      body: 0,
      documents,
      ...where,
    })
    const base = {
      articles: 100,
      averageLength: 50,
      asked: [
        { term: 'a', documents: 90 },
        { term: 'b', documents: 2 },
      ],
    }
    const of = (id: string, ...terms: readonly ReturnType<typeof term>[]) => ({ id, title: id, length: 50, terms })
    expect(rank({ ...base, found: [of('common', term(90, { body: 3 })), of('rare', term(2, { body: 1 }))] }).map(({ id }) => id)).toEqual([
      'rare',
      'common',
    ])
    const [best] = rank({ ...base, found: [of('body', term(2, { body: 1 })), of('title', term(2, { title: 1 }))] })
    expect(best).toMatchObject({ id: 'title' })
    expect(best!.coverage).toBeGreaterThan(0.9)
    expect(best!.focus).toBe(best!.coverage)
  })
})

describe('typing mistakes', () => {
  const vocabulary = ['printer', 'password', 'vpn', 'wifi', 'outlook', 'monitor'].map((word) => ({ word, documents: 1 }))
  test.each([
    ['pritner', 'printer'],
    ['pasword', 'password'],
    ['vnp', 'vpn'],
    ['wfii', 'wifi'],
    ['outlok', 'outlook'],
  ])('%s is taken for %s', (typed, meant) => expect(makeCorrector(vocabulary)(typed)).toBe(meant))
  test.each(['printer', 'printers', 'printing', 'van', 'banana', 'x', '1234567', 'known'])('%s is left alone', (typed) =>
    expect(makeCorrector(vocabulary, ['known'])(typed)).toBeUndefined(),
  )
  test('edits are counted with swapped neighbours as one, and not beyond the limit', () => {
    expect(editsBetween('abc', 'acb', 2)).toBe(1)
    expect(editsBetween('kitten', 'sitting', 3)).toBe(3)
    expect(editsBetween('aaaa', 'bbbb', 2)).toBe(3)
  })
  test('a word is looked up among 60,000 without comparing it with each', () => {
    const random = (seed: number) =>
      Array.from({ length: 4 + (seed % 8) }, (_, at) => String.fromCharCode(97 + ((seed * (at + 3) * 7919 + at * 31) % 26))).join('')
    const corrector = makeCorrector(Array.from({ length: 60_000 }, (_, seed) => ({ word: random(seed), documents: 1 })))
    corrector('warmingupp')
    const lookUp = () => {
      for (let times = 0; times < 10; times++)
        for (const word of ['pritnerr', 'qwertzuio', 'documnet', 'zzyzxqj', 'applicaton']) corrector(word)
    }
    expect(cpuMs(lookUp)).toBeLessThan(2_000)
  })
})

describe('article files', () => {
  const front = '---\nid: a-b\ntitle: A title\naudience: public\n---\n'
  test('say what is wrong with them', () => {
    expect(() => parseArticle('a.md', 'no front matter')).toThrow(/a\.md: an article begins with its front matter/)
    expect(() => parseArticle('a.md', `${front}\n`)).toThrow(/a\.md: the article has no text/)
    expect(() => parseArticle('a.md', '---\nid: A B\ntitle: Title\naudience: public\n---\nx')).toThrow(/a\.md: id: must be lower-case/)
    expect(() => parseArticle('a.md', '---\nid: a\ntitle: Title\naudience: everyone\n---\nx')).toThrow(/a\.md: audience/)
    expect(() => parseArticle('a.md', '---\nid: [\n---\nx')).toThrow(/a\.md: the front matter is not YAML/)
  })
  test('may have Windows line ends and a byte order mark', () => {
    expect(parseArticle('a.md', `\uFEFF${front}Hello\n\nworld`.replaceAll('\n', '\r\n'))).toMatchObject({
      id: 'a-b',
      body: 'Hello\n\nworld',
      updated: null,
    })
  })
  test('as shipped are twenty-five of 250 to 600 words, with their id as their name', async () => {
    const folder = new URL('../../config/knowledge', import.meta.url).pathname
    const articles = await loadArticles(folder)
    expect(articles.length).toBeGreaterThanOrEqual(25)
    for (const { id, body, keywords, updated } of articles) {
      const words = body.split(/\s+/).length
      expect(words, id).toBeGreaterThanOrEqual(250)
      expect(words, id).toBeLessThanOrEqual(600)
      expect(keywords.length, id).toBeGreaterThanOrEqual(5)
      expect(updated, id).toMatch(/^\d{4}-\d\d-\d\d$/)
    }
    expect((await loadSynonyms(`${folder}/synonyms.yaml`)).length).toBeGreaterThan(10)
    expect(await loadSynonyms(`${folder}/no-such-file.yaml`)).toEqual([])
  })
})

describe('passages', () => {
  test('end at headings and know the one they stand under', () => {
    expect(passagesOf('Opening.\n\n## One\n\nFirst.\n\nSecond.\n\n## Two\nThird.')).toEqual([
      { heading: '', text: 'Opening.' },
      { heading: 'One', text: 'First.\n\nSecond.' },
      { heading: 'Two', text: 'Third.' },
    ])
  })
  test('fall into sentences; an item of a list is one', () => {
    expect(sentencesOf('Press it. Wait 2.5 s, then go! Done?')).toEqual(['Press it.', 'Wait 2.5 s, then go!', 'Done?'])
    expect(sentencesOf('1. First step\n2. Second step.\n- A dash')).toEqual(['First step', 'Second step.', 'A dash'])
  })
  test('are quoted in three sentences at most', () => {
    const quote = quoteOf({ title: 'Fruit', body: 'One about apples. Two. Three. Four. Five.' }, ['apples'])
    expect(quote).toBe('One about apples. Two. Three.')
  })
})

describe('the bench of knowledge', () => {
  test('measures recall and the mean reciprocal rank', async () => {
    const result = await measure(
      [
        { id: 'a', title: 'Tea', body: 'Boil water and let the leaves steep.' },
        { id: 'b', title: 'Coffee', body: 'Grind the beans and pour water over them.' },
      ],
      [
        { question: 'how long do leaves steep', id: 'a' },
        { question: 'grinding beans', id: 'b' },
        { question: 'tea', id: 'b' },
      ],
    )
    expect(result).toMatchObject({ articles: 2, questions: 3 })
    expect(result.recallAt1).toBeCloseTo(2 / 3)
    expect(result.mrrAt10).toBeCloseTo(2 / 3)
  })
})

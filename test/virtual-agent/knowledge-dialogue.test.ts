import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { VirtualAgent } from '../../src/core/virtual-agent.ts'
import { makeArticleStore, synchronise } from '../../src/store/articles.ts'
import type { Connection } from '../../src/store/connect.ts'
import { migrate } from '../../src/store/migrate.ts'
import { LONGEST_IN_CHAT, open, quote } from '../../src/virtual-agent/dialogues/articles.ts'
import { loadArticles } from '../../src/virtual-agent/knowledge/load.ts'
import type { Knowledge } from '../../src/virtual-agent/knowledge/search.ts'
import type { Heard as Unanswered } from '../../src/virtual-agent/knowledge/unanswered.ts'
import { loadVirtualAgent } from '../../src/virtual-agent/load.ts'
import { emptyNotes } from '../../src/virtual-agent/notes.ts'
import type { Article } from '../../src/virtual-agent/ports.ts'
import { openMemory } from '../support/template.ts'
import { pressed, servicesAway, talkTo, valuesIn, wordsIn } from './house.ts'

const folder = (name: string) => new URL(`../../config/${name}`, import.meta.url).pathname
const told: Unanswered[] = []
let connection: Connection
let agent: VirtualAgent
let writes: string | null = null

/** Stands where a language model stands. */
const answering = (knowledge: Knowledge): Knowledge => ({
  ...knowledge,
  async find(question, audiences) {
    const found = await knowledge.find(question, audiences)
    return writes === null ? found : { ...found, sure: true, written: { text: writes, from: [found.hits[0]!.title] } }
  },
})
beforeAll(async () => {
  connection = await openMemory()
  await migrate(connection)
  const taught = await loadArticles(folder('knowledge'))
  await synchronise(connection.db, taught)
  agent = await loadVirtualAgent({
    articles: makeArticleStore(connection.db),
    taught,
    phrasesFolder: folder('phrases'),
    knowledgeFolder: folder('knowledge'),
    deskName: 'the IT service desk',
    hours: { words: 'Monday to Friday' },
    services: servicesAway,
    unanswered: (question) => told.push(question),
    sourceOf: () => 'Telegram',
    answering,
  })
})
afterAll(() => connection.close())

describe('what nobody could answer is told to the authors:', () => {
  test('nothing was found, with people and secrets masked', async () => {
    told.length = 0
    await talkTo(agent)('how do I reserve the zeppelin hangar, ana@people.example')
    expect(told).toMatchObject([
      { words: 'how do I reserve the zeppelin hangar, [e-mail]', shown: [], source: 'Telegram', event: expect.any(String) },
    ])
    expect(told[0]!.why).toMatch(/nothing-found|out-of-scope/)
  })

  test('none of what was shown helped, with what was shown', async () => {
    told.length = 0
    const say = talkTo(agent)
    expect(valuesIn(await say('how do I connect to the VPN?'))).toContain('article:vpn-connect')
    await say(pressed('article:vpn-connect'))
    expect(told).toEqual([])
    await say(pressed('none_helped'))
    expect(told).toMatchObject([{ words: 'how do I connect to the VPN?', why: 'none-helped', shown: ['vpn-connect'] }])
  })

  test('but not what was answered, greeted or handed over', async () => {
    told.length = 0
    for (const words of ['hello', 'my screen flickers', 'thanks', 'talk to a technician', 'what are your hours']) await talkTo(agent)(words)
    expect(told).toEqual([])
  })
})

describe('an answer in words of a language model', () => {
  test('stands in place of the quotation, names its article, and offers to open it', async () => {
    writes = 'Open the client & press *Connect* [here](https://evil.example) _now_.'
    const answer = await talkTo(agent)('how do I connect to the VPN from home?')
    writes = null
    expect(wordsIn(answer)).toContain('\\*Connect\\* \\[here\\](https://evil.example) \\_now\\_')
    expect(wordsIn(answer)).toContain('From the article **Connect to the VPN from home**')
    expect(wordsIn(answer)).not.toContain('Check that you are online')
    expect(valuesIn(answer)).toContain('article:vpn-connect')
    expect(valuesIn(answer)).toContain('none_helped')
  })

  test('names every article that it rests on', () => {
    const hit = { id: 'a', title: 'A', score: 1, coverage: 1, focus: 1 }
    const found = {
      sure: true,
      hits: [hit, { ...hit, id: 'b', title: 'B' }],
      quote: 'Quoted.',
      corrected: [],
      written: { text: 'Said.', from: ['A', 'B'] },
    }
    const [first] = quote(emptyNotes(null), found, []).say
    expect(first).toMatchObject({ text: 'This may help:\n\nSaid.\n\nFrom the articles **A**, **B**' })
  })
})

describe('an article', () => {
  const article = (body: string, more: Partial<Article> = {}): Article => ({
    id: 'a',
    title: 'A title',
    keywords: [],
    audience: 'public',
    updated: null,
    body,
    link: 'https://desk.example/articles/a?signature=s',
    ...more,
  })
  const said = (one: Article): string => {
    const [first] = open(emptyNotes(null), one).say
    return first.type === 'text' ? first.text : ''
  }
  const paragraph = 'Words of a paragraph that goes on. '.repeat(20).trim()
  const long = Array.from({ length: 8 }, (_, at) => `## Part ${at + 1}\n\n${paragraph}`).join('\n\n')

  test('that is short is said whole, without a link', () => {
    expect(said(article(`Hello.\n\n${paragraph}`))).toBe(`**A title**\n\nHello.\n\n${paragraph}`)
    expect(said(article('x'.repeat(LONGEST_IN_CHAT)))).not.toContain('https:')
  })

  test('that is long is begun, and its link leads to the part that comes next', () => {
    const text = said(article(`Opening.\n\n${long}`))
    expect(text).toContain('Opening.\n\n**Part 1**')
    expect(text).toContain('**Part 2**')
    expect(text).not.toContain('**Part 3**')
    expect(text.endsWith('[Read the rest of this article](https://desk.example/articles/a?signature=s#part-3)')).toBe(true)
    expect(text.length).toBeLessThan(LONGEST_IN_CHAT)
  })

  test('whose section is cut leads to that section', () => {
    expect(said(article(`## Only\n\n${`${paragraph}\n\n`.repeat(8)}`))).toMatch(/#part-1\)$/)
    expect(said(article(`${paragraph}\n\n`.repeat(8)))).toMatch(/signature=s\)$/)
  })

  test('of one huge block, or one huge listing, is begun too', () => {
    for (const body of ['word '.repeat(2_000), `\`\`\`\n${'line\n\n'.repeat(2_000)}\`\`\``]) {
      const text = said(article(body))
      expect(text.length).toBeLessThan(LONGEST_IN_CHAT)
      expect(text).toContain('Read the rest')
    }
  })

  test('that has no link is said whole, however long', () => {
    const { link: _, ...without } = article(long)
    expect(said(without)).toContain('**Part 8**')
  })
})

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeGate } from '../../src/virtual-agent/answer/breaker.ts'
import { judge } from '../../src/virtual-agent/answer/judge.ts'
import { passagesFor } from '../../src/virtual-agent/answer/passages.ts'
import { loadArticles } from '../../src/virtual-agent/knowledge/load.ts'
import { maskPersonal } from '../../src/virtual-agent/knowledge/personal.ts'
import { freePort } from '../support/free-port.ts'
import { type Answering, answerOf, goodOf, openAnswering, type Subject, subjects } from './answering.ts'
import type { Script } from './endpoint.ts'

let answering: Answering
let knowledge: Answering['knowledge']
let endpoint: Answering['endpoint']
let open: Answering['open']
beforeAll(async () => {
  answering = await openAnswering()
  ;({ knowledge, endpoint, open } = answering)
})
afterAll(() => answering.close())

describe('an answer that the passages bear out', () => {
  test.each(subjects.map((subject) => [subject.article.id, subject] as const))(
    'is said in place of the quotation: %s',
    async (_, subject) => {
      const { find, noted } = open()
      for (const whole of [false, true]) {
        endpoint.will({ do: 'say', say: answerOf(goodOf(subject)), whole })
        const found = await find(subject.question)
        expect(found).toMatchObject({ sure: true, written: { text: subject.good.text, from: [subject.article.title] } })
        expect(found.hits[0]!.id).toBe(subject.article.id)
      }
      expect(noted).toMatchObject([
        { outcome: 'answered', cites: [subject.article.id], tokens: 123 },
        { outcome: 'answered', tokens: 123 },
      ])
    },
  )

  test('may stand in a fence, and its order stays', async () => {
    const [vpn] = subjects as readonly [Subject]
    const wait = 'Wait five minutes and run netsh winsock reset.'
    const second = {
      text: wait,
      cites: [passagesFor([vpn.article], vpn.question).find(({ text }) => text.includes('netsh'))!.id],
      quote: 'Wait five minutes and run netsh winsock reset',
    }
    endpoint.will({ do: 'say', say: `Here it is:\n\`\`\`json\n${answerOf(goodOf(vpn), second)}\n\`\`\`` })
    expect((await open().find(vpn.question)).written?.text).toBe(`${vpn.good.text} ${wait}`)
  })

  test('is asked for with the question and passages alone, personal things masked, and no tools', async () => {
    const [vpn] = subjects as readonly [Subject]
    endpoint.will({ do: 'say', say: answerOf(goodOf(vpn)) })
    const { find } = open({ key: 'sk-of-tests' })
    await find(`${vpn.question}? ana@people.example +43 660 1234567 my password is Tr0ub4dor&3`)
    const [call] = endpoint.calls
    expect(call).toMatchObject({ path: '/v1/chat/completions', key: 'Bearer sk-of-tests', body: { max_tokens: 300, stream: true } })
    expect(call!.text).not.toMatch(/ana@people|1234567|Tr0ub4dor|sk-of-tests|vault|guard/)
    expect(call!.body.tools).toBeUndefined()
    expect(call!.body.messages.map(({ role }) => role)).toEqual(['system', 'user'])
    const user = JSON.parse(call!.body.messages[1]!.content) as { readonly question: string; readonly passages: readonly object[] }
    expect(Object.keys(user)).toEqual(['question', 'passages'])
    expect(user.question).toContain('[e-mail]')
    expect(user.passages.length).toBeLessThanOrEqual(8)
    expect(call!.body.messages[0]!.content).not.toContain(vpn.question)
  })

  test('is asked for without a schema, and without a stream, where the endpoint knows neither', async () => {
    const [vpn] = subjects as readonly [Subject]
    const { find } = open()
    endpoint.will({ do: 'status', status: 400 }, { do: 'status', status: 400 }, { do: 'say', say: answerOf(goodOf(vpn)) })
    expect((await find(vpn.question)).written?.text).toBe(vpn.good.text)
    expect(endpoint.calls.map(({ body }) => [body.response_format !== undefined, body.stream === true])).toEqual([
      [true, true],
      [false, true],
      [false, false],
    ])
    endpoint.will({ do: 'say', say: answerOf(goodOf(vpn)) })
    await find(vpn.question)
    expect(endpoint.calls).toHaveLength(1)
  })

  test('is not asked for where the articles do not cover the question, or only those of others would', async () => {
    const { find, noted } = open()
    endpoint.will({ do: 'status', status: 500 })
    for (const question of ['who won the cup final in the rain yesterday', 'what is the combination of the vault', '']) await find(question)
    expect(endpoint.calls).toEqual([])
    expect(noted).toEqual([])
  })
})

test('every sentence of the articles that are shipped is borne out by itself', async () => {
  const folder = new URL('../../config/knowledge', import.meta.url).pathname
  let sentences = 0
  for (const article of await loadArticles(folder)) {
    const passages = passagesFor([article], article.title)
    for (const { id, text } of passages) {
      for (const sentence of text.split(/\n|(?<=[.!?])\s+/).filter(({ length }) => length > 15 && length < 300)) {
        const said = { text: sentence.replace(/^\d+\. /, ''), cites: [id], quote: sentence }
        expect(judge({ answerable: true, sentences: [said] }, passages), sentence).toHaveLength(1)
        sentences++
      }
    }
  }
  expect(sentences).toBeGreaterThan(400)
})

describe('where the endpoint fails, the answer is that of the search, and in time:', () => {
  const [vpn] = subjects as readonly [Subject]
  const failing: readonly (readonly [string, Script | readonly Script[], RegExp])[] = [
    ['it never says a word', { do: 'silence' }, /silent/],
    ['it begins and never says a word', { do: 'silence', headers: true }, /silent/],
    ['it drips for ever', { do: 'drip', everyMs: 20 }, /slow/],
    ['429, again', { do: 'status', status: 429, retryAfter: '0' }, /status 429/],
    ['429 for an hour', { do: 'status', status: 429, retryAfter: '3600' }, /status 429/],
    ['500, again', { do: 'status', status: 500 }, /status 500/],
    ['401', { do: 'status', status: 401 }, /status 401/],
    ['400, whatever the form', { do: 'status', status: 400 }, /status 400/],
    ['it breaks off', { do: 'cut', say: answerOf({ text: 'x', cites: ['P1'], quote: 'x' }).slice(0, 30) }, /.+/],
    ['it ends in the middle', { do: 'cut', say: '{"answerable": true, "sentences": [', politely: true }, /cut/],
    ['a whole answer without its end', { do: 'cut', say: answerOf(goodOf(vpn)), politely: true }, /cut/],
    ['words in place of JSON', { do: 'say', say: 'Sure! Just restart it.' }, /malformed/],
    ['JSON of another form', { do: 'say', say: '{"answer": "restart it"}' }, /malformed/],
    ['a broken stream', { do: 'raw', type: 'text/event-stream', body: 'data: {"choices": [\n\n' }, /malformed/],
    [
      'an error inside the stream',
      { do: 'raw', type: 'text/event-stream', body: 'data: {"error": {"message": "overloaded"}}\n\n' },
      /malformed/,
    ],
    ['a page in place of an answer', { do: 'raw', type: 'text/html', body: '<h1>Welcome</h1>' }, /malformed/],
    ['an empty answer', { do: 'raw', type: 'application/json', body: '' }, /malformed/],
    ['a call of a tool', { do: 'tool' }, /tool-call/],
    ['a call of a tool at once', { do: 'tool', whole: true }, /tool-call/],
    ['an endless answer', { do: 'flood' }, /too-large/],
    ['another address', { do: 'redirect', to: 'http://127.0.0.1:1/v1/chat/completions' }, /.+/],
  ]
  test.each(failing)('%s', async (_, script, why) => {
    endpoint.will(...[script].flat())
    const plain = await knowledge.find(vpn.question, ['public'])
    const { find, noted } = open({ firstTokenSeconds: 0.3, timeoutSeconds: 0.8 })
    const before = performance.now()
    expect(await find(vpn.question)).toEqual(plain)
    expect(performance.now() - before).toBeLessThan(6_000)
    expect(noted).toMatchObject([{ outcome: 'failed', why: expect.stringMatching(why) }])
  })

  test('nobody listens', async () => {
    const { find, noted } = open({ baseUrl: `http://127.0.0.1:${await freePort()}/v1` })
    expect((await find(vpn.question)).written).toBeUndefined()
    expect(noted).toMatchObject([{ outcome: 'failed', why: 'ECONNREFUSED' }])
  })

  test.each([
    ['429', { do: 'status', status: 429, retryAfter: '0' } as const],
    ['503', { do: 'status', status: 503 } as const],
  ])('but after one %s it is asked once more', async (_, script) => {
    endpoint.will(script, { do: 'say', say: answerOf(goodOf(vpn)) })
    const { find } = open()
    expect((await find(vpn.question)).written?.text).toBe(vpn.good.text)
    expect(endpoint.calls).toHaveLength(2)
  })
})

describe('calls are kept few', () => {
  const [vpn] = subjects as readonly [Subject]
  test('after five failures nobody asks for five minutes, then one does', async () => {
    let at = 1_000_000
    const { find, noted } = open({}, { now: () => at, failures: 5 })
    endpoint.will({ do: 'status', status: 401 })
    for (let call = 0; call < 7; call++) await find(vpn.question)
    expect(endpoint.calls).toHaveLength(5)
    expect(noted.map(({ outcome }) => outcome)).toEqual([...Array(5).fill('failed'), 'resting', 'resting'])
    at += 300_001
    await find(vpn.question)
    await find(vpn.question)
    expect(endpoint.calls).toHaveLength(6)
    at += 300_001
    endpoint.will({ do: 'say', say: answerOf(goodOf(vpn)) })
    for (let call = 0; call < 3; call++) expect((await find(vpn.question)).written).toBeDefined()
  })

  test('failures that lie more than a minute apart do not count together', () => {
    let at = 0
    const gate = makeGate({ now: () => at, atOnce: 1, dailyTokens: 1e9, failures: 5, withinMs: 60_000, restMs: 300_000 })
    for (let call = 0; call < 20; call++) {
      const entry = gate.enter(1)
      if (typeof entry === 'string') throw new Error(entry)
      entry.leave({ ok: false, tokens: 0 })
      at += 16_000
    }
  })

  test('so many at once, and so many tokens a day', async () => {
    let at = 0
    const gate = makeGate({ now: () => at, atOnce: 2, dailyTokens: 1_000, failures: 5, withinMs: 60_000, restMs: 300_000 })
    const one = gate.enter(300)
    const two = gate.enter(300)
    expect(gate.enter(1)).toBe('busy')
    if (typeof one === 'string' || typeof two === 'string') throw new Error('refused')
    one.leave({ ok: true, tokens: 500 })
    two.leave({ ok: true, tokens: 400 })
    expect(gate.enter(101)).toBe('spent')
    at += 86_400_000
    expect(typeof gate.enter(101)).toBe('object')
  })
})

describe('masked before anything is sent', () => {
  test.each([
    ['write to ana.lee+it@mail.example.org please', 'write to [e-mail] please'],
    ['call +43 (660) 123-45-67 now', 'call [number] now'],
    ['my number is 0660 1234567', 'my number is [number]'],
    ['the key sk-proj-abc123def456ghi789jkl', 'the key [secret]'],
    ['https://ana:hunter22@host.example/x', 'https://[secret]@host.example/x'],
    ['my password is Tr0ub4dor&3', 'my password is ••••••••'],
    ['error 0x80070005 on Windows 11 in room 4400', 'error 0x80070005 on Windows 11 in room 4400'],
    ['since 2026-06-01 at 10:30 from 192.168.100.12', 'since 2026-06-01 at 10:30 from 192.168.100.12'],
    ['the body was {4f9a1c77d20b8e35a6c1d9f0} then', 'the body was {[secret]} then'],
    ['error 80070005 again', 'error 80070005 again'],
    ['INC0012345 is still open', 'INC0012345 is still open'],
  ])('%s', (text, masked) => expect(maskPersonal(text)).toBe(masked))
})

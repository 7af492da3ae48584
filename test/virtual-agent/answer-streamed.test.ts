import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readSentences } from '../../src/virtual-agent/answer/sentences.ts'
import { type Answering, answerOf, goodOf, openAnswering, type Sentence, type Subject, subjects } from './answering.ts'
import type { Performance } from './endpoint.ts'

let answering: Answering
beforeAll(async () => {
  answering = await openAnswering()
}, 60_000)
afterAll(() => answering.close())

const [vpn] = subjects as readonly [Subject]
const OPENING = '{"answerable": true, "sentences": ['

/** Asks while the endpoint performs; `shown` is everything that was told before the answer was there. */
function ask(perform: (performance: Performance, shown: readonly string[]) => Promise<void>, settings = {}, gated = {}) {
  const shown: string[] = []
  const stop = new AbortController()
  answering.endpoint.will({ do: 'perform', perform: (performance) => perform(performance, shown) })
  const { find, noted } = answering.open(settings, gated)
  const ask = () => find(vpn.question, { stop: stop.signal, soFar: (text) => shown.push(text) })
  return { found: ask(), again: ask, shown, stop, noted }
}
const plain = () => answering.knowledge.find(vpn.question, ['public'])

describe('an answer in the making', () => {
  test('is told sentence by sentence, each as soon as it is whole, and ends as the answer', async () => {
    const { found, shown } = ask(async ({ says, ends, sentences }, shown) => {
      const [one, two] = sentences as [Sentence, Sentence]
      says(OPENING + JSON.stringify(one))
      await expect.poll(() => shown).toEqual([one.text])
      says(`, ${JSON.stringify(two).slice(0, -1)}`)
      says('}')
      await expect.poll(() => shown).toEqual([one.text, `${one.text} ${two.text}`])
      says(']}')
      ends()
    })
    const { written } = await found
    expect(shown).toHaveLength(2)
    expect(written?.text).toBe(shown[1])
  })

  test('leaves out what is altered in its second sentence, and goes on', async () => {
    const { found, shown } = ask(async ({ says, ends, sentences }) => {
      const [one, two] = sentences as [Sentence, Sentence]
      const altered = { ...two, text: vpn.number, cites: ['P1', 'P2'] }
      says(`${OPENING}${[one, altered, two].map((sentence) => JSON.stringify(sentence)).join()}]}`)
      ends()
    })
    expect((await found).written?.text).toBe(shown[1])
    expect(shown).toHaveLength(2)
    expect(shown.join()).not.toContain('24')
  })

  test.each([
    ['breaks off in the middle of a sentence', (at: Performance) => at.cuts()],
    ['is an error from there on', (at: Performance) => at.fails()],
  ])('that %s becomes the plain one', async (_, end) => {
    const { found, shown, noted } = ask(async (at, told) => {
      const [one, two] = at.sentences as [Sentence, Sentence]
      at.says(`${OPENING}${JSON.stringify(one)}, ${JSON.stringify(two).slice(0, 40)}`)
      await expect.poll(() => told.length).toBe(1)
      end(at)
    })
    expect(await found).toEqual(await plain())
    expect(shown).toHaveLength(1)
    expect(noted).toMatchObject([{ outcome: 'failed' }])
  })

  test('that comes to a halt after a sentence becomes the plain one when its time is over', async () => {
    const { found, shown, noted } = ask(
      async ({ says, gone, sentences }) => {
        says(OPENING + JSON.stringify(sentences[0]))
        await gone
      },
      { timeoutSeconds: 4 },
    )
    expect(await found).toEqual(await plain())
    expect(shown).toHaveLength(1)
    expect(noted).toMatchObject([{ outcome: 'failed', why: 'slow' }])
  })

  test('is let go when nobody waits for it any more: nothing more is told, and the model is not to blame', async () => {
    let calls = 0
    const asked = ask(
      async ({ says, gone, sentences }) => {
        calls += 1
        says(OPENING + JSON.stringify(sentences[0]))
        await gone
        says(`, ${JSON.stringify(sentences[1])}]}`)
      },
      {},
      { failures: 1 },
    )
    await expect.poll(() => asked.shown.length).toBe(1)
    asked.stop.abort()
    expect(await asked.found).toEqual(await plain())
    expect(asked.shown).toHaveLength(1)
    expect(asked.noted).toMatchObject([{ outcome: 'stopped' }])
    // Nobody is asked for what is not wanted from the start.
    expect(await asked.again()).toEqual(await plain())
    expect(calls).toBe(1)
  })

  test('that was let go does not keep the next one from being asked for', async () => {
    const { find, noted } = answering.open({}, { failures: 1 })
    const stop = new AbortController()
    answering.endpoint.will({
      do: 'perform',
      perform: async ({ gone }) => {
        stop.abort()
        await gone
      },
    })
    await find(vpn.question, { stop: stop.signal })
    answering.endpoint.will({ do: 'say', say: answerOf(goodOf(vpn)) })
    expect((await find(vpn.question)).written?.text).toBe(vpn.good.text)
    expect(noted.map(({ outcome }) => outcome)).toEqual(['stopped', 'answered'])
  })
})

describe('sentences are read while they are written', () => {
  const sentence = (text: string): Sentence => ({ text, cites: ['P1', 'P2'], quote: 'a [quote] {with} "marks" \\ and \u00e4' })
  const three = [sentence('One.'), sentence('Two {"text": "no"} ]}'), sentence('Three \\" and \u2028.')]
  /** What is told when the text comes letter by letter. */
  const told = (text: string): readonly unknown[] => {
    const read = readSentences()
    return Array.from({ length: text.length }, (_, at) => read(text.slice(0, at + 1))).flat()
  }

  test.each([
    ['as they are', answerOf(...three)],
    [
      'in a fence',
      `Here:\n\`\`\`json\n${answerOf(...three)}\n\`\`\` {"answerable": true, "sentences": [${JSON.stringify(sentence('Four.'))}]}`,
    ],
    ['on many lines', JSON.stringify({ why: { sentences: [sentence('Zero.')] }, answerable: true, sentences: three, more: [1] }, null, 2)],
  ])('%s', (_, text) => {
    expect(told(text)).toEqual(three)
    expect(readSentences()(text)).toEqual(three)
  })

  test.each([
    ['before it is said that there is an answer', JSON.stringify({ sentences: three, answerable: true })],
    ['where there is none', JSON.stringify({ answerable: false, sentences: three })],
    ['where "true" is a word', JSON.stringify({ answerable: 'true', sentences: three })],
    ['that stand somewhere else', JSON.stringify({ answerable: true, other: three, sentences: { sentences: three } })],
    ['that are lists', JSON.stringify({ answerable: true, sentences: three.map((one) => [one]) })],
    ['outside of an object', JSON.stringify(three)],
  ])('but not %s', (_, text) => expect(told(text)).toEqual([]))

  test('up to the first that is none', () => {
    const text = JSON.stringify({ answerable: true, sentences: [three[0], { text: 'x' }, three[1]] })
    expect(told(text)).toEqual([three[0]])
  })
})

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Content } from '../../src/channel/index.ts'
import type { Heard } from '../../src/core/conversation.ts'
import type { Answer } from '../../src/core/virtual-agent.ts'
import { conversationWith, heard, now, openHouse, wordsIn } from './house.ts'

let house: Awaited<ReturnType<typeof openHouse>>
let plain: typeof house
beforeAll(async () => {
  plain = await openHouse()
  house = await openHouse({
    answering: (knowledge) => ({
      ...knowledge,
      takesLong: true,
      find: (question, audiences, watch) => {
        if (!question.includes('printer')) watch?.soFar?.('Enter *vpn.example.org* first.')
        return knowledge.find(question, audiences)
      },
    }),
  })
}, 60_000)
afterAll(async () => {
  await house?.connection.close()
  await plain?.connection.close()
})

/** One turn; `shown` is what was shown of its answer before, and `again` says that this was done in an earlier try. */
async function turn(
  said: readonly Heard[],
  again = false,
): Promise<{ readonly answer: Answer; readonly shown: readonly (readonly [Content, string])[] }> {
  const shown: (readonly [Content, string])[] = []
  const say = (content: Content, key: string): void => void shown.push([content, key])
  const answer = await house.agent.answer({
    conversation: conversationWith(),
    heard: said,
    now,
    meanwhile: { stop: new AbortController().signal, ...(again ? {} : { say }) },
  })
  return { answer, shown }
}
const keys = ({ say }: Answer) => say.map(({ key }) => key)
const question = () => heard('how do I connect to the vpn')

describe('while an answer is looked for', () => {
  test('what there is of it is shown as it will begin, and its first words take the place of that', async () => {
    const asked = question()
    const { answer, shown } = await turn([asked])
    const key = `answer:${asked.event}`
    expect(shown).toEqual([[{ type: 'text', text: 'This may help:\n\nEnter \\*vpn.example.org\\* first. …', format: 'markdown' }, key]])
    expect(keys(answer)).toEqual([key, undefined])
    expect(wordsIn(answer)).toMatch(/^This may help:/)
  })

  test('nothing is shown where nothing is sure yet, and nothing takes its place', async () => {
    const { answer, shown } = await turn([heard('how do I add a printer')])
    expect(shown).toEqual([])
    expect(keys(answer).filter(Boolean)).toEqual([])
  })

  test('nothing is shown of several answers, but each takes the place of what was shown before', async () => {
    const [one, two] = [question(), heard('how do I add a printer')]
    const { answer, shown } = await turn([one, two])
    expect(shown).toEqual([])
    expect(keys(answer).filter(Boolean)).toEqual([])
    const again = await turn([one, two], true)
    expect(again.shown).toEqual([])
    expect(keys(again.answer).filter(Boolean)).toEqual([`answer:${one.event}`, `answer:${two.event}`])
  })

  test('nothing is shown where a request will be begun instead', async () => {
    const { answer, shown } = await turn([heard('I need a new laptop please')])
    expect(shown).toEqual([])
    expect(wordsIn(answer)).not.toMatch(/This may help/)
  })

  test('who cancels hears nothing of what they asked, and nobody meets silence', async () => {
    const [asked, cancels] = [question(), heard('cancel')]
    const { answer, shown } = await turn([asked, cancels], true)
    expect(shown).toEqual([])
    expect(wordsIn(answer)).toMatch(/nothing has been sent or changed/i)
    expect(wordsIn(answer)).not.toMatch(/vpn/i)
    expect(answer.say.flatMap(({ to }) => to)).toEqual(expect.arrayContaining([asked.event, cancels.event]))
    expect(keys(answer).filter(Boolean)).toEqual([])
  })

  test('who asks for a technician gets one, and nothing else', async () => {
    const { answer } = await turn([question(), heard('talk to a technician')], true)
    expect(answer.handOff).toBeDefined()
    expect(keys(answer).filter(Boolean)).toEqual([])
  })
})

test('without a language model nothing takes long', () => {
  expect(house.agent.takesLong).toBe(true)
  expect(plain.agent.takesLong).toBeUndefined()
})

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Choice, id, type PersonKey } from '../../src/channel/index.ts'
import type { Conversation, ConversationId, Heard } from '../../src/core/conversation.ts'
import { who } from '../directory/desk.ts'
import { conversationWith, heard, pressed } from './house.ts'
import { openTrusted, type Trusted } from './trusted.ts'

let house: Trusted
beforeAll(async () => {
  house = await openTrusted()
  await house.member('rita', 'rita@example.com')
  await house.member('bob', 'bob@example.com')
})
afterAll(() => house.close())

let threads = 0
/** A thread of a channel, in which several people speak. */
const thread = () => {
  let memory: Conversation['memory'] = null
  const conversation = id<ConversationId>(`00000000-0000-4000-8000-${String(++threads).padStart(12, '0')}`)
  return {
    conversation,
    async hears(...said: readonly (readonly [string, string | Heard])[]) {
      const answer = await house.agent.answer({
        conversation: {
          ...conversationWith(memory),
          id: conversation,
          address: { channel: 'slack', account: id('main'), conversation: id('C1/1') },
        },
        heard: said.map(([person, words]) => ({
          ...(typeof words === 'string' ? heard(words) : words),
          person: { key: id<PersonKey>(person), name: person },
        })),
        now: house.clock.at.toISOString(),
        group: true,
      })
      memory = JSON.parse(JSON.stringify(answer.memory))
      const contents = answer.say.map(({ content }) => content)
      const offered = contents.flatMap((content): readonly Choice[] => ('choices' in content ? (content.choices ?? []) : []))
      return { words: JSON.stringify(contents), offered, answer }
    },
  }
}

describe('two people in one thread', () => {
  test('are each answered for themselves, in one turn and in turns, and neither answers for the other', async () => {
    const talk = thread()
    expect((await talk.hears(['rita', 'report an incident'])).words).toContain("What isn't working?")
    const between = await talk.hears(['bob', 'what are your hours?'])
    expect(between.words).toContain('Our technicians are here')
    expect(between.words).not.toContain("What isn't working")
    const both = await talk.hears(
      ['rita', 'the scanner in room 4 makes black stripes on every single page'],
      ['bob', 'the coffee machine display stays dark since monday, it does not react to anything'],
    )
    expect(both.words).toContain('What is it about?')
    expect((await talk.hears(['rita', 'hardware'])).words).toContain('How urgent is it?')
    const card = await talk.hears(['rita', 'low'])
    const submit = card.offered.find(({ label }) => label === 'Submit')!
    const notHis = await talk.hears(['bob', pressed(submit.value)])
    expect(notHis.words).toContain('That button is for whoever makes that request')
    expect((await house.book.search({ limit: 10, conversation: talk.conversation })).requests).toEqual([])
    const done = await talk.hears(['rita', pressed(submit.value)])
    expect(done.words).toContain('logged as **INC-')
    const [request] = (await house.book.search({ limit: 10, conversation: talk.conversation })).requests
    expect((await house.book.find(request!.number))!.requester.identity?.key).toBe('rita')
  })

  test('a "yes" of the one is no answer to what the other was asked', async () => {
    const talk = thread()
    await talk.hears(['rita', 'I need a monitor'])
    expect((await talk.hears(['rita', '27 inch'])).words).toContain('Shall I submit it?')
    await talk.hears(['bob', 'yes'])
    expect((await house.book.search({ limit: 10, conversation: talk.conversation })).requests).toEqual([])
  })
})

describe('what is for one person alone is never said where others read along', () => {
  test('a new request tells its number, but neither its link nor who approves it', async () => {
    const talk = thread()
    await talk.hears(['rita', 'I need a monitor'])
    const card = await talk.hears(['rita', '27 inch'])
    const submit = card.offered.find(({ label }) => label === 'Submit')
    expect(submit, card.words).toBeDefined()
    const done = await talk.hears(['rita', pressed(submit!.value)])
    expect(done.words).toMatch(/SR-\d+/)
    expect(done.words).toContain('has to be approved first')
    expect(done.words).not.toContain('https://desk.example')
    expect(done.words).not.toContain('lead@example.com')
  })

  test('requests from elsewhere are neither listed, shown, commented on, nor known again', async () => {
    const { number } = await house.asked(null, { subject: 'My salary statement shows wrong numbers' })
    const talk = thread()
    const answers = [
      await talk.hears(['rita', 'show my open requests']),
      await talk.hears(['rita', pressed('open_requests')]),
      await talk.hears(['rita', `status of ${number}`]),
      await talk.hears(['rita', pressed(`request:${number}`)]),
      await talk.hears(['rita', pressed(`request-comment:${number}`)]),
      await talk.hears(['rita', 'what is the status of my request?']),
    ]
    for (const { words } of answers) {
      expect(words).toContain('write to me directly')
      expect(words).not.toMatch(/salary|https:/)
    }
    await talk.hears(['rita', 'report an incident'])
    await talk.hears(['rita', 'my salary statement shows wrong numbers, and nobody can say why that is'])
    await talk.hears(['rita', 'hardware'])
    const card = await talk.hears(['rita', 'low'])
    expect(card.words).toContain('Shall I submit it?')
    expect(card.words).not.toContain(number)
  })

  test('a request of this very thread is told in a sentence', async () => {
    const talk = thread()
    const { number } = await house.asked(null, {
      conversation: talk.conversation,
      requester: { identity: who('rita', 'slack'), name: 'Rita', email: 'rita@example.com' },
      subject: 'The beamer stays dark',
    })
    await house.book.comment(
      number,
      { text: 'Between us: the budget is gone', internal: false },
      { kind: 'technician', id: 't', name: 'Tess' },
      'c1',
    )
    const { words } = await talk.hears(['rita', `status of ${number}`])
    expect(words).toContain(`${number} (The beamer stays dark) is open.`)
    expect(words).not.toMatch(/budget|https:/)
    expect((await talk.hears(['bob', `status of ${number}`])).words).toContain('write to me directly')
  })

  test('passwords, codes and approvals are asked for and shown nowhere', async () => {
    const talk = thread()
    for (const words of ['I forgot my password', 'unlock my account', 'pending approvals']) {
      const answer = await talk.hears(['bob', words])
      expect(answer.words).toContain('write to me directly')
      expect(answer.offered.filter(({ value }) => value.startsWith('code:'))).toEqual([])
    }
  })
})

import { describe, expect, test } from 'vitest'
import type { Conversation, ConversationId } from '../../src/core/conversation.ts'
import type { Entry } from '../../src/core/turn.ts'
import { makeFresh } from '../../src/pipeline/fresh.ts'
import type { Filed } from '../../src/pipeline/ports.ts'

const ada = 'ada' as ConversationId
const ben = 'ben' as ConversationId
const behind = (conversation: ConversationId, seq: number): Filed => ({ conversation, seq, files: false, album: false })
const filed = (conversation: ConversationId, seq: number): Filed => ({
  ...behind(conversation, seq),
  alone: { conversation: { id: conversation } as Conversation, entry: { seq } as Entry },
})
const seqs = (fresh: ReturnType<typeof makeFresh>, ...conversations: ConversationId[]) =>
  fresh.take(conversations).map(({ conversation, entries }) => [conversation.id, ...entries.map(({ seq }) => seq)])

describe('what was filed a moment ago', () => {
  test('is given to its turn once, in order, for the conversations that ask', () => {
    const fresh = makeFresh()
    fresh.keep([filed(ada, 1), filed(ben, 2), filed(ada, 3)])
    expect(seqs(fresh, ada)).toEqual([['ada', 1, 3]])
    expect(seqs(fresh, ada, ben)).toEqual([['ben', 2]])
  })

  test.each([
    ['something else is waiting', behind(ada, 3)],
    ['files are still to be fetched', { ...filed(ada, 3), files: true }],
    ['it is one of an album', { ...filed(ada, 3), album: true }],
  ])('is read where %s', (_, third) => {
    const fresh = makeFresh()
    fresh.keep([filed(ada, 1)])
    fresh.keep([filed(ada, 2), third, filed(ben, 4)])
    expect(seqs(fresh, ada, ben)).toEqual([['ben', 4]])
  })

  test('is read where its conversation was rung for something else meanwhile', () => {
    const fresh = makeFresh()
    fresh.keep([filed(ada, 1), filed(ben, 2)])
    fresh.forget([ada])
    expect(seqs(fresh, ada, ben)).toEqual([['ben', 2]])
  })

  test('is read where nobody takes what was kept before', () => {
    const fresh = makeFresh()
    for (let seq = 1; seq <= 5_000; seq++) fresh.keep([filed(`person ${seq}` as ConversationId, seq)])
    expect(seqs(fresh, ...Array.from({ length: 5_000 }, (_, seq) => `person ${seq + 1}` as ConversationId))).toHaveLength(1_024)
  })
})

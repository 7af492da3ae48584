import { expect, test } from 'vitest'
import { addressOf } from '../../adapters/telegram/people.ts'
import { chatOf } from '../../adapters/telegram/send.ts'
import { type AccountId, id } from '../../src/channel/index.ts'

const account = id<AccountId>('main')

test('a group that a refusal says was upgraded is written to at its new id, whatever we knew of it before', () => {
  const before = addressOf(account, { chat: { id: -5, type: 'group' } } as never)
  expect(chatOf(before)).toEqual({ chat_id: -5 })
  expect(chatOf({ ...before, conversation: id('-1001987654321') })).toEqual({ chat_id: -1001987654321 })
})

test('a topic of a forum stays a topic of its chat', () => {
  const topic = addressOf(account, {
    chat: { id: -100, type: 'supergroup', is_forum: true },
    message_thread_id: 7,
    is_topic_message: true,
  } as never)
  expect(chatOf(topic)).toEqual({ chat_id: -100, message_thread_id: 7 })
})

import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { startMessengerEmulator } from '../../adapters/messenger/emulator.ts'
import { startSlackEmulator } from '../../adapters/slack/emulator.ts'
import { startTeamsEmulator } from '../../adapters/teams/emulator.ts'
import type { EmulatedPerson, Emulator, SeenMessage } from '../../src/channel/emulator.ts'
import type { Content } from '../../src/channel/index.ts'
import type { ConversationId } from '../../src/core/conversation.ts'
import { makeStore } from '../../src/store/index.ts'
import { form } from '../contract/samples.ts'
import { echo } from '../support/echo.ts'
import { openHub } from '../support/hub.ts'
import { until } from '../support/until.ts'

const channels = ['slack', 'teams', 'messenger'] as const
const patient = { patienceMs: 60_000 }
let hub: Awaited<ReturnType<typeof openHub>>
let emulators: { readonly [channel in (typeof channels)[number]]: Emulator }
beforeAll(async () => {
  const [slack, teams, messenger] = await Promise.all([
    startSlackEmulator(patient),
    startTeamsEmulator(patient),
    startMessengerEmulator(patient),
  ])
  emulators = { slack, teams, messenger }
  hub = await openHub({ channels: channels.map((channel) => ({ channel, account: 'main', ...emulators[channel].account() })) }, echo)
  for (const channel of channels) await emulators[channel].connect(new URL(`/hooks/${channel}/main`, hub.url))
})
afterAll(async () => {
  await hub?.stop()
  for (const emulator of Object.values(emulators ?? {})) await emulator.close()
})

/** Somebody who has said hello, and what the hub tells them afterwards: it is taken by the next sweep, for which everybody here waits at the same time. */
async function meet(channel: (typeof channels)[number], name: string) {
  const person = emulators[channel].person(name)
  const hello = `hello from ${name} on ${channel}`
  await person.types(hello)
  await until(() => heard(person).find(({ text }) => text === hello), 'the answer')
  const { conversation } = await hub.connection.db
    .selectFrom('messages')
    .select('conversation')
    .where('author', '=', 'person')
    .where(sql<string>`content::text`, 'like', `%${hello}%`)
    .executeTakeFirstOrThrow()
  const store = makeStore(hub.connection.db, 'journey')
  const before = heard(person).length
  return {
    news: () => heard(person).slice(before),
    hears: (words: string) => until(() => heard(person).find(({ text }) => text.includes(words)), words),
    tell: (content: Content, key: string) =>
      store.fileFor(conversation as ConversationId, randomUUID(), { kind: 'told', content: [content], key, at: new Date().toISOString() }),
  }
}
const heard = (person: EmulatedPerson): readonly SeenMessage[] => person.sees().filter(({ by }) => by === 'hub')

const asked: Content = {
  type: 'card',
  title: 'REQ1042 waits for you',
  text: 'Ada wants <a laptop> & a bag.',
  choices: [
    { value: 'approve:1042', label: 'Approve' },
    { value: 'reject:1042', label: 'Reject' },
  ],
}
const decided: Content = { type: 'card', title: 'REQ1042 was approved', text: 'Tess approved it.' }

describe.concurrent.each(['slack', 'teams'] as const)('a message that lives, on %s', (channel) => {
  test('is taken by the later one with its key: its words change, and its buttons are gone', async ({ expect }) => {
    const chat = await meet(channel, 'Ada')
    await chat.tell(asked, 'approval:1042')
    const card = await chat.hears('REQ1042 waits for you')
    expect(card.buttons.map(({ label }) => label)).toEqual(['Approve', 'Reject'])
    await chat.tell({ ...asked, title: 'REQ1043 waits for you' }, 'approval:1043')
    const other = await chat.hears('REQ1043 waits for you')

    await chat.tell(decided, 'approval:1042')
    const changed = await chat.hears('REQ1042 was approved')
    expect(changed).toMatchObject({ id: card.id, buttons: [], edited: true })
    expect(changed.text).toContain('Tess approved it.')
    expect(changed.text).not.toContain('laptop')
    expect(chat.news().map(({ id }) => id)).toEqual([card.id, other.id])
    expect(chat.news()[1]).toEqual(other)
  })

  test('may be a form, and become words', async ({ expect }) => {
    const chat = await meet(channel, 'Ben')
    await chat.tell(form, 'form:1')
    const asked = await chat.hears('What is <broken>?')
    expect(asked.fields).toHaveLength(form.fields.length)
    await chat.tell({ type: 'text', text: 'This was answered elsewhere.' }, 'form:1')
    const changed = await chat.hears('This was answered elsewhere.')
    expect(changed).toMatchObject({ id: asked.id, buttons: [] })
    expect(changed.fields).toBeUndefined()
    expect(chat.news()).toHaveLength(1)
  })
})

test.concurrent('where messages cannot be changed, the later one comes as a message of its own', async ({ expect }) => {
  const chat = await meet('messenger', 'Ada')
  await chat.tell(asked, 'approval:1042')
  const card = await chat.hears('REQ1042 waits for you')
  await chat.tell(decided, 'approval:1042')
  const news = await chat.hears('REQ1042 was approved')
  expect(news.id).not.toBe(card.id)
  expect(chat.news().some(({ id }) => id === card.id)).toBe(true)
})

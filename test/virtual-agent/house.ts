import { readFileSync } from 'node:fs'
import { type Choice, type Content, type EventId, id, type PersonKey } from '../../src/channel/index.ts'
import type { ChatId, Conversation, ConversationId, Heard } from '../../src/core/conversation.ts'
import { DirectoryAway } from '../../src/core/directory.ts'
import { DeskAway } from '../../src/core/service-desk.ts'
import type { Answer, VirtualAgent } from '../../src/core/virtual-agent.ts'
import { makeNoticeChoice } from '../../src/service-desk/audience.ts'
import { loadCatalogue } from '../../src/service-desk/catalogue.ts'
import { makeServiceDesk } from '../../src/service-desk/index.ts'
import { makeArticleStore, synchronise } from '../../src/store/articles.ts'
import type { Connection } from '../../src/store/connect.ts'
import type { VirtualAgentParts } from '../../src/virtual-agent/agent.ts'
import { loadArticles } from '../../src/virtual-agent/knowledge/load.ts'
import type { Knowledge } from '../../src/virtual-agent/knowledge/search.ts'
import { loadVirtualAgent } from '../../src/virtual-agent/load.ts'
import type { Notes } from '../../src/virtual-agent/notes.ts'
import type { Services } from '../../src/virtual-agent/world.ts'
import { openPeople } from '../directory/desk.ts'
import { targets } from '../service-desk/stage.ts'

export const now = '2026-06-03T10:00:00.000Z'
const folder = (name: string) => new URL(`../../config/${name}`, import.meta.url).pathname

/** The shipped virtual agent over an in-memory database; close the connection at the end. */
export const openHouse = async (
  further: Partial<Omit<VirtualAgentParts, 'articles'>> & { readonly answering?: (knowledge: Knowledge) => Knowledge } = {},
): Promise<{ readonly agent: VirtualAgent; readonly connection: Connection }> => {
  const people = await openPeople()
  const { connection } = people
  const taught = await loadArticles(folder('knowledge'))
  await synchronise(connection.db, taught)
  const catalogue = await loadCatalogue(folder('catalogue.yaml'))
  const { desk } = makeServiceDesk({
    db: connection.db,
    now: () => people.clock.at,
    catalogue,
    linkOf: (number) => `https://desk.example/r/${number}`,
    targets,
    hours: undefined,
  })
  const agent = await loadVirtualAgent({
    articles: makeArticleStore(connection.db),
    taught,
    phrasesFolder: folder('phrases'),
    knowledgeFolder: folder('knowledge'),
    deskName: 'the IT service desk',
    hours: { words: 'Monday to Friday, 8:00 to 18:00', open: () => true },
    services: { desk, identities: people.identities, passwords: people.help, catalogue, notices: makeNoticeChoice(connection.db) },
    ...further,
  })
  return { agent, connection }
}

const deskAway = (): Promise<never> => Promise.reject(new DeskAway())
const directoryAway = (): Promise<never> => Promise.reject(new DirectoryAway())
/** A desk and a directory that do not answer; people are guests. */
export const servicesAway: Services = {
  desk: {
    open: async () => ({ state: 'kept' }),
    requestsOf: deskAway,
    request: deskAway,
    similar: deskAway,
    comment: deskAway,
    reopen: deskAway,
    cancel: deskAway,
    approvalsOf: deskAway,
    approval: deskAway,
    decide: deskAway,
  },
  identities: {
    standing: async () => ({ trust: 'guest', email: null, name: null, employee: false }),
    sendCode: directoryAway,
    tryCode: directoryAway,
  },
  passwords: { resetLink: directoryAway, unlock: directoryAway, skipsCode: false },
  catalogue: { items: [], categories: [] },
  notices: { set: async () => undefined },
}

/** The shipped virtual agent whose database is away: every question to the articles fails. */
export const agentWithoutDatabase = async (report: (error: unknown) => void = () => undefined): Promise<VirtualAgent> => {
  const away = () => Promise.reject(new Error('the database is away'))
  return loadVirtualAgent({
    articles: { candidates: away, article: away, words: async () => ({ revision: 0, words: [] }) },
    taught: await loadArticles(folder('knowledge')),
    phrasesFolder: folder('phrases'),
    knowledgeFolder: folder('knowledge'),
    deskName: 'the IT service desk',
    hours: { words: 'Monday to Friday, 8:00 to 18:00', open: () => true },
    services: servicesAway,
    report,
  })
}

let events = 0
export const heard = (content: string | readonly Content[], more: Partial<Heard> = {}): Heard => ({
  event: id<EventId>(`event-${++events}`),
  person: { key: id<PersonKey>('ana'), name: 'Ana Example' },
  at: now,
  content: typeof content === 'string' ? [{ type: 'text', text: content }] : content,
  ...more,
})
export const pressed = (value: string): Heard => heard([], { chosen: value })

export const conversationWith = (memory: Conversation['memory'] = null): Conversation => ({
  id: id<ConversationId>('conversation-1'),
  address: { channel: 'telegram', account: id('main'), conversation: id('1') },
  person: null,
  owner: { by: 'virtual-agent' },
  chat: { id: id<ChatId>('conversation-1.1'), number: 1, openedAt: now },
  chats: 1,
  memory,
  offered: [],
  lastHeardAt: now,
  unanswered: true,
  reach: 'reachable',
  timer: null,
  messages: 0,
  parts: 0,
  version: 1,
})

/** A conversation that goes on from turn to turn. */
export const talkTo = (agent: VirtualAgent) => {
  let memory: Conversation['memory'] = null
  return async (...said: readonly (string | Heard)[]): Promise<Answer> => {
    const answer = await agent.answer({
      conversation: conversationWith(memory),
      heard: said.map((one) => (typeof one === 'string' ? heard(one) : one)),
      now,
    })
    memory = JSON.parse(JSON.stringify(answer.memory))
    return answer
  }
}

export const wordsIn = (answer: Answer): string =>
  answer.say.map(({ content }) => (content.type === 'text' || content.type === 'choices' ? content.text : '')).join('\n')
export const choicesIn = (answer: Answer): readonly Choice[] =>
  answer.say.flatMap(({ content }) => (content.type === 'choices' ? content.choices : []))
export const valuesIn = (answer: Answer): readonly string[] => choicesIn(answer).map(({ value }) => value)
export const notesIn = (answer: Answer, person = 'ana'): Notes =>
  (answer.memory as unknown as { people: readonly (readonly [string, Notes])[] }).people.find(([key]) => key === person)![1]

export type HeldOut = { readonly text: string; readonly label: string | null; readonly also?: readonly string[] }
export const heldOut = (): readonly HeldOut[] =>
  readFileSync(new URL('./held-out.jsonl', import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as HeldOut)

import { sql } from 'kysely'
import { type Choice, type Content, id, type PersonKey } from '../../src/channel/index.ts'
import type { Conversation, ConversationId, Heard } from '../../src/core/conversation.ts'
import type { PasswordHelp } from '../../src/core/directory.ts'
import type { NewRequest, ServiceDesk } from '../../src/core/service-desk.ts'
import type { Answer } from '../../src/core/virtual-agent.ts'
import { makeNoticeChoice } from '../../src/service-desk/audience.ts'
import { makeServiceDesk } from '../../src/service-desk/index.ts'
import { makeArticleStore, synchronise } from '../../src/store/articles.ts'
import { loadArticles } from '../../src/virtual-agent/knowledge/load.ts'
import { loadVirtualAgent } from '../../src/virtual-agent/load.ts'
import { openPeople, who } from '../directory/desk.ts'
import { catalogue } from '../service-desk/catalogue.ts'
import { targets } from '../service-desk/stage.ts'
import { conversationWith, heard } from './house.ts'

const folder = (name: string) => new URL(`../../config/${name}`, import.meta.url).pathname

/** The calls that reach a port of the outside, in order. */
export type Calls = { readonly port: string; readonly method: string; readonly given: readonly unknown[] }[]

/** The same port, writing down each call that gets through to it. */
const spied = <Port extends object>(port: Port, name: string, calls: Calls): Port =>
  new Proxy(port, {
    get(target, method, receiver) {
      const value: unknown = Reflect.get(target, method, receiver)
      if (typeof value !== 'function') return value
      return (...given: readonly unknown[]) => {
        calls.push({ port: name, method: String(method), given })
        return value.apply(target, given)
      }
    },
  })

/** The shipped virtual agent over the built-in desk and directory, in one embedded database, with the clock of the directory. */
export async function openTrusted(
  more: { readonly skipsCode?: boolean; readonly desk?: Partial<ServiceDesk>; readonly help?: Partial<PasswordHelp> } = {},
) {
  const people = await openPeople()
  const { connection, clock } = people
  const taught = await loadArticles(folder('knowledge'))
  await synchronise(connection.db, taught)
  const linkOf = (number: string) => `https://desk.example/r/${number}`
  const builtIn = makeServiceDesk({ db: connection.db, now: () => clock.at, catalogue, linkOf, targets, hours: undefined })
  const calls: Calls = []
  const errors: unknown[] = []
  const agent = await loadVirtualAgent({
    articles: makeArticleStore(connection.db),
    taught,
    phrasesFolder: folder('phrases'),
    knowledgeFolder: folder('knowledge'),
    deskName: 'the IT service desk',
    hours: { words: 'Monday to Friday, 8:00 to 18:00', open: () => true },
    report: (error) => errors.push(error),
    services: {
      desk: spied({ ...builtIn.desk, ...more.desk }, 'desk', calls),
      identities: spied(people.identities, 'identities', calls),
      passwords: spied({ ...people.help, skipsCode: more.skipsCode ?? false, ...more.help }, 'passwords', calls),
      catalogue,
      notices: makeNoticeChoice(connection.db),
    },
  })

  let requests = 0
  let talks = 0
  return {
    ...people,
    book: builtIn.book,
    desk: builtIn.desk,
    agent,
    calls,
    errors,
    /** Somebody of whom the platform vouches for an address (a member of the workspace), or not. */
    async member(key: string, email: string | null, channel = 'slack'): Promise<void> {
      await sql`
        with made as (insert into people (email) values (${email}) returning id)
        insert into identities (channel, account, key, person, name, email, email_vouched)
        select ${channel}, 'main', ${key}, id, ${key}, ${email}, ${email !== null} from made`.execute(connection.db)
    },
    /** A request by Rita; gives its number and the approval that waits now. */
    async asked(
      item: 'monitor' | 'laptop' | null,
      more: Partial<NewRequest> = {},
    ): Promise<{ readonly number: string; readonly approval: string }> {
      const request: NewRequest = {
        type: item === null ? 'incident' : 'service-request',
        subject: item === 'laptop' ? 'New laptop' : item === 'monitor' ? 'Bigger monitor' : 'Printer jammed',
        description: 'The old one flickers. 1,200 euros.',
        category: null,
        item,
        fields: item === 'monitor' ? { size: '27' } : {},
        priority: 'medium',
        requester: { identity: who('rita', 'slack'), name: 'Rita', email: 'rita@example.com' },
        source: 'Slack',
        conversation: null,
        chat: null,
        files: [],
        ...more,
      }
      const opened = await builtIn.desk.open(request, `asked-${++requests}`)
      if (opened.state !== 'open') throw new Error('the built-in desk keeps nothing')
      const view = await builtIn.book.find(opened.request.number)
      return { number: opened.request.number, approval: view?.approvals.find(({ state }) => state === 'pending')?.id ?? '' }
    },
    /** A conversation of one person that goes on from turn to turn. */
    talk(key: string, { channel = 'telegram', group = false }: { readonly channel?: string; readonly group?: boolean } = {}) {
      let memory: Conversation['memory'] = null
      const conversation = id<ConversationId>(`conversation-${++talks}`)
      const turn = async (memoryBefore: Conversation['memory'], said: readonly Heard[]): Promise<Answer> =>
        agent.answer({
          conversation: {
            ...conversationWith(memoryBefore),
            id: conversation,
            address: { channel, account: id('main'), conversation: id(key) },
          },
          heard: said,
          now: clock.at.toISOString(),
          group,
        })
      const hear = (said: string | Heard): Heard => ({
        ...(typeof said === 'string' ? heard(said) : said),
        person: { key: id<PersonKey>(key), name: key },
      })
      return {
        /** Everything that was said since the last turn; gives what was answered. */
        async hears(...said: readonly (string | Heard)[]): Promise<Shown> {
          const answer = await turn(memory, said.map(hear))
          memory = JSON.parse(JSON.stringify(answer.memory))
          return shown(answer)
        },
        says(said: string | Heard): Promise<Shown> {
          return this.hears(said)
        },
        presses(value: string): Promise<Shown> {
          return this.says(heard([], { chosen: value }))
        },
        /** The same turn taken twice, as after a crash before it was written; both answers. */
        async saysTwice(said: string | Heard): Promise<readonly [Shown, Shown]> {
          const one = hear(said)
          const before = memory
          const first = await turn(before, [one])
          const second = await turn(before, [one])
          memory = JSON.parse(JSON.stringify(second.memory))
          return [shown(first), shown(second)]
        },
        get memory() {
          return JSON.stringify(memory)
        },
      }
    },
  }
}
export type Trusted = Awaited<ReturnType<typeof openTrusted>>

/** An answer as somebody sees it. */
export type Shown = {
  readonly words: string
  readonly values: readonly string[]
  readonly links: readonly string[]
  readonly keys: readonly (string | undefined)[]
  readonly contents: readonly Content[]
  readonly handOff: boolean
  readonly messages: number
}
const shown = (answer: Answer): Shown => {
  const contents = answer.say.map(({ content }) => content)
  const offered = contents.flatMap((content): readonly Choice[] =>
    content.type === 'choices' || content.type === 'card' ? (content.choices ?? []) : [],
  )
  const wordsOf = (content: Content): string =>
    content.type === 'card' ? `${content.title}\n${content.text ?? ''}` : 'text' in content ? (content.text ?? '') : ''
  return {
    words: contents.map(wordsOf).join('\n'),
    values: offered.map(({ value }) => value),
    links: contents.flatMap((content) => (content.type === 'card' && content.link ? [content.link.url] : [])),
    keys: answer.say.map(({ key }) => key),
    contents,
    handOff: answer.handOff !== undefined,
    messages: contents.length,
  }
}

import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { sql } from 'kysely'
import { type Choice, type Content, type FileId, id, type PersonKey } from '../../src/channel/index.ts'
import { choose } from '../../src/core/choose.ts'
import type { ChatId, Conversation, ConversationId, Heard } from '../../src/core/conversation.ts'
import type { CatalogueItem, ServiceDesk } from '../../src/core/service-desk.ts'
import type { Answer } from '../../src/core/virtual-agent.ts'
import { makeNoticeChoice } from '../../src/service-desk/audience.ts'
import { loadCatalogue } from '../../src/service-desk/catalogue.ts'
import { makeServiceDesk } from '../../src/service-desk/index.ts'
import { makeArticleStore, synchronise } from '../../src/store/articles.ts'
import { makeVirtualAgent } from '../../src/virtual-agent/agent.ts'
import { loadArticles, loadSynonyms } from '../../src/virtual-agent/knowledge/load.ts'
import { makeKnowledge } from '../../src/virtual-agent/knowledge/search.ts'
import { loadIntents } from '../../src/virtual-agent/understand/load.ts'
import { makeUnderstanding } from '../../src/virtual-agent/understand/understanding.ts'
import { openPeople } from '../directory/desk.ts'
import { targets } from '../service-desk/stage.ts'
import { conversationWith, heard } from './house.ts'

const config = (name: string) => join(import.meta.dirname, '../../config', name)

/**
 * The shipped virtual agent with the shipped catalogue over the built-in desk and directory, all in one embedded database. Every turn is taken by a virtual
 * agent of its own, as if the hub had been started anew in between: what it knows comes out of the memory, which goes through JSON.
 */
export async function openTalks(
  more: {
    readonly desk?: (desk: ServiceDesk) => Partial<ServiceDesk>
    /** Further items of the catalogue. */
    readonly items?: readonly CatalogueItem[]
    readonly timezone?: string
  } = {},
) {
  const people = await openPeople()
  const { connection, clock } = people
  const taught = await loadArticles(config('knowledge'))
  await synchronise(connection.db, taught)
  const shipped = await loadCatalogue(config('catalogue.yaml'))
  const catalogue = { ...shipped, items: [...shipped.items, ...(more.items ?? [])] }
  const linkOf = (number: string) => `https://desk.example/r/${number}`
  const { desk, book } = makeServiceDesk({ db: connection.db, now: () => clock.at, catalogue, linkOf, targets, hours: undefined })
  const articles = makeArticleStore(connection.db)
  const questions = taught.filter(({ audience }) => audience !== 'technicians').flatMap(({ title, keywords }) => [title, ...keywords])
  const understanding = makeUnderstanding(await loadIntents(config('phrases')), questions)
  const synonyms = await loadSynonyms(config('knowledge/synonyms.yaml'))
  const knowledge = await makeKnowledge({ articles, synonyms, known: understanding.words })
  const errors: unknown[] = []
  const restarted = () =>
    makeVirtualAgent({
      understanding,
      knowledge,
      articles,
      deskName: 'the IT service desk',
      hours: {
        words: 'Monday to Friday, 8:00 to 18:00',
        open: () => true,
        ...(more.timezone === undefined ? {} : { timezone: more.timezone }),
      },
      report: (error) => errors.push(error),
      services: {
        desk: { ...desk, ...more.desk?.(desk) },
        identities: people.identities,
        passwords: people.help,
        catalogue,
        notices: makeNoticeChoice(connection.db),
      },
      sourceOf: () => 'Telegram',
    })

  let talks = 0
  return {
    ...people,
    desk,
    book,
    catalogue,
    errors,
    /** Takes a script to its end, or says which line went otherwise. */
    async play(script: string, given: Given = {}): Promise<Talk> {
      const talk = makeTalk(restarted, clock, `${given.person ?? 'ana'}-${++talks}`, given.forms === true, async (name) => {
        const file = id<FileId>(randomUUID())
        await sql`
          insert into files (id, name, mime, bytes, sha256)
          values (${file}::uuid, ${name}, 'image/png', 9, ${file})`.execute(connection.db)
        return file
      })
      if (given.email !== undefined)
        await sql`
          with made as (insert into people (email) values (${given.email}) returning id)
          insert into identities (channel, account, key, person, name, email, email_vouched)
          select 'telegram', 'main', ${talk.person}, id, ${talk.person}, ${given.email}, true from made`.execute(connection.db)
      return this.on(talk, script)
    },
    /** Goes on with a talk. */
    async on(talk: Talk, script: string): Promise<Talk> {
      for (const [index, line] of script.split('\n').entries()) await step(talk, line.trim(), index + 1, script)
      return talk
    },
    /** The requests of somebody who talked, newest first, as technicians see them. */
    async requestsOf(talk: Talk) {
      const identity = { channel: 'telegram', account: id<never>('main'), key: id<PersonKey>(talk.person) }
      const all = await desk.requestsOf({ identity, email: null }, { open: false, limit: 20 })
      return Promise.all(all.map(async ({ number }) => (await book.find(number))!))
    },
  }
}
export type Talks = Awaited<ReturnType<typeof openTalks>>
/** `email`: the platform vouches for it. `forms`: the channel shows forms. */
type Given = { readonly person?: string; readonly email?: string; readonly forms?: boolean }

type Clock = { at: Date }
export type Talk = {
  readonly person: string
  readonly clock: Clock
  answer: Answer | null
  contents: readonly Content[]
  words: string
  offered: readonly Choice[]
  memory: Conversation['memory']
  chat: number
  /** Several are heard in one turn. */
  says(...said: readonly Heard[]): Promise<void>
  /** A file that the hub keeps. */
  file(name: string): Promise<FileId>
}

const makeTalk = (
  agent: () => ReturnType<typeof makeVirtualAgent>,
  clock: Clock,
  person: string,
  forms: boolean,
  file: Talk['file'],
): Talk => {
  const talk: Talk = {
    person,
    clock,
    answer: null,
    contents: [],
    words: '',
    offered: [],
    memory: null,
    chat: 1,
    file,
    async says(...said) {
      const conversation = id<ConversationId>(`talk-${person}`)
      const heardAs = (one: Heard): Heard => {
        const only = one.content.length === 1 ? one.content[0] : undefined
        const chosen = one.chosen ?? (only?.type === 'text' ? choose(only.text, talk.offered)?.value : undefined)
        return { ...one, person: { key: id<PersonKey>(person), name: 'Ana Example' }, ...(chosen === undefined ? {} : { chosen }) }
      }
      const answer = await agent().answer({
        conversation: {
          ...conversationWith(talk.memory),
          id: conversation,
          chat: { id: id<ChatId>(`${conversation}.${talk.chat}`), number: talk.chat, openedAt: clock.at.toISOString() },
          address: { channel: 'telegram', account: id('main'), conversation: id(person) },
        },
        heard: said.map(heardAs),
        now: clock.at.toISOString(),
        group: false,
      })
      talk.answer = answer
      talk.memory = JSON.parse(JSON.stringify(answer.memory))
      talk.contents = answer.say.flatMap(({ content }) => (content.type === 'form' && !forms ? content.otherwise : [content]))
      talk.words = talk.contents.map(wordsIn).join('\n')
      talk.offered = talk.contents.flatMap(choicesIn)
      if (answer.close === true) talk.chat++
    },
  }
  return talk
}

const wordsIn = (content: Content): string =>
  content.type === 'card' || content.type === 'form'
    ? `${content.title}\n${content.text ?? ''}${content.type === 'card' && content.link ? `\n${content.link.url}` : ''}`
    : 'text' in content
      ? (content.text ?? '')
      : ''
const choicesIn = (content: Content): readonly Choice[] =>
  content.type === 'choices' || content.type === 'card' || content.type === 'form' ? (content.choices ?? []) : []

const UNITS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 }

/**
 * A line of a script. `> words` are said, `> [Label]` is pressed, `> press:value` is a button of an earlier message, `> {a.png} words` comes with a file, `> name=value; name=value` after `> form:` is a form sent;
 * `< words` stand in the answer (case counts not), `<! words` do not, `<? A · B` are offered in this order (others may stand between), `<= A · B` and nothing else;
 * `~ 3 hours` pass, `~ new chat`, `~ technician` got the word. Empty lines and `# …` say nothing.
 */
const step = async (talk: Talk, line: string, number: number, script: string): Promise<void> => {
  const wrong = (what: string): never => {
    const shown = `${talk.words}\n[${talk.offered.map(({ label }) => label).join('] [')}]`
    throw new Error(`line ${number} "${line}": ${what}\nIt said:\n${shown}\n\nThe script:\n${script}`)
  }
  const [, mark = '', rest = ''] = /^(>|<[!?=]?|~|#)\s*(.*)$/.exec(line) ?? []
  switch (mark) {
    case '':
    case '#':
      if (line !== '' && mark === '') wrong('this is no line of a script')
      return
    case '>': {
      const label = /^\[(.+)\]$/.exec(rest)?.[1]
      const file = /^\{(.+?)\}\s*(.*)$/.exec(rest)
      const value = /^press:(.+)$/.exec(rest)?.[1]
      if (value !== undefined) return talk.says(heard([], { chosen: value }))
      const form = /^form:\s*(.*)$/.exec(rest)?.[1]
      if (form !== undefined) {
        const shown = talk.contents.find((content) => content.type === 'form') ?? wrong('there is no form')
        const fields = Object.fromEntries(form.split(';').map((pair) => pair.split('=').map((part) => part.trim())))
        return talk.says(heard([], { chosen: shown.submit.value, fields }))
      }
      if (label !== undefined) {
        const choice = talk.offered.find((one) => one.label === label) ?? wrong('there is no such choice')
        return talk.says(heard(choice.label, { chosen: choice.value }))
      }
      if (file !== null) {
        const [, name = '', caption = ''] = file
        return talk.says(
          heard([{ type: 'media', kind: 'image', file: { stored: await talk.file(name), name }, ...(caption === '' ? {} : { caption }) }]),
        )
      }
      return talk.says(heard(rest))
    }
    case '<':
      if (!talk.words.toLowerCase().includes(rest.toLowerCase())) wrong('these words are missing')
      return
    case '<!':
      if (talk.words.toLowerCase().includes(rest.toLowerCase())) wrong('these words should not be there')
      return
    case '<?':
    case '<=': {
      const labels = talk.offered.map((choice) => choice.label)
      const wanted = rest === '' ? [] : rest.split('·').map((part) => part.trim())
      let at = -1
      for (const one of wanted) {
        at = labels.findIndex((label, index) => index > at && label.startsWith(one))
        if (at < 0) wrong(`"${one}" is not offered there`)
      }
      if (mark === '<=' && labels.length !== wanted.length) wrong('more is offered')
      return
    }
    case '~': {
      const time = /^(\d+) (minute|hour|day)s?$/.exec(rest)
      if (time !== null) talk.clock.at = new Date(talk.clock.at.getTime() + Number(time[1]) * UNITS[time[2] as keyof typeof UNITS])
      else if (rest === 'new chat') {
        talk.chat++
        talk.offered = []
      } else if (rest === 'technician') {
        if (talk.answer?.handOff === undefined) wrong('the word did not go to a technician')
      } else wrong('this does not happen')
      return
    }
  }
}

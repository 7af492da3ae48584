import type { EventId, Json, Person } from '../channel/index.ts'
import type { Conversation, Heard } from '../core/conversation.ts'
import type { Answer, Question, Say, VirtualAgent } from '../core/virtual-agent.ts'
import { type Command, needsOf, VALUES } from './commands.ts'
import type { Spoken } from './dialogues/dialogue.ts'
import { type Dialogues, forChoice, forWish, named } from './dialogues/entry.ts'
import { handOff, logFor, summaryOf } from './dialogues/hand-off.ts'
import { take } from './dialogues/index.ts'
import { DIALOGUES } from './dialogues/list.ts'
import { tagOf } from './dialogues/request-draft.ts'
import { isArticleFirst, wished } from './dialogues/requests.ts'
import { askAgain, isBusy, miss, open, type Turn, type Turned, turn } from './dialogues/run.ts'
import { choices, type Hours, type House, type Step, TECHNICIAN, text } from './dialogues/step.ts'
import { followed, uncancelled } from './followed.ts'
import type { Knowledge, Watch } from './knowledge/search.ts'
import { type Heard as UnansweredHeard, unansweredOf } from './knowledge/unanswered.ts'
import { gotFiles, type Notes, notesOf, remember, spoke, trailed, withNotes } from './notes.ts'
import { isUnknown, keptFiles, type Piece, piecesOf, settle, settleUnknown } from './pieces.ts'
import type { ArticleStore, Audience } from './ports.ts'
import { joinPieces, wordsFrom } from './respond.ts'
import { audiencesFor } from './trust-gate.ts'
import { isAngry } from './understand/anger.ts'
import type { Understanding } from './understand/understanding.ts'
import { makeWorld, type Services } from './world.ts'

export type VirtualAgentParts = {
  readonly understanding: Understanding
  readonly knowledge: Knowledge
  readonly articles: Pick<ArticleStore, 'article'>
  /** How the desk calls itself: "the IT service desk". */
  readonly deskName: string
  readonly hours: Hours
  /** The team that hand-offs go to. */
  readonly skill?: string
  /** Told of every error that the person only saw as "something went wrong". */
  readonly report?: (error: unknown) => void
  /** What dialogues act on. */
  readonly services: Services
  /** Told of what nobody could answer; returns at once. */
  readonly unanswered?: (question: UnansweredHeard) => void
  /** The word of the history's source filter for this channel. */
  readonly sourceOf?: (conversation: Conversation) => string
}

/** Requests whose buttons are known again. */
const SENT = 5

/** What came of one piece. `asks`: the open dialogue's question is still to be put. */
type Outcome = {
  readonly notes: Notes
  readonly say: readonly Spoken[]
  readonly asks: boolean
  readonly handOff?: Answer['handOff']
  readonly close?: true
}

const ofTurned = ({ notes, say, asks }: Turned): Outcome => ({ notes, say, asks })
const ofStep = (step: Step, asks: boolean): Outcome => ({
  notes: step.notes,
  say: step.say.map((content) => ({ content })),
  asks,
  ...(step.handOff === undefined ? {} : { handOff: step.handOff }),
  ...(step.close === undefined ? {} : { close: step.close }),
})

/** The virtual agent. Greetings, choices and other turns without a search touch no database and are answered in well under a millisecond. */
export const makeVirtualAgent = (parts: VirtualAgentParts): VirtualAgent => {
  const dialogues: Dialogues = DIALOGUES
  const report = parts.report ?? (() => undefined)

  /** The command with what it needs; an error of ours becomes an honest answer. */
  const fetched = async (command: Command, mayRead: () => Promise<readonly Audience[]>, watch?: Watch): Promise<Command> => {
    const needs = needsOf(command)
    if (needs === null) return command
    try {
      const audiences = await mayRead()
      if ('open' in needs)
        return command.do === 'open' ? { ...command, article: (await parts.articles.article(needs.open, audiences)) ?? null } : command
      const found = await parts.knowledge.find(needs.find, audiences, watch)
      return command.do === 'look' || command.do === 'start' ? { ...command, found } : command
    } catch (error) {
      report(error)
      return { do: 'failed' }
    }
  }

  const tried = async (work: () => Promise<void>): Promise<boolean> => {
    try {
      await work()
      return true
    } catch (error) {
      report(error)
      return false
    }
  }

  /** Everything that one person may do in one turn. */
  const personal = ({ conversation, now, group, meanwhile }: Question, speaker: Person) => {
    const house: House = {
      deskName: parts.deskName,
      hours: parts.hours,
      skill: parts.skill ?? 'general',
      now,
      group: group === true,
      name: firstNameOf(speaker),
      titleOf: parts.understanding.titleOf,
    }
    const used = { files: new Set<string>(), logged: null as string | null, sent: [] as Notes['sent'][number][] }
    const services = parts.services
    const desk: Services['desk'] = {
      ...services.desk,
      open: async (request, key) => {
        const opened = await services.desk.open(request, key)
        for (const file of request.files) used.files.add(file)
        if (opened.state === 'open') used.logged = opened.request.number
        used.sent.push({ tag: tagOf(key.replace(/submit$/, '')), number: opened.state === 'open' ? opened.request.number : null })
        return opened
      },
      comment: async (number, reader, said, key) => {
        const changed = await services.desk.comment(number, reader, said, key)
        if (changed.ok) for (const file of said.files) used.files.add(file)
        return changed
      },
    }
    const { channel, account } = conversation.address
    const source = parts.sourceOf?.(conversation) ?? 'Virtual Agent'
    const worldOf = makeWorld({
      ...services,
      desk,
      conversation: conversation.id,
      chat: conversation.chat?.id ?? null,
      identity: { channel, account, key: speaker.key },
      source,
      direct: group !== true,
      now,
      house,
    })
    const at: Turn = { dialogues, worldOf, now, understanding: parts.understanding, report }
    const mayRead = () => audiencesFor(worldOf('articles'))
    /** What the desk took of the files, and which request was logged. */
    const noted = (notes: Notes): Notes => ({
      ...notes,
      files: notes.files.filter(({ id }) => !used.files.has(id)),
      logged: used.logged ?? notes.logged,
      sent: [...notes.sent, ...used.sent.splice(0)].slice(-SENT),
    })
    return { house, mayRead, at, noted, source, ...(meanwhile && { watch: { stop: meanwhile.stop } }) }
  }
  type Personal = ReturnType<typeof personal>

  const toTechnician = async (before: Notes, piece: Piece, person: Personal, underway: string): Promise<Outcome> => {
    const summary = summaryOf(before, person.house, underway)
    const logged = await logFor(before, person.at.worldOf(piece.said.event), summary, report)
    const number = logged === null || logged === 'kept' ? before.logged : logged
    const known = number === null ? summary : `Request: ${number}.\n${summary}`
    return ofStep(handOff(before, person.house, { summary: known, logged }), false)
  }

  /** What is answered as if no dialogue were open; where one is, its question follows. */
  const freely = async (notes: Notes, piece: Piece, ready: Promise<Command> | null, person: Personal): Promise<Outcome | null> => {
    const { at, house, mayRead } = person
    const busy = isBusy(notes)
    if (piece.command.do === 'hand-off') return toTechnician(notes, piece, person, '')
    const meant = await (ready ?? fetched(piece.command, mayRead, person.watch))
    const command = wished(meant, parts.services.catalogue)
    const unanswered = busy ? null : unansweredOf(command, notes)
    if (unanswered !== null) parts.unanswered?.({ ...unanswered, event: piece.said.event, source: person.source, at: house.now })
    if (!busy || (command !== meant && command.do === 'start')) {
      const { chosen } = piece.said
      const opens =
        chosen !== undefined && forChoice(dialogues, chosen) !== undefined
          ? { choice: chosen }
          : command.do === 'start' && forWish(dialogues, command.wish) !== undefined && !isArticleFirst(notes, command)
            ? { wish: command.wish }
            : null
      const opened = opens === null ? null : await open(notes, opens, piece.said, at)
      if (opened !== null)
        return opened.handOff === undefined ? ofTurned(opened) : toTechnician(opened.notes, piece, person, opened.handOff)
    }
    if (busy && isMiss(command)) return ofTurned(miss(notes, at))
    if (command.do === 'notices') {
      const set = await tried(() => parts.services.notices.set(at.worldOf('notices').identity, command.on))
      if (!set) return ofStep(take(notes, { do: 'failed' }, house)!, busy)
    }
    const step = take(notes, command, house)
    return step === null ? null : busy ? beside(ofStep(step, true)) : ofStep(step, false)
  }

  const answered = async (notes: Notes, piece: Piece, ready: Promise<Command> | null, person: Personal): Promise<Outcome | null> => {
    const { at } = person
    if (!isBusy(notes) || piece.command.do === 'notices') return freely(notes, piece, ready, person)
    if (piece.command.do === 'warn-secret') {
      const step = take(notes, piece.command, person.house)!
      return { ...ofStep(step, true), notes: { ...step.notes, frames: notes.frames } }
    }
    const isFurther = piece.clause && notes.frames.at(-1)!.id.startsWith(`${piece.said.event}:`)
    const turned = await turn(notes, piece.said, at, isFurther)
    if (turned.handOff !== undefined) {
      const outcome = await toTechnician(turned.notes, piece, person, turned.handOff)
      return { ...outcome, say: [...turned.say, ...outcome.say] }
    }
    if (!turned.pass) return ofTurned(turned)
    const outcome = await freely(turned.notes, piece, null, person)
    if (outcome === null) return turned.say.length === 0 && (isFurther || !turned.asks) ? null : ofTurned(turned)
    return { ...outcome, asks: outcome.asks && turned.asks, say: [...turned.say, ...outcome.say] }
  }

  const answer = async (question: Question): Promise<Answer> => {
    const { conversation, heard } = question
    const chat = conversation.chat?.id ?? null
    const people = new Map<string, Notes>()
    for (const { person } of heard) if (!people.has(person.key)) people.set(person.key, notesOf(conversation.memory, person.key, chat))
    const notesFor = (person: string): Notes => people.get(person)!
    const entryOf = (notes: Notes) => named(dialogues, notes.frames.at(-1)?.dialogue ?? '')
    const wantsWords = ({ person }: Heard): boolean => {
      const notes = notesFor(person.key)
      return !isBusy(notes) || entryOf(notes)?.dialogue.wantsWords(notes.frames.at(-1)!.state) === true
    }

    const all = settle(
      joinPieces(heard, parts.understanding, wantsWords).flatMap((one) =>
        piecesOf(one, notesFor(one.heard.person.key), parts.understanding),
      ),
      (person) => isBusy(notesFor(person)),
    )
    const pieces = question.meanwhile === undefined ? all : uncancelled(all)
    for (const one of heard) {
      const notes = gotFiles(notesFor(one.person.key), keptFiles(one))
      const secret = one.chosen !== undefined || entryOf(notes)?.confidential === true
      people.set(one.person.key, remember(notes, secret ? '' : saidIn(one)))
    }
    const persons = new Map<string, Personal>()
    for (const { person, speaker } of pieces) if (!persons.has(person)) persons.set(person, personal(question, speaker))
    const isFree = ({ person }: Piece): boolean => !isBusy(notesFor(person))
    const following =
      question.meanwhile === undefined || !pieces.every(isFree)
        ? null
        : followed(question.meanwhile, pieces, notesFor, parts.services.catalogue)
    const needy = pieces.some((piece) => isFree(piece) && needsOf(piece.command) !== null)
    const ready = needy
      ? settleUnknown(
          await Promise.all(
            pieces.map(async (piece) => {
              if (!isFree(piece)) return piece
              const { mayRead, watch } = persons.get(piece.person)!
              return { ...piece, command: await fetched(piece.command, mayRead, following?.watch(piece) ?? watch) }
            }),
          ),
        )
      : pieces

    const say: Say[] = []
    let silent: readonly EventId[] = []
    let handed: Answer['handOff']
    let close = false
    for (const [index, piece] of ready.entries()) {
      const person = persons.get(piece.person)!
      const before = people.get(piece.person)!
      const last = index === ready.length - 1
      let outcome = await answered(before, piece, isFree(piece) ? Promise.resolve(piece.command) : null, person)
      if (outcome === null && last && say.length === 0) outcome = ofStep(take(before, { do: 'cannot' }, person.house)!, isBusy(before))
      if (outcome === null) {
        silent = [...silent, ...piece.events]
        continue
      }
      const more = ready.slice(index + 1).some((next) => next.person === piece.person)
      const done = outcome.asks && !more && isBusy(outcome.notes) ? asked(outcome, person.at) : outcome
      const calmed = last ? soothed(done) : done
      const to = [...new Set([...silent, ...piece.events])]
      silent = []
      say.push(...(following?.keyed(piece, calmed.say) ?? calmed.say).map((one) => ({ ...one, to })))
      people.set(
        piece.person,
        spoke(
          person.noted(calmed.notes),
          calmed.say.map(({ content }) => content),
        ),
      )
      handed ??= calmed.handOff
      close ||= calmed.close === true
    }
    const namedAll =
      silent.length === 0
        ? say
        : say.map((one, index) => (index === say.length - 1 ? { ...one, to: [...new Set([...one.to, ...silent])] } : one))
    const memory = [...people].reduce<Json>((so, [person, notes]) => withNotes(so, person as Person['key'], notes), conversation.memory)
    return {
      say: namedAll,
      memory,
      ...(handed === undefined ? {} : { handOff: handed }),
      ...(close && handed === undefined ? { close } : {}),
    }
  }
  return parts.knowledge.takesLong ? { answer, takesLong: true } : { answer }
}

/** In the middle of something it is answered without offering to begin something else. */
const beside = (outcome: Outcome): Outcome => ({
  ...outcome,
  say: outcome.say.map((one) => {
    const { content } = one
    if (content.type !== 'choices') return one
    const kept = content.choices.filter(
      ({ value }) => value !== VALUES.menu && value !== 'create_request' && !/^(?:intent|item):/.test(value),
    )
    return { ...one, content: kept.length === 0 ? text(content.text) : { ...content, choices: kept } }
  }),
})

/** Nothing of it answers the open question, or anything else. */
const isMiss = (command: Command): boolean =>
  command.do === 'clarify' ||
  command.do === 'correct' ||
  command.do === 'affirm' ||
  command.do === 'deny' ||
  (command.do === 'look' && !command.quiet && (isUnknown(command) || command.found?.sure === false))

/** Whoever loses their patience is offered a technician, once in a while, whatever else was answered. */
const soothed = (outcome: Outcome): Outcome => {
  const { notes, say } = outcome
  const offers = say.some(({ content }) => 'choices' in content && content.choices?.some(({ value }) => value === VALUES.technician))
  if (outcome.handOff !== undefined || offers || notes.trail.slice(-4).includes('soothed') || !isAngry(notes.said)) return outcome
  const words = "I'm sorry, I can see that this is frustrating. A technician can take over whenever you like."
  return { ...outcome, notes: trailed(notes, 'soothed'), say: [{ content: choices(words, [TECHNICIAN]) }, ...say] }
}

const asked = (outcome: Outcome, at: Turn): Outcome => {
  const again = askAgain(outcome.notes, at)
  return { ...outcome, notes: again.notes, say: [...outcome.say, ...again.say], asks: false }
}

const saidIn = (heard: Heard): string => (heard.command === undefined ? wordsFrom(heard) : heard.command.text)

const firstNameOf = (person: Person): string | null => {
  const first = person.name?.trim().split(/\s+/)[0] ?? ''
  return /^\p{L}[\p{L}'’-]{0,29}$/u.test(first) ? first : null
}

import type { EventId, Person } from '../channel/index.ts'
import { filesOf, type Heard } from '../core/conversation.ts'
import type { Command } from './commands.ts'
import type { Said } from './dialogues/dialogue.ts'
import type { NotedFile, Notes } from './notes.ts'
import { commandsOf, settleCommands, type Utterance, wordsFrom } from './respond.ts'
import { maskSecrets } from './understand/secrets.ts'
import type { Understanding } from './understand/understanding.ts'

/** One thing to answer: what understanding makes of it, and what was really said. `clause`: one of several wishes of one message. */
export type Piece = {
  readonly command: Command
  readonly said: Said
  readonly person: string
  readonly speaker: Person
  readonly events: readonly EventId[]
  readonly clause: boolean
}

/** Searches of one turn; a flood of questions is cut there and the rest said together. */
const MOST_SEARCHES = 4

export const keptFiles = (heard: Heard): readonly NotedFile[] =>
  filesOf(heard.content).flatMap((file) => ('stored' in file ? [{ id: file.stored, name: file.name ?? 'file' }] : []))

/** What a command of the platform says in words: `/open_requests` is "open requests". */
const wordsOf = (heard: Heard): string => {
  const { command } = heard
  if (command === undefined) return wordsFrom(heard)
  const name = command.name.replace(/^\//, '').toLowerCase()
  if (name === 'start' || name === 'support') return 'hello'
  return command.text.trim() === '' ? name.replaceAll(/[_-]/g, ' ') : command.text
}

/** What a message says, piece by piece; while a dialogue is open it is one answer. */
export const piecesOf = ({ heard, events }: Utterance, notes: Notes, understanding: Understanding): readonly Piece[] => {
  const all = commandsOf(heard, notes, understanding)
  const warnings = all.filter(({ do: what }) => what === 'warn-secret')
  const rest = all.filter(({ do: what }) => what !== 'warn-secret').filter(firstOfItsWish)
  const commands = [...warnings, ...(notes.frames.length > 0 ? rest.slice(0, 1) : rest)]
  const clause = commands.length - warnings.length > 1
  const several = commands.filter(({ do: what }) => what === 'start').length > 1
  const text = maskSecrets(wordsOf(heard))
  return commands.map((command) => ({
    command,
    clause,
    person: heard.person.key,
    speaker: heard.person,
    events,
    said: {
      event: events[0]!,
      text: command.do === 'start' && command.text !== '' && (several || heard.chosen !== undefined) ? command.text : text,
      ...(heard.chosen === undefined ? {} : { chosen: heard.chosen }),
      ...(heard.fields === undefined ? {} : { fields: heard.fields }),
      files: keptFiles(heard),
      command,
    },
  }))
}

const firstOfItsWish = (command: Command, at: number, all: readonly Command[]): boolean =>
  command.do !== 'start' || all.findIndex((other) => other.do === 'start' && other.wish === command.wish) === at

/** Drops what was only polite and what is said twice; while a dialogue is open every utterance counts, and asking for a technician counts alone. */
export const settle = (pieces: readonly Piece[], isBusy: (person: string) => boolean): readonly Piece[] => {
  if (pieces.every(({ person }) => !isBusy(person)) || pieces.some(({ command }) => command.do === 'hand-off'))
    return bounded(settleCommands(pieces))
  const free = pieces.filter(({ person }) => !isBusy(person))
  const settled = free.length === 0 ? [] : bounded(settleCommands(free))
  const once = pieces.filter((piece, index) => {
    if (!isBusy(piece.person)) return settled.includes(piece)
    const before = pieces.findLastIndex((other, at) => at < index && other.person === piece.person)
    return before < 0 || piece.said.files.length > 0 || keyOf(pieces[before]!) !== keyOf(piece)
  })
  const missing = settled.filter((piece) => !once.includes(piece))
  const kept = [...once, ...missing]
  const named = new Set(kept.flatMap(({ events }) => events))
  const orphans = pieces.flatMap(({ events }) => events).filter((event) => !named.has(event))
  return kept.map((piece, index) => (index === kept.length - 1 ? { ...piece, events: [...piece.events, ...orphans] } : piece))
}

const keyOf = ({ command, said }: Piece): string => JSON.stringify([command.do, said.text, said.chosen, said.fields])

/** Searches beyond the limit are one search more, of their words together. */
const bounded = (pieces: readonly Piece[]): readonly Piece[] => {
  const looking = pieces.filter(({ command }) => command.do === 'look')
  if (looking.length <= MOST_SEARCHES) return pieces
  const kept = new Set(looking.slice(0, MOST_SEARCHES - 1))
  const rest = looking.slice(MOST_SEARCHES - 1)
  const text = rest.map(({ command }) => (command.do === 'look' ? command.text : '')).join(' ')
  const joined: Piece = {
    ...rest.at(-1)!,
    command: { do: 'look', text, near: null, foreign: false, quiet: false },
    events: rest.flatMap(({ events }) => events),
  }
  return [...pieces.filter((piece) => piece.command.do !== 'look' || kept.has(piece)), joined]
}

export const isUnknown = (command: Command): boolean =>
  command.do === 'look' &&
  command.found !== undefined &&
  !command.found.sure &&
  (command.foreign || (command.found.hits.length === 0 && command.near === null))

/** Several things nobody knows an answer to are one "I don't know". */
export const settleUnknown = (pieces: readonly Piece[]): readonly Piece[] => {
  const unknown = pieces.filter(({ command }) => isUnknown(command))
  if (unknown.length < 2) return pieces
  const first = unknown[0]!
  return pieces
    .filter((piece) => piece === first || !unknown.includes(piece))
    .map((piece) => (piece === first ? { ...piece, events: unknown.flatMap(({ events }) => events) } : piece))
}

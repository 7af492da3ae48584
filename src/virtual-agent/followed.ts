import type { Catalogue } from '../core/service-desk.ts'
import type { Meanwhile } from '../core/virtual-agent.ts'
import { type Command, needsOf } from './commands.ts'
import type { Said, Spoken } from './dialogues/dialogue.ts'
import { QUOTED, QUOTED_FOR_TROUBLE } from './dialogues/openings.ts'
import { wished } from './dialogues/requests.ts'
import { text, unmarked } from './dialogues/step.ts'
import type { Found, Watch } from './knowledge/search.ts'
import type { Notes } from './notes.ts'
import type { Piece } from './pieces.ts'

const looksUp = ({ command }: Piece): boolean => {
  const needs = needsOf(command)
  return needs !== null && 'find' in needs
}

/** As if articles surely answered it. */
const answered: Found = { sure: true, hits: [], quote: '', corrected: [] }
/** How the answer will begin; null where that is not known before it is there, or it will be a question of ours. */
const openingOf = (command: Command, { shown }: Notes, catalogue: Catalogue): string | null => {
  if (command.do === 'look') return wished({ ...command, found: answered }, catalogue).do === 'look' ? QUOTED : null
  return command.do === 'start' && command.wish === 'report_incident' && shown.length === 0 ? QUOTED_FOR_TROUBLE : null
}

/** Follows the look-ups of one turn, `free` of open dialogues: the answer to the only thing that was asked is shown while it is written. */
export const followed = ({ stop, say }: Meanwhile, free: readonly Piece[], notesFor: (person: string) => Notes, catalogue: Catalogue) => {
  const keys = new Map<Said, string>()
  for (const { said } of free.filter(looksUp)) if (!keys.has(said)) keys.set(said, `answer:${said.event}`)
  const begun = new Set<Said>()
  return {
    watch: (piece: Piece): Watch => {
      const opening = free.length === 1 ? openingOf(piece.command, notesFor(piece.person), catalogue) : null
      const key = keys.get(piece.said)
      if (say === undefined || opening === null || key === undefined) return { stop }
      const soFar = (words: string): void => {
        begun.add(piece.said)
        say(text(`${opening}\n\n${unmarked(words)} …`), key)
      }
      return { stop, soFar }
    },
    /** Its first words take the place of what was shown meanwhile: in this try, or perhaps in an earlier one. */
    keyed: ({ said }: Piece, spoken: readonly Spoken[]): readonly Spoken[] => {
      const key = say === undefined || begun.has(said) ? keys.get(said) : undefined
      const at = key === undefined ? -1 : spoken.findIndex((one) => one.content.type === 'text' && one.key === undefined)
      if (key === undefined || at < 0) return spoken
      keys.delete(said)
      return spoken.with(at, { ...spoken[at]!, key })
    },
  }
}

/** Whoever cancels while an answer is looked for wants none of it: what was asked before is heard, and left. */
export const uncancelled = (pieces: readonly Piece[]): readonly Piece[] => {
  const last = pieces.findLastIndex(({ command }) => command.do === 'cancel')
  const cancel = pieces[last]
  if (cancel === undefined) return pieces
  const left = pieces.slice(0, last).filter((piece) => piece.person === cancel.person && looksUp(piece))
  const events = [...left, cancel].flatMap((piece) => piece.events)
  return pieces.filter((piece) => !left.includes(piece)).map((piece) => (piece === cancel ? { ...piece, events } : piece))
}

import type { EventId } from '../../channel/index.ts'
import type { Command } from '../commands.ts'
import { type Notes, shorten } from '../notes.ts'
import { maskPersonal } from './personal.ts'

/** What nobody could answer, for those who write articles. `words` are masked, `shown` are ids of articles that did not help. */
export type Unanswered = {
  readonly words: string
  readonly why: 'nothing-found' | 'out-of-scope' | 'none-helped'
  readonly shown: readonly string[]
}
/** `event` tells a turn that is taken twice. */
export type Heard = Unanswered & { readonly event: EventId; readonly source: string; readonly at: string }

const LONGEST = 500
/** Words; what is shorter was an answer. */
const A_QUESTION = 3
const SUGGESTED = 'suggested:'

const masked = (text: string): string => shorten(maskPersonal(text.trim()), LONGEST)

/** Null where the command, with what was found for it, is no such question. `before` are the notes from before it is answered. */
export const unansweredOf = (command: Command, before: Notes): Unanswered | null => {
  if (command.do === 'look') {
    const { found, foreign, near, quiet, text } = command
    if (quiet || found === undefined || found.sure || text.trim() === '') return null
    if (foreign) return { words: masked(text), why: 'out-of-scope', shown: [] }
    return found.hits.length > 0 || near !== null ? null : { words: masked(text), why: 'nothing-found', shown: [] }
  }
  const words = before.about ?? before.said.findLast((said) => said.split(/\s+/).length >= A_QUESTION) ?? ''
  if (command.do !== 'none-helped' || words === '') return null
  const suggested =
    before.trail
      .findLast((did) => did.startsWith(SUGGESTED))
      ?.slice(SUGGESTED.length)
      .split('|') ?? []
  return { words: masked(words), why: 'none-helped', shown: [...new Set([...before.shown.map(({ id }) => id), ...suggested])] }
}

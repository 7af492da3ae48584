import { type Command, intentValue, type Wish } from '../commands.ts'
import type { Found } from '../knowledge/search.ts'
import type { Notes } from '../notes.ts'
import { quote } from './articles.ts'
import { cannot } from './misunderstanding.ts'
import { type Step, TECHNICIAN } from './step.ts'

/** Is there an article that surely fits the trouble and was not shown yet? It comes before the request. */
export const isArticleFirst = (notes: Notes, command: Command): boolean => {
  if (command.do !== 'start' || command.wish !== 'report_incident' || command.found?.sure !== true) return false
  return !notes.shown.some(({ id }) => id === command.found?.hits[0]?.id)
}

/** A described trouble gets the fitting article first, with the request and the technician one press away. Every other wish has a dialogue of its own. */
export const start = (notes: Notes, wish: Wish, text: string, found: Found | undefined): Step => {
  if (found?.sure !== true) return cannot(notes)
  const further = [{ value: intentValue(wish), label: 'Create Request' }, TECHNICIAN]
  const step = quote({ ...notes, about: text }, found, further, "I'm sorry about the trouble. This often helps:")
  return { ...step, notes: { ...step.notes, trail: [...notes.trail, wish, ...step.notes.trail.slice(-1)].slice(-12) } }
}

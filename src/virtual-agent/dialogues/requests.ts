import type { Catalogue } from '../../core/service-desk.ts'
import { type Command, intentValue, type Wish } from '../commands.ts'
import type { Found } from '../knowledge/search.ts'
import type { Notes } from '../notes.ts'
import { quote } from './articles.ts'
import { catalogueWish } from './catalogue-wish.ts'
import { cannot } from './misunderstanding.ts'
import { QUOTED_FOR_TROUBLE } from './openings.ts'
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
  const step = quote({ ...notes, about: text }, found, further, QUOTED_FOR_TROUBLE)
  return { ...step, notes: { ...step.notes, trail: [...notes.trail, wish, ...step.notes.trail.slice(-1)].slice(-12) } }
}

/** Somebody who says that they want a thing of the catalogue begins its request; where an article fits as well, and it may be that, both are offered. */
export const wished = (command: Command, catalogue: Catalogue): Command => {
  if (command.do !== 'clarify' && (command.do !== 'look' || command.quiet)) return command
  const wish = catalogueWish(catalogue, command.text)
  // Which of several is asked for where they are ordered, and guessed at nowhere.
  if (wish === null || (wish.several && !wish.orders)) return command
  const reads = command.do === 'look' && command.found?.sure === true
  if (wish.orders && (wish.whole || !reads)) return { do: 'start', wish: 'create_request', text: command.text }
  return command.do === 'look' && !wish.several && (wish.whole || wish.orders)
    ? { ...command, item: { id: wish.item.id, title: wish.item.title } }
    : command
}

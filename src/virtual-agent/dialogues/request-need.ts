import type { Catalogue, CatalogueItem, RequestType } from '../../core/service-desk.ts'
import { categoryFor, itemFor, type Match, tellingOf } from './catalogue-search.ts'
import type { World } from './dialogue.ts'
import { type RequestDraft, slotsOf, valueFor } from './request-draft.ts'
import { doubtsIn, valuesIn } from './request-slots.ts'
import { todayOf } from './today.ts'

const SAID_LENGTH = 4000

/** Words of trouble: what is told is an incident. */
export const TROUBLE =
  /\b(?:broken?|broke|not work\w*|n['o]t work\w*|stopped|crash\w*|error\w*|fail\w*|freez\w*|frozen|slow|stuck|lost|stolen|down|dead|crack\w*|damag\w*|can ?not|can't|cant|won't|wont|doesn'?t|does not|isn'?t|is not|unable|missing|hang\w*|blue screen|flicker\w*|disconnect\w*|drops?|problem\w*|issue\w*|trouble|jam(?:s|med|ming)?|stripes?|leak\w*|spill\w*|swollen|virus|hacked|phish\w*|noise|blank|black|refus\w*|something (?:is )?(?:with|wrong)|no (?:picture|image|sound|signal|power|connection|internet|network|access any ?more|longer))\b/iu

/** Words of a wish. */
const WISHING =
  /\b(?:need\w*|want\w*|like|order\w*|get|give|request\w*|can (?:i|we)|could (?:i|we)|may (?:i|we)|please|new|install\w*|set ?up|add|another|access|licen[cs]e|replac\w*|extra)\b/iu
/** Longer than the name of a thing: a statement, which may be a trouble. */
const NAME_WORDS = 4

/** "I need a new laptop, mine is broken": what is broken is only why. */
const NEW =
  /\b(?:need|want|like|order|get|request)\b.{0,20}\b(?:new|another|replacement|second|spare)\b|^\W*(?:an? )?(?:new|replacement|another)\b/iu
export const asksForNew = (catalogue: Catalogue, words: string): boolean => NEW.test(words) && itemFor(catalogue, words).do !== 'none'

/** What the words tell of the kind, the item, and whatever is named beside it. */
export const understood = (before: RequestDraft, words: string, world: World, said = words): RequestDraft => {
  const draft: RequestDraft = { ...before, said: said.trim().slice(0, SAID_LENGTH) }
  if (draft.type === 'incident' || (TROUBLE.test(words) && !asksForNew(world.catalogue, words)))
    return filled({ ...draft, type: 'incident' }, world)
  const match = itemFor(world.catalogue, words)
  // "My laptop" is one that is there.
  const isStatement = (tellingOf(words).length > NAME_WORDS || /^\W*(?:it'?s |about )?my\b/iu.test(words)) && !WISHING.test(words)
  return match.do === 'none' || isStatement ? { ...draft, type: null, asking: { what: 'kind' } } : matched(draft, match, world)
}

/** Trouble or wish, as the person says; a wish for none of the items that were offered is one in free words. */
export const ofKind = (draft: RequestDraft, type: RequestType, world: World): RequestDraft =>
  type === 'incident' || draft.answered.some((name) => name.startsWith('which:'))
    ? filled({ ...draft, type }, world)
    : matched(draft, itemFor(world.catalogue, draft.said), world)

/** An item that was found, or the question which of several. */
const matched = (draft: RequestDraft, match: Match<CatalogueItem>, world: World): RequestDraft => {
  switch (match.do) {
    case 'one':
      return filled({ ...draft, type: 'service-request', item: { id: match.found.id, title: match.found.title } }, world)
    case 'close': {
      const options = [
        ...match.found.map(({ id, title }) => ({ value: valueFor(draft, 'item', id), label: title })),
        { value: valueFor(draft, 'item', ''), label: 'Something else' },
      ]
      return { ...draft, type: null, asking: { what: 'which', options } }
    }
    case 'none':
      return filled({ ...draft, type: 'service-request' }, world)
  }
}

/** With everything that was said beside the need itself. */
export const filled = (draft: RequestDraft, world: World): RequestDraft => {
  const { catalogue } = world
  const today = todayOf(world)
  const category = draft.item === null ? categoryFor(catalogue, draft.said) : null
  const known = { ...draft.values, ...(category === null ? {} : { category }) }
  const slots = slotsOf(draft, catalogue)
  return {
    ...draft,
    values: { ...known, ...valuesIn(slots, known, draft.said, today) },
    doubts: doubtsIn(slots, known, draft.said, today),
  }
}

import type { Catalogue, CatalogueItem } from '../../core/service-desk.ts'
import { stemOf } from '../knowledge/stem.ts'
import { normalise, wordsOf } from '../understand/features.ts'
import { itemFor, tellingOf } from './catalogue-search.ts'
import { asksForNew, TROUBLE } from './request-need.ts'

/** What somebody seems to want of the catalogue. `orders`: they say that they want it. `whole`: nothing that they say is about anything else. `several`: other things fit about as well. */
export type CatalogueWish = { readonly item: CatalogueItem; readonly orders: boolean; readonly whole: boolean; readonly several: boolean }

const ORDERS =
  /\b(?:i|we)(?:'?d| would| will)? (?:also |really |just |still |urgently )*(?:need|want|like|require|order|request|have to have)\b|^(?:(?:hi|hello|hey|please|pls)\W+)*(?:order|request|need|want|get me|give me|install|set up)\b|\b(?:can|could|may) (?:i|we) (?:please )?(?:have|get|order|request)\b|\bpossible (?:for (?:me|us) )?to (?:get|have|order)\b|\bwondering (?:if|whether)\b|\b(?:could|would) (?:really )?(?:use|love)\b|\bchance (?:to get|of getting)\b|\bplease[.!]*$/iu
/** What is wanted is not the thing: to do something with it, or to know something of it. */
const ELSE =
  /\b(?:need|want|like|have) to (?!order|get|have|request|buy|install)|\bhelp\b|\?.*\?|^(?:how|what|where|when|why|who|which|is|are|does|do|did|has|should)\b(?!.*\b(?:get|order|request|apply for|obtain)\b)/iu
/** Words that stand beside any wish. */
const BESIDE = new Set(
  'monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september october november december week month day next soon also too thanks colleague team desk office access somebody two three four five send urgently'.split(
    ' ',
  ),
)

const stemsIn = (texts: readonly string[]): ReadonlySet<string> => new Set(texts.flatMap((text) => wordsOf(normalise(text))).map(stemOf))
const known = new WeakMap<CatalogueItem, ReadonlySet<string>>()
/** Every word that stands in an item. */
const wordsOfItem = (item: CatalogueItem): ReadonlySet<string> => {
  let words = known.get(item)
  if (words === undefined) {
    const options = item.fields.flatMap((field) =>
      field.kind === 'choice' ? field.options.flatMap(({ label, also }) => [label, ...also]) : [],
    )
    words = stemsIn([item.title, item.description, ...item.keywords, ...item.fields.map(({ label }) => label), ...options])
    known.set(item, words)
  }
  return words
}

/** Is a thing of the catalogue wanted, and which? Null where it is a trouble, a question about it, none, or one of several. */
export const catalogueWish = (catalogue: Catalogue, text: string): CatalogueWish | null => {
  const isNew = asksForNew(catalogue, text)
  if ((TROUBLE.test(text) && !isNew) || ELSE.test(text.trim())) return null
  const match = itemFor(catalogue, text)
  if (match.do === 'none') return null
  const items = match.do === 'one' ? [match.found] : match.found
  const words = new Set(items.flatMap((item) => [...wordsOfItem(item)]))
  const strange = tellingOf(text.replace(/\S+@\S+/g, ' ')).filter(
    (word) => !BESIDE.has(word) && !/^\d+(?:st|nd|rd|th)?$/.test(word) && !words.has(stemOf(word)),
  )
  const [item] = items
  const orders = isNew || ORDERS.test(text.trim()) || text.trim().toLowerCase().startsWith(item!.title.toLowerCase())
  return { item: item!, orders, whole: strange.length === 0, several: items.length > 1 }
}

/** The value of the choice that begins a request for an item. */
export const ITEM = 'item:'
export const itemValue = (id: string): string => `${ITEM}${id}`

import type { Catalogue, CatalogueItem } from '../../core/service-desk.ts'
import { type Corrector, editsBetween, makeCorrector } from '../knowledge/correct.ts'
import { stemOf } from '../knowledge/stem.ts'
import { normalise, wordsOf } from '../understand/features.ts'

/** What of the catalogue somebody may mean. `close`: several that fit about as well, best first. */
export type Match<Of> =
  | { readonly do: 'one'; readonly found: Of }
  | { readonly do: 'close'; readonly found: readonly Of[] }
  | { readonly do: 'none' }

/** What people wrap a wish in. */
const WRAPPING = new Set(
  `i a an the my me we our you your it its this that these to for of in on at with from and or is are am be been was were do does did has have had will would shall can could
  please hi hello hey thanks want wants need needs like get got give make makes create open log raise submit file order request requests ticket tickets case new another some one
  something anything thing problem problems issue issues incident report help since yesterday today tomorrow now urgent urgently asap high low medium critical priority not no
  working work works broken so very really just there what which when how who am im id ive ill its thats service desk somebody someone`.split(
    /\s+/,
  ),
)

type Entry = { readonly id: string; readonly title: string; readonly keywords: readonly string[]; readonly description?: string }
type Indexed<Of> = {
  readonly of: Of
  readonly main: ReadonlySet<string>
  readonly side: ReadonlySet<string>
  readonly phrases: readonly (readonly string[])[]
}
type Index<Of> = { readonly entries: readonly Indexed<Of>[]; readonly correct: Corrector; readonly having: ReadonlyMap<string, number> }

/** How much less the second may fit and still be asked about. */
const CLOSE = 0.72
const MOST = 4
const TITLE = 2
const PHRASE = 2
const SIDE = 0.25
/** Words of so many letters may hold two mistakes. The catalogue's words are too few to tell a mistake from another word. */
const LONG = 8

const stemsOf = (text: string): readonly string[] => wordsOf(normalise(text)).map(stemOf)

/** The words that say something, stems of them; empty for "I'd like to create a request". */
export const tellingOf = (text: string): readonly string[] =>
  wordsOf(normalise(text))
    .map((word) => word.replaceAll("'", ''))
    .filter((word) => !WRAPPING.has(word) && !WRAPPING.has(stemOf(word)))

const indexed = new WeakMap<object, Index<never>>()

const indexOf = <Of extends Entry>(list: readonly Of[]): Index<Of> => {
  const known = indexed.get(list) as Index<Of> | undefined
  if (known !== undefined) return known
  const entries = list.map(
    (of): Indexed<Of> => ({
      of,
      main: new Set([of.title, ...of.keywords].flatMap(stemsOf)),
      side: new Set(stemsOf(of.description ?? '')),
      phrases: [of.title, ...of.keywords].map(stemsOf),
    }),
  )
  const having = new Map<string, number>()
  for (const { main } of entries) for (const stem of main) having.set(stem, (having.get(stem) ?? 0) + 1)
  const words = new Map<string, number>()
  for (const { title, keywords } of list)
    for (const word of new Set([title, ...keywords].flatMap((text) => wordsOf(normalise(text)))))
      words.set(word, (words.get(word) ?? 0) + 1)
  const nearest = makeCorrector(
    [...words].map(([word, documents]) => ({ word, documents })),
    WRAPPING,
  )
  const correct: Corrector = (word) => {
    const meant = nearest(word)
    return meant !== undefined && meant[0] === word[0] && editsBetween(word, meant, 2) <= (word.length < LONG ? 1 : 2) ? meant : undefined
  }
  const made = { entries, correct, having }
  indexed.set(list, made as unknown as Index<never>)
  return made
}

/** By the words of title and keywords, rare ones counting more, typing mistakes put right. Of a keyword of several words only the whole counts, and more. */
const search = <Of extends Entry>(list: readonly Of[], text: string): Match<Of> => {
  const { entries, correct, having } = indexOf(list)
  const stems = [...new Set(tellingOf(text).map((word) => stemOf(correct(word) ?? word)))]
  const weigh = (stem: string): number => Math.log(1 + entries.length / (having.get(stem) ?? entries.length))
  const scored = entries
    .map(({ of, main, side, phrases }) => {
      const hits = stems.filter((stem) => main.has(stem))
      const whole = Math.max(
        0,
        ...phrases.map((phrase) => (phrase.length > 1 && phrase.every((stem) => stems.includes(stem)) ? phrase.length : 0)),
      )
      const score =
        hits.reduce((sum, stem) => sum + TITLE * weigh(stem), 0) +
        PHRASE * whole +
        stems.filter((stem) => side.has(stem) && !main.has(stem)).length * SIDE
      const first = stems.findIndex((stem) => main.has(stem))
      return { of, first, score: hits.length === 0 && whole === 0 ? 0 : score }
    })
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || a.first - b.first)
  const [best] = scored
  if (best === undefined) return { do: 'none' }
  const close = scored.filter(({ score }) => score >= CLOSE * best.score).slice(0, MOST)
  return close.length === 1 ? { do: 'one', found: best.of } : { do: 'close', found: close.map(({ of }) => of) }
}

export const itemFor = ({ items }: Catalogue, text: string): Match<CatalogueItem> => search(items, text)

/** The category of a trouble, at a tie the one named first; null where there is none. An item's words lead to its category too. */
export const categoryFor = (catalogue: Catalogue, text: string): string | null => {
  const own = search(catalogue.categories, text)
  const item = itemFor(catalogue, text)
  if (own.do === 'close' && item.do === 'one' && own.found.some(({ id }) => id === item.found.category)) return item.found.category
  if (own.do !== 'none') return (own.do === 'one' ? own.found : own.found[0]!).id
  return item.do === 'one' ? item.found.category : null
}

import type { ArticleStore, Audience } from '../ports.ts'
import { normalise, wordsOf } from '../understand/features.ts'
import { type Corrector, makeCorrector } from './correct.ts'
import { passagesOf, sentencesOf } from './passages.ts'
import { dropPersonal } from './personal.ts'
import { type Ranked, rank } from './rank.ts'
import { stemOf } from './stem.ts'

/** `sure`: the articles cover the question well enough to quote one; else they are only suggestions. */
export type Found = {
  readonly sure: boolean
  readonly hits: readonly Ranked[]
  /** One to three sentences of the best article, only where `sure`. */
  readonly quote: string
  /** The passages in words of a language model, where there is one and they bear out what it wrote; in place of the quotation. `from`: titles. */
  readonly written?: { readonly text: string; readonly from: readonly string[] }
  /** Words of the question that were taken for typing mistakes, and for what. */
  readonly corrected: readonly { readonly from: string; readonly to: string }[]
}

/** For finds that take seconds: whoever aborts `stop` wants no more of it; `soFar` gets what is sure of `written` already, each time more. */
export type Watch = { readonly stop: AbortSignal; readonly soFar?: (text: string) => void }

export type Knowledge = {
  /** The best first, five at most. Reads the database twice, and afresh where an article has just changed. */
  find(question: string, audiences: readonly Audience[], watch?: Watch): Promise<Found>
  /** The ids of the best articles alone, however little they cover of the question. */
  ranking(question: string, audiences: readonly Audience[], limit: number): Promise<readonly string[]>
  /** A language model stands behind it. */
  readonly takesLong?: true
}

const CANDIDATES = 50
const SHOWN = 5
/** The question is read up to so many words. */
const WORDS_AT_MOST = 40
const COMPOUNDS_AT_MOST = 8
/** What has a mark between two letters or digits: the database keeps `node.js` or `10.0.0.1` whole, besides its words or instead of them. */
const COMPOUND = /[^\s"“”<>()]*[\p{L}\p{N}][-._/:@+#][\p{L}\p{N}][^\s"“”<>()]*/gu
const SURE_FROM = 0.6
const FOCUSED_FROM = 0.25
const SUGGEST_FROM = 0.34
/** A runner-up has at least this share of the best score. */
const RUNNER_UP_FROM = 0.35
/** How much better than the article's opening another passage must fit to be quoted in its place. */
const OPENING_LEAD = 1.2
/** What it counts where all that a heading says was asked, whether the title says it too or not. */
const HEADING_ASKED = 2.5
const LONGEST_QUOTE = 420

/** What people wrap a question in; no article is about these words. */
const WRAPPING = new Set(
  `a an the i me my we our you your he she it its they them this that these those and or but if then so than as at by for from in into of on onto out to up with without
  is am are was were be been being do does did doing done have has had having will would shall should can could may might must not no nor don't doesn't didn't isn't aren't wasn't won't can't couldn't
  i'm i've i'd i'll it's that's what's there's dont doesnt didnt isnt arent wont cant couldnt im ive id ill its thats whats
  how what when where which who why whom whose there here hi hello hey please pls plz thanks thank thx help want wants need needs like get gets got give let know tell say says show
  thing things something somebody someone anybody anyone anything everything any some all every each way just really very too also again still always ever even only now today already
  u ur r ok okay well quick question problem problems issue issues trouble able possible much many lot super keep keeps kept try tried trying go going`.split(
    /\s+/,
  ),
)

/** What one group of readers may be corrected towards. */
type Vocabulary = { readonly revision: number; readonly correct: Corrector; readonly standIn: (word: string) => readonly string[] }

/**
 * Makes the search; `known` are words (of the phrases) that are no typing mistakes. The words of the articles are read once for each group of readers, and
 * again when an article has changed: what it says now counts for the very next question.
 */
export const makeKnowledge = async (at: {
  readonly articles: ArticleStore
  readonly synonyms?: readonly (readonly string[])[]
  readonly known?: Iterable<string>
}): Promise<Knowledge> => {
  const synonyms = synonymsOf(at.synonyms ?? [])
  const alsoKnown = [...WRAPPING, ...(at.synonyms ?? []).flat().flatMap((phrase) => wordsOf(normalise(phrase))), ...(at.known ?? [])]
  const vocabularies = new Map<string, Promise<Vocabulary>>()

  const readVocabulary = async (audiences: readonly Audience[]): Promise<Vocabulary> => {
    const { revision, words } = await at.articles.words(audiences)
    const standIn = standInOf(at.synonyms ?? [], new Set(words.map(({ word }) => word)))
    return { revision, correct: makeCorrector(words, alsoKnown), standIn }
  }
  /** At least as new as `revision`. Many who ask at once wait for one reading. */
  const vocabularyOf = async (audiences: readonly Audience[], revision: number): Promise<Vocabulary> => {
    const key = [...audiences].sort().join()
    const held = vocabularies.get(key)
    const known = await held?.catch(() => undefined)
    if (known !== undefined && known.revision >= revision) return known
    if (vocabularies.get(key) === held) vocabularies.set(key, readVocabulary(audiences))
    return vocabularies.get(key)!
  }
  await vocabularyOf(['public'], 0)

  const searchWith = async ({ correct, standIn }: Vocabulary, question: string, audiences: readonly Audience[]) => {
    const corrected: { from: string; to: string }[] = []
    const words = wordsOf(normalise(question))
      .filter((word) => !WRAPPING.has(word))
      .slice(0, WORDS_AT_MOST)
      .map((word) => {
        const to = correct(word)
        if (to !== undefined) corrected.push({ from: word, to })
        return to ?? word
      })
      .flatMap((word) => standIn(word))
    if (words.length === 0) return { ranked: [], corrected, words, revision: 0 }
    const found = await at.articles.candidates({
      words: words.join(' '),
      compounds: (normalise(question).match(COMPOUND) ?? []).slice(0, COMPOUNDS_AT_MOST).join(' '),
      synonyms: synonyms(words).join(' '),
      audiences,
      limit: CANDIDATES,
    })
    return { ranked: rank(found), corrected, words, revision: found.revision }
  }
  const search = async (typed: string, audiences: readonly Audience[]) => {
    const question = dropPersonal(typed)
    const vocabulary = await vocabularyOf(audiences, 0)
    const first = await searchWith(vocabulary, question, audiences)
    if (first.revision <= vocabulary.revision) return first
    return searchWith(await vocabularyOf(audiences, first.revision), question, audiences)
  }

  const find = async (question: string, audiences: readonly Audience[]): Promise<Found> => {
    const { ranked, corrected, words } = await search(question, audiences)
    const hits = ranked.slice(0, SHOWN).filter((hit) => hit.coverage >= SUGGEST_FROM && hit.score >= RUNNER_UP_FROM * ranked[0]!.score)
    const best = hits[0]
    if (best === undefined || best.coverage < SURE_FROM || best.focus < FOCUSED_FROM) return { sure: false, hits, quote: '', corrected }
    const article = await at.articles.article(best.id, audiences)
    return article === undefined
      ? { sure: false, hits: hits.slice(1), quote: '', corrected }
      : { sure: true, hits, quote: quoteOf(article, words), corrected }
  }

  const ranking = async (question: string, audiences: readonly Audience[], limit: number) =>
    (await search(question, audiences)).ranked.slice(0, limit).map(({ id }) => id)
  return { find, ranking }
}

/** A word that no article has is asked for by the first of its synonyms that one has. */
const standInOf = (groups: readonly (readonly string[])[], indexed: ReadonlySet<string>) => {
  const instead = new Map<string, readonly string[]>()
  for (const group of groups) {
    const phrases = group.map((phrase) => wordsOf(normalise(phrase)))
    const known = phrases.find((words) => words.every((word) => indexed.has(word)))
    for (const words of phrases) if (known !== undefined && words.length === 1 && !indexed.has(words[0]!)) instead.set(words[0]!, known)
  }
  return (word: string): readonly string[] => instead.get(word) ?? [word]
}

/** From the words of a question to the words that mean the same. */
const synonymsOf = (groups: readonly (readonly string[])[]) => {
  const keyed = groups.map((group) => group.map((phrase) => wordsOf(normalise(phrase)).join(' ')))
  return (words: readonly string[]): readonly string[] => {
    const text = ` ${words.join(' ')} `
    return keyed.flatMap((group) =>
      group.some((phrase) => text.includes(` ${phrase} `)) ? group.filter((phrase) => !text.includes(` ${phrase} `)) : [],
    )
  }
}

/**
 * One to three sentences: the opening, unless another passage fits clearly better. The title's words do not choose among its passages;
 * rare words count more. Where the heading says what was asked, the passage is quoted from its beginning, and comes before others.
 */
export const quoteOf = ({ title, body }: { readonly title: string; readonly body: string }, words: readonly string[]): string => {
  const stemsIn = (text: string): readonly string[] => wordsOf(normalise(text)).map(stemOf)
  const inTitle = new Set(stemsIn(title))
  const all = new Set(words.flatMap((word) => word.split(' ')).map(stemOf))
  const asked = [...all].filter((stem) => !inTitle.has(stem))
  const isAsked = (heading: string): boolean => {
    const stems = wordsOf(normalise(heading))
      .filter((word) => !WRAPPING.has(word))
      .map(stemOf)
    return stems.length > 0 && stems.every((stem) => all.has(stem))
  }
  const passages = passagesOf(body).map((passage) => ({ passage, stems: new Set(stemsIn(`${passage.heading} ${passage.text}`)) }))
  const having = new Map(asked.map((stem) => [stem, passages.filter(({ stems }) => stems.has(stem)).length]))
  const weigh = (stems: ReadonlySet<string>): number =>
    asked.reduce((sum, stem) => sum + (stems.has(stem) ? 1 + Math.log(passages.length / Math.max(1, having.get(stem) ?? 1)) : 0), 0)
  const weights = passages.map(
    ({ passage, stems }, place) => weigh(stems) + (place === 0 ? OPENING_LEAD : 0) + (isAsked(passage.heading) ? HEADING_ASKED : 0),
  )
  const best = passages[weights.indexOf(Math.max(...weights))]
  if (best === undefined) return ''
  const sentences = sentencesOf(best.passage.text)
  const fits = sentences.map((sentence) => weigh(new Set(stemsIn(sentence))))
  const isHeaded = isAsked(best.passage.heading) || weigh(new Set(stemsIn(best.passage.heading))) > 0
  const first = isHeaded || best === passages[0] ? 0 : fits.indexOf(Math.max(...fits))
  const quote: string[] = []
  for (const sentence of sentences.slice(first, first + 3)) {
    if (quote.length > 0 && quote.join(' ').length + sentence.length > LONGEST_QUOTE) break
    quote.push(/[.!?:)"”*_]$/.test(sentence) ? sentence : `${sentence.replace(/[;,]$/, '')}.`)
  }
  return quote.join(' ')
}

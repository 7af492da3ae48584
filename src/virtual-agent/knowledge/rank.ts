import type { Candidate, Candidates, TermCount } from '../ports.ts'

/** How much a word counts by where it stands; the title's figure was found best on four public question sets. */
export const TITLE_WEIGHT = 2.5
export const KEYWORDS_WEIGHT = 1.5
const SATURATION = 1.2
const LENGTH_PULL = 0.75

export type Ranked = {
  readonly id: string
  readonly title: string
  readonly score: number
  /** Share of the question's weight that the article covers, 0…1: rare words weigh more, words that no article has weigh most. */
  readonly coverage: number
  /** The same share, counting only words that stand in the title or the keywords. */
  readonly focus: number
}

const rarity = (articles: number, documents: number): number => Math.log(1 + (articles - documents + 0.5) / (documents + 0.5))

const scoreOf = (candidate: Candidate, articles: number, averageLength: number): number =>
  candidate.terms.reduce((sum, term) => {
    const count = term.title * TITLE_WEIGHT + term.keywords * KEYWORDS_WEIGHT + term.body
    const length = averageLength === 0 ? 1 : candidate.length / averageLength
    return (
      sum +
      (term.weight * rarity(articles, term.documents) * count * (SATURATION + 1)) /
        (count + SATURATION * (1 - LENGTH_PULL + LENGTH_PULL * length))
    )
  }, 0)

/** Orders the candidates by BM25, the best first; ties by id. Pure. */
export const rank = ({ asked, articles, averageLength, found }: Omit<Candidates, 'revision'>): readonly Ranked[] => {
  const whole = asked.reduce((sum, { documents }) => sum + rarity(articles, documents), 0)
  return found
    .map((candidate) => {
      const covers = (counts: (term: TermCount) => boolean): number =>
        whole === 0
          ? 0
          : Math.min(
              1,
              candidate.terms.reduce((sum, term) => sum + (counts(term) ? term.weight * rarity(articles, term.documents) : 0), 0) / whole,
            )
      return {
        id: candidate.id,
        title: candidate.title,
        score: scoreOf(candidate, articles, averageLength),
        coverage: covers(() => true),
        focus: covers((term) => term.title + term.keywords > 0),
      }
    })
    .sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1))
}

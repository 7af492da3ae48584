import { RUNNERS_UP, SUGGESTIONS } from './dialogues/articles.ts'
import type { Found, Knowledge } from './knowledge/search.ts'
import type { ArticleStore, Audience } from './ports.ts'
import type { Understanding } from './understand/understanding.ts'

/** What the virtual agent would say to a question, for those who write the articles. */
export type Tried = {
  /** `quote`: a passage of the first article; `suggest`: titles; `nothing`: that it does not know. */
  readonly answer: 'quote' | 'suggest' | 'nothing'
  readonly quote: string
  readonly articles: readonly { readonly id: string; readonly title: string }[]
  readonly corrected: Found['corrected']
  /** How it would ask back, or what it would begin, in place of looking into the articles; mostly empty. */
  readonly takenFor: readonly string[]
}
/** Another store of articles is searched in the same way. Nothing is kept of the question. */
export type Trial = (question: string, audiences: readonly Audience[], articles?: ArticleStore) => Promise<Tried>

/** Answers from the articles alone: a language model is not asked. */
export const makeTrial =
  (of: {
    readonly knowledge: Knowledge
    readonly over: (articles: ArticleStore) => Promise<Knowledge>
    readonly understanding: Pick<Understanding, 'read' | 'titleOf'>
  }): Trial =>
  async (question, audiences, articles) => {
    const knowledge = articles === undefined ? of.knowledge : await of.over(articles)
    const { sure, quote, hits, corrected } = await knowledge.find(question, audiences)
    const reading = of.understanding.read(question)
    const wishes = reading.band === 'act' ? [reading.intent] : reading.band === 'ask' ? reading.intents : []
    const foreign = reading.band === 'look' && reading.foreign
    const answer = sure ? 'quote' : hits.length === 0 || foreign ? 'nothing' : 'suggest'
    const shown = { quote: 1 + RUNNERS_UP, suggest: SUGGESTIONS, nothing: 0 }[answer]
    return {
      answer,
      quote,
      articles: hits.slice(0, shown).map(({ id, title }) => ({ id, title })),
      corrected,
      takenFor: wishes.map((intent) => of.understanding.titleOf(intent)),
    }
  }

/** Who may read an article. */
export type Audience = 'public' | 'employees' | 'technicians'

/** An article as its author wrote it; `body` is Markdown. `updated` is a day (`2026-06-01`), or null. */
export type Article = {
  readonly id: string
  readonly title: string
  readonly keywords: readonly string[]
  readonly audience: Audience
  readonly updated: string | null
  readonly body: string
  /** Where it can be read outside the chat by whoever was given it here; without a fragment. */
  readonly link?: string
}

/** How often a stem of the question stands in the title, the keywords and the body of one article, and in how many articles at all. */
export type TermCount = {
  readonly term: string
  /** 1 for the person's own words, less for synonyms. */
  readonly weight: number
  readonly title: number
  readonly keywords: number
  readonly body: number
  readonly documents: number
}
export type Candidate = { readonly id: string; readonly title: string; readonly length: number; readonly terms: readonly TermCount[] }
/** `asked`: every stem of the question, also those that no article has. */
export type Candidates = {
  readonly asked: readonly { readonly term: string; readonly documents: number }[]
  readonly articles: number
  readonly averageLength: number
  /** Goes up whenever an article changes: words that were read at another revision are old. */
  readonly revision: number
  readonly found: readonly Candidate[]
}

/** Where the articles are kept. Every question is bounded: it never returns, and never ranks in detail, more than `limit` articles. */
export interface ArticleStore {
  /** The best by full-text rank among those that have any word of the question or one of the synonyms. Only `words` count as asked. */
  candidates(question: {
    readonly words: string
    /** Words with marks inside, as they were typed (`node.js`, `/etc/hosts`): an index that keeps such a thing whole finds it so. */
    readonly compounds: string
    readonly synonyms: string
    readonly audiences: readonly Audience[]
    readonly limit: number
  }): Promise<Candidates>
  /** Undefined where there is none, or not for these readers. */
  article(id: string, audiences: readonly Audience[]): Promise<Article | undefined>
  /** Every word of the articles for these readers with the number of articles it stands in. */
  words(
    audiences: readonly Audience[],
  ): Promise<{ readonly revision: number; readonly words: readonly { readonly word: string; readonly documents: number }[] }>
}

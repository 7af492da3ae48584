import type { ArticleLine, ArticleText, ArticleVersionLine, QuestionView, Readers, TrialAnswer } from '../api-types.ts'
import type { ApiNeeds } from './needs.ts'

type Line = Omit<ArticleLine, 'readOnly' | 'file'>
type Saving = { readonly id: string; readonly draft: ArticleText; readonly publish: boolean; readonly by: string }
export type Refusal = { readonly ok: false; readonly reason: 'unknown' | 'from-file' | 'exists' | 'overtaken' }
type Saved = { readonly ok: true; readonly version: number }
type Question = Omit<QuestionView, 'id'> & { readonly id: number }
type Tried = Omit<TrialAnswer, 'articles'> & {
  readonly takenFor: readonly string[]
  readonly articles: readonly { readonly id: string; readonly title: string }[]
}

/** What the authors' routes need of the store, and of the virtual agent. */
export type ArticleNeeds = {
  readonly auth: Pick<ApiNeeds['auth'], 'requireAdmin'>
  readonly reading: Pick<ApiNeeds['reading'], 'note'>
  /** The path of an article's file; undefined for those written in the hub. */
  readonly fileOf: (id: string) => string | undefined
  readonly articles: {
    create(saving: Saving): Promise<Saved | Refusal>
    save(saving: Saving & { readonly seen: number }): Promise<Saved | Refusal>
    restore(what: {
      readonly id: string
      readonly version: number
      readonly publish: boolean
      readonly by: string
    }): Promise<Saved | Refusal>
    remove(id: string): Promise<{ readonly ok: true } | Refusal>
    list(filter: {
      readonly after?: string
      readonly text?: string
      readonly state?: Line['state']
      readonly audience?: Readers
      readonly limit: number
    }): Promise<readonly Line[]>
    read(id: string): Promise<(Line & ArticleText) | undefined>
    versions(id: string): Promise<readonly ArticleVersionLine[] | undefined>
    version(id: string, number: number): Promise<(ArticleVersionLine & ArticleText) | undefined>
  }
  readonly questions: {
    list(filter: {
      readonly state: Question['state']
      readonly why?: Question['why']
      readonly article?: string
      readonly order: 'newest' | 'most-asked'
      readonly after?: { readonly id: number; readonly times: number }
      readonly limit: number
    }): Promise<readonly Question[]>
    read(id: number): Promise<Question | undefined>
    settle(of: {
      readonly id: number
      readonly state: Question['state']
      readonly reason?: string
      readonly article?: string
      readonly by: string
    }): Promise<boolean>
  }
  /** What the virtual agent would say, as the articles are, or with this one published; undefined where the one that runs has no articles. */
  readonly tryOut: (question: string, reader: Readers, draft?: ArticleText & { readonly id: string }) => Promise<Tried | undefined>
}

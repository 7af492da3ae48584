import type {
  ArticleLine,
  ArticleSaved,
  ArticleText,
  ArticleTrial,
  ArticleVersionLine,
  ArticleVersionView,
  ArticleView,
  QuestionView,
  Readers,
} from '../../src/http/api-types.ts'
import { call } from '../shared/api.ts'

export type Page<Item> = { readonly items: readonly Item[]; readonly next: string | null }
export type SavedAs = 'draft' | 'published'
export type QuestionFilter = {
  readonly state: QuestionView['state']
  readonly order: 'most-asked' | 'newest'
  readonly why?: QuestionView['why'] | undefined
  readonly article?: string | undefined
}
export type ArticleFilter = {
  readonly text?: string | undefined
  readonly state?: ArticleLine['state'] | undefined
  readonly audience?: Readers | undefined
}

const query = (given: { readonly [name: string]: string | number | undefined }) =>
  new URLSearchParams(
    Object.entries(given).flatMap(([name, value]) => (value === undefined || value === '' ? [] : [[name, String(value)]])),
  )
const article = (id: string) => `/api/admin/articles/${encodeURIComponent(id)}`
const atOnce = 30

/** What authors may see and do; the browser sends the session along. */
export const knowledgeApi = {
  /** Refused to whoever is no admin. */
  admitted: () => call<unknown>('/api/admin/articles?limit=1'),
  questions: (filter: QuestionFilter, before?: string) =>
    call<Page<QuestionView>>(`/api/admin/questions?${query({ ...filter, before, limit: atOnce })}`),
  question: (id: string) => call<QuestionView>(`/api/admin/questions/${encodeURIComponent(id)}`),
  settle: (
    id: string,
    as:
      | { readonly state: 'open' }
      | { readonly state: 'done'; readonly article: string }
      | { readonly state: 'dismissed'; readonly reason: string },
  ) => call<unknown>(`/api/admin/questions/${encodeURIComponent(id)}`, { method: 'PUT', json: as }),
  articles: (filter: ArticleFilter, after?: string) =>
    call<Page<ArticleLine>>(`/api/admin/articles?${query({ ...filter, after, limit: atOnce })}`),
  article: (id: string) => call<ArticleView>(article(id)),
  create: (id: string | undefined, text: ArticleText, state: SavedAs) =>
    call<ArticleSaved>('/api/admin/articles', { json: { ...(id ? { id } : {}), ...text, state } }),
  save: (id: string, version: number, text: ArticleText, state: SavedAs) =>
    call<ArticleSaved>(article(id), { method: 'PUT', json: { version, ...text, state } }),
  remove: (id: string) => call<unknown>(article(id), { method: 'DELETE' }),
  versions: (id: string) => call<{ readonly items: readonly ArticleVersionLine[] }>(`${article(id)}/versions`),
  version: (id: string, number: number) => call<ArticleVersionView>(`${article(id)}/versions/${number}`),
  restore: (id: string, number: number, state: SavedAs) =>
    call<ArticleSaved>(`${article(id)}/versions/${number}/restore`, { json: { state } }),
  tryOut: (given: { readonly question: string; readonly reader: Readers; readonly draft?: ArticleText & { readonly id?: string } }) =>
    call<ArticleTrial>('/api/admin/articles-trial', { json: given }),
}

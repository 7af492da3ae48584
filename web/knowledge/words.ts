import type { ArticleLine, ArticleVersionLine, QuestionView, Readers } from '../../src/http/api-types.ts'
import { ApiError } from '../shared/api.ts'

export const READERS: { readonly [of in Readers]: { readonly label: string; readonly says: string } } = {
  public: { label: 'Everybody', says: 'Guests and customers too, on every channel.' },
  employees: { label: 'Employees', says: 'People whose address is proven, and technicians.' },
  technicians: { label: 'Technicians', says: 'Nobody else is shown it, quoted from it or told of it.' },
}

export const STATES: { readonly [of in ArticleLine['state']]: string } = {
  draft: 'Draft',
  published: 'Published',
  changed: 'Unpublished changes',
  deleted: 'Deleted',
}
export const VERSION_STATES: { readonly [of in ArticleVersionLine['state']]: string } = { draft: 'Draft', published: 'Published' }

export const WHYS: { readonly [of in QuestionView['why']]: string } = {
  'nothing-found': 'No article was found',
  'out-of-scope': 'Sounded like nothing of this desk',
  'none-helped': 'What was offered did not help',
}

/** Of a call that was refused: what to put right. */
export const problemOf = (error: unknown): string =>
  error instanceof ApiError ? [error.message, error.hint && sentence(error.hint)].filter(Boolean).join(' ') : String(error)

/** "expected some text" → "Expected some text." */
export const sentence = (hint: string): string => {
  const words = hint.charAt(0).toUpperCase() + hint.slice(1)
  return /[.!?]$/.test(words) ? words : `${words}.`
}

export const times = (count: number): string => (count === 1 ? 'once' : count === 2 ? 'twice' : `${count.toLocaleString()} times`)

const masks = /\[(?:e-mail|number|secret)\]|•+/g

/** What a question gives an article to begin with: as people ask it, without what was masked. */
export const wordsOf = (question: string): string => question.replace(masks, ' ').replace(/\s+/g, ' ').trim()
/** Cut at a word, so that it can be a title. */
export const titleOf = (question: string): string => {
  const words = cut(wordsOf(question).replace(/[\s?!.…]+$/, ''), 120)
  return words.charAt(0).toUpperCase() + words.slice(1)
}
/** Null where nothing is left to search by. */
export const keywordOf = (question: string): string | null => cut(wordsOf(question).replace(/[\s?!.…]+$/, ''), 60) || null

const cut = (text: string, longest: number): string =>
  text.length <= longest
    ? text
    : text
        .slice(0, longest + 1)
        .replace(/\s+\S*$/, '')
        .slice(0, longest)

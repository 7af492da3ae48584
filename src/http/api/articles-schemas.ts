import { z } from 'zod'
import type {
  ArticleLine,
  ArticleSaved,
  ArticleTrial,
  ArticleVersionLine,
  ArticleVersionView,
  ArticleView,
  QuestionView,
  TrialAnswer,
} from '../api-types.ts'
import { words } from './input.ts'

type Shape<T> = z.ZodType<T, T>
const list = <T extends z.ZodType>(of: T) => z.array(of).readonly()
const when = z.iso.datetime()

export const audience = z.enum(['public', 'employees', 'technicians'])
export const articleId = z
  .string()
  .max(60)
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, { error: 'expected small letters, digits and single dashes, such as guest-wifi' })
export const articleState = z.enum(['draft', 'published', 'changed', 'deleted'])
export const questionState = z.enum(['open', 'done', 'dismissed'])
export const why = z.enum(['nothing-found', 'out-of-scope', 'none-helped'])

export const text = {
  title: words(120).refine((title) => title.trim().length >= 3, { error: 'expected at least three letters' }),
  keywords: z.array(words(60)).max(50).default([]).describe('What people search by and the title does not say.'),
  audience: audience.describe('Who may read it, be quoted from it, or hear of it.'),
  body: words(100_000).describe('Markdown; the first paragraph is what people are shown first.'),
}
export const savedAs = z
  .enum(['draft', 'published'])
  .describe('`draft`: only kept; what people read stays as it is. `published`: they read it at once.')

const lineFields = {
  id: z.string(),
  title: z.string(),
  audience,
  state: articleState.describe('`changed`: people read an older version than the newest.'),
  origin: z.enum(['file', 'hub']),
  readOnly: z.boolean().describe('It comes from a file and is changed there.'),
  file: z.string().nullable().describe('The path of its file, as the hub was told it; null for those written here.'),
  version: z.int().describe('The newest; 0 for a file.'),
  live: z.int().nullable().describe('The version that people read.'),
  changedAt: when.nullable(),
  changedBy: z.string().nullable(),
  unhelped: z.int().describe('How often it was offered and did not help, in questions that are still open.'),
}
export const articleLine: Shape<ArticleLine> = z.object(lineFields)
export const articleView: Shape<ArticleView> = z.object({ ...lineFields, keywords: list(z.string()), body: z.string() })

const versionFields = {
  number: z.int(),
  title: z.string(),
  state: z.enum(['draft', 'published']),
  restored: z.int().nullable().describe('The version that this one brought back.'),
  at: when,
  by: z.string(),
}
export const versionLine: Shape<ArticleVersionLine> = z.object(versionFields)
export const versionView: Shape<ArticleVersionView> = z.object({
  ...versionFields,
  keywords: list(z.string()),
  audience,
  body: z.string(),
})
export const articleSaved: Shape<ArticleSaved> = z.object({ ok: z.literal(true), id: z.string(), version: z.int() })

const named = z.object({ id: z.string(), title: z.string() })
export const questionView: Shape<QuestionView> = z.object({
  id: z.string(),
  words: z.string().describe('As it was asked last, with secrets, e-mail addresses and telephone numbers masked.'),
  why,
  shown: list(named).describe('Articles that were offered and did not help.'),
  sources: list(z.string()),
  times: z.int().describe('How often it was asked in these or similar words.'),
  firstAt: when,
  lastAt: when,
  state: questionState,
  reason: z.string().nullable().describe('Why it was dismissed, where that was said.'),
  answeredBy: named.nullable().describe('The article that was written for it; where the question is open again, it did not do.'),
  settledBy: z.string().nullable(),
  settledAt: when.nullable(),
})

const trialAnswer: Shape<TrialAnswer> = z.object({
  answer: z.enum(['quote', 'suggest', 'nothing']).describe('A passage of the first article, titles, or that it does not know.'),
  quote: z.string().describe('Markdown.'),
  articles: list(z.object({ id: z.string().nullable(), title: z.string(), draft: z.boolean() })),
  corrected: list(z.object({ from: z.string(), to: z.string() })).describe('What was taken for a typing mistake.'),
})
export const articleTrial: Shape<ArticleTrial> = z.object({
  takenFor: list(z.string()).describe('What it would begin, or ask back, in place of looking into the articles.'),
  now: trialAnswer,
  withDraft: trialAnswer.nullable().describe('Once the draft is published; null where none was given.'),
})

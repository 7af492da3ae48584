import { relative } from 'node:path'
import type { FastifyInstance } from 'fastify'
import type { Kysely } from 'kysely'
import type { Logger } from 'pino'
import type { Settings } from '../../config/schema.ts'
import { type ArticleNeeds, articlesApi } from '../http/api/articles-api.ts'
import { makeArticleLinks, readable } from '../http/article-link.ts'
import { articlePage } from '../http/articles.ts'
import { makeArticleStore, synchronise } from '../store/articles.ts'
import { makeAuthoredArticles } from '../store/articles-authored.ts'
import { forgetQuestions, makeQuestionBook, readQuestion, readQuestions, settleQuestion } from '../store/articles-questions.ts'
import { makeTrialStore } from '../store/articles-trial.ts'
import { writeAudit } from '../store/audit.ts'
import type { Db } from '../store/connect.ts'
import { makeGate } from '../virtual-agent/answer/breaker.ts'
import { makeLlmClient } from '../virtual-agent/answer/client.ts'
import { withLanguageModel } from '../virtual-agent/answer/grounded.ts'
import { loadArticles } from '../virtual-agent/knowledge/load.ts'
import type { Knowledge } from '../virtual-agent/knowledge/search.ts'
import type { Heard as Unanswered } from '../virtual-agent/knowledge/unanswered.ts'
import type { ArticleStore } from '../virtual-agent/ports.ts'
import type { Trial } from '../virtual-agent/trial.ts'

type Needs = {
  readonly db: Db
  readonly settings: Settings
  readonly secret: string
  readonly publicUrl: () => string
  readonly log: Logger
  readonly now: () => Date
}

/** After so many failures within a minute a language model is left alone for five. */
const resting = { failures: 5, withinMs: 60_000, restMs: 300_000 }

/** Events whose question was kept; turns are taken again within seconds. */
const remembered = 2_000

/** From where the hub was started, unless that is longer. */
const shortened = (file: string): string => {
  const path = relative(process.cwd(), file)
  return path.startsWith('..') ? file : path
}

/** The articles with all that belongs to them: where they are searched, written and read, and what nobody could answer. */
export function openArticles({ db, settings, secret, publicUrl, log, now }: Needs) {
  const tables: Kysely<any> = db
  const store = makeArticleStore(tables)
  const authored = makeAuthoredArticles(tables)
  const links = makeArticleLinks({ secret, publicUrl, now })
  const questions = makeQuestionBook(tables, (error, lost) =>
    log.error({ step: 'questions', lost, error }, 'open questions could not be kept'),
  )
  const kept = new Set<string>()
  const files = new Map<string, string>()
  let trial: Trial | undefined
  const model = settings.languageModel && makeLlmClient(settings.languageModel)

  /** As people open them in a chat: with the way to the page. */
  const linked: ArticleStore = {
    ...store,
    async article(id, audiences) {
      const article = await store.article(id, audiences)
      return article && { ...article, link: links.link(article) }
    },
  }
  const answering = (knowledge: Knowledge): Knowledge => {
    if (settings.languageModel === undefined || model === undefined) return knowledge
    const { atOnce, dailyTokens, maxTokens } = settings.languageModel
    return withLanguageModel({
      knowledge,
      articles: store,
      client: model,
      gate: makeGate({ ...resting, now: Date.now, atOnce, dailyTokens }),
      maxTokens,
      noted: ({ outcome, why, hash, cites, tokens, milliseconds }) =>
        log.info({ step: 'language-model', outcome, reason: why, prompt: hash, cites, tokens, milliseconds }, 'a language model was asked'),
    })
  }
  return {
    /** Brings those of files into the database. All that can be read afterwards. */
    async read() {
      const taught = await loadArticles(settings.content.knowledge)
      for (const { id, file } of taught) files.set(id, shortened(file))
      const { added, changed, removed } = await synchronise(tables, taught)
      log.info({ step: 'articles', added, changed, removed }, 'articles are up to date')
      return [...taught, ...(await authored.published())]
    },
    store: linked,
    answering,
    /** Until then questions can't be tried. */
    onTrial: (made: Trial): void => {
      trial = made
    },
    /** A turn that is taken again tells of its events once. */
    unanswered({ event, ...question }: Unanswered): void {
      if (kept.has(event)) return
      if (kept.size >= remembered) kept.clear()
      kept.add(event)
      questions.take(question)
    },
    async mount(server: FastifyInstance, auth: ArticleNeeds['auth']): Promise<void> {
      await server.register(articlePage, { links, article: store.article, deskName: settings.name })
      await server.register(articlesApi, {
        auth,
        reading: { note: (entry) => writeAudit(db, entry) },
        fileOf: (id) => files.get(id),
        articles: authored,
        questions: {
          list: (filter) => readQuestions(tables, filter),
          read: (id) => readQuestion(tables, id),
          settle: (of) => settleQuestion(tables, of),
        },
        async tryOut(question, reader, draft) {
          const changed = draft && makeTrialStore(tables, { ...draft, updated: null })
          return trial?.(question, readable[reader], changed)
        },
      } satisfies ArticleNeeds)
    },
    forget: () => forgetQuestions(tables, settings.retention.questionDays),
    async close(): Promise<void> {
      await questions.flush()
      await model?.close()
    },
  }
}
export type Articles = ReturnType<typeof openArticles>

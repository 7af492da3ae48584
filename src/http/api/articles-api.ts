import type { FastifyInstance } from 'fastify'
import { articleRoutes } from './articles.ts'
import type { ArticleNeeds } from './articles-needs.ts'
import { trialRoute } from './articles-trial.ts'
import { questionRoutes } from './questions.ts'

export type { ArticleNeeds } from './articles-needs.ts'

/** Where authors write articles, try them, and see what nobody could answer. Every route needs an admin's session. */
export async function articlesApi(app: FastifyInstance, needs: ArticleNeeds): Promise<void> {
  await app.register(articleRoutes, needs)
  await app.register(questionRoutes, needs)
  await app.register(trialRoute, needs)
}

import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { TrialAnswer } from '../api-types.ts'
import { HubError } from '../errors.ts'
import type { ArticleNeeds } from './articles-needs.ts'
import { articleId, articleTrial, audience, text } from './articles-schemas.ts'
import { words } from './input.ts'
import { refusals } from './schemas.ts'

/** No article has it: it is no id. */
const unnamed = '*draft'

/** Tells authors what the virtual agent would say to a question, now and once their text is published. */
export async function trialRoute(root: FastifyInstance, { auth, tryOut }: Pick<ArticleNeeds, 'auth' | 'tryOut'>): Promise<void> {
  root.withTypeProvider<ZodTypeProvider>().post(
    '/api/admin/articles-trial',
    {
      preHandler: auth.requireAdmin,
      schema: {
        tags: ['articles'],
        summary: 'What the virtual agent would answer',
        description: 'Needs an admin’s session. Nothing is kept: neither the question nor the draft. A language model is not asked.',
        body: z.strictObject({
          question: words(500),
          reader: audience.default('public').describe('Who asks: people who are not known, employees or technicians.'),
          draft: z
            .strictObject({ id: articleId.optional(), ...text })
            .optional()
            .describe('Tried as if it were published.'),
        }),
        response: { 200: articleTrial, ...refusals(400, 401, 403, 404) },
      },
    },
    async ({ body: { question, reader, draft } }) => {
      const id = draft?.id ?? unnamed
      const now = await tryOut(question, reader)
      if (now === undefined) throw new HubError('HUB_NOT_FOUND')
      const withDraft = draft && (await tryOut(question, reader, { ...draft, id }))
      const shown = ({ answer, quote, corrected, articles }: typeof now): TrialAnswer => ({
        answer,
        quote,
        corrected,
        articles: articles.map((one) => ({
          id: one.id === unnamed ? null : one.id,
          title: one.title,
          draft: draft !== undefined && one.id === id,
        })),
      })
      return { takenFor: now.takenFor, now: shown(now), withDraft: withDraft ? shown(withDraft) : null }
    },
  )
}

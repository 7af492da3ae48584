import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { HubError } from '../errors.ts'
import type { ArticleNeeds } from './articles-needs.ts'
import { articleId, questionState, questionView, why } from './articles-schemas.ts'
import { words } from './input.ts'
import { technicianOn } from './needs.ts'
import { done, refusals } from './schemas.ts'

const shown = <T extends { readonly id: number }>(one: T) => ({ ...one, id: String(one.id) })

/** What nobody could answer, for authors to answer or to lay aside. */
export async function questionRoutes(
  root: FastifyInstance,
  { auth, reading, questions }: Pick<ArticleNeeds, 'auth' | 'reading' | 'questions'>,
): Promise<void> {
  const app = root.withTypeProvider<ZodTypeProvider>()
  const preHandler = auth.requireAdmin
  const secured = { tags: ['articles'], description: 'Needs an admin’s session.' }
  const params = z.strictObject({ id: z.coerce.number().int().min(1) })

  app.get(
    '/api/admin/questions',
    {
      preHandler,
      schema: {
        ...secured,
        summary: 'What nobody could answer',
        querystring: z.strictObject({
          state: questionState.default('open'),
          why: why.optional(),
          article: articleId.optional().describe('Only where this article was offered and did not help.'),
          order: z.enum(['newest', 'most-asked']).default('newest'),
          before: z
            .string()
            .regex(/^\d{1,15}(\.\d{1,9})?$/, { error: 'expected the `next` of a page' })
            .optional()
            .describe('Where the last page ended: its `next`.'),
          limit: z.coerce.number().int().min(1).max(100).default(50),
        }),
        response: { 200: z.object({ items: z.array(questionView).readonly(), next: z.string().nullable() }), ...refusals(400, 401, 403) },
      },
    },
    async ({ query: { state, why: only, article, order, before, limit } }) => {
      const [id, times = 0] = before?.split('.').map(Number) ?? []
      const found = await questions.list({
        state,
        order,
        limit: limit + 1,
        ...(only === undefined ? {} : { why: only }),
        ...(article === undefined ? {} : { article }),
        ...(id === undefined ? {} : { after: { id, times } }),
      })
      const last = found[limit - 1]
      const next = found.length > limit && last ? (order === 'newest' ? String(last.id) : `${last.id}.${last.times}`) : null
      return { items: found.slice(0, limit).map(shown), next }
    },
  )

  app.get(
    '/api/admin/questions/:id',
    {
      preHandler,
      schema: { ...secured, summary: 'One question', params, response: { 200: questionView, ...refusals(400, 401, 403, 404) } },
    },
    async ({ params: { id } }) => {
      const found = await questions.read(id)
      if (!found) throw new HubError('HUB_NOT_FOUND')
      return shown(found)
    },
  )

  app.put(
    '/api/admin/questions/:id',
    {
      preHandler,
      schema: {
        ...secured,
        summary: 'Mark a question as done, or dismiss it',
        description: 'Needs an admin’s session. One that is done and is asked again is open again; one that was dismissed stays so.',
        params,
        body: z.discriminatedUnion('state', [
          z.strictObject({ state: z.literal('open') }),
          z.strictObject({ state: z.literal('done'), article: articleId.optional().describe('The article that was written for it.') }),
          z.strictObject({ state: z.literal('dismissed'), reason: words(300).optional().describe('Why nothing is written for it.') }),
        ]),
        response: { 200: done, ...refusals(400, 401, 403, 404) },
      },
    },
    async (request) => {
      const { id } = request.params
      const by = technicianOn(request).id
      const { state } = request.body
      const { article, reason } = { article: undefined, reason: undefined, ...request.body }
      const settled = await questions.settle({
        id,
        state,
        by,
        ...(article === undefined ? {} : { article }),
        ...(reason === undefined ? {} : { reason }),
      })
      if (!settled) throw new HubError('HUB_NOT_FOUND')
      await reading.note({
        who: by,
        what: 'question.settle',
        about: String(id),
        detail: { state, ...(article === undefined ? {} : { article }) },
      })
      return { ok: true as const }
    },
  )
}

import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { HubError } from '../errors.ts'
import { technicianOn } from './needs.ts'
import { bookOf, rateLimit } from './requests.ts'
import { asConversation, type RequestApiNeeds } from './requests-needs.ts'
import { requestSummary, summaryOut } from './requests-schemas.ts'
import { conversationParams, done, refusals } from './schemas.ts'

/** What the Desk shows of requests beside a conversation, and what admins see of webhooks. Every route needs a session. */
export async function requestDeskRoutes(root: FastifyInstance, needs: RequestApiNeeds): Promise<void> {
  const app = root.withTypeProvider<ZodTypeProvider>()
  const { reading, people, webhooks } = needs
  const book = bookOf(needs)
  const technicians = { tags: ['desk'], description: 'Needs a technician’s session.', security: [{ session: [] }] }
  const admins = { tags: ['admin'], description: 'Needs an admin’s session.', security: [{ session: [] }] }
  const preHandler = needs.auth.requireTechnician

  app.get(
    '/api/desk/conversations/:id/requests',
    {
      preHandler,
      schema: {
        ...technicians,
        summary: 'The requests that are linked to a conversation',
        params: conversationParams,
        response: { 200: z.object({ requests: z.array(requestSummary).readonly() }), ...refusals(401, 403, 404, 409) },
      },
    },
    async ({ params }) => {
      if (!(await reading.summary(params.id))) throw new HubError('HUB_NOT_FOUND')
      const { requests } = await book().search({ conversation: asConversation(params.id), limit: 100 })
      return { requests: requests.map(summaryOut) }
    },
  )

  const notices = z.object({ on: z.boolean() })
  const personIn = async (conversation: string) => {
    const identity = (await people.requesterOf(conversation))?.requester.identity
    if (!identity) throw new HubError('HUB_NOT_FOUND')
    return identity
  }
  app.get(
    '/api/desk/conversations/:id/notices',
    {
      preHandler,
      schema: {
        ...technicians,
        summary: 'Is this person told of changes here?',
        params: conversationParams,
        response: { 200: notices, ...refusals(401, 403, 404) },
      },
    },
    async ({ params }) => ({ on: await people.notices(await personIn(params.id)) }),
  )
  app.put(
    '/api/desk/conversations/:id/notices',
    {
      preHandler,
      schema: {
        ...technicians,
        summary: 'Tell this person of changes here, or do not',
        params: conversationParams,
        body: z.strictObject({ on: z.boolean() }),
        response: { 200: notices, ...refusals(400, 401, 403, 404) },
      },
    },
    async (request) => {
      const { on } = request.body
      await people.setNotices(await personIn(request.params.id), on)
      await reading.note({ who: technicianOn(request).id, what: 'notices', about: request.params.id, detail: { on } })
      return { on }
    },
  )

  const webhook = z.object({
    name: z.string(),
    url: z.string(),
    state: z.enum(['working', 'failing', 'disabled']),
    failingSince: z.string().nullable(),
    failure: z.string().nullable(),
    lastTakenAt: z.string().nullable(),
    waiting: z.int(),
    dead: z.int(),
  })
  app.get(
    '/api/admin/webhooks',
    {
      preHandler: needs.auth.requireAdmin,
      schema: {
        ...admins,
        summary: 'Where events are sent, and how that goes',
        response: { 200: z.object({ webhooks: z.array(webhook).readonly() }), ...refusals(401, 403) },
      },
    },
    async () => ({ webhooks: await webhooks.list() }),
  )
  app.post(
    '/api/admin/webhooks/:name/again',
    {
      config: { rateLimit },
      preHandler: needs.auth.requireAdmin,
      schema: {
        ...admins,
        summary: 'Try again what was given up',
        params: z.strictObject({ name: z.string().max(60) }),
        response: { 200: done, ...refusals(401, 403, 404) },
      },
    },
    async (request) => {
      if (!(await webhooks.again(request.params.name))) throw new HubError('HUB_NOT_FOUND')
      await reading.note({ who: technicianOn(request).id, what: 'webhook.again', about: request.params.name })
      return { ok: true as const }
    },
  )
}

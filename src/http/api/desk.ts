import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { HubError } from '../errors.ts'
import { takeUploads } from '../files.ts'
import { takeAct } from './acts.ts'
import { actBody } from './input.ts'
import { type ApiNeeds, technicianOn } from './needs.ts'
import {
  actAnswer,
  actPending,
  conversationParams,
  conversationView,
  deskView,
  done,
  journeyView,
  refusals,
  templatesView,
} from './schemas.ts'
import { makeTemplates } from './templates.ts'

/** What technicians see and do. Every route needs their session. */
export async function deskRoutes(root: FastifyInstance, needs: ApiNeeds): Promise<void> {
  const app = root.withTypeProvider<ZodTypeProvider>()
  const { reading, settings, files, channels, log } = needs
  const templates = makeTemplates(needs)
  const preHandler = needs.auth.requireTechnician
  const secured = { tags: ['desk'], description: 'Needs a technician’s session.' }

  app.get(
    '/api/desk',
    { preHandler, schema: { ...secured, summary: 'Who waits, and who is with whom', response: { 200: deskView, ...refusals(401, 403) } } },
    async (request) => {
      const desk = await reading.desk(technicianOn(request).id)
      if (!desk) throw new HubError('HUB_NOT_ALLOWED')
      return desk
    },
  )

  const presence = z.strictObject({ presence: z.enum(['available', 'busy', 'away']) })
  app.post(
    '/api/desk/presence',
    {
      preHandler,
      schema: { ...secured, summary: 'Available, busy or away', body: presence, response: { 200: done, ...refusals(400, 401, 403) } },
    },
    async (request) => {
      const { id } = technicianOn(request)
      if (!(await reading.presence(id, request.body.presence))) throw new HubError('HUB_NOT_ALLOWED')
      await reading.note({ who: id, what: 'presence', detail: { presence: request.body.presence } })
      return { ok: true as const }
    },
  )

  const before = z.strictObject({ before: z.coerce.number().int().min(1).max(2_147_483_647).optional() })
  app.get(
    '/api/desk/conversations/:id',
    {
      preHandler,
      schema: {
        ...secured,
        summary: 'A conversation, a page of 100 messages',
        params: conversationParams,
        querystring: before,
        response: { 200: conversationView, ...refusals(400, 401, 403, 404) },
      },
    },
    async (request) => {
      const found = await reading.conversation(request.params.id, request.query.before)
      if (!found) throw new HubError('HUB_NOT_FOUND')
      return found
    },
  )

  app.get(
    '/api/desk/conversations/:id/templates',
    {
      preHandler,
      schema: {
        ...secured,
        summary: 'What may be sent when the platform’s window is closed',
        description: 'As the platform has approved it; up to five minutes old.',
        params: conversationParams,
        response: { 200: templatesView, ...refusals(401, 403, 404) },
      },
    },
    async (request) => {
      const found = await reading.address(request.params.id)
      if (!found) throw new HubError('HUB_NOT_FOUND')
      return templates.list(found.address)
    },
  )

  app.post(
    '/api/desk/conversations/:id/acts',
    {
      preHandler,
      schema: {
        ...secured,
        summary: 'Do something in a conversation',
        description: 'Once, however often it is sent with the same key. 202: it is filed and will happen, but has not yet.',
        params: conversationParams,
        body: actBody,
        response: { 200: actAnswer, 202: actPending, ...refusals(400, 401, 403, 404, 409) },
      },
    },
    async (request, reply) => {
      const { conversation, late } = await takeAct({ ...needs, templates }, technicianOn(request), request.params.id, request.body)
      if (!late) return { ok: true as const, conversation }
      return reply.code(202).send({
        ok: true,
        conversation,
        pending: true,
        hint: 'It is written down and will happen, but the hub is slow at the moment. Look again before you repeat it.',
      })
    },
  )

  app.post(
    '/api/desk/conversations/:id/typing',
    {
      preHandler,
      schema: {
        ...secured,
        summary: 'Show the person that you are writing',
        params: conversationParams,
        response: { 200: done, ...refusals(401, 403, 404, 409) },
      },
    },
    async (request) => {
      const found = await reading.address(request.params.id)
      if (!found) throw new HubError('HUB_NOT_FOUND')
      const { address, owner } = found
      if (owner.by !== 'technician' || owner.technician !== technicianOn(request).id) throw new HubError('HUB_NOT_YOURS')
      const adapter = channels.get(address.channel, address.account)?.adapter
      adapter?.typing?.(address).catch((error: unknown) => {
        const failure = adapter.classify(error)
        log.info(
          { step: 'typing', channel: address.channel, account: address.account, conversation: request.params.id, failure },
          'typing was not shown',
        )
      })
      return { ok: true as const }
    },
  )

  app.get(
    '/api/desk/conversations/:id/messages/:seq/journey',
    {
      preHandler,
      schema: {
        ...secured,
        summary: 'What happened to one message, step by step',
        params: conversationParams.extend({ seq: z.coerce.number().int().min(1).max(2_147_483_647) }),
        response: { 200: journeyView, ...refusals(400, 401, 403, 404) },
      },
    },
    async (request) => {
      const journey = await reading.journey(request.params.id, request.params.seq)
      if (!journey) throw new HubError('HUB_NOT_FOUND')
      return journey
    },
  )

  await root.register(takeUploads, {
    path: '/api/desk/files',
    files,
    preHandler,
    uploader: (request) => technicianOn(request).id,
    rules: () => settings.attachments,
  })
}

import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { FileId } from '../../channel/index.ts'
import { type NewRequest, type RequestBook, RequestRefused, type RequestView } from '../../core/service-desk.ts'
import { HubError } from '../errors.ts'
import { takeUploads } from '../files.ts'
import { callerOn, makeCallers } from './requests-caller.ts'
import { asConversation, type RequestApiNeeds } from './requests-needs.ts'
import { makeOnce } from './requests-once.ts'
import {
  catalogueOut,
  catalogueView,
  eventOut,
  newComment,
  newFiles,
  newLink,
  newRequest,
  numberParams,
  requestChanges,
  requestPage,
  requestQuery,
  requestView,
  summaryOut,
  timeline,
  viewOut,
} from './requests-schemas.ts'
import { refusals } from './schemas.ts'

/** Calls of one caller's address within a minute. */
export const callsPerMinute = 600
export const rateLimit = { max: callsPerMinute, timeWindow: 60_000, errorResponseBuilder: () => new HubError('HUB_TOO_MANY_ATTEMPTS') }
export const secured = {
  tags: ['requests'],
  security: [{ session: [] }, { key: [] }],
}
/** How long the link to a request's file holds. */
const fileLinkSeconds = 3_600

/** Requests, for technicians with their session and for other systems with a key. */
export async function requestRoutes(root: FastifyInstance, needs: RequestApiNeeds): Promise<void> {
  const app = root.withTypeProvider<ZodTypeProvider>()
  const { catalogue, reading, files, settings, people, changed } = needs
  const may = makeCallers(needs.keys, needs.auth)
  const once = makeOnce(needs.calls)
  const config = { rateLimit }
  const idempotent = 'Once, however often it is sent with the same `Idempotency-Key`.'

  const out = (view: RequestView) => viewOut(view, (id, name) => files.link(id, fileLinkSeconds, name))
  const found = (view: RequestView | null) => {
    if (!view) throw new HubError('HUB_NOT_FOUND')
    return out(view)
  }
  const book = bookOf(needs)
  /** A change: once for its key, written down, and told at once. */
  const record = async (
    request: FastifyRequest,
    what: string,
    view: RequestView | null,
    detail: { readonly [name: string]: string | number | boolean },
  ) => {
    const body = found(view)
    await reading.note({ who: callerOn(request).id, what, about: body.number, detail })
    changed()
    return body
  }

  app.get(
    '/api/catalogue',
    {
      config,
      preHandler: may('requests:read'),
      schema: { ...secured, summary: 'What can be asked for', response: { 200: catalogueView, ...refusals(401, 403, 429) } },
    },
    async () => catalogueOut(catalogue),
  )

  app.get(
    '/api/requests',
    {
      config,
      preHandler: may('requests:read'),
      schema: {
        ...secured,
        summary: 'Requests, newest first',
        querystring: requestQuery,
        response: { 200: requestPage, ...refusals(400, 401, 403, 409, 429) },
      },
    },
    async ({ query: { email, conversation, ...query } }) => {
      const filter = Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined)) as { limit: number }
      const page = await refusing(() =>
        book().search({
          ...filter,
          ...(email === undefined ? {} : { requesterEmail: email }),
          ...(conversation === undefined ? {} : { conversation: asConversation(conversation) }),
        }),
      )
      return { requests: page.requests.map(summaryOut), next: page.next }
    },
  )

  app.post(
    '/api/requests',
    {
      config,
      preHandler: may('requests:write'),
      schema: {
        ...secured,
        summary: 'Open a request',
        description: `${idempotent} With a \`conversation\` it is linked to it, and its person is the requester.`,
        body: newRequest,
        response: { 201: requestView, ...refusals(400, 401, 403, 404, 409, 422, 429) },
      },
    },
    (request, reply) =>
      once(request, reply, async (key) => {
        const caller = callerOn(request)
        const wanted = await whole(request.body, request)
        const view = await refusing(() => book().open(wanted, caller.actor, key))
        if (wanted.conversation !== null && wanted.files.length > 0) await files.attach(wanted.files, wanted.conversation)
        return { status: 201, body: await record(request, 'request.open', view, { type: view.type, files: wanted.files.length }) }
      }),
  )

  app.get(
    '/api/requests/:number',
    {
      config,
      preHandler: may('requests:read'),
      schema: {
        ...secured,
        summary: 'One request with all that belongs to it',
        params: numberParams,
        response: { 200: requestView, ...refusals(400, 401, 403, 404, 409, 429) },
      },
    },
    async ({ params }) => found(await book().find(params.number)),
  )

  app.patch(
    '/api/requests/:number',
    {
      config,
      preHandler: may('requests:write'),
      schema: {
        ...secured,
        summary: 'Change a request',
        description: idempotent,
        params: numberParams,
        body: requestChanges,
        response: { 200: requestView, ...refusals(400, 401, 403, 404, 409, 422, 429) },
      },
    },
    (request, reply) =>
      once(request, reply, async (key) => {
        const changes = Object.fromEntries(Object.entries(request.body).filter(([, value]) => value !== undefined))
        const view = await refusing(() => book().update(request.params.number, changes, callerOn(request).actor, key))
        const detail = {
          fields: Object.keys(changes).join(' '),
          ...(request.body.status === undefined ? {} : { status: request.body.status }),
        }
        return { status: 200, body: await record(request, 'request.change', view, detail) }
      }),
  )

  app.post(
    '/api/requests/:number/comments',
    {
      config,
      preHandler: may('requests:write'),
      schema: {
        ...secured,
        summary: 'Write to the requester, or a note to colleagues',
        description: idempotent,
        params: numberParams,
        body: newComment,
        response: { 201: requestView, ...refusals(400, 401, 403, 404, 409, 422, 429) },
      },
    },
    (request, reply) =>
      once(request, reply, async (key) => {
        const { text, internal } = request.body
        const view = await refusing(() => book().comment(request.params.number, { text, internal }, callerOn(request).actor, key))
        return { status: 201, body: await record(request, 'request.comment', view, { internal, letters: text.length }) }
      }),
  )

  app.post(
    '/api/requests/:number/files',
    {
      config,
      preHandler: may('requests:write'),
      schema: {
        ...secured,
        summary: 'Add files that were uploaded before',
        params: numberParams,
        body: newFiles,
        response: { 201: requestView, ...refusals(400, 401, 403, 404, 409, 422, 429) },
      },
    },
    (request, reply) =>
      once(request, reply, async () => {
        const ids = await uploaded(request.body.files, request)
        const view = await refusing(() => book().attach(request.params.number, ids, callerOn(request).actor))
        return { status: 201, body: await record(request, 'request.files', view, { files: ids.length }) }
      }),
  )

  app.post(
    '/api/requests/:number/links',
    {
      config,
      preHandler: may('requests:write'),
      schema: {
        ...secured,
        summary: 'Link a conversation',
        description: 'A conversation can be linked to several requests, and a request to several conversations.',
        params: numberParams,
        body: newLink,
        response: { 201: requestView, ...refusals(400, 401, 403, 404, 409, 422, 429) },
      },
    },
    (request, reply) =>
      once(request, reply, async () => {
        const { conversation } = request.body
        if (!(await reading.summary(conversation))) throw noConversation()
        const view = await refusing(() => book().link(request.params.number, asConversation(conversation), true, callerOn(request).actor))
        return { status: 201, body: await record(request, 'request.link', view, { conversation }) }
      }),
  )

  app.delete(
    '/api/requests/:number/links/:conversation',
    {
      config,
      preHandler: may('requests:write'),
      schema: {
        ...secured,
        summary: 'Take a link away',
        params: numberParams.extend({ conversation: z.uuid() }),
        response: { 200: requestView, ...refusals(400, 401, 403, 404, 409, 429) },
      },
    },
    async (request) => {
      const { number, conversation } = request.params
      const view = await refusing(() => book().link(number, asConversation(conversation), false, callerOn(request).actor))
      return record(request, 'request.unlink', view, { conversation })
    },
  )

  app.get(
    '/api/requests/:number/timeline',
    {
      config,
      preHandler: may('requests:read'),
      schema: {
        ...secured,
        summary: 'What happened to a request',
        params: numberParams,
        response: { 200: timeline, ...refusals(400, 401, 403, 404, 409, 429) },
      },
    },
    async ({ params }) => {
      const events = await book().timeline(params.number)
      if (!events) throw new HubError('HUB_NOT_FOUND')
      return { events: events.map(eventOut) }
    },
  )

  await root.register(takeUploads, {
    path: '/api/requests/uploads',
    files,
    preHandler: may('requests:write'),
    uploader: (request) => callerOn(request).id,
    rules: () => settings.attachments,
  })

  /** What is missing in the body comes from the catalogue and from the conversation. */
  async function whole(body: z.output<typeof newRequest>, request: FastifyRequest): Promise<NewRequest> {
    const { conversation, requester, priority, files: ids, item, ...rest } = body
    const around = conversation === undefined ? undefined : await people.requesterOf(conversation)
    if (conversation !== undefined && !around) throw noConversation()
    return {
      ...rest,
      item,
      priority: priority ?? catalogue.items.find(({ id }) => id === item)?.priority ?? 'medium',
      requester: requester ? { identity: null, ...requester } : (around?.requester ?? { identity: null, name: null, email: null }),
      source: around?.source ?? (request.technician ? 'Technician Chat' : callerOn(request).name),
      conversation: conversation === undefined ? null : asConversation(conversation),
      chat: around?.chat ?? null,
      files: await uploaded(ids, request),
    }
  }

  /** The caller's own uploads, and what is part of a conversation already; nothing of anybody else's can be passed on by its id. */
  async function uploaded(ids: readonly string[], request: FastifyRequest): Promise<readonly FileId[]> {
    const { id: who } = callerOn(request)
    const known = new Map((await reading.findFiles(ids)).map((file) => [file.id, file]))
    return ids.map((id, index) => {
      const file = known.get(id.toLowerCase())
      if (!file || (file.uploader !== who && (file.conversation === null || !request.technician)))
        throw new HubError('HUB_BAD_REQUEST', { field: `files.${index}`, hint: 'expected a file that you have uploaded' })
      return file.id as FileId
    })
  }
}

const noConversation = () => new HubError('HUB_BAD_REQUEST', { field: 'conversation', hint: 'expected the id of a conversation' })

/** The built-in desk's requests, asked for at each call. Throws where another desk keeps them. */
export const bookOf =
  ({ book }: Pick<RequestApiNeeds, 'book'>) =>
  (): RequestBook => {
    if (!book) throw new HubError('HUB_REQUESTS_ELSEWHERE')
    return book
  }

/** What the desk refuses is the caller's mistake, and names the field. */
export async function refusing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof RequestRefused) throw new HubError('HUB_BAD_REQUEST', { field: error.field, hint: `expected ${error.expected}` })
    throw error
  }
}

import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { bearerOf } from '../../channel/kit/token.ts'
import { type Changed, isOver, REOPEN_DAYS, type Reader, type RequestView } from '../../core/service-desk.ts'
import type { RequestPageView } from '../api-types.ts'
import { HubError } from '../errors.ts'
import { clientKey, words } from './input.ts'
import { bookOf, rateLimit, refusing } from './requests.ts'
import type { RequestApiNeeds } from './requests-needs.ts'
import { numberParams, PRIORITIES, STATUSES } from './requests-schemas.ts'
import { refusals } from './schemas.ts'

const source = 'Request page'
const fileLinkSeconds = 3_600
const list = <T extends z.ZodType>(of: T) => z.array(of).readonly()
const pageView: z.ZodType<RequestPageView, RequestPageView> = z.object({
  deskName: z.string(),
  number: z.string(),
  subject: z.string(),
  description: z.string(),
  status: z.enum(STATUSES),
  priority: z.enum(PRIORITIES),
  openedAt: z.string(),
  changedAt: z.string(),
  item: z.string().nullable(),
  fields: list(z.object({ label: z.string(), value: z.string() })),
  technician: z.string().nullable(),
  resolution: z.string().nullable(),
  approvals: list(z.object({ title: z.string(), state: z.enum(['later', 'pending', 'approved', 'rejected', 'withdrawn']) })),
  comments: list(z.object({ at: z.string(), by: z.enum(['person', 'technician', 'system']), name: z.string(), text: z.string() })),
  files: list(z.object({ id: z.string(), name: z.string(), mime: z.string(), bytes: z.number(), link: z.string() })),
  mayComment: z.boolean(),
  mayReopen: z.boolean(),
})

/** The requester's page: whoever holds its link is taken for the requester. The token comes as a Bearer, so no other site's page can make these calls. */
export async function requestPageRoutes(root: FastifyInstance, needs: RequestApiNeeds & { readonly now: () => Date }): Promise<void> {
  const app = root.withTypeProvider<ZodTypeProvider>()
  const { desk, files, links, settings } = needs
  const book = bookOf(needs)
  const config = { rateLimit: { ...rateLimit, max: 60 } }
  const secured = { tags: ['request page'], security: [{ link: [] }] }

  /** Before the database is asked: is this a link of ours? */
  const theirs = async (request: FastifyRequest): Promise<void> => {
    const { number } = request.params as { number: string }
    const verdict = links.check(number, bearerOf(request.headers.authorization) ?? '')
    if (verdict === 'forged') throw new HubError('HUB_LINK_INVALID')
    if (verdict === 'expired') throw new HubError('HUB_LINK_EXPIRED')
  }
  const read = async (number: string): Promise<RequestView> => {
    const view = await book().find(number)
    if (!view) throw new HubError('HUB_NOT_FOUND')
    return view
  }
  const readerOf = ({ requester: { identity, email } }: RequestView): Reader => ({ identity, email })

  const show = (view: RequestView): RequestPageView => ({
    deskName: settings.name,
    number: view.number,
    subject: view.subject,
    description: view.description,
    status: view.status,
    priority: view.priority,
    openedAt: view.openedAt,
    changedAt: view.changedAt,
    item: view.item?.title ?? null,
    fields: view.fields.map(({ label, value }) => ({ label, value })),
    technician: view.technician?.name ?? null,
    resolution: view.resolution,
    approvals: view.approvals.map(({ title, state }) => ({ title, state })),
    comments: view.comments.filter(({ internal }) => !internal).map(({ at, by, text }) => ({ at, by: by.kind, name: by.name, text })),
    files: view.files.map((file) => ({ ...file, link: files.link(file.id, fileLinkSeconds, file.name) })),
    mayComment: isSomebody(view) && !isOver(view.status),
    mayReopen:
      isSomebody(view) &&
      view.status === 'resolved' &&
      needs.now().getTime() - Date.parse(view.resolvedAt ?? '') <= REOPEN_DAYS * 86_400_000,
  })
  const after = async (changed: Changed, number: string): Promise<RequestPageView> => {
    if (!changed.ok) throw new HubError(changed.reason === 'unknown' ? 'HUB_NOT_FOUND' : 'HUB_REQUEST_OVER')
    needs.changed()
    return show(await read(number))
  }

  app.get(
    '/api/request-page/:number',
    {
      config,
      preHandler: theirs,
      schema: {
        ...secured,
        summary: 'What its requester sees',
        params: numberParams,
        response: { 200: pageView, ...refusals(400, 403, 404, 410, 429) },
      },
    },
    async ({ params }, reply) => {
      reply.header('cache-control', 'no-store')
      return show(await read(params.number))
    },
  )

  app.post(
    '/api/request-page/:number/comments',
    {
      config,
      preHandler: theirs,
      schema: {
        ...secured,
        summary: 'Write to the technicians',
        description: 'Once, however often it is sent with the same key.',
        params: numberParams,
        body: z.strictObject({ key: clientKey, text: words(20_000) }),
        response: { 200: pageView, ...refusals(400, 403, 404, 409, 410, 429) },
      },
    },
    async ({ params: { number }, body: { key, text } }) => {
      const view = await read(number)
      const by = view.requester.name ?? view.requester.email ?? 'Requester'
      const said = { text, by, files: [], source }
      return after(await refusing(() => desk.comment(number, readerOf(view), said, `page:${number}:${key}`)), number)
    },
  )

  app.post(
    '/api/request-page/:number/reopen',
    {
      config,
      preHandler: theirs,
      schema: {
        ...secured,
        summary: 'It is not solved',
        description: 'Once, however often it is sent with the same key.',
        params: numberParams,
        body: z.strictObject({ key: clientKey, why: z.string().max(20_000).default('') }),
        response: { 200: pageView, ...refusals(400, 403, 404, 409, 410, 429) },
      },
    },
    async ({ params: { number }, body: { key, why } }) => {
      const view = await read(number)
      return after(await refusing(() => desk.reopen(number, readerOf(view), why, `page:${number}:${key}`)), number)
    },
  )
}

/** A request that was opened for nobody in particular has nobody who could speak for its requester. */
const isSomebody = ({ requester: { identity, email } }: RequestView): boolean => identity !== null || email !== null

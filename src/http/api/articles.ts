import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { HubError } from '../errors.ts'
import type { ArticleNeeds, Refusal } from './articles-needs.ts'
import {
  articleId,
  articleLine,
  articleSaved,
  articleState,
  articleView,
  audience,
  savedAs,
  text,
  versionLine,
  versionView,
} from './articles-schemas.ts'
import { technicianOn } from './needs.ts'
import { done, refusals } from './schemas.ts'

/** `Reset my VPN token!` becomes `reset-my-vpn-token`. */
const idOf = (title: string): string =>
  title
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 60)
    .replace(/^-+|-+$/g, '')

/** Throws what stands against it. */
const settled = <T extends { readonly ok: true }>(answer: T | Refusal): T => {
  if (answer.ok) return answer
  switch (answer.reason) {
    case 'unknown':
      throw new HubError('HUB_NOT_FOUND')
    case 'from-file':
      throw new HubError('HUB_ARTICLE_FROM_FILE')
    case 'exists':
      throw new HubError('HUB_ARTICLE_EXISTS', { field: 'id' })
    case 'overtaken':
      throw new HubError('HUB_ARTICLE_CHANGED', { field: 'version' })
  }
}

/** Where authors write articles; those of files stand beside them, read-only. */
export async function articleRoutes(
  root: FastifyInstance,
  { auth, reading, articles, fileOf }: Pick<ArticleNeeds, 'auth' | 'reading' | 'articles' | 'fileOf'>,
): Promise<void> {
  const shown = <T extends { readonly id: string; readonly origin: 'file' | 'hub' }>(one: T) => ({
    ...one,
    readOnly: one.origin === 'file',
    file: one.origin === 'file' ? (fileOf(one.id) ?? null) : null,
  })
  const app = root.withTypeProvider<ZodTypeProvider>()
  const preHandler = auth.requireAdmin
  const secured = { tags: ['articles'], description: 'Needs an admin’s session.' }
  const params = z.strictObject({ id: articleId })
  const versionParams = z.strictObject({ id: articleId, version: z.coerce.number().int().min(1).max(1_000_000) })

  app.get(
    '/api/admin/articles',
    {
      preHandler,
      schema: {
        ...secured,
        summary: 'Every article, by id: those written here and, read-only, those of files',
        querystring: z.strictObject({
          text: z.string().min(1).max(200).optional().describe('Stands in the id, the title or a keyword.'),
          state: articleState.optional().describe('All but the deleted ones where it is left out.'),
          audience: audience.optional(),
          after: z.string().min(1).max(60).optional().describe('Where the last page ended: its `next`.'),
          limit: z.coerce.number().int().min(1).max(100).default(50),
        }),
        response: { 200: z.object({ items: z.array(articleLine).readonly(), next: z.string().nullable() }), ...refusals(400, 401, 403) },
      },
    },
    async ({ query: { limit, after, text: part, state: only, audience: readers } }) => {
      const found = await articles.list({
        limit: limit + 1,
        ...(after === undefined ? {} : { after }),
        ...(part === undefined ? {} : { text: part }),
        ...(only === undefined ? {} : { state: only }),
        ...(readers === undefined ? {} : { audience: readers }),
      })
      const items = found.slice(0, limit).map(shown)
      return { items, next: found.length > limit ? items.at(-1)!.id : null }
    },
  )

  app.get(
    '/api/admin/articles/:id',
    {
      preHandler,
      schema: {
        ...secured,
        summary: 'One article, as its newest version has it',
        params,
        response: { 200: articleView, ...refusals(400, 401, 403, 404) },
      },
    },
    async ({ params: { id } }) => {
      const found = await articles.read(id)
      if (!found) throw new HubError('HUB_NOT_FOUND')
      return shown(found)
    },
  )

  app.post(
    '/api/admin/articles',
    {
      preHandler,
      schema: {
        ...secured,
        summary: 'Write an article',
        description: 'Needs an admin’s session. The id is made of the title where none is given, and never changes.',
        body: z.strictObject({ id: articleId.optional(), ...text, state: savedAs }),
        response: { 201: articleSaved, ...refusals(400, 401, 403, 409) },
      },
    },
    async (request, reply) => {
      const { id = idOf(request.body.title), state: as, ...draft } = request.body
      if (id === '') throw new HubError('HUB_BAD_REQUEST', { field: 'id', hint: 'The title has no letters to make an id of: name one.' })
      const by = technicianOn(request).id
      const { version: number } = settled(await articles.create({ id, draft, publish: as === 'published', by }))
      await reading.note({ who: by, what: 'article.create', about: id, detail: { version: number, state: as, audience: draft.audience } })
      return reply.code(201).send({ ok: true as const, id, version: number })
    },
  )

  app.put(
    '/api/admin/articles/:id',
    {
      preHandler,
      schema: {
        ...secured,
        summary: 'Save an article: a new version',
        params,
        body: z.strictObject({ version: z.int().min(1).describe('The version that you began with.'), ...text, state: savedAs }),
        response: { 200: articleSaved, ...refusals(400, 401, 403, 404, 409) },
      },
    },
    async (request) => {
      const { id } = request.params
      const { state: as, version: seen, ...draft } = request.body
      const by = technicianOn(request).id
      const { version: number } = settled(await articles.save({ id, draft, publish: as === 'published', by, seen }))
      await reading.note({ who: by, what: 'article.save', about: id, detail: { version: number, state: as, audience: draft.audience } })
      return { ok: true as const, id, version: number }
    },
  )

  app.delete(
    '/api/admin/articles/:id',
    {
      preHandler,
      schema: {
        ...secured,
        summary: 'Take an article away',
        description: 'Needs an admin’s session. Nobody reads it any more; its versions stay and can be restored.',
        params,
        response: { 200: done, ...refusals(400, 401, 403, 404, 409) },
      },
    },
    async (request) => {
      const { id } = request.params
      settled(await articles.remove(id))
      await reading.note({ who: technicianOn(request).id, what: 'article.delete', about: id })
      return { ok: true as const }
    },
  )

  app.get(
    '/api/admin/articles/:id/versions',
    {
      preHandler,
      schema: {
        ...secured,
        summary: 'Its versions, the newest first',
        params,
        response: { 200: z.object({ items: z.array(versionLine).readonly() }), ...refusals(400, 401, 403, 404) },
      },
    },
    async ({ params: { id } }) => {
      const items = await articles.versions(id)
      if (!items) throw new HubError('HUB_NOT_FOUND')
      return { items }
    },
  )

  app.get(
    '/api/admin/articles/:id/versions/:version',
    {
      preHandler,
      schema: {
        ...secured,
        summary: 'One version',
        params: versionParams,
        response: { 200: versionView, ...refusals(400, 401, 403, 404) },
      },
    },
    async ({ params: { id, version: number } }) => {
      const found = await articles.version(id, number)
      if (!found) throw new HubError('HUB_NOT_FOUND')
      return found
    },
  )

  app.post(
    '/api/admin/articles/:id/versions/:version/restore',
    {
      preHandler,
      schema: {
        ...secured,
        summary: 'Bring a version back, as the newest one',
        params: versionParams,
        body: z.strictObject({ state: savedAs }),
        response: { 200: articleSaved, ...refusals(400, 401, 403, 404, 409) },
      },
    },
    async (request) => {
      const { id, version: old } = request.params
      const by = technicianOn(request).id
      const publish = request.body.state === 'published'
      const { version: number } = settled(await articles.restore({ id, version: old, publish, by }))
      await reading.note({
        who: by,
        what: 'article.restore',
        about: id,
        detail: { version: number, restored: old, state: request.body.state },
      })
      return { ok: true as const, id, version: number }
    },
  )
}

import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { HubError } from '../errors.ts'
import { words } from './input.ts'
import { type ApiNeeds, technicianOn } from './needs.ts'
import { done, refusals } from './schemas.ts'

type Audience = 'public' | 'employees' | 'technicians'
type Text = { readonly title: string; readonly keywords: readonly string[]; readonly audience: Audience; readonly body: string }
type Line = Pick<Text, 'title' | 'audience'> & {
  readonly id: string
  readonly state: 'draft' | 'published' | 'changed' | 'deleted'
  readonly origin: 'file' | 'hub'
  readonly version: number
  readonly live: number | null
  readonly changedAt: string | null
  readonly changedBy: string | null
}
type Version = {
  readonly number: number
  readonly title: string
  readonly state: 'draft' | 'published'
  readonly restored: number | null
  readonly at: string
  readonly by: string
}
type Saving = { readonly id: string; readonly draft: Text; readonly publish: boolean; readonly by: string }
type Refusal = { readonly ok: false; readonly reason: 'unknown' | 'from-file' | 'exists' | 'overtaken' }
type Saved = { readonly ok: true; readonly version: number }
type Question = {
  readonly id: number
  readonly words: string
  readonly why: 'nothing-found' | 'out-of-scope' | 'none-helped'
  readonly shown: readonly { readonly id: string; readonly title: string }[]
  readonly sources: readonly string[]
  readonly times: number
  readonly firstAt: string
  readonly lastAt: string
  readonly state: 'open' | 'done' | 'dismissed'
}

/** What these routes need of the store. */
export type ArticleNeeds = {
  readonly auth: Pick<ApiNeeds['auth'], 'requireAdmin'>
  readonly reading: Pick<ApiNeeds['reading'], 'note'>
  readonly articles: {
    create(saving: Saving): Promise<Saved | Refusal>
    save(saving: Saving & { readonly seen: number }): Promise<Saved | Refusal>
    restore(what: {
      readonly id: string
      readonly version: number
      readonly publish: boolean
      readonly by: string
    }): Promise<Saved | Refusal>
    remove(id: string): Promise<{ readonly ok: true } | Refusal>
    list(filter: {
      readonly after?: string
      readonly text?: string
      readonly state?: Line['state']
      readonly limit: number
    }): Promise<readonly Line[]>
    read(id: string): Promise<(Line & Text) | undefined>
    versions(id: string): Promise<readonly Version[] | undefined>
    version(id: string, number: number): Promise<(Version & Text) | undefined>
  }
  readonly questions: {
    read(filter: {
      readonly state: Question['state']
      readonly why?: Question['why']
      readonly before?: number
      readonly limit: number
    }): Promise<readonly Question[]>
    settle(id: number, state: Question['state'], by: string): Promise<boolean>
  }
}

const list = <T extends z.ZodType>(of: T) => z.array(of).readonly()
const when = z.iso.datetime()
const audience = z.enum(['public', 'employees', 'technicians'])
const articleId = z
  .string()
  .max(60)
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, { error: 'expected small letters, digits and single dashes, such as guest-wifi' })

const text = {
  title: words(120).refine((title) => title.trim().length >= 3, { error: 'expected at least three letters' }),
  keywords: z.array(words(60)).max(50).default([]).describe('What people search by and the title does not say.'),
  audience: audience.describe('Who may read it, be quoted from it, or hear of it.'),
  body: words(100_000).describe('Markdown; the first paragraph is what people are shown first.'),
}
const state = z
  .enum(['draft', 'published'])
  .describe('`draft`: only kept; what people read stays as it is. `published`: they read it at once.')

const line = z.object({
  id: z.string(),
  title: z.string(),
  audience,
  state: z.enum(['draft', 'published', 'changed', 'deleted']).describe('`changed`: people read an older version than the newest.'),
  origin: z.enum(['file', 'hub']),
  readOnly: z.boolean().describe('It comes from a file and is changed there.'),
  version: z.int().describe('The newest; 0 for a file.'),
  live: z.int().nullable().describe('The version that people read.'),
  changedAt: when.nullable(),
  changedBy: z.string().nullable(),
})
const article = line.extend({ keywords: list(z.string()), body: z.string() })
const versionLine = z.object({
  number: z.int(),
  title: z.string(),
  state: z.enum(['draft', 'published']),
  restored: z.int().nullable().describe('The version that this one brought back.'),
  at: when,
  by: z.string(),
})
const version = versionLine.extend({ keywords: list(z.string()), audience, body: z.string() })
const question = z.object({
  id: z.string(),
  words: z.string().describe('As it was asked last, with secrets, e-mail addresses and telephone numbers masked.'),
  why: z.enum(['nothing-found', 'out-of-scope', 'none-helped']),
  shown: list(z.object({ id: z.string(), title: z.string() })).describe('Articles that were offered and did not help.'),
  sources: list(z.string()),
  times: z.int().describe('How often it was asked in these or similar words.'),
  firstAt: when,
  lastAt: when,
  state: z.enum(['open', 'done', 'dismissed']),
})
const saved = z.object({ ok: z.literal(true), id: z.string(), version: z.int() })

const shown = <T extends Line>(one: T) => ({ ...one, readOnly: one.origin === 'file' })

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

/** Where authors write articles, and see what nobody could answer. Every route needs an admin's session. */
export async function articleRoutes(root: FastifyInstance, { auth, reading, articles, questions }: ArticleNeeds): Promise<void> {
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
          text: words(200).optional().describe('Stands in the id or the title.'),
          state: z.enum(['draft', 'published', 'changed', 'deleted']).optional().describe('All but the deleted ones where it is left out.'),
          after: z.string().min(1).max(60).optional().describe('Where the last page ended: its `next`.'),
          limit: z.coerce.number().int().min(1).max(100).default(50),
        }),
        response: { 200: z.object({ items: list(line), next: z.string().nullable() }), ...refusals(400, 401, 403) },
      },
    },
    async ({ query: { limit, after, text: part, state: only } }) => {
      const found = await articles.list({
        limit: limit + 1,
        ...(after === undefined ? {} : { after }),
        ...(part === undefined ? {} : { text: part }),
        ...(only === undefined ? {} : { state: only }),
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
        response: { 200: article, ...refusals(400, 401, 403, 404) },
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
        body: z.strictObject({ id: articleId.optional(), ...text, state }),
        response: { 201: saved, ...refusals(400, 401, 403, 409) },
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
        body: z.strictObject({ version: z.int().min(1).describe('The version that you began with.'), ...text, state }),
        response: { 200: saved, ...refusals(400, 401, 403, 404, 409) },
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
        response: { 200: z.object({ items: list(versionLine) }), ...refusals(400, 401, 403, 404) },
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
      schema: { ...secured, summary: 'One version', params: versionParams, response: { 200: version, ...refusals(400, 401, 403, 404) } },
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
        body: z.strictObject({ state }),
        response: { 200: saved, ...refusals(400, 401, 403, 404, 409) },
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

  app.get(
    '/api/admin/questions',
    {
      preHandler,
      schema: {
        ...secured,
        summary: 'What nobody could answer',
        querystring: z.strictObject({
          state: z.enum(['open', 'done', 'dismissed']).default('open'),
          why: z.enum(['nothing-found', 'out-of-scope', 'none-helped']).optional(),
          before: z.coerce.number().int().min(1).optional().describe('Where the last page ended: its `next`.'),
          limit: z.coerce.number().int().min(1).max(100).default(50),
        }),
        response: { 200: z.object({ items: list(question), next: z.string().nullable() }), ...refusals(400, 401, 403) },
      },
    },
    async ({ query: { state: only, why, before, limit } }) => {
      const found = await questions.read({
        state: only,
        limit: limit + 1,
        ...(why === undefined ? {} : { why }),
        ...(before === undefined ? {} : { before }),
      })
      const items = found.slice(0, limit).map((one) => ({ ...one, id: String(one.id) }))
      return { items, next: found.length > limit ? items.at(-1)!.id : null }
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
        params: z.strictObject({ id: z.coerce.number().int().min(1) }),
        body: z.strictObject({ state: z.enum(['open', 'done', 'dismissed']) }),
        response: { 200: done, ...refusals(400, 401, 403, 404) },
      },
    },
    async (request) => {
      const { id } = request.params
      const by = technicianOn(request).id
      if (!(await questions.settle(id, request.body.state, by))) throw new HubError('HUB_NOT_FOUND')
      await reading.note({ who: by, what: 'question.settle', about: String(id), detail: { state: request.body.state } })
      return { ok: true as const }
    },
  )
}

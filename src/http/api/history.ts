import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { HubError } from '../errors.ts'
import { guestOn } from './chat.ts'
import { historyQuery } from './input.ts'
import type { ApiNeeds, HistoryKey } from './needs.ts'
import { historyPage, refusals } from './schemas.ts'

type Query = z.output<typeof historyQuery>
/** Whose history is read, and by whom; null: they have not said anything yet. */
type Scope = { readonly reader: 'technician' | 'person'; readonly person?: string | null }

/**
 * Everything that was said, newest first. People get only conversations that they take part in: that is a condition of the query itself, so neither a
 * cursor nor a conversation's id that somebody made up can widen it.
 */
export async function historyRoutes(root: FastifyInstance, needs: ApiNeeds): Promise<void> {
  const app = root.withTypeProvider<ZodTypeProvider>()
  const { reading } = needs

  app.get(
    '/api/history',
    {
      schema: {
        tags: ['history'],
        summary: 'What was said, newest first',
        description: 'A page may be short and still have a `next`: then so much was looked through without finding more.',
        querystring: historyQuery,
        response: { 200: historyPage, ...refusals(400, 401, 403) },
      },
    },
    async (request, reply) => {
      reply.header('cache-control', 'no-store')
      const { query } = request
      const { reader, person } = await scopeOf(request, query)
      if (person === null) return { messages: [], next: null }
      const before = query.before === undefined ? undefined : readCursor(query.before)
      const found = await reading.history({
        reader,
        sources: query.source ?? [],
        limit: query.limit,
        ...(person === undefined ? {} : { person }),
        ...(query.conversation === undefined ? {} : { conversation: query.conversation }),
        ...(query.from === undefined ? {} : { from: startOf(query.from) }),
        ...(query.to === undefined ? {} : { to: endOf(query.to) }),
        ...(query.text === undefined ? {} : { text: query.text }),
        ...(before === undefined ? {} : { before }),
      })
      return { messages: found.messages, next: found.next && writeCursor(found.next) }
    },
  )

  async function scopeOf(request: FastifyRequest, query: Query): Promise<Scope> {
    if (request.headers.authorization !== undefined) return guestScope(request, query)
    const technician = await needs.auth.technicianOf(request.headers)
    if (!technician) throw new HubError('HUB_SIGN_IN_NEEDED')
    if (query.person === undefined && query.conversation === undefined)
      throw new HubError('HUB_BAD_REQUEST', { field: 'person', hint: 'expected a person or a conversation' })
    if (query.person !== undefined && !z.uuid().safeParse(query.person).success)
      throw new HubError('HUB_BAD_REQUEST', { field: 'person', hint: 'expected the id of a person, as conversations show it' })
    return { reader: 'technician', ...(query.person === undefined ? {} : { person: query.person }) }
  }

  async function guestScope(request: FastifyRequest, query: Query): Promise<Scope> {
    const { account, person: key } = guestOn(needs, request)
    if (!needs.settings.chatConsole.enabled) throw new HubError('HUB_NOT_ALLOWED', { hint: 'The history is switched off.' })
    const person = await reading.person(needs.own!.channel, account as NonNullable<ApiNeeds['own']>['account'], key)
    if (query.person !== undefined && query.person !== key && query.person !== person) throw new HubError('HUB_NOT_ALLOWED')
    return { reader: 'person', person: person ?? null }
  }
}

const startOf = (moment: string): string => (moment.length === 10 ? `${moment}T00:00:00Z` : moment)

/** A day counts whole. */
const endOf = (moment: string): string =>
  moment.length === 10 ? new Date(Date.parse(`${moment}T00:00:00Z`) + 86_400_000).toISOString() : moment

const cursor = z.tuple([z.iso.datetime(), z.uuid(), z.int().min(0).max(2_147_483_647)])

const writeCursor = ({ at, conversation, number }: HistoryKey): string =>
  Buffer.from(JSON.stringify([at, conversation, number])).toString('base64url')

/** A place in the order, nothing more: whoever makes one up begins elsewhere in their own history. */
function readCursor(given: string): HistoryKey {
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(given, 'base64url').toString('utf8'))
  } catch {}
  const read = cursor.safeParse(value)
  if (!read.success) throw new HubError('HUB_BAD_REQUEST', { field: 'before', hint: 'expected the `next` of an earlier page' })
  const [at, conversation, number] = read.data
  return { at, conversation, number }
}

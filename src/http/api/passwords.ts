import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { ResetLinks } from '../../core/passwords.ts'
import type { PasswordSet, ResetLinkView } from '../api-types.ts'
import { HubError } from '../errors.ts'
import { refusals } from './schemas.ts'

/** Calls of one address in a minute. */
const callsPerMinute = 30
const rateLimit = { max: callsPerMinute, timeWindow: 60_000, errorResponseBuilder: () => new HubError('HUB_TOO_MANY_ATTEMPTS') }

type Shape<T> = z.ZodType<T, T>
const token = z.string().min(1).max(200).describe('What stands behind # in the link.')
const linkView: Shape<ResetLinkView> = z.object({
  account: z.string().describe('The address of the account, as far as it may be shown.'),
  name: z.string(),
  expiresAt: z.string(),
  rules: z.object({ minLength: z.int(), maxLength: z.int(), hints: z.array(z.string()).readonly() }),
})
const passwordSet: Shape<PasswordSet> = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true) }),
  z.object({ ok: z.literal(false), words: z.array(z.string()).readonly().describe('What the organisation’s rules want, in sentences.') }),
])

const gone = {
  unknown: 'HUB_LINK_INVALID',
  expired: 'HUB_RESET_LINK_EXPIRED',
  used: 'HUB_RESET_LINK_USED',
  away: 'HUB_DIRECTORY_AWAY',
} as const

/** What the page for a new password needs. Its link is the only key; nothing of it ever stands in an address. */
export async function passwordRoutes(root: FastifyInstance, { links }: { readonly links: ResetLinks }): Promise<void> {
  const app = root.withTypeProvider<ZodTypeProvider>()
  const config = { rateLimit }
  app.addHook('onSend', async (_request, reply) => {
    reply.header('cache-control', 'no-store')
  })

  app.post(
    '/api/passwords/look',
    {
      config,
      bodyLimit: 4_096,
      schema: {
        tags: ['passwords'],
        summary: 'Whose password a link sets, and what is wanted of it',
        body: z.strictObject({ token }),
        response: { 200: linkView, ...refusals(400, 403, 410, 429) },
      },
    },
    async ({ body }) => {
      const found = await links.look(body.token)
      if (!found.ok) throw new HubError(gone[found.reason])
      const { account, name, expiresAt, rules } = found
      return { account, name, expiresAt, rules }
    },
  )

  app.post(
    '/api/passwords/set',
    {
      config: { rateLimit: { ...rateLimit, max: callsPerMinute / 2 } },
      bodyLimit: 4_096,
      schema: {
        tags: ['passwords'],
        summary: 'Set the password',
        description: 'Works once for each link. Where the rules want another password, the link stays good.',
        body: z.strictObject({ token, password: z.string().min(1).max(512) }),
        response: { 200: passwordSet, ...refusals(400, 403, 410, 429, 503) },
      },
    },
    async ({ body }) => {
      const set = await links.use(body.token, body.password)
      if (set.ok) return { ok: true as const }
      if (set.reason === 'refused') return { ok: false as const, words: set.words }
      throw new HubError(gone[set.reason])
    },
  )
}

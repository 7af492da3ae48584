import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { bearerOf } from '../../channel/kit/token.ts'
import { HubError } from '../errors.ts'
import { takeUploads } from '../files.ts'
import type { ApiNeeds } from './needs.ts'
import { chatSettings, guestToken, refusals } from './schemas.ts'

/** New guests from one address within a minute: a whole office may sit behind one. */
const guestsPerMinute = 30

/** The web chat: what its page must know, who its guests are, and their files. Words go through the channel's hook like those of any platform. */
export async function chatRoutes(root: FastifyInstance, needs: ApiNeeds): Promise<void> {
  const app = root.withTypeProvider<ZodTypeProvider>()
  const { settings, guests, files, own } = needs
  const enabled = own !== undefined && settings.chat.enabled
  const guest = enabled && settings.guestAccess && (own.config as { readonly guest?: boolean } | null)?.guest !== false

  /** Guests' tokens stop counting the moment guests are not allowed any more. */
  const admit = (person?: string): void => {
    if (!enabled) throw new HubError('HUB_CHAT_OFF')
    if (!guest && (person === undefined || person.startsWith('guest:'))) throw new HubError('HUB_GUESTS_NOT_ALLOWED')
  }

  app.get(
    '/api/chat/settings',
    { schema: { tags: ['chat'], summary: 'What the chat page must know', response: { 200: chatSettings, ...refusals() } } },
    async () => ({
      deskName: settings.name,
      enabled,
      account: own?.account ?? '',
      guest,
      attachments: { maxBytes: settings.attachments.maxBytes, blockedTypes: settings.attachments.blockedTypes },
    }),
  )

  const rateLimit = { max: guestsPerMinute, timeWindow: 60_000, errorResponseBuilder: () => new HubError('HUB_TOO_MANY_ATTEMPTS') }
  app.post(
    '/api/guest',
    {
      config: { rateLimit },
      schema: {
        tags: ['chat'],
        summary: 'Chat without signing in',
        description: 'A Bearer for the chat’s hook, its files and its socket.',
        body: z.strictObject({ name: z.string().max(200).optional() }).nullish(),
        response: { 200: guestToken, ...refusals(400, 403, 429) },
      },
    },
    async (request, reply) => {
      admit()
      reply.header('cache-control', 'no-store')
      const name = request.body?.name
      return guests.issue({ account: own!.account, ...(name === undefined ? {} : { name }) })
    },
  )

  app.post(
    '/api/guest/renew',
    {
      config: { rateLimit: { ...rateLimit, max: 4 * guestsPerMinute } },
      schema: {
        tags: ['chat'],
        summary: 'The same person for another while',
        description: 'With the old token as Bearer, also for some time after it has expired.',
        security: [{ guest: [] }],
        response: { 200: guestToken, ...refusals(401, 403, 429) },
      },
    },
    async (request, reply) => {
      reply.header('cache-control', 'no-store')
      const renewed = guests.renew(bearerOf(request.headers.authorization) ?? '')
      if (!renewed) throw new HubError('HUB_SIGN_IN_NEEDED')
      admit(renewed.person)
      return renewed
    },
  )

  await root.register(takeUploads, {
    path: '/api/chat/files',
    files,
    preHandler: async (request: FastifyRequest) => admit(guestOn(needs, request).person),
    uploader: (request: FastifyRequest) => guestOn(needs, request).person,
    rules: () => settings.attachments,
  })
}

/** Whose Bearer a request carries. */
export function guestOn({ guests, own }: Pick<ApiNeeds, 'guests' | 'own'>, request: FastifyRequest) {
  const token = guests.read(bearerOf(request.headers.authorization))
  if (!token || token.account !== own?.account) throw new HubError('HUB_SIGN_IN_NEEDED')
  return token
}

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import type { PlaygroundMails, PlaygroundView } from './api-types.ts'
import type { Auth } from './auth/index.ts'
import { HubError } from './errors.ts'

/** The pages that `npm run prepare` has built. */
const built = join(import.meta.dirname, '../../web/dist')

const privacy = (desk: string): string =>
  `${desk} keeps what you write to it, and what it answers, so that you can be helped and find it again. Technicians of this support desk can read it. Ask them to have it deleted.\n`
const terms = (desk: string): string =>
  `${desk} is the support desk of the organisation that runs it. Its rules for support hold here too.\n`

/** The chat at `/`, the admins' pages at `/admin` and `/admin/knowledge`, a request's at `/requests/…` and, where it runs, the playground. Assets carry a hash in their name and are kept for a year. */
export async function pages(
  app: FastifyInstance,
  { playground, deskName }: { readonly playground: boolean; readonly deskName: string },
): Promise<void> {
  // The addresses that platforms want to know of an app; an organisation's own pages may stand in front of them.
  const short = { '/privacy': privacy, '/terms': terms }
  for (const [path, text] of Object.entries(short))
    app.get(path, { schema: { hide: true } }, async (_request, reply) => reply.type('text/plain; charset=utf-8').send(text(deskName)))
  app.setNotFoundHandler(() => {
    throw new HubError('HUB_NOT_FOUND')
  })
  if (!existsSync(join(built, 'index.html'))) {
    app.get('/', { schema: { hide: true } }, async (_request, reply) =>
      reply.type('text/plain').send('The pages are not built: run `npm run prepare`.\n'),
    )
    return
  }
  await app.register(fastifyStatic, {
    root: built,
    index: 'index.html',
    setHeaders(reply, path) {
      const lasting = path.includes(`${built}/assets/`)
      reply.header('cache-control', lasting ? 'public, max-age=31536000, immutable' : 'no-cache')
    },
    allowedPath: (path) => playground || !path.startsWith('/playground'),
  })
  for (const path of ['/admin', '/admin/accounts'])
    app.get(path, { schema: { hide: true } }, (_request, reply) => reply.sendFile('admin.html'))
  for (const path of ['/admin/knowledge', '/admin/knowledge/*'])
    app.get(path, { schema: { hide: true } }, (_request, reply) => reply.sendFile('knowledge.html'))
  app.get('/requests/:number', { schema: { hide: true } }, (_request, reply) =>
    reply.header('referrer-policy', 'no-referrer').sendFile('requests.html'),
  )
  app.get('/password', { schema: { hide: true } }, (_request, reply) =>
    reply.header('referrer-policy', 'no-referrer').sendFile('password.html'),
  )
  if (playground) app.get('/playground', { schema: { hide: true } }, (_request, reply) => reply.sendFile('playground.html'))
}

export type PlaygroundRoutes = { readonly emulators: PlaygroundView['emulators'] }
type PlaygroundNeeds = PlaygroundRoutes & { readonly auth: Auth; readonly mails: () => Promise<PlaygroundMails['mails']> }

/** Only where the hub is reached on this machine alone: whoever opens the playground is its technician. */
export async function playgroundRoutes(app: FastifyInstance, { emulators, auth, mails }: PlaygroundNeeds): Promise<void> {
  app.get(
    '/api/playground',
    { schema: { hide: true } },
    async (): Promise<PlaygroundView> => ({ technician: { name: 'Tess Technician' }, emulators }),
  )
  app.get('/api/playground/mails', { schema: { hide: true } }, async (_request, reply): Promise<PlaygroundMails> => {
    reply.header('cache-control', 'no-store')
    const kept = await mails()
    return { mails: kept.map(({ id, to, at, subject, text }) => ({ id, to, at, subject, text })) }
  })
  app.post('/api/playground/sign-in', { schema: { hide: true }, preHandler: auth.sameOrigin }, async (_request, reply) => {
    const { technician, cookies } = await auth.signInPlaygroundTechnician()
    return reply.header('set-cookie', [...cookies]).send({ technician })
  })
}

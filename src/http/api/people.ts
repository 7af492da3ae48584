import { randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Accounts } from '../../core/passwords.ts'
import type { AccountMade, AccountsPage, PersonAccount } from '../api-types.ts'
import type { Auth } from '../auth/index.ts'
import { HubError } from '../errors.ts'
import { type AuditNote, technicianOn } from './needs.ts'
import { refusals } from './schemas.ts'

export type PeopleNeeds = {
  readonly auth: Pick<Auth, 'requireAdmin'>
  /** Undefined where another directory keeps the accounts. */
  readonly accounts: Accounts | undefined
  /** A link by which its owner sets the first password. */
  readonly invite: (email: string, key: string) => Promise<string | undefined>
  readonly note: (entry: AuditNote) => Promise<void>
}

type Shape<T> = z.ZodType<T, T>
const account: Shape<PersonAccount> = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  locked: z.boolean(),
  mustChange: z.boolean(),
})
const page: Shape<AccountsPage> = z.object({ accounts: z.array(account).readonly() })
const made: Shape<AccountMade> = z.object({ account, link: z.string().nullable() })

/** The hub's own accounts, for admins. Where another directory keeps them there are none here. */
export async function peopleRoutes(root: FastifyInstance, { auth, accounts, invite, note }: PeopleNeeds): Promise<void> {
  const app = root.withTypeProvider<ZodTypeProvider>()
  const preHandler = auth.requireAdmin
  const secured = { tags: ['admin'], description: 'Needs an admin’s session.' }
  const own = (): Accounts => {
    if (!accounts) throw new HubError('HUB_NO_OWN_ACCOUNTS')
    return accounts
  }

  app.get(
    '/api/admin/people',
    { preHandler, schema: { ...secured, summary: 'The hub’s own accounts', response: { 200: page, ...refusals(401, 403, 409) } } },
    async () => ({ accounts: await own().list() }),
  )

  app.post(
    '/api/admin/people',
    {
      preHandler,
      schema: {
        ...secured,
        summary: 'Make an account',
        description:
          'With a password it has to be changed at the first sign-in; without one its owner sets it by the link in the answer, within three days.',
        body: z.strictObject({
          email: z.email().max(254),
          name: z.string().trim().min(1).max(200),
          password: z.string().min(1).max(512).optional(),
        }),
        response: { 200: made, ...refusals(400, 401, 403, 409) },
      },
    },
    async (request) => {
      const { email, name, password } = request.body
      const added = await own().add({ email, name, ...(password === undefined ? {} : { password }) })
      if (!added.ok) throw new HubError('HUB_BAD_REQUEST', { hint: added.words.join(' ') })
      await note({ who: technicianOn(request).id, what: 'account.add', about: added.account.id })
      const link = password === undefined ? await invite(added.account.email, `invite:${randomUUID()}`) : undefined
      return { account: added.account, link: link ?? null }
    },
  )

  for (const deed of ['lock', 'unlock'] as const)
    app.post(
      `/api/admin/people/${deed}`,
      {
        preHandler,
        schema: {
          ...secured,
          summary: deed === 'lock' ? 'Lock an account and end its sessions' : 'Unlock an account',
          body: z.strictObject({ email: z.email().max(254) }),
          response: { 200: account, ...refusals(400, 401, 403, 404, 409) },
        },
      },
      async (request) => {
        const changed = await own()[deed](request.body.email)
        if (!changed) throw new HubError('HUB_NOT_FOUND')
        await note({ who: technicianOn(request).id, what: `account.${deed}`, about: changed.id })
        return changed
      },
    )
}

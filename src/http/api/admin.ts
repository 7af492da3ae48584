import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { AccountId } from '../../channel/index.ts'
import type { ConversationId } from '../../core/conversation.ts'
import type { AccountView } from '../api-types.ts'
import { HubError } from '../errors.ts'
import { type ApiNeeds, type PartName, technicianOn } from './needs.ts'
import { accounts, accountView, audit, deadLetters, done, pageQuery, quarantine, refusals } from './schemas.ts'

/** What admins see and put right. Every route needs an admin's session. */
export async function adminRoutes(root: FastifyInstance, needs: ApiNeeds): Promise<void> {
  const app = root.withTypeProvider<ZodTypeProvider>()
  const { reading, channels, checkAccount, receive, bell, publicUrl } = needs
  const accountsNow = async () => (await reading.accounts()).map(withHook)
  /** Where the platform calls us, and is not asked or the hub itself. */
  const withHook = (view: AccountView): AccountView => {
    const channel = channels.get(view.channel, view.account as AccountId)
    if (!channel || channel.definition.source === null || channel.adapter.listen) return view
    return { ...view, hookUrl: new URL(`/hooks/${view.channel}/${view.account}`, publicUrl()).href }
  }
  const preHandler = needs.auth.requireAdmin
  const secured = { tags: ['admin'], description: 'Needs an admin’s session.' }

  app.get(
    '/api/admin/accounts',
    { preHandler, schema: { ...secured, summary: 'Every account and how it is', response: { 200: accounts, ...refusals(401, 403) } } },
    async () => ({ accounts: await accountsNow() }),
  )

  const accountParams = z.strictObject({ channel: z.string().max(60), account: z.string().max(60) })
  app.post(
    '/api/admin/accounts/:channel/:account/check',
    {
      preHandler,
      schema: {
        ...secured,
        summary: 'Ask the platform now',
        description: 'An account that was stopped and works again goes on with what it owes.',
        params: accountParams,
        response: { 200: accountView, ...refusals(401, 403, 404) },
      },
    },
    async (request) => {
      const { channel: name, account } = request.params
      const channel = channels.get(name, account as AccountId)
      if (!channel) throw new HubError('HUB_UNKNOWN_ACCOUNT')
      const health = await checkAccount(channel)
      await reading.note({ who: technicianOn(request).id, what: 'account.check', about: `${name}/${account}`, detail: { ok: health.ok } })
      const checked = (await accountsNow()).find((one) => one.channel === name && one.account === account)
      if (!checked) throw new HubError('HUB_UNKNOWN_ACCOUNT')
      return checked
    },
  )

  app.get(
    '/api/admin/quarantine',
    {
      preHandler,
      schema: {
        ...secured,
        summary: 'Requests that held something the hub could not read',
        querystring: pageQuery,
        response: { 200: quarantine, ...refusals(400, 401, 403) },
      },
    },
    async ({ query: { before, limit } }) => {
      if (before !== undefined && !z.uuid().safeParse(before).success) throw wrongBefore()
      return page(await reading.quarantine(before, limit + 1), limit)
    },
  )

  const replayed = z.object({
    ok: z.boolean(),
    status: z.int().describe('What the door answered.'),
    stillUnreadable: z.boolean().describe('It lies in quarantine again.'),
  })
  app.post(
    '/api/admin/quarantine/:id/again',
    {
      preHandler,
      schema: {
        ...secured,
        summary: 'Take the request once more',
        description: 'What was read the first time is known by its ids and not taken twice.',
        params: z.strictObject({ id: z.uuid() }),
        response: { 200: replayed, ...refusals(400, 401, 403, 404) },
      },
    },
    async (request) => {
      const { id } = request.params
      const kept = await reading.quarantined(id)
      if (!kept) throw new HubError('HUB_NOT_FOUND')
      const { status } = await receive(kept.channel, kept.account, kept.request)
      // 200 and 400: the door has read it, and has put it back itself where something in it is still unknown. Otherwise it stays as it is.
      const stillUnreadable = status === 200 || status === 400 ? await reading.releaseQuarantined(id) : true
      await reading.note({ who: technicianOn(request).id, what: 'quarantine.again', about: id, detail: { status, stillUnreadable } })
      return { ok: status === 200, status, stillUnreadable }
    },
  )

  app.get(
    '/api/admin/dead-letters',
    {
      preHandler,
      schema: {
        ...secured,
        summary: 'What was given up or is held',
        querystring: pageQuery,
        response: { 200: deadLetters, ...refusals(400, 401, 403) },
      },
    },
    async ({ query: { before, limit } }) => {
      const part = before === undefined ? undefined : partName(before)
      if (before !== undefined && !part) throw wrongBefore()
      return page(await reading.deadLetters(part, limit + 1), limit)
    },
  )

  app.post(
    '/api/admin/dead-letters/:id/again',
    {
      preHandler,
      schema: {
        ...secured,
        summary: 'Send it again',
        description: 'It is due again; what becomes of it is what the platform answers.',
        params: z.strictObject({ id: z.string().max(60) }),
        response: { 200: done, ...refusals(401, 403, 404, 409) },
      },
    },
    async (request) => {
      const part = partName(request.params.id)
      if (!part) throw new HubError('HUB_NOT_FOUND')
      switch (await reading.sendAgain(part)) {
        case 'unknown':
          throw new HubError('HUB_NOT_FOUND')
        case 'gone':
          throw new HubError('HUB_ALREADY_AGAIN')
        case 'due':
          bell.ring('delivery', [part.conversation as ConversationId])
          await reading.note({ who: technicianOn(request).id, what: 'dead-letter.again', about: request.params.id })
          return { ok: true as const }
      }
    },
  )

  app.get(
    '/api/admin/audit',
    {
      preHandler,
      schema: {
        ...secured,
        summary: 'What admins and technicians did',
        querystring: pageQuery,
        response: { 200: audit, ...refusals(400, 401, 403) },
      },
    },
    async ({ query: { before, limit } }) => {
      if (before !== undefined && !/^\d{1,15}$/.test(before)) throw wrongBefore()
      return page(await reading.audit(before === undefined ? undefined : Number(before), limit + 1), limit)
    },
  )
}

const wrongBefore = () => new HubError('HUB_BAD_REQUEST', { field: 'before', hint: 'expected the `next` of an earlier page' })

/** One more than asked for was read, to know whether there is a next page. */
function page<Item extends { readonly id: string }>(found: readonly Item[], limit: number) {
  const items = found.slice(0, limit)
  return { items, next: found.length > limit ? items.at(-1)!.id : null }
}

function partName(id: string): PartName | undefined {
  const [conversation = '', number = '', ...more] = id.split('.')
  if (more.length > 0 || !z.uuid().safeParse(conversation).success || !/^\d{1,9}$/.test(number)) return undefined
  return { conversation, number: Number(number) }
}

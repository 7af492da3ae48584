import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { DeskAway } from '../../core/service-desk.ts'
import { HubError } from '../errors.ts'
import { rateLimit, secured } from './requests.ts'
import { callerOn, makeCallers } from './requests-caller.ts'
import type { RequestApiNeeds } from './requests-needs.ts'
import { makeOnce } from './requests-once.ts'
import { approvalList, approvalOut, approvalView, decision } from './requests-schemas.ts'
import { refusals } from './schemas.ts'

/** What waits for somebody's approval, and their decision. Technicians decide for themselves; a key says for whom. */
export async function approvalRoutes(root: FastifyInstance, needs: RequestApiNeeds): Promise<void> {
  const app = root.withTypeProvider<ZodTypeProvider>()
  const may = makeCallers(needs.keys, needs.auth)
  const once = makeOnce(needs.calls)
  const config = { rateLimit }
  const tags = ['approvals']

  app.get(
    '/api/approvals',
    {
      config,
      preHandler: may('approvals:read'),
      schema: {
        ...secured,
        tags,
        summary: 'What waits for an approver, longest first',
        querystring: z.strictObject({ email: z.email().max(254).optional().describe('Whose; needed with a key.') }),
        response: { 200: approvalList, ...refusals(400, 401, 403, 429) },
      },
    },
    async (request) => ({
      approvals: (await reaching(() => needs.desk.approvalsOf(whose(request, request.query.email)))).map(approvalOut),
    }),
  )

  app.post(
    '/api/approvals/:id/decision',
    {
      config,
      preHandler: may('approvals:write'),
      schema: {
        ...secured,
        tags,
        summary: 'Approve or reject',
        description: 'Once, however often it is sent with the same `Idempotency-Key`.',
        params: z.strictObject({ id: z.string().min(1).max(100) }),
        body: decision,
        response: { 200: approvalView, ...refusals(400, 401, 403, 404, 409, 422, 429) },
      },
    },
    (request, reply) =>
      once(request, reply, async (key) => {
        const { approved, comment, email, name } = request.body
        const address = whose(request, email)
        const by = { email: address, name: name ?? (callerOn(request).email === address ? callerOn(request).name : null) }
        const decided = await reaching(() => needs.desk.decide(request.params.id, by, approved, comment, key))
        if (!decided.ok) {
          switch (decided.reason) {
            case 'not-yours':
              throw new HubError('HUB_NOT_FOUND')
            case 'already':
              throw new HubError('HUB_ALREADY_DECIDED')
            case 'own-request':
              throw new HubError('HUB_OWN_REQUEST')
          }
        }
        await needs.reading.note({
          who: callerOn(request).id,
          what: approved ? 'approval.approve' : 'approval.reject',
          about: request.params.id,
          detail: { number: decided.approval.request.number, for: address },
        })
        needs.changed()
        return { status: 200, body: approvalOut(decided.approval) }
      }),
  )
}

/** A technician speaks for nobody else. */
function whose(request: FastifyRequest, email: string | undefined): string {
  const { email: own } = callerOn(request)
  if (own === null && email === undefined)
    throw new HubError('HUB_BAD_REQUEST', { field: 'email', hint: 'expected the approver’s address' })
  if (own !== null && email !== undefined && email.toLowerCase() !== own.toLowerCase())
    throw new HubError('HUB_NOT_ALLOWED', { hint: 'You can decide only for yourself.' })
  return own ?? email!
}

/** A service desk elsewhere that does not answer is no fault of the hub's. */
export async function reaching<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof DeskAway) throw new HubError('HUB_DESK_AWAY', { cause: error })
    throw error
  }
}

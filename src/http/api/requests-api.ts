import type { FastifyInstance } from 'fastify'
import { approvalRoutes } from './approvals.ts'
import { requestRoutes } from './requests.ts'
import { requestDeskRoutes } from './requests-desk.ts'
import type { RequestApiNeeds } from './requests-needs.ts'
import { requestPageRoutes } from './requests-page.ts'

export type { RequestApiNeeds } from './requests-needs.ts'

/** Requests and approvals over HTTP: for technicians and other systems, beside a conversation at the Desk, and on their requester's page. */
export async function requestApi(app: FastifyInstance, needs: RequestApiNeeds & { readonly now: () => Date }): Promise<void> {
  app.decorateRequest('caller', null)
  for (const routes of [requestRoutes, approvalRoutes, requestDeskRoutes]) await app.register(routes, needs)
  await app.register(requestPageRoutes, needs)
}

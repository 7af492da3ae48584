import type { FastifyInstance } from 'fastify'
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import { adminRoutes } from './admin.ts'
import { chatRoutes } from './chat.ts'
import { deskRoutes } from './desk.ts'
import { historyRoutes } from './history.ts'
import type { ApiNeeds } from './needs.ts'

export type { ApiNeeds, Reading } from './needs.ts'

/** The hub's own API, a file per area. Every route has schemas: they check what comes in, what goes out, and make the OpenAPI page. */
export async function api(app: FastifyInstance, needs: ApiNeeds): Promise<void> {
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  for (const routes of [chatRoutes, deskRoutes, historyRoutes, adminRoutes]) await app.register(routes, needs)
}

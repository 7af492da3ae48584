import Fastify, { type FastifyInstance } from 'fastify'
import { errors, HubError } from '../../src/http/errors.ts'
import type { Connection } from '../../src/store/connect.ts'
import { migrate } from '../../src/store/migrate.ts'
import { openMemory } from '../support/template.ts'

/** An empty database in memory, with all tables. */
export async function openDatabase(): Promise<Connection> {
  const connection = await openMemory()
  await migrate(connection)
  return connection
}

/** A server that answers refusals as the hub does, and nothing else. */
export function openServer(): FastifyInstance {
  const app = Fastify()
  app.setErrorHandler((error, _request, reply) => {
    if (error instanceof HubError)
      return reply.code(errors[error.code].status).send({ error: { code: error.code, message: error.message, ...error.detail } })
    return reply.code((error as { statusCode?: number }).statusCode ?? 500).send({ error: { code: 'UNEXPECTED', message: String(error) } })
  })
  return app
}

/** On PGlite a query that waits for its own transaction waits for ever; nothing here takes longer than this. */
export const within = <T>(work: Promise<T>, ms = 5_000): Promise<T> =>
  Promise.race([work, new Promise<never>((_, reject) => setTimeout(() => reject(new Error(`it took longer than ${ms} ms`)), ms).unref())])

import type { FastifyInstance } from 'fastify'

type Needs = {
  /** Reject where the store, or the queue, does not answer. */
  readonly store: () => Promise<void>
  readonly queue: () => Promise<void>
  readonly metrics: () => Promise<string>
}

/** `/healthz`: the process lives. `/readyz`: store and queue answer. `/metrics`: Prometheus. No text of messages, no names, no secrets. */
export async function health(app: FastifyInstance, { store, queue, metrics }: Needs): Promise<void> {
  const answers = (ask: () => Promise<void>): Promise<'ok' | 'away'> =>
    ask().then(
      () => 'ok' as const,
      () => 'away' as const,
    )
  app.get('/healthz', { schema: { hide: true } }, async () => ({ ok: true }))
  app.get('/readyz', { schema: { hide: true } }, async (_request, reply) => {
    const state = { store: await answers(store), queue: await answers(queue) }
    // Without its queue the hub still takes and answers what comes in; only what is timed waits for sweep.
    return reply.code(state.store === 'ok' ? 200 : 503).send({ ok: state.store === 'ok', ...state })
  })
  app.get('/metrics', { schema: { hide: true } }, async (_request, reply) => reply.type('text/plain; version=0.0.4').send(await metrics()))
}

import { setTimeout as wait } from 'node:timers/promises'
import { createPostgresBackend } from 'bullmq'

/** Between two looks at a database that is away, in ms. */
const pauseMs = 500

type Looking = { waitUntilReady(): Promise<void>; readyPromise?: Promise<void> | undefined }

/**
 * BullMQ on Postgres looks at the database once and keeps the outcome: a worker made while Postgres shuts down or comes up would be refused for ever, and ask
 * again without a pause, so that nothing else in this process ever ran. Here a look that failed is forgotten, and told after a pause.
 */
export const postgresBackend: typeof createPostgresBackend = (...given) => {
  const backend = createPostgresBackend(...given)
  for (const looking of [backend, backend.connection] as unknown as readonly Looking[]) {
    const look = looking.waitUntilReady.bind(looking)
    looking.waitUntilReady = async () => {
      try {
        await look()
      } catch (error) {
        looking.readyPromise = undefined
        await wait(pauseMs)
        throw error
      }
    }
  }
  return backend
}

import pg from 'pg'
import { type Connection, outliveItsServer } from './connect.ts'
import { pglitePool } from './pglite-pool.ts'

/** Every worker keeps one connection for itself to listen on, and there is one worker for each account that can be paced; they are opened when needed. */
const mostConnections = 48

/** The pg.Pool-like object that BullMQ's PostgreSQL backend works on: its tables stand in the schema `bullmq` of the same database. */
export function queuePool({ url, embedded }: Connection) {
  // Every queue and worker listens for errors of the pool.
  if (embedded) return pglitePool(embedded.pglite, embedded.turnstile).setMaxListeners(0)
  const pool = new pg.Pool({
    connectionString: url,
    max: mostConnections,
    keepAlive: true,
    options: '-c search_path=bullmq,public',
    application_name: 'switchboard-queue',
  })
  pool.setMaxListeners(0)
  outliveItsServer(pool)
  return pool
}

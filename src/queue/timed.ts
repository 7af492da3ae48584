import { Queue, runMigrations, Worker } from 'bullmq'
import { Redis } from 'ioredis'
import type { ConversationId } from '../core/conversation.ts'
import type { Log } from '../pipeline/ports.ts'
import { postgresBackend } from './postgres-backend.ts'

/** What BullMQ runs on: Redis, or a pg.Pool-like object over the database that is there anyway (its `search_path` begins with `bullmq`). */
export type TimedOn = { readonly redisUrl: string; readonly prefix: string } | { readonly pool: PoolLike }
type PoolLike = {
  connect(): Promise<any>
  query(text: string, values?: readonly unknown[]): Promise<any>
  end(): Promise<void>
  on(...args: any[]): any
  removeAllListeners(event?: string): any
}

type Job = { readonly conversation: ConversationId }

/** A queue of rings that come later, or at a limited rate. A job carries an id and nothing else. */
export type TimedQueue = {
  /**
   * Never rejects, and resolves to whether the rings were taken; those that were lost are found by sweep. Rings of one conversation that fall into the same
   * slot are one, at its end.
   */
  add(conversations: readonly ConversationId[], inMs: number): Promise<boolean>
  /** Begins to answer rings in this process. Does nothing where it already does. */
  answer(handle: (conversation: ConversationId) => Promise<void>, perSecond?: number): void
  /** Answers no more rings in this process, until it begins again; what is being answered is finished. */
  rest(): Promise<void>
  depth(): Promise<number>
  close(): Promise<void>
}

export type TimedQueues = {
  /** The queue of that name, made on first use. Names may not hold a colon. */
  queue(name: string): TimedQueue
  ping(): Promise<void>
  close(): Promise<void>
}

/** Timed rings of one conversation that are due within so long of each other are one, in ms; none may come before its time. */
const slotMs = 100

/** Complaints of a connection that is down come by the hundred: one each so often is enough, in ms. */
const complaintEveryMs = 10_000

/** A connection that never came about does not close either; jobs under way get so long, in ms. */
const closeMs = 5_000
const atMost = (ms: number, work: Promise<unknown> | undefined): Promise<unknown> =>
  Promise.race([work?.catch(() => undefined), new Promise((resolve) => setTimeout(resolve, ms).unref())])

export async function openTimedQueues(on: TimedOn, log: Log): Promise<TimedQueues> {
  const queues = new Map<string, TimedQueue>()
  let complained = 0
  const complain = (error: Error): void => {
    if (Date.now() - complained < complaintEveryMs) return
    complained = Date.now()
    log.warn({ step: 'queue', outcome: 'away', reason: error.message }, 'the queue is away; what is timed waits for sweep')
  }

  const redis =
    'redisUrl' in on ? new Redis(on.redisUrl, { enableOfflineQueue: false, maxRetriesPerRequest: 1, lazyConnect: true }) : undefined
  redis?.on('error', complain)
  await redis?.connect().catch(complain)
  if ('pool' in on) {
    const client = await on.pool.connect()
    try {
      await runMigrations(client)
    } finally {
      client.release()
    }
  }

  function open(name: string): TimedQueue {
    const queue =
      'redisUrl' in on
        ? new Queue<Job>(name, { connection: redis!, prefix: on.prefix })
        : (new Queue<Job>(name, { connection: on.pool } as never, postgresBackend as never) as unknown as Queue<Job>)
    queue.on('error', complain)
    let worker: Worker<Job> | undefined
    let listening: Redis | undefined
    return {
      async add(conversations, inMs) {
        // BullMQ would wait for a connection that was never made; a ring is only a hint.
        if (redis && redis.status !== 'ready') {
          complain(new Error(`Redis is ${redis.status}`))
          return false
        }
        const slot = Math.ceil((Date.now() + inMs) / slotMs)
        const delay = inMs > 0 ? slot * slotMs - Date.now() : 0
        const jobs = conversations.map((conversation) => ({
          name,
          data: { conversation },
          opts: {
            delay,
            removeOnComplete: true,
            removeOnFail: true,
            deduplication: { id: inMs > 0 ? `${conversation}@${slot}` : conversation, keepLastIfActive: true },
          },
        }))
        return queue.addBulk(jobs).then(
          () => true,
          (error: Error) => {
            complain(error)
            return false
          },
        )
      },
      answer(handle, perSecond) {
        if (worker) return
        const shared = {
          concurrency: 32,
          ...(perSecond === undefined ? {} : { limiter: { max: perSecond, duration: 1_000 } }),
        }
        const work = (job: { readonly data: Job }) => handle(job.data.conversation)
        if ('redisUrl' in on) {
          listening = new Redis(on.redisUrl, { maxRetriesPerRequest: null })
          listening.on('error', complain)
          worker = new Worker<Job>(name, work, { ...shared, connection: listening, prefix: on.prefix })
        } else
          worker = new Worker(name, work, { ...shared, connection: on.pool } as never, postgresBackend as never) as unknown as Worker<Job>
        worker.on('error', complain)
      },
      async rest() {
        const [ending, connection] = [worker, listening]
        worker = undefined
        listening = undefined
        await atMost(closeMs, ending?.close())
        connection?.disconnect()
      },
      async depth() {
        if (redis && redis.status !== 'ready') return 0
        return queue.getJobCountByTypes('waiting', 'delayed', 'prioritized', 'active')
      },
      async close() {
        await atMost(closeMs, worker?.close())
        listening?.disconnect()
        await atMost(closeMs, queue.close())
      },
    }
  }

  return {
    queue(name) {
      const known = queues.get(name)
      if (known) return known
      const made = open(name)
      queues.set(name, made)
      return made
    },
    async ping() {
      if (redis && redis.status !== 'ready') throw new Error(`Redis is ${redis.status}`)
      await redis?.ping()
    },
    async close() {
      await Promise.all([...queues.values()].map((queue) => queue.close()))
      redis?.disconnect()
    },
  }
}

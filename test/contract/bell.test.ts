import { Queue } from 'bullmq'
import { Redis } from 'ioredis'
import { afterAll, describe, expect, test } from 'vitest'
import type { ConversationId } from '../../src/core/conversation.ts'
import type { Channel, Channels, Log } from '../../src/pipeline/ports.ts'
import { makeBell } from '../../src/queue/bell.ts'
import { makeLanes } from '../../src/queue/lanes.ts'
import { openTimedQueues, type TimedOn, type TimedQueues } from '../../src/queue/timed.ts'
import { connect } from '../../src/store/connect.ts'
import { queuePool } from '../../src/store/queue-pool.ts'
import { postgresUrl, redisUrl } from '../support/services.ts'
import { openMemory } from '../support/template.ts'
import { until } from '../support/until.ts'

const postgres = await postgresUrl()
const redis = await redisUrl()
afterAll(async () => {
  await postgres?.drop()
  await redis?.drop()
})

const quiet: Log = { info: () => undefined, warn: () => undefined, error: () => undefined }
const id = (name: string) => name as ConversationId
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

describe('lanes', () => {
  test('work on one conversation at a time and on many side by side, and forget no ring', async () => {
    const busy = new Set<string>()
    const rung = new Map<string, number>()
    const served = new Map<string, number>()
    let overlaps = 0
    const lanes = makeLanes({
      batch: 8,
      width: 4,
      pauseMs: 5,
      work: async (conversations) => {
        for (const conversation of conversations) {
          if (busy.has(conversation)) overlaps++
          busy.add(conversation)
          served.set(conversation, rung.get(conversation) ?? 0)
        }
        await pause(Math.random() * 3)
        for (const conversation of conversations) busy.delete(conversation)
        return { again: [], slow: [] }
      },
    })
    for (let ring = 0; ring < 2_000; ring++) {
      const conversation = `c${Math.floor(Math.random() * 50)}`
      rung.set(conversation, (rung.get(conversation) ?? 0) + 1)
      lanes.ring([id(conversation)])
      if (ring % 100 === 0) await pause(1)
    }
    await lanes.idle()
    expect(overlaps).toBe(0)
    expect(served).toEqual(rung)
  })

  test('a slow conversation leaves its batch and holds up only itself', async () => {
    let finish: (again: boolean) => void = () => undefined
    const order: string[] = []
    const lanes = makeLanes({
      batch: 10,
      width: 1,
      pauseMs: 5,
      work: async (conversations) => {
        order.push(...conversations)
        const slow =
          conversations.includes(id('slow')) && order.length < 3
            ? [[id('slow'), new Promise<boolean>((resolve) => (finish = resolve))] as const]
            : []
        return { again: [], slow }
      },
    })
    lanes.ring([id('slow'), id('quick')])
    await until(() => order.length === 2)
    lanes.ring([id('slow'), id('quick')])
    await until(() => order.length === 3)
    expect(order).toEqual(['slow', 'quick', 'quick'])
    finish(false)
    await lanes.idle()
    expect(order.at(-1)).toBe('slow')
  })

  test('a fault in the work ends neither the process nor the lane', async () => {
    let tries = 0
    const lanes = makeLanes({
      batch: 1,
      width: 1,
      pauseMs: 5,
      work: async (them) => {
        tries++
        if (tries === 1) throw new Error('boom')
        return { again: [], slow: tries === 2 ? them.map((one) => [one, Promise.reject(new Error('boom'))] as const) : [] }
      },
    })
    lanes.ring([id('c')])
    await until(() => tries === 3)
    await lanes.idle()
    expect(lanes.depth).toBe(0)
  })

  test('what failed is tried again after a pause, and close waits for what was begun', async () => {
    let tries = 0
    const lanes = makeLanes({ batch: 1, width: 1, pauseMs: 5, work: async (them) => ({ again: ++tries < 3 ? them : [], slow: [] }) })
    lanes.ring([id('c')])
    await until(() => tries === 3)
    let done = false
    const closing = makeLanes({
      batch: 1,
      width: 1,
      pauseMs: 5,
      work: async () => {
        await pause(30)
        done = true
        return { again: [], slow: [] }
      },
    })
    closing.ring([id('c')])
    await pause(5)
    await closing.close()
    expect(done).toBe(true)
  })
})

const kinds: readonly {
  readonly kind: string
  readonly available: boolean
  readonly open: () => Promise<{ readonly on: TimedOn; close(): Promise<void> }>
}[] = [
  {
    kind: 'Redis',
    available: redis !== undefined,
    open: async () => ({ on: { redisUrl: redis!.url, prefix: 'bell' }, close: async () => undefined }),
  },
  {
    kind: 'Postgres',
    available: postgres !== undefined,
    open: async () => {
      const connection = await connect({ databaseUrl: postgres!.url })
      const pool = queuePool(connection)
      return { on: { pool }, close: () => pool.end().then(() => connection.close()) }
    },
  },
  {
    kind: 'PGlite',
    available: true,
    open: async () => {
      const connection = await openMemory()
      const pool = queuePool(connection)
      return { on: { pool }, close: () => pool.end().then(() => connection.close()) }
    },
  },
]

for (const { kind, available, open } of kinds)
  describe.runIf(available)(`timed rings on ${kind}`, () => {
    let opened: Awaited<ReturnType<typeof open>> | undefined
    let queues: TimedQueues | undefined
    let names = 0
    const fresh = async () => {
      opened ??= await open()
      queues ??= await openTimedQueues(opened.on, quiet)
      return queues.queue(`room-${++names}`)
    }
    afterAll(async () => {
      await queues?.close()
      await opened?.close()
    })

    test('come when they are due and not before', async () => {
      const queue = await fresh()
      const at = new Map<string, number>()
      queue.answer(async (conversation) => void at.set(conversation, Date.now()))
      const start = Date.now()
      await queue.add([id('now')], 0)
      await queue.add([id('later')], 600)
      await until(() => at.size === 2)
      expect(at.get('later')! - start).toBeGreaterThanOrEqual(590)
      expect(at.get('now')! - start).toBeLessThan(at.get('later')! - start)
    })

    test('serve a conversation again for a ring that is due a little later than another', async () => {
      const queue = await fresh()
      const at: number[] = []
      queue.answer(async () => void at.push(Date.now()))
      await pause(1_000 - (Date.now() % 1_000))
      const start = Date.now()
      await queue.add([id('album')], 200)
      await queue.add([id('album')], 700)
      await until(() => at.length > 0 && at.at(-1)! - start >= 690)
    })

    test('never serve one conversation twice at a time, and the last ring is served after the one under way', async () => {
      const queue = await fresh()
      const busy = new Set<string>()
      const served = new Map<string, number>()
      const rung = new Map<string, number>()
      let overlaps = 0
      queue.answer(async (conversation) => {
        if (busy.has(conversation)) overlaps++
        busy.add(conversation)
        served.set(conversation, rung.get(conversation)!)
        await pause(5)
        busy.delete(conversation)
      })
      for (let round = 1; round <= 5; round++) {
        const all = Array.from({ length: 10 }, (_, index) => id(`c${index}`))
        for (const conversation of all) rung.set(conversation, round)
        await queue.add(all, 0)
      }
      await until(() => [...rung].every(([conversation, round]) => served.get(conversation) === round))
      expect(overlaps).toBe(0)
    })

    test('an early ring is not swallowed by one that is timed for later', async () => {
      const queue = await fresh()
      let served = 0
      queue.answer(async () => void served++)
      await queue.add([id('c')], 60_000)
      await queue.add([id('c')], 0)
      await until(() => served === 1)
    })

    test('keep to a rate', async () => {
      const queue = await fresh()
      const at: number[] = []
      const start = Date.now()
      queue.answer(async () => void at.push(Date.now()), 5)
      await queue.add(
        Array.from({ length: 11 }, (_, index) => id(`p${index}`)),
        0,
      )
      await until(() => at.length === 11)
      expect(at.at(-1)! - start).toBeGreaterThan(1_500)
    })

    test('a failing handler does not end the worker', async () => {
      const queue = await fresh()
      const seen: string[] = []
      queue.answer(async (conversation) => {
        seen.push(conversation)
        if (conversation === 'bad') throw new Error('boom')
      })
      await queue.add([id('bad')], 0)
      await queue.add([id('good')], 0)
      await until(() => seen.includes('good'))
    })
  })

describe.runIf(redis)('Redis', () => {
  test('holds ids and nothing else', async () => {
    const queues = await openTimedQueues({ redisUrl: redis!.url, prefix: 'ids' }, quiet)
    await queues.queue('turn').add([id('a-conversation')], 60_000)
    const connection = new Redis(redis!.url)
    const queue = new Queue('turn', { connection, prefix: 'ids' })
    const [job] = await queue.getDelayed()
    expect(job!.data).toEqual({ conversation: 'a-conversation' })
    await queue.close()
    connection.disconnect()
    await queues.close()
  })
})

test('a queue that is away loses the ring without an error, and waits for nothing', async () => {
  const queues = await openTimedQueues({ redisUrl: 'redis://127.0.0.1:9', prefix: 'away' }, quiet)
  await queues.queue('turn').add([id('c')], 0)
  await expect(queues.ping()).rejects.toThrow()
  await queues.close()
})

test('a worker that is made while the database is away answers once it is back, and holds up nobody meanwhile', async () => {
  const connection = await openMemory()
  const pool = queuePool(connection)
  const queues = await openTimedQueues({ pool }, quiet)
  const { connect } = pool
  pool.connect = () => Promise.reject(new Error('the database system is shutting down'))
  const served: string[] = []
  const queue = queues.queue('away')
  queue.answer(async (conversation) => void served.push(conversation))
  await queue.add([id('lost')], 0)
  await pause(50)
  pool.connect = connect
  await until(async () => {
    await queue.add([id('c')], 0)
    return served.includes('c')
  })
  await queues.close()
  await pool.end()
  await connection.close()
})

describe('the bell', () => {
  const channels = { get: () => undefined, all: () => [] } as unknown as Channels
  const recording = () => {
    const added: [string, readonly string[], number][] = []
    const timed = {
      queue: (name: string) => ({
        add: async (them: readonly string[], inMs: number) => void added.push([name, them, inMs]),
        answer: () => undefined,
      }),
    } as unknown as TimedQueues
    return { added, timed }
  }
  test('rings what is due now in this process, and what is timed through the queue', () => {
    const { added, timed } = recording()
    const rung: string[] = []
    const bell = makeBell({ timed, channels, works: true })
    const room = { ring: (them: readonly ConversationId[]) => void rung.push(...them), serve: async () => undefined }
    bell.open({ turn: room, delivery: room })
    bell.ring('turn', [id('now')])
    bell.ring('turn', [id('later')], { inMs: 500 })
    expect([rung, added]).toEqual([['now'], [['turn', ['later'], 500]]])
  })
  test('what only the listener can send is rung in the process that listens, and through its queue in every other', () => {
    const added: [string, readonly string[]][] = []
    const answered: string[] = []
    const timed = {
      queue: (name: string) => ({
        add: async (them: readonly string[]) => void added.push([name, them]),
        answer: () => void answered.push(name),
        rest: async () => void answered.splice(answered.indexOf(name), 1),
      }),
    } as unknown as TimedQueues
    const can = { sendsFrom: 'listener', sendsPerSecond: null }
    const channel = { definition: { name: 'linked' }, account: 'main', can } as unknown as Channel
    const bell = makeBell({ timed, channels: { get: () => channel, all: () => [channel] }, works: true })
    const rung: string[] = []
    const room = { ring: (them: readonly ConversationId[]) => void rung.push(...them), serve: async () => undefined }
    bell.open({ turn: room, delivery: room })
    const account = { channel: 'linked', account: 'main' as Channel['account'] }
    const own = 'delivery.linked.main'

    bell.ring('delivery', [id('before')], { account })
    expect([rung, added, answered]).toEqual([[], [[own, ['before']]], ['turn', 'delivery']])
    bell.listens(channel, true)
    bell.ring('delivery', [id('here')], { account })
    expect([rung, answered]).toEqual([['here'], ['turn', 'delivery', own]])
    bell.ring('delivery', [id('later')], { account, inMs: 500 })
    bell.listens(channel, false)
    bell.ring('delivery', [id('after')], { account })
    expect([rung, answered]).toEqual([['here'], ['turn', 'delivery']])
    expect(added).toEqual(['before', 'later', 'after'].map((name) => [own, [name]]))
  })
  test('of an account that is paced goes through its queue, and where that is away rings here', async () => {
    let away = false
    const timed = { queue: () => ({ add: async () => !away, answer: () => undefined }) } as unknown as TimedQueues
    const channel = { definition: { name: 'test' }, account: 'main', can: { sendsFrom: 'anywhere', sendsPerSecond: 5 } }
    const found = { get: () => channel, all: () => [channel] } as unknown as Channels
    const bell = makeBell({ timed, channels: found, works: true })
    const rung: string[] = []
    const room = { ring: (them: readonly ConversationId[]) => void rung.push(...them), serve: async () => undefined }
    bell.open({ turn: room, delivery: room })
    const account = { channel: 'test', account: 'main' as Channel['account'] }
    bell.ring('delivery', [id('paced')], { account })
    await pause(0)
    expect(rung).toEqual([])
    away = true
    bell.ring('delivery', [id('away')], { account })
    bell.ring('delivery', [id('later')], { account, inMs: 500 })
    await pause(0)
    expect(rung).toEqual(['away'])
  })
  test('of a process that only serves the web goes to those that work', () => {
    const { added, timed } = recording()
    const bell = makeBell({ timed, channels, works: false })
    bell.ring('delivery', [id('c')])
    expect(added).toEqual([['delivery', ['c'], 0]])
  })
})

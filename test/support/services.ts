import { randomBytes } from 'node:crypto'
import { Redis } from 'ioredis'
import pg from 'pg'
import { readTestEnvironment } from '../../config/environment.ts'

/** A service of this test file's own; `drop` takes it away again and may be called twice. */
export type Service = { readonly url: string; drop(): Promise<void> }

const services = readTestEnvironment()

function absent(name: string, variable: string): undefined {
  if (services.required) throw new Error(`REQUIRE_SERVICES=1, but ${variable} is not set: the tests on ${name} cannot run.`)
  process.stderr.write(`\n!! ${name}: these tests DID NOT RUN. Set ${variable} to run them (see CONTRIBUTING.md).\n`)
  return undefined
}

/**
 * An empty database, made beside the one that `TEST_DATABASE_URL` names; undefined (and said on stderr) where that is not set.
 * Use: `const postgres = await postgresUrl()` at the top of a file, `describe.runIf(postgres)`, `afterAll(() => postgres?.drop())`.
 */
export async function postgresUrl(): Promise<Service | undefined> {
  if (!services.postgres) return absent('Postgres', 'TEST_DATABASE_URL')
  const base = new URL(services.postgres)
  const name = `${decodeURIComponent(base.pathname.slice(1)) || 'postgres'}_${randomBytes(6).toString('hex')}`
  await query(base, `create database "${name}"`)
  const url = new URL(base)
  url.pathname = `/${name}`
  return { url: url.href, drop: () => query(base, `drop database if exists "${name}" with (force)`) }
}

async function query(at: URL, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: at.href, connectionTimeoutMillis: 30_000 })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}

const leaseSeconds = 1_800

/**
 * An empty Redis database of this file's own, numbered 1 to 15; undefined (and said on stderr) where `TEST_REDIS_URL` is not set.
 * Pub/sub channels are not divided by number: name them uniquely.
 */
export async function redisUrl(): Promise<Service | undefined> {
  if (!services.redis) return absent('Redis', 'TEST_REDIS_URL')
  const token = randomBytes(8).toString('hex')
  const locks = await connected(services.redis, 0)
  try {
    for (let round = 0; round < 1_200; round += 1) {
      for (let number = 1; number <= 15; number += 1) {
        const taken = await locks.set(`switchboard-test:${number}`, token, 'EX', leaseSeconds, 'NX')
        if (taken) return await emptied(services.redis, number, token)
      }
      await new Promise((resolve) => setTimeout(resolve, 250))
    }
  } finally {
    locks.disconnect()
  }
  throw new Error('All 15 Redis databases for tests have been in use for five minutes.')
}

async function emptied(base: string, number: number, token: string): Promise<Service> {
  const flush = async () => {
    const redis = await connected(base, number)
    await redis.flushdb()
    redis.disconnect()
  }
  await flush()
  const url = new URL(base)
  url.pathname = `/${number}`
  const drop = async () => {
    const locks = await connected(base, 0)
    if ((await locks.get(`switchboard-test:${number}`)) === token) {
      await flush()
      await locks.del(`switchboard-test:${number}`)
    }
    locks.disconnect()
  }
  return { url: url.href, drop }
}

async function connected(url: string, db: number): Promise<Redis> {
  const redis = new Redis(url, { db, lazyConnect: true, maxRetriesPerRequest: 1, connectTimeout: 30_000, retryStrategy: () => null })
  await redis.connect()
  return redis
}

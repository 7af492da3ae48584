import { Redis } from 'ioredis'
import pg from 'pg'
import { describe, expect, test } from 'vitest'
import { postgresUrl, redisUrl } from './services.ts'

const postgres = [await postgresUrl(), await postgresUrl()] as const
const redis = [await redisUrl(), await redisUrl()] as const

describe.runIf(postgres[0])('a Postgres for tests', () => {
  test('is empty, is each caller’s own, and is gone afterwards, even with a connection open', async () => {
    const [one, other] = postgres
    const client = new pg.Client({ connectionString: one!.url })
    client.on('error', () => undefined)
    await client.connect()
    await client.query('create table mark ()')
    const second = new pg.Client({ connectionString: other!.url })
    await second.connect()
    const { rows } = await second.query("select tablename from pg_tables where schemaname = 'public'")
    expect(rows).toEqual([])
    await second.end()
    await Promise.all([one!.drop(), other!.drop()])
    await one!.drop()
    await expect(new pg.Client({ connectionString: one!.url }).connect()).rejects.toThrow('does not exist')
  })
})

describe.runIf(redis[0])('a Redis for tests', () => {
  test('is empty, is each caller’s own, and is emptied afterwards', async () => {
    const [one, other] = redis
    expect(one!.url).not.toBe(other!.url)
    const first = new Redis(one!.url)
    const second = new Redis(other!.url)
    await first.set('mark', 'a')
    expect(await second.get('mark')).toBeNull()
    await Promise.all([one!.drop(), other!.drop()])
    expect(await first.get('mark')).toBeNull()
    first.disconnect()
    second.disconnect()
  })
})

import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Connection } from '../../src/store/connect.ts'
import { queuePool } from '../../src/store/queue-pool.ts'
import { openMemory } from '../support/template.ts'

let connection: Connection
beforeAll(async () => {
  connection = await openMemory()
})
afterAll(() => connection?.close())

test('a queue that lets go of its connection in the middle of a transaction leaves nobody in it', async () => {
  const pool = queuePool(connection)
  const client = await pool.connect()
  await client.query('begin')
  await client.query('create table half_done (a int)')
  await expect(client.query('select nonsense')).rejects.toThrow()
  client.release()
  const { rows } = await sql<{ half: string | null }>`select to_regclass('half_done') as half`.execute(connection.db)
  expect(rows).toEqual([{ half: null }])
  await pool.query('select 1')
})

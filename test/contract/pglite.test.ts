import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, describe, expect, test } from 'vitest'
import { type Connection, connect } from '../../src/store/connect.ts'
import { DirectoryInUse } from '../../src/store/directory-lock.ts'

describe('PGlite in a directory', () => {
  const directory = mkdtempSync(join(tmpdir(), 'switchboard-store-'))
  afterAll(() => rmSync(directory, { recursive: true, force: true }))

  test('is one process’s alone, says so, and is durable: fsync is on and happens', async () => {
    const connection = await connect({ dataDir: directory })
    await expect(connect({ dataDir: directory })).rejects.toThrow(DirectoryInUse)
    await expect(connect({ dataDir: directory })).rejects.toThrow(/in use by process \d+/)
    const { rows } = await sql<{ name: string; setting: string }>`
      select name, setting from pg_settings where name in ('fsync', 'synchronous_commit', 'full_page_writes') order by name`.execute(
      connection.db,
    )
    expect(rows.map(({ setting }) => setting)).toEqual(['on', 'on', 'on'])
    const before = await syncs(connection)
    await sql`create table t (a int)`.execute(connection.db)
    for (let n = 0; n < 10; n++) await sql`insert into t values (${n})`.execute(connection.db)
    expect((await syncs(connection)) - before).toBeGreaterThanOrEqual(10)
    await connection.close()
    const again = await connect({ dataDir: directory })
    const { rows: kept } = await sql<{ count: number }>`select count(*) from t`.execute(again.db)
    expect(kept[0]!.count).toBe(10)
    await again.close()
  }, 30_000)
})

/** How often the server has asked for its log to be on the disk. */
async function syncs({ db }: Connection): Promise<number> {
  await sql`select pg_stat_force_next_flush()`.execute(db)
  const { rows } = await sql<{
    fsyncs: number
  }>`select coalesce(sum(fsyncs), 0)::int as fsyncs from pg_stat_io where object = 'wal'`.execute(db)
  return rows[0]!.fsyncs
}

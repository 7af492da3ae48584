import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { beginFrom, prepareBlank } from '../../src/store/blank-database.ts'
import { type Connection, connect } from '../../src/store/connect.ts'
import { DirectoryInUse } from '../../src/store/directory-lock.ts'
import { createPGlite } from '../../src/store/pglite.ts'

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
  })
})

describe('a blank database', () => {
  const directory = mkdtempSync(join(tmpdir(), 'switchboard-blank-'))
  const blank = join(directory, 'blank')
  afterAll(() => rmSync(directory, { recursive: true, force: true }))
  beforeAll(() => prepareBlank(blank, async (made) => (await createPGlite(made)).close()))
  const tables = async (at: string) => {
    const pglite = await createPGlite(join(directory, at))
    const { rows } = await pglite.query<{ name: string }>("select tablename as name from pg_tables where schemaname = 'public'")
    await pglite.close()
    return rows.map(({ name }) => name)
  }

  test('is copied to begin with, also over what an interrupted copy has left, and each copy is its own', async () => {
    mkdirSync(join(directory, 'one.making'))
    writeFileSync(join(directory, 'one.making', 'PG_VERSION'), 'half')
    for (const name of ['one', 'two']) await beginFrom(blank, join(directory, name))
    const one = await createPGlite(join(directory, 'one'))
    await one.exec('create table mine (a int)')
    await one.close()
    await beginFrom(blank, join(directory, 'one'))
    expect([await tables('one'), await tables('two'), existsSync(join(directory, 'one.making'))]).toEqual([['mine'], [], false])
  })

  test('is made once, and where there is none a database begins from nothing', async () => {
    await prepareBlank(blank, () => Promise.reject(new Error('it is there')))
    await beginFrom(join(directory, 'nowhere'), join(directory, 'three'))
    expect(existsSync(join(directory, 'three'))).toBe(false)
    expect(await tables('three')).toEqual([])
  })
})

describe('statements with a name', () => {
  const directory = mkdtempSync(join(tmpdir(), 'switchboard-named-'))
  let connection: Connection
  beforeAll(async () => {
    connection = await connect({ dataDir: directory })
    await sql`create table kept (a int primary key, b text, c uuid[], d jsonb)`.execute(connection.db)
  })
  afterAll(async () => {
    await connection.close()
    rmSync(directory, { recursive: true, force: true })
  })
  const keep = (a: number, b: string | null = null) =>
    sql<{ a: number }>`/* keep */ insert into kept (a, b) values (${a}, ${b}) returning a`.execute(connection.db)

  test('are prepared, and give and take every kind of value as others do', async () => {
    const id = '0b6f8a4e-7a52-4f0c-9f0e-1f2d3c4b5a69'
    const ask = (name: string) =>
      sql<
        Record<string, unknown>
      >`${sql.raw(name)}select ${5}::int as a, ${'ü'}::text as b, ${[id]}::uuid[] as c, ${'{"x":[1]}'}::jsonb as d, ${null}::text as e,
        ${true}::boolean as f, ${9007199254740991}::bigint as g, '2026-01-02T03:04:05Z'::timestamptz as h, ${['p', 'q"']}::text[] as i`
    const named = await ask('/* values */ ').execute(connection.db)
    const { rows } = await ask('').execute(connection.db)
    expect(named.rows).toEqual(rows)
    expect(rows[0]).toMatchObject({ a: 5, b: 'ü', c: [id], d: { x: [1] }, e: null, f: true, i: ['p', 'q"'] })
    const { rows: known } = await sql<{ name: string }>`select name from pg_prepared_statements`.execute(connection.db)
    expect(known.map(({ name }) => name)).toContain('values')
  })

  test('go out together while the session is busy: one transaction, one fsync', async () => {
    await keep(0)
    const before = await syncs(connection)
    const answers = await Promise.all([1, 2, 3, 4, 5, 6].map((a) => keep(a)))
    expect(answers.map(({ rows }) => rows)).toEqual([1, 2, 3, 4, 5, 6].map((a) => [{ a }]))
    expect((await syncs(connection)) - before).toBe(1)
  })

  test('and one that is refused harms none of its company', async () => {
    const answers = await Promise.allSettled([11, 12, 11, 13].map((a) => keep(a)))
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled'])
    expect(answers[2]).toMatchObject({ reason: { code: '23505' } })
    const { rows } = await sql<{ a: number }>`select a from kept where a > 10 order by a`.execute(connection.db)
    expect(rows.map(({ a }) => a)).toEqual([11, 12, 13])
  })

  test('inside a transaction belong to it', async () => {
    const inside = connection.db.transaction().execute(async (transaction) => {
      await sql`/* keep */ insert into kept (a, b) values (${21}, ${null}) returning a`.execute(transaction)
      throw new Error('not after all')
    })
    const [, beside] = await Promise.allSettled([inside, keep(22)])
    expect(beside.status).toBe('fulfilled')
    const { rows } = await sql<{ a: number }>`select a from kept where a > 20`.execute(connection.db)
    expect(rows).toEqual([{ a: 22 }])
  })

  test('stand for one text each', async () => {
    await keep(31)
    await expect(sql`/* keep */ select 1`.execute(connection.db)).rejects.toThrow('Two statements are named keep.')
  })
})

/** How often the server has asked for its log to be on the disk. */
async function syncs({ db }: Connection): Promise<number> {
  await sql`select pg_stat_force_next_flush()`.execute(db)
  const { rows } = await sql<{
    fsyncs: number
  }>`select coalesce(sum(fsyncs), 0)::int as fsyncs from pg_stat_io where object = 'wal'`.execute(db)
  return rows[0]!.fsyncs
}

import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startFailure } from '../../src/start-failure.ts'
import { connect } from '../../src/store/connect.ts'
import { migrate } from '../../src/store/migrate.ts'
import { freePort } from '../support/free-port.ts'

const place = { host: '127.0.0.1', port: 3000, dataDir: 'data' }
const errorOf = (work: () => Promise<unknown>): Promise<unknown> =>
  work().then(
    () => Promise.reject(new Error('it worked')),
    (error: unknown) => error,
  )

test('a port that is taken is said to be, and how to take another', async () => {
  const first = createServer().listen(0, '127.0.0.1')
  await once(first, 'listening')
  const { port } = first.address() as { port: number }
  const [error] = await once(createServer().listen(port, '127.0.0.1'), 'error').catch((fault: unknown) => [fault])
  first.close()
  expect(startFailure(error, { ...place, port })).toBe(
    `Another program listens on 127.0.0.1:${port}. Stop it, or set PORT to another number.`,
  )
})

test('a data directory that is none is named', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'switchboard-start-'))
  const dataDir = join(folder, 'file')
  writeFileSync(dataDir, '')
  const error = await errorOf(() => connect({ dataDir }))
  rmSync(folder, { recursive: true })
  expect(startFailure(error, { ...place, dataDir })).toContain(`cannot write to its data directory ${dataDir} (EEXIST)`)
})

test('a Postgres that is not there is named, without the password', async () => {
  const databaseUrl = `postgres://hub:hunter2@127.0.0.1:${await freePort()}/desk`
  const connection = await connect({ databaseUrl })
  const error = await errorOf(() => migrate(connection))
  await connection.close()
  const said = startFailure(error, { ...place, databaseUrl })
  expect(said).toMatch(/^Postgres does not let the hub in at 127\.0\.0\.1:\d+\/desk \(ECONNREFUSED\)/)
  expect(said).not.toContain('hunter2')
})

test('what nobody can explain is left to the log', () => {
  expect(startFailure(new Error('odd'), place)).toBeUndefined()
})

import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { childEnvironment } from '../../config/environment.ts'
import { connect } from '../../src/store/connect.ts'

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'switchboard-people-'))
  const hub = { publicUrl: 'https://desk.example' }
  await writeFile(join(directory, 'own.yaml'), JSON.stringify({ hub, channels: [] }))
  const ldap = { kind: 'ldap', url: 'ldaps://d.example', bindDn: 'cn=x', bindPassword: `\${file:password}`, baseDn: 'dc=x' }
  await writeFile(join(directory, 'password'), 'not used')
  await writeFile(join(directory, 'ldap.yaml'), JSON.stringify({ hub: { ...hub, directory: ldap }, channels: [] }))
})
afterAll(() => rm(directory, { recursive: true, force: true }))

const people = (given: readonly string[], file = 'own.yaml'): Promise<{ readonly code: number; readonly said: string }> =>
  new Promise((resolve) => {
    const env = childEnvironment({
      HUB_CONFIG: join(directory, file),
      DATA_DIR: join(directory, 'data'),
      DATABASE_URL: undefined,
      REDIS_URL: undefined,
    })
    execFile(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', 'src/tools/people.ts', ...given],
      { env: env as NodeJS.ProcessEnv },
      (error, stdout, stderr) => resolve({ code: typeof error?.code === 'number' ? error.code : 0, said: stdout + stderr }),
    )
  })

test('accounts are made, listed, locked and unlocked on the terminal', { timeout: 600_000 }, async () => {
  const added = await people(['add', 'Ada@example.com', 'Ada', 'Lovelace'])
  expect(added).toMatchObject({
    code: 0,
    said: expect.stringMatching(/ada@example\.com has an account[\s\S]+https:\/\/desk\.example\/password#[0-9a-f]{64}\n/),
  })
  expect(await people(['add', 'ada@example.com', 'Again'])).toMatchObject({ code: 1, said: expect.stringContaining('already') })
  await people(['lock', 'ada@example.com'])
  expect(await people(['list'])).toEqual({ code: 0, said: 'ada@example.com  Ada Lovelace  locked\n' })
  expect(await people(['unlock', 'ada@example.com'])).toEqual({ code: 0, said: 'ada@example.com is unlocked.\n' })
  expect(await people(['unlock', 'nobody@example.com'])).toMatchObject({ code: 1, said: expect.stringContaining('no account') })
})

test('and it says why where that can’t be', { timeout: 600_000 }, async () => {
  expect(await people(['remove', 'x'])).toMatchObject({ code: 1, said: expect.stringContaining('npm run people -- list') })
  expect(await people(['list'], 'ldap.yaml')).toMatchObject({ code: 1, said: expect.stringContaining('another directory') })
  const connection = await connect({ dataDir: join(directory, 'data') })
  const busy = await people(['list'])
  await connection.close()
  expect(busy).toMatchObject({ code: 1, said: expect.stringContaining('/api/admin/people') })
})

import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { childEnvironment } from '../../config/environment.ts'
import { connect } from '../../src/store/connect.ts'
import { migrate } from '../../src/store/migrate.ts'
import { skew } from '../../src/tools/doctor/clock.ts'
import { duration } from '../../src/tools/doctor/finding.ts'
import { postgresUrl, redisUrl } from '../support/services.ts'

const root = new URL('../..', import.meta.url).pathname
const folder = mkdtempSync(join(tmpdir(), 'switchboard-doctor-'))
const postgres = await postgresUrl()
const redis = await redisUrl()
afterAll(async () => {
  rmSync(folder, { recursive: true })
  await Promise.all([postgres?.drop(), redis?.drop()])
})

type Said = { readonly code: number; readonly text: string }

/** Runs the doctor as `npm run doctor` does. */
function doctor(yaml: string, variables: { readonly [name: string]: string } = {}): Promise<Said> {
  const file = join(folder, `hub-${Math.random()}.yaml`)
  writeFileSync(file, yaml)
  const env = childEnvironment({ HUB_CONFIG: file, DATA_DIR: join(folder, 'data'), DATABASE_URL: '', REDIS_URL: '', ...variables })
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', 'src/tools/doctor.ts'],
      { cwd: root, env },
      (error, stdout, stderr) => resolve({ code: error === null ? 0 : Number(error.code), text: stdout + stderr }),
    )
  })
}

const nobodyListens = 'http://127.0.0.1:9'
const telegram = `channels: [{channel: telegram, account: main, botToken: "110201543:abc", webhookSecret: word, apiUrl: "${nobodyListens}"}]`

describe('the doctor', () => {
  test('finds nothing wrong before the first start, and makes nothing', async () => {
    const { code, text } = await doctor('hub:\n')
    expect(text).toMatch(/^ok +Node: 2[4-9]/m)
    expect(text).toContain('nothing in')
    expect(text).toContain('Redis: not used')
    expect(text).toMatch(/^warning +mail: not set up/m)
    expect(text).toMatch(/^warning +catalogue: it-approvals@example\.com, .+: sample addresses/m)
    expect(text).toMatch(/2 to look at, 0 broken/)
    expect(code).toBe(0)
    expect((await doctor('hub: {playground: true}')).text).toMatch(/^ok +catalogue: \d+ items/m)
  })

  test('asks the mail server and the directory, and repeats no secret of theirs', async () => {
    const mail = '{smtp: "smtp://hub:mail-secret@127.0.0.1:9", from: desk@example.org}'
    const directory = `{kind: ldap, url: "ldap://127.0.0.1:9", bindDn: cn=hub, bindPassword: "$\{BIND}", baseDn: dc=example, timeoutMs: 1000}`
    const refused = await doctor(`hub: {mail: ${mail}}`)
    expect(refused.text).toContain('a secret written into the file')
    const { code, text } = await doctor(
      `hub: {mail: ${mail.replace('smtp://hub:mail-secret@127.0.0.1:9', `$\{SMTP}`)}, directory: ${directory}}`,
      {
        BIND: 'bind-secret',
        SMTP: 'smtp://hub:mail-secret@127.0.0.1:9',
      },
    )
    expect(text).toMatch(/^broken +mail: 127\.0\.0\.1 takes no mail/m)
    expect(text).toMatch(/^broken +directory: The directory cannot be reached/m)
    expect(refused.text + text).not.toMatch(/mail-secret|bind-secret/)
    expect(code).toBe(1)
  })

  test('names every mistake in the configuration, and fails', async () => {
    const { code, text } = await doctor('hub: {nmae: x}\nchannels: [{channel: telegrm, account: a}]\n', { PORT: 'x' })
    expect(text).toContain('Did you mean `name`?')
    expect(text).toContain('Did you mean `telegram`?')
    expect(text).toContain('PORT: expected a port number')
    expect(text).toContain('3 broken')
    expect(code).toBe(1)
  })

  test('asks every account, and says what to do where one does not work', async () => {
    const { code, text } = await doctor(telegram)
    expect(text).toMatch(/^broken +telegram\/main: .*→ See adapters\/telegram\/README\.md\.$/m)
    expect(text).toMatch(/^warning +public URL .*no webhook of telegram\/main comes in/m)
    expect(text).not.toContain('110201543:abc')
    expect(code).toBe(1)
  })

  test('tells that a public address is not https', async () => {
    const { text } = await doctor(`hub: {publicUrl: "http://hub.example.org"}\n${telegram}`)
    expect(text).toMatch(/^broken +public URL http:\/\/hub\.example\.org: is not https/m)
  })

  test('tells when database and Redis do not answer, without their passwords', async () => {
    const { code, text } = await doctor('hub:\n', {
      DATABASE_URL: 'postgres://u:hunter2@127.0.0.1:9/x',
      REDIS_URL: 'redis://:hunter2@127.0.0.1:9',
    })
    expect(text).toMatch(/^broken +database \(Postgres\): does not answer \(ECONNREFUSED\)/m)
    expect(text).toMatch(/^broken +Redis: does not answer/m)
    expect(text).not.toContain('hunter2')
    expect(code).toBe(1)
  })

  test('looks into an embedded database, and leaves it alone while a hub holds it', async () => {
    const dataDir = join(folder, 'used')
    const connection = await connect({ dataDir })
    await migrate(connection)
    const held = await doctor('hub:\n', { DATA_DIR: dataDir, PORT: '9' })
    expect(held.text).toMatch(/^warning +database \(embedded\): another process works on it/m)
    await connection.close()
    const free = await doctor('hub:\n', { DATA_DIR: dataDir })
    expect(free.text).toMatch(/^ok +tables: up to date/m)
    expect(free.text).toMatch(/^ok +work: nothing waits/m)
    expect(free.code).toBe(0)
  })
})

describe.runIf(postgres && redis)('the doctor on Postgres and Redis', () => {
  test('sees tables that are missing, then work that is late and accounts that are paused', async () => {
    const variables = { DATABASE_URL: postgres!.url, REDIS_URL: redis!.url }
    const before = await doctor('hub:\n', variables)
    expect(before.text).toMatch(/^warning +tables: \d+ changes have not run yet \(0001-foundation/m)
    expect(before.text).toMatch(/^ok +Redis: \S+, noeviction/m)
    expect(before.text).toMatch(/^ok +clock of the database: agrees/m)
    const connection = await connect({ databaseUrl: postgres!.url })
    await migrate(connection)
    const reason = JSON.stringify({ kind: 'unauthorized', code: '401', detail: 'The token was revoked.' })
    await connection.db.insertInto('accounts').values({ channel: 'telegram', account: 'main', paused_at: new Date(), reason }).execute()
    const at = new Date(Date.now() - 3_600_000)
    const { id: conversation } = await connection.db
      .insertInto('conversations')
      .values({ channel: 'telegram', account: 'main', key: '1', owner: '{"by":"virtual-agent"}', offered: '[]', opened_at: at })
      .returning('id')
      .executeTakeFirstOrThrow()
    const entry = { conversation, channel: 'telegram', account: 'main', event_id: '1', happening: '{}', filed_at: at, due_at: at }
    await connection.db.insertInto('inbox').values(entry).execute()
    const { code, text } = await doctor('hub:\n', variables)
    await connection.close()
    expect(text).toMatch(/^ok +tables: up to date/m)
    expect(text).toMatch(/^broken +work: 1 to take, 0 to send, the oldest for 60 min/m)
    expect(text).toMatch(/^broken +telegram\/main: paused for \d+ s: The token was revoked\./m)
    expect(code).toBe(1)
  })
})

describe('the doctor’s clock', () => {
  const at = (seconds: number) => new Date(1_800_000_000_000 + seconds * 1_000)
  test.each([
    [0, 'ok'],
    [-29, 'ok'],
    [31, 'warning'],
    [-200, 'warning'],
    [250, 'broken'],
    [-400, 'broken'],
  ])('%d seconds away: %s', (seconds, state) => expect(skew('clock', at(0), at(seconds)).state).toBe(state))

  test.each([
    [59.6, '60 s'],
    [600, '10 min'],
    [10_000, '3 h'],
    [400_000, '5 days'],
  ])('%d seconds are said as %s', (seconds, said) => expect(duration(seconds)).toBe(said))
})

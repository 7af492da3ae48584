import { describe, expect, test } from 'vitest'
import { readEnvironment } from '../../config/environment.ts'
import { explain } from '../../config/problem.ts'

describe('the environment', () => {
  test('has a default for everything', () => {
    expect(readEnvironment({})).toEqual({
      problems: [],
      environment: {
        host: '127.0.0.1',
        port: 3000,
        configFile: 'config/hub.yaml',
        role: 'all',
        databaseUrl: undefined,
        redisUrl: undefined,
        dataDir: 'data',
        logLevel: 'info',
        adminEmail: undefined,
        adminPassword: undefined,
      },
    })
  })

  test('takes an empty variable for one that is not set', () => {
    expect(readEnvironment({ PORT: '', DATABASE_URL: '', HUB_ROLE: '' }).problems).toEqual([])
  })

  test('is read as it is written', () => {
    const { environment, problems } = readEnvironment({
      HOST: '0.0.0.0',
      PORT: '0',
      HUB_ROLE: 'worker',
      DATABASE_URL: 'postgresql://hub@db/hub',
      REDIS_URL: 'rediss://redis',
      LOG_LEVEL: 'debug',
      ADMIN_EMAIL: 'admin@example.org',
      ADMIN_PASSWORD: 'correct horse',
    })
    expect(problems).toEqual([])
    expect(environment).toMatchObject({ host: '0.0.0.0', port: 0, role: 'worker', logLevel: 'debug', adminEmail: 'admin@example.org' })
  })

  test.each([
    ['PORT', '70000', 'from 0 to 65535'],
    ['PORT', '3000.5', 'from 0 to 65535'],
    ['PORT', '3000x', 'from 0 to 65535'],
    ['HUB_ROLE', 'both', 'all, web or worker'],
    ['LOG_LEVEL', 'loud', 'trace, debug'],
    ['DATABASE_URL', 'localhost:5432', 'postgres://'],
    ['REDIS_URL', 'http://x', 'redis://'],
    ['HOST', 'http://x', 'such as 127.0.0.1'],
    ['ADMIN_EMAIL', 'admin', 'an e-mail address'],
    ['ADMIN_PASSWORD', 'short', '8 to 128 characters'],
  ])('refuses %s=%s in words', (name, value, said) => {
    const { problems } = readEnvironment({ [name]: value })
    expect(problems).toMatchObject([{ code: 'environment', key: name }])
    expect(explain(problems[0]!)).toContain(said)
  })

  test('says all that is wrong, and the value of no secret', () => {
    const { problems } = readEnvironment({
      PORT: 'x',
      DATABASE_URL: 'mysql://me:hunter2@x',
      REDIS_URL: 'hunter2',
      ADMIN_PASSWORD: 'hunter2',
    })
    expect(problems.map(({ key }) => key)).toEqual(['PORT', 'DATABASE_URL', 'REDIS_URL', 'ADMIN_PASSWORD'])
    expect(JSON.stringify(problems)).not.toContain('hunter2')
  })

  test.each(['web', 'worker'])('refuses HUB_ROLE=%s without the Postgres and the Redis where the processes meet', (role) => {
    const { problems } = readEnvironment({ HUB_ROLE: role })
    expect(problems.map(({ key }) => key)).toEqual(['DATABASE_URL', 'REDIS_URL'])
    expect(explain(problems[0]!)).toContain(`because HUB_ROLE is ${role}`)
    expect(readEnvironment({ HUB_ROLE: role, DATABASE_URL: 'postgres://db', REDIS_URL: 'redis://r' }).problems).toEqual([])
  })
})

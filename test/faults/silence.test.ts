import { afterAll, describe, expect, test } from 'vitest'
import { connect } from '../../src/store/connect.ts'
import { makeStore } from '../../src/store/index.ts'
import { migrate } from '../../src/store/migrate.ts'
import { typed } from '../support/events.ts'
import { losingProxy } from '../support/losing-proxy.ts'
import { postgresUrl } from '../support/services.ts'

const postgres = await postgresUrl()
afterAll(() => postgres?.drop())

describe.runIf(postgres)('a Postgres that falls silent without closing', () => {
  test('holds a filing no longer than the limit, and the next one goes through a new connection', async () => {
    const proxy = await losingProxy(postgres!.url)
    const connection = await connect({ databaseUrl: proxy.url, poolSize: 2, patienceMs: 500 })
    try {
      await migrate(connection)
      const store = makeStore(connection.db, 'silence')
      const file = (text: string) => store.file([{ event: typed('ana', text), files: false }])
      expect(await file('before')).toHaveLength(1)
      proxy.fallSilent()
      // Without a limit it would be held for a quarter of an hour.
      await expect(file('into silence')).rejects.toThrow()
      expect(await file('after')).toHaveLength(1)
    } finally {
      await connection.close()
      await proxy.close()
    }
  })
})

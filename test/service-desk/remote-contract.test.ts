import { afterAll } from 'vitest'
import { adapters } from '../../adapters/index.ts'
import { makeClient } from '../../src/service-desk/remote/client.ts'
import { makeRemoteDesk } from '../../src/service-desk/remote/index.ts'
import { makeRemoteOutbox } from '../../src/service-desk/remote/outbox.ts'
import { migrate } from '../../src/store/migrate.ts'
import { loadExample } from '../../src/tools/example.ts'
import { openMemory } from '../support/template.ts'
import { serviceDeskContract } from './contract.ts'
import { startServiceNow } from './service-now.ts'

const closing: (() => Promise<void>)[] = []
afterAll(async () => {
  for (const close of closing) await close()
})

serviceDeskContract('a service desk elsewhere, configured as the example has it', async () => {
  const connection = await openMemory()
  await migrate(connection)
  const there = await startServiceNow()
  closing.push(there.close, connection.close)
  const example = loadExample(adapters)
  if (!example.ok) throw new Error('the example is not taken')
  const settings = { ...example.configuration.settings.serviceDesk.remote!, baseUrl: there.url, auth: there.account }
  let ahead = 0
  const now = () => new Date(Date.now() + ahead)
  const client = makeClient(settings)
  const filesOf = async () => []
  const log = { info: () => undefined, warn: () => undefined }
  const outbox = makeRemoteOutbox({ db: connection.db, client, settings, now, log, filesOf })
  return {
    desk: makeRemoteDesk({ db: connection.db, settings, client, outbox, now, filesOf }),
    resolve: async (number) => void there.solve(number, 'A new cable.'),
    answer: async (number, text) => there.answer(number, text),
    pass(days) {
      ahead += days * 86_400_000
      there.pass(days)
    },
  }
})

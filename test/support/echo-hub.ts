import { adapters } from '../../adapters/index.ts'
import { loadConfiguration } from '../../config/load.ts'
import { explainAll } from '../../config/problem.ts'
import { startHub } from '../../src/app.ts'
import { makeLog } from '../../src/log.ts'
import { DirectoryInUse } from '../../src/store/directory-lock.ts'
import { echo } from './echo.ts'
import { linked } from './linked.ts'

const loaded = loadConfiguration([...adapters, linked])
if (!loaded.ok) {
  console.error(explainAll(loaded.problems))
  process.exit(1)
}
const { environment, settings, publicUrlIsDefault, accounts, secrets } = loaded.configuration
const log = makeLog(environment.logLevel, secrets)
try {
  const hub = await startHub({ environment, settings, publicUrlIsDefault, accounts, log, version: 'test', virtualAgent: echo })
  console.log(`listening on ${hub.url}`)
  process.on('SIGTERM', () => void hub.close().then(() => process.exit(0)))
} catch (error) {
  if (error instanceof DirectoryInUse) console.error(error.message)
  else log.fatal({ step: 'start', error }, 'the hub could not start')
  process.exit(1)
}

import { adapters } from '../adapters/index.ts'
import { loadConfiguration } from '../config/load.ts'
import { explainAll } from '../config/problem.ts'
import { startHub } from '../src/app.ts'
import { makeLog } from '../src/log.ts'
import { echo } from '../test/support/echo.ts'

// The hub as it is, with an echo behind the `VirtualAgent` port unless it is told to use its own.
const loaded = loadConfiguration(adapters)
if (!loaded.ok) {
  console.error(explainAll(loaded.problems))
  process.exit(1)
}
const { environment, settings, publicUrlIsDefault, accounts, secrets } = loaded.configuration
const hub = await startHub({
  environment,
  settings,
  publicUrlIsDefault,
  accounts,
  log: makeLog(environment.logLevel, secrets),
  version: 'bench',
  redisPrefix: `bench-${process.pid}`,
  ...(process.argv.includes('--own-agent') ? {} : { virtualAgent: echo }),
})
console.log(`listening on ${hub.url}`)
process.on('SIGTERM', () => void hub.close().then(() => process.exit(0)))

import { readFileSync } from 'node:fs'
import { adapters } from '../adapters/index.ts'
import { loadConfiguration } from '../config/load.ts'
import { explainAll } from '../config/problem.ts'
import { startHub } from './app.ts'
import { makeLog } from './log.ts'
import { startFailure } from './start-failure.ts'
import { startPlayground } from './tools/playground.ts'

/** What was begun must be finished in so long after a signal, in ms; then the rest is left to sweep. */
const graceMs = 20_000

const [major = 0] = process.versions.node.split('.').map(Number)
if (major < 24) {
  console.error(`Switchboard needs Node 24 or newer; this is ${process.version}. \`npm ci\` brings one along: start with \`npm start\`.`)
  process.exit(1)
}
const loaded = loadConfiguration(adapters)
if (!loaded.ok) {
  console.error(explainAll(loaded.problems))
  process.exit(1)
}
const { environment, settings, publicUrlIsDefault, secrets } = loaded.configuration
const log = makeLog(environment.logLevel, secrets)
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { readonly version: string }

try {
  const playground = settings.playground ? await startPlayground(loaded.configuration.accounts) : undefined
  const hub = await startHub({
    environment,
    settings,
    publicUrlIsDefault,
    accounts: playground?.accounts ?? loaded.configuration.accounts,
    log,
    version,
    show: (text) => console.log(text),
    ...(playground ? { playground: { emulators: playground.emulators } } : {}),
  })
  if (!settings.mail && !settings.playground)
    log.warn({ step: 'mail', outcome: 'none' }, 'hub.mail is not set: no code can be sent, so nobody can prove who they are by one')
  await playground?.connect(hub.url)
  if (hub.admin?.password !== undefined)
    console.log(`first start: sign in as ${hub.admin.email} with the password ${hub.admin.password} (shown only now)`)
  if (playground) console.log(`try it: ${hub.url}/playground (every channel, no account needed) · ${hub.url}/ (the web chat)`)
  console.log(`listening on ${hub.url}`)

  let stopping = false
  const stop = (signal: string): void => {
    if (stopping) process.exit(1)
    stopping = true
    log.info({ step: 'stop', signal }, 'stopping: finishing what was begun')
    setTimeout(() => process.exit(1), graceMs).unref()
    void hub
      .close()
      .then(() => playground?.close())
      .catch((error: unknown) => log.error({ step: 'stop', error }, 'not everything could be closed in order; sweep finds what is left'))
      .then(() => process.exit(0))
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
} catch (error) {
  const why = startFailure(error, environment)
  if (why !== undefined) console.error(why)
  else log.fatal({ step: 'start', error }, 'the hub could not start')
  process.exit(1)
}

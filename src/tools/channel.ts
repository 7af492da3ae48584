import { writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { adapters } from '../../adapters/index.ts'
import { type Configuration, loadConfiguration } from '../../config/load.ts'
import { explainAll } from '../../config/problem.ts'
import type { AccountId } from '../channel/index.ts'
import { makeToolDeps } from './adapter-deps.ts'
import { newChannel } from './new-channel.ts'

const usage = `npm run channel -- list                          the accounts of the configuration and the addresses of their webhooks
npm run channel -- connect <channel> <account>   tells the platform to send its webhooks here
npm run channel -- manifest <channel> <account>  writes what the platform wants uploaded (Slack, Teams); the hub's https address may follow
npm run channel -- new <name>                    starts the folder of a new channel`

const say = (text: string) => process.stdout.write(`${text}\n`)
const refuse = (text: string): number => {
  process.stderr.write(`${text}\n`)
  return 1
}

async function run([command, ...rest]: readonly string[]): Promise<number> {
  switch (command) {
    case 'list':
      return withConfiguration(async (configuration) => list(configuration))
    case 'connect':
      return withConfiguration((configuration) => connect(configuration, rest[0] ?? '', rest[1] ?? ''))
    case 'manifest':
      return manifest(rest[0] ?? '', rest[1] ?? '', rest[2])
    case 'new':
      return create(rest[0] ?? '')
    default:
      return refuse(usage)
  }
}

function withConfiguration(work: (configuration: Configuration) => Promise<number>): Promise<number> {
  const loaded = loadConfiguration(adapters)
  return loaded.ok ? work(loaded.configuration) : Promise.resolve(refuse(explainAll(loaded.problems)))
}

const hookUrl = ({ settings }: Configuration, channel: string, account: string): URL =>
  new URL(`${settings.publicUrl}/hooks/${channel}/${account}`)

function list(configuration: Configuration): number {
  const { accounts } = configuration
  for (const { channel, account, playground } of accounts) {
    say(`${channel}/${account}  ${hookUrl(configuration, channel, account)}${playground.length > 0 ? '  (played on this machine)' : ''}`)
  }
  return 0
}

/** The account of that name, or what to say where there is none. */
function find({ accounts }: Configuration, channel: string, account: string): Configuration['accounts'][number] | string {
  const names = accounts.map((entry) => `${entry.channel} ${entry.account}`).join(', ')
  const found = accounts.find((entry) => entry.channel === channel && entry.account === account)
  return found ?? `The configuration has no account ${channel} ${account}. It has: ${names || 'none'}.`
}

/**
 * Writes into the current folder; an earlier file of the same name is replaced. Where the account is not registered yet, because its tokens come
 * from the platform's pages, `publicUrl` says where the hub will be.
 */
function manifest(channel: string, account: string, publicUrl: string | undefined): number {
  const loaded = loadConfiguration(adapters)
  if (!loaded.ok && publicUrl === undefined)
    return refuse(
      `${explainAll(loaded.problems)}\nBefore the account is registered, give the hub's address: npm run channel -- manifest ${channel} ${account} https://…`,
    )
  const registered = loaded.ok ? find(loaded.configuration, channel, account) : ''
  if (typeof registered === 'string' && publicUrl === undefined) return refuse(registered)
  const definition = adapters.find(({ name }) => name === channel)
  if (!definition?.manifest)
    return refuse(`${definition?.title ?? channel} has no manifest: adapters/${channel}/README.md tells what to enter on its pages.`)
  const hub = loaded.ok ? loaded.configuration.settings : { name: 'Switchboard', publicUrl: '' }
  try {
    const config = typeof registered === 'string' ? undefined : registered.config
    const { fileName, bytes, advice } = definition.manifest(
      { id: account as AccountId, config },
      { name: hub.name, publicUrl: publicUrl ?? hub.publicUrl },
    )
    writeFileSync(fileName, bytes)
    say(`${fileName} is written. ${advice}`)
    return 0
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return refuse(loaded.ok ? why : `${why}\n${explainAll(loaded.problems)}`)
  }
}

async function connect(configuration: Configuration, channel: string, account: string): Promise<number> {
  const found = find(configuration, channel, account)
  if (typeof found === 'string') return refuse(found)
  if (found.playground.length > 0) return refuse('The playground connects its own accounts when the hub starts.')
  const url = hookUrl(configuration, channel, account)
  const adapter = found.definition.create({ id: found.account, config: found.config }, makeToolDeps())
  try {
    if (!adapter.subscribe) {
      say(`${found.definition.title} is told on its own pages: enter ${url} there, as adapters/${channel}/README.md describes.`)
      return 0
    }
    await adapter.subscribe(url)
    const health = await adapter.check(AbortSignal.timeout(15_000))
    say(`${found.definition.title} sends to ${url} now. ${health.detail}`)
    return health.ok ? 0 : 1
  } catch (error) {
    const { code, detail } = adapter.classify(error)
    return refuse(`${found.definition.title} did not take ${url}: ${detail ?? code}`)
  } finally {
    await adapter.close?.()
  }
}

function create(name: string): number {
  const root = join(import.meta.dirname, '../..')
  try {
    const files = newChannel(name, join(root, 'adapters'))
    for (const file of files) say(relative(root, file))
    say(`\nAdd one line to adapters/index.ts and go on with docs/adding-a-channel.md; npx vitest run test/contract says what is missing.`)
    return 0
  } catch (error) {
    return refuse((error as Error).message)
  }
}

process.exitCode = await run(process.argv.slice(2))

import { Redis } from 'ioredis'
import type { Account } from '../../../config/accounts.ts'
import type { Environment } from '../../../config/environment.ts'
import { isLoopback } from '../../../config/loopback.ts'
import type { Settings } from '../../../config/schema.ts'
import { makeToolDeps } from '../adapter-deps.ts'
import { skew } from './clock.ts'
import { broken, type Finding, ok, warning } from './finding.ts'

const patienceMs = 10_000

export async function examineRedis({ redisUrl }: Environment): Promise<Finding> {
  if (redisUrl === undefined) return ok('Redis', 'not used; what is timed waits in the database')
  const redis = new Redis(redisUrl, { lazyConnect: true, maxRetriesPerRequest: 1, connectTimeout: 5_000, retryStrategy: () => null })
  redis.on('error', () => undefined)
  try {
    await redis.connect()
    const version = /redis_version:(\S+)/.exec(await redis.info('server'))?.[1] ?? 'of unknown version'
    const policy = await redis.config('GET', 'maxmemory-policy').then(
      (answer) => (answer as readonly string[])[1],
      () => undefined,
    )
    const todo = 'Start it with --maxmemory-policy noeviction: under any other it throws jobs away when memory is short.'
    if (policy === undefined) return warning('Redis', `${version} does not tell its maxmemory-policy`, todo)
    return policy === 'noeviction' ? ok('Redis', `${version}, noeviction`) : broken('Redis', `maxmemory-policy is ${policy}`, todo)
  } catch {
    return broken('Redis', 'does not answer', 'Check that it runs, and REDIS_URL. Until then what is timed is late, nothing is lost.')
  } finally {
    redis.disconnect()
  }
}

/** Is the hub where the platforms will look for it? */
export async function examinePublicUrl({ publicUrl }: Settings, accounts: readonly Account[]): Promise<Finding> {
  const about = `public URL ${publicUrl}`
  const called = accounts.filter(({ channel, playground }) => channel !== 'web' && playground.length === 0)
  if (isLoopback(publicUrl) && called.length === 0) return ok(about, 'on this machine, and no platform has to reach it')
  if (isLoopback(publicUrl)) {
    const names = called.map(({ channel, account }) => `${channel}/${account}`).join(', ')
    return warning(
      about,
      `only this machine reaches it, so no webhook of ${names} comes in`,
      'Set hub.publicUrl to an https address, or use a mode that needs no webhook.',
    )
  }
  if (!publicUrl.startsWith('https:'))
    return broken(about, 'is not https, and platforms call nothing else', 'Put a proxy with a certificate in front of the hub.')
  try {
    const answer = await fetch(`${publicUrl}/healthz`, { signal: AbortSignal.timeout(patienceMs), redirect: 'manual' })
    if (answer.ok) return ok(about, 'the hub answers there')
    return broken(about, `/healthz answers ${answer.status} there`, 'Start the hub, and let the proxy pass every path to it unchanged.')
  } catch (error) {
    return broken(about, `cannot be reached from here (${codeOf(error)})`, 'Check name, certificate and firewall, and that the hub runs.')
  }
}

function codeOf(error: unknown): string {
  const { code, name } = ((error as Error).cause ?? error) as { readonly code?: unknown; readonly name?: unknown }
  return String(code ?? name)
}

/** Asks the platform of every account whether the credentials work. */
export function examineAccounts(accounts: readonly Account[]): Promise<readonly Finding[]> {
  return Promise.all(accounts.map(examineAccount))
}

async function examineAccount({ channel, account, definition, config, playground }: Account): Promise<Finding> {
  const about = `${channel}/${account}`
  if (playground.length > 0) return ok(about, 'played on this machine by the hub itself')
  // Made by the hub and kept in its store, where a tool does not look.
  if (channel === 'web') return ok(about, 'the hub’s own chat')
  const adapter = definition.create({ id: account, config }, makeToolDeps())
  try {
    const late = new Promise<never>((_, reject) => setTimeout(() => reject(new Error('late')), patienceMs + 1_000).unref())
    const { ok: good, detail } = await Promise.race([adapter.check(AbortSignal.timeout(patienceMs)), late])
    return good ? ok(about, detail) : broken(about, detail, `See adapters/${channel}/README.md.`)
  } catch {
    return broken(about, `gave no answer within ${patienceMs / 1_000} s`, `See adapters/${channel}/README.md.`)
  } finally {
    await adapter.close?.()
  }
}

/** Compares our clock with the first platform that tells the time; on this machine there is nobody to compare with. */
export async function examineClock(accounts: readonly Account[]): Promise<readonly Finding[]> {
  const urls = accounts.flatMap(({ config }) => (config as { readonly apiUrl?: unknown }).apiUrl ?? [])
  const remote = urls.find((url): url is string => typeof url === 'string' && URL.canParse(url) && !isLoopback(url))
  if (remote === undefined) return []
  const { origin, host } = new URL(remote)
  const answer = await fetch(origin, { method: 'HEAD', redirect: 'manual', signal: AbortSignal.timeout(patienceMs) }).catch(() => undefined)
  const date = new Date(answer?.headers.get('date') ?? Number.NaN)
  const about = `clock of ${host}`
  if (Number.isNaN(date.getTime()))
    return [warning(about, 'was not told', 'Compare the clock of this machine yourself: a skew of minutes makes signatures invalid.')]
  return [skew(about, date, new Date())]
}

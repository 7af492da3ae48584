import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { z } from 'zod'
import type { AdapterDefinition } from '../src/channel/index.ts'
import { type Account, readAccounts } from './accounts.ts'
import { type Path, readDocument, written } from './document.ts'
import { allVariables, type Environment, readEnvironment } from './environment.ts'
import { expand } from './expand.ts'
import { judge } from './judge.ts'
import { keysOf } from './keys.ts'
import { isLoopback, isLoopbackHost } from './loopback.ts'
import type { Problem } from './problem.ts'
import { hubSchema, type Settings } from './schema.ts'

/** Everything the hub is told from outside. */
export type Configuration = {
  readonly environment: Environment
  readonly settings: Settings
  /** True where `hub.publicUrl` was left out: with PORT=0 the right one is known only after listening. */
  readonly publicUrlIsDefault: boolean
  readonly accounts: readonly Account[]
  /** Every secret's value, for the log to take out wherever it may turn up. */
  readonly secrets: readonly string[]
}

export type Loaded =
  | { readonly ok: true; readonly configuration: Configuration }
  | { readonly ok: false; readonly environment: Environment; readonly problems: readonly Problem[] }

/** Reads the environment and the file that HUB_CONFIG names. Says all that is wrong at once; starts and calls nothing. */
export function loadConfiguration(definitions: readonly AdapterDefinition[], variables = allVariables()): Loaded {
  const { environment, problems } = readEnvironment(variables)
  const refuse = (more: readonly Problem[]): Loaded => ({ ok: false, environment, problems: [...problems, ...inOrder(more)] })
  const file = environment.configFile
  const { document, problems: unreadable } = readDocument(resolve(file))
  if (!document) return refuse(unreadable.map((problem) => ({ ...problem, file })))
  const folder = dirname(resolve(file))
  const expanded = expand(document.data, variables, folder)
  const source = { file, document, expanded }
  const unfilled = expanded.problems.map(({ path, problem }) => ({ file, ...document.position(path), key: written(path), ...problem }))
  const root = rootSchema.safeParse(expanded.data)
  const rootProblems = judge({ ...source, base: [], keys: rootKeys }, expanded.data, root.error?.issues ?? [])
  if (!root.success) return refuse([...unfilled, ...rootProblems.map(underHub)])
  const hub = hubSchema.safeParse(root.data.hub ?? {})
  const hubProblems = judge({ ...source, base: ['hub'], keys: hubKeys }, root.data.hub, hub.error?.issues ?? [])
  const playground = (root.data.hub as { readonly playground?: unknown } | null | undefined)?.playground === true
  const { accounts, secrets, problems: accountProblems } = readAccounts(source, definitions, playground)
  const reachable = hub.success && playground ? beyondThisMachine(environment, hub.data.publicUrl) : undefined
  const exposed: readonly Problem[] = reachable
    ? [{ code: 'playground', file, ...document.position(['hub', 'playground']), key: 'hub.playground', ...reachable }]
    : []
  const folders = hub.success ? contentFolders(hub.data.content, folder) : undefined
  const missing = (folders?.missing ?? []).map(({ key, path }): Problem => {
    const place = ['hub', 'content', key]
    return {
      code: 'invalid',
      file,
      ...document.position(place),
      key: written(place),
      found: `nothing at ${path}`,
      expected: 'a path that exists',
    }
  })
  const own = hubSecrets(root.data.hub, source)
  const all = [...unfilled, ...rootProblems.map(underHub), ...hubProblems, ...accountProblems, ...own.problems, ...exposed, ...missing]
  if (problems.length + all.length > 0 || !hub.success || !folders) return refuse(all)
  const publicUrl = hub.data.publicUrl ?? ownUrl(environment.host, environment.port)
  const settings: Settings = { ...hub.data, publicUrl, content: folders.content }
  const { databaseUrl, redisUrl, adminPassword } = environment
  const passwords = [databaseUrl, redisUrl].flatMap((url) => (url && URL.canParse(url) ? decodeURIComponent(new URL(url).password) : []))
  const known = [...secrets, ...own.secrets, ...passwords, adminPassword ?? ''].filter((secret) => secret !== '')
  return {
    ok: true,
    configuration: { environment, settings, publicUrlIsDefault: hub.data.publicUrl === undefined, accounts, secrets: [...new Set(known)] },
  }
}

const rootSchema = z.looseObject({ hub: z.unknown().optional(), channels: z.unknown().optional() })
const hubKeys = keysOf(hubSchema)
const rootKeys = [
  { path: 'hub', type: 'keys', required: false, secret: false, holds: 'anything' },
  { path: 'channels', type: 'list of keys', required: false, secret: false, holds: 'anything' },
] as const

/** The secrets under `hub:`, and those of them that were written into the file. An address without a password is none. */
function hubSecrets(
  hub: unknown,
  { file, document, expanded }: Pick<Parameters<typeof readAccounts>[0], 'file' | 'document' | 'expanded'>,
) {
  const found = hubKeys
    .filter(({ secret }) => secret)
    .flatMap(({ path }) => {
      return placesOf(hub, path.split('.'), ['hub']).flatMap(({ place, value }) => {
        if (typeof value !== 'string' || value === '') return []
        const password = URL.canParse(value) && new URL(value).host !== '' ? decodeURIComponent(new URL(value).password) : value
        return password === '' ? [] : [{ place, secrets: [...new Set([value, password])] }]
      })
    })
  const plain = found.filter(({ place }) => !expanded.filled.has(JSON.stringify(place)))
  const variable = (place: Path): string =>
    place
      .slice(1)
      .join('_')
      .replaceAll(/([a-z])([A-Z])/g, '$1_$2')
      .toUpperCase()
  return {
    secrets: found.flatMap(({ secrets }) => secrets),
    problems: plain.map(
      ({ place }): Problem => ({
        code: 'plain-secret',
        file,
        ...document.position(place),
        key: written(place),
        found: 'a secret written into the file',
        hint: `Put it into the environment and write \${${variable(place)}}, or into a file of its own and write \${file:path}.`,
      }),
    ),
  }
}

/** Where a key stands in what was given, with what stands there; `name[]` is a list with one place for each entry. */
function placesOf(value: unknown, steps: readonly string[], place: Path): readonly { readonly place: Path; readonly value: unknown }[] {
  const [step, ...rest] = steps
  if (step === undefined) return [{ place, value }]
  const name = step.replace('[]', '')
  const inner = typeof value === 'object' && value !== null ? (value as { readonly [key: string]: unknown })[name] : undefined
  if (!step.endsWith('[]')) return placesOf(inner, rest, [...place, name])
  return Array.isArray(inner) ? inner.flatMap((entry, index) => placesOf(entry, rest, [...place, name, index])) : []
}

/** A key of `hub:` that was written at the left edge is told where it belongs. */
function underHub(problem: Problem): Problem {
  const belongs = problem.code === 'unknown-key' && hubKeys.some(({ path }) => path === problem.key)
  return belongs ? { ...problem, hint: 'It belongs under `hub:`.' } : problem
}

/** http://HOST:PORT, with a name in place of an address that means every interface. */
export function ownUrl(host: string, port: number): string {
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`
}

function beyondThisMachine({ host }: Environment, publicUrl: string | undefined): Pick<Problem, 'found' | 'expected' | 'hint'> | undefined {
  const hint = 'The secrets of the playground are public: leave it out of the configuration of a hub that others can reach.'
  if (!isLoopbackHost(host)) return { found: `HOST=${host}`, expected: 'HOST to be 127.0.0.1 where the playground is on', hint }
  if (publicUrl === undefined || isLoopback(publicUrl)) return undefined
  return { found: `hub.publicUrl ${publicUrl}`, expected: 'hub.publicUrl to be on this machine where the playground is on', hint }
}

type Content = z.output<typeof hubSchema>['content']

function contentFolders(content: Content, folder: string) {
  const shipped = { knowledge: 'knowledge', phrases: 'phrases', catalogue: 'catalogue.yaml' } as const
  const path = (key: keyof typeof shipped) =>
    content[key] === undefined ? join(import.meta.dirname, shipped[key]) : resolve(folder, content[key])
  const paths = { knowledge: path('knowledge'), phrases: path('phrases'), catalogue: path('catalogue') }
  const given = (Object.keys(shipped) as (keyof typeof shipped)[]).filter((key) => content[key] !== undefined)
  return { content: paths, missing: given.map((key) => ({ key, path: paths[key] })).filter(({ path }) => !existsSync(path)) }
}

const inOrder = (problems: readonly Problem[]): readonly Problem[] => problems.toSorted((one, other) => (one.line ?? 0) - (other.line ?? 0))

import { ZodError } from 'zod'
import type { AccountId, AdapterDefinition, ChannelName } from '../src/channel/index.ts'
import { type Document, type Path, written } from './document.ts'
import type { Expanded } from './expand.ts'
import { judge } from './judge.ts'
import { type Key, keysOf } from './keys.ts'
import { isLoopback } from './loopback.ts'
import { nearest } from './nearest.ts'
import type { Problem } from './problem.ts'
import { accountSchema, type OnUncertain } from './schema.ts'

/** One entry of `channels:`, judged by its channel's own schema. */
export type Account = {
  readonly channel: ChannelName
  readonly account: AccountId
  readonly definition: AdapterDefinition
  /** What the channel's schema made of the keys; holds secrets. */
  readonly config: unknown
  readonly onUncertain: OnUncertain
  /** The keys that say `playground`: until `pointAt` has filled them in, they hold an address where nothing listens. */
  readonly playground: readonly string[]
  /** The keys as given, for `pointAt`; holds secrets. */
  readonly keys: { readonly [key: string]: unknown }
  readonly line: number
}

/** Which addresses an account calls; where all that are given are on this machine, its secrets open nothing elsewhere. */
const callsTo = /^(api|dataApi|login|openIdMetadata)Url$/
const nowhere = 'http://127.0.0.1:9'

type Given = { readonly [key: string]: unknown }
type File = { readonly file: string; readonly document: Document; readonly expanded: Expanded }

/** Reads `channels:`; a wrong entry adds to `problems` and does not hide those of the next. */
export function readAccounts(source: File, definitions: readonly AdapterDefinition[], playground: boolean) {
  const raw = (source.expanded.data as { readonly channels?: unknown }).channels ?? []
  const place = (path: Path, at?: 'value' | 'key') => ({ file: source.file, ...source.document.position(path, at), key: written(path) })
  if (!Array.isArray(raw)) {
    const problem: Problem = {
      code: 'invalid',
      ...place(['channels']),
      found: 'no list',
      expected: 'a list: "- channel: …" for each account',
    }
    return { accounts: [], secrets: [], problems: [problem] }
  }
  const read = raw.map((entry, index) => readAccount(source, ['channels', index], entry, definitions, playground))
  const names = raw.map((entry) => `${entry?.channel}/${entry?.account}`)
  const twice = raw.flatMap((entry, index): readonly Problem[] => {
    const name = names[index]!
    const first = names.indexOf(name)
    if (first === index || typeof entry?.channel !== 'string' || typeof entry.account !== 'string') return []
    const { line } = source.document.position(['channels', first, 'account'])
    const expected = `a name that no other account of ${entry.channel} has`
    return [
      {
        code: 'duplicate-account',
        ...place(['channels', index, 'account']),
        expected,
        found: `${name}, which stands on line ${line} already`,
      },
    ]
  })
  return {
    accounts: read.flatMap(({ account }) => account ?? []),
    secrets: read.flatMap(({ secrets }) => secrets),
    problems: [...read.flatMap(({ problems }) => problems), ...twice],
  }
}

type Result = { readonly account?: Account; readonly secrets: readonly string[]; readonly problems: readonly Problem[] }

function readAccount(source: File, path: Path, entry: unknown, definitions: readonly AdapterDefinition[], playgroundIsOn: boolean): Result {
  const place = { file: source.file, ...source.document.position(path), key: written(path) }
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) {
    return {
      secrets: [],
      problems: [{ code: 'invalid', ...place, found: 'a single value', expected: 'keys: channel, account and those of the channel' }],
    }
  }
  const frameKeys = keysOf(accountSchema)
  const frame = accountSchema.safeParse(entry)
  const own = Object.fromEntries(Object.entries(entry).filter(([key]) => !frameKeys.some((known) => known.path === key)))
  const around = pick(entry as Given, frameKeys)
  const problems = [...judge({ ...source, base: path, keys: frameKeys }, around, frame.error?.issues ?? [])]
  const channel = (entry as Given).channel
  const definition = definitions.find(({ name }) => name === channel)
  if (!definition) {
    if (typeof channel === 'string') problems.push(unknownChannel(source, [...path, 'channel'], channel, definitions))
    return { secrets: [], problems }
  }
  const keys = keysOf(definition.config)
  const besides = frameKeys.map((key) => key.path)
  const placeholders = Object.keys(own).filter((key) => /Urls?$/.test(key) && [own[key]].flat().includes('playground'))
  if (placeholders.length > 0 && !playgroundIsOn) {
    const at = { file: source.file, ...source.document.position([...path, placeholders[0]!]), key: written([...path, placeholders[0]!]) }
    const hint = 'Switch hub.playground on, or give the address of the platform.'
    problems.push({ code: 'playground', ...at, found: 'playground, which is not switched on', hint })
  }
  problems.push(...plainSecrets(source, path, definition.name, own, keys))
  const parsed = parseKeys(
    definition,
    fill(own, placeholders, () => nowhere),
  )
  const issues = 'issues' in parsed ? parsed.issues : []
  problems.push(...judge({ ...source, base: path, keys: withFrame(keys, frameKeys), besides }, entry, issues))
  if ('refused' in parsed)
    problems.push({ code: 'invalid', ...place, found: `keys that the channel ${definition.name} refuses without saying why` })
  const secrets = keys
    .filter((key) => key.secret)
    .flatMap((key) => [own[key.path]].flat().filter((value): value is string => typeof value === 'string'))
  if (problems.length > 0 || !frame.success || !('config' in parsed)) return { secrets, problems }
  const { account, onUncertain } = frame.data
  return {
    account: {
      channel: definition.name,
      account: account as AccountId,
      definition,
      config: parsed.config,
      onUncertain,
      playground: placeholders,
      keys: own,
      line: place.line,
    },
    secrets,
    problems,
  }
}

/** The same account, calling the addresses that `urlOf` gives for its keys that say `playground`. */
export function pointAt(account: Account, urlOf: (key: string) => string): Account {
  const config = account.definition.config.parse(fill(account.keys, account.playground, urlOf))
  return { ...account, config, playground: [] }
}

const fill = (keys: Given, placeholders: readonly string[], urlOf: (key: string) => string): Given => {
  const put = (key: string, value: unknown): unknown => (value === 'playground' ? urlOf(key) : value)
  const changed = placeholders.map((key) => [
    key,
    Array.isArray(keys[key]) ? keys[key].map((value) => put(key, value)) : put(key, keys[key]),
  ])
  return { ...keys, ...Object.fromEntries(changed) }
}

const pick = (entry: Given, keys: readonly Key[]): Given =>
  Object.fromEntries(Object.entries(entry).filter(([name]) => keys.some((key) => key.path === name)))

const withFrame = (keys: readonly Key[], frame: readonly Key[]): readonly Key[] => [
  ...keys,
  ...frame.filter(({ path }) => !keys.some((key) => key.path === path)),
]

function unknownChannel(source: File, path: Path, channel: string, definitions: readonly AdapterDefinition[]): Problem {
  const names = definitions.map(({ name }) => name)
  const meant = nearest(channel, names)
  const place = { file: source.file, ...source.document.position(path), key: written(path) }
  const found = channel.length > 40 ? `a text of ${channel.length} characters` : JSON.stringify(channel)
  return {
    code: 'unknown-channel',
    ...place,
    found,
    expected: `one of ${names.join(', ')}`,
    ...(meant && { hint: `Did you mean \`${meant}\`?` }),
  }
}

type Parsed = { readonly config: unknown } | { readonly issues: ZodError['issues'] } | { readonly refused: true }

function parseKeys(definition: AdapterDefinition, keys: Given): Parsed {
  try {
    return { config: definition.config.parse(keys) }
  } catch (error) {
    return error instanceof ZodError ? { issues: error.issues } : { refused: true }
  }
}

function plainSecrets(source: File, path: Path, channel: string, own: Given, keys: readonly Key[]): readonly Problem[] {
  const calls = Object.keys(own).filter((key) => callsTo.test(key))
  if (calls.length > 0 && calls.every((key) => own[key] === 'playground' || isLoopback(own[key]))) return []
  return keys.flatMap((key): readonly Problem[] => {
    const value = own[key.path]
    if (!key.secret || value === undefined || value === null) return []
    const places = Array.isArray(value) ? value.map((_, index) => [...path, key.path, index]) : [[...path, key.path]]
    const variable = `${channel}${key.path[0]!.toUpperCase()}${key.path.slice(1)}`.replaceAll(/([a-z])([A-Z])/g, '$1_$2').toUpperCase()
    return places
      .filter((place) => !source.expanded.filled.has(JSON.stringify(place)))
      .map((place) => ({
        code: 'plain-secret',
        file: source.file,
        ...source.document.position(place),
        key: written(place),
        found: 'a secret written into the file',
        hint: `Put it into the environment and write \${${variable}}, or into a file of its own and write \${file:path}.`,
      }))
  })
}

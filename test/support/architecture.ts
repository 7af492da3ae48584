import { posix } from 'node:path'

/** Source text by path from the repository's root. */
export type Sources = ReadonlyMap<string, string>
type Import = { readonly from: string; readonly typeOnly: boolean }

const statement = /^[ \t]*(?:import|export)\s+(type\s+)?(?:[^'"`;=()]*?\sfrom\s*)?['"]([^'"\n]+)['"]/gm
const dynamic = /(?:\bimport|\brequire|\bmock)\(\s*['"]([^'"\n]+)['"]/g

/** What a file imports: ours as paths from the root, packages and `node:` by name. */
export function importsOf(path: string, text: string): readonly Import[] {
  const named = [...text.matchAll(statement)].map(([, type, from]) => ({ from: from!, typeOnly: type !== undefined }))
  const called = [...text.matchAll(dynamic)].map(([, from]) => ({ from: from!, typeOnly: false }))
  return [...named, ...called].map(({ from, typeOnly }) => ({
    from: from.startsWith('.') ? posix.join(posix.dirname(path), from) : from,
    typeOnly,
  }))
}

const ours = (from: string): boolean => /^(src|adapters|config|web|test|bench)\//.test(from)
const under =
  (...folders: readonly string[]) =>
  ({ from }: Import): boolean =>
    folders.some((folder) => from === folder || from.startsWith(`${folder}/`))
const builtIn = ({ from }: Import): boolean => from.startsWith('node:')
const aPackage = ({ from }: Import): boolean => !ours(from) && !from.startsWith('node:')

/** What crosses the HTTP edge is written down once, as types. */
const edgeType = ({ from, typeOnly }: Import): boolean => typeOnly && from === 'src/http/api-types.ts'

/** Packages that are rooms of the house: an adapter that needs one of them does somebody else's work. */
const house =
  /^(@electric-sql|@fastify|@socket\.io|better-auth|bullmq|fastify|fastify-type-provider-zod|flydrive|ioredis|kysely|pg|pino|prom-client|socket\.io)(\/|$)/

type Rule = { readonly of: RegExp; readonly may: string; allowed(imported: Import, room: string): boolean }

/** The first rule that fits a file holds. `of` captures the room, so that it may import itself. */
const rules: readonly Rule[] = [
  {
    of: /^src\/channel\/kit\/emulator\//,
    may: 'src/channel, node:http with its types of node:net and node:stream, and node:timers/promises',
    allowed: (i) =>
      under('src/channel')(i) || /^node:(http|timers\/promises)$/.test(i.from) || (i.typeOnly && /^node:(net|stream)$/.test(i.from)),
  },
  {
    of: /^src\/channel\/kit\//,
    may: 'src/channel, node:crypto, node:buffer, undici and packages for Markdown',
    allowed: (i) => under('src/channel')(i) || /^(node:(crypto|buffer)|undici|mdast(-.*)?|micromark(-.*)?|unist(-.*)?)$/.test(i.from),
  },
  { of: /^src\/channel\//, may: 'src/channel', allowed: under('src/channel') },
  { of: /^adapters\/index\.ts$/, may: 'adapters and src/channel', allowed: under('adapters', 'src/channel') },
  {
    of: /^(adapters\/[^/]+)\//,
    may: 'src/channel (its index, its kit and what an emulator is), its own folder, zod and its platform’s packages',
    allowed: (i, room) =>
      under('src/channel/index.ts', 'src/channel/emulator.ts', 'src/channel/kit', room)(i) ||
      (builtIn(i) && i.from !== 'node:process') ||
      (aPackage(i) && !house.test(i.from)),
  },
  { of: /^src\/core\//, may: 'src/core and src/channel', allowed: under('src/core', 'src/channel') },
  { of: /^src\/pipeline\//, may: 'src/pipeline, src/core and src/channel', allowed: under('src/pipeline', 'src/core', 'src/channel') },
  { of: /^src\/(main\.ts$|tools\/)/, may: 'anything but test and web', allowed: (i) => !under('test', 'web')(i) },
  {
    of: /^src\/app(\.ts$|\/)/,
    may: 'every room of src, and types of config',
    allowed: (i) => !ours(i.from) || (under('src')(i) && !under('src/main.ts', 'src/tools')(i)) || (i.typeOnly && under('config')(i)),
  },
  {
    of: /^(src\/[^/]+)\//,
    may: 'its own folder, src/pipeline, src/core, src/channel, types of src/http/api-types.ts and packages',
    allowed: (i, room) => !ours(i.from) || under('src/pipeline', 'src/core', 'src/channel', room)(i) || edgeType(i),
  },
  {
    of: /^config\//,
    may: 'config, types of src/channel, node: and packages',
    allowed: (i) => !ours(i.from) || under('config')(i) || (i.typeOnly && under('src/channel')(i)),
  },
  {
    of: /^web\//,
    may: 'web, types of src/http/api-types.ts and packages',
    allowed: (i) => !ours(i.from) || under('web')(i) || edgeType(i),
  },
]

/** What a file does that its place forbids, a sentence each. */
export function violations(path: string, text: string): readonly string[] {
  const rule = rules.find(({ of }) => of.test(path))
  const room = rule?.of.exec(path)?.[1] ?? ''
  const wrong = rule ? importsOf(path, text).filter((imported) => !rule.allowed(imported, room)) : []
  const code = text.replaceAll(/\/\*[\s\S]*?\*\/|(^|\s)\/\/.*$/gm, '$1')
  const lines = text.split('\n').length - 1
  const toolConfig = /^(web\/)?vite(st)?(\.[a-z]+)?\.config\.ts$/.test(path)
  return [
    ...wrong.map(({ from }) => `${path} imports ${from}, but may import only ${rule!.may}`),
    ...(lines > 400 ? [`${path} has ${lines} lines: above 400 a file is taken apart first`] : []),
    ...(/^export\s+default\b|\bas\s+default\b/m.test(code) && !toolConfig ? [`${path} has a default export: exports have names`] : []),
    ...(/\bprocess\s*(\?\.|\.)\s*env\b|\bprocess\s*\[\s*['"]env|\benv\b[^=\n]*\}\s*=\s*process\b|import\.meta\.env/.test(code) &&
    !path.startsWith('config/') &&
    !toolConfig
      ? [`${path} reads the environment: only config does`]
      : []),
    ...(path.startsWith('src/core/') &&
    /\bDate\.now\(|\bnew Date\(\s*\)|\bMath\.random\(|\bperformance\.now\(|\bcrypto\.random|\bsetTimeout\(|\bfetch\(/.test(code)
      ? [`${path} looks at a clock, a die or the world: decisions are pure`]
      : []),
    ...(/(:|\bas|<|,)\s*any\b(?!\w|-)/.test(withoutStrings(code).replaceAll(unknownTables, '')) && !anyIsAllowed.test(path)
      ? [`${path} says any: name the type, or unknown`]
      : []),
    ...(/^(src|adapters|config|web)\//.test(path) && /(^|\/)(utils?|helpers?|manager|misc|common)(\.tsx?$|\/)/.test(path)
      ? [`${path} is named for nothing: say what it holds`]
      : []),
  ]
}

const withoutStrings = (code: string): string =>
  code.replaceAll(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g, "''").replaceAll(/\/(?:[^/\\\n]|\\.)+\/[gimsuy]*/g, '//')

/** A database of which only some tables are the business of a file: Kysely has no other word for it. */
const unknownTables = /\b(Kysely|Transaction)<any>/g

/** Where another's type cannot be named: adapters of every kind on one list, the rows of any query, a pool as BullMQ wants it. */
const anyIsAllowed = /^(src\/pipeline\/ports|adapters\/index|src\/store\/pglite-pool|src\/queue\/timed)\.ts$/

/** Import circles, each once, as the files on it; types count, because they show who knows whom. */
export function circles(sources: Sources): readonly string[] {
  const found: string[] = []
  const done = new Set<string>()
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path)
    if (start >= 0) {
      found.push([...trail.slice(start), path].join(' → '))
      return
    }
    if (done.has(path)) return
    for (const { from } of importsOf(path, sources.get(path) ?? '')) if (sources.has(from)) visit(from, [...trail, path])
    done.add(path)
  }
  for (const path of sources.keys()) visit(path, [])
  return found
}

import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { posix } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { adapters } from '../adapters/index.ts'
import { keysOf } from '../config/keys.ts'
import { loadConfiguration } from '../config/load.ts'
import { explainAll } from '../config/problem.ts'
import { accountSchema, hubSchema } from '../config/schema.ts'
import { errors } from '../src/http/errors.ts'
import { channelsPage } from '../src/tools/capability-table.ts'
import { loadExample } from '../src/tools/example.ts'

const root = new URL('..', import.meta.url).pathname
const read = (path: string): string => readFileSync(root + path, 'utf8')
const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z', '*.md'], {
  cwd: root,
  encoding: 'utf8',
})
const pages = listed
  .split('\0')
  .filter((path) => path !== '' && existsSync(root + path) && !/^config\/knowledge\/|^src\/tools\/channel-template\//.test(path))

/** What breaks on a page, a sentence each: links to nowhere, commands that are not there, code that does not parse. */
function brokenOn(page: string, text: string): readonly string[] {
  const prose = text.replaceAll(/```[\s\S]*?```/g, '').replaceAll(/`[^`\n]*`/g, '')
  const links = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link!).filter((link) => !/^[a-z]+:/.test(link))
  const { scripts } = JSON.parse(read('package.json')) as { readonly scripts: { readonly [name: string]: string } }
  const commands = [...text.matchAll(/\bnpm (?:run ([a-z][\w:-]*)|(start|test)\b)/g)].map(([, run, short]) => run ?? short!)
  const paths = [...text.matchAll(/\bnode ((?:src|bench|test|\.ci)\/[\w./-]+)/g)].map(([, path]) => path!)
  const code = [...text.matchAll(/```(?:ts|typescript)\n([\s\S]*?)```/g)].map(([, block]) => block!)
  return [
    ...links.filter((link) => !resolves(page, link)).map((link) => `${page} links to ${link}, which is not there`),
    ...commands.filter((name) => !scripts[name]).map((name) => `${page} says npm run ${name}, which is no script`),
    ...paths.filter((path) => !existsSync(root + path)).map((path) => `${page} says node ${path}, which is not there`),
    ...code.flatMap((block) => (parses(block) ? [] : [`${page} has code that does not parse: ${block.slice(0, 60)}`])),
  ]
}

function resolves(page: string, link: string): boolean {
  const [path, anchor] = link.split('#') as [string, string | undefined]
  const target = path === '' ? page : posix.join(posix.dirname(page), decodeURIComponent(path))
  if (!existsSync(root + target)) return false
  if (anchor === undefined || statSync(root + target).isDirectory() || !target.endsWith('.md')) return true
  return headings(read(target)).some((heading) => slug(heading) === anchor)
}

const headings = (text: string): readonly string[] =>
  [...text.replaceAll(/```[\s\S]*?```/g, '').matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading!.trim())
/** As GitHub makes an anchor of a heading. */
const slug = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-')

function parses(code: string): boolean {
  try {
    stripTypeScriptTypes(code)
    return true
  } catch {
    return false
  }
}

/** Is there something at this path; `[]` is any entry of a list? */
function shows(value: unknown, path: string): boolean {
  const [, key, rest] = /^([^.[]+)(?:\[\])?\.?(.*)$/.exec(path)!
  const inner = (value as { readonly [key: string]: unknown } | undefined)?.[key!]
  if (rest === '') return inner !== undefined
  return [inner].flat().some((entry) => shows(entry, rest!))
}

describe('the documentation tells the truth', () => {
  test.each(['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'docs/adding-a-channel.md', 'docs/channels.md', 'docs/errors.md'])(
    '%s is there',
    (page) => {
      expect(pages).toContain(page)
    },
  )

  test('every link leads somewhere, every command exists, every piece of code parses', () => {
    expect(pages.flatMap((page) => brokenOn(page, read(page)))).toEqual([])
  })

  test('and a page that does not would be found', () => {
    const page = '[a](gone.md) [b](docs/channels.md#gone) `npm run gone` node src/gone.ts\n```ts\nconst = 1\n```\n'
    expect(brokenOn('README.md', page)).toHaveLength(5)
    expect(brokenOn('README.md', '[a](https://example.org/x) [b](docs/channels.md#what-they-carry) `[c](d)` npm start')).toEqual([])
  })

  test('docs/channels.md is what the adapters say now (else run: node src/tools/capability-table.ts)', () => {
    expect(read('docs/channels.md')).toBe(channelsPage())
  })

  test('every error code has its paragraph in docs/errors.md, and no other has', () => {
    const sections = read('docs/errors.md')
      .split(/^#+ (?=.*HUB_)/m)
      .slice(1)
    const explained = sections.flatMap((section) => section.split('\n', 1)[0]!.match(/HUB_[A-Z_]+/g) ?? [])
    expect(explained.toSorted()).toEqual(Object.keys(errors).toSorted())
    expect(sections.filter((section) => section.split('\n').slice(1).join('').trim().length < 40)).toEqual([])
  })
})

describe('the configurations that are shipped', () => {
  const fill = { PUBLIC_URL: 'https://support.example.org' }

  test('of the playground is taken on this machine, and refused where others could reach it', () => {
    const variables = { HUB_CONFIG: `${root}config/hub.yaml` }
    const loaded = loadConfiguration(adapters, variables)
    expect(loaded.ok ? '' : explainAll(loaded.problems)).toBe('')
    expect(loadConfiguration(adapters, { ...variables, HOST: '0.0.0.0' })).toMatchObject({ ok: false, problems: [{ code: 'playground' }] })
  })

  test('of compose.yaml is taken where everybody can reach it', () => {
    const loaded = loadConfiguration(adapters, { ...fill, HOST: '0.0.0.0', HUB_CONFIG: `${root}config/hub.compose.yaml` })
    expect(loaded.ok ? '' : explainAll(loaded.problems)).toBe('')
  })

  test('of the example is taken', () => {
    const loaded = loadExample(adapters)
    expect(loaded.ok ? '' : explainAll(loaded.problems)).toBe('')
  })

  test('of the example shows every key of the hub and of every channel', () => {
    const uncommented = read('config/hub.example.yaml').replaceAll(/^(\s+)# ([A-Za-z]+: \S+)$/gm, '$1$2')
    const { hub, channels } = parse(uncommented) as { readonly hub: unknown; readonly channels: readonly { readonly channel: string }[] }
    const missing = adapters.flatMap(({ name, config }) => {
      const entries = channels.filter(({ channel }) => channel === name)
      const keys = [...keysOf(accountSchema), ...keysOf(config)]
      return keys.filter(({ path }) => !entries.some((entry) => shows(entry, path))).map(({ path }) => `${name}: ${path}`)
    })
    expect([
      ...keysOf(hubSchema)
        .filter(({ path }) => !shows(hub, path))
        .map(({ path }) => path),
      ...missing,
    ]).toEqual([])
    expect(shows(hub, 'teams[].gone')).toBe(false)
  })

  test('every key has one line of help', () => {
    const all = [...keysOf(hubSchema), ...keysOf(accountSchema), ...adapters.flatMap(({ config }) => keysOf(config))]
    expect(all.filter(({ help }) => help === undefined || help.includes('\n') || help.length < 10).map(({ path }) => path)).toEqual([])
  })

  test('every channel marks its secrets', () => {
    const unmarked = adapters.flatMap(({ name, config }) =>
      keysOf(config)
        .filter(({ path, secret }) => /(token|secret|password)$/i.test(path) && !secret)
        .map(({ path }) => `${name}: ${path}`),
    )
    expect(unmarked).toEqual([])
  })
})

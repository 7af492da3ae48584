import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { circles, importsOf, violations } from './support/architecture.ts'

const root = new URL('..', import.meta.url).pathname
const listed = execFileSync(
  'git',
  ['ls-files', '--cached', '--others', '--exclude-standard', '-z', '*.ts', '*.tsx', '*.mts', '*.js', '*.mjs'],
  { cwd: root, encoding: 'utf8' },
)
const paths = listed.split('\0').filter((path) => path !== '' && !path.includes('/fixtures/') && existsSync(root + path))
const sources = new Map(paths.map((path) => [path, readFileSync(root + path, 'utf8')]))

describe('the repository keeps its rules', () => {
  test('of who may import whom, of length, names, types and the environment', () => {
    expect(sources.size).toBeGreaterThan(50)
    expect([...sources].flatMap(([path, text]) => (path === 'test/architecture.test.ts' ? [] : violations(path, text)))).toEqual([])
  })

  test('and no file imports itself by a detour', () => {
    expect(circles(new Map([...sources].filter(([path]) => path !== 'test/architecture.test.ts')))).toEqual([])
  })

  test('and every folder under adapters is on the list of channels, and has the whole anatomy', () => {
    const folders = readdirSync(`${root}adapters`, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? entry.name : []))
    const onTheList = importsOf('adapters/index.ts', sources.get('adapters/index.ts') ?? '').flatMap(
      ({ from }) => /^adapters\/([^/]+)\//.exec(from)?.[1] ?? [],
    )
    expect(new Set(onTheList)).toEqual(new Set(folders))
    const parts = ['index.ts', 'config.ts', 'capabilities.ts', 'parse.ts', 'render.ts', 'README.md']
    const missing = folders
      .flatMap((folder) => parts.map((part) => `adapters/${folder}/${part}`))
      .filter((path) => !existsSync(root + path))
    expect(missing).toEqual([])
  })

  test('and every package that is imported stands in package.json: what the hub runs on among its dependencies', () => {
    const { dependencies, optionalDependencies, devDependencies } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))
    const runs = { ...dependencies, ...optionalDependencies }
    const packages = (wanted: RegExp) =>
      [...sources].flatMap(([path, text]) =>
        wanted.test(path) && path !== 'test/architecture.test.ts'
          ? importsOf(path, text).flatMap(({ from, typeOnly }) => {
              const [name] = /^(@[^/]+\/)?[^/]+/.exec(from) ?? []
              return name === undefined || /^(node:|src$|adapters$|config$|web$|test$|bench$)/.test(name) || from.startsWith('..')
                ? []
                : { path, name, typeOnly }
            })
          : [],
      )
    const hub = packages(/^(src|adapters|config)\//)
    const all = { ...runs, ...devDependencies }
    const typed = (name: string) => `@types/${name}` in all
    expect(hub.filter(({ name, typeOnly }) => !(name in runs) && !(typeOnly && typed(name)))).toEqual([])
    expect(packages(/./).filter(({ name }) => !(name in all) && !typed(name))).toEqual([])
  })
})

describe('a file that breaks a rule is found', () => {
  test.each([
    ['src/channel/content.ts', "import { x } from '../core/turn.ts'", 'imports src/core/turn.ts'],
    ['src/channel/content.ts', "import { z } from 'zod'", 'imports zod'],
    ['src/channel/kit/jwt.ts', "import { readFileSync } from 'node:fs'", 'imports node:fs'],
    ['src/channel/kit/http.ts', "import { createServer } from 'node:http'", 'imports node:http'],
    ['src/channel/kit/emulator/serve.ts', "import { readFileSync } from 'node:fs'", 'imports node:fs'],
    ['adapters/telegram/send.ts', "import { parse } from '../slack/parse.ts'", 'imports adapters/slack/parse.ts'],
    ['adapters/telegram/send.ts', "import type { Turn } from '../../src/core/turn.ts'", 'imports src/core/turn.ts'],
    ['adapters/telegram/send.ts', "import {\n  a,\n  b,\n} from '../../config/load.ts'", 'imports config/load.ts'],
    ['adapters/telegram/send.ts', "import { Kysely } from 'kysely'", 'imports kysely'],
    ['adapters/telegram/send.ts', "export * from '../index.ts'", 'imports adapters/index.ts'],
    ['adapters/telegram/send.ts', "const { run } = await import('../../src/app.ts')", 'imports src/app.ts'],
    ['adapters/telegram/send.ts', "import '../../src/store/connect.ts'", 'imports src/store/connect.ts'],
    ['src/core/turn.ts', "import { randomUUID } from 'node:crypto'", 'imports node:crypto'],
    ['src/core/turn.ts', "import { z } from 'zod'", 'imports zod'],
    ['src/core/turn.ts', 'const at = Date.now()', 'looks at a clock'],
    ['src/core/turn.ts', 'const at = new Date()', 'looks at a clock'],
    ['src/core/turn.ts', 'const die = Math.random()', 'looks at a clock'],
    ['src/pipeline/deliver.ts', "import { db } from '../store/connect.ts'", 'imports src/store/connect.ts'],
    ['src/pipeline/deliver.ts', "import { Queue } from 'bullmq'", 'imports bullmq'],
    ['src/http/server.ts', "import { db } from '../store/connect.ts'", 'imports src/store/connect.ts'],
    ['src/store/connect.ts', "import { start } from '../app.ts'", 'imports src/app.ts'],
    ['src/store/connect.ts', "import type { Settings } from '../../config/schema.ts'", 'imports config/schema.ts'],
    ['src/app.ts', "import { loadConfiguration } from '../config/load.ts'", 'imports config/load.ts'],
    ['src/app.ts', "import { adapters } from '../adapters/index.ts'", 'imports adapters/index.ts'],
    ['src/main.ts', "import { fake } from '../test/support/fake.ts'", 'imports test/support/fake.ts'],
    ['config/load.ts', "import { adapters } from '../adapters/index.ts'", 'imports adapters/index.ts'],
    ['config/load.ts', "import { id } from '../src/channel/index.ts'", 'imports src/channel/index.ts'],
    ['web/desk/app.tsx', "import type { Turn } from '../../src/core/turn.ts'", 'imports src/core/turn.ts'],
    ['web/desk/app.tsx', "import { codes } from '../../src/http/api-types.ts'", 'imports src/http/api-types.ts'],
    ['src/store/connect.ts', 'export default 1', 'default export'],
    ['src/store/connect.ts', 'export { connect as default }', 'default export'],
    ['src/store/connect.ts', 'const url = process.env.DATABASE_URL', 'reads the environment'],
    ['src/store/connect.ts', "const url = process['env'].DATABASE_URL", 'reads the environment'],
    ['src/store/connect.ts', 'const { env } = process', 'reads the environment'],
    ['test/store.test.ts', 'const url = process.env.DATABASE_URL', 'reads the environment'],
    ['src/store/connect.ts', 'const row = answer as any', 'says any'],
    ['src/store/connect.ts', 'const rows: any[] = []', 'says any'],
    ['src/live/rooms.ts', "import { errors } from '../http/errors.ts'", 'imports src/http/errors.ts'],
    ['src/store/connect.ts', 'const rows: Map<string, any> = new Map()', 'says any'],
    ['src/store/connect.ts', '\n'.repeat(401), '401 lines'],
    ['src/store/utils.ts', '', 'named for nothing'],
  ])('%s: %s', (path, text, said) => {
    expect(violations(path, text)).toEqual([expect.stringContaining(said)])
  })

  test.each([
    [
      'adapters/telegram/send.ts',
      "import { Telegram } from 'telegraf'\nimport { id } from '../../src/channel/index.ts'\nimport { parse } from './parse.ts'",
    ],
    ['src/channel/kit/signature.ts', "import { timingSafeEqual } from 'node:crypto'"],
    ['src/channel/kit/emulator/serve.ts', "import { createServer } from 'node:http'"],
    ['src/app.ts', "import type { Settings } from '../config/schema.ts'\nimport { connect } from './store/connect.ts'"],
    ['src/http/server.ts', "import fastify from 'fastify'\nimport type { Store } from '../pipeline/ports.ts'"],
    ['web/desk/app.tsx', "import type { Waiting } from '../../src/http/api-types.ts'"],
    ['vitest.config.ts', 'export default {}'],
    ['src/core/turn.ts', "const at = new Date(now)\n// Date.now() is not asked here\nconst any = 'as any'"],
  ])('and one that keeps them is not: %s', (path, text) => expect(violations(path, text)).toEqual([]))

  test('and a circle is found, also over types and through several files', () => {
    const ring = new Map([
      ['src/a/one.ts', "import type { B } from './two.ts'"],
      ['src/a/two.ts', "export * from './three.ts'"],
      ['src/a/three.ts', "import { a } from './one.ts'"],
      ['src/a/four.ts', "import { a } from './one.ts'"],
    ])
    expect(circles(ring)).toEqual(['src/a/one.ts → src/a/two.ts → src/a/three.ts → src/a/one.ts'])
    ring.set('src/a/three.ts', '')
    expect(circles(ring)).toEqual([])
  })
})

import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { newChannel } from '../../src/tools/new-channel.ts'
import { violations } from '../support/architecture.ts'

const root = new URL('../..', import.meta.url).pathname
const house = mkdtempSync(join(tmpdir(), 'switchboard-channel-'))
afterAll(() => rmSync(house, { recursive: true }))
for (const folder of ['src', 'node_modules']) symlinkSync(join(root, folder), join(house, folder))
mkdirSync(join(house, 'adapters'))
const files = newChannel('zalo', join(house, 'adapters'))
const texts = new Map(files.map((file) => [relative(house, file), readFileSync(file, 'utf8')]))

describe('a new channel', () => {
  test('has the whole anatomy', () => {
    const parts = ['index', 'config', 'capabilities', 'wire', 'parse', 'render', 'send', 'errors', 'emulator'].map(
      (part) => `adapters/zalo/${part}.ts`,
    )
    expect([...texts.keys()]).toEqual(
      expect.arrayContaining([...parts, 'adapters/zalo/README.md', 'adapters/zalo/fixtures/in/text.request.json']),
    )
  })

  test('carries its own name, and the template’s nowhere', () => {
    const text = [...texts.values()].join('\n').replaceAll('example.org', '').replaceAll('hub.example.yaml', '')
    expect(text).not.toMatch(/example/i)
    expect(text).toContain("name: 'zalo'")
    expect(text).toContain('type ZaloConfig')
  })

  test('keeps the rules of the repository', () => {
    expect([...texts].filter(([path]) => path.endsWith('.ts')).flatMap(([path, text]) => violations(path, text))).toEqual([])
  })

  test('runs: what is signed comes in, what is not stays out, and a text becomes a call', () => {
    const script = `
      import { createHmac } from 'node:crypto'
      import { readFileSync } from 'node:fs'
      import { zalo } from './adapters/zalo/index.ts'
      const body = Buffer.from(JSON.stringify(JSON.parse(readFileSync('adapters/zalo/fixtures/in/text.request.json', 'utf8')).body))
      const config = zalo.config.parse({ token: 't', signingSecret: ['new', 'old'] })
      const adapter = zalo.create({ id: 'main', config }, { now: () => new Date(0) })
      const request = (secret) => ({ method: 'POST', via: 'hook', query: {}, body, headers: { 'x-zalo-signature': createHmac('sha256', secret).update(body).digest('hex') } })
      const { events, ignored } = adapter.parse(request('old'))
      console.log(JSON.stringify({
        verdicts: [(await adapter.verify(request('old'))).ok, (await adapter.verify(request('wrong'))).ok],
        events, ignored,
        payloads: adapter.render([{ type: 'text', text: 'hello' }], events[0].from, { author: 'system', window: 'open' }),
      }))`
    const said = execFileSync(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', '--preserve-symlinks', '--input-type=module', '-e', script],
      { cwd: house, encoding: 'utf8' },
    )
    expect(JSON.parse(said)).toMatchObject({
      verdicts: [true, false],
      events: [{ kind: 'message', id: 'message:c-1:m-1', from: { channel: 'zalo', account: 'main' }, person: { name: 'Ada Lindqvist' } }],
      ignored: [],
      payloads: [{ text: 'hello' }],
    })
  })

  test.each(['zalo', 'Zalo', '', '../x', 'a-b', 'x'.repeat(21)])('is not made under the name "%s"', (name) => {
    expect(() => newChannel(name, join(house, 'adapters'))).toThrow(/named with|there already/)
  })
})

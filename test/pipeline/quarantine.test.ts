import { expect, test } from 'vitest'
import type { AccountId, HookRequest } from '../../src/channel/index.ts'
import { makeQuarantine } from '../../src/pipeline/quarantine.ts'
import { quietLog } from './support.ts'

const at = (account: string) => ({ channel: 'test', account: account as AccountId })
const request = (text: string): HookRequest => ({
  method: 'POST',
  via: 'hook',
  query: {},
  headers: {},
  body: new TextEncoder().encode(text),
})

function open() {
  const kept: string[] = []
  const said: object[] = []
  let time = 0
  const keep = makeQuarantine({
    store: { quarantine: async ({ account }, { body }) => void kept.push(`${account} ${new TextDecoder().decode(body).slice(0, 40)}`) },
    log: { ...quietLog, warn: (fields) => void said.push(fields) },
    now: () => new Date(time),
  })
  const pass = (ms: number): void => {
    time += ms
  }
  return { kept, said, keep, pass }
}

test('a flood of what can not be read is kept up to a few megabytes a minute, told once, and holds up no other account', async () => {
  const { kept, said, keep, pass } = open()
  for (let n = 0; n < 20; n++) await keep(at('noisy'), request('x'.repeat(1_000_000)), ['ignored: x'])
  expect(kept.length).toBeGreaterThan(2)
  expect(kept.length).toBeLessThan(8)
  expect(said).toEqual([{ step: 'quarantine', channel: 'test', account: 'noisy', outcome: 'full' }])
  const before = kept.length
  await keep(at('quiet'), request('hello'), ['ignored: x'])
  pass(60_000)
  await keep(at('noisy'), request('again'), ['ignored: x'])
  expect(kept.slice(before)).toEqual(['quiet hello', 'noisy again'])
})

test('also of requests that are next to nothing', async () => {
  const { kept, keep } = open()
  for (let n = 0; n < 10_000; n++) await keep(at('noisy'), request('{}'), ['ignored: x'])
  expect(kept.length).toBeLessThan(6_000)
})

test('a password in what is kept is dots', async () => {
  const { kept, keep } = open()
  await keep(at('main'), request('{"text":"password: Hunter2!"}'), ['ignored: x'])
  expect(kept).toEqual(['main {"text":"password: ••••••••"}'])
})

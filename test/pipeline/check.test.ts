import { expect, test } from 'vitest'
import type { AccountId, Health } from '../../src/channel/index.ts'
import { makeCheck } from '../../src/pipeline/check.ts'
import type { Channel, Channels, Store } from '../../src/pipeline/ports.ts'
import { quietLog } from './support.ts'

const green: Health = { ok: true, detail: 'linked' }
const cases = [
  { who: 'the process that listens', holder: 'me', sendsFrom: 'listener', asked: true, told: green },
  { who: 'another process', holder: 'another', sendsFrom: 'listener', asked: false, told: { ok: true, detail: 'as the listener said' } },
  { who: 'any process, where nobody listens', holder: 'nobody', sendsFrom: 'listener', asked: false, told: { ok: false } },
  { who: 'any process, where all can send', holder: 'another', sendsFrom: 'anywhere', asked: true, told: green },
] as const

test.each(cases)('an account is checked by $who', async ({ holder, sendsFrom, asked, told }) => {
  const notes: Health[] = []
  let asks = 0
  const adapter = {
    check: async () => {
      asks++
      return green
    },
  }
  const channel = { definition: { name: 'linked' }, account: 'main' as AccountId, can: { sendsFrom }, adapter } as unknown as Channel
  const store: Partial<Store> = {
    holder: async (name) => (name === 'listen.linked.main' ? holder : 'nobody'),
    lastCheck: async () => ({ ok: true, detail: 'as the listener said' }),
    noteCheck: async (_, __, health) => {
      notes.push(health)
      return []
    },
  }
  const channels: Channels = { get: () => channel, all: () => [channel] }
  const check = makeCheck({ channels, store: store as Store, bell: { ring: () => undefined }, log: quietLog })
  expect(await check.check(channel)).toMatchObject(told)
  expect(asks > 0).toBe(asked)
  // What another process knows better stays as it wrote it.
  expect(notes).toHaveLength(sendsFrom === 'listener' && holder === 'another' ? 0 : 1)
})

import { expect, test } from 'vitest'
import type { ConversationId } from '../../src/core/conversation.ts'
import { makeMetrics } from '../../src/http/metrics.ts'
import { cpuMs } from '../support/cpu.ts'

const backlog = { inbox: 1, parts: 2, oldestSeconds: 3, queue: 4 }

test('the counters are told while the store is away, and what is left to do is then not made up', async () => {
  let away = false
  const { meter, text } = makeMetrics(async () => {
    if (away) throw new Error('away')
    return backlog
  })
  meter.count('filed', {}, 7)
  expect(await text()).toContain('switchboard_backlog{of="parts"} 2')
  away = true
  const told = await text()
  expect(told).toContain('switchboard_filed_total 7')
  expect(told).not.toContain('switchboard_backlog{')
  expect(told).toMatch(/switchboard_oldest_due_seconds Nan/i)
})

test('words from outside do not become labels without end', async () => {
  const { meter, text } = makeMetrics(async () => backlog)
  for (let index = 0; index < 1_000; index++) {
    meter.count('ignored', { channel: 'test', type: `type ${index}` })
    meter.count('refused', { channel: 'test', reason: `no key ${index}` })
  }
  const lines = (await text()).split('\n').filter((line) => /^switchboard_(ignored|refused)_total\{/.test(line))
  expect(lines.length).toBeLessThan(500)
})

test('stopwatches that nobody stops cost the door nothing', async () => {
  const { meter } = makeMetrics(async () => backlog)
  const start = () => {
    for (let index = 0; index < 100_000; index++) meter.started([`c${index}` as ConversationId])
  }
  expect(cpuMs(start)).toBeLessThan(2_000)
})

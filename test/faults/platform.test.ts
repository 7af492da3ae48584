import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, onTestFailed, test } from 'vitest'
import { startTelegramEmulator } from '../../adapters/telegram/emulator.ts'
import { readTestEnvironment } from '../../config/environment.ts'
import { startHubProcess } from '../support/hub.ts'
import { acknowledged, settled, writeAll } from './judge.ts'
import { marked } from './marked.ts'

/** Two minutes where there is time for it; the waits grow by doubling, so ten seconds take the same way. */
const downMs = readTestEnvironment().longFaults ? 120_000 : 10_000

describe.concurrent('a platform that is not well', () => {
  test('gets everything, once and in order, when its API was away and is back', { timeout: downMs * 3 + 300_000 }, async () => {
    const emulator = await startTelegramEmulator({ timeScale: 40 })
    const hub = await startHubProcess({ channels: [{ channel: 'telegram', account: 'main', ...emulator.account() }] })
    onTestFailed(() => console.error(hub.log()))
    try {
      await emulator.connect(new URL('/hooks/telegram/main', hub.url))
      const load = writeAll(emulator, ['Ana', 'Ben', 'Cem', 'Dee', 'Eli', 'Fay', 'Gus', 'Hal'], 150)
      await wait(1_500)
      emulator.faults.down = true
      const before = emulator.record.accepted.length
      await wait(Math.min(downMs / 2, 20_000))
      await expect.poll(() => acknowledged(emulator)).toBeGreaterThan(100)
      load.stop()
      await wait(downMs - Math.min(downMs / 2, 20_000))
      expect(emulator.record.delivered.filter(({ status }) => status !== 200)).toEqual([])
      expect(emulator.record.accepted.length - before).toBeLessThanOrEqual(8)
      emulator.faults.down = false
      const verdict = await settled(emulator, downMs * 1.5 + 120_000)
      await hub.kill('SIGTERM')
      const twice = await marked({ dataDir: hub.dataDir })
      expect(verdict).toMatchObject({ lost: [], disordered: [], invented: [] })
      expect(verdict.acknowledged).toBeGreaterThan(100)
      // Calls that were cut in the middle when it went away, one in each chat at most; whoever was refused a connection knows that nothing arrived.
      expect(twice.length).toBeLessThanOrEqual(8)
      expect(verdict.doubled.filter((answer) => !twice.includes(answer))).toEqual([])
    } finally {
      await hub.close()
      await emulator.close()
    }
  })

  test('loses nothing to 429, 500 and cut connections, and doubles only what was cut after it was taken, marked', {
    timeout: 300_000,
  }, async () => {
    const emulator = await startTelegramEmulator({ timeScale: 40 })
    const hub = await startHubProcess({ channels: [{ channel: 'telegram', account: 'main', ...emulator.account() }] })
    onTestFailed(() => console.error(hub.log()))
    try {
      await emulator.connect(new URL('/hooks/telegram/main', hub.url))
      Object.assign(emulator.faults, { throttle: { share: 0.05, retryAfterSeconds: 0.1 }, error: 0.02, cutBefore: 0.01, cutAfter: 0.01 })
      const people = Array.from({ length: 20 }, (_, n) => emulator.person(`Person ${n}`))
      for (let number = 1; number <= 20; number++) for (const person of people) void person.types(`${number} of ${person.key}`)
      const verdict = await settled(emulator)
      const calls = emulator.record.calls.filter(({ method }) => method === 'sendMessage')
      const cut = calls.filter(({ status }) => status === null).length
      const refused = calls.filter(({ status }) => status === 429 || status === 500).length
      await hub.kill('SIGTERM')
      const twice = await marked({ dataDir: hub.dataDir })
      expect(verdict).toMatchObject({ acknowledged: 400, lost: [], disordered: [], invented: [] })
      expect(refused).toBeGreaterThan(5)
      expect(twice.length).toBeLessThanOrEqual(cut)
      expect(verdict.doubled.filter((answer) => !twice.includes(answer))).toEqual([])
    } finally {
      await hub.close()
      await emulator.close()
    }
  })
})

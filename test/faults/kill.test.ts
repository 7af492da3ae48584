import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, onTestFailed, test } from 'vitest'
import { startTelegramEmulator } from '../../adapters/telegram/emulator.ts'
import { readTestEnvironment } from '../../config/environment.ts'
import { type HubSetup, startHubProcess } from '../support/hub.ts'
import { postgresUrl } from '../support/services.ts'
import { inFlight, loaded, settled, writeAll } from './judge.ts'
import { marked } from './marked.ts'

/** A start on the embedded database takes seconds, so it is killed less often where time is short. */
const kills = { postgres: 20, embedded: readTestEnvironment().longFaults ? 20 : 8 }
const postgres = await postgresUrl()

test('an answer whose sending was cut short by one kill after the other is delivered all the same, marked', {
  timeout: 300_000,
}, async () => {
  const emulator = await startTelegramEmulator({ timeScale: 200 })
  const hub = await startHubProcess({ channels: [{ channel: 'telegram', account: 'main', ...emulator.account() }] })
  try {
    await emulator.connect(new URL('/hooks/telegram/main', hub.url))
    // Each call hangs for a while and is then cut before the message is taken; the hub is gone by then.
    Object.assign(emulator.faults, { latencyMs: 3_000, cutBefore: 1 })
    await emulator.person('Ana').types('one')
    for (const kill of [1, 2]) {
      await expect.poll(() => emulator.record.calls.filter(({ method }) => method === 'sendMessage').length).toBe(kill)
      await hub.kill('SIGKILL')
      await wait(3_100)
      if (kill === 2) Object.assign(emulator.faults, { latencyMs: 0, cutBefore: 0 })
      await hub.restart()
    }
    expect(await settled(emulator)).toEqual({ acknowledged: 1, lost: [], doubled: [], disordered: [], invented: [] })
    await hub.kill('SIGTERM')
    expect(await marked({ dataDir: hub.dataDir })).toEqual([`${emulator.person('Ana').key}: one`])
  } finally {
    await hub.close()
    await emulator.close()
  }
})

describe.concurrent('a hub that is killed with SIGKILL at random moments under load, again and again', () => {
  test('answers everything it acknowledged on the embedded database, once or marked, in order', { timeout: 600_000 }, () =>
    killed({}, kills.embedded),
  )
  test.runIf(postgres)('and on Postgres', { timeout: 600_000 }, async () => {
    try {
      await killed({ databaseUrl: postgres!.url }, kills.postgres)
    } finally {
      await postgres!.drop()
    }
  })
})

async function killed(where: Partial<HubSetup>, times: number): Promise<void> {
  const emulator = await startTelegramEmulator({ timeScale: 200 })
  // A call takes as long as one over the internet might, so that some are on their way whenever it happens.
  emulator.faults.latencyMs = 15
  const hub = await startHubProcess({ channels: [{ channel: 'telegram', account: 'main', ...emulator.account() }], ...where })
  onTestFailed(() => console.error(hub.log()))
  let onTheirWay = 0
  try {
    await emulator.connect(new URL('/hooks/telegram/main', hub.url))
    for (let round = 1; round <= times; round++) {
      const load = writeAll(emulator, ['Ana', 'Ben', 'Cem', ...['Dee', 'Eli', 'Fay', 'Gus', 'Hal'].map((name) => `${name}${round}`)])
      await loaded(emulator)
      onTheirWay += inFlight(emulator)
      await hub.kill('SIGKILL')
      load.stop()
      // Some die again before they are up.
      if (round % 5 === 0) {
        void hub.begin()
        await wait(200 + Math.random() * 1_500)
        onTheirWay += inFlight(emulator)
        await hub.kill('SIGKILL')
      }
      await hub.restart()
    }
    const verdict = await settled(emulator)
    await hub.kill('SIGTERM')
    const twice = await marked({ dataDir: hub.dataDir, ...where })
    expect(verdict).toMatchObject({ lost: [], disordered: [], invented: [] })
    expect(verdict.acknowledged).toBeGreaterThan(times * 8)
    expect(verdict.doubled.filter((answer) => !twice.includes(answer))).toEqual([])
    expect(twice.length).toBeLessThanOrEqual(onTheirWay)
  } finally {
    await hub.close()
    await emulator.close()
  }
}

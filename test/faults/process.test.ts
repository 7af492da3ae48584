import { describe, expect, onTestFailed, test } from 'vitest'
import { startTelegramEmulator } from '../../adapters/telegram/emulator.ts'
import { runHubToEnd, startHubProcess } from '../support/hub.ts'
import { loaded, settled, writeAll } from './judge.ts'
import { marked } from './marked.ts'

describe('a hub that is asked to stop', () => {
  test('finishes what it began under load: nothing is lost, doubled or marked, and it ends with 0', { timeout: 300_000 }, async () => {
    const emulator = await startTelegramEmulator({ timeScale: 40 })
    emulator.faults.latencyMs = 15
    const hub = await startHubProcess({ channels: [{ channel: 'telegram', account: 'main', ...emulator.account() }] })
    onTestFailed(() => console.error(hub.log()))
    try {
      await emulator.connect(new URL('/hooks/telegram/main', hub.url))
      for (let round = 1; round <= 3; round++) {
        const load = writeAll(emulator, ['Ana', 'Ben', 'Cem', 'Dee', 'Eli', 'Fay', 'Gus', 'Hal'])
        await loaded(emulator)
        expect(await hub.kill('SIGTERM')).toBe(0)
        load.stop()
        await hub.restart()
      }
      expect(await settled(emulator)).toMatchObject({ lost: [], doubled: [], disordered: [], invented: [] })
      expect(await hub.kill('SIGTERM')).toBe(0)
      expect(await marked({ dataDir: hub.dataDir })).toEqual([])
    } finally {
      await hub.close()
      await emulator.close()
    }
  })
})

describe('a second hub on the same data directory', () => {
  test('says whose it is and ends with 1, and the first goes on', { timeout: 300_000 }, async () => {
    const emulator = await startTelegramEmulator()
    const channels = [{ channel: 'telegram', account: 'main', ...emulator.account() }]
    const hub = await startHubProcess({ channels, fromNothing: true }, 'src/main.ts')
    try {
      const { code, output } = await runHubToEnd({ channels, dataDir: hub.dataDir })
      expect(code).toBe(1)
      expect(output.trim()).toMatch(
        /^The data directory \S+ is in use by process \d+ on \S+\. Stop that hub first, or set DATA_DIR to another directory\.$/,
      )
      expect((await fetch(new URL('/readyz', hub.url))).status).toBe(200)
    } finally {
      await hub.close()
      await emulator.close()
    }
  })
})

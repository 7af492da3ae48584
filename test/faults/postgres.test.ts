import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, describe, expect, onTestFailed, test } from 'vitest'
import { startTelegramEmulator } from '../../adapters/telegram/emulator.ts'
import { echo } from '../support/echo.ts'
import { openHub, startHubProcess } from '../support/hub.ts'
import { losingProxy } from '../support/losing-proxy.ts'
import { postgresServer } from '../support/postgres-server.ts'
import { inFlight, loaded, settled, writeAll } from './judge.ts'
import { marked } from './marked.ts'

const postgres = await postgresServer()

describe.runIf(postgres)('a hub whose Postgres goes away under load', () => {
  afterAll(() => postgres?.close())

  test('loses nothing and goes on by itself when it was killed, again and again', { timeout: 600_000 }, async () => {
    const emulator = await startTelegramEmulator({ timeScale: 40 })
    emulator.faults.latencyMs = 15
    const hub = await startHubProcess({
      channels: [{ channel: 'telegram', account: 'main', ...emulator.account() }],
      databaseUrl: postgres!.url,
    })
    onTestFailed(() => console.error(hub.log()))
    let onTheirWay = 0
    try {
      await emulator.connect(new URL('/hooks/telegram/main', hub.url))
      for (let round = 1; round <= 6; round++) {
        const load = writeAll(emulator, ['Ana', 'Ben', 'Cem', ...['Dee', 'Eli', 'Fay', 'Gus', 'Hal'].map((name) => `${name}${round}`)])
        await loaded(emulator)
        onTheirWay += inFlight(emulator)
        await postgres!.crash(round % 2 === 0 ? 'SIGKILL' : 'SIGQUIT')
        await wait(400)
        onTheirWay += inFlight(emulator)
        load.stop()
        await postgres!.start()
        expect(hub.running, hub.log()).toBe(true)
      }
      const verdict = await settled(emulator)
      const twice = await marked({ databaseUrl: postgres!.url })
      expect(verdict).toMatchObject({ lost: [], disordered: [], invented: [] })
      expect(verdict.acknowledged).toBeGreaterThan(100)
      expect(verdict.doubled.filter((answer) => !twice.includes(answer))).toEqual([])
      expect(twice.length).toBeLessThanOrEqual(onTheirWay)
      expect(await hub.kill('SIGTERM')).toBe(0)
    } finally {
      await hub.close()
      await emulator.close()
    }
  })

  test('asks platforms to come again while it is stopped, and goes on without a restart of its own', { timeout: 300_000 }, async () => {
    const emulator = await startTelegramEmulator({ timeScale: 40 })
    const channels = [{ channel: 'telegram', account: 'stopped', ...emulator.account() }]
    const hub = await startHubProcess({ channels, databaseUrl: postgres!.url })
    onTestFailed(() => console.error(hub.log()))
    const status = async (path: string) => (await fetch(new URL(path, hub.url))).status
    try {
      await emulator.connect(new URL('/hooks/telegram/stopped', hub.url))
      const load = writeAll(emulator, ['Ana', 'Ben', 'Cem', 'Dee'], 50)
      await loaded(emulator, 30)
      await postgres!.stop()
      const before = emulator.record.delivered.length
      await expect.poll(() => emulator.record.delivered.length - before).toBeGreaterThan(12)
      expect(await status('/readyz')).toBe(503)
      expect(await status('/healthz')).toBe(200)
      // Those that were under way when it stopped may have ended either way.
      const refused = emulator.record.delivered.slice(before + 4).map((delivery) => delivery.status)
      expect(refused.length).toBeGreaterThan(3)
      expect(new Set(refused)).toEqual(new Set([503]))
      await postgres!.start()
      await loaded(emulator, 30)
      load.stop()
      expect(await settled(emulator)).toMatchObject({ lost: [], doubled: [], disordered: [], invented: [] })
      expect(await status('/readyz')).toBe(200)
    } finally {
      await hub.close()
      await emulator.close()
    }
  })

  // On the wire a prepared statement is known by its name alone.
  test.each([
    ['a turn', '\0commit\0', 'turn'],
    ['the outcome of a send', '\0record\0', 'outcome'],
  ])(
    'sends what it owes, once and unmarked, when only the answer to the writing of %s was lost',
    { timeout: 300_000 },
    async (_, words, account) => {
      const emulator = await startTelegramEmulator({ timeScale: 40 })
      const proxy = await losingProxy(postgres!.url)
      const hub = await openHub({ channels: [{ channel: 'telegram', account, ...emulator.account() }], databaseUrl: proxy.url }, echo)
      try {
        await emulator.connect(new URL(`/hooks/telegram/${account}`, hub.url))
        const ana = emulator.person('Ana')
        await ana.types('one')
        await settled(emulator)
        emulator.faults.latencyMs = 100
        const lost = proxy.loseAnswerTo(words)
        for (const text of ['two', 'three', 'four']) await ana.types(text)
        await lost
        expect(await settled(emulator)).toEqual({ acknowledged: 4, lost: [], doubled: [], disordered: [], invented: [] })
        expect(await marked({ databaseUrl: postgres!.url, account })).toEqual([])
      } finally {
        await hub.stop()
        await proxy.close()
        await emulator.close()
      }
    },
  )
})

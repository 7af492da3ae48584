import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, describe, expect, onTestFailed, test } from 'vitest'
import { startTelegramEmulator } from '../../adapters/telegram/emulator.ts'
import { type HubProcess, startHubProcess } from '../support/hub.ts'
import { postgresServer } from '../support/postgres-server.ts'
import { redisServer } from '../support/redis-server.ts'
import { acknowledged, loaded, settled, writeAll } from './judge.ts'
import { marked } from './marked.ts'

const [postgres, redis] = await Promise.all([postgresServer(), redisServer()])

describe.runIf(postgres && redis)('several processes on one Postgres and one Redis', () => {
  afterAll(() => Promise.all([postgres?.close(), redis?.close()]))
  const names = ['Ana', 'Ben', 'Cem', 'Dee', 'Eli', 'Fay', 'Gus', 'Hal']
  const at = () => ({ databaseUrl: postgres!.url, redisUrl: redis!.url })

  test('Redis stopped and emptied under load: the door goes on answering 200, and all is delivered', { timeout: 300_000 }, async () => {
    const emulator = await startTelegramEmulator({ timeScale: 40 })
    const telegram = { channel: 'telegram', account: 'redis', ...emulator.account() }
    // It is away already when the hub starts.
    await redis!.stop()
    const hub = await startHubProcess({ channels: [telegram, { channel: 'web', account: 'main' }], ...at() })
    onTestFailed(() => console.error(hub.log()))
    try {
      await emulator.connect(new URL('/hooks/telegram/redis', hub.url))
      const load = writeAll(emulator, names, 60)
      const guest = await guestOf(hub)
      await loaded(emulator, 20)
      expect(emulator.record.accepted.length).toBeGreaterThan(10)
      await redis!.start()
      // Throttled parts wait in Redis: these are what an emptied one forgets.
      Object.assign(emulator.faults, { throttle: { share: 0.02, retryAfterSeconds: 1 }, error: 0.02 })
      for (let round = 1; round <= 2; round++) {
        await loaded(emulator, 40)
        await redis!.stop()
        for (let number = 1; number <= 8; number++) {
          expect(await guest.says(`${round}-${number}`)).toBe(200)
          await wait(150)
        }
        await redis!.start()
      }
      await wait(500)
      load.stop()
      Object.assign(emulator.faults, { throttle: { share: 0, retryAfterSeconds: 1 }, error: 0 })
      const verdict = await settled(emulator)
      expect(verdict).toMatchObject({ lost: [], doubled: [], disordered: [], invented: [] })
      expect(verdict.acknowledged).toBeGreaterThan(100)
      expect(emulator.record.delivered.filter(({ status }) => status !== 200)).toEqual([])
      expect(hub.running).toBe(true)
      expect(await guest.hears()).toEqual(Array.from({ length: 16 }, (_, n) => `${Math.floor(n / 8) + 1}-${(n % 8) + 1}`))
    } finally {
      await hub.close()
      await emulator.close()
      await redis!.stop()
      await redis!.start()
    }
  })

  test('two hubs behind one address keep the order within each conversation and double nothing', { timeout: 300_000 }, async () => {
    const emulator = await startTelegramEmulator({ timeScale: 40 })
    emulator.faults.latencyMs = 5
    const channels = [{ channel: 'telegram', account: 'pair', ...emulator.account() }]
    const hubs = await Promise.all([startHubProcess({ channels, ...at() }), startHubProcess({ channels, ...at() })])
    onTestFailed(() => console.error(hubs.map((hub) => hub.log()).join('\n--\n')))
    try {
      const load = writeAll(emulator, names)
      // The platform sends now to one, now to the other, in the middle of conversations.
      for (let turn = 0; turn < 30 || acknowledged(emulator) <= 200; turn++) {
        await emulator.connect(new URL('/hooks/telegram/pair', hubs[turn % 2]!.url))
        await wait(100)
      }
      load.stop()
      const verdict = await settled(emulator)
      expect(verdict).toMatchObject({ lost: [], doubled: [], disordered: [], invented: [] })
      expect(verdict.acknowledged).toBeGreaterThan(200)
      expect(await marked({ databaseUrl: postgres!.url, account: 'pair' })).toEqual([])
    } finally {
      await Promise.all(hubs.map((hub) => hub.close()))
      await emulator.close()
    }
  })

  test('one that only serves and one that only works are a hub together, also when either is killed', { timeout: 300_000 }, async () => {
    const emulator = await startTelegramEmulator({ timeScale: 40 })
    emulator.faults.latencyMs = 5
    const channels = [{ channel: 'telegram', account: 'roles', ...emulator.account() }]
    const [web, worker] = await Promise.all([
      startHubProcess({ channels, ...at(), role: 'web' }),
      startHubProcess({ channels, ...at(), role: 'worker' }),
    ])
    onTestFailed(() => console.error([web, worker].map((hub) => hub.log()).join('\n--\n')))
    try {
      await emulator.connect(new URL('/hooks/telegram/roles', web.url))
      const load = writeAll(emulator, names, 60)
      await loaded(emulator, 40)
      await worker.kill('SIGTERM')
      await wait(500)
      await worker.restart()
      await web.kill('SIGKILL')
      await web.restart()
      await loaded(emulator, 60)
      load.stop()
      const verdict = await settled(emulator)
      expect(verdict).toMatchObject({ lost: [], doubled: [], disordered: [], invented: [] })
      expect(verdict.acknowledged).toBeGreaterThan(80)
      expect((await fetch(new URL('/hooks/telegram/roles', worker.url), { method: 'POST' })).status).toBe(404)
    } finally {
      await Promise.all([web.close(), worker.close()])
      await emulator.close()
    }
  })
})

/** A guest of the web chat, by the API its page uses. */
async function guestOf(hub: HubProcess) {
  const post = (path: string, body: object, headers = {}) =>
    fetch(new URL(path, hub.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
  const { token } = (await (await post('/api/guest', {})).json()) as { token: string }
  const authorization = { authorization: `Bearer ${token}` }
  let number = 0
  return {
    says: async (text: string) => (await post('/hooks/web/main', { id: `m${++number}`, text }, authorization)).status,
    hears: async () => {
      const { io } = await import('socket.io-client')
      const socket = io(hub.url, { auth: { token }, transports: ['websocket'] })
      const heard: string[] = []
      socket.on('message', ({ author, content }) => {
        if (author.by === 'virtual-agent') heard.push(content[0].text)
      })
      await new Promise((resolve) => socket.emit('resume', { after: 0 }, resolve))
      socket.disconnect()
      return heard
    },
  }
}

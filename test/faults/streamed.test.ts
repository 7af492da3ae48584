import { afterAll, describe, expect, onTestFailed, test } from 'vitest'
import { startTelegramEmulator, type TelegramEmulator, type TelegramPerson } from '../../adapters/telegram/emulator.ts'
import { type Model, openModel } from '../journeys/model.ts'
import { type HubProcess, startHubProcess } from '../support/hub.ts'
import { postgresUrl, redisUrl } from '../support/services.ts'

const postgres = await postgresUrl()
const shared = await postgresUrl()
const redis = await redisUrl()
afterAll(async () => {
  await postgres?.drop()
  await shared?.drop()
  await redis?.drop()
})

const patience = { timeout: 60_000 }
const question = 'how do I connect to the vpn'

async function withHub(services: { readonly databaseUrl?: string; readonly redisUrl?: string }, play: (at: Playing) => Promise<void>) {
  const model = await openModel()
  const emulator = await startTelegramEmulator({ timeScale: 40 })
  const setup = {
    channels: [{ channel: 'telegram', account: 'main', ...emulator.account() }],
    hub: { languageModel: model.settings },
    ...services,
  }
  const hub = await startHubProcess(setup, 'src/main.ts')
  onTestFailed(() => console.error(hub.log()))
  try {
    await emulator.connect(new URL('/hooks/telegram/main', hub.url))
    const ada = emulator.person('Ada')
    const heard = () => ada.sees().filter(({ by }) => by === 'hub')
    await play({ model, hub, emulator, ada, another: () => startHubProcess(setup, 'src/main.ts'), heard, asks: () => ada.types(question) })
  } finally {
    await hub.close()
    await emulator.close()
    await model.close()
  }
}
type Playing = {
  readonly model: Model
  readonly hub: HubProcess
  readonly emulator: TelegramEmulator
  readonly ada: TelegramPerson
  readonly another: () => Promise<HubProcess>
  readonly heard: () => readonly { readonly id: string; readonly text: string; readonly edited?: boolean }[]
  readonly asks: () => Promise<unknown>
}

const kinds = [
  { kind: 'PGlite', available: true, services: {} },
  { kind: 'Postgres', available: postgres !== undefined, services: { databaseUrl: postgres?.url ?? '' } },
]
describe.each(kinds.filter(({ available }) => available))('half an answer is shown when the hub is killed, on $kind', ({ services }) => {
  test('after the start the whole one stands in its place, and nothing else', { timeout: 600_000 }, () =>
    withHub(services, async ({ model, hub, heard, asks }) => {
      await asks()
      const call = await model.call()
      const [one, two] = call.sentences
      call.writes(one!)
      await expect.poll(() => heard()[0]?.text ?? '', patience).toMatch(/…$/)
      const [half] = heard()
      // A change of it: so what was sent first is known to have arrived.
      call.writes(two!)
      await expect.poll(() => heard()[0]?.text ?? '', patience).toContain(two!.text)
      await hub.kill('SIGKILL')
      await hub.restart()
      const again = await model.call()
      again.writes(one!, two!)
      again.ends()
      await expect.poll(() => heard().length, patience).toBe(2)
      expect(heard()[0]).toMatchObject({ id: half!.id, edited: true })
      expect(heard()[0]!.text).toMatch(/^This may help:[\s\S]*From the article/)
      expect(heard()[0]!.text).toContain(two!.text)
      expect(model.waits()).toBe(0)
    }),
  )
})

describe.runIf(shared && redis)('of two hubs on one database', () => {
  test('one looks for the answer, whatever else comes in, until it is gone', { timeout: 600_000 }, () =>
    withHub({ databaseUrl: shared!.url, redisUrl: redis!.url }, async ({ model, hub, emulator, ada, another, heard, asks }) => {
      await asks()
      const call = await model.call()
      const other = await another()
      try {
        const [one, two] = call.sentences
        call.writes(one!)
        await expect.poll(() => heard()[0]?.text ?? '', patience).toMatch(/…$/)
        // What comes in by the other one, and is no reason to stop, waits.
        await emulator.connect(new URL('/hooks/telegram/main', other.url))
        await ada.reacts(heard()[0]!.id, '👍')
        await expect.poll(() => emulator.pending(), patience).toBe(0)
        call.writes(two!)
        await expect.poll(() => heard()[0]?.text ?? '', patience).toContain(two!.text)
        expect(model.waits()).toBe(0)
        await hub.kill('SIGKILL')
        const again = await model.call()
        again.ends()
        await expect.poll(() => heard().length, patience).toBe(2)
        expect(heard()[0]!.text).toMatch(/From the article|Connect to the VPN from home/)
      } finally {
        await other.close()
      }
    }),
  )
})

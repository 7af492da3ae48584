import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTelegramEmulator, type TelegramEmulator } from '../../adapters/telegram/emulator.ts'
import { echo } from '../support/echo.ts'
import { openHub } from '../support/hub.ts'

type Line = {
  readonly [key: string]: unknown
  readonly step: string
  readonly conversation?: string
  readonly messages?: readonly number[]
}
let emulator: TelegramEmulator

beforeAll(async () => {
  emulator = await startTelegramEmulator({ timeScale: 40 })
})
afterAll(() => emulator.close())

test('whoever asks for it can follow a message in the log from its webhook to its answer, and reads no word of it', async () => {
  const hub = await openHub({ channels: [{ channel: 'telegram', account: 'main', ...emulator.account() }], logLevel: 'debug' }, echo)
  try {
    await emulator.connect(new URL('/hooks/telegram/main', hub.url))
    const ada = emulator.person('Ada')
    await ada.types('a word that is nobody else’s')
    const lines = (): readonly Line[] => hub.complaints.map((line) => JSON.parse(line) as Line)
    await expect.poll(() => lines().filter(({ step }) => step === 'send').length, { timeout: 20_000 }).toBeGreaterThan(0)
    const filed = lines().find(({ step, event }) => step === 'file' && String(event).startsWith('message:'))!
    expect(filed).toMatchObject({ channel: 'telegram', account: 'main' })
    const turn = lines().find(({ step, events }) => step === 'turn' && (events as readonly unknown[]).includes(filed.event))!
    const sent = lines().find(({ step, conversation }) => step === 'send' && conversation === turn.conversation)!
    expect(sent).toMatchObject({ channel: 'telegram', account: 'main', part: 1, attempt: 1, outcome: 'sent' })
    expect(turn.messages).toEqual(expect.arrayContaining([...sent.messages!]))
    expect(hub.complaints.join()).not.toMatch(/nobody else|Ada/)
  } finally {
    await hub.stop()
  }
})

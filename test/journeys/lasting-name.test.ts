import { expect, test } from 'vitest'
import { startWhatsAppEmulator } from '../../adapters/whatsapp/emulator.ts'
import { echo } from '../support/echo.ts'
import { openHub } from '../support/hub.ts'
import { technicianOf } from './stage.ts'

test('somebody whom WhatsApp told by number, and by user id from one day on, goes on in the same conversation', {
  timeout: 300_000,
}, async () => {
  const emulator = await startWhatsAppEmulator({ timeScale: 40 })
  const hub = await openHub({ channels: [{ channel: 'whatsapp', account: 'main', ...emulator.account() }] }, echo)
  try {
    await emulator.connect(new URL('/hooks/whatsapp/main', hub.url))
    const dana = emulator.person('Dana')
    const answers = () =>
      dana
        .sees()
        .filter(({ by }) => by === 'hub')
        .map(({ text }) => text)
    const says = async (text: string) => {
      const before = answers().length
      await dana.types(text)
      await expect.poll(() => answers().length).toBe(before + 1)
    }
    dana.tellsUserId(false)
    await says('by number')
    await says('still by number')
    dana.tellsUserId()
    await says('with an id')
    dana.hidesNumber()
    await says('by id alone')
    // Both at once, the old way last: nothing is answered twice.
    await emulator.together(async () => {
      await dana.types('together, one')
      await dana.types('together, two')
    })
    await expect.poll(() => answers().length).toBe(6)
    await expect.poll(() => emulator.pending()).toBe(0)
    const said = ['by number', 'still by number', 'with an id', 'by id alone', 'together, one', 'together, two']
    expect(answers()).toEqual(said)

    const rows = await hub.connection.db.selectFrom('conversations').select(['id', 'key']).execute()
    expect(rows).toMatchObject([{ key: dana.key }])
    const people = await hub.connection.db.selectFrom('identities').select('person').execute()
    expect(new Set(people.map(({ person }) => person)).size).toBe(1)
    const { messages } = await (await technicianOf(hub.url)).conversation(rows[0]!.id)
    const texts = messages.map(({ content: [first] }) => (first?.type === 'text' ? first.text : ''))
    expect(texts.toSorted()).toEqual([...said, ...said].toSorted())
    // Receipts of the answers that went out under the former name were told under it, and found their messages.
    await expect
      .poll(async () => (await hub.connection.db.selectFrom('receipts').select('platform').execute()).length)
      .toBeGreaterThanOrEqual(6)
    expect(hub.complaints).toEqual([])
  } finally {
    await hub.stop()
    await emulator.close()
  }
})

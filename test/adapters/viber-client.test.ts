import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ViberClient } from 'messaging-api-viber'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startViberEmulator, type ViberEmulator } from '../../adapters/viber/emulator.ts'

/** A client that we did not write speaks to our Viber: what it takes for the platform, is like the platform. */
let emulator: ViberEmulator
const hub = createServer((request, response) => {
  request.resume()
  request.on('end', () => response.end())
})
beforeAll(async () => {
  emulator = await startViberEmulator()
  await new Promise<void>((resolve) => hub.listen(0, '127.0.0.1', resolve))
})
afterAll(async () => {
  hub.closeAllConnections()
  hub.close()
  await emulator.close()
})

const client = (accessToken = String(emulator.account().authToken)) =>
  new ViberClient({ accessToken, sender: { name: 'Hub' }, origin: emulator.url })

test('messaging-api-viber sets the webhook and reads the account', async () => {
  const url = `http://127.0.0.1:${(hub.address() as AddressInfo).port}/`
  expect(await client().setWebhook(url, { eventTypes: ['delivered', 'seen'] as never })).toMatchObject({
    status: 0,
    eventTypes: ['delivered', 'seen'],
  })
  expect(await client().getAccountInfo()).toMatchObject({ status: 0, name: 'Switchboard', webhook: url })
})

test('messaging-api-viber sends words, keyboards, pictures, places, contacts and carousels', async () => {
  const person = emulator.person('Ada')
  await person.types('hi')
  const last = () => person.sees().at(-1)
  const sent = await client().sendText(person.key, 'Hello!')
  expect(sent.status).toBe(0)
  expect(last()?.text).toBe('Hello!')
  expect(String(sent.messageToken), 'the client rounds what has 64 bits').not.toBe(last()?.id)
  const button = { columns: 6, rows: 1, actionType: 'reply', actionBody: 'yes', text: 'Yes' } as const
  await client().sendText(person.key, 'Sure?', { keyboard: { type: 'keyboard', defaultHeight: false, buttons: [button] } as never })
  expect(last()?.buttons).toEqual([{ label: 'Yes', value: 'yes' }])
  await client().sendPicture(person.key, { text: 'look', media: 'https://example.com/a.jpg' })
  expect(last()).toMatchObject({ text: 'look', media: { kind: 'image' } })
  await client().sendLocation(person.key, { lat: 1, lon: 2 } as never)
  expect(last()?.place).toEqual({ latitude: 1, longitude: 2 })
  await client().sendContact(person.key, { name: 'Bo', phoneNumber: '+441' } as never)
  expect(last()?.contact).toEqual({ name: 'Bo', phone: '+441' })
  await client().sendCarouselContent(
    person.key,
    { type: 'rich_media', buttonsGroupColumns: 6, buttonsGroupRows: 1, bgColor: '#FFFFFF', buttons: [button] } as never,
    { minApiVersion: 7 } as never,
  )
  expect(last()?.buttons).toEqual([{ label: 'Yes', value: 'yes' }])
})

test('messaging-api-viber is refused with the status that Viber has for it', async () => {
  const refusal = (call: Promise<unknown>) =>
    call.then(
      () => 'taken',
      (error: Error) => error.message,
    )
  expect(await refusal(client('another').getAccountInfo())).toContain('invalidAuthToken')
  expect(await refusal(client().sendText('AAAA=', 'hi'))).toContain('receiverNotRegistered')
  const bo = emulator.person('Bo')
  await bo.types('hi')
  await bo.unsubscribes()
  expect(await refusal(client().sendText(bo.key, 'hi'))).toContain('receiverNotSubscribed')
  await bo.types('again')
  expect(await refusal(client().sendText(bo.key, 'x'.repeat(7001)))).toContain('too long')
})

import { MessengerClient } from 'messaging-api-messenger'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type MessengerEmulator, startMessengerEmulator } from '../../adapters/messenger/emulator.ts'
import { files } from '../contract/samples.ts'

/** A client that we did not write speaks to our Messenger: what it takes for the platform, is like the platform. */
let emulator: MessengerEmulator
beforeAll(async () => {
  emulator = await startMessengerEmulator()
})
afterAll(() => emulator.close())

const client = (accessToken = String(emulator.account().pageAccessToken)) =>
  new MessengerClient({ accessToken, appSecret: String(emulator.account().appSecret), origin: emulator.url, version: '25.0' })
const bob = async () => {
  const person = emulator.person('Bob Ray')
  await person.types('hi')
  return { person, key: person.key, last: () => person.sees().at(-1) }
}
const png = Buffer.from([...files.values()][0]!.bytes)

test('messaging-api-messenger sends words, quick replies, templates and files to our Messenger', async () => {
  const { key, last } = await bob()
  expect(await client().sendText(key, 'Hello!')).toMatchObject({ recipientId: key, messageId: expect.stringMatching(/^m_/) })
  expect(last()?.text).toBe('Hello!')
  const quickReplies = [{ contentType: 'text' as const, title: 'Yes', payload: 'YES' }]
  await client().sendMessage(key, { text: 'Sure?', quickReplies })
  expect(last()).toMatchObject({ text: 'Sure?', buttons: [{ label: 'Yes', value: 'YES' }] })
  await client().sendButtonTemplate(key, 'Pick', [{ type: 'postback', title: 'A', payload: 'a' }])
  expect(last()).toMatchObject({ text: 'Pick', buttons: [{ label: 'A', value: 'a' }] })
  await client().sendGenericTemplate(key, [{ title: 'Laptop', subtitle: 'On loan', imageUrl: 'https://help.example.com/l.png' }])
  expect(last()?.text).toBe('Laptop\nOn loan')
  await client().sendImage(key, png, { filename: 'screen.png' } as never)
  expect(last()?.media?.bytes.length).toBe(png.length)
  const { attachmentId } = await client().uploadAttachment('image', png, { isReusable: true, filename: 'screen.png' })
  await client().sendImage(key, { attachmentId })
  expect(last()?.media?.name).toBe('screen.png')
})

test('it sets typing and seen, and reads the name of a person', async () => {
  const { key } = await bob()
  await client().typingOn(key)
  await client().markSeen(key)
  expect(await client().getUserProfile(key)).toMatchObject({ id: key, firstName: 'Bob', lastName: 'Ray' })
})

test('it reads our refusals as those of the Graph API', async () => {
  const { person, key } = await bob()
  await expect(client('EAABwrongtoken').sendText(key, 'x')).rejects.toThrow(/190/)
  await expect(client().sendText('1', 'x')).rejects.toThrow(/No matching user/)
  await expect(client().sendText(key, 'x'.repeat(2000))).rejects.toThrow(/less than 2000/)
  await expect(client().sendText(key, 'x', { tag: 'ACCOUNT_UPDATE' } as never)).rejects.toThrow(/tag/i)
  const quickReplies = Array.from({ length: 14 }, (_, n) => ({ contentType: 'text' as const, title: `${n}`, payload: `${n}` }))
  await expect(client().sendMessage(key, { text: 'x', quickReplies })).rejects.toThrow(/quick_replies/)
  person.isSilentFor(25)
  await expect(client().sendText(key, 'late')).rejects.toThrow(/outside of allowed window/)
})

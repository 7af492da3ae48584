import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { GraphApiError, WhatsAppClient } from '@kapso/whatsapp-cloud-api'
import { normalizeWebhook, verifySignature } from '@kapso/whatsapp-cloud-api/server'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startWhatsAppEmulator, type WhatsAppEmulator } from '../../adapters/whatsapp/emulator.ts'
import { eventually } from '../contract/contract-bench.ts'
import { files } from '../contract/samples.ts'

/** A client that we did not write speaks to our WhatsApp and reads what it sends: what it takes for the platform, is like the platform. */
let emulator: WhatsAppEmulator
const received: { readonly headers: IncomingHttpHeaders; readonly body: string }[] = []
const hub = createServer(async (request, response) => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  received.push({ headers: request.headers, body: Buffer.concat(chunks).toString('utf8') })
  response.end(new URL(request.url!, 'http://hub').searchParams.get('hub.challenge') ?? '')
})
beforeAll(async () => {
  emulator = await startWhatsAppEmulator()
  await new Promise<void>((resolve) => hub.listen(0, '127.0.0.1', resolve))
  await emulator.connect(new URL(`http://127.0.0.1:${(hub.address() as AddressInfo).port}/`))
})
afterAll(async () => {
  await emulator.close()
  hub.closeAllConnections()
  hub.close()
})

const keys = () => emulator.account() as { readonly [key: string]: string }
const client = (accessToken = keys().accessToken!) => new WhatsAppClient({ accessToken, baseUrl: emulator.url, graphVersion: 'v25.0' })
const to = '+16505557777'
const bob = async () => {
  const person = emulator.person('16505557777')
  const wamid = await person.types('hi')
  return { person, wamid, number: { phoneNumberId: keys().phoneNumberId!, to }, last: () => person.sees().at(-1) }
}

test('@kapso/whatsapp-cloud-api sends words, buttons, lists, places, templates and reactions to our WhatsApp', async () => {
  const { number, last, wamid, person } = await bob()
  const { messages } = client()
  const sent = await messages.sendText({ ...number, body: 'hello' })
  expect(sent).toMatchObject({ contacts: [{ input: to, waId: to.slice(1) }], messages: [{ id: last()!.id }] })
  await messages.sendInteractiveButtons({ ...number, bodyText: 'Sure?', buttons: [{ id: 'y', title: 'Yes' }] })
  expect(last()).toMatchObject({ text: 'Sure?', buttons: [{ label: 'Yes', value: 'y' }] })
  const sections = [{ title: 'All', rows: [{ id: 'r1', title: 'Row' }] }]
  await messages.sendInteractiveList({ ...number, bodyText: 'Which?', buttonText: 'Choose', sections })
  expect(last()).toMatchObject({ text: 'Which?', buttons: [{ label: 'Row', value: 'r1' }] })
  await messages.sendLocation({ ...number, location: { latitude: 1, longitude: 2, name: 'HQ' } })
  expect(last()?.place).toEqual({ latitude: 1, longitude: 2, name: 'HQ' })
  const components = [{ type: 'body' as const, parameters: [{ type: 'text' as const, text: '7' }] }]
  await messages.sendTemplate({ ...number, template: { name: 'request_update', language: { code: 'en' }, components } })
  expect(last()?.text).toBe('News on request 7.')
  await messages.sendReaction({ ...number, reaction: { messageId: wamid, emoji: '👍' } })
  expect(person.sees().find(({ id }) => id === wamid)?.reaction).toBe('👍')
  expect(await messages.markRead({ phoneNumberId: number.phoneNumberId, messageId: wamid })).toEqual({ success: true })
})

test('it uploads a file and sends it by its id', async () => {
  const { number, last } = await bob()
  const bytes = new Uint8Array([...files.values()][0]!.bytes)
  const file = new Blob([bytes], { type: 'image/png' })
  const { id } = await client().media.upload({ phoneNumberId: number.phoneNumberId, type: 'image', file, fileName: 'screen.png' })
  await client().messages.sendImage({ ...number, image: { id, caption: 'look' } })
  expect(last()).toMatchObject({ text: 'look', media: { kind: 'image', mime: 'image/png' } })
  expect(last()?.media?.bytes.length).toBe(bytes.length)
})

test('it reads our refusals as those of the Graph API', async () => {
  const { number, person } = await bob()
  const refusal = (run: Promise<unknown>) =>
    run.then(
      () => expect.fail('it was taken'),
      (error: GraphApiError) => error,
    )
  const wrong = await refusal(client('EAABwrongtoken').messages.sendText({ ...number, body: 'x' }))
  expect(wrong).toBeInstanceOf(GraphApiError)
  expect([wrong.code, wrong.httpStatus]).toEqual([190, 401])
  expect((await refusal(client().messages.sendText({ ...number, to: '+1', body: 'x' }))).code).toBe(131026)
  person.isSilentFor(25)
  expect((await refusal(client().messages.sendText({ ...number, body: 'late' }))).code).toBe(131047)
})

test('it takes the signatures of our webhooks, in both ways of writing, and reads messages and statuses in them', async () => {
  const { person, number } = await bob()
  const wamid = await person.types('Grüße 🙂')
  await client().messages.sendText({ ...number, body: 'hello' })
  await eventually(() => (emulator.pending() === 0 ? true : undefined))
  const posted = received.filter(({ body }) => body !== '')
  for (const { headers, body } of posted) {
    const given = { rawBody: body, signatureHeader: String(headers['x-hub-signature-256']) }
    expect(verifySignature({ ...given, appSecret: keys().appSecret! })).toBe(true)
    expect(verifySignature({ ...given, appSecret: 'another' })).toBe(false)
  }
  expect(new Set(posted.map(({ body }) => body.includes('\\/') || body.includes('\\u')))).toEqual(new Set([true, false]))
  const read = posted.map(({ body }) => normalizeWebhook(JSON.parse(body)))
  expect(read.flatMap(({ messages }) => messages).find(({ id }) => id === wamid)).toMatchObject({
    type: 'text',
    text: { body: 'Grüße 🙂' },
  })
  expect(read.flatMap(({ statuses }) => statuses).map(({ status }) => status)).toContain('delivered')
})

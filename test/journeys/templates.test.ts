import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startWhatsAppEmulator, type WhatsAppEmulator } from '../../adapters/whatsapp/emulator.ts'
import type { TemplatesView } from '../../src/http/api-types.ts'
import { adminOfTests, openHub } from '../support/hub.ts'
import { technicianOf } from './stage.ts'

let emulator: WhatsAppEmulator
let hub: Awaited<ReturnType<typeof openHub>>
let tess: Awaited<ReturnType<typeof technicianOf>>
let cookie: string
beforeAll(async () => {
  const templates = Object.fromEntries(Array.from({ length: 120 }, (_, n) => [`note_${n}/en`, `Note ${n}.`]))
  emulator = await startWhatsAppEmulator({
    timeScale: 40,
    templates: { 'request_update/en': 'News on request {{1}}: {{2}}.', 'broken/en': 'Only {{2}}', ...templates },
  })
  const account = { channel: 'whatsapp', ...emulator.account() }
  const { businessAccountId: _, ...silent } = account as { readonly [key: string]: string }
  hub = await openHub({
    channels: [
      { ...account, account: 'main' },
      { ...silent, account: 'silent' },
      { channel: 'web', account: 'main', guest: true },
    ],
  })
  await emulator.connect(new URL('/hooks/whatsapp/main', hub.url))
  tess = await technicianOf(hub.url)
  const signedIn = await fetch(new URL('/api/auth/sign-in/email', hub.url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: hub.url },
    body: JSON.stringify(adminOfTests),
  })
  cookie = signedIn.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ')
})
afterAll(async () => {
  await emulator?.close()
  await hub?.stop()
})

let key = 0
const say = async (conversation: string, body: object) => {
  const response = await fetch(new URL(`/api/desk/conversations/${conversation}/acts`, hub.url), {
    method: 'POST',
    headers: { cookie, origin: hub.url, 'content-type': 'application/json' },
    body: JSON.stringify({ key: `t${++key}`, do: 'say', ...body }),
  })
  return {
    status: response.status,
    body: (await response.json()) as { readonly error?: { readonly field?: string; readonly hint?: string } },
  }
}
const templatesOf = (conversation: string) => tess.get<TemplatesView>(`/api/desk/conversations/${conversation}/templates`)
const pick = (values: readonly string[], name = 'request_update') => ({ content: [{ type: 'template', name, language: 'en', values }] })

/** Somebody who waits for a technician, whose window has closed meanwhile. */
async function silentFor25Hours(name: string): Promise<string> {
  const person = emulator.person(name)
  await person.types('I want to talk to a technician')
  const { id } = await tess.waitsFor(name)
  expect(await tess.accepts(id)).toBe(200)
  person.isSilentFor(25)
  await sql`update conversations set last_heard_at = now() - interval '25 hours', version = version + 1 where id = ${id}`.execute(
    hub.connection.db,
  )
  return id
}

describe('when the window is closed', () => {
  test('a technician picks among what WhatsApp has approved and can be sent as it is, asked for once', async () => {
    const id = await silentFor25Hours('Dana')
    const { templates, hint } = await templatesOf(id)
    expect(hint).toBeUndefined()
    expect(templates).toHaveLength(124)
    expect(templates.find(({ name }) => name === 'request_update')).toEqual({
      name: 'request_update',
      language: 'en',
      text: 'News on request {{1}}: {{2}}.',
      values: 2,
      category: 'utility',
    })
    expect(templates.map(({ name }) => name)).not.toEqual(expect.arrayContaining(['spring_sale']))
    for (const name of ['spring_sale', 'sign_in_code', 'broken']) expect(templates.some((one) => one.name === name)).toBe(false)
    await templatesOf(id)
    expect(emulator.record.calls.filter(({ method }) => method === 'GET message_templates')).toHaveLength(2)
  })

  test('it arrives with its values in place, where words would be refused, and history keeps its words', async () => {
    const id = await silentFor25Hours('Olena')
    expect(await say(id, pick(['INC-1042', 'it is fixed']))).toMatchObject({ status: 200 })
    const olena = emulator.person('Olena')
    await expect.poll(() => olena.sees().at(-1)?.text).toBe('News on request INC-1042: it is fixed.')
    const { messages } = await tess.conversation(id)
    expect(messages.at(-1)?.content).toMatchObject([
      { type: 'template', name: 'request_update', text: 'News on request INC-1042: it is fixed.' },
    ])
    await expect.poll(async () => (await tess.conversation(id)).messages.at(-1)?.delivery?.state).toMatch(/sent|delivered|read/)
  })

  test('values go where the template has them: under a picture, by name, in the address of a button', async () => {
    const id = await silentFor25Hours('Halyna')
    expect(await say(id, pick(['1042', 'Halyna', 'Monday', 'a7'], 'order_shipped'))).toMatchObject({ status: 200 })
    const halyna = emulator.person('Halyna')
    await expect.poll(() => halyna.sees().at(-1)).toMatchObject({ buttons: [{ label: 'Track', url: 'https://track.example.com/a7' }] })
    expect(halyna.sees().at(-1)?.text).toBe('Order 1042\n\nHello Halyna, it comes on Monday. Ask for Halyna.\n\nAcme')
  })

  test('what is not in the list, or lacks values, or comes with words beside it, is refused with the field', async () => {
    const id = await silentFor25Hours('Petro')
    expect(await say(id, pick(['only one']))).toMatchObject({ status: 400, body: { error: { field: 'content.0.values' } } })
    expect(await say(id, pick(['x'], 'sign_in_code'))).toMatchObject({ status: 400, body: { error: { field: 'content.0.name' } } })
    expect(await say(id, { ...pick(['a', 'b']), text: 'and words' })).toMatchObject({ status: 400, body: { error: { field: 'content' } } })
    expect(await say(id, { content: [{ type: 'text', text: 'x' }] })).toMatchObject({ status: 400 })
    expect((await fetch(new URL(`/api/desk/conversations/${id}/templates`, hub.url))).status).toBe(401)
  })

  test('an account that cannot tell its templates says why there are none', async () => {
    const open = async (channel: string, account: string) =>
      (
        await sql<{
          id: string
        }>`insert into conversations (channel, account, key) values (${channel}, ${account}, ${`${channel}-x`}) returning id`.execute(
          hub.connection.db,
        )
      ).rows[0]!.id
    expect(await templatesOf(await open('whatsapp', 'silent'))).toMatchObject({
      templates: [],
      hint: expect.stringContaining('adapters/whatsapp/README.md'),
    })
    expect(await templatesOf(await open('web', 'main'))).toEqual({ templates: [], hint: 'This channel has no templates.' })
  })
})

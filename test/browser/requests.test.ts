import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeRequestLinks } from '../../src/http/request-link.ts'
import { hubSecret } from '../../src/store/secrets.ts'
import { technicianOf } from '../journeys/stage.ts'
import { adminOfTests, openHub } from '../support/hub.ts'
import { accessibilityFaults, desktop, handset, sidewaysOverflow, startBrowser, visit } from './support/browser.ts'

type Hub = Awaited<ReturnType<typeof openHub>>
let hub: Hub
let browser: Browser
let cookie = ''

beforeAll(async () => {
  hub = await openHub({ channels: [{ channel: 'web', account: 'main', guest: true, allowedOrigins: [] }], hub: { name: 'Acme Support' } })
  browser = await startBrowser()
  const response = await fetch(new URL('/api/auth/sign-in/email', hub.url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: hub.url },
    body: JSON.stringify(adminOfTests),
  })
  cookie = response.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ')
  await technicianOf(hub.url)
})
afterAll(async () => {
  await browser?.close()
  await hub?.stop()
})

const api = async <Body>(method: string, path: string, body: object): Promise<Body> => {
  const response = await fetch(new URL(path, hub.url), {
    method,
    headers: { cookie, origin: hub.url, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
  return (await response.json()) as Body
}

/** A request of somebody who wrote in the web chat, and the link that they would get. */
async function opened(more: object = {}) {
  const { token, person } = (await (await fetch(new URL('/api/guest', hub.url), { method: 'POST' })).json()) as {
    token: string
    person: string
  }
  await fetch(new URL('/hooks/web/main', hub.url), {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ id: 'one', text: 'hello' }),
  })
  const conversation = await expect
    .poll(
      async () =>
        (await hub.connection.db.selectFrom('conversations').select(['id', 'messages']).where('key', '=', person).executeTakeFirst()) ??
        null,
    )
    .toMatchObject({ messages: expect.any(Number) })
    .then(() => hub.connection.db.selectFrom('conversations').select('id').where('key', '=', person).executeTakeFirstOrThrow())
  await expect
    .poll(async () => (await hub.connection.db.selectFrom('identities').select('key').where('key', '=', person).execute()).length)
    .toBe(1)
  const { number } = await api<{ number: string }>('POST', '/api/requests', {
    type: 'incident',
    subject: 'The projector in room 4 shows everything in green',
    description: 'It began after lunch.\nWe have a customer here at three.',
    conversation: conversation.id,
    ...more,
  })
  const links = makeRequestLinks({
    secret: await hubSecret(hub.connection.db, 'request-links'),
    publicUrl: () => hub.url,
    now: () => new Date(),
  })
  return { number, link: links.linkOf(number), path: `/api/requests/${number}` }
}

describe('a request’s page', () => {
  test('shows its requester how it stands, and carries their words to the technicians', async () => {
    const { link, path } = await opened()
    await api('PATCH', path, { status: 'waiting', technician: { id: 'tess', name: 'Tess Technician' } })
    await api('POST', `${path}/comments`, { text: 'Is the cable the blue one, or the grey one?' })
    await api('POST', `${path}/comments`, { text: 'between us: buy a new one', internal: true })
    const { page, context, complaints } = await visit(browser, link)
    await page.getByRole('heading', { level: 1, name: /projector/ }).waitFor()
    await page.getByText('Waiting for you').waitFor()
    await page.getByText('Is the cable the blue one').waitFor()
    expect(await page.getByText('between us').count()).toBe(0)
    await page.getByLabel('Write to the technicians').fill('The blue one.\nDoes that matter?')
    await page.getByRole('button', { name: 'Send' }).click()
    await page.getByRole('listitem').getByText('The blue one.').waitFor()
    await page.getByText('Sent.').waitFor()
    const kept = await hub.connection.db
      .withTables<{ request_comments: { text: string; by_kind: string } }>()
      .selectFrom('request_comments')
      .select(['text', 'by_kind'])
      .where('text', 'like', 'The blue%')
      .execute()
    expect(kept).toEqual([{ text: 'The blue one.\nDoes that matter?', by_kind: 'person' }])
    for (const viewport of [desktop, handset]) {
      await page.setViewportSize(viewport)
      expect(await sidewaysOverflow(page)).toBe(0)
    }
    expect(await accessibilityFaults(page)).toEqual([])
    await page.emulateMedia({ colorScheme: 'dark' })
    expect(await accessibilityFaults(page)).toEqual([])
    expect(complaints).toEqual([])
    await context.close()
  })

  test('reopens what was resolved, with the reason', async () => {
    const { link, path } = await opened()
    await api('PATCH', path, { status: 'resolved', resolution: 'The lamp was changed.' })
    const { page, context, complaints } = await visit(browser, link)
    await page.getByText('The lamp was changed.').waitFor()
    expect(await accessibilityFaults(page)).toEqual([])
    await page.getByLabel(/Not solved/).fill('Still green.')
    await page.getByRole('button', { name: 'Reopen' }).click()
    await page.getByText('It is open again.').waitFor()
    await page.getByText('Still green.').waitFor()
    expect(complaints).toEqual([])
    await context.close()
  })

  test.each([
    ['a link that was cut', (link: string) => link.slice(0, -3), 'This link does not open a request'],
    ['no token', (link: string) => link.split('#')[0]!, 'This link does not open a request'],
    [
      'another request’s token',
      (link: string) => link.replace(/INC-(\d+)/, (_, n) => `INC-${Number(n) - 1}`),
      'This link does not open a request',
    ],
  ])('with %s shows nothing, and says what to do', async (_, change, title) => {
    const { link } = await opened()
    const { page, context } = await visit(browser, change(link))
    await page.getByRole('heading', { level: 1, name: title }).waitFor()
    expect(await accessibilityFaults(page)).toEqual([])
    await context.close()
  })
})

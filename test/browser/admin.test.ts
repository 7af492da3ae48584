import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startLineEmulator } from '../../adapters/line/emulator.ts'
import { startTelegramEmulator } from '../../adapters/telegram/emulator.ts'
import { id } from '../../src/channel/index.ts'
import { noteCheck, noteListening } from '../../src/store/parts.ts'
import { adminOfTests, openHub } from '../support/hub.ts'
import { accessibilityFaults, desktop, handset, sidewaysOverflow, startBrowser, visit } from './support/browser.ts'

type Hub = Awaited<ReturnType<typeof openHub>>
let hub: Hub
let browser: Browser
let closing: (() => Promise<unknown>)[] = []
const phone = { channel: 'telegram', account: id<never>('phone') }

beforeAll(async () => {
  const [telegram, line] = await Promise.all([startTelegramEmulator(), startLineEmulator({ patienceMs: 60_000 })])
  Object.assign(line.quota, { limit: 1_000, used: 940 })
  closing = [() => telegram.close(), () => line.close()]
  hub = await openHub({
    channels: [
      { channel: 'web', account: 'main', guest: true, allowedOrigins: [] },
      { channel: 'telegram', account: 'main', ...telegram.account() },
      { channel: 'telegram', account: 'phone', ...telegram.refusedAccount() },
      { channel: 'line', account: 'main', ...line.account() },
    ],
  })
  browser = await startBrowser()
})
afterAll(async () => {
  await browser?.close()
  await hub?.stop()
  for (const close of closing) await close()
})

async function signIn(page: Page): Promise<void> {
  await page.getByLabel('E-mail').fill(adminOfTests.email)
  await page.getByLabel('Password', { exact: true }).fill(adminOfTests.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { level: 1, name: 'Accounts' }).waitFor()
  await page.getByRole('region').first().waitFor()
}
const card = (page: Page, name: string) => page.getByRole('region', { name, exact: true })

describe('the admins’ page', () => {
  test('wants an admin: a wrong password is told, and whoever signs out sees nothing more', async () => {
    const { page, context, complaints } = await visit(browser, `${hub.url}/admin`)
    await page.getByLabel('E-mail').fill(adminOfTests.email)
    await page.getByLabel('Password', { exact: true }).fill('wrong horse battery')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page
      .getByRole('alert')
      .getByText(/password/i)
      .waitFor()
    await signIn(page)
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByLabel('E-mail').waitFor()
    expect(await page.getByRole('region').count()).toBe(0)
    expect(complaints).toEqual([])
    await context.close()
  })

  test('shows every account: what is red with its reason and the next step, webhooks, quotas, and what a check finds now', async () => {
    const { page, context, complaints } = await visit(browser, `${hub.url}/admin/accounts`)
    await signIn(page)
    await page.getByRole('status').getByText('4 accounts, 1 needs attention').waitFor()
    const red = card(page, 'Telegram phone')
    await red.getByText('Needs attention').waitFor()
    await red.getByText(/Compare the credentials/).waitFor()
    await card(page, 'Telegram main').getByText('Works').waitFor()
    expect(await card(page, 'Telegram main').getByText(`${hub.url}/hooks/telegram/main`).count()).toBe(1)
    expect(await card(page, 'Web main').getByText('/hooks/').count()).toBe(0)
    await card(page, 'LINE main').getByText('940 of 1,000 paid messages used this month, 60 left').waitFor()
    expect(await card(page, 'LINE main').getByRole('meter').count()).toBe(1)
    const before = await checkedAt(page)
    await page.getByRole('button', { name: 'Check Telegram main now' }).click()
    await expect.poll(() => checkedAt(page)).not.toBe(before)
    expect(complaints).toEqual([])
    await context.close()
  })

  test('shows what a phone must scan or be told while it waits for it, and takes it away by itself', async () => {
    const { page, context } = await visit(browser, `${hub.url}/admin`)
    await signIn(page)
    const { db } = hub.connection
    await noteCheck(db, phone.channel, phone.account, { ok: false, detail: 'Scan the QR code.', facts: { unofficial: true } })
    await noteListening(db, phone.channel, phone.account, { state: 'connecting', qr: '2@rNkc0lzT,fYQ1,a+b/c==' })
    const linked = card(page, 'Telegram phone')
    await linked.getByRole('img', { name: /QR code/ }).waitFor()
    await linked.getByText('Unofficial').waitFor()
    await noteListening(db, phone.channel, phone.account, { state: 'connecting', pairingCode: 'ABCD1234' })
    await linked.getByRole('img', { name: 'Pairing code A B C D 1 2 3 4' }).waitFor()
    expect(await linked.getByRole('img', { name: /QR code/ }).count()).toBe(0)
    await noteListening(db, phone.channel, phone.account, { state: 'open' })
    await linked.getByText('Link the phone').waitFor({ state: 'detached' })
    await context.close()
  })

  for (const [device, viewport] of Object.entries({ desktop, handset }))
    for (const colorScheme of ['light', 'dark'] as const)
      test(`axe finds nothing on a ${device} in ${colorScheme} colours, and nothing is cut off`, async () => {
        const { db } = hub.connection
        await noteListening(db, phone.channel, phone.account, { state: 'connecting', qr: '2@rNkc0lzT,fYQ1,a+b/c==' })
        const { page, context } = await visit(browser, `${hub.url}/admin`, { viewport, colorScheme })
        expect(await accessibilityFaults(page)).toEqual([])
        await signIn(page)
        await card(page, 'Telegram phone')
          .getByRole('img', { name: /QR code/ })
          .waitFor()
        await page.getByText('What the platform says').first().click()
        expect(await accessibilityFaults(page)).toEqual([])
        expect(await sidewaysOverflow(page)).toBe(0)
        await context.close()
      })
})

const checkedAt = (page: Page) =>
  card(page, 'Telegram main')
    .locator('div', { has: page.getByText('Checked', { exact: true }) })
    .locator('time')
    .last()
    .getAttribute('datetime')

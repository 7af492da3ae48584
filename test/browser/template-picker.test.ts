import { sql } from 'kysely'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startWhatsAppEmulator, type WhatsAppEmulator } from '../../adapters/whatsapp/emulator.ts'
import { openHub } from '../support/hub.ts'
import { accessibilityFaults, desktop, handset, sidewaysOverflow, startBrowser, visit } from './support/browser.ts'
import { desk } from './support/played.ts'

let emulator: WhatsAppEmulator
let hub: Awaited<ReturnType<typeof openHub>>
let browser: Browser
beforeAll(async () => {
  emulator = await startWhatsAppEmulator({
    timeScale: 40,
    templates: { 'request_update/en': 'News on request {{1}}: {{2}}.', 'still_there/en': 'Do you still need us?' },
  })
  const emulators = [{ channel: 'whatsapp', title: 'WhatsApp', account: 'main', url: emulator.url }]
  const channels = [{ channel: 'whatsapp', account: 'main', ...emulator.account() }]
  hub = await openHub({ channels }, undefined, { emulators })
  await emulator.connect(new URL('/hooks/whatsapp/main', hub.url))
  browser = await startBrowser()
})
afterAll(async () => {
  await browser?.close()
  await emulator?.close()
  await hub?.stop()
})

/** Somebody whom the technician has taken over, and who then fell silent for longer than WhatsApp lets us write. */
const silent = () =>
  sql`update conversations set last_heard_at = now() - interval '25 hours', version = version + 1`.execute(hub.connection.db)

test('a technician whose person has been silent for a day picks a template, fills it in, and it arrives', async () => {
  const dana = emulator.person('Dana')
  await dana.types('I want to talk to a technician')
  const { page, context, complaints } = await visit(browser, `${hub.url}/playground`)
  await desk(page).getByRole('region', { name: 'Waiting' }).getByRole('button', { name: /Dana/ }).click()
  await desk(page).getByRole('button', { name: 'Accept', exact: true }).click()
  const box = desk(page).getByRole('textbox', { name: 'Reply to Dana' })
  await box.waitFor()
  await silent()
  await page.reload()
  await desk(page).getByRole('button', { name: /Dana/ }).first().click()
  await desk(page).getByText('Only a template can be sent before they write again.').waitFor()
  expect(await box.count()).toBe(0)
  const form = desk(page).getByRole('form', { name: 'Template for Dana' })
  const send = form.getByRole('button', { name: 'Send template to Dana' })
  const templates = form.getByLabel('Template')
  expect(await templates.locator('option').allTextContents()).toEqual([
    'gift (en)',
    'order shipped (en)',
    'request update (en)',
    'still there (en)',
    'welcome picture (en)',
  ])
  await templates.selectOption('request update (en)')
  expect(await send.isDisabled()).toBe(true)
  await form.getByLabel('Value 1').fill('INC-1042')
  await form.getByText('News on request INC-1042: {{2}}.').waitFor()
  await form.getByLabel('Value 2').fill('it is fixed')
  for (const viewport of [handset, desktop]) {
    await page.setViewportSize(viewport)
    expect(await accessibilityFaults(page)).toEqual([])
    expect(await sidewaysOverflow(page)).toBe(0)
  }
  await send.click()
  await expect.poll(() => dana.sees().at(-1)?.text).toBe('News on request INC-1042: it is fixed.')
  // Shown at once, and once when it is confirmed.
  const said = desk(page).getByRole('log').getByText('News on request INC-1042: it is fixed.')
  await expect.poll(() => said.count()).toBe(1)

  // They write, and words are taken again.
  await dana.types('thank you')
  await box.waitFor()
  expect(complaints).toEqual([])
  await context.close()
})

import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { accessibilityFaults, handset, sidewaysOverflow, startBrowser, visit } from './support/browser.ts'
import { type RunningHub, startHub } from './support/hub.ts'
import { play, playedApps } from './support/played.ts'

let hub: RunningHub
let browser: Browser
beforeAll(async () => {
  ;[hub, browser] = await Promise.all([startHub(), startBrowser()])
})
afterAll(async () => {
  await browser?.close()
  await hub?.stop()
})

describe('the mailbox of the playground', () => {
  test('gets the code that the virtual agent sends, and its link sets the password', async () => {
    const { page, context, complaints } = await visit(browser, `${hub.url}/playground`)
    const telegram = play(page, playedApps[0]!)
    await telegram.open()
    await telegram.say('reset my password')
    await telegram.answers
      .filter({ hasText: /e-mail/i })
      .last()
      .waitFor()
    await telegram.say('ada@example.com')
    await page.getByRole('button', { name: 'Mailbox, 1 new' }).click()
    const box = page.getByRole('dialog', { name: 'Mailbox' })
    const subject = await box.getByRole('heading', { level: 3 }).first().textContent()
    expect(subject).toMatch(/^\d{6} is your code for Switchboard$/)
    expect(await accessibilityFaults(page)).toEqual([])
    await box.getByRole('button', { name: 'Close' }).click()
    await page.getByRole('button', { name: 'Mailbox', exact: true }).waitFor()
    await telegram.say((subject ?? '').slice(0, 6))
    const link = telegram.log.getByText(/\/password#[0-9a-f]{64}/).last()
    const href = telegram.log.locator('a[href*="/password#"]').last()
    await link.or(href).last().waitFor()
    const url =
      (await href.count()) > 0 ? await href.getAttribute('href') : /https?:\S+#[0-9a-f]{64}/.exec((await link.textContent()) ?? '')?.[0]
    const owner = await visit(browser, url ?? '')
    await owner.page.getByText('For Ada a•••@example.com').waitFor()
    await owner.page.getByLabel('New password', { exact: true }).fill('seven lanterns drift')
    await owner.page.getByLabel('New password, once more').fill('seven lanterns drift')
    await owner.page.getByRole('button', { name: 'Set the password' }).click()
    await owner.page.getByRole('heading', { name: 'Your new password is set' }).waitFor()
    await page.getByRole('button', { name: /Mailbox, 1 new/ }).click()
    await box.getByRole('heading', { name: 'Your password was changed' }).waitFor()
    expect([...complaints, ...owner.complaints]).toEqual([])
    await owner.context.close()
    await context.close()
  })

  test('fits a handset', async () => {
    const { page, context } = await visit(browser, `${hub.url}/playground`, { viewport: handset })
    await page.getByRole('button', { name: /^Mailbox/ }).click()
    await page.getByRole('dialog', { name: 'Mailbox' }).waitFor()
    expect(await sidewaysOverflow(page)).toBe(0)
    await context.close()
  })
})

import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { accessibilityFaults, desktop, handset, sidewaysOverflow, startBrowser, visit } from './support/browser.ts'
import { type RunningHub, startHub } from './support/hub.ts'
import { desk, play, whose } from './support/played.ts'

let hub: RunningHub
let browser: Browser
beforeAll(async () => {
  ;[hub, browser] = await Promise.all([startHub(), startBrowser()])
})
afterAll(async () => {
  await browser?.close()
  await hub?.stop()
})

const app = { label: 'Telegram', name: 'Telegram' }
const phone = (page: Page) => play(page, app).log
const answers = (page: Page) => play(page, app).answers
const say = (page: Page, text: string) => play(page, app).say(text)

describe('the playground', () => {
  test('a Telegram user gets an answer, presses a choice, and a technician takes over and closes', async () => {
    const { page, context, complaints } = await visit(browser, `${hub.url}/playground`)
    await page.getByRole('button', { name: 'Start', exact: true }).click()
    await answers(page).first().waitFor()
    await phone(page).getByRole('button', { name: 'Open Requests' }).last().waitFor()

    const before = await answers(page).count()
    await phone(page).getByRole('button', { name: 'Open Requests' }).last().click()
    await answers(page).nth(before).waitFor()

    await say(page, 'How do I connect to the VPN?')
    await answers(page)
      .nth(before + 1)
      .waitFor()

    await say(page, 'I want to talk to a technician')
    const waiting = desk(page).getByRole('region', { name: 'Waiting' })
    await waiting.getByRole('button', { name: /Ada/ }).click()
    const chat = desk(page).getByRole('log', { name: /Ada/ })
    await chat.getByRole('listitem').getByText('How do I connect to the VPN?').waitFor()
    expect(await chat.getByText('Telegram', { exact: true }).count()).toBeGreaterThan(0)

    await desk(page).getByRole('button', { name: 'Accept' }).click()
    await desk(page).getByRole('region', { name: 'Mine' }).getByRole('button', { name: /Ada/ }).waitFor()
    await desk(page).getByRole('textbox', { name: 'Reply to Ada' }).fill('I am with you now.')
    await desk(page).getByRole('button', { name: 'Send to Ada' }).click()
    await answers(page).filter({ hasText: 'I am with you now.' }).waitFor()
    await chat
      .locator('li', { hasText: 'I am with you now.' })
      .getByText(/^(Sent|Delivered)$/)
      .waitFor()

    await desk(page).getByText('Internal note', { exact: true }).click()
    await desk(page).getByRole('textbox', { name: 'Internal note' }).fill('certificate has expired')
    await desk(page).getByRole('button', { name: 'Keep note' }).click()
    await chat.locator('li[data-note]', { hasText: 'certificate has expired' }).waitFor()

    await say(page, 'thank you, it works')
    await chat.getByRole('listitem').getByText('thank you, it works').waitFor()
    expect(await phone(page).getByText('certificate has expired').count()).toBe(0)
    expect(await answers(page).filter({ hasText: 'I am with you now.' }).count()).toBe(1)

    await desk(page).getByRole('button', { name: 'Close', exact: true }).click()
    await desk(page).getByRole('region', { name: 'Mine' }).getByRole('button', { name: /Ada/ }).waitFor({ state: 'detached' })
    expect(complaints).toEqual([])
    await context.close()
  })

  test('files go both ways: a picture from the phone to the technician, a document from the technician to the phone', async () => {
    const { page, context } = await visit(browser, `${hub.url}/playground`)
    await whose(page, 'Ben')
    const picker = play(page, app).screen.locator('input[type=file]')
    await picker.setInputFiles({ name: 'error.png', mimeType: 'image/png', buffer: Buffer.from(dot, 'base64') })
    await phone(page).locator('img[alt="error.png"]').waitFor()
    await say(page, 'I want to talk to a technician')
    await desk(page).getByRole('region', { name: 'Waiting' }).getByRole('button', { name: /Ben/ }).click()
    const chat = desk(page).getByRole('log', { name: /Ben/ })
    const picture = chat.locator('img').first()
    await picture.waitFor()
    await expect.poll(() => picture.evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth)).toBe(1)

    await desk(page).getByRole('button', { name: 'Accept' }).click()
    await desk(page).getByRole('textbox', { name: 'Reply to Ben' }).fill('these are the steps')
    const steps = { name: 'steps.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4 steps') }
    await desk(page).locator('input[type=file]').setInputFiles(steps)
    await desk(page).getByRole('button', { name: 'Send to Ben' }).click()
    await answers(page).filter({ hasText: 'these are the steps' }).waitFor()
    await answers(page).filter({ hasText: 'steps.pdf' }).waitFor()
    await chat
      .locator('li', { hasText: 'steps.pdf' })
      .getByText(/^(Sent|Delivered)$/)
      .waitFor()
    await desk(page).getByRole('button', { name: 'Close', exact: true }).click()
    await desk(page).getByRole('region', { name: 'Mine' }).getByRole('button', { name: /Ben/ }).waitFor({ state: 'detached' })
    await context.close()
  })

  test('two people have a phone each', async () => {
    const { page, context } = await visit(browser, `${hub.url}/playground`)
    await whose(page, 'Ben')
    await page.getByRole('log', { name: 'Telegram chat of Ben' }).waitFor()
    await say(page, 'hello from Ben')
    await answers(page).first().waitFor()
    await whose(page, 'Ada')
    await page.getByRole('log', { name: 'Telegram chat of Ada' }).waitFor()
    expect(await phone(page).getByText('hello from Ben').count()).toBe(0)
    await context.close()
  })

  test('the answer comes through a platform that fails half of the calls', async () => {
    const { page, context } = await visit(browser, `${hub.url}/playground`)
    await whose(page, 'Ben')
    await page.getByRole('button', { name: 'Faults' }).click()
    const errors = page.getByRole('slider', { name: 'Server errors' })
    await errors.waitFor()
    await page.waitForTimeout(400)
    expect(await accessibilityFaults(page)).toEqual([])
    await errors.focus()
    for (let step = 0; step < 10; step += 1) await page.keyboard.press('ArrowRight')
    await page.getByText('50 %', { exact: true }).waitFor()
    await page.keyboard.press('Escape')
    const before = await answers(page).count()
    await say(page, 'are you there')
    await answers(page).nth(before).waitFor()
    await page.getByRole('button', { name: 'Faults' }).click()
    await page.getByRole('button', { name: 'All well again' }).click()
    await context.close()
  })

  for (const [device, viewport, colorScheme] of [
    ['desktop', desktop, 'light'],
    ['handset', handset, 'dark'],
  ] as const)
    test(`axe finds nothing at the technician's on a ${device} in ${colorScheme} colours, and nothing is cut off`, async () => {
      const { page, context } = await visit(browser, `${hub.url}/playground`, { viewport, colorScheme })
      const before = await answers(page).count()
      await say(page, 'hello')
      await answers(page).nth(before).waitFor()
      if (device === 'handset') await page.getByText('Technician', { exact: true }).first().click()
      await desk(page).getByRole('button', { name: /Ada/ }).first().click()
      await desk(page).getByRole('log').waitFor()
      expect(await accessibilityFaults(page)).toEqual([])
      expect(await sidewaysOverflow(page)).toBe(0)
      await context.close()
    })
})

/** One black pixel. */
const dot = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

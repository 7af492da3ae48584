import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ChatSettings } from '../../src/http/api-types.ts'
import { accessibilityFaults, desktop, handset, sidewaysOverflow, startBrowser, visit } from './support/browser.ts'
import { type RunningHub, startHub } from './support/hub.ts'

let hub: RunningHub
let browser: Browser
beforeAll(async () => {
  ;[hub, browser] = await Promise.all([startHub(), startBrowser()])
})
afterAll(async () => {
  await browser?.close()
  await hub?.stop()
})

const conversation = (page: Page) => page.getByRole('log', { name: 'Conversation' })
const own = (page: Page) => conversation(page).locator('li[data-own] [data-by="person"]')
const theirs = (page: Page) => conversation(page).locator('li:not([data-own]) [data-by="virtual-agent"]')
const greeted = (page: Page) => conversation(page).getByRole('button', { name: 'Talk to a technician' }).first().waitFor()
async function write(page: Page, text: string) {
  await page.getByLabel('Message', { exact: true }).fill(text)
  await page.keyboard.press('Enter')
}
const ownTexts = async (page: Page) => (await own(page).allInnerTexts()).map((text) => text.trim())

describe('the chat at /', () => {
  test('greets whoever opens it and offers what can be done', async () => {
    const { page, context, complaints } = await visit(browser, hub.url)
    await greeted(page)
    for (const choice of ['Create Request', 'Open Requests', 'Pending Approvals', 'Reset Password'])
      expect(await conversation(page).getByRole('button', { name: choice }).isEnabled()).toBe(true)
    expect(await page.getByRole('status').first().textContent()).toContain('Virtual agent')
    expect(await ownTexts(page)).toEqual([])
    expect(complaints).toEqual([])
    await context.close()
  })

  test('shows a message as sent, answers it, and has both again after a reload, once', async () => {
    const { page, context } = await visit(browser, hub.url)
    await greeted(page)
    const before = await theirs(page).count()
    await write(page, 'How do I connect to the VPN?')
    await page.getByText('Sent', { exact: true }).waitFor()
    await theirs(page).nth(before).waitFor()
    const said = await theirs(page).allInnerTexts()
    await page.reload()
    await theirs(page).nth(before).waitFor()
    expect(await ownTexts(page)).toEqual(['How do I connect to the VPN?'])
    expect(await theirs(page).allInnerTexts()).toEqual(said)
    await context.close()
  })

  test('takes a choice once: afterwards its buttons cannot be pressed', async () => {
    const { page, context } = await visit(browser, hub.url)
    await greeted(page)
    const before = await theirs(page).count()
    await conversation(page).getByRole('button', { name: 'Open Requests' }).click()
    await theirs(page).nth(before).waitFor()
    expect(await ownTexts(page)).toEqual(['Open Requests'])
    expect(await conversation(page).getByRole('button', { name: 'Open Requests' }).first().isDisabled()).toBe(true)
    expect(await conversation(page).getByRole('button', { name: 'Reset Password' }).first().isDisabled()).toBe(true)
    await context.close()
  })

  test('shows what a person types as they typed it', async () => {
    const { page, context, complaints } = await visit(browser, hub.url)
    await greeted(page)
    const text = '<img src=x onerror="document.title=1"> **not bold** [no](javascript:alert(1))'
    await write(page, text)
    await page.getByText('Sent', { exact: true }).waitFor()
    expect(await ownTexts(page)).toEqual([text])
    expect(await own(page).locator('img, strong, a').count()).toBe(0)
    expect(complaints).toEqual([])
    await context.close()
  })
})

describe('a network that fails', () => {
  test('loses and doubles nothing that is written while it is away', async () => {
    const { page, context } = await visit(browser, hub.url)
    await greeted(page)
    await context.setOffline(true)
    const texts = ['first without a network', 'second without a network', 'third without a network']
    for (const text of texts) await write(page, text)
    await page.getByText('Reconnecting… your messages are kept.').waitFor()
    await page.getByText('Kept, will be sent').waitFor()
    expect(await ownTexts(page)).toEqual(texts)
    await context.setOffline(false)
    await page.getByText('Sent', { exact: true }).waitFor()
    await page.getByText('Reconnecting… your messages are kept.').waitFor({ state: 'detached' })
    await page.reload()
    await own(page).nth(2).waitFor()
    expect(await ownTexts(page)).toEqual(texts)
    await context.close()
  })

  test('sends after a reload what could not be sent before it', async () => {
    const { page, context } = await visit(browser, hub.url)
    await greeted(page)
    await page.route('**/hooks/web/**', (route) => route.abort('connectionreset'))
    await write(page, 'written before the reload')
    await page.getByText('Kept, will be sent').waitFor()
    await page.unroute('**/hooks/web/**')
    await page.reload()
    await page.getByText('Sent', { exact: true }).waitFor()
    expect(await ownTexts(page)).toEqual(['written before the reload'])
    await context.close()
  })

  test('counts a message once whose answer was lost on the way back', async () => {
    const { page, context } = await visit(browser, hub.url)
    await greeted(page)
    const ids: string[] = []
    await page.route('**/hooks/web/**', async (route) => {
      const body = route.request().postDataJSON() as { id: string; text?: string }
      if (body.text === undefined) return await route.continue()
      ids.push(body.id)
      if (ids.length > 2) return await route.continue()
      await route.fetch()
      await route.abort('connectionreset')
    })
    await write(page, 'answered into the void')
    await page.getByText('Sent', { exact: true }).waitFor()
    await page.reload()
    await own(page).first().waitFor()
    expect(new Set(ids).size).toBe(1)
    expect(await ownTexts(page)).toEqual(['answered into the void'])
    await context.close()
  })

  test('comes back by itself after the hub was killed, with every word', async () => {
    const { page, context } = await visit(browser, hub.url)
    await greeted(page)
    await write(page, 'before the crash')
    await page.getByText('Sent', { exact: true }).waitFor()
    await hub.restart()
    await write(page, 'after the crash')
    await expect.poll(() => page.getByText('Sent', { exact: true }).count()).toBe(1)
    await page.reload()
    await own(page).nth(1).waitFor()
    expect(await ownTexts(page)).toEqual(['before the crash', 'after the crash'])
    await context.close()
  })
})

describe('files', () => {
  test('are refused with the limit or the type, and sent with words where they are fine', async () => {
    const { page, context } = await visit(browser, hub.url)
    await greeted(page)
    const settings = (await (await fetch(`${hub.url}/api/chat/settings`)).json()) as ChatSettings
    const { maxBytes, blockedTypes } = settings.attachments
    const input = page.locator('input[type=file]')
    await input.setInputFiles({ name: 'film.bin', mimeType: 'application/octet-stream', buffer: Buffer.alloc(maxBytes + 1) })
    await page.getByRole('alert').filter({ hasText: 'Too large' }).waitFor()
    await page.getByLabel('Remove film.bin').click()
    expect(blockedTypes.length).toBeGreaterThan(0)
    const blocked = blockedTypes[0]!
    const file = blocked.includes('/')
      ? { name: 'program', mimeType: blocked }
      : { name: `program.${blocked.replace(/^\./, '')}`, mimeType: 'application/octet-stream' }
    await input.setInputFiles({ ...file, buffer: Buffer.from('MZ') })
    await page.getByRole('alert').filter({ hasText: 'not accepted' }).waitFor()
    await page.getByLabel(`Remove ${file.name}`).click()
    await input.setInputFiles({ name: 'dot.png', mimeType: 'image/png', buffer: Buffer.from(dot, 'base64') })
    await page.getByLabel('Message', { exact: true }).fill('this is what I see')
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    await page.getByText('Sent', { exact: true }).waitFor()
    await page.reload()
    const picture = own(page).locator('img')
    await picture.waitFor()
    await expect.poll(() => picture.evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth)).toBe(1)
    expect(await ownTexts(page)).toEqual(['this is what I see'])
    await context.close()
  })
})

describe('for everybody', () => {
  for (const [device, viewport] of Object.entries({ desktop, handset }))
    for (const colorScheme of ['light', 'dark'] as const)
      test(`axe finds nothing on a ${device} in ${colorScheme} colours, and nothing is cut off`, async () => {
        const { page, context } = await visit(browser, hub.url, { viewport, colorScheme })
        await greeted(page)
        await write(page, 'My printer is on fire')
        await page.getByText('Sent', { exact: true }).waitFor()
        await theirs(page).nth(1).waitFor()
        expect(await accessibilityFaults(page)).toEqual([])
        expect(await sidewaysOverflow(page)).toBe(0)
        await context.close()
      })

  test('everything can be reached and done by keyboard alone', async () => {
    const { page, context } = await visit(browser, hub.url)
    await greeted(page)
    const reached: string[] = []
    for (let step = 0; step < 14; step += 1) {
      await page.keyboard.press('Tab')
      reached.push(await page.evaluate<string>(`document.activeElement.ariaLabel || document.activeElement.textContent.trim()`))
    }
    expect(reached).toEqual(expect.arrayContaining(['Conversation', 'Create Request', 'Talk to a technician', 'Attach a file', 'Message']))
    await page.getByLabel('Message', { exact: true }).focus()
    await page.keyboard.type('one')
    await page.keyboard.press('Shift+Enter')
    await page.keyboard.type('two')
    await page.keyboard.press('Enter')
    await page.getByText('Sent', { exact: true }).waitFor()
    expect(await ownTexts(page)).toEqual(['one\ntwo'])
    await context.close()
  })
})

/** One black pixel. */
const dot = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openHub } from '../support/hub.ts'
import { accessibilityFaults, desktop, handset, sidewaysOverflow, startBrowser, visit } from './support/browser.ts'

const email = 'ada@example.com'
const password = 'seven lanterns drift'
let hub: Awaited<ReturnType<typeof openHub>>
let browser: Browser
beforeAll(async () => {
  ;[hub, browser] = await Promise.all([
    openHub({ channels: [{ channel: 'web', account: 'main', guest: true, allowedOrigins: [] }] }),
    startBrowser(),
  ])
  await hub.people.accounts!.add({ email, name: 'Ada Lovelace' })
})
afterAll(async () => {
  await browser?.close()
  await hub?.stop()
})

let links = 0
async function link(): Promise<string> {
  const made = await hub.people.passwordHelp.resetLink(email, `k${++links}`)
  if (!made.ok) throw new Error(made.reason)
  return made.url
}
const field = (page: Page) => page.getByLabel('New password', { exact: true })
const again = (page: Page) => page.getByLabel('New password, once more')
const submit = (page: Page) => page.getByRole('button', { name: 'Set the password' }).click()
const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name }).waitFor()
const met = (page: Page) => page.locator('#password-rules li[data-met="true"]').allInnerTexts()

describe('the page of a reset link', () => {
  test('says whose password it sets, tells what is wanted while one types, and sets it', async () => {
    const { page, context, complaints } = await visit(browser, await link())
    const asked: string[] = []
    page.on('request', (request) => asked.push(request.url()))
    await heading(page, 'Choose a new password')
    await page.getByText('For Ada Lovelace a•••@example.com').waitFor()
    expect(await met(page)).toEqual([])
    await field(page).fill(password)
    expect((await met(page)).join()).toMatch(/At least 12 characters/)
    await again(page).fill('seven')
    await submit(page)
    await page.getByRole('alert').getByText('not the same').waitFor()
    await again(page).fill(password)
    expect(await met(page)).toHaveLength(2)
    await submit(page)
    await heading(page, 'Your new password is set')
    expect(page.url()).toMatch(/\/password$/)
    expect(asked.filter((url) => /#|[0-9a-f]{64}/.test(url))).toEqual([])
    expect(complaints).toEqual([])
    await context.close()
    const signedIn = await fetch(new URL('/api/auth/sign-in/email', hub.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: hub.url },
      body: JSON.stringify({ email, password }),
    })
    expect(signedIn.status).toBe(200)
  })

  test('hides what is typed, and shows it when asked, in both fields', async () => {
    const { page, context } = await visit(browser, await link())
    await field(page).fill(password)
    const kinds = () => Promise.all([field(page), again(page)].map((one) => one.getAttribute('type')))
    expect(await kinds()).toEqual(['password', 'password'])
    await page.getByRole('button', { name: 'Show the passwords' }).first().click()
    expect(await kinds()).toEqual(['text', 'text'])
    await page.getByRole('button', { name: 'Hide the passwords' }).first().click()
    expect(await kinds()).toEqual(['password', 'password'])
    await context.close()
  })

  test('keeps the link where the rules want another password, and says what they want', async () => {
    const { page, context } = await visit(browser, await link())
    await field(page).fill('Password1234')
    await again(page).fill('Password1234')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').getByText('guessed first').waitFor()
    await field(page).fill('nine quiet harbours')
    await again(page).fill('nine quiet harbours')
    await page.keyboard.press('Enter')
    await heading(page, 'Your new password is set')
    await context.close()
  })

  test('that was used, has expired or was cut says so, and what to do', async () => {
    const [old, current] = [await link(), await link()]
    for (const [url, title] of [
      [old, 'This link was used already'],
      [current.slice(0, -3), 'This link is not complete'],
      [new URL('/password', hub.url).href, 'This link is not complete'],
    ] as const) {
      const { page, context, complaints } = await visit(browser, url)
      await heading(page, title)
      expect(await page.getByRole('link', { name: 'To the chat' }).isVisible()).toBe(true)
      expect(await accessibilityFaults(page)).toEqual([])
      expect(complaints).toEqual([])
      await context.close()
    }
    const { page, context } = await visit(browser, current)
    await heading(page, 'Choose a new password')
    await hub.connection.db
      .withTables<{ reset_links: { expires_at: Date } }>()
      .updateTable('reset_links')
      .set({ expires_at: new Date(0) })
      .execute()
    await field(page).fill(password)
    await again(page).fill(password)
    await submit(page)
    await heading(page, 'This link has expired')
    await context.close()
  })

  for (const [device, viewport] of Object.entries({ desktop, handset }))
    for (const colorScheme of ['light', 'dark'] as const)
      test(`has no fault that axe finds on a ${device} in ${colorScheme} colours, and nothing is cut off`, async () => {
        const { page, context } = await visit(browser, await link(), { viewport, colorScheme })
        await heading(page, 'Choose a new password')
        expect(await accessibilityFaults(page)).toEqual([])
        await field(page).fill('short')
        await submit(page)
        await page.getByRole('alert').getByText('at least 12').waitFor()
        expect(await accessibilityFaults(page)).toEqual([])
        expect(await sidewaysOverflow(page)).toBe(0)
        await field(page).fill(password)
        await again(page).fill(password)
        await submit(page)
        await heading(page, 'Your new password is set')
        expect(await accessibilityFaults(page)).toEqual([])
        await context.close()
      })

  test('can be done by keyboard alone', async () => {
    const { page, context } = await visit(browser, await link())
    await heading(page, 'Choose a new password')
    await field(page).focus()
    await page.keyboard.type(password)
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.type(password)
    await page.keyboard.press('Enter')
    await heading(page, 'Your new password is set')
    await context.close()
  })
})

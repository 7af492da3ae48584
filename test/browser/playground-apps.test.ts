import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { accessibilityFaults, desktop, handset, sidewaysOverflow, startBrowser, visit } from './support/browser.ts'
import { type RunningHub, startHub } from './support/hub.ts'
import { answersIn, desk, play, playedApps, whose } from './support/played.ts'

let hub: RunningHub
let browser: Browser
beforeAll(async () => {
  ;[hub, browser] = await Promise.all([startHub(), startBrowser()])
})
afterAll(async () => {
  await browser?.close()
  await hub?.stop()
})

describe('every app of the playground', () => {
  test('there is a window for each platform that is played', async () => {
    const { page, context } = await visit(browser, `${hub.url}/playground`)
    const tabs = page.getByRole('navigation', { name: 'Platform' }).getByRole('button')
    await tabs.first().waitFor()
    expect(await tabs.allTextContents()).toEqual(playedApps.map(({ label }) => label))
    const { emulators } = (await (await fetch(`${hub.url}/api/playground`)).json()) as { emulators: readonly { title: string }[] }
    expect(emulators.map(({ title }) => title).sort()).toEqual(playedApps.map(({ label }) => label).sort())
    await context.close()
  })

  test.for(playedApps)('$label: an answer with choices, a press, and a technician who answers', async (app) => {
    const { page, context, complaints } = await visit(browser, `${hub.url}/playground`)
    const { open, say, choose, answers } = play(page, app)
    await open()
    await say('hello')
    await answers.first().waitFor()
    const before = await answers.count()
    await choose(/Open Requests/)
    await answers.nth(before).waitFor()

    await say('I want to talk to a technician')
    const waiting = desk(page).getByRole('region', { name: 'Waiting' }).getByRole('button', { name: app.label })
    const accept = desk(page).getByRole('button', { name: 'Accept', exact: true })
    await waiting.or(accept).first().waitFor()
    if ((await accept.count()) === 0) await waiting.click()
    await accept.click()
    await desk(page)
      .getByRole('textbox', { name: /^Reply to/ })
      .fill('I am *with* you < now.')
    await desk(page)
      .getByRole('button', { name: /^Send to/ })
      .click()
    await answers.filter({ hasText: 'you < now.' }).waitFor()
    await say('thank you, it works')
    await desk(page).getByRole('log').getByRole('listitem').getByText('thank you, it works').waitFor()
    await desk(page).getByRole('button', { name: 'Close', exact: true }).click()
    await desk(page).getByText('· closed').or(desk(page).getByText('with the virtual agent')).first().waitFor()
    expect(await answers.filter({ hasText: 'you < now.' }).count()).toBe(1)
    expect(complaints).toEqual([])
    await context.close()
  })

  test.for(playedApps.filter(({ name }) => name === 'Slack' || name === 'Teams'))(
    '$label: spoken to in a channel, the hub answers in a thread, and a press there is answered there',
    async (app) => {
      const { page, context } = await visit(browser, `${hub.url}/playground`)
      await whose(page, 'Ben')
      const { open, say, screen, log, thread } = play(page, app)
      await open()
      await screen.getByRole('region', { name: 'Channels' }).getByRole('button').first().click()
      await screen.getByText('Everybody reads along here.', { exact: false }).waitFor()
      await say('lunch, anybody?')
      await screen.getByRole('button', { name: /^Mention/ }).click()
      await page.keyboard.type('hello there')
      await page.keyboard.press('Enter')
      await log
        .locator('li', { hasText: 'hello there' })
        .getByRole('button', { name: /\d repl(y|ies)/ })
        .click()
      const answers = answersIn(thread)
      await answers.first().waitFor()
      const before = await answers.count()
      await thread
        .getByRole('button', { name: /Open Requests/ })
        .last()
        .click()
      await answers.nth(before).waitFor()
      expect(await thread.getByText('lunch, anybody?').count()).toBe(0)
      await screen.getByRole('button', { name: 'Close the thread' }).click()
      expect(
        await log
          .locator('li', { hasText: 'lunch, anybody?' })
          .getByRole('button', { name: /\d repl/ })
          .count(),
      ).toBe(0)
      expect(await answersIn(log).count()).toBe(0)

      await whose(page, 'Ada')
      await screen.getByRole('region', { name: 'Channels' }).getByRole('button').first().click()
      await log.locator('li:not([data-own])', { hasText: 'lunch, anybody?' }).waitFor()
      await context.close()
    },
  )

  test('a picture can be sent in every app', async () => {
    const { page, context } = await visit(browser, `${hub.url}/playground`)
    for (const app of playedApps) {
      const { open, log, screen } = play(page, app)
      await open()
      await screen
        .locator('input[type=file]')
        .first()
        .setInputFiles({ name: 'error.png', mimeType: 'image/png', buffer: Buffer.from(dot, 'base64') })
      await log.locator('li[data-own] img').last().waitFor()
    }
    await context.close()
  })

  for (const [device, viewport, colorScheme] of [
    ['desktop', desktop, 'light'],
    ['desktop', desktop, 'dark'],
    ['handset', handset, 'light'],
  ] as const)
    test(`axe finds nothing in any window on a ${device} in ${colorScheme} colours, and nothing is cut off`, async () => {
      const { page, context } = await visit(browser, `${hub.url}/playground`, { viewport, colorScheme })
      for (const app of playedApps) {
        const { open, log } = play(page, app)
        await open()
        await log.locator('li').first().waitFor()
        expect(await accessibilityFaults(page, `section[aria-label$=" on ${app.label}"]`), app.label).toEqual([])
        expect(await sidewaysOverflow(page), app.label).toBe(0)
      }
      expect(await accessibilityFaults(page)).toEqual([])
      await context.close()
    })
})

/** One black pixel. */
const dot = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

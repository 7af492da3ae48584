import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { markdownWords } from '../../web/shared/markdown.ts'
import { accessibilityFaults, desktop, handset, sidewaysOverflow, startBrowser, visit } from './support/browser.ts'
import { type RunningHub, startHub } from './support/hub.ts'
import { desk, play, playedApps } from './support/played.ts'

let hub: RunningHub
let browser: Browser
beforeAll(async () => {
  ;[hub, browser] = await Promise.all([startHub(), startBrowser()])
})
afterAll(async () => {
  await browser?.close()
  await hub?.stop()
})

const telegram = playedApps[0]!

describe('the technician of the playground', () => {
  test('a long conversation is read from its beginning, and stays where the reader is', async () => {
    const { page, context } = await visit(browser, `${hub.url}/playground`)
    const { emulators } = (await (await fetch(`${hub.url}/api/playground`)).json()) as {
      emulators: readonly { channel: string; url: string }[]
    }
    const { url } = emulators.find(({ channel }) => channel === 'telegram')!
    const said = 70
    for (let number = 1; number <= said; number += 1)
      await fetch(`${url}/playground/say`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ chat: '777', name: 'Ada', text: `message number ${number}` }),
      })
    await expect.poll(() => play(page, telegram).answers.count()).toBeGreaterThanOrEqual(said)

    await desk(page).getByRole('button', { name: /Ada/ }).first().click()
    const log = desk(page).getByRole('log')
    await log.getByText(`message number ${said}`, { exact: true }).waitFor()
    expect(await log.getByText('message number 1', { exact: true }).count()).toBe(0)
    await log.evaluate((box: { scrollTop: number }) => {
      box.scrollTop = 0
    })
    const first = log.getByText(/^message number/).first()
    const words = await first.textContent()
    const before = await log.getByText(words!, { exact: true }).boundingBox()
    await log.getByRole('button', { name: 'Load earlier messages' }).click()
    await log.getByText('message number 1', { exact: true }).waitFor()
    const after = await log.getByText(words!, { exact: true }).boundingBox()
    expect(Math.abs(after!.y - before!.y)).toBeLessThan(80)
    expect(await log.getByRole('button', { name: 'Load earlier messages' }).count()).toBe(0)
    await context.close()
  })

  test('how many files go with a message is said beforehand, and one more is refused without losing the others', async () => {
    const { page, context } = await visit(browser, `${hub.url}/playground`)
    await play(page, telegram).say('I want to talk to a technician')
    await desk(page).getByRole('region', { name: 'Waiting' }).getByRole('button', { name: /Ada/ }).click()
    await desk(page).getByRole('button', { name: 'Accept', exact: true }).click()
    await desk(page).getByText('with up to 10 files').waitFor()
    const files = Array.from({ length: 11 }, (_, index) => ({
      name: `note ${index + 1}.txt`,
      mimeType: 'text/plain',
      buffer: Buffer.from(`note ${index + 1}`),
    }))
    await desk(page).locator('input[type=file]').setInputFiles(files)
    const tray = desk(page).getByRole('list', { name: 'Attachments' })
    await tray.getByText('Not attached: 10 files go with one message.').waitFor()
    expect(await tray.getByRole('listitem').count()).toBe(11)
    await tray.getByRole('progressbar').first().waitFor({ state: 'detached' })
    await desk(page).getByRole('textbox', { name: 'Reply to Ada' }).fill('ten notes')
    await desk(page).getByRole('button', { name: 'Send to Ada' }).click()
    await play(page, telegram).answers.filter({ hasText: 'note 10.txt' }).waitFor()
    expect(
      await play(page, telegram)
        .answers.filter({ hasText: /note \d+\.txt/ })
        .count(),
    ).toBe(10)
    await context.close()
  })

  test('requests of a conversation are opened and resolved beside it, and the person hears of it', async () => {
    const { page, context, complaints } = await visit(browser, `${hub.url}/playground`)
    await play(page, telegram).say('I want to talk to a technician')
    await desk(page).getByRole('button', { name: /Ada/ }).first().click()
    const strip = desk(page).getByRole('region', { name: 'Requests', exact: true })
    await strip.getByRole('button', { name: 'New request' }).click()
    const open = strip.getByRole('form', { name: 'New request' })
    expect(await open.getByRole('button', { name: 'Open request' }).isDisabled()).toBe(true)
    await open.getByLabel('Subject').fill('The projector in room 4 shows everything in green')
    await open.getByLabel('Priority').selectOption('high')
    await open.getByRole('button', { name: 'Open request' }).click()
    const line = strip.getByRole('listitem').filter({ hasText: 'The projector in room 4' })
    await line.getByText('open', { exact: true }).waitFor()
    await play(page, telegram)
      .answers.filter({ hasText: /opened a request for you: INC-\d+/ })
      .waitFor()

    await line.getByRole('button', { name: /^Resolve INC-/ }).click()
    const resolve = strip.getByRole('form', { name: /^Resolve INC-/ })
    await resolve.getByRole('textbox').fill('A new lamp.')
    expect(await accessibilityFaults(page, '[aria-label="Requests"]')).toEqual([])
    await page.setViewportSize(handset)
    await page.getByText('Technician', { exact: true }).first().click()
    await resolve.getByRole('textbox').waitFor()
    expect(await sidewaysOverflow(page)).toBe(0)
    await page.setViewportSize(desktop)
    await resolve.getByRole('button', { name: 'Resolve', exact: true }).click()
    await line.getByText('resolved', { exact: true }).waitFor()
    expect(await line.getByRole('button').count()).toBe(0)
    await play(page, telegram).answers.filter({ hasText: 'is resolved: A new lamp.' }).waitFor()
    expect(complaints).toEqual([])
    await context.close()
  })

  test('a glance at a message shows its words, not its marks', () => {
    expect(markdownWords('**Connect** to the [VPN](https://example.org) with `ovpn`\n\n1. open _it_\n2. wait')).toBe(
      'Connect to the VPN with ovpn open it · wait',
    )
    expect(markdownWords('2 * 3 * 4 and snake_case_name')).toBe('2 * 3 * 4 and snake_case_name')
  })
})

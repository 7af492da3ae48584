import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Model, openModel } from '../journeys/model.ts'
import { openHub } from '../support/hub.ts'
import { startBrowser, visit } from './support/browser.ts'

let model: Model
let hub: Awaited<ReturnType<typeof openHub>>
let browser: Browser
beforeAll(async () => {
  model = await openModel()
  const channels = [{ channel: 'web', account: 'main', guest: true, allowedOrigins: [] }]
  ;[hub, browser] = await Promise.all([openHub({ channels, hub: { languageModel: model.settings } }), startBrowser()])
})
afterAll(async () => {
  await browser?.close()
  await hub?.stop()
  await model?.close()
})

test('an answer that a language model writes grows in one bubble below its question', async () => {
  const { page, context, complaints } = await visit(browser, hub.url)
  const log = page.getByRole('log', { name: 'Conversation' })
  const bubbles = log.locator('[data-by="virtual-agent"], [data-by="person"]')
  await log.getByRole('button', { name: 'Talk to a technician' }).first().waitFor()
  const greeting = await bubbles.count()
  await page.getByLabel('Message', { exact: true }).fill('How do I connect to the VPN?')
  await page.keyboard.press('Enter')
  const call = await model.call()
  const [one, two] = call.sentences
  const since = async () => (await bubbles.allInnerTexts()).slice(greeting).map((text) => text.replace(/\s+/g, ' '))
  call.writes(one!)
  await log.getByText(one!.text).waitFor()
  expect(await since()).toEqual([expect.stringContaining('How do I connect'), expect.stringMatching(/^This may help: .*…/)])
  call.writes(two!)
  await log.getByText(two!.text).waitFor()
  expect(await since()).toHaveLength(2)
  call.ends()
  await log.getByRole('button', { name: 'Open the article' }).waitFor()
  const said = await since()
  expect(said).toHaveLength(3)
  expect(said[1]).toMatch(/^This may help: .*From the article/)
  expect(said[1]).not.toContain('…')
  await page.reload()
  await log.getByRole('button', { name: 'Open the article' }).waitFor()
  expect(await since()).toEqual(said)
  expect(complaints).toEqual([])
  await context.close()
})

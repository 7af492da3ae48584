import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type SlackEmulator, startSlackEmulator } from '../../adapters/slack/emulator.ts'
import { startTeamsEmulator, type TeamsEmulator } from '../../adapters/teams/emulator.ts'
import { startTelegramEmulator, type TelegramEmulator } from '../../adapters/telegram/emulator.ts'
import type { Content } from '../../src/channel/index.ts'
import type { Heard } from '../../src/core/conversation.ts'
import { textOf } from '../../src/core/conversation.ts'
import type { VirtualAgent } from '../../src/core/virtual-agent.ts'
import { form } from '../contract/samples.ts'
import { openHub } from '../support/hub.ts'
import { accessibilityFaults, handset, startBrowser, visit } from './support/browser.ts'
import { type PlayedApp, play } from './support/played.ts'

/** Asks by a form where that is wanted, and says what came back; everything else it echoes. */
const asking: VirtualAgent = {
  answer: async ({ heard }) => ({ say: heard.map((one) => ({ content: answerTo(one), to: [one.event] })), memory: null }),
}
const answerTo = ({ content, chosen, fields }: Heard): Content => {
  if (textOf(content) === 'form, please') return form
  return { type: 'text', text: fields ? `Taken: ${linesOf(fields)}` : chosen ? `Chosen: ${chosen}` : `You said: ${textOf(content)}` }
}

const linesOf = (fields: { readonly [name: string]: string }): string =>
  Object.entries(fields)
    .map(([name, value]) => `${name}=${value}`)
    .sort()
    .join('; ')

const telegramApp: PlayedApp = { label: 'Telegram', name: 'Telegram' }
const slackApp: PlayedApp = { label: 'Slack', name: 'Slack' }
const teamsApp: PlayedApp = { label: 'Microsoft Teams', name: 'Teams' }

let hub: Awaited<ReturnType<typeof openHub>>
let browser: Browser
let emulators: { readonly telegram: TelegramEmulator; readonly slack: SlackEmulator; readonly teams: TeamsEmulator }
beforeAll(async () => {
  const [telegram, slack, teams] = await Promise.all([
    startTelegramEmulator(),
    startSlackEmulator({ patienceMs: 60_000 }),
    startTeamsEmulator({ patienceMs: 60_000 }),
  ])
  emulators = { telegram, slack, teams }
  const played = Object.entries(emulators)
  const titles: { readonly [channel: string]: string } = { telegram: 'Telegram', slack: 'Slack', teams: 'Microsoft Teams' }
  hub = await openHub({ channels: played.map(([channel, { account }]) => ({ channel, account: 'main', ...account() })) }, asking, {
    emulators: played.map(([channel, { url }]) => ({ channel, title: titles[channel]!, account: 'main', url })),
  })
  for (const [channel, emulator] of played) await emulator.connect(new URL(`/hooks/${channel}/main`, hub.url))
  browser = await startBrowser()
})
afterAll(async () => {
  await browser?.close()
  await hub?.stop()
  for (const emulator of Object.values(emulators ?? {})) await emulator.close()
})

const enter = async (app: PlayedApp, options = {}) => {
  const visited = await visit(browser, `${hub.url}/playground`, options)
  const window = play(visited.page, app)
  await window.open()
  return { ...visited, ...window }
}
/** Waits until a row of the hub's own tables looks so. */
async function eventually(look: () => Promise<boolean>): Promise<void> {
  const until = Date.now() + 50_000
  while (!(await look())) {
    if (Date.now() > until) throw new Error('it did not happen')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

describe.each([slackApp, teamsApp])('a form in $label', (app) => {
  test('is filled in and sent, comes to the hub, and shows what was sent in its place', async () => {
    const { page, context, log, say, complaints } = await enter(app)
    await say('form, please')
    await log.getByLabel('In short').fill('The printer & <I>')
    await log.getByLabel('What happens?').fill('It\njams')
    await log.getByLabel('How urgent is it?').selectOption({ label: 'Today' })
    expect(await log.getByLabel('Since when?').inputValue()).toBe('2026-01-02')
    expect(await accessibilityFaults(page, `section[aria-label$=" on ${app.label}"]`)).toEqual([])
    await log.getByRole('button', { name: 'Send it' }).click()
    const fields = { subject: 'The printer & <I>', description: 'It\njams', urgency: 'urgency:1', since: '2026-01-02' }
    await log.getByText(`Taken: ${linesOf(fields)}`).waitFor()
    await log.getByText('How urgent is it? Today').waitFor()
    expect(await log.getByRole('button', { name: 'Send it' }).count()).toBe(0)
    expect(await log.getByLabel('In short').count()).toBe(0)
    expect(complaints).toEqual([])
    await context.close()
  })
})

test('Teams itself holds back a form in which something required is missing, and says so', async () => {
  const { screen, context, log, say } = await enter(teamsApp)
  await say('form, please')
  await log.getByRole('button', { name: 'Send it' }).click()
  await screen.getByRole('alert').filter({ hasText: 'Please fill this in: In short' }).waitFor()
  await log.getByRole('button', { name: 'Never mind' }).click()
  await log.getByText('Chosen: request:cancel').last().waitFor()
  await context.close()
})

const menuOf = (page: Page, rows: Locator, words: string) => {
  const row = rows.filter({ hasText: words }).last()
  return {
    byMouse: () => row.getByText(words).last().click({ button: 'right' }),
    byKeyboard: () => row.getByRole('button', { name: 'Message options' }).press('Enter'),
    item: (name: string) => page.getByRole('menuitem', { name, exact: true }),
  }
}
const said = async (words: string) =>
  (await hub.connection.db.selectFrom('messages').select('content').execute()).some(({ content }) =>
    JSON.stringify(content).includes(words),
  )
const reactions = () =>
  hub.connection.db
    .selectFrom('messages')
    .select('reactions' as never)
    .execute()

describe.each([
  [telegramApp, '👍', 'React with thumbs up'],
  [slackApp, '👍', 'React with thumbs up'],
  [teamsApp, '👍', 'React with like'],
] as const)('messages in %s', (app, emoji, react) => {
  test('are changed, reacted to and deleted from their menu', async () => {
    const { page, context, log, say, complaints } = await enter(app)
    const before = `first words on ${app.name}`
    const after = `better words on ${app.name}`
    await say(before)
    await log.getByText(`You said: ${before}`).waitFor()

    const own = menuOf(page, log.locator('li[data-own]'), before)
    await own.byMouse()
    await own.item('Edit').click()
    await page.getByRole('textbox', { name: 'Changed message' }).fill(after)
    await page.keyboard.press('Enter')
    await log.locator('li[data-own]', { hasText: after }).waitFor()
    await eventually(() => said(after))
    await own.item('Edit').waitFor({ state: 'detached' })

    const theirs = menuOf(page, log.locator('li[data-by="hub"]'), `You said: ${before}`)
    await theirs.byKeyboard()
    expect(await theirs.item('Edit').count()).toBe(0)
    expect(await theirs.item('Delete').count()).toBe(0)
    await theirs.item(react).click()
    await log
      .locator('li', { hasText: `You said: ${before}` })
      .locator('[data-part="reaction"]', { hasText: emoji })
      .waitFor()
    await eventually(async () => JSON.stringify(await reactions()).includes(emoji))

    const mine = menuOf(page, log.locator('li[data-own]'), after)
    await mine.byKeyboard()
    await mine.item('Delete').click()
    await log.locator('li[data-own]', { hasText: after }).waitFor({ state: 'detached' })
    expect(complaints).toEqual([])
    await context.close()
  })
})

test('a finger that rests on a message opens its menu', async () => {
  const { page, context, log, say } = await enter(telegramApp, { viewport: handset, hasTouch: true, isMobile: true })
  await say('words under a finger')
  const words = log.locator('li[data-own]', { hasText: 'words under a finger' }).locator('[data-part="bubble"]')
  await words.dispatchEvent('pointerdown', { pointerType: 'touch', bubbles: true })
  await page.getByRole('menuitem', { name: 'Edit' }).waitFor()
  await context.close()
})

test('Slack’s home tab shows what the hub published, and its buttons work', async () => {
  const { page, context, screen, log, complaints } = await enter(slackApp)
  await screen.getByRole('button', { name: 'Home', exact: true }).click()
  const home = screen.getByRole('region', { name: 'Home' })
  await home.getByText('Open requests', { exact: true }).waitFor()
  expect(await accessibilityFaults(page, 'section[aria-label$=" on Slack"]')).toEqual([])
  const first = home.getByRole('button').first()
  await first.click()
  await screen.getByRole('button', { name: 'Messages', exact: true }).click()
  await log.getByText(/^Chosen: /).waitFor()
  expect(complaints).toEqual([])
  await context.close()
})

import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeQuestionBook } from '../../src/store/articles-questions.ts'
import { adminOfTests, openHub } from '../support/hub.ts'
import { accessibilityFaults, desktop, handset, sidewaysOverflow, startBrowser, visit } from './support/browser.ts'

let hub: Awaited<ReturnType<typeof openHub>>
let browser: Browser
let session: Awaited<ReturnType<BrowserContext['storageState']>>
let ask: (words: string, ...sources: readonly string[]) => Promise<void>

beforeAll(async () => {
  hub = await openHub({ channels: [{ channel: 'web', account: 'main', guest: true, allowedOrigins: [] }] })
  browser = await startBrowser()
  const book = makeQuestionBook(hub.connection.db, (error) => {
    throw error
  })
  ask = async (words, ...sources) => {
    for (const source of sources) book.take({ words, why: 'nothing-found', shown: [], source, at: new Date().toISOString() })
    await book.flush()
  }
  const { context } = await signedIn()
  session = await context.storageState()
  await context.close()
})
afterAll(async () => {
  await browser?.close()
  await hub?.stop()
})

/** An author at this place of the page. All of them share one session: signing in is limited. */
async function author(place = '', options: Parameters<typeof visit>[2] = {}) {
  return visit(browser, `${hub.url}/admin/knowledge${place}`, { storageState: session, ...options })
}
/** An author with a session of their own. */
async function signedIn(place = '') {
  const opened = await visit(browser, `${hub.url}/admin/knowledge${place}`)
  await opened.page.getByLabel('E-mail').fill(adminOfTests.email)
  await opened.page.getByLabel('Password', { exact: true }).fill(adminOfTests.password)
  await opened.page.getByRole('button', { name: 'Sign in' }).click()
  await opened.page.getByRole('button', { name: 'Sign out' }).waitFor()
  return opened
}
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })
const status = (page: Page, words: string | RegExp) => page.getByRole('status').filter({ hasText: words }).waitFor()

/** Writes an article and publishes it; the author stands in its editor then. */
async function publish(page: Page, title: string, text: string): Promise<void> {
  await page.goto(`${hub.url}/admin/knowledge/new`)
  await page.getByLabel('Title').fill(title)
  await page.getByLabel('Text', { exact: true }).fill(text)
  await button(page, 'Publish').click()
  await status(page, 'Published')
}

describe('the authors’ page', () => {
  test('takes a question to an article that answers it, tried before it is published', async () => {
    await ask('where do I park my unicycle?', 'Telegram', 'Slack')
    const { page, context, complaints } = await author()
    const card = page.getByRole('article', { name: 'where do I park my unicycle?' })
    await card.getByText('Asked twice').waitFor()
    await card.getByText('Slack, Telegram').waitFor()
    await card.getByRole('button', { name: 'Write an article' }).click()
    expect(await page.getByLabel('Title').inputValue()).toBe('Where do I park my unicycle')
    await button(page, 'Publish').click()
    await page.getByText('An article needs a text.').waitFor()
    expect(await page.getByLabel('Text', { exact: true }).evaluate((field) => field.matches(':focus'))).toBe(true)
    await page.getByLabel('Text', { exact: true }).fill('In the **cellar**, beside the bicycles.')
    await page.getByRole('tabpanel').getByText('cellar').waitFor()
    await page.getByRole('tab', { name: 'Try it' }).click()
    await button(page, 'Ask').click()
    const then = page.locator('section', { has: page.getByRole('heading', { name: 'With your text published' }) }).last()
    await then.getByText('beside the bicycles').waitFor()
    await page.getByText('It does not know, and offers a technician.').waitFor()
    await button(page, 'Publish').click()
    await status(page, /Published.*The question is answered/)
    await page.getByRole('link', { name: 'Questions' }).click()
    await page.getByText('Nobody waits for an answer').waitFor()
    await page.getByText('Answered', { exact: true }).click()
    await page.getByRole('article').getByRole('link', { name: 'Where do I park my unicycle' }).waitFor()
    expect(complaints).toEqual([])
    await context.close()
  })

  test('adds a question to an article that is there already, as a keyword', async () => {
    const { page, context } = await author()
    await publish(page, 'Borrow a ladder', 'The porter has one.')
    await ask('who lends me something to climb on?', 'Slack')
    await page.getByRole('link', { name: 'Questions' }).click()
    await button(page, 'Add to an article').click()
    const dialog = page.getByRole('dialog', { name: 'Which article shall answer it?' })
    await dialog.getByLabel('Search in titles and keywords').fill('ladder')
    await dialog.getByRole('link', { name: 'Borrow a ladder' }).click()
    await button(page, 'Add it to the keywords').click()
    await page.getByRole('form', { name: 'Article' }).getByText('who lends me something to climb on').waitFor()
    await button(page, 'Publish').click()
    await status(page, /The question is answered/)
    await context.close()
  })

  test('lays a question aside with the reason, and opens it again', async () => {
    await ask('sing me a song about ships', 'LINE')
    const { page, context } = await author()
    await button(page, 'Dismiss').click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Another reason').check()
    await dialog.getByRole('button', { name: 'Dismiss' }).click()
    await dialog.getByText('Say why, in a few words.').waitFor()
    await dialog.getByLabel('The reason, for other authors').fill('We are no choir')
    await dialog.getByRole('button', { name: 'Dismiss' }).click()
    await page.getByText('Dismissed', { exact: true }).click()
    await page.getByText('We are no choir').waitFor()
    await button(page, 'Open it again').click()
    await page.getByText('Nothing dismissed yet').waitFor()
    await context.close()
  })

  test('tells the second of two authors, and neither loses a word', async () => {
    const first = await author()
    await publish(first.page, 'Water the office plants', 'On Mondays.')
    const second = await author(`/articles/water-the-office-plants`)
    await second.page.getByLabel('Text', { exact: true }).fill('On Tuesdays.')
    await first.page.getByLabel('Text', { exact: true }).fill('On Fridays.')
    await button(first.page, 'Publish').click()
    await status(first.page, 'Published')
    await second.page.getByRole('alert').getByText('has saved version 2').waitFor()
    await button(second.page, 'Compare both').click()
    await second.page.getByRole('region', { name: 'From their text to yours' }).getByText('Fridays').waitFor()
    await button(second.page, 'Go on with theirs').click()
    expect(await second.page.getByLabel('Text', { exact: true }).inputValue()).toBe('On Fridays.')
    await button(second.page, 'Bring it back').click()
    expect(await second.page.getByLabel('Text', { exact: true }).inputValue()).toBe('On Tuesdays.')
    await button(second.page, 'Save draft').click()
    await status(second.page, 'Saved as a draft')
    await second.page.getByText('Unpublished changes').waitFor()
    await second.page.getByRole('tab', { name: 'Versions' }).click()
    const old = second.page.getByRole('listitem').filter({ hasText: 'Version 1' })
    await old.getByRole('button', { name: 'Bring back' }).click()
    await button(second.page, 'And publish it').click()
    await status(second.page, 'Version 1 is back, as version 4')
    expect(await second.page.getByLabel('Text', { exact: true }).inputValue()).toBe('On Mondays.')
    await first.page.getByRole('form', { name: 'Article' }).getByText('On Mondays.').waitFor()
    for (const { complaints, context } of [first, second]) {
      expect(complaints).toEqual([])
      await context.close()
    }
  })

  test('keeps unsaved text over a reload until it is saved or the author signs out', async () => {
    const { page, context } = await signedIn('/new')
    await page.getByLabel('Title').fill('Half a thought')
    await page.getByText('Unsaved', { exact: true }).waitFor()
    await page.reload()
    await page.getByText(/Your unsaved text of .* is here again/).waitFor()
    expect(await page.getByLabel('Title').inputValue()).toBe('Half a thought')
    await button(page, 'Sign out').click()
    const dialog = page.getByRole('dialog', { name: 'Sign out and lose unsaved text?' })
    await dialog.getByRole('button', { name: 'Sign out' }).click()
    await page.getByLabel('E-mail').waitFor()
    expect(await page.evaluate<number>('localStorage.length')).toBe(0)
    await context.close()
  })

  test('finds articles, shows those of files read-only with their file, and takes one away', async () => {
    const { page, context } = await author()
    await publish(page, 'Feed the office cat', 'Twice a day.')
    await page.getByRole('link', { name: 'All articles' }).click()
    await page.getByLabel('Search in titles and keywords').fill('remote access')
    await page.getByRole('link', { name: 'Connect to the VPN from home' }).click()
    await page.getByText('config/knowledge/vpn-connect.md').waitFor()
    expect(await page.getByRole('textbox', { name: 'Title' }).count()).toBe(0)
    await page.goto(`${hub.url}/admin/knowledge/articles/feed-the-office-cat`)
    await button(page, 'Delete').click()
    await button(page, 'Delete it').click()
    await page.getByLabel('Search in titles and keywords').fill('office cat')
    await page.getByText('No article fits').waitFor()
    await page.goto(`${hub.url}/admin/knowledge/new`)
    await page.getByLabel('Title').fill('Connect to the VPN from home')
    await page.getByLabel('Short name').fill('vpn-connect')
    await page.getByLabel('Text', { exact: true }).fill('Again.')
    await button(page, 'Save draft').click()
    await page.getByText('This article comes from a file.').waitFor()
    await context.close()
  })

  for (const [device, viewport] of Object.entries({ desktop, handset }))
    for (const colorScheme of ['light', 'dark'] as const)
      test(`axe finds nothing on a ${device} in ${colorScheme} colours, and nothing is cut off`, async () => {
        await ask('how loud may I whistle?', 'Telegram')
        const { page, context } = await author('', { viewport, colorScheme })
        const check = async () => {
          expect(await accessibilityFaults(page)).toEqual([])
          expect(await sidewaysOverflow(page)).toBe(0)
        }
        await page.getByRole('article').first().waitFor()
        await check()
        await button(page, 'Dismiss').first().click()
        await page.getByRole('dialog').waitFor()
        await check()
        await page.goto(`${hub.url}/admin/knowledge/articles`)
        await page.getByRole('list', { name: 'Articles' }).getByRole('listitem').first().waitFor()
        await check()
        await page.goto(`${hub.url}/admin/knowledge/articles/water-the-office-plants`)
        await page.getByLabel('Text', { exact: true }).fill('')
        await page.getByRole('tab', { name: 'Versions' }).click()
        await button(page, 'Compare').first().click()
        await page.getByRole('region', { name: 'From version 4 to the text now' }).waitFor()
        await button(page, 'Publish').click()
        await page.getByText('An article needs a text.').waitFor()
        await check()
        await context.close()
      })
})

import { AxeBuilder } from '@axe-core/playwright'
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { readTestEnvironment } from '../../../config/environment.ts'

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export const desktop = { width: 1280, height: 800 }
export const handset = { width: 390, height: 844 }

export const startBrowser = (): Promise<Browser> => chromium.launch({ executablePath: readTestEnvironment().chromium, args: flags })

export type Visit = { readonly page: Page; readonly context: BrowserContext; readonly complaints: readonly string[] }

/** Somebody with a browser of their own; `complaints` is what the page threw, and what the security policy stopped. */
export async function visit(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Visit> {
  // Colours are judged as they stand, never on their way there.
  const context = await browser.newContext({ viewport: desktop, locale: 'en-GB', reducedMotion: 'reduce', ...options })
  context.setDefaultTimeout(50_000)
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error' && /Content Security Policy|React|Warning:/.test(message.text())) complaints.push(message.text())
  })
  await page.goto(url)
  return { page, context, complaints }
}

/** What axe finds against WCAG 2.2 AA, one line each; on the whole page, or within a selector. */
export async function accessibilityFaults(page: Page, within = 'html'): Promise<readonly string[]> {
  const { violations } = await new AxeBuilder({ page })
    .include(within)
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
    .analyze()
  return violations.map(({ id, help, nodes }) => `${id}: ${help} (${nodes.map((node) => node.target.join(' ')).join(', ')})`)
}

/** How far the page can be pushed sideways, in CSS pixels. */
export const sidewaysOverflow = (page: Page): Promise<number> =>
  page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth')

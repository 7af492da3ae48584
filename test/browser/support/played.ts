import type { Locator, Page } from 'playwright-core'

/** An app of the playground; `label` is what its tab says, `name` what its window calls itself. */
export type PlayedApp = { readonly label: string; readonly name: string }
export const playedApps: readonly PlayedApp[] = [
  { label: 'Telegram', name: 'Telegram' },
  { label: 'WhatsApp', name: 'WhatsApp' },
  { label: 'Messenger', name: 'Messenger' },
  { label: 'Viber', name: 'Viber' },
  { label: 'LINE', name: 'LINE' },
  { label: 'Slack', name: 'Slack' },
  { label: 'Microsoft Teams', name: 'Teams' },
]

/** What a person does and sees in one app's window. */
export function play(page: Page, { label, name }: PlayedApp) {
  const screen = page.getByRole('region', { name: ` on ${label}` })
  const log = screen.getByRole('log', { name: new RegExp(`^${name} chat`) })
  const thread = screen.getByRole('log', { name: new RegExp(`^${name} thread`) })
  const box = (where: string) => screen.getByLabel(`Message in ${where}`, { exact: true })
  return {
    screen,
    log,
    thread,
    answers: answersIn(log),
    open: () => page.getByRole('navigation', { name: 'Platform' }).getByRole('button', { name: label, exact: true }).click(),
    async say(text: string, where = name) {
      await box(where).fill(text)
      await page.keyboard.press('Enter')
    },
    /** The newest button of this label; in a list that opens, after opening it. */
    async choose(choice: string | RegExp) {
      const button = screen.getByRole('button', { name: choice }).last()
      const list = screen.getByRole('button', { name: 'Choose', exact: true }).last()
      await button.or(list).last().waitFor()
      if ((await button.count()) === 0) await list.click()
      await button.click()
    },
  }
}
export const answersIn = (log: Locator): Locator => log.locator('li[data-by="hub"]')

export const desk = (page: Page): Locator => page.getByRole('region', { name: 'Technician', exact: true })
export const whose = (page: Page, name: string) => page.getByRole('radiogroup', { name: 'Person' }).getByText(name, { exact: true }).click()

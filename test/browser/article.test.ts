import { readFile } from 'node:fs/promises'
import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeArticleLinks } from '../../src/http/article-link.ts'
import { articlePage } from '../../src/http/articles.ts'
import { makeServer } from '../../src/http/server.ts'
import { parseArticle } from '../../src/virtual-agent/knowledge/load.ts'
import { accessibilityFaults, desktop, handset, sidewaysOverflow, startBrowser, visit } from './support/browser.ts'

const further =
  '\n\n```\nnetsh winsock reset --with-an-option-that-runs-far-beyond-the-edge-of-a-handset=yes\n```\n\n> Said.\n\n#### Deeper\n\n- one\n  - two'

let app: FastifyInstance
let browser: Browser
let linkTo: (id: string, fragment?: string) => string
beforeAll(async () => {
  const file = new URL('../../config/knowledge/vpn-connect.md', import.meta.url).pathname
  const article = parseArticle(file, await readFile(file, 'utf8'))
  let url = ''
  const links = makeArticleLinks({ secret: 'a secret of tests', now: () => new Date(), publicUrl: () => url })
  app = await makeServer({ log: pino({ level: 'silent' }), version: 'test', allowedOrigins: [], loopbackPages: false, secure: false })
  await app.register(articlePage, {
    links,
    article: async (id) => (id === article.id ? { ...article, body: article.body + further } : undefined),
    deskName: 'Acme Support',
  })
  url = await app.listen({ host: '127.0.0.1', port: 0 })
  linkTo = (id, fragment) => links.link({ id, audience: 'public' }, fragment)
  browser = await startBrowser()
})
afterAll(async () => {
  await browser?.close()
  await app?.close()
})

describe('the page of an article', () => {
  test.each([
    ['on a handset', handset, 'light', 'vpn-connect'],
    ['on a handset in the dark', handset, 'dark', 'vpn-connect'],
    ['on a desk', desktop, 'light', 'vpn-connect'],
    ['that is gone', handset, 'light', 'nowhere'],
  ] as const)('can be read by everybody, %s', async (_, viewport, colorScheme, id) => {
    const { page, context, complaints } = await visit(browser, linkTo(id), { viewport, colorScheme })
    expect(await page.getByRole('heading', { level: 1 }).count()).toBe(1)
    expect(await accessibilityFaults(page)).toEqual([])
    expect(await sidewaysOverflow(page)).toBe(0)
    expect(complaints).toEqual([])
    await context.close()
  })

  test('opens at the part that the link names', async () => {
    const { page, context } = await visit(browser, linkTo('vpn-connect', 'part-3'), { viewport: handset })
    const heading = page.getByRole('heading', { name: 'If it keeps dropping' })
    expect((await heading.boundingBox())!.y).toBeLessThan(handset.height / 2)
    await context.close()
  })
})

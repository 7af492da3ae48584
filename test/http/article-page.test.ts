import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bodyHtml } from '../../src/http/article-html.ts'
import { makeArticleLinks } from '../../src/http/article-link.ts'
import { articlePage } from '../../src/http/articles.ts'
import { makeServer } from '../../src/http/server.ts'
import { makeArticleStore, synchronise } from '../../src/store/articles.ts'
import type { Connection } from '../../src/store/connect.ts'
import { migrate } from '../../src/store/migrate.ts'
import { openMemory } from '../support/template.ts'

const publicUrl = 'http://127.0.0.1:3000'
const start = new Date('2026-03-02T09:00:00.000Z')
let at = start
const links = makeArticleLinks({ secret: 'a secret of tests, longer than 32 characters', now: () => at, publicUrl: () => publicUrl })

describe('the page of an article', () => {
  let connection: Connection
  let app: FastifyInstance
  const long = Array.from(
    { length: 6 },
    (_, part) => `## Part ${part + 1}\n\nText of this part with <b>marks</b> & [a link](https://x.example/a?b=1&c=2).`,
  ).join('\n\n')
  beforeAll(async () => {
    connection = await openMemory()
    await migrate(connection)
    await synchronise(connection.db, [
      { id: 'long-one', title: 'A <long> "one"', keywords: [], audience: 'employees', updated: '2026-01-05', body: long },
    ])
    app = await makeServer({ log: pino({ level: 'silent' }), version: 'test', allowedOrigins: [], loopbackPages: false, secure: false })
    await app.register(articlePage, { links, article: makeArticleStore(connection.db).article, deskName: 'Test & desk' })
  })
  afterAll(async () => {
    await app.close()
    await connection.close()
  })
  const link = (audience: 'public' | 'employees' | 'technicians' = 'employees') =>
    links.link({ id: 'long-one', audience }).replace(publicUrl, '')
  const get = (url: string) => app.inject(url)

  test('is shown to whoever has its link, as text and never as HTML of its own', async () => {
    const page = await get(link())
    expect(page.statusCode).toBe(200)
    expect(page.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'referrer-policy': 'no-referrer',
      'x-robots-tag': 'noindex',
    })
    expect(page.headers['content-security-policy']).toContain("script-src 'self'")
    expect(page.body).toContain('<h1>A &lt;long&gt; &quot;one&quot;</h1>')
    expect(page.body).toContain('<h2 id="part-6">Part 6</h2>')
    expect(page.body).toContain('&lt;b&gt;marks&lt;/b&gt; &amp; <a href="https://x.example/a?b=1&amp;c=2"')
    expect(page.body).toContain('5 January 2026')
    expect(page.body).not.toContain('<script')
  })

  test('is refused without the signature, with another, for other readers, and when it has expired', async () => {
    expect((await get('/articles/long-one')).statusCode).toBe(403)
    expect((await get(link().replace(/signature=./, 'signature=_'))).statusCode).toBe(403)
    expect((await get(link().replace('for=employees', 'for=technicians'))).statusCode).toBe(403)
    expect((await get(link().replace('long-one', 'other'))).statusCode).toBe(403)
    expect((await get(link().replace(/until=\d+/, 'until=9999999999'))).statusCode).toBe(403)
    expect((await get(`${link()}&for=public`)).statusCode).toBe(403)
    const soon = link()
    at = new Date(start.getTime() + 6.9 * 86_400_000)
    expect((await get(soon)).statusCode).toBe(200)
    at = new Date(start.getTime() + 9 * 86_400_000)
    expect((await get(soon)).statusCode).toBe(410)
    at = start
  })

  test('is gone for those who may not read it any more', async () => {
    expect((await get(link('public'))).statusCode).toBe(404)
    expect((await get(link('technicians'))).statusCode).toBe(200)
    const away = await get(links.link({ id: 'nowhere', audience: 'public' }).replace(publicUrl, ''))
    expect(away.statusCode).toBe(404)
    expect(away.body).toContain('<h1>This article is not here any more</h1>')
  })

  test.each([
    ['[x](javascript:alert(1))', '<p>x</p>'],
    ['[x](data:text/html,1)', '<p>x</p>'],
    ['![x](https://e.example/p.png)', '<p><a href="https://e.example/p.png" rel="noopener noreferrer nofollow">x</a></p>'],
    ['<script>alert(1)</script>', '<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>'],
    ['`<i>`', '<p><code>&lt;i&gt;</code></p>'],
    ['1. a\n2. b', '<ol><li>a</li><li>b</li></ol>'],
    ['- a\n  - b', '<ul><li>a<ul><li>b</li></ul></li></ul>'],
    ['#### deep\n\n# high', '<h2 id="part-1">deep</h2>\n<h2 id="part-2">high</h2>'],
    ['"quotes" & \'ticks\'', '<p>&quot;quotes&quot; &amp; &#39;ticks&#39;</p>'],
  ])('Markdown %j is shown as %j', (markdown, html) => expect(bodyHtml(markdown)).toBe(html))
})

import type { FastifyInstance, FastifyReply } from 'fastify'
import { bodyHtml, escapeHtml, page } from './article-html.ts'
import type { ArticleLinks } from './article-link.ts'

type Audience = 'public' | 'employees' | 'technicians'
type Article = { readonly title: string; readonly updated: string | null; readonly body: string }
type ArticleRequest = { Params: { id: string }; Querystring: { [name: string]: unknown } }

const trouble = {
  forged: {
    status: 403,
    title: 'This link is not complete',
    text: 'Part of the address is missing or was changed. Open it from the chat again.',
  },
  expired: { status: 410, title: 'This link has expired', text: 'Ask your question in the chat again, and you get a fresh one.' },
  gone: {
    status: 404,
    title: 'This article is not here any more',
    text: 'It was taken away or changed. Ask your question in the chat again.',
  },
} as const

const dayInWords = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' })

/** GET /articles/:id — an article to read outside the chat, for whoever holds a signed link. */
export async function articlePage(
  app: FastifyInstance,
  of: {
    readonly links: Pick<ArticleLinks, 'check'>
    readonly article: (id: string, audiences: readonly Audience[]) => Promise<Article | undefined>
    readonly deskName: string
  },
): Promise<void> {
  const send = (reply: FastifyReply, status: number, html: string) =>
    reply
      .code(status)
      .headers({
        'cache-control': status === 200 ? 'private, max-age=60' : 'no-store',
        'referrer-policy': 'no-referrer',
        'x-robots-tag': 'noindex',
      })
      .type('text/html; charset=utf-8')
      .send(html)
  const refuse = (reply: FastifyReply, why: keyof typeof trouble) => {
    const { status, title, text } = trouble[why]
    return send(
      reply,
      status,
      page({ title, desk: of.deskName, inside: `<p>${escapeHtml(text)}</p>`, foot: 'Nothing is wrong with your device.' }),
    )
  }
  app.get<ArticleRequest>('/articles/:id', { schema: { hide: true } }, async (request, reply) => {
    const readers = of.links.check(request.params.id, request.query)
    if (readers === 'forged' || readers === 'expired') return refuse(reply, readers)
    const article = await of.article(request.params.id, readers)
    if (article === undefined) return refuse(reply, 'gone')
    const changed = article.updated === null ? '' : `<p class="muted">Updated ${dayInWords.format(new Date(article.updated))}</p>\n`
    return send(
      reply,
      200,
      page({
        title: article.title,
        desk: of.deskName,
        inside: changed + bodyHtml(article.body),
        foot: 'Still stuck? Go back to the chat: a technician is one message away.',
      }),
    )
  })
}

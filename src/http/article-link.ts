import { hmac, sameBytes } from '../channel/kit/signature.ts'

type Audience = 'public' | 'employees' | 'technicians'

/** How long a link holds, in seconds; and up to a quarter longer, so that a page that is read again names the same address. */
const life = 7 * 86_400
const step = life / 4

/** Whoever may read the first may read all of these. */
export const readable: { readonly [audience in Audience]: readonly Audience[] } = {
  public: ['public'],
  employees: ['public', 'employees'],
  technicians: ['public', 'employees', 'technicians'],
}
const isAudience = (word: string): word is Audience => Object.hasOwn(readable, word)

export type ArticleLinks = {
  /** For somebody who may read it now. It stops to work when the article becomes one for fewer readers. */
  link(article: { readonly id: string; readonly audience: Audience }, fragment?: string): string
  /** The readers that the link was made for, or what is wrong with it. */
  check(id: string, query: { readonly [name: string]: unknown }): readonly Audience[] | 'forged' | 'expired'
}

/** Links to articles outside the chat, signed, so that nothing of an article that is not public can be guessed. */
export const makeArticleLinks = (of: {
  readonly secret: string
  readonly now: () => Date
  /** Without a slash at its end; asked for at each link, because a port may be known only after the start. */
  readonly publicUrl: () => string
}): ArticleLinks => {
  const seconds = () => Math.floor(of.now().getTime() / 1000)
  const signature = (id: string, audience: Audience, until: string) =>
    Buffer.from(hmac('sha256', of.secret, `article:${id}:${audience}:${until}`, 'base64'), 'base64').toString('base64url')
  return {
    link({ id, audience }, fragment) {
      const until = String((Math.ceil(seconds() / step) + 4) * step)
      const query = new URLSearchParams({ for: audience, until, signature: signature(id, audience, until) })
      return `${of.publicUrl()}/articles/${encodeURIComponent(id)}?${query}${fragment === undefined ? '' : `#${fragment}`}`
    },
    check(id, query) {
      const { for: audience, until, signature: given } = query
      if (typeof audience !== 'string' || typeof until !== 'string' || typeof given !== 'string') return 'forged'
      if (!isAudience(audience) || !/^\d{1,12}$/.test(until) || !sameBytes(given, signature(id, audience, until))) return 'forged'
      return Number(until) > seconds() ? readable[audience] : 'expired'
    },
  }
}

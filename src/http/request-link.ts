import { hmac, isSecret } from '../channel/kit/signature.ts'

/** How long a link to a request's page holds, in days. */
export const LINK_DAYS = 30

export interface RequestLinks {
  /** The page's address; the token stands behind the #, which no browser sends and no server logs. */
  linkOf(number: string): string
  check(number: string, token: string): 'good' | 'forged' | 'expired'
}

/** Signed links to one request's page each. Whoever holds one may do what its requester may: read it, comment on it, reopen it. */
export function makeRequestLinks({
  secret,
  publicUrl,
  now,
}: {
  readonly secret: string
  readonly publicUrl: () => string
  readonly now: () => Date
}): RequestLinks {
  const signature = (number: string, until: string): string =>
    Buffer.from(hmac('sha256', secret, `request:${number}:${until}`, 'base64'), 'base64').toString('base64url')
  const seconds = (): number => Math.floor(now().getTime() / 1000)
  return {
    linkOf(number) {
      // Up to the next day, so that a request that is read again has the same address.
      const until = String((Math.floor(seconds() / 86_400) + LINK_DAYS + 1) * 86_400)
      return `${publicUrl()}/requests/${number}#${until}.${signature(number, until)}`
    },
    check(number, token) {
      const [, until = '', given = ''] = /^(\d{1,12})\.([\w-]{43})$/.exec(token) ?? []
      if (!isSecret(given, [signature(number, until)])) return 'forged'
      return seconds() < Number(until) ? 'good' : 'expired'
    },
  }
}

import { randomUUID } from 'node:crypto'
import { readToken, type Token, writeToken } from '../channel/kit/token.ts'
import type { GuestToken } from './api-types.ts'

const hour = 3_600
const life = 24 * hour
const renewable = 30 * 24 * hour
const longestName = 80

export interface GuestTokens {
  /** A new person where none is named; one that is named gets its own conversation again. */
  issue(to: { readonly account: string; readonly person?: string; readonly name?: string }): GuestToken
  /** The same person for another 24 hours; undefined where the token is not ours or expired more than 30 days ago. */
  renew(token: string): GuestToken | undefined
  /** Undefined where the token is not ours or has expired. */
  read(token: string | undefined): Token | undefined
}

/** Tokens of people who write in the web channel: signed, valid for 24 hours, renewable for 30 days after that. */
export function makeGuestTokens({ secret, now }: { readonly secret: string | readonly string[]; readonly now: () => Date }): GuestTokens {
  const seconds = () => Math.floor(now().getTime() / 1000)
  const write = (token: Omit<Token, 'issued' | 'expires'>): GuestToken => {
    const issued = seconds()
    const expires = issued + life
    return {
      token: writeToken({ ...token, issued, expires }, secret),
      expiresAt: new Date(expires * 1000).toISOString(),
      person: token.person,
    }
  }
  return {
    issue({ account, person = `guest:${randomUUID()}`, name }) {
      const called = nameOf(name)
      return write({ account, person, conversation: person, ...(called === undefined ? {} : { name: called }) })
    },
    renew(token) {
      const old = readToken(token, secret)
      if (!old || seconds() >= old.expires + renewable) return undefined
      return write(old)
    },
    read(token) {
      const read = readToken(token, secret)
      return read && seconds() < read.expires ? read : undefined
    },
  }
}

/** One line without control characters and without what turns the reading direction of the text around it. */
function nameOf(given: string | undefined): string | undefined {
  const name = given
    ?.toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  return name ? [...name].slice(0, longestName).join('') : undefined
}

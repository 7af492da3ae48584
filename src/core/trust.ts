import type { AccountId, ChannelName, PersonKey } from '../channel/index.ts'

/**
 * How well it is proven who somebody is on this channel. `guest`: the platform tells an id, no more. `linked`: an e-mail address was once proven to be
 * theirs. `verified`: it is proven now, by the organisation's own sign-in (a workspace's member) or by a code of the last minutes.
 */
export type Trust = 'guest' | 'linked' | 'verified'

/** A person on one account of a channel. */
export type IdentityName = { readonly channel: ChannelName; readonly account: AccountId; readonly key: PersonKey }

/**
 * Who somebody is as far as it is proven; `email` is null for guests, whatever they say of themselves. `employee`: the organisation knows the address, as its
 * workspace's member or by an account of its directory; anybody can prove an address of their own.
 */
export type Standing = { readonly trust: Trust; readonly email: string | null; readonly name: string | null; readonly employee: boolean }

/** What each deed needs. Whoever is trusted less is asked to prove who they are first. */
export const DEEDS = {
  'open-request': 'guest',
  /** Requests that were opened by this very identity. */
  'see-own-requests': 'guest',
  'comment-own-requests': 'guest',
  /** Requests of the same person, wherever they were opened. */
  'see-requests': 'linked',
  'comment-requests': 'linked',
  'read-employee-articles': 'linked',
  'see-approvals': 'linked',
  'decide-approval': 'verified',
  'reset-password': 'verified',
  'unlock-account': 'verified',
} as const satisfies { readonly [deed: string]: Trust }
export type Deed = keyof typeof DEEDS

const RANK = { guest: 0, linked: 1, verified: 2 } as const
export const allows = (trust: Trust, deed: Deed): boolean => RANK[trust] >= RANK[DEEDS[deed]]

/** What is known of an identity, and what the organisation makes of it. Times are ISO 8601. */
export type Proofs = {
  readonly name: string | null
  /** The platform's word, where it vouches for it. */
  readonly vouchedEmail: string | null
  /** Proven by a code. */
  readonly provenEmail: string | null
  readonly provenAt: string | null
  /** The proven address had an account in the directory when it was proven. */
  readonly provenEmployee: boolean
}
export type TrustPolicy = { readonly vouched: 'linked' | 'verified'; readonly verifiedMinutes: number }

/** A code counts for a while; afterwards the identity stays linked to the address. A fresh code counts before the platform's word. */
export const standingOf = (proofs: Proofs, policy: TrustPolicy, now: string): Standing => {
  const { name, vouchedEmail, provenEmail, provenAt, provenEmployee } = proofs
  const proven = { email: provenEmail, name, employee: provenEmployee || (provenEmail !== null && provenEmail === vouchedEmail) }
  const fresh = provenAt !== null && Date.parse(now) - Date.parse(provenAt) < policy.verifiedMinutes * 60_000
  if (provenEmail !== null && fresh) return { trust: 'verified', ...proven }
  if (vouchedEmail !== null) return { trust: policy.vouched, email: vouchedEmail, name, employee: true }
  return provenEmail === null ? { trust: 'guest', email: null, name, employee: false } : { trust: 'linked', ...proven }
}

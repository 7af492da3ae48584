import type { IdentityName, Standing } from './trust.ts'

/** An account of the organisation. `email` is the address on file, the only one that codes are sent to. */
export type DirectoryAccount = {
  readonly id: string
  readonly name: string
  readonly email: string
  readonly locked: boolean
  /** The password has to be changed at the next sign-in. */
  readonly mustChange: boolean
}

/** Where the organisation's accounts are. Every method throws `DirectoryAway` where it can't be reached. */
export interface Directory {
  find(email: string): Promise<DirectoryAccount | undefined>
  /** False where it was not locked. */
  unlock(id: string): Promise<boolean>
  /** `words`: what the organisation's rules want of a password, in sentences that a person can act on. */
  setPassword(id: string, password: string): Promise<{ readonly ok: true } | { readonly ok: false; readonly words: readonly string[] }>
  /** Does it answer, with these credentials? Never throws. */
  check(): Promise<{ readonly ok: boolean; readonly detail: string }>
}

/** The organisation's directory does not answer; nothing was changed as far as we know. */
export class DirectoryAway extends Error {
  override readonly name = 'DirectoryAway'
}

/** What a code is asked for; it decides what the mail says and to whom one is sent (`password`: only to accounts of the directory). */
export type CodePurpose = 'link' | 'approval' | 'password'

/** Who people are on their channels, and one-time codes that prove it: six digits, ten minutes, five tries. Each `key` counts once, however often it is given. */
export interface Identities {
  /** Read afresh each time: a code may have been proven a second ago. */
  standing(of: IdentityName): Promise<Standing>
  /** Answers the same whether the address has an account or not. `too-many`: too many codes were asked for, by this identity or for this address. */
  sendCode(
    of: IdentityName,
    email: string,
    purpose: CodePurpose,
    key: string,
  ): Promise<
    { readonly ok: true; readonly minutes: number } | { readonly ok: false; readonly reason: 'too-many' | 'away'; readonly minutes: number }
  >
  /** The right code links the identity to the address and verifies it for a while. */
  tryCode(
    of: IdentityName,
    code: string,
    key: string,
  ): Promise<
    | { readonly ok: true; readonly standing: Standing }
    | { readonly ok: false; readonly reason: 'wrong'; readonly left: number }
    | { readonly ok: false; readonly reason: 'expired' | 'used-up' | 'none' }
  >
}

/** Help with accounts, for somebody who has proven that the address is theirs. Each `key` counts once. */
export interface PasswordHelp {
  /** A link to the hub's own page; opens once. */
  resetLink(
    email: string,
    key: string,
  ): Promise<
    { readonly ok: true; readonly url: string; readonly minutes: number } | { readonly ok: false; readonly reason: 'no-account' | 'away' }
  >
  unlock(
    email: string,
    key: string,
  ): Promise<{ readonly ok: true; readonly was: 'locked' | 'open' } | { readonly ok: false; readonly reason: 'no-account' | 'away' }>
  /** May a verified identity skip the code? The organisation's policy. */
  readonly skipsCode: boolean
}

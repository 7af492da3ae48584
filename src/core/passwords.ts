import type { DirectoryAccount } from './directory.ts'

/** What the hub knows beforehand of the rules for a password, so that a page can say while somebody types; the directory has the last word. */
export type PasswordRules = {
  readonly minLength: number
  readonly maxLength: number
  /** Sentences about further rules, which only the directory can judge. */
  readonly hints: readonly string[]
}

/** Links to the page where a password is set. */
export interface ResetLinks {
  /** Changes nothing; `account` is the address as far as it may be shown. */
  look(
    token: string,
  ): Promise<
    | { readonly ok: true; readonly account: string; readonly name: string; readonly expiresAt: string; readonly rules: PasswordRules }
    | { readonly ok: false; readonly reason: 'unknown' | 'expired' | 'used' }
  >
  /** Of two at once one wins. `refused`: the directory wants another password, and the link stays good. */
  use(
    token: string,
    password: string,
  ): Promise<
    | { readonly ok: true }
    | { readonly ok: false; readonly reason: 'unknown' | 'expired' | 'used' | 'away' }
    | { readonly ok: false; readonly reason: 'refused'; readonly words: readonly string[] }
  >
}

/** The hub's own accounts, for admins. */
export interface Accounts {
  list(): Promise<readonly DirectoryAccount[]>
  /** `words`: why not, in sentences. Without a password the account is opened by a reset link. */
  add(account: {
    readonly email: string
    readonly name: string
    readonly password?: string
  }): Promise<{ readonly ok: true; readonly account: DirectoryAccount } | { readonly ok: false; readonly words: readonly string[] }>
  /** Ends all sessions. Undefined where there is no such account. */
  lock(email: string): Promise<DirectoryAccount | undefined>
  unlock(email: string): Promise<DirectoryAccount | undefined>
}

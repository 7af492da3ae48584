import { createHash, randomBytes } from 'node:crypto'
import { type Kysely, sql } from 'kysely'
import { type Directory, type DirectoryAccount, DirectoryAway, type PasswordHelp } from '../core/directory.ts'
import type { PasswordRules, ResetLinks } from '../core/passwords.ts'
import { maskedAddress } from './address.ts'
import { changedLetter, unlockedLetter } from './letters.ts'
import type { Outbox } from './outbox.ts'
import type { Seals } from './seal.ts'

const linkMinutes = 15
/** Whoever sets a password has the link alone for so long, in seconds; more than a directory takes to answer. */
const claimSeconds = 60
/** A notice is worth sending for so long, in hours. */
const noticeHours = 24

type Needs = {
  readonly db: Kysely<any>
  readonly seals: Seals
  readonly outbox: Outbox
  readonly postman: { readonly sends: boolean; ring(): void }
  readonly directory: Directory
  readonly rules: PasswordRules
  readonly publicUrl: () => string
  readonly deskName: string
  readonly skipsCode: boolean
  readonly now: () => Date
  /** `detail.for`: what it was done for; in a chat it begins with the conversation. */
  readonly audit: (entry: {
    readonly who: string
    readonly what: string
    readonly about?: string
    readonly detail?: { readonly for: string }
  }) => Promise<void>
}

type LinkRow = {
  readonly id: number
  readonly directory_account: string
  readonly email: string
  readonly name: string
  readonly expires_at: Date
  readonly used_at: Date | null
  readonly voided_at: Date | null
}

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex')
const tokenForm = /^[a-f0-9]{64}$/

/** Reset links and unlocking, over whatever directory there is; what is done is audited, and its owner told by mail. */
export function makePasswordHelp(
  needs: Needs,
): PasswordHelp & ResetLinks & { linkFor(account: DirectoryAccount, key: string, minutes?: number): Promise<string> } {
  const { db, seals, outbox, postman, directory, rules, publicUrl, deskName, skipsCode, now, audit } = needs

  /** Made from the row's nonce, so that the same key gives the same link although only its hash is kept. */
  const tokenOf = (nonce: string): string => seals.mac('reset-link', nonce)
  const urlOf = (nonce: string): string => `${publicUrl()}/password#${tokenOf(nonce)}`

  async function linkFor(account: DirectoryAccount, key: string, minutes = linkMinutes): Promise<string> {
    const nonce = randomBytes(16).toString('hex')
    const until = new Date(now().getTime() + minutes * 60_000)
    const { rows } = await sql<{ id: number; nonce: string; fresh: boolean }>`
      insert into reset_links (ask, nonce, hash, directory_account, email, name, made_at, expires_at)
      values (${key}, ${nonce}, ${hashOf(tokenOf(nonce))}, ${account.id}, ${account.email}, ${account.name}, ${now()}, ${until})
      on conflict (ask) do update set ask = excluded.ask returning id, nonce, nonce = ${nonce} as fresh`.execute(db)
    const row = rows[0]!
    if (row.fresh) {
      await sql`
        update reset_links set voided_at = ${now()}
        where directory_account = ${account.id} and id < ${row.id} and used_at is null and voided_at is null`.execute(db)
      await audit({ who: 'hub', what: 'password.link', about: account.id, detail: { for: key } })
    }
    return urlOf(row.nonce)
  }

  async function tell(ask: string, to: string, letter: ReturnType<typeof changedLetter>): Promise<void> {
    if (!postman.sends) return
    await outbox.put({ ask, to, until: new Date(now().getTime() + noticeHours * 3_600_000), ...letter })
    postman.ring()
  }

  const stateOf = (row: LinkRow | undefined): 'open' | 'unknown' | 'expired' | 'used' => {
    if (!row) return 'unknown'
    if (row.used_at !== null || row.voided_at !== null) return 'used'
    return now() >= row.expires_at ? 'expired' : 'open'
  }
  const rowOf = async (token: string): Promise<LinkRow | undefined> => {
    if (!tokenForm.test(token)) return undefined
    const { rows } = await sql<LinkRow>`
      select id, directory_account, email, name, expires_at, used_at, voided_at from reset_links where hash = ${hashOf(token)}`.execute(db)
    return rows[0]
  }
  const release = (id: number) => sql`update reset_links set claimed_until = null where id = ${id}`.execute(db)

  return {
    skipsCode,
    linkFor,
    async resetLink(email, key) {
      const account = await orAway(directory.find(email))
      if (account === 'away') return { ok: false, reason: 'away' }
      if (!account) return { ok: false, reason: 'no-account' }
      return { ok: true, url: await linkFor(account, key), minutes: linkMinutes }
    },
    async unlock(email, key) {
      const { rows } = await sql<{
        outcome: { readonly was: 'locked' | 'open' }
      }>`select outcome from account_deeds where ask = ${key}`.execute(db)
      if (rows[0]) return { ok: true, was: rows[0].outcome.was }
      const account = await orAway(directory.find(email))
      if (account === 'away') return { ok: false, reason: 'away' }
      if (!account) return { ok: false, reason: 'no-account' }
      const unlocked = await orAway(directory.unlock(account.id))
      if (unlocked === 'away') return { ok: false, reason: 'away' }
      const outcome = { was: unlocked ? ('locked' as const) : ('open' as const) }
      const { rows: done } = await sql<{ outcome: typeof outcome }>`
        insert into account_deeds (ask, outcome, at) values (${key}, ${JSON.stringify(outcome)}::jsonb, ${now()})
        on conflict (ask) do update set ask = excluded.ask returning outcome`.execute(db)
      if (unlocked) {
        await audit({ who: 'hub', what: 'account.unlock', about: account.id, detail: { for: key } })
        await tell(`unlocked:${key}`, account.email, unlockedLetter(deskName, account.name))
      }
      return { ok: true, was: done[0]?.outcome.was ?? outcome.was }
    },
    async look(token) {
      const row = await rowOf(token)
      const state = stateOf(row)
      if (state !== 'open' || !row) return { ok: false, reason: state === 'open' ? 'unknown' : state }
      return { ok: true, account: maskedAddress(row.email), name: row.name, expiresAt: row.expires_at.toISOString(), rules }
    },
    async use(token, password) {
      const row = await rowOf(token)
      const state = stateOf(row)
      if (state !== 'open' || !row) return { ok: false, reason: state === 'open' ? 'unknown' : state }
      const { rows: claimed } = await sql`
        update reset_links set claimed_until = ${new Date(now().getTime() + claimSeconds * 1_000)}
        where id = ${row.id} and used_at is null and voided_at is null and (claimed_until is null or claimed_until < ${now()}) returning id`.execute(
        db,
      )
      if (claimed.length === 0) return { ok: false, reason: 'used' }
      let set: Awaited<ReturnType<Directory['setPassword']>> | 'away'
      try {
        set = await orAway(directory.setPassword(row.directory_account, password))
      } catch (error) {
        await release(row.id)
        throw error
      }
      if (set === 'away' || !set.ok) {
        await release(row.id)
        return set === 'away' ? { ok: false, reason: 'away' } : { ok: false, reason: 'refused', words: set.words }
      }
      await sql`update reset_links set used_at = ${now()}, claimed_until = null where id = ${row.id}`.execute(db)
      await audit({ who: `account:${row.directory_account}`, what: 'password.set', about: row.directory_account })
      await tell(`changed:${row.id}`, row.email, changedLetter(deskName, row.name))
      return { ok: true }
    },
  }
}

async function orAway<Answer>(work: Promise<Answer>): Promise<Answer | 'away'> {
  try {
    return await work
  } catch (error) {
    if (error instanceof DirectoryAway) return 'away'
    throw error
  }
}

import { randomUUID } from 'node:crypto'
import { hashPassword } from 'better-auth/crypto'
import { type Kysely, sql } from 'kysely'
import type { Directory, DirectoryAccount } from '../core/directory.ts'
import { faultsOf } from '../core/password-rules.ts'
import type { Accounts } from '../core/passwords.ts'
import { isAddress, plainAddress } from './address.ts'

type Row = {
  readonly id: string
  readonly name: string
  readonly email: string
  readonly locked_at: Date | null
  readonly must_change: boolean | null
}
const accountOf = ({ id, name, email, locked_at, must_change }: Row): DirectoryAccount => ({
  id,
  name,
  email,
  locked: locked_at !== null,
  mustChange: must_change === true,
})

/** The directory of a hub that has no other: the accounts that sign in here. */
export function makeBuiltinDirectory({
  db,
  now,
}: {
  readonly db: Kysely<any>
  readonly now: () => Date
}): Directory & { readonly accounts: Accounts } {
  const rows = async (which: ReturnType<typeof sql>): Promise<readonly Row[]> =>
    (
      await sql<Row>`
        select u.id, u.name, u.email, s.locked_at, s.must_change from sign_in_user u left join sign_in_state s on s.user_id = u.id
        where ${which} order by u.name, u.email`.execute(db)
    ).rows
  const find = async (email: string): Promise<DirectoryAccount | undefined> => {
    const [row] = await rows(sql`u.email = ${plainAddress(email)}`)
    return row && accountOf(row)
  }

  /** Whoever was signed in with the old password is so no more. */
  async function put(id: string, password: string, mustChange: boolean): Promise<void> {
    const hash = await hashPassword(password)
    await db.transaction().execute(async (within) => {
      const { numAffectedRows = 0n } = await sql`
        update sign_in_account set password = ${hash}, updated_at = ${now()} where user_id = ${id} and provider_id = 'credential'`.execute(
        within,
      )
      if (numAffectedRows === 0n)
        await sql`
          insert into sign_in_account (id, user_id, provider_id, account_id, password, created_at, updated_at)
          values (${randomUUID()}, ${id}, 'credential', ${id}, ${hash}, ${now()}, ${now()})`.execute(within)
      await sql`
        insert into sign_in_state (user_id, must_change) values (${id}, ${mustChange})
        on conflict (user_id) do update set must_change = excluded.must_change, wrong = 0`.execute(within)
      await sql`delete from sign_in_session where user_id = ${id}`.execute(within)
    })
  }

  async function unlock(id: string): Promise<boolean> {
    const { numAffectedRows = 0n } = await sql`
      update sign_in_state set locked_at = null, wrong = 0 where user_id = ${id} and locked_at is not null`.execute(db)
    return numAffectedRows > 0n
  }

  const accounts: Accounts = {
    list: async () => (await rows(sql`true`)).map(accountOf),
    async add({ email, name, password }) {
      const address = plainAddress(email)
      const words = [
        ...(isAddress(address) ? [] : ['This is no e-mail address.']),
        ...(name.trim() === '' || name.length > 200 ? ['Give a name of 1 to 200 characters.'] : []),
        ...(password === undefined ? [] : faultsOf(password, address)),
      ]
      if (words.length > 0) return { ok: false, words }
      const { rows: made } = await sql<{ id: string }>`
        insert into sign_in_user (id, name, email, email_verified, created_at, updated_at)
        values (${randomUUID()}, ${name.trim()}, ${address}, true, ${now()}, ${now()}) on conflict (email) do nothing returning id`.execute(
        db,
      )
      const id = made[0]?.id
      if (id === undefined) return { ok: false, words: ['There is an account with this address already.'] }
      if (password !== undefined) await put(id, password, true)
      return { ok: true, account: { id, name: name.trim(), email: address, locked: false, mustChange: password !== undefined } }
    },
    async lock(email) {
      const account = await find(email)
      if (!account) return undefined
      await sql`
        insert into sign_in_state (user_id, locked_at) values (${account.id}, ${now()})
        on conflict (user_id) do update set locked_at = coalesce(sign_in_state.locked_at, excluded.locked_at)`.execute(db)
      await sql`delete from sign_in_session where user_id = ${account.id}`.execute(db)
      return { ...account, locked: true }
    },
    async unlock(email) {
      const account = await find(email)
      if (!account) return undefined
      await unlock(account.id)
      return { ...account, locked: false }
    },
  }

  return {
    accounts,
    find,
    unlock,
    async setPassword(id, password) {
      const [row] = await rows(sql`u.id = ${id}`)
      if (!row) return { ok: false, words: ['This account is not there any more.'] }
      const words = faultsOf(password, row.email)
      if (words.length > 0) return { ok: false, words }
      await put(id, password, false)
      return { ok: true }
    },
    check: async () => ({ ok: true, detail: 'Accounts are kept in the hub itself.' }),
  }
}

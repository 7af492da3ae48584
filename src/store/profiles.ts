import { sql } from 'kysely'
import type { Address, PersonKey, Profile } from '../channel/index.ts'
import type { Db } from './connect.ts'

/** See `Store.claimProfile`: of several processes one asks, once a day. */
export async function claimProfile(db: Db, at: Address, key: PersonKey): Promise<boolean> {
  const { rows } = await sql`
    update identities set profiled_at = now()
    where channel = ${at.channel} and account = ${at.account} and key = ${key} and (profiled_at is null or profiled_at < now() - interval '1 day')
    returning key`.execute(db)
  return rows.length > 0
}

/** See `Store.noteProfile`. What is missing in the answer stays as it was; the person is named only where nobody named them yet. */
export async function noteProfile(db: Db, at: Address, key: PersonKey, profile: Profile): Promise<void> {
  const { name = null, email = null, emailVouched = false, picture = null, language = null } = profile
  await sql`
    with identity as (
      update identities set name = coalesce(${name}, name), email = coalesce(${email}, email), picture = coalesce(${picture}, picture),
        language = coalesce(${language}, language), email_vouched = case when ${email}::text is null then email_vouched else ${emailVouched} end
      where channel = ${at.channel} and account = ${at.account} and key = ${key}
      returning person)
    update people p set name = coalesce(p.name, ${name}), email = coalesce(p.email, ${emailVouched ? email : null})
    from identity where p.id = identity.person`.execute(db)
}

import { randomInt, timingSafeEqual } from 'node:crypto'
import { type Kysely, sql } from 'kysely'
import type { CodePurpose, Directory, Identities } from '../core/directory.ts'
import { type IdentityName, type Standing, standingOf, type TrustPolicy } from '../core/trust.ts'
import { isAddress, plainAddress } from './address.ts'
import { codeLetter } from './letters.ts'
import type { Outbox } from './outbox.ts'
import type { Seals } from './seal.ts'

export const codeMinutes = 10
const codeTries = 5
const minute = 60_000
/** Codes within so many minutes: of one identity, to one address, and of the whole hub (which keeps it from being used to write to strangers). */
const limits = {
  identity: { most: 3, minutes: 15 },
  address: { most: 5, minutes: 60 },
  hub: { most: 200, minutes: 60 },
} as const

type Needs = {
  readonly db: Kysely<any>
  readonly seals: Seals
  readonly outbox: Outbox
  /** Can mail be sent, and that something lies in the outbox. */
  readonly postman: { readonly sends: boolean; ring(): void }
  readonly policy: TrustPolicy
  /** Whose accounts make somebody an employee. */
  readonly directory: Pick<Directory, 'find'>
  readonly deskName: string
  readonly now: () => Date
  readonly audit: (entry: { readonly who: string; readonly what: string; readonly about?: string }) => Promise<void>
}

type Asked = Awaited<ReturnType<Identities['sendCode']>>
type Tried = Awaited<ReturnType<Identities['tryCode']>>

type CodeRow = {
  readonly id: number
  readonly ask: string
  readonly email: string
  readonly hash: string
  readonly expires_at: Date
  readonly tries: number
  readonly ended: 'proven' | 'replaced' | 'used-up' | null
}

/** Who people are on their channels, in the database. Asking and trying are taken one at a time over all processes: they are few, and limits are exact. */
export function makeIdentities({ db, seals, outbox, postman, policy, directory, deskName, now, audit }: Needs): Identities {
  const hashOf = (of: IdentityName, ask: string, code: string): string =>
    seals.mac('code', [of.channel, of.account, of.key, ask, code].join('\n'))

  async function standing(of: IdentityName, within: Kysely<any> = db): Promise<Standing> {
    const { rows } = await sql<{
      name: string | null
      email: string | null
      email_vouched: boolean
      proven_email: string | null
      proven_at: Date | null
      proven_employee: boolean
    }>`
      select name, email, email_vouched, proven_email, proven_at, proven_employee from identities
      where channel = ${of.channel} and account = ${of.account} and key = ${of.key}`.execute(within)
    const row = rows[0]
    const proofs = {
      name: row?.name ?? null,
      vouchedEmail: row?.email_vouched && row.email !== null ? plainAddress(row.email) : null,
      provenEmail: row?.proven_email ?? null,
      provenAt: row?.proven_at?.toISOString() ?? null,
      provenEmployee: row?.proven_employee ?? false,
    }
    return standingOf(proofs, policy, now().toISOString())
  }

  /** In how many minutes another code may be asked for; 0: now. */
  async function waitFor(of: IdentityName, email: string, within: Kysely<any>): Promise<number> {
    const at = now().getTime()
    const since = (minutes: number): Date => new Date(at - minutes * minute)
    const mine = sql`channel = ${of.channel} and account = ${of.account} and person = ${of.key}`
    const windows = [
      [mine, limits.identity],
      [sql`email = ${email}`, limits.address],
      [sql`true`, limits.hub],
    ] as const
    const waits = await windows.reduce<Promise<readonly number[]>>(async (before, [whose, { most, minutes }]) => {
      const found = await before
      const { rows } = await sql<{ made_at: Date }>`
        select made_at from codes where ${whose} and refused is null and made_at > ${since(minutes)} order by made_at desc offset ${most - 1} limit 1`.execute(
        within,
      )
      const oldest = rows[0]
      return [...found, oldest ? Math.max(1, Math.ceil((oldest.made_at.getTime() + minutes * minute - at) / minute)) : 0]
    }, Promise.resolve([]))
    return Math.max(...waits)
  }

  async function ask(of: IdentityName, email: string, purpose: CodePurpose, key: string, within: Kysely<any>): Promise<Asked> {
    const { rows: before } = await sql<{ refused: 'too-many' | null; minutes: number }>`
      select refused, minutes from codes where channel = ${of.channel} and account = ${of.account} and person = ${of.key} and ask = ${key}`.execute(
      within,
    )
    const prior = before[0]
    if (prior)
      return prior.refused === null ? { ok: true, minutes: prior.minutes } : { ok: false, reason: prior.refused, minutes: prior.minutes }
    const wait = await waitFor(of, email, within)
    const code = String(randomInt(0, 1_000_000)).padStart(6, '0')
    const until = new Date(now().getTime() + codeMinutes * minute)
    const hash = wait > 0 ? null : hashOf(of, key, code)
    if (wait === 0)
      await sql`
        update codes set ended = 'replaced'
        where channel = ${of.channel} and account = ${of.account} and person = ${of.key} and refused is null and ended is null`.execute(
        within,
      )
    const { rows } = await sql<{ id: number }>`
      insert into codes (channel, account, person, ask, email, purpose, made_at, expires_at, hash, refused, minutes)
      values (${of.channel}, ${of.account}, ${of.key}, ${key}, ${email}, ${purpose}, ${now()}, ${until}, ${hash},
        ${wait > 0 ? 'too-many' : null}, ${wait > 0 ? wait : codeMinutes})
      returning id`.execute(within)
    if (wait > 0) return { ok: false, reason: 'too-many', minutes: wait }
    const { id } = rows[0]!
    // Whether there is an account is looked up when the mail leaves, so that nobody can tell from here.
    if (isAddress(email))
      await outbox.put(
        {
          ask: `code:${id}`,
          to: email,
          onFile: purpose === 'password',
          code: id,
          until,
          ...codeLetter(deskName, purpose, code, codeMinutes),
        },
        within,
      )
    return { ok: true, minutes: codeMinutes }
  }

  async function attempt(of: IdentityName, given: string, within: Kysely<any>): Promise<Tried> {
    const { rows } = await sql<CodeRow>`
      select id, ask, email, hash, expires_at, tries, ended from codes
      where channel = ${of.channel} and account = ${of.account} and person = ${of.key} and refused is null order by id desc limit 1`.execute(
      within,
    )
    const code = rows[0]
    if (!code || code.ended === 'proven' || code.ended === 'replaced') return { ok: false, reason: 'none' }
    if (code.ended === 'used-up') return { ok: false, reason: 'used-up' }
    if (now() >= code.expires_at) return { ok: false, reason: 'expired' }
    const digits = given.normalize('NFKC').replaceAll(/[\s-]/gu, '')
    const right = timingSafeEqual(Buffer.from(hashOf(of, code.ask, digits), 'hex'), Buffer.from(code.hash, 'hex'))
    const left = codeTries - code.tries - 1
    const ended = right ? 'proven' : left === 0 ? 'used-up' : null
    await sql`update codes set tries = tries + 1, ended = ${ended} where id = ${code.id}`.execute(within)
    if (!right) return left === 0 ? { ok: false, reason: 'used-up' } : { ok: false, reason: 'wrong', left }
    await prove(of, code.email, within)
    return { ok: true, standing: await standing(of, within) }
  }

  /** Somebody of whom nothing was heard yet becomes a person here, as by their first message. */
  async function prove(of: IdentityName, email: string, within: Kysely<any>): Promise<void> {
    await sql`
      with known as (
        select person from identities where channel = ${of.channel} and account = ${of.account} and key = ${of.key}
      ), made as (
        insert into people (email) select ${email} where not exists (select 1 from known) returning id
      ), named as (
        update people set email = coalesce(people.email, ${email}) from known where people.id = known.person
      )
      insert into identities (channel, account, key, person, proven_email, proven_at)
      select ${of.channel}, ${of.account}, ${of.key}, id, ${email}, ${now()} from (select person as id from known union all select id from made) p
      on conflict (channel, account, key) do update set proven_email = excluded.proven_email, proven_at = excluded.proven_at,
        proven_employee = identities.proven_employee and identities.proven_email = excluded.proven_email`.execute(within)
  }

  /** Nothing in it is slow: three or four statements on few rows. */
  const oneAtATime = <Answer>(work: (within: Kysely<any>) => Promise<Answer>): Promise<Answer> =>
    db.transaction().execute(async (transaction) => {
      await sql`select pg_advisory_xact_lock(hashtext('switchboard.codes'))`.execute(transaction)
      return work(transaction)
    })
  /** Asks the directory once for each proof, after it. Where it is away, they are no employee until the next proof. */
  async function knownTo(of: IdentityName, proven: Standing): Promise<Standing> {
    if (proven.employee || proven.email === null) return proven
    const known = await directory.find(proven.email).catch(() => undefined)
    if (known === undefined) return proven
    await sql`
      update identities set proven_employee = true
      where channel = ${of.channel} and account = ${of.account} and key = ${of.key} and proven_email = ${proven.email}`.execute(db)
    return { ...proven, employee: true }
  }
  const nameOf = (of: IdentityName): string => `${of.channel}/${of.account}/${of.key}`

  return {
    standing: (of) => standing(of),
    async sendCode(of, email, purpose, key) {
      if (!postman.sends) return { ok: false, reason: 'away', minutes: 0 }
      const asked = await oneAtATime((within) => ask(of, plainAddress(email), purpose, key, within))
      if (asked.ok) postman.ring()
      return asked
    },
    async tryCode(of, code, key) {
      const tried = await oneAtATime(async (within) => {
        const { rows } = await sql<{ answer: Tried }>`
          select answer from code_tries where channel = ${of.channel} and account = ${of.account} and person = ${of.key} and ask = ${key}`.execute(
          within,
        )
        if (rows[0]) return { answer: rows[0].answer, fresh: false }
        const answer = await attempt(of, code, within)
        await sql`
          insert into code_tries (channel, account, person, ask, answer, at)
          values (${of.channel}, ${of.account}, ${of.key}, ${key}, ${JSON.stringify(answer)}::jsonb, ${now()})`.execute(within)
        return { answer, fresh: true }
      })
      if (tried.fresh && tried.answer.ok)
        await audit({ who: nameOf(of), what: 'identity.proven', about: tried.answer.standing.email ?? '' })
      return tried.answer.ok ? { ok: true, standing: await knownTo(of, tried.answer.standing) } : tried.answer
    },
  }
}

/** Deletes what is of no use any more: codes and their tries after two days, mails that left, links and deeds after thirty. */
export async function forgetCodes(db: Kysely<any>, now: Date): Promise<void> {
  const before = (days: number): Date => new Date(now.getTime() - days * 86_400_000)
  await sql`delete from codes where made_at < ${before(2)}`.execute(db)
  await sql`delete from code_tries where at < ${before(2)}`.execute(db)
  await sql`delete from mails where made_at < ${before(30)}`.execute(db)
  await sql`delete from reset_links where made_at < ${before(30)}`.execute(db)
  await sql`delete from account_deeds where at < ${before(30)}`.execute(db)
}

import type { Kysely } from 'kysely'
import type { Directory } from '../../src/core/directory.ts'
import { ownRules } from '../../src/core/password-rules.ts'
import type { IdentityName } from '../../src/core/trust.ts'
import { makeBuiltinDirectory } from '../../src/directory/builtin.ts'
import { makeIdentities } from '../../src/directory/identities.ts'
import { makeOutbox } from '../../src/directory/outbox.ts'
import { makePasswordHelp } from '../../src/directory/password-help.ts'
import { makePostman, type Way } from '../../src/directory/postman.ts'
import { makeSeals } from '../../src/directory/seal.ts'
import { writeAudit } from '../../src/store/audit.ts'
import type { Connection } from '../../src/store/connect.ts'
import { migrate } from '../../src/store/migrate.ts'
import { openMemory } from '../support/template.ts'

export const who = (key: string, channel = 'telegram'): IdentityName => ({ channel, account: 'main', key }) as IdentityName

const tables = ['codes', 'code_tries', 'mails', 'reset_links', 'account_deeds', 'audit', 'sign_in_user', 'identities', 'people'] as const

/** Everything about people and their accounts, over an empty database of its own (or the one that is given) and a clock that stands still until it is put forward. */
export async function openPeople({
  way = { by: 'mailbox' },
  other,
  on,
}: {
  readonly way?: Way
  readonly other?: Directory
  readonly on?: Connection
} = {}) {
  const connection = on ?? (await openMemory())
  await migrate(connection)
  const db: Kysely<any> = connection.db
  const clock = { at: new Date('2026-03-02T09:00:00.000Z') }
  const now = () => clock.at
  const logged: string[] = []
  const write = (fields: object, text: string) => void logged.push(`${JSON.stringify(fields)} ${text}`)
  const log = { info: write, warn: write, error: write }
  const seals = makeSeals('a secret of tests, longer than 32 characters')
  const outbox = makeOutbox({ db, seals, now })
  const builtin = makeBuiltinDirectory({ db, now })
  const directory = other ?? builtin
  const postman = makePostman({ outbox, way, directory, log, now })
  const audit = (entry: { who: string; what: string; about?: string; detail?: { for: string } }) => writeAudit(connection.db, entry)
  const shared = { db, seals, outbox, postman, now, audit, deskName: 'Test desk' }
  const identities = makeIdentities({ ...shared, directory, policy: { vouched: 'verified', verifiedMinutes: 30 } })
  const help = makePasswordHelp({ ...shared, directory, rules: ownRules, publicUrl: () => 'https://desk.example', skipsCode: false })
  return {
    connection,
    db,
    clock,
    logged,
    outbox,
    postman,
    directory,
    accounts: builtin.accounts,
    identities,
    help,
    later(minutes: number): void {
      clock.at = new Date(clock.at.getTime() + minutes * 60_000)
    },
    /** The mails that have left so far, newest first. */
    async mails() {
      await postman.look()
      return outbox.kept(100)
    },
    /** The code in the newest mail. */
    async code(): Promise<string> {
      await postman.look()
      const [mail] = await outbox.kept(1)
      return /^(\d{6}) is your code/.exec(mail?.subject ?? '')?.[1] ?? ''
    },
    async empty(): Promise<void> {
      for (const table of tables) await db.deleteFrom(table).execute()
      logged.length = 0
    },
    async close(): Promise<void> {
      await postman.close()
      if (!on) await connection.close()
    },
  }
}
export type People = Awaited<ReturnType<typeof openPeople>>

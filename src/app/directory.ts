import type { Kysely } from 'kysely'
import type { Logger } from 'pino'
import type { Settings } from '../../config/schema.ts'
import type { Directory, Identities, PasswordHelp } from '../core/directory.ts'
import { ownRules } from '../core/password-rules.ts'
import type { Accounts, ResetLinks } from '../core/passwords.ts'
import { makeBuiltinDirectory } from '../directory/builtin.ts'
import { forgetCodes, makeIdentities } from '../directory/identities.ts'
import { makeLdapDirectory } from '../directory/ldap.ts'
import { type KeptMail, makeOutbox } from '../directory/outbox.ts'
import { makePasswordHelp } from '../directory/password-help.ts'
import { makePostman, type Way } from '../directory/postman.ts'
import { makeSeals } from '../directory/seal.ts'
import { makeSmtp } from '../directory/smtp.ts'
import { writeAudit } from '../store/audit.ts'
import type { Db } from '../store/connect.ts'

type Needs = {
  readonly db: Db
  readonly settings: Settings
  readonly secret: string
  readonly publicUrl: () => string
  readonly log: Logger
  readonly now: () => Date
}

/** Who people are, and the organisation's accounts, ready to use. */
export type People = {
  readonly directory: Directory
  readonly identities: Identities
  readonly passwordHelp: PasswordHelp
  readonly resetLinks: ResetLinks
  /** The hub's own accounts, where they are the directory. */
  readonly accounts: Accounts | undefined
  /** A link by which the owner of an account sets its first password. */
  invite(email: string, key: string): Promise<string | undefined>
  /** Gives the persons of the playground an account, so that there is something to unlock and to reset. */
  furnish(): Promise<void>
  /** The playground's mails, newest first. */
  mails(): Promise<readonly KeptMail[]>
  /** From now on mails leave. The answer ends that. */
  start(): () => Promise<void>
  /** Deletes what is of no use any more. */
  forget(): Promise<void>
}

/** How long an invitation is good, in minutes. */
const invitationMinutes = 3 * 24 * 60
const mailsShown = 50

/** Whom the playground plays, by their own address and by those that its Slack and its Teams vouch for. */
const playedPeople = [
  ['Ada', 'ada@example.com', 'person.777@example.com', 'ada@contoso.example'],
  ['Ben', 'ben@example.com', 'person.778@example.com', 'ben@contoso.example'],
] as const

export function openPeople({ db, settings, secret, publicUrl, log, now }: Needs): People {
  const seals = makeSeals(secret)
  const tables: Kysely<any> = db
  const outbox = makeOutbox({ db: tables, seals, now })
  const builtin = makeBuiltinDirectory({ db: tables, now })
  const own = settings.directory.kind === 'builtin'
  const directory = settings.directory.kind === 'ldap' ? makeLdapDirectory(settings.directory) : builtin
  const rules =
    settings.directory.kind === 'ldap'
      ? { minLength: settings.directory.passwordMinLength, maxLength: 256, hints: settings.directory.passwordHints }
      : ownRules
  const way = wayOf(settings)
  const postman = makePostman({ outbox, way, directory, log, now })
  const audit = (entry: Parameters<typeof writeAudit>[1]): Promise<void> => writeAudit(db, entry)
  const shared = { db: tables, seals, outbox, postman, now, audit, deskName: settings.name }
  const help = makePasswordHelp({ ...shared, directory, rules, publicUrl, skipsCode: settings.passwordReset.skipCodeWhenVerified })
  return {
    directory,
    identities: makeIdentities({ ...shared, directory, policy: settings.trust }),
    passwordHelp: help,
    resetLinks: help,
    accounts: own ? builtin.accounts : undefined,
    async invite(email, key) {
      const account = await directory.find(email)
      return account && help.linkFor(account, key, invitationMinutes)
    },
    async furnish() {
      if (!own) return
      for (const [name, ...addresses] of playedPeople) for (const email of addresses) await builtin.accounts.add({ email, name })
    },
    mails: () => outbox.kept(mailsShown),
    start() {
      postman.start()
      return () => postman.close()
    },
    forget: () => forgetCodes(tables, now()),
  }
}

function wayOf({ mail, playground }: Settings): Way {
  if (mail) return { by: 'post', post: makeSmtp({ url: mail.smtp, from: mail.from }) }
  return { by: playground ? 'mailbox' : 'nothing' }
}

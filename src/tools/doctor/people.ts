import type { Settings } from '../../../config/schema.ts'
import { makeLdapDirectory } from '../../directory/ldap.ts'
import { makeSmtp } from '../../directory/smtp.ts'
import { broken, type Finding, ok, warning } from './finding.ts'

/** Does the mail server take the hub's credentials? Sends nothing. */
export async function examineMail({ mail, playground }: Settings): Promise<Finding> {
  if (!mail) {
    if (playground) return ok('mail', 'kept for the playground’s mailbox; none is sent')
    return warning(
      'mail',
      'not set up, so no code can be sent and nobody can prove who they are by one',
      'Set hub.mail (docs/passwords.md).',
    )
  }
  const post = makeSmtp({ url: mail.smtp, from: mail.from })
  const { ok: fine, detail } = await post.check()
  post.close()
  return fine
    ? ok('mail', detail)
    : broken('mail', detail, 'Check hub.mail.smtp: host, port, user, password; and that this machine may reach it.')
}

/** Does the directory answer, and take the hub's account? */
export async function examineDirectory({ directory }: Settings): Promise<Finding> {
  if (directory.kind === 'builtin') return ok('directory', 'accounts are kept in the hub')
  const { ok: fine, detail } = await makeLdapDirectory(directory).check()
  return fine
    ? ok('directory', detail)
    : broken('directory', detail, 'Check hub.directory: url, ca, bindDn, bindPassword, baseDn (docs/passwords.md).')
}

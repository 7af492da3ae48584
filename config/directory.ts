import { z } from 'zod'
import { isLoopback } from './loopback.ts'

const url = (protocols: RegExp, says: string) =>
  z.string().refine((value) => URL.canParse(value) && protocols.test(new URL(value).protocol), { error: says })

/** How mail leaves: codes, and notices to the owners of accounts. */
export const mail = z.strictObject({
  smtp: url(/^smtps?:$/, 'an address such as smtps://user:password@mail.example.org')
    .meta({ secret: true })
    .describe('The mail server: smtps:// (port 465), or smtp:// (port 587), which must offer TLS unless it is on this machine.'),
  from: z
    .string()
    .max(200)
    .regex(/^(?:[^<>\p{Cc}"]{1,100}<)?[^\s<>@,;"\p{Cc}]+@[^\s<>@,;"\p{Cc}]+>?$/u, {
      error: 'an address such as desk@example.org, or Support <desk@example.org>',
    })
    .describe('Whom mails come from: an address, or a name with the address in pointed brackets.'),
})

const builtin = z.strictObject({
  kind: z.literal('builtin').describe('Where the organisation’s accounts are: in the hub itself, or in a directory that speaks LDAP.'),
})

const attribute = (fallback: string, what: string) =>
  z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9-]{0,63}$/, { error: 'the name of an attribute, such as mail' })
    .default(fallback)
    .describe(what)

const ldap = z
  .strictObject({
    kind: z.literal('ldap').describe('Where the organisation’s accounts are: in the hub itself, or in a directory that speaks LDAP.'),
    url: url(/^ldaps?:$/, 'an address such as ldaps://directory.example.org').describe(
      'The server: ldaps://, or ldap:// with startTls; without either only on this machine.',
    ),
    startTls: z.boolean().default(false).describe('Switch ldap:// to TLS before anything is said.'),
    ca: z
      .string()
      .min(1)
      .optional()
      .describe('The certificate (PEM) of the authority that signed the server’s, best from a file; the usual ones where it is left out.'),
    flavour: z
      .enum(['openldap', 'active-directory'])
      .default('openldap')
      .describe('How passwords are set and locks are kept: by RFC 3062 and the ppolicy overlay, or as Active Directory does.'),
    bindDn: z
      .string()
      .min(1)
      .max(1_000)
      .describe('The account that the hub signs in with; it may read accounts, unlock them and set passwords, and no more.'),
    bindPassword: z.string().min(1).meta({ secret: true }).describe('Its password.'),
    baseDn: z.string().min(1).max(1_000).describe('Accounts are looked for under this entry.'),
    filter: z
      .string()
      .max(1_000)
      .refine((value) => value.includes('{email}'), { error: 'a filter with {email} in it, such as (mail={email})' })
      .default('(mail={email})')
      .describe('How an account is found by its e-mail address, which stands for {email}.'),
    nameAttribute: attribute('cn', 'Where an account’s name stands.'),
    emailAttribute: attribute('mail', 'Where its address on file stands: the only one that codes are sent to.'),
    timeoutMs: z.int().min(500).max(60_000).default(8_000).describe('How long the server may take for one answer.'),
    passwordMinLength: z
      .int()
      .min(1)
      .max(256)
      .default(12)
      .describe('What the page for a new password says beforehand; the server has the last word.'),
    passwordHints: z.array(z.string().min(1).max(300)).max(10).default([]).describe('Further rules, in sentences, that the page shows.'),
  })
  .superRefine(({ url: address, startTls, flavour }, context) => {
    const { protocol, hostname } = new URL(address)
    if (protocol === 'ldap:' && !startTls && !isLoopback(`http://${hostname}`))
      context.addIssue({ code: 'custom', path: ['url'], message: 'ldaps://, or ldap:// with startTls: passwords go this way' })
    if (protocol === 'ldaps:' && startTls)
      context.addIssue({ code: 'custom', path: ['startTls'], message: 'false with ldaps://, which is TLS already' })
    if (flavour === 'active-directory' && protocol === 'ldap:' && !startTls)
      context.addIssue({
        code: 'custom',
        path: ['url'],
        message: 'ldaps://, or ldap:// with startTls: Active Directory takes passwords over TLS only',
      })
  })

/** Where the organisation's accounts are. */
export const directory = z.discriminatedUnion('kind', [builtin, ldap])

/** What the virtual agent may do about passwords. */
export const passwordReset = z.strictObject({
  skipCodeWhenVerified: z
    .boolean()
    .default(false)
    .describe('Send no code by mail to people whom their workspace’s sign-in has proven already (Slack, Teams).'),
})

/** How well somebody's address counts as proven. */
export const trust = z.strictObject({
  vouched: z
    .enum(['verified', 'linked'])
    .default('verified')
    .describe(
      'What a member of your own Slack or Teams is, by that alone: verified may decide approvals, linked is asked for a code first.',
    ),
  verifiedMinutes: z
    .int()
    .min(1)
    .max(1_440)
    .default(30)
    .describe('How long a code counts; afterwards the chat stays linked to the address.'),
})

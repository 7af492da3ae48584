import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { loadConfiguration } from '../../config/load.ts'
import { explainAll } from '../../config/problem.ts'

const folder = mkdtempSync(join(tmpdir(), 'switchboard-config-'))
afterAll(() => rmSync(folder, { recursive: true }))

let files = 0
const variables = { SMTP: 'smtps://hub:mail%20secret@mail.example.org', BIND: 'bind secret' }
function load(hub: object) {
  const file = join(folder, `${++files}.yaml`)
  writeFileSync(file, JSON.stringify({ hub }))
  return loadConfiguration([], { ...variables, HUB_CONFIG: file })
}
const said = (hub: object): string => {
  const loaded = load(hub)
  return loaded.ok ? '' : explainAll(loaded.problems)
}
const filled = (name: string): string => `$\{${name}}`
const ldap = { kind: 'ldap', url: 'ldaps://d.example.org', bindDn: 'cn=hub', bindPassword: filled('BIND'), baseDn: 'dc=example' }

describe('mail and directory in the configuration', () => {
  test('are taken with their secrets from outside, which the log then knows', () => {
    const loaded = load({ mail: { smtp: filled('SMTP'), from: 'Desk <desk@example.org>' }, directory: ldap })
    expect(loaded.ok ? '' : explainAll(loaded.problems)).toBe('')
    if (!loaded.ok) return
    expect(loaded.configuration.secrets).toEqual(expect.arrayContaining(['mail secret', 'bind secret', variables.SMTP]))
    expect(loaded.configuration.settings.directory).toMatchObject({ filter: '(mail={email})', flavour: 'openldap', timeoutMs: 8_000 })
    expect(loaded.configuration.settings.trust).toEqual({ vouched: 'verified', verifiedMinutes: 30 })
  })

  test('need none on this machine without a password', () => {
    expect(said({ mail: { smtp: 'smtp://127.0.0.1:2525', from: 'desk@example.org' } })).toBe('')
    expect(said({ directory: { ...ldap, url: 'ldap://127.0.0.1:389' } })).toBe('')
    expect(said({ directory: { kind: 'builtin' } })).toBe('')
  })

  test.each([
    [
      'a password in the file',
      { mail: { smtp: 'smtps://hub:hunter2@mail.example.org', from: 'desk@example.org' } },
      /mail\.smtp[\s\S]*a secret written into the file[\s\S]*MAIL_SMTP/,
    ],
    ['another one', { directory: { ...ldap, bindPassword: 'hunter2' } }, /bindPassword[\s\S]*a secret written into the file/],
    ['a way without TLS', { directory: { ...ldap, url: 'ldap://d.example.org' } }, /directory\.url[\s\S]*startTls/],
    ['TLS twice', { directory: { ...ldap, startTls: true } }, /startTls/],
    ['Active Directory without TLS', { directory: { ...ldap, url: 'ldap://127.0.0.1', flavour: 'active-directory' } }, /TLS only/],
    ['a filter without the address', { directory: { ...ldap, filter: '(uid=*)' } }, /\{email\}/],
    ['two senders', { mail: { smtp: filled('SMTP'), from: 'a@example.org, b@example.org' } }, /mail\.from/],
    ['a line break in the sender', { mail: { smtp: filled('SMTP'), from: 'a@example.org\r\nBcc: b@example.org' } }, /mail\.from/],
    ['another kind of server', { mail: { smtp: 'https://mail.example.org', from: 'a@example.org' } }, /smtps:\/\//],
    ['keys of the other kind', { directory: { kind: 'builtin', url: 'ldaps://d.example.org' } }, /url/],
    ['an unknown kind', { directory: { kind: 'radius' } }, /directory\.kind/],
  ])('refuse %s, and say what would be right', (_what, hub, words) => {
    expect(said(hub)).toMatch(words)
    expect(said(hub)).not.toContain('hunter2')
  })
})

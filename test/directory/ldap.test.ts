import { createServer, type Server } from 'node:net'
import { Client, ConstraintViolationError, UnwillingToPerformError } from 'ldapts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DirectoryAway } from '../../src/core/directory.ts'
import { type LdapSettings, makeLdapDirectory } from '../../src/directory/ldap.ts'
import { refusalOf } from '../../src/directory/ldap-words.ts'
import { freePort } from '../support/free-port.ts'
import { baseDn, firstPassword, peopleDn, type Slapd, service, slapdIsHere, startSlapd } from '../support/slapd.ts'
import { openPeople, who } from './desk.ts'

const here = slapdIsHere()
let slapd: Slapd
let settings: LdapSettings
beforeAll(async () => {
  if (!here) return
  slapd = await startSlapd()
  settings = {
    url: slapd.url,
    startTls: false,
    flavour: 'openldap',
    ...service,
    baseDn: peopleDn,
    filter: '(&(objectClass=inetOrgPerson)(mail={email}))',
    nameAttribute: 'cn',
    emailAttribute: 'mail',
    timeoutMs: 30_000,
  }
})
afterAll(() => slapd?.stop())

const open = (more: Partial<LdapSettings> = {}) => makeLdapDirectory({ ...settings, ...more })
const ada = `uid=ada,${peopleDn}`
const ben = `uid=ben,${peopleDn}`

describe.runIf(here)('an account in OpenLDAP', () => {
  test('is found by its address, whatever other addresses it has', async () => {
    const expected = { id: ada, name: 'Ada Lovelace', email: 'ada@example.org', locked: false, mustChange: false }
    expect(await open().find('ADA@example.org ')).toEqual(expected)
    expect(await open().find('benjamin@example.org')).toMatchObject({ id: ben, name: 'Ben Böhm', email: 'benjamin@example.org' })
    expect(await open().find("o'dd+x@example.org")).toMatchObject({ name: 'Odd (One)*' })
    expect(await open().find('nobody@example.org')).toBeUndefined()
  })

  test.each(['*', 'a*', '*)(uid=*', 'ada@example.org)(cn=*', 'ada@example.org\0', '\\2a', ''])(
    'is not found by what is no address: %j',
    async (email) => {
      expect(await open().find(email)).toBeUndefined()
    },
  )

  test('whose address two accounts have is nobody’s', async () => {
    expect(await open().find('twins@example.org')).toBeUndefined()
  })

  test('gets the password that its owner chose, and need not change it again', async () => {
    expect(await open().setPassword(ada, 'seven lanterns drift')).toEqual({ ok: true })
    expect(await slapd.isPassword('ada', 'seven lanterns drift')).toBe(true)
    expect(await slapd.isPassword('ada', firstPassword)).toBe(false)
    expect(await open().find('ada@example.org')).toMatchObject({ mustChange: false })
  })

  test.each(['Gießkanne & Mondlicht', '犬も歩けば棒に当たるですね', `"quotes" \\ and 'more' (*)`, 'blanks at the end   '])(
    'takes every character: %j',
    async (password) => {
      expect(await open().setPassword(ben, password)).toEqual({ ok: true })
      expect(await slapd.isPassword('ben', password)).toBe(true)
    },
  )

  test('refuses what the policy forbids, and says what to do', async () => {
    const before = 'a password from before'
    expect(await open().setPassword(ada, before)).toEqual({ ok: true })
    expect(await open().setPassword(ada, 'a password from now')).toEqual({ ok: true })
    expect(await open().setPassword(ada, before)).toEqual({ ok: false, words: [expect.stringContaining('used this password before')] })
    const short = await open().setPassword(ada, 'short')
    expect(short).toMatchObject({ ok: false, words: [expect.stringMatching(/longer|stronger/)] })
    expect(await slapd.isPassword('ada', 'a password from now')).toBe(true)
  })

  test('that is not there any more is said to be so', async () => {
    expect(await open().setPassword(`uid=gone,${peopleDn}`, 'seven lanterns drift')).toEqual({
      ok: false,
      words: ['This account is not there any more.'],
    })
    expect(await open().unlock(`uid=gone,${peopleDn}`)).toBe(false)
  })

  test('is locked by wrong passwords, and unlocked with the password it has', async () => {
    expect(await open().setPassword(ben, 'nine quiet harbours')).toEqual({ ok: true })
    expect(await open().unlock(ben)).toBe(false)
    for (let n = 0; n < 3; n++) expect(await slapd.isPassword('ben', 'wrong')).toBe(false)
    expect(await open().find('ben@example.org')).toMatchObject({ locked: true })
    expect(await slapd.isPassword('ben', 'nine quiet harbours')).toBe(false)
    expect(await open().unlock(ben)).toBe(true)
    expect(await open().unlock(ben)).toBe(false)
    expect(await open().find('ben@example.org')).toMatchObject({ locked: false })
    expect(await slapd.isPassword('ben', 'nine quiet harbours')).toBe(true)
  })
})

describe.runIf(here)('an account as Active Directory keeps it (its attributes, on OpenLDAP)', () => {
  const win = `uid=win,${peopleDn}`
  const directory = () => open({ flavour: 'active-directory' })

  test('is locked by lockoutTime and has to change a password that was never set', async () => {
    expect(await directory().find('win@example.org')).toMatchObject({ id: win, locked: true, mustChange: true })
    expect(await directory().unlock(win)).toBe(true)
    expect(await directory().unlock(win)).toBe(false)
    expect(await directory().find('win@example.org')).toMatchObject({ locked: false })
  })

  test('gets its password as unicodePwd: in quotes, in UTF-16', async () => {
    expect(await directory().setPassword(win, 'Gießkanne 犬')).toEqual({ ok: true })
    const client = new Client({ url: slapd.url, timeout: 30_000 })
    await client.bind(service.bindDn, service.bindPassword)
    const { searchEntries } = await client.search(win, {
      scope: 'base',
      attributes: ['unicodePwd'],
      explicitBufferAttributes: ['unicodePwd'],
    })
    await client.unbind()
    expect((searchEntries[0]!.unicodePwd as Buffer).toString('hex')).toBe(Buffer.from('"Gießkanne 犬"', 'utf16le').toString('hex'))
  })
})

test.each([
  [
    new ConstraintViolationError('0000052D: AtrErr: DSID-03191083, #1:\n\t0: 0000052D: DSID-03191083, problem 1005 (CONSTRAINT_ATT_TYPE)'),
    /rules refuse this password/,
  ],
  [new UnwillingToPerformError('0000052D: SvcErr: DSID-031A1254, problem 5003 (WILL_NOT_PERFORM), data 0'), /rules refuse this password/],
  [new ConstraintViolationError('Password is too young to change'), /some time between/],
  [new ConstraintViolationError('Password is not being changed from existing value'), /have already/],
  [new ConstraintViolationError('something new'), /rules refuse this password/],
  [new UnwillingToPerformError('shadow context; no update referral'), /^$/],
  [new Error('Password is too young to change'), /^$/],
])('what a directory says of a password is said in plain words: %s', (error, words) =>
  expect((refusalOf(error) ?? []).join(' ')).toMatch(words),
)

test.runIf(here)('somebody who forgot their password gets a new one in LDAP: code, link, password', async () => {
  const people = await openPeople({ other: open() })
  const chat = who('ada')
  expect(await people.identities.sendCode(chat, 'odd@example.org', 'password', 'k0')).toEqual({ ok: true, minutes: 10 })
  expect(await people.identities.sendCode(chat, 'ada@example.org', 'password', 'k1')).toEqual({ ok: true, minutes: 10 })
  expect((await people.mails()).map(({ to }) => to)).toEqual(['ada@example.org'])
  const tried = await people.identities.tryCode(chat, await people.code(), 't')
  expect(tried).toMatchObject({ ok: true, standing: { trust: 'verified', email: 'ada@example.org' } })
  const link = await people.help.resetLink('ada@example.org', 'l')
  const token = link.ok ? link.url.split('#')[1]! : ''
  expect(await people.help.use(token, 'short')).toMatchObject({ ok: false, reason: 'refused' })
  expect(await people.help.use(token, 'eleven paper boats')).toEqual({ ok: true })
  expect(await slapd.isPassword('ada', 'eleven paper boats')).toBe(true)
  await people.close()
})

describe.runIf(here)('the way to the directory', () => {
  test('is green where server, account and base are right', async () => {
    expect(await open().check()).toEqual({ ok: true, detail: 'The directory answers.' })
    expect(await open({ baseDn: `ou=gone,${baseDn}` }).check()).toMatchObject({ ok: false, detail: expect.stringContaining('baseDn') })
    const wrong = await open({ bindPassword: 'a wrong one' }).check()
    expect(wrong).toMatchObject({ ok: false, detail: expect.stringContaining('bindPassword') })
    expect(wrong.detail).not.toContain('a wrong one')
  })

  test('is safe by StartTLS and by ldaps, where the certificate is of the authority that is trusted', async () => {
    const named = slapd.url.replace('127.0.0.1', 'localhost')
    expect(await open({ startTls: true, ca: slapd.ca, url: named }).find('ada@example.org')).toMatchObject({ id: ada })
    expect(await open({ startTls: true, ca: slapd.ca }).find('ada@example.org')).toMatchObject({ id: ada })
    expect(await open({ url: slapd.tlsUrl, ca: slapd.ca }).find('ada@example.org')).toMatchObject({ id: ada })
    for (const more of [{ startTls: true, url: named }, { url: slapd.tlsUrl }]) {
      await expect(open(more).find('ada@example.org')).rejects.toThrow(DirectoryAway)
      expect(await open(more).check()).toMatchObject({ ok: false })
    }
  })

  test('a service account that may not set passwords is not a person’s fault', async () => {
    const own = open({ bindDn: `cn=reader,${baseDn}` })
    expect(await own.find('ada@example.org')).toMatchObject({ id: ada })
    await expect(own.setPassword(ada, 'eight copper kettles')).rejects.toThrow(DirectoryAway)
    expect(await slapd.isPassword('ada', 'eight copper kettles')).toBe(false)
  })
})

describe('a directory that is away', () => {
  let silent: Server
  const sockets = new Set<import('node:net').Socket>()
  beforeAll(async () => {
    silent = createServer((socket) => void sockets.add(socket))
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  })
  afterAll(() => {
    for (const socket of sockets) socket.destroy()
    silent?.close()
  })
  const away = (url: string) =>
    makeLdapDirectory({
      url,
      startTls: false,
      flavour: 'openldap',
      ...service,
      baseDn: peopleDn,
      filter: '(mail={email})',
      nameAttribute: 'cn',
      emailAttribute: 'mail',
      timeoutMs: 300,
    })

  test('is told as such by whatever is asked, and waited for no longer than allowed', async () => {
    const nobody = `ldap://127.0.0.1:${await freePort()}`
    const { port } = silent.address() as { port: number }
    for (const url of [nobody, `ldap://127.0.0.1:${port}`, 'ldaps://gone.invalid']) {
      const directory = away(url)
      await expect(directory.find('ada@example.org')).rejects.toThrow(DirectoryAway)
      await expect(directory.unlock(ada)).rejects.toThrow(DirectoryAway)
      await expect(directory.setPassword(ada, 'seven lanterns drift')).rejects.toThrow(DirectoryAway)
      expect(await directory.check()).toMatchObject({ ok: false, detail: expect.stringMatching(/directory/) })
    }
  })
})

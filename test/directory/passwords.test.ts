import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Directory, DirectoryAway } from '../../src/core/directory.ts'
import { openPeople, type People } from './desk.ts'

const email = 'ada@example.com'
const password = 'seven lanterns drift'
let people: People
beforeAll(async () => {
  people = await openPeople()
})
afterAll(() => people?.close())
beforeEach(async () => {
  await people.empty()
  await people.accounts.add({ email, name: 'Ada Lovelace' })
})

const link = async (key = 'k', to = email): Promise<string> => {
  const made = await people.help.resetLink(to, key)
  if (!made.ok) throw new Error(made.reason)
  return made.url
}
const token = (url: string): string => url.split('#')[1]!
const audited = async () =>
  (await sql<{ what: string }>`select what from audit order by id`.execute(people.db)).rows.map(({ what }) => what)

describe('a reset link', () => {
  test('opens the hub’s own page, and its token stands behind # where no log sees it', async () => {
    expect(await link()).toMatch(/^https:\/\/desk\.example\/password#[0-9a-f]{64}$/)
    expect(await people.help.resetLink(email, 'k')).toMatchObject({ ok: true, minutes: 15 })
  })

  test('is the same for the same key', async () => {
    const [one, two] = await Promise.all([link(), link()])
    expect(one).toBe(two)
    expect(await link()).toBe(one)
    expect(await audited()).toEqual(['password.link'])
  })

  test('is kept as a hash', async () => {
    const secret = token(await link())
    const { rows } = await sql<{ row: string }>`select l::text as row from reset_links l`.execute(people.db)
    expect(rows).toHaveLength(1)
    expect(rows[0]!.row).not.toContain(secret)
  })

  test('shows whose account it is for, masked, and what is wanted', async () => {
    expect(await people.help.look(token(await link()))).toEqual({
      ok: true,
      account: 'a•••@example.com',
      name: 'Ada Lovelace',
      expiresAt: '2026-03-02T09:15:00.000Z',
      rules: { minLength: 12, maxLength: 128, hints: expect.any(Array) },
    })
  })

  test('sets the password once, tells the owner, and leaves no trace of the password', async () => {
    const url = await link()
    expect(await people.help.use(token(url), password)).toEqual({ ok: true })
    expect(await people.help.use(token(url), 'nine quiet harbours')).toEqual({ ok: false, reason: 'used' })
    expect(await people.help.look(token(url))).toEqual({ ok: false, reason: 'used' })
    expect(await audited()).toEqual(['password.link', 'password.set'])
    expect((await people.mails()).map(({ to, subject }) => [to, subject])).toEqual([[email, 'Your password was changed']])
    const { rows } = await sql<{ row: string }>`select a::text as row from audit a union all select a::text from sign_in_account a`.execute(
      people.db,
    )
    expect(rows.map(({ row }) => row).join('\n')).not.toContain('lanterns')
    expect(people.logged.join('\n')).not.toContain('lanterns')
  })

  test('used twice at once sets one of the two passwords', async () => {
    const secret = token(await link())
    const answers = await Promise.all([people.help.use(secret, password), people.help.use(secret, 'nine quiet harbours')])
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1)
    expect(answers).toContainEqual({ ok: false, reason: 'used' })
  })

  test('stays good where the rules want another password', async () => {
    const secret = token(await link())
    const refused = await people.help.use(secret, 'short')
    expect(refused).toMatchObject({ ok: false, reason: 'refused', words: ['Use at least 12 characters.'] })
    expect((await people.help.look(secret)).ok).toBe(true)
    expect(await people.help.use(secret, password)).toEqual({ ok: true })
  })

  test('is good for fifteen minutes', async () => {
    const secret = token(await link())
    people.later(15)
    expect(await people.help.look(secret)).toEqual({ ok: false, reason: 'expired' })
    expect(await people.help.use(secret, password)).toEqual({ ok: false, reason: 'expired' })
  })

  test('gives way to a newer one of the same account, and to no other', async () => {
    await people.accounts.add({ email: 'ben@example.com', name: 'Ben' })
    const [first, ben, second] = [await link('1'), await link('2', 'ben@example.com'), await link('3')]
    expect(await people.help.look(token(first))).toEqual({ ok: false, reason: 'used' })
    expect((await people.help.look(token(ben))).ok).toBe(true)
    expect((await people.help.look(token(second))).ok).toBe(true)
  })

  test.each(['', 'x', '0'.repeat(64), "' or 1=1 --"])('that is none of ours is unknown: %j', async (given) => {
    await link()
    expect(await people.help.look(given)).toEqual({ ok: false, reason: 'unknown' })
    expect(await people.help.use(given, password)).toEqual({ ok: false, reason: 'unknown' })
  })

  test('is not made for an address without an account', async () => {
    expect(await people.help.resetLink('nobody@example.com', 'k')).toEqual({ ok: false, reason: 'no-account' })
  })
})

describe('unlocking', () => {
  test('and a link are on record with the conversation they were asked for in', async () => {
    await people.accounts.lock(email)
    await people.help.unlock(email, 'c-1:f:unlock')
    await link('c-2:f:link')
    const { rows } = await sql<{ what: string; detail: unknown }>`select what, detail from audit order by id`.execute(people.db)
    expect(rows).toEqual([
      { what: 'account.unlock', detail: { for: 'c-1:f:unlock' } },
      { what: 'password.link', detail: { for: 'c-2:f:link' } },
    ])
  })

  test('counts once for a key, and tells the owner', async () => {
    await people.accounts.lock(email)
    expect(await people.help.unlock(email, 'u')).toEqual({ ok: true, was: 'locked' })
    expect(await people.help.unlock(email, 'u')).toEqual({ ok: true, was: 'locked' })
    expect(await people.help.unlock(email, 'u2')).toEqual({ ok: true, was: 'open' })
    expect(await people.directory.find(email)).toMatchObject({ locked: false })
    expect(await audited()).toEqual(['account.unlock'])
    expect((await people.mails()).map(({ subject }) => subject)).toEqual(['Your account was unlocked'])
    expect(await people.help.unlock('nobody@example.com', 'u3')).toEqual({ ok: false, reason: 'no-account' })
  })
})

describe('while the directory is away', () => {
  test('it is said so, nothing is done, the link stays good, and mails wait', async () => {
    let away = false
    const fails = () => Promise.reject(new DirectoryAway('unplugged'))
    const account = { id: 'uid=ada', name: 'Ada', email, locked: true, mustChange: false }
    const other: Directory = {
      find: () => (away ? fails() : Promise.resolve(account)),
      unlock: () => (away ? fails() : Promise.resolve(true)),
      setPassword: () => (away ? fails() : Promise.resolve({ ok: true })),
      check: async () => ({ ok: !away, detail: '' }),
    }
    const house = await openPeople({ other })
    const made = await house.help.resetLink(email, 'k')
    away = true
    expect(await house.help.resetLink(email, 'k2')).toEqual({ ok: false, reason: 'away' })
    expect(await house.help.unlock(email, 'u')).toEqual({ ok: false, reason: 'away' })
    const secret = made.ok ? token(made.url) : ''
    expect(await house.help.use(secret, password)).toEqual({ ok: false, reason: 'away' })
    const ada = { channel: 'telegram', account: 'main', key: 'ada' } as Parameters<typeof house.identities.standing>[0]
    expect(await house.identities.sendCode(ada, email, 'password', 'c')).toEqual({ ok: true, minutes: 10 })
    expect(await house.mails()).toEqual([])
    away = false
    expect(await house.help.use(secret, password)).toEqual({ ok: true })
    house.later(1)
    expect((await house.mails()).map(({ subject }) => subject)).toContainEqual(expect.stringMatching(/^\d{6} is your code/))
    await house.close()
  })

  test('an address on file that is another than was typed gets the mail, and is what the code proves', async () => {
    const account = { id: 'uid=ada', name: 'Ada', email: 'ada.lovelace@corp.example', locked: false, mustChange: false }
    const house = await openPeople({
      other: {
        find: async () => account,
        unlock: async () => false,
        setPassword: async () => ({ ok: true }),
        check: async () => ({ ok: true, detail: '' }),
      },
    })
    const ada = { channel: 'telegram', account: 'main', key: 'ada' } as Parameters<typeof house.identities.standing>[0]
    await house.identities.sendCode(ada, 'ada@corp.example', 'password', 'c')
    expect((await house.mails()).map(({ to }) => to)).toEqual([account.email])
    expect(await house.identities.tryCode(ada, await house.code(), 't')).toMatchObject({ ok: true, standing: { email: account.email } })
    await house.close()
  })
})

describe('an account of the hub’s own', () => {
  test.each([
    [{ email: 'no address', name: 'X' }, /no e-mail address/],
    [{ email: 'x@example.com', name: ' ' }, /name/],
    [{ email: 'ADA@example.com', name: 'Again' }, /already/],
    [{ email: 'x@example.com', name: 'X', password: 'short' }, /at least 12/],
  ])('is not made of %j', async (given, words) => {
    const added = await people.accounts.add(given)
    expect(added.ok ? '' : added.words.join(' ')).toMatch(words)
  })

  test('is found by its address however that is written', async () => {
    expect(await people.directory.find(' ADA@Example.com ')).toMatchObject({ name: 'Ada Lovelace', email, locked: false })
    expect(await people.directory.find('nobody@example.com')).toBeUndefined()
    expect((await people.accounts.list()).map(({ name }) => name)).toEqual(['Ada Lovelace'])
  })
})

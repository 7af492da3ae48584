import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { forgetCodes } from '../../src/directory/identities.ts'
import { openPeople, type People, who } from './desk.ts'

let people: People
beforeAll(async () => {
  people = await openPeople()
})
afterAll(() => people?.close())
beforeEach(() => people.empty())

const ada = who('ada')
const email = 'ada@example.com'
const wrong = (code: string) => (code === '000000' ? '111111' : '000000')
const ask = (key: string, of = ada, to = email) => people.identities.sendCode(of, to, 'link', key)

describe('a code', () => {
  test('links the identity to the address, and verifies it for half an hour', async () => {
    expect(await people.identities.standing(ada)).toEqual({ trust: 'guest', email: null, name: null, employee: false })
    expect(await ask('1', ada, ' Ada@Example.com ')).toEqual({ ok: true, minutes: 10 })
    const code = await people.code()
    expect(code).toMatch(/^\d{6}$/)
    const standing = { trust: 'verified', email, name: null, employee: false }
    expect(await people.identities.tryCode(ada, ` ${code.slice(0, 3)} ${code.slice(3)} `, 't1')).toEqual({ ok: true, standing })
    expect(await people.identities.standing(ada)).toEqual(standing)
    people.later(29)
    expect((await people.identities.standing(ada)).trust).toBe('verified')
    people.later(2)
    expect(await people.identities.standing(ada)).toEqual({ ...standing, trust: 'linked' })
  })

  test('proves nothing of anybody else, and not on another channel', async () => {
    await ask('1')
    const code = await people.code()
    expect(await people.identities.tryCode(who('ben'), code, 't')).toEqual({ ok: false, reason: 'none' })
    expect(await people.identities.tryCode(who('ada', 'line'), code, 't')).toEqual({ ok: false, reason: 'none' })
    expect((await people.identities.tryCode(ada, code, 't')).ok).toBe(true)
  })

  test('is good once', async () => {
    await ask('1')
    const code = await people.code()
    expect((await people.identities.tryCode(ada, code, 't1')).ok).toBe(true)
    expect(await people.identities.tryCode(ada, code, 't2')).toEqual({ ok: false, reason: 'none' })
  })

  test('is good for ten minutes', async () => {
    await ask('1')
    const code = await people.code()
    people.later(10)
    expect(await people.identities.tryCode(ada, code, 't')).toEqual({ ok: false, reason: 'expired' })
  })

  test('may be tried five times, then even the right one does not help', async () => {
    await ask('1')
    const code = await people.code()
    for (const left of [4, 3, 2, 1])
      expect(await people.identities.tryCode(ada, wrong(code), `t${left}`)).toEqual({ ok: false, reason: 'wrong', left })
    expect(await people.identities.tryCode(ada, wrong(code), 't0')).toEqual({ ok: false, reason: 'used-up' })
    expect(await people.identities.tryCode(ada, code, 'last')).toEqual({ ok: false, reason: 'used-up' })
    expect((await people.identities.standing(ada)).trust).toBe('guest')
  })

  test('voids the one before', async () => {
    await ask('1')
    const first = await people.code()
    await ask('2')
    const second = await people.code()
    if (first !== second) expect(await people.identities.tryCode(ada, first, 't1')).toMatchObject({ reason: 'wrong' })
    expect((await people.identities.tryCode(ada, second, 't2')).ok).toBe(true)
  })

  test('stands nowhere in the database in plain', async () => {
    await ask('1')
    const { rows } = await sql<{
      all: string
    }>`select (select string_agg(c::text, ' ') from codes c) || (select string_agg(m::text, ' ') from mails m) as all`.execute(people.db)
    const code = await people.code()
    expect(code).toMatch(/^\d{6}$/)
    expect(rows[0]!.all).toContain(email)
    expect(rows[0]!.all).not.toMatch(new RegExp(`(?<![0-9a-f])${code}(?![0-9a-f])`))
  })
})

describe('the same key', () => {
  test('is one code and one mail, also at the same time', async () => {
    const answers = await Promise.all([ask('1'), ask('1'), ask('1')])
    expect(answers).toEqual(Array(3).fill({ ok: true, minutes: 10 }))
    expect(await people.mails()).toHaveLength(1)
  })

  test('is one try', async () => {
    await ask('1')
    const code = await people.code()
    const once = await people.identities.tryCode(ada, wrong(code), 't')
    expect(await people.identities.tryCode(ada, code, 't')).toEqual(once)
    const right = await people.identities.tryCode(ada, code, 't2')
    expect(right.ok).toBe(true)
    expect(await people.identities.tryCode(ada, code, 't2')).toEqual(right)
  })

  test('of another identity is another one', async () => {
    await ask('1')
    await ask('1', who('ben'), 'ben@example.com')
    expect(await people.mails()).toHaveLength(2)
  })
})

describe('limits', () => {
  test('an identity gets three codes in a quarter of an hour, and is told how long to wait', async () => {
    for (const n of [1, 2, 3]) {
      expect(await ask(`a${n}`, ada, `${n}@example.com`)).toMatchObject({ ok: true })
      people.later(2)
    }
    expect(await ask('a4', ada, '4@example.com')).toEqual({ ok: false, reason: 'too-many', minutes: 9 })
    people.later(9)
    expect(await ask('a4', ada, '4@example.com')).toMatchObject({ ok: false, reason: 'too-many' })
    expect(await ask('a5', ada, '4@example.com')).toMatchObject({ ok: true })
  })

  test('an address gets five in an hour, whoever asks; what was refused does not count', async () => {
    for (const n of [1, 2, 3, 4, 5]) expect(await ask('k', who(`p${n}`))).toMatchObject({ ok: true })
    for (const n of [6, 7]) expect(await ask('k', who(`p${n}`))).toEqual({ ok: false, reason: 'too-many', minutes: 60 })
    expect(await people.mails()).toHaveLength(5)
    people.later(60)
    expect(await ask('k', who('p8'))).toMatchObject({ ok: true })
    expect(await people.mails()).toHaveLength(6)
  })

  test('the hub sends two hundred in an hour', async () => {
    await sql`
      insert into codes (channel, account, person, ask, email, purpose, made_at, expires_at, hash, minutes)
      select 'telegram', 'main', 'p' || n, 'k', n || '@example.com', 'link', ${people.clock.at}, ${people.clock.at}, 'x', 10 from generate_series(1, 200) n`.execute(
      people.db,
    )
    expect(await ask('1')).toEqual({ ok: false, reason: 'too-many', minutes: 60 })
    people.later(60)
    expect(await ask('2')).toMatchObject({ ok: true })
  })
})

describe('whether an address has an account', () => {
  test('shows in no answer, neither to asking nor to trying; only the mail is not sent', async () => {
    await people.accounts.add({ email, name: 'Ada' })
    const script = async (of: typeof ada, to: string) => {
      const answers: unknown[] = []
      for (const n of [1, 2, 3, 4]) answers.push(await people.identities.sendCode(of, to, 'password', `k${n}`))
      for (const n of [1, 2, 3, 4, 5, 6]) answers.push(await people.identities.tryCode(of, 'no code', `t${n}`))
      return answers
    }
    expect(await script(ada, email)).toEqual(await script(who('eve'), 'nobody@example.com'))
    expect((await people.mails()).map(({ to }) => to)).toEqual([email, email, email])
    const { rows } = await sql<{ address: string; state: string; sealed: string | null }>`
      select address, state, sealed from mails where address <> ${email}`.execute(people.db)
    expect(new Set(rows.map(({ state, sealed }) => `${state} ${sealed}`))).toEqual(new Set(['dropped null']))
  })

  test('counts for nothing where an address is only linked', async () => {
    await ask('1', ada, 'guest@elsewhere.example')
    expect((await people.mails()).map(({ to }) => to)).toEqual(['guest@elsewhere.example'])
  })

  test.each([
    '',
    'no address',
    'a@b\r\nBcc: everybody@example.com',
    'a@b.example, c@d.example',
    '"x"@example.com',
    `${'a'.repeat(300)}@example.com`,
  ])('nothing is mailed to what is no address: %j', async (to) => {
    expect(await ask('1', ada, to)).toEqual({ ok: true, minutes: 10 })
    expect(await people.mails()).toEqual([])
    expect(await people.identities.tryCode(ada, '123456', 't')).toEqual({ ok: false, reason: 'wrong', left: 4 })
  })
})

describe('an employee', () => {
  test('is whoever proves the address of an account, and nobody who proves any other', async () => {
    await people.accounts.add({ name: 'Ada Account', email })
    await ask('1')
    expect(await people.identities.tryCode(ada, await people.code(), 't1')).toMatchObject({ ok: true, standing: { employee: true } })
    expect(await people.identities.standing(ada)).toMatchObject({ trust: 'verified', employee: true })
    await ask('2', ada, 'elsewhere@example.net')
    expect(await people.identities.tryCode(ada, await people.code(), 't2')).toMatchObject({ ok: true, standing: { employee: false } })
    expect(await people.identities.standing(ada)).toMatchObject({ email: 'elsewhere@example.net', employee: false })
  })
})

describe('the word of the platform', () => {
  test('counts where it vouches, and a fresh code counts before it', async () => {
    await sql`
      with p as (insert into people (name) values ('Ada') returning id)
      insert into identities (channel, account, key, person, name, email, email_vouched) select 'slack', 'main', 'U1', id, 'Ada', 'Ada@Work.example', true from p`.execute(
      people.db,
    )
    const slack = who('U1', 'slack')
    expect(await people.identities.standing(slack)).toEqual({ trust: 'verified', email: 'ada@work.example', name: 'Ada', employee: true })
    await ask('1', slack)
    await people.identities.tryCode(slack, await people.code(), 't')
    expect(await people.identities.standing(slack)).toEqual({ trust: 'verified', email, name: 'Ada', employee: false })
    people.later(31)
    expect((await people.identities.standing(slack)).email).toBe('ada@work.example')
  })

  test('does not count where it only repeats what somebody says', async () => {
    await sql`
      with p as (insert into people (name) values ('Ada') returning id)
      insert into identities (channel, account, key, person, name, email) select 'web', 'main', 'guest:1', id, 'Ada', 'boss@work.example' from p`.execute(
      people.db,
    )
    expect(await people.identities.standing(who('guest:1', 'web'))).toEqual({ trust: 'guest', email: null, name: 'Ada', employee: false })
  })
})

test('codes and their tries are forgotten after two days', async () => {
  await ask('1')
  await people.identities.tryCode(ada, '1', 't')
  const left = async () =>
    (await sql<{ n: number }>`select (select count(*) from codes) + (select count(*) from code_tries) as n`.execute(people.db)).rows[0]!.n
  await forgetCodes(people.db, new Date(people.clock.at.getTime() + 47 * 3_600_000))
  expect(await left()).toBe(2)
  await forgetCodes(people.db, new Date(people.clock.at.getTime() + 49 * 3_600_000))
  expect(await left()).toBe(0)
})

test('where nothing can be mailed no code is made', async () => {
  const mute = await openPeople({ way: { by: 'nothing' } })
  expect(await mute.identities.sendCode(ada, email, 'link', '1')).toEqual({ ok: false, reason: 'away', minutes: 0 })
  await mute.close()
})

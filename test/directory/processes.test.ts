import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { connect } from '../../src/store/connect.ts'
import { postgresUrl } from '../support/services.ts'
import { openPeople, type People, who } from './desk.ts'

const postgres = await postgresUrl()
let one: People
let other: People
beforeAll(async () => {
  if (!postgres) return
  one = await openPeople({ on: await connect({ databaseUrl: postgres.url }) })
  other = await openPeople({ on: await connect({ databaseUrl: postgres.url }) })
})
afterAll(async () => {
  for (const people of [one, other]) {
    await people?.close()
    await people?.connection.close()
  }
  await postgres?.drop()
})
beforeEach(() => one?.empty())

const ada = who('ada')
const both = <Answer>(work: (people: People, n: number) => Promise<Answer>, times: number): Promise<readonly Answer[]> =>
  Promise.all(Array.from({ length: times }, (_, n) => work(n % 2 === 0 ? one : other, n)))

describe.runIf(postgres)('two processes on Postgres, at the same moment', () => {
  test('send no more codes than one identity, or one address, may have', async () => {
    const asked = await both((people, n) => people.identities.sendCode(ada, `${n}@example.com`, 'link', `k${n}`), 10)
    expect(asked.filter(({ ok }) => ok)).toHaveLength(3)
    const more = await both((people, n) => people.identities.sendCode(who(`p${n}`), 'ben@example.com', 'link', 'k'), 10)
    expect(more.filter(({ ok }) => ok)).toHaveLength(5)
  })

  test('grant five tries between them, and prove once', async () => {
    await one.identities.sendCode(ada, 'ada@example.com', 'link', 'k')
    const code = await one.code()
    const wrong = code === '000000' ? '111111' : '000000'
    const tried = await both((people, n) => people.identities.tryCode(ada, wrong, `t${n}`), 4)
    expect(tried.map((answer) => ('left' in answer ? answer.left : null)).toSorted()).toEqual([1, 2, 3, 4])
    const right = await both((people, n) => people.identities.tryCode(ada, code, `r${n}`), 6)
    expect(right.filter(({ ok }) => ok)).toHaveLength(1)
    expect(right).toContainEqual({ ok: false, reason: 'none' })
    expect(await other.identities.standing(ada)).toMatchObject({ trust: 'verified' })
  })

  test('take a key once: one mail, one link, one password', async () => {
    await one.accounts.add({ email: 'ada@example.com', name: 'Ada' })
    expect(
      new Set((await both((people) => people.identities.sendCode(ada, 'ada@example.com', 'password', 'k'), 6)).map(({ ok }) => ok)),
    ).toEqual(new Set([true]))
    await Promise.all([one.postman.look(), other.postman.look()])
    expect(await one.mails()).toHaveLength(1)
    const links = await both((people) => people.help.resetLink('ada@example.com', 'k'), 6)
    const urls = new Set(links.map((link) => (link.ok ? link.url : '')))
    expect(urls.size).toBe(1)
    const token = [...urls][0]!.split('#')[1]!
    const used = await both((people, n) => people.help.use(token, `password number ${n} of six`), 6)
    expect(used.filter(({ ok }) => ok)).toHaveLength(1)
    expect(used.filter((answer) => 'reason' in answer && answer.reason === 'used')).toHaveLength(5)
  })
})

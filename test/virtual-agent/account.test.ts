import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openTrusted, type Trusted } from './trusted.ts'

let house: Trusted
beforeAll(async () => {
  house = await openTrusted()
  for (const name of ['ana', 'bob', 'cat', 'dan', 'eve', 'fay', 'gil']) await house.accounts.add({ name, email: `${name}@example.com` })
})
afterAll(() => house.close())
beforeEach(() => house.later(24 * 60))

const changing = () => house.calls.filter(({ method }) => method === 'resetLink' || method === 'unlock').length

describe('a forgotten password', () => {
  test.each(['reset_password', 'forgot my password', 'I can not remember my password any more', 'reset password please'])(
    'gets a link that opens once, after a code: "%s"',
    async (words) => {
      const talk = house.talk('ana')
      await (words === 'reset_password' ? talk.presses(words) : talk.says(words))
      await talk.says('ana@example.com')
      const answer = await talk.says(await house.code())
      expect(answer.words).toContain('it works once, within 15 minutes')
      const token = new URL(answer.links[0]!).hash.slice(1)
      expect(await house.help.look(token)).toMatchObject({ ok: true })
      expect(await house.help.use(token, 'a quite new sentence 7')).toEqual({ ok: true })
      expect(await house.help.use(token, 'another new sentence 8')).toMatchObject({ ok: false, reason: 'used' })
    },
  )

  test('sends the code to the address that the platform vouches for, and shows no more of it than needed', async () => {
    await house.member('bob', 'bob@example.com')
    const talk = house.talk('bob', { channel: 'slack' })
    const answer = await talk.says('forgot my password')
    expect(answer.words).toContain("I've sent a code to b…@example.com if it belongs to an account.")
    expect(answer.words).not.toContain('bob@')
    expect((await talk.says(await house.code())).links).toHaveLength(1)
  })

  test('asks for a new code each time, however fresh the last proof is', async () => {
    const talk = house.talk('cat')
    await talk.says('forgot my password')
    await talk.says('cat@example.com')
    await talk.says(await house.code())
    house.later(1)
    const before = changing()
    const again = await talk.says('reset my password')
    expect(again.words).toContain('c…@example.com')
    expect(again.links).toEqual([])
    expect(changing()).toBe(before)
  })

  test('tells somebody whose address has no account only once the address is theirs', async () => {
    const talk = house.talk('gil')
    await talk.says('forgot my password')
    await talk.says('gil@example.com')
    const code = await house.code()
    await house.db.deleteFrom('sign_in_user').where('email', '=', 'gil@example.com').execute()
    const answer = await talk.says(code)
    expect(answer.words).toContain('the directory has no account for it')
    expect(answer.values).toContain('technician')
    expect(answer.links).toEqual([])
  })

  test('is not talked about where others read along', async () => {
    const before = house.calls.length
    const talk = house.talk('dan', { group: true })
    for (const words of ['forgot my password', 'reset my password, I am dan@example.com', 'my account is locked'])
      expect((await talk.says(words)).words).toContain('write to me directly')
    expect(house.calls.slice(before)).toEqual([])
  })

  test('takes no password that is written into the chat', async () => {
    const talk = house.talk('eve')
    const answer = await talk.says('I forgot my password, the old password was Tr0ub4dor&3')
    expect(talk.memory).not.toContain('Tr0ub4dor')
    expect(answer.words).not.toContain('Tr0ub4dor')
    await talk.says('reset my password')
    await talk.says('eve@example.com')
    const pasted = await talk.says('my new password is Tr0ub4dor&3')
    expect(pasted.words).toContain('Please never send one in a chat')
    expect(pasted.words).toContain('six digits')
    expect(JSON.stringify(house.calls)).not.toContain('Tr0ub4dor')
    expect((await talk.says(await house.code())).links).toHaveLength(1)
  })
})

describe('a locked account', () => {
  test('is unlocked after a code, and its owner is told how it was', async () => {
    await house.accounts.lock('fay@example.com')
    const talk = house.talk('fay')
    await talk.says('my account is locked')
    await talk.says('fay@example.com')
    expect((await house.directory.find('fay@example.com'))?.locked).toBe(true)
    const answer = await talk.says(await house.code())
    expect(answer.words).toContain('Your account is unlocked')
    expect((await house.directory.find('fay@example.com'))?.locked).toBe(false)
    house.later(60)
    await talk.says('i am locked out')
    const again = await talk.says(await house.code())
    expect(again.words).toContain("isn't locked")
    expect(again.values).toContain('reset_password')
  })
})

describe('where verified people go without a code', () => {
  let lenient: Trusted
  beforeAll(async () => {
    lenient = await openTrusted({ skipsCode: true })
    await lenient.accounts.add({ name: 'ana', email: 'ana@example.com' })
    await lenient.member('ana', 'ana@example.com')
  })
  afterAll(() => lenient.close())

  test('a member of the workspace gets the link at once', async () => {
    const answer = await lenient.talk('ana', { channel: 'slack' }).says('forgot my password')
    expect(answer.links).toHaveLength(1)
  })

  test('somebody who only says who they are does not', async () => {
    const talk = lenient.talk('nobody')
    const answer = await talk.says('forgot my password, I am ana@example.com')
    expect(answer.links).toEqual([])
    expect(answer.words).toContain("I've sent a code")
  })

  test('an address that was proven long ago does not', async () => {
    const talk = lenient.talk('later')
    await talk.says('forgot my password')
    await talk.says('ana@example.com')
    await talk.says(await lenient.code())
    lenient.later(31)
    const answer = await talk.says('forgot my password')
    expect(answer.links).toEqual([])
    expect(answer.words).toContain('a…@example.com')
  })
})

test('a directory that is away is said in plain words, and can be tried again', async () => {
  const away = await openTrusted({
    help: { resetLink: async () => ({ ok: false, reason: 'away' }), unlock: async () => ({ ok: false, reason: 'away' }) },
  })
  try {
    await away.accounts.add({ name: 'ana', email: 'ana@example.com' })
    for (const [words, retry] of [
      ['forgot my password', 'reset_password'],
      ['my account is locked', 'account_locked'],
    ] as const) {
      const talk = away.talk(`ana-${retry}`)
      await talk.says(words)
      await talk.says('ana@example.com')
      const answer = await talk.says(await away.code())
      expect(answer.words).toContain("I can't reach the directory of accounts")
      expect(answer.values).toEqual([retry, 'technician'])
    }
  } finally {
    await away.close()
  }
})

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { codeIn, maskCodes } from '../../src/virtual-agent/dialogues/codes.ts'
import { openTrusted, type Trusted } from './trusted.ts'

let house: Trusted
beforeAll(async () => {
  house = await openTrusted()
})
afterAll(() => house.close())
beforeEach(() => house.later(24 * 60))

const SENT = "I've sent a code to that address if it belongs to an account."
const account = (email: string) => house.accounts.add({ name: email.split('@')[0]!, email })
/** Somebody who has just been asked for their code. */
const asked = async (key: string, email: string) => {
  const talk = house.talk(key)
  await talk.says('i forgot my password')
  const answer = await talk.says(email)
  expect(answer.words).toContain(SENT)
  return talk
}
const wrong = (code: string) => (code === '111111' ? '222222' : '111111')

describe('a code', () => {
  test.each([
    ['123456', '123456'],
    ['123 456', '123456'],
    ['the code is 123456', '123456'],
    ['code: 123-456, thanks', '123456'],
    ['1 2 3 4 5 6', '123456'],
    ['12 34 56.', '123456'],
    ['012345', '012345'],
    ['１２３４５６', '123456'],
    ['١٢٣ ٤٥٦', '123456'],
    ['one two three four five six', '123456'],
    ['oh one two three four five', '012345'],
    ['12345', null],
    ['1234567', null],
    ['123 456 7', null],
    ['my phone is +49 170 1234567', null],
    ['111111 or 222222', null],
    ['I have no code', null],
  ])('is read out of "%s"', (text, code) => expect(codeIn(text)).toBe(code))

  test.each([
    ['the code is 123 456', 'the code is ••••••'],
    ['١٢٣٤٥٦', '••••••'],
    ['one two three four five six', '••••••'],
    ['INC-1001 is open', 'INC-1001 is open'],
  ])('is taken out of "%s"', (text, masked) => expect(maskCodes(text)).toBe(masked))
})

describe('proving who one is', () => {
  test('asks for the address, says why, and sends a code there', async () => {
    await account('gina@example.com')
    const talk = house.talk('gina')
    const first = await talk.says('i forgot my password')
    expect(first.words).toMatch(/Which e-mail address .* because nobody else may get into your account/)
    const second = await talk.says('it is Gina@Example.com')
    expect(second.words).toBe(`${SENT} Please type its six digits here within 10 minutes.`)
    expect(second.values).toEqual(['code:again', 'code:other', 'technician'])
    const code = await house.code()
    const third = await talk.says(`the code is ${code.slice(0, 3)} ${code.slice(3)}`)
    expect(third.words).toContain("Thank you, that's right.")
    expect(third.links[0]).toMatch(/^https:\/\/desk\.example\/password#/)
  })

  test('takes the address out of the very first sentence', async () => {
    await account('gus@example.com')
    expect((await house.talk('gus').says('I forgot my password, I am gus@example.com')).words).toContain(SENT)
  })

  test('says the same, as often, of an address that nobody has', async () => {
    await account('gwen@example.com')
    const known = house.talk('known')
    const unknown = house.talk('unknown')
    for (const said of ['reset my password', null, '111111', '111112', '111113', '111114', '111115', 'yes', '222222']) {
      const one = await known.says(said ?? 'gwen@example.com')
      const other = await unknown.says(said ?? 'nobody@example.com')
      expect(other.contents).toEqual(one.contents)
      expect(other.messages).toBe(one.messages)
    }
  })

  test('counts the tries left, ends the code after five, and offers a new one that works', async () => {
    await account('hal@example.com')
    const talk = await asked('hal', 'hal@example.com')
    const code = await house.code()
    const said: string[] = []
    for (let n = 0; n < 5; n++) said.push((await talk.says(wrong(code))).words)
    expect(said.map((words) => /(\d|once) more/.exec(words)?.[1] ?? null)).toEqual(['4', '3', '2', 'once', null])
    expect(said.at(-1)).toContain('wrong too often')
    const late = await talk.says(code)
    expect(late.words).toContain('wrong too often')
    expect(late.links).toEqual([])
    expect((await talk.says('yes please')).words).toContain(SENT)
    expect((await talk.says(await house.code())).links).toHaveLength(1)
  })

  test('offers a new code when the old one has expired', async () => {
    await account('ida@example.com')
    const talk = await asked('ida', 'ida@example.com')
    const code = await house.code()
    house.later(11)
    const answer = await talk.says(code)
    expect(answer.words).toContain('expired')
    expect(answer.values[0]).toBe('code:again')
    expect((await talk.presses('code:again')).words).toContain('six digits')
    expect((await talk.says(await house.code())).links).toHaveLength(1)
  })

  test.each([
    "I didn't get it",
    'resend please',
    'no mail has arrived',
    'where is the code?',
    'Send it again',
    'I haven’t received anything, no mail',
  ])('"%s" sends another one, and too many are told when again', async (words) => {
    await account('jim@example.com')
    const talk = await asked('jim', 'jim@example.com')
    const before = await house.code()
    expect((await talk.says(words)).words).toContain(SENT)
    expect(await house.code()).not.toBe('')
    expect((await talk.says(before)).words).not.toContain('Thank you')
    await talk.says(words)
    expect((await talk.says(words)).words).toMatch(/Too many codes were asked for\. Please try again in \d+ minutes\./)
  })

  test('goes to another address when asked to, pressed or typed', async () => {
    await account('kim@example.com')
    const talk = await asked('kim', 'kin@example.com')
    expect((await talk.says('oh, wrong address')).words).toContain('Which address')
    expect((await talk.says('kim@example.com')).words).toContain(SENT)
    expect((await talk.presses('code:other')).words).toContain('Which address')
    expect((await talk.says('kim@example.com, sorry')).words).toContain(SENT)
    expect((await talk.says(await house.code())).links).toHaveLength(1)
  })

  test.each(['12345', '1234567', '1 2 3'])('says what a code looks like for "%s", and spends no try', async (words) => {
    await account('lea@example.com')
    const talk = await asked('lea', 'lea@example.com')
    expect((await talk.says(words)).words).toContain('six digits')
    expect((await talk.says(wrong(await house.code()))).words).toContain('4 more times')
  })

  test('neither repeats a code nor keeps one in its notes', async () => {
    await account('mia@example.com')
    const talk = await asked('mia', 'mia@example.com')
    const bad = wrong(await house.code())
    const answer = await talk.says(`is it ${bad}?`)
    expect(answer.words).not.toContain(bad)
    expect(talk.memory).not.toContain(bad)
    const code = await house.code()
    const last = await talk.says(code)
    expect(last.words).not.toContain(code)
    expect(talk.memory).not.toContain(code)
    const handed = await talk.says('talk to a technician')
    expect(handed.handOff).toBe(true)
    expect(JSON.stringify(house.calls)).not.toContain(`"description":"${code}`)
  })

  test('answers a question in between and asks for the code again; it can be cancelled', async () => {
    await account('ned@example.com')
    const talk = await asked('ned', 'ned@example.com')
    const between = await talk.says('when are you open?')
    expect(between.words).toContain('Monday to Friday')
    expect(between.words).toContain('six digits')
    const cancelled = await talk.says('cancel')
    expect(cancelled.words).toContain('Cancelled')
    expect((await talk.says(await house.code())).links).toEqual([])
  })

  test('takes a turn that is taken again for one: one code, one try', async () => {
    await account('oli@example.com')
    const talk = house.talk('oli')
    await talk.says('reset my password')
    await talk.saysTwice('oli@example.com')
    expect((await house.mails()).filter(({ to }) => to === 'oli@example.com')).toHaveLength(1)
    const bad = wrong(await house.code())
    const [first, second] = await talk.saysTwice(bad)
    expect(second.words).toBe(first.words)
    expect(second.words).toContain('4 more times')
    const [once, twice] = await talk.saysTwice(await house.code())
    expect(once.links).toHaveLength(1)
    expect(twice.links).toEqual(once.links)
  })
})

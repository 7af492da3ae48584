import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { commentIn } from '../../src/virtual-agent/dialogues/approval-words.ts'
import { ago } from '../../src/virtual-agent/dialogues/when.ts'
import { heard } from './house.ts'
import { openTrusted, type Trusted } from './trusted.ts'

const lead = 'lead@example.com'
let house: Trusted
beforeAll(async () => {
  house = await openTrusted()
  await house.member('lead', lead)
  await house.member('other', 'other@example.com')
  await house.member('rita', 'rita@example.com')
})
afterAll(() => house.close())
beforeEach(async () => {
  house.later(24 * 60)
  for (const { id } of await house.desk.approvalsOf(lead))
    await house.desk.decide(id, { email: lead, name: null }, true, null, `cleared-${id}`)
})

const onSlack = (key: string) => house.talk(key, { channel: 'slack' })
const approvalOf = async (number: string) => (await house.book.find(number))!.approvals[0]!
const decided = async (number: string) => (await approvalOf(number)).decisions.map(({ approved, comment }) => ({ approved, comment }))

describe('the list of approvals', () => {
  test('says so when nothing waits', async () => {
    expect((await onSlack('lead').says('pending approvals')).words).toBe('Nothing waits for your approval at the moment.')
  })

  test('shows the only one at once: what, for whom, why, since when, and the buttons', async () => {
    const { number, approval } = await house.asked('monitor')
    house.later(3 * 24 * 60)
    const answer = await onSlack('lead').presses('pending_approvals')
    expect(answer.words).toContain(`${number} · Bigger monitor`)
    expect(answer.words).toContain('Asked for by Rita, 3 days ago. Priority: medium.')
    expect(answer.words).toContain('1,200 euros')
    expect(answer.words).toContain('Size: 27 inch')
    expect(answer.values).toEqual([`approve:${approval}`, `reject:${approval}`, 'pending_approvals'])
  })

  test('offers the ten that wait longest, and opens the one that is chosen', async () => {
    const all = []
    for (let n = 0; n < 12; n++) {
      all.push(await house.asked('monitor', { subject: `Monitor ${n}` }))
      house.later(1)
    }
    const talk = onSlack('lead')
    const list = await talk.says('what do I have to approve?')
    expect(list.words).toContain('12 approvals wait for you; these are the 10 that wait longest.')
    expect(list.values).toEqual(all.slice(0, 10).map(({ approval }) => `approval:${approval}`))
    const card = await talk.presses(list.values[3]!)
    expect(card.words).toContain('Monitor 3')
    const back = await talk.presses('pending_approvals')
    expect(back.values).toHaveLength(10)
  })
})

describe('a button of an approval', () => {
  test('approves at once, outside any dialogue, and its card is replaced by the result', async () => {
    const { number, approval } = await house.asked('monitor')
    house.later(5 * 24 * 60)
    const answer = await onSlack('lead').presses(`approve:${approval}`)
    expect(answer.keys).toEqual([`approval:${approval}`])
    expect(answer.words).toContain(`✅ Approved: ${number}`)
    expect(answer.values).toEqual([])
    expect(await decided(number)).toEqual([{ approved: true, comment: null }])
  })

  test('works in the middle of something else, and comes back to it', async () => {
    const { number, approval } = await house.asked('monitor')
    const talk = onSlack('lead')
    await talk.says('reset my password')
    const answer = await talk.presses(`approve:${approval}`)
    expect(answer.words).toContain('✅ Approved')
    expect(answer.words).toContain('six digits')
    expect(await decided(number)).toHaveLength(1)
  })

  test('rejects after a question for the reason, which is kept', async () => {
    const { number, approval } = await house.asked('monitor')
    const talk = onSlack('lead')
    const asked = await talk.presses(`reject:${approval}`)
    expect(asked.words).toContain(`Why do you reject ${number}`)
    expect(await decided(number)).toEqual([])
    const answer = await talk.says('We still have two in the cupboard: take one of those')
    expect(answer.words).toContain('⛔ Rejected')
    expect(await decided(number)).toEqual([{ approved: false, comment: 'We still have two in the cupboard: take one of those' }])
  })

  test.each(['approvals:no-comment', 'skip', 'no comment', 'none'])('rejects without a reason on "%s"', async (words) => {
    const { number, approval } = await house.asked('monitor')
    const talk = onSlack('lead')
    await talk.presses(`reject:${approval}`)
    await (words.includes(':') ? talk.presses(words) : talk.says(words))
    expect(await decided(number)).toEqual([{ approved: false, comment: null }])
  })

  test.each(['not needed', 'no budget', 'too expensive', 'ask again in May', 'no, we have spare ones', 'thanks to the reform he has one'])(
    'takes "%s" for the reason',
    async (words) => {
      const { number, approval } = await house.asked('monitor')
      const talk = onSlack('lead')
      await talk.presses(`reject:${approval}`)
      await talk.says(words)
      expect(await decided(number)).toEqual([{ approved: false, comment: words }])
    },
  )

  test.each(['no', 'no thanks', 'yes', 'wait', 'cancel', 'back', 'stop'])('takes no "%s" for a reason', async (words) => {
    const { number, approval } = await house.asked('monitor')
    const talk = onSlack('lead')
    await talk.presses(`reject:${approval}`)
    await talk.says(words)
    expect(await decided(number)).toEqual([])
  })

  test('tells who was faster, and when, and takes no second decision', async () => {
    const { number, approval } = await house.asked('monitor')
    await house.desk.decide(approval, { email: lead, name: 'Lee' }, false, 'No money left', 'elsewhere')
    house.later(125)
    const talk = onSlack('lead')
    const answer = await talk.presses(`approve:${approval}`)
    expect(answer.words).toBe(`${number} was rejected already by you, 2 hours ago. Comment: "No money left"`)
    expect(answer.keys).toEqual([`approval:${approval}`])
    expect(await decided(number)).toEqual([{ approved: false, comment: 'No money left' }])
    expect((await talk.presses(`approval:${approval}`)).words).toContain('rejected already by you')
    expect((await talk.presses(`reject:${approval}`)).words).toContain('rejected already by you')
  })

  test('tells that others are still asked, and moves the request on with the last', async () => {
    const { number, approval } = await house.asked('laptop')
    for (const key of ['p1', 'p2', 'p3']) await house.member(key, `${key}@example.com`)
    await onSlack('lead').presses(`approve:${approval}`)
    const second = (await house.desk.approvalsOf('p1@example.com'))[0]!.id
    const first = await onSlack('p1').presses(`approve:${second}`)
    expect(first.words).toContain('It needs one more approval.')
    expect((await onSlack('p1').presses(`approve:${second}`)).words).toContain(
      `You approved ${number} already, just now; it waits for others now.`,
    )
    await onSlack('p2').presses(`approve:${second}`)
    const late = await onSlack('p3').presses(`reject:${second}`)
    expect(late.words).toContain(`${number} was approved already by p2@example.com, just now.`)
    expect((await house.book.find(number))?.status).toBe('open')
  })

  test('decides nothing for somebody who is no approver, and tells nothing', async () => {
    const { number, approval } = await house.asked('monitor', { subject: 'Secret project' })
    for (const value of [`approve:${approval}`, `reject:${approval}`, `approval:${approval}`]) {
      const answer = await onSlack('other').presses(value)
      expect(answer.words).toContain('I find no approval of yours')
      expect(answer.words).not.toMatch(/Secret|Rita/)
    }
    const unknown = await onSlack('other').presses('approve:00000000-0000-4000-8000-000000000000')
    const typed = await onSlack('other').says(`approve ${number}`)
    expect(typed.words).toBe(unknown.words)
    expect(await decided(number)).toEqual([])
  })

  test('refuses somebody their own request', async () => {
    const { number, approval } = await house.asked('monitor', { requester: { identity: null, name: 'Lee', email: lead } })
    const answer = await onSlack('lead').presses(`approve:${approval}`)
    expect(answer.words).toContain('a request of your own')
    expect(await decided(number)).toEqual([])
  })

  test('decides once, however often its turn is taken', async () => {
    const { number, approval } = await house.asked('monitor')
    const talk = onSlack('lead')
    const [first, second] = await talk.saysTwice(heard([], { chosen: `approve:${approval}` }))
    expect(second.contents).toEqual(first.contents)
    expect(await decided(number)).toHaveLength(1)
  })

  test('is refused where others read along, without a word about it', async () => {
    const { number, approval } = await house.asked('monitor')
    const talk = house.talk('lead', { channel: 'slack', group: true })
    for (const answer of [
      await talk.presses(`approve:${approval}`),
      await talk.says('pending approvals'),
      await talk.says(`approve ${number}`),
    ]) {
      expect(answer.words).toContain('write to me directly')
      expect(answer.words).not.toContain('monitor')
    }
    expect(await decided(number)).toEqual([])
  })
})

describe('words about an approval', () => {
  test.each(['yes', 'yes please', 'approve', 'approve it'])('approve after one question, answered with "%s"', async (yes) => {
    const { number } = await house.asked('monitor')
    const talk = onSlack('lead')
    const asked = await talk.says(`approve ${number} please`)
    expect(asked.words).toContain(`Shall I approve ${number}`)
    expect(await decided(number)).toEqual([])
    const answer = await talk.says(yes)
    expect(answer.words).toContain('✅ Approved')
    expect(await decided(number)).toEqual([{ approved: true, comment: null }])
  })

  test.each(['no', 'no thanks', 'cancel'])('decide nothing after "%s"', async (no) => {
    const { number } = await house.asked('monitor')
    const talk = onSlack('lead')
    await talk.says(`approve ${number}`)
    await talk.says(no)
    expect(await decided(number)).toEqual([])
  })

  test('reject with the reason that they give, after one question', async () => {
    const { number } = await house.asked('monitor')
    const talk = onSlack('lead')
    const asked = await talk.says('reject it, too expensive')
    expect(asked.words).toContain('Shall I reject')
    expect(asked.words).toContain('with the comment "too expensive"?')
    await talk.says('yes')
    expect(await decided(number)).toEqual([{ approved: false, comment: 'too expensive' }])
  })

  test('may change their mind on the way', async () => {
    const { number } = await house.asked('monitor')
    const talk = onSlack('lead')
    await talk.says(`approve ${number}`)
    expect((await talk.says('no, reject it')).words).toMatch(/Why do you reject|is left as it is/)
    expect(await decided(number)).toEqual([])
  })

  test('find the one they name among several, and ask which where they name none', async () => {
    const { number } = await house.asked('monitor', { subject: 'Standing desk' })
    await house.asked('monitor', { subject: 'Bigger monitor' })
    const named = await onSlack('lead').says('i want to approve the standing desk for rita')
    expect(named.words).toContain(`Shall I approve ${number}`)
    const talk = onSlack('lead')
    const which = await talk.says('approve it')
    expect(which.words).toContain('Which one do you want to approve?')
    const card = await talk.presses(which.values[1]!)
    expect(card.words).toContain('Shall I approve')
    expect(card.words).toContain('Bigger monitor')
    expect(await decided(number)).toEqual([])
  })

  test('about several take the first, and say so', async () => {
    const one = await house.asked('monitor')
    const two = await house.asked('monitor', { subject: 'Second one' })
    const talk = onSlack('lead')
    const answer = await talk.says(`approve ${one.number} and ${two.number}`)
    expect(answer.words).toContain(`One after the other, please: first ${one.number}.`)
    expect(answer.words).toContain(`Shall I approve ${one.number}`)
    await talk.says('yes')
    expect([await decided(one.number), await decided(two.number)].map(({ length }) => length)).toEqual([1, 0])
  })

  test('decide on the card that is open, and tell what else waits', async () => {
    const { number } = await house.asked('monitor')
    await house.asked('monitor', { subject: 'Second one' })
    const talk = onSlack('lead')
    const list = await talk.says('pending approvals')
    await talk.presses(list.values[0]!)
    await talk.says('approve this request')
    const answer = await talk.says('yes')
    expect(answer.words).toContain('One more approval waits for you.')
    expect(answer.values).toEqual(['pending_approvals'])
    expect(await decided(number)).toHaveLength(1)
  })

  test.each([
    ['reject it, too expensive', 'too expensive'],
    ["reject SR-12 because it's too expensive", "it's too expensive"],
    ['please decline SR-12: we have spare ones', 'we have spare ones'],
    ['Hi, please reject SR-12', null],
    ['reject it, please', null],
    ['approve SR-12 please, thanks', null],
    ['approve SR-12, but only until June', 'but only until June'],
    ['no, reject it - not needed any more', 'not needed any more'],
    ['reject it', null],
  ])('give the comment in "%s"', (text, comment) => expect(commentIn(text)).toBe(comment))
})

describe('somebody whose address is not proven', () => {
  test('proves it first, and gets what they asked for then', async () => {
    const { number, approval } = await house.asked('monitor')
    const talk = house.talk('stranger')
    const asked = await talk.says('pending approvals')
    expect(asked.words).toContain('because approvals are for the approver alone')
    expect(asked.words).not.toContain(number)
    await talk.says(lead)
    const shown = await talk.says(await house.code())
    expect(shown.words).toContain(number)
    const done = await talk.presses(`approve:${approval}`)
    expect(done.words).toContain('✅ Approved')
    expect(await decided(number)).toHaveLength(1)
  })

  test('decides after an old proof only with a new one, sent to the same address', async () => {
    const { number, approval } = await house.asked('monitor')
    const talk = house.talk('stranger')
    const list = await talk.says('pending approvals')
    expect(list.words).toContain(number)
    const asked = await talk.presses(`approve:${approval}`)
    expect(asked.words).toContain('to l…@example.com')
    expect(await decided(number)).toEqual([])
    expect((await talk.says(await house.code())).words).toContain('✅ Approved')
    expect(await decided(number)).toHaveLength(1)
  })

  test('sees nothing of anybody by a code of their own', async () => {
    const { number, approval } = await house.asked('monitor', { subject: 'Secret project' })
    const talk = house.talk('mallory')
    await talk.presses(`approve:${approval}`)
    await talk.says('mallory@example.com')
    const answer = await talk.says(await house.code())
    expect(answer.words).toContain('I find no approval of yours')
    expect(answer.words).not.toContain('Secret')
    expect(await decided(number)).toEqual([])
  })
})

test.each([
  ['2026-06-01T10:00:00Z', '2026-06-01T10:01:00Z', 'just now'],
  ['2026-06-01T10:00:00Z', '2026-06-01T10:59:00Z', '59 minutes ago'],
  ['2026-06-01T10:00:00Z', '2026-06-01T11:10:00Z', '1 hour ago'],
  ['2026-06-01T10:00:00Z', '2026-06-04T10:10:00Z', '3 days ago'],
  ['2026-06-01T10:00:00Z', '2026-08-04T10:10:00Z', 'on 1 June 2026'],
])('%s is at %s "%s"', (at, now, words) => expect(ago(at, now)).toBe(words))

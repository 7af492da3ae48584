import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pressed } from './house.ts'
import { openTalks, type Talk, type Talks } from './talk.ts'
import { openTrusted, type Trusted } from './trusted.ts'

const lead = 'lead@example.com'
let talks: Talks
let house: Trusted
beforeAll(async () => {
  talks = await openTalks()
  house = await openTrusted()
  await house.member('lead', lead)
  await house.member('rita', 'rita@example.com')
})
afterAll(async () => {
  await talks.close()
  await house.close()
})

const pressing = (talk: Talk, label: string): string => talk.offered.find((choice) => choice.label === label)!.value

/** A request right before it is sent. */
const ready = () =>
  talks.play(`
    > report an incident
    > the scanner in room 4 makes black stripes on every single page
    > low
    < Shall I submit it?
  `)

describe('Submit', () => {
  test('twice in one turn sends one request', async () => {
    const talk = await ready()
    const submit = pressing(talk, 'Submit')
    await talk.says(pressed(submit), pressed(submit))
    expect(talk.words).toContain('logged as **INC-')
    expect(talk.answer!.say.filter(({ content }) => 'text' in content && content.text?.includes('logged as'))).toHaveLength(1)
    expect(await talks.requestsOf(talk)).toHaveLength(1)
  })

  test('in another turn, or in another chat, says which request it is', async () => {
    const talk = await ready()
    const submit = pressing(talk, 'Submit')
    await talk.says(pressed(submit))
    const [{ number } = { number: '' }] = await talks.requestsOf(talk)
    await talk.says(pressed(submit))
    expect(talk.words).toBe(`I have it already, once is enough: your request is logged as **${number}**.`)
    await talks.on(talk, '~ new chat')
    await talk.says(pressed(submit))
    expect(talk.words).toContain(number)
    expect(await talks.requestsOf(talk)).toHaveLength(1)
  })

  test('typed once more says the same', async () => {
    await talks.on(
      await ready(),
      `
      > submit it
      < logged as **INC-
      > submit
      < once is enough
    `,
    )
  })

  test('of an old card neither sends nor disturbs the request that is open now', async () => {
    const talk = await ready()
    const old = pressing(talk, 'Submit')
    await talk.says(pressed(old))
    await talks.on(talk, '> create request\n> the beamer of the big hall has no picture at all today\n< How urgent')
    await talk.says(pressed(old))
    expect(talk.words).toContain('once is enough')
    expect(talk.words).toContain('How urgent')
    expect(await talks.requestsOf(talk)).toHaveLength(1)
  })

  test('of a request that was cancelled sends nothing', async () => {
    const talk = await ready()
    const old = pressing(talk, 'Submit')
    await talks.on(talk, '> cancel\n> yes\n< Cancelled')
    await talk.says(pressed(old))
    expect(talk.words).toContain('belongs to an earlier message')
    expect(await talks.requestsOf(talk)).toHaveLength(0)
  })
})

describe('a choice', () => {
  test('pressed again is simply so, and its question is over', async () => {
    const talk = await talks.play('> I need a new monitor\n< Which size')
    const size = pressing(talk, '27 inch')
    await talk.says(pressed(size))
    await talk.says(pressed(size))
    expect(talk.words).toBe('Where shall it go? Building and desk, or "home office".')
  })

  test('typed as a number counts on the list that was shown last', async () => {
    await talks.play(`
      > I want vpn access
      <= My company laptop · Another device
      > [Another device]
      > working at home
      <= Submit · Change or add · Cancel
      > 2
      < What should I change or add?
    `)
  })
})

describe('Approve', () => {
  test('twice decides once, in one turn and in two', async () => {
    const { number, approval } = await house.asked('monitor')
    const talk = house.talk('lead', { channel: 'slack' })
    const both = await talk.hears(pressed(`approve:${approval}`), pressed(`approve:${approval}`))
    expect(both.words).toContain(`✅ Approved: ${number}`)
    const again = await talk.presses(`approve:${approval}`)
    expect(again.words).toContain(`${number} was approved already by you, just now.`)
    expect((await house.book.find(number))!.approvals[0]!.decisions).toHaveLength(1)
  })

  test('of two approvals in one turn decides both', async () => {
    const one = await house.asked('monitor', { subject: 'One monitor' })
    const other = await house.asked('monitor', { subject: 'Other monitor' })
    const talk = house.talk('lead', { channel: 'slack' })
    await talk.hears(pressed(`approve:${one.approval}`), pressed(`approve:${other.approval}`))
    for (const { number } of [one, other]) expect((await house.book.find(number))!.approvals[0]!.state).toBe('approved')
  })
})

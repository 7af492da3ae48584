import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTalks, type Talks } from './talk.ts'

let talks: Talks
beforeAll(async () => {
  talks = await openTalks()
})
afterAll(() => talks.close())

const begun = `
  > create request
  > my laptop crashes whenever I plug in the second screen at home
  < How urgent is it?`

describe('a question in between', () => {
  test('is answered from the articles, and the open question is put again', async () => {
    await talks.play(`${begun}
      > how do i connect to the vpn
      < Connect to the VPN from home
      < How urgent is it?
      > what are your opening hours
      < Monday to Friday
      < How urgent is it?
      > thanks
      < You're welcome
      < How urgent is it?
      > high
      < Priority: High
    `)
  })

  test('about a request of theirs is answered, and its buttons work later', async () => {
    await talks.play(`${begun}
      > low
      > submit
      < logged as **INC-
      > I need a new monitor
      < Which size
      > what is the status of my ticket
      < My laptop crashes
      < Which size would you like?
      > 27
      < Where shall it go?
    `)
  })
})

describe('another wish in the middle', () => {
  test('comes first, and then the talk goes back', async () => {
    await talks.play(
      `${begun}
      > reset my password
      < code
      <! How urgent
      > cancel
      < Cancelled.
      < Back to your request "My laptop crashes whenever I plug in the second screen at home".
      < How urgent is it?
      > medium
      < Priority: Medium
    `,
    )
  })

  test('that may be the answer to an open question is asked about', async () => {
    await talks.play(`
      > create request
      > i forgot my password
      < Is that your answer, or do you want something else?
      <= It is my answer · Reset Password
      > It is my answer
      <! Is that your answer
    `)
    await talks.play(`
      > create request
      > i forgot my password
      > [Reset Password]
      < e-mail
    `)
    await talks.play(`
      > create request
      > show my open requests
      < You have no open requests.
      < What do you need
    `)
  })

  test('which is the same again asks whether to continue or start over', async () => {
    await talks.play(`${begun}
      > create request
      < You are in the middle of your request "My laptop crashes
      <= Continue · Start over
      > continue
      < How urgent is it?
      > create request
      > [Start over]
      < What do you need
      > the projector is broken and stays dark during every meeting
      < How urgent is it?
    `)
  })

  test('goes no deeper than three', async () => {
    await talks.play(
      `${begun}
      > reset my password
      < code
      > open requests
      < no open requests
      < e-mail address
      > create request
      < You are in the middle of
    `,
    )
  })
})

describe('steering', () => {
  test('cancel ends it, after a question where answers would be lost', async () => {
    await talks.play(`
      > create request
      > cancel
      < Cancelled. Nothing has been sent.
      > cancel
      < nothing to cancel
    `)
    const talk = await talks.play(`${begun}
      > high
      < Shall I submit it?
      > [Cancel]
      < Shall I discard your request "My laptop crashes
      <= Discard it · Continue
      > no
      < Shall I submit it?
      > forget it
      > yes
      < Cancelled. Nothing has been sent.
    `)
    expect(await talks.requestsOf(talk)).toEqual([])
  })

  test('back reopens the last answer, start over forgets them all, repeat and help keep everything', async () => {
    await talks.play(`${begun}
      > high
      < Shall I submit it?
      > go back
      < How urgent is it?
      > say that again
      < How urgent is it?
      > help
      < We are at your request "My laptop crashes
      < How urgent is it?
      > back
      < What do you need
      > back
      < This is the first question.
      > my keyboard is broken and types every letter twice
      < How urgent is it?
      > low
      > start over
      < Shall I forget your answers
      > yes
      < let's start over
      < What do you need
    `)
  })

  test('three answers in a row that say nothing offer a technician, who sees what was filled in', async () => {
    const talk = await talks.play(`${begun}
      > asdf qwerty
      < Please choose one of these
      > zzxcv
      <! technician
      > glorp fnord
      < A technician can take over
      <? Talk to a technician · Try again
      > [Talk to a technician]
      < logged as INC-
      ~ technician
    `)
    expect(talk.answer?.handOff?.summary).toContain('Under way: a request: my laptop crashes whenever')
  })

  test('a goodbye closes the chat and keeps what was begun until tomorrow', async () => {
    await talks.play(`${begun}
      > bye
      < I keep your request "My laptop crashes
      ~ 5 hours
      > hello
      < Continue your request "My laptop crashes
      > yes
      < How urgent is it?
    `)
  })
})

describe('coming back', () => {
  test('within a day asks once whether to go on; an answer to the open question simply counts', async () => {
    await talks.play(`${begun}
      ~ 3 hours
      ~ new chat
      > hi
      < Welcome back! Continue your request "My laptop crashes
      <= Continue · Discard it
      > continue
      < How urgent is it?
      ~ 20 hours
      ~ new chat
      > high
      < Shall I submit it?
    `)
  })

  test('with free words asked for, keeps what was said and takes it when they go on', async () => {
    await talks.play(`
      > create request
      ~ 3 hours
      ~ new chat
      > my headset is broken and crackles in every single call
      < Continue your new request?
      > yes
      < How urgent is it?
    `)
  })

  test('to discard it leaves nothing', async () => {
    await talks.play(`${begun}
      ~ 3 hours
      ~ new chat
      > hello
      > no
      < Cancelled. Nothing has been sent.
      > hello
      < Hello Ana!
    `)
  })

  test('after more than a day says that it is over, and answers what was said', async () => {
    const talk = await talks.play(`${begun}
      ~ 3 days
      ~ new chat
      > how do i connect to the vpn
      < your request "My laptop crashes whenever I plug in the second screen at home" was not finished
      < Connect to the VPN from home
      > high
      <! Shall I submit
    `)
    expect(await talks.requestsOf(talk)).toEqual([])
  })

  test.each([
    ['of another version', { version: 99 }],
    ['that is none any more', { dialogue: 'order-pizza' }],
  ])('to a dialogue %s says that it is over, and breaks nothing', async (_, changed) => {
    const talk = await talks.play(begun)
    const memory = talk.memory as { people: [string, { frames: object[] }][] }
    Object.assign(memory.people[0]![1].frames[0]!, changed)
    await talks.on(
      talk,
      `
      > when are you open
      < is over, because I have been changed meanwhile
      < Monday to Friday
      > create request
      < What do you need
    `,
    )
  })
})

describe('somebody who loses their patience', () => {
  test('is offered a technician beside the answer, once, and is asked on', async () => {
    await talks.play(`${begun}
      > high, damn it
      < frustrating
      < Priority: High
      <? Talk to a technician · Submit
      > damn, make it critical
      <! frustrating
      < Priority: High → Critical.
    `)
    await talks.play(`
      > HOW DO I CONNECT TO THE VPN
      <! frustrating
      > I CAN NOT PRINT ANYTHING
      < frustrating
      <? Talk to a technician
    `)
  })
})

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTalks, type Talks } from './talk.ts'

let talks: Talks
beforeAll(async () => {
  talks = await openTalks()
})
afterAll(() => talks.close())

describe('an incident', () => {
  test('is asked for, shown, confirmed and logged with everything that was said', async () => {
    const talk = await talks.play(`
      > create request
      < What do you need, or what isn't working?
      > my laptop is broken since yesterday and shows a blue screen all the time
      < How urgent is it?
      <= Low · Medium · High · Critical
      > high
      < Category: Computers and hardware
      < Priority: High
      < Shall I submit it?
      <= Submit · Change · Cancel
      > yes
      < Done! Your request is logged as **INC-
      < https://desk.example/r/INC-
    `)
    const [request] = await talks.requestsOf(talk)
    expect(request).toMatchObject({
      type: 'incident',
      subject: 'My laptop is broken since yesterday and shows a blue screen all the time',
      category: 'hardware',
      priority: 'high',
      status: 'open',
      source: 'Telegram',
    })
  })

  test('takes what was said in one breath, and asks only for the rest', async () => {
    const talk = await talks.play(`
      > laptop broken since yesterday, urgent
      < What exactly happens
      > [Skip]
      < Priority: High
      < Shall I submit it?
      > [Submit]
      < logged as **INC-
    `)
    expect(await talks.requestsOf(talk)).toMatchObject([
      { subject: 'Laptop broken since yesterday', priority: 'high', category: 'hardware' },
    ])
  })

  test('is changed at any time by words, and only what changed is said', async () => {
    const talk = await talks.play(`
      > create request
      > the printer on the second floor jams on every page, urgent
      < Priority: High
      > no, make it low
      < Priority: High → Low.
      < Shall I submit it?
      > change the subject to "Printer 2.14 jams"
      < Subject: The printer on the second floor jams on every page → Printer 2.14 jams.
      > no
      < What should I change?
      <? Description · Category: Printing · Priority: Low · Subject: Printer 2.14 jams · Nothing
      > priority
      < How urgent is it?
      > 3
      < Priority: Low → High.
      > actually critical
      < Priority: High → Critical.
      > the category is wrong
      < What is it about?
      > phones
      < Category: Printing and scanning → Phones and meeting rooms.
      > submit
      < logged as **INC-
    `)
    expect(await talks.requestsOf(talk)).toMatchObject([
      { subject: 'Printer 2.14 jams', priority: 'critical', category: 'phone-meeting-rooms' },
    ])
  })

  test('keeps every file that was sent, before, in between and at the end', async () => {
    const talk = await talks.play(`
      > {before.png}
      < kept the file
      > report an incident
      < I attach before.png
      > {between.png}
      < attached
      < What isn't working?
      > {caption.png} my screen flickers all the time when I open the lid
      > {end.png}
      < attached
      > medium
      < Files: before.png, between.png, caption.png, end.png
      > submit it please
      < logged as **INC-
    `)
    expect((await talks.requestsOf(talk))[0]!.files.map(({ name }) => name).toSorted()).toEqual([
      'before.png',
      'between.png',
      'caption.png',
      'end.png',
    ])
  })

  test('comes after the article that surely fits, with the same words', async () => {
    await talks.play(`
      > guest wifi is broken, urgent
      < This often helps
      <? Open the article · Create Request · Talk to a technician
      > [Create Request]
      <! This often helps
      < What exactly happens
      > the voucher page does not load on any phone
      < Guest wifi is broken
      < Category: Network and Wi-Fi
      < Priority: High
    `)
  })

  test('that is open already is added to, or opened once more', async () => {
    const add = await talks.play(`
      > create request
      > the coffee corner wifi drops every few minutes for everybody there
      > high
      > yes
      < logged as **INC-
      > create request
      > wifi drops in the coffee corner every few minutes, still bad
      > high
      < You already have INC-
      <= Add to INC- · Open another
      > add to it
      < I have added it to INC-
    `)
    const requests = await talks.requestsOf(add)
    expect(requests).toHaveLength(1)
    expect(requests[0]!.comments.at(-1)!.text).toContain('still bad')
    const another = await talks.play(`
      > create request
      > the scanner in room 4 makes black stripes on every page
      > low
      > submit
      > create request
      > black stripes from the scanner in room 4 again on every page
      > low
      < You already have INC-
      > open another
      < Shall I submit it?
      > submit
      < logged as **INC-
    `)
    expect(await talks.requestsOf(another)).toHaveLength(2)
  })
})

describe('a statement that may be either', () => {
  test('is asked about: a trouble becomes an incident, a wish the item that it names', async () => {
    await talks.play(`
      > create request
      > the monitor in the lobby of building seven still shows christmas pictures
      < Is something not working, or do you need something?
      > Something isn't working
      < How urgent is it?
      > back
      < Is something not working
      > 2
      < Which size would you like?
    `)
  })
})

describe('an item of the catalogue', () => {
  test('is found by free words, its fields asked one at a time, and who approves it is told', async () => {
    const talk = await talks.play(`
      > i want to order a new laptop
      < Which laptop suits your work?
      <= Standard (14 inch) · Performance (16 inch) · MacBook Pro
      > 2
      < What do you need it for?
      > compiling the firmware takes an hour on the old one
      < Model: Performance (16 inch)
      < Reason: compiling the firmware
      < Priority: Medium
      > yes
      < logged as **SR-
      < approved first: I have asked it-approvals@example.com
    `)
    expect(await talks.requestsOf(talk)).toMatchObject([
      { type: 'service-request', subject: 'New laptop', status: 'approval', item: { id: 'new-laptop' } },
    ])
  })

  test('takes values out of the sentence, choices by what people call them, and goes back', async () => {
    await talks.play(`
      > I need a big second screen please
      < Where shall it go?
      > back
      < This is the first question.
      > building 3, desk 14
      < Size: 27 inch
      < Where to: building 3, desk 14
      > back
      < Where shall it go?
      > home office
      < Where to: home office
      > not the monitor
      < All right, not that.
      > a new headset with a microphone
    `)
  })

  test('asks which one where several fit', async () => {
    await talks.play(`
      > create request
      > access
      < Which of these do you mean?
      <? VPN access · Something else
      > the vpn one
      <! Which of these
      > back
      < Which of these do you mean?
      > [Something else]
      < Is something not working, or do you need something?
      > I need something
    `)
  })

  test('comes as a form where the channel has forms; what is wrong or missing in it is asked again', async () => {
    const talk = await talks.play(
      `
      > new laptop please
      < New laptop
      > form: f.model=macbook
      < What do you need it for?
      > video cutting
      < Model: MacBook Pro
      < Reason: video cutting
      > submit
      < logged as **SR-
    `,
      { forms: true },
    )
    expect(await talks.requestsOf(talk)).toMatchObject([{ item: { id: 'new-laptop' }, fields: [{ name: 'model' }, { name: 'reason' }] }])
  })
})

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CatalogueItem } from '../../src/core/service-desk.ts'
import { openTalks, type Talks } from './talk.ts'

/** An item with two fields that may be "high". */
const noise: CatalogueItem = {
  id: 'loudspeaker',
  title: 'Loudspeaker',
  category: 'hardware',
  description: 'A loudspeaker for a hall.',
  keywords: ['loudspeaker'],
  priority: 'low',
  fields: [
    {
      name: 'pitch',
      label: 'Pitch',
      ask: 'Which pitch?',
      required: true,
      kind: 'choice',
      options: ['low', 'high'].map((value) => ({ value, label: value, also: [] })),
    },
    { name: 'since', label: 'Missing since', ask: 'Since when is it missing?', required: true, kind: 'date', lies: 'behind' },
  ],
  approvals: [],
}

let talks: Talks
beforeAll(async () => {
  talks = await openTalks({ items: [noise], timezone: 'Pacific/Auckland' })
  talks.clock.at = new Date('2026-06-03T20:00:00Z')
})
afterAll(() => talks.close())

const laptop = `
  > I need a new laptop
  > standard
  > the old one is too slow
  < Shall I submit it?
`

describe('fields that may stay empty', () => {
  test('are offered with the summary, and hold nobody up', async () => {
    const talk = await talks.play(`${laptop}
      < You can also add: Needed by.
      <= Submit · Change or add · Cancel
      > [Submit]
      < logged as **SR-
    `)
    expect((await talks.requestsOf(talk))[0]!.fields.map(({ name }) => name)).toEqual(['model', 'reason'])
  })

  test('are added by the button, in words, or by naming them', async () => {
    await talks.play(`${laptop}
      > [Change or add]
      <? Add Needed by · Model: Standard · Nothing
      > [Add Needed by]
      < By when do you need it?
      > in two weeks
      < Needed by: Thu 18 June 2026
      <! You can also add
      <= Submit · Change · Cancel
    `)
    await talks.play(`${laptop}
      > needed by: tomorrow
      < Needed by: Fri 5 June 2026
      > 12 July
      < Needed by: Fri 5 June 2026 → Sun 12 July 2026.
    `)
    await talks.play(`
      > I need a software licence
      > Visio
      > one year
      > drawing networks
      < You can also add: Cost centre.
      > add cost centre 4711
      < Cost centre: 4711.
      > add more
      < What should I change?
    `)
  })

  test('stand in the form beside the others, where the channel has forms', async () => {
    const talk = await talks.play('> new laptop please', { forms: true })
    const form = talk.contents.find((content) => content.type === 'form')
    expect(form?.type === 'form' && form.fields.map(({ name, required }) => [name, required])).toEqual([
      ['f.model', true],
      ['f.reason', true],
      ['f.needed-by', false],
    ])
    await talks.on(talk, '> form: f.model=standard; f.reason=mine is old; f.needed-by=2026-01-01')
    await talks.on(talk, '< Thu 1 January 2026 has passed already. By when do you need it?')
    await talks.on(talk, '> skip')
    await talks.on(talk, '< Shall I submit it?')
    await talks.on(talk, '<! You can also add')
  })

  test('that were asked for are left again by "submit"', async () => {
    await talks.play(`${laptop}
      > needed by
      < By when do you need it?
      > submit
      < Shall I submit it?
      > submit
      < logged as **SR-
    `)
  })
})

describe('a day', () => {
  test("is counted on the desk's clock, where it is tomorrow already", async () => {
    const talk = await talks.play(`${laptop}
      > needed by today
      < Needed by: Thu 4 June 2026
      > submit
      < logged as
    `)
    expect((await talks.requestsOf(talk))[0]!.fields).toContainEqual({ name: 'needed-by', label: 'Needed by', value: '2026-06-04' })
  })

  test('in digits that may be read in two ways is asked about, and said back', async () => {
    await talks.play(`
      > we need everything for a new starter
      > Lena Sommer
      < When is the first day?
      > 07/08/2026
      < First day: which day do you mean?
      <= Fri 7 August 2026 · Wed 8 July 2026
      > [Wed 8 July 2026]
      < Which team
      > no, the other one
      < First day: Wed 8 July 2026 → Fri 7 August 2026.
      < Which team
      > change the first day to 09/10/2026
      < which day do you mean?
      > the one in october
      < First day: Fri 7 August 2026 → Fri 9 October 2026.
    `)
  })

  test('that was said in passing and is unclear is asked about too', async () => {
    await talks.play(`
      > I need a new laptop by 07/08/2026
      < Needed by: which day do you mean?
      <= Fri 7 August 2026 · Wed 8 July 2026 · Skip
      > back
      < By when do you need it?
      > [Skip]
      < Which laptop
    `)
  })

  test('on the wrong side of today is refused with the reason', async () => {
    await talks.play(`
      > we need everything for a new starter
      > Lena Sommer
      > 12/05/2026
      < First day: Sat 5 December 2026.
      > change the first day to 1 June 2026
      < Mon 1 June 2026 has passed already. When is the first day?
      > in two weeks
      < First day: Sat 5 December 2026 → Thu 18 June 2026.
    `)
    await talks.play(`
      > I need a loudspeaker
      > high
      > tomorrow
      < Fri 5 June 2026 is still to come. Since when is it missing?
      > since yesterday
      < Missing since: Wed 3 June 2026
    `)
  })
})

describe('in the middle of a request', () => {
  test('another thing of the catalogue is asked about, and words that may be either', async () => {
    await talks.play(`
      > I need a new monitor
      > 27 inch
      < Where shall it go?
      > I need a new laptop
      < You are in the middle of your request "Monitor". Continue with it, or start over?
      > continue
      < Where shall it go?
      > actually I first need to reset my password
      < Is that your answer, or do you want something else?
      <= It is my answer · Reset Password
    `)
  })

  test('what is answered in between offers nothing else to begin, and no more than three things are open at a time', async () => {
    await talks.play(`
      > report an incident
      < What isn't working?
      > how do I connect to the vpn?
      < What isn't working?
      <! Create Request
      > show pending approvals
      < Which e-mail address
      > I forgot my password
      < One thing after the other: first the check that it is you.
      < Which e-mail address
      > cancel
      < What isn't working?
    `)
  })

  test('"submit" says what is missing, "continue" asks again, and praise of the summary submits it', async () => {
    await talks.play(`
      > I need a new monitor
      > submit it please
      < Almost: this is still missing.
      < Which size
      > 24
      > hall 9
      > continue
      < Shall I submit it?
      > that looks perfect, thank you
      < logged as **SR-
    `)
  })

  test('what only sounds like cancelling is asked about', async () => {
    await talks.play(`
      > I need a new laptop
      > mine
      < Shall I discard your request "New laptop"?
      > no
      < Which laptop
      > cancel
      < Cancelled.
    `)
  })
})

describe('a wish for a thing of the catalogue', () => {
  test.each([
    ['I want vpn access', 'From which device'],
    ["I'd like a 27 inch monitor", 'Where shall it go?'],
    ['order a mouse', 'Where shall it go?'],
    ['need Photoshop', 'For how long'],
    ['shared mailbox please', 'Which address'],
    ['I need a new laptop, mine is broken', 'Which laptop suits your work?'],
    ['I need access to sharepoint for bob@example.com', 'Which folder?'],
    ['new starter tomorrow: Max Mustermann, team sales', 'full name'],
    ['please install visio on NB-1234', 'Which of these do you mean?'],
    ['I need a laptop and two monitors', 'Which of these do you mean?'],
    ['I was wondering whether it might be possible to get a second screen, since I do a lot of spreadsheets', 'Which size'],
  ])('begins its request: %s', async (words, question) => {
    await talks.play(`> ${words}\n< ${question}`)
  })

  test.each(['somebody is leaving', 'vpn', "I've got a new guy starting on the 1st of next month"])(
    'that may be something else is offered: %s',
    async (words) => {
      const talk = await talks.play(`> ${words}\n<? Request: `)
      const choice = talk.offered.find(({ label }) => label.startsWith('Request: '))!
      await talks.on(talk, `> [${choice.label}]\n<! Which of these`)
      await talks.on(talk, '> help\n< We are at your request')
    },
  )

  test.each(['how do I connect to the vpn?', 'my mouse is broken', 'I need help with the vpn', 'I want to connect to the vpn'])(
    'is none: %s',
    async (words) => {
      const talk = await talks.play(`> ${words}`)
      expect(talk.words).not.toMatch(/From which device|Where shall it go/)
      expect(talk.offered.some(({ label }) => label.startsWith('Request: '))).toBe(false)
    },
  )
})

describe('an article that did not do', () => {
  test('leads to a request with what was written as its description', async () => {
    const talk = await talks.play(`
      > how do I connect to the vpn?
      <? Open the article · Create Request · None of these helped
      > [Open the article]
      < Did this help?
      <= Yes, it did · No · Create Request · Talk to a technician
      > [Create Request]
      < What exactly happens
      > [Skip]
      > low
      > submit
      < logged as **INC-
    `)
    expect((await talks.requestsOf(talk))[0]).toMatchObject({ description: 'how do I connect to the vpn?', category: 'network' })
  })
})

describe('a correction', () => {
  test('that fits two fields is asked about', async () => {
    await talks.play(`
      > I need a loudspeaker
      > low
      > since yesterday
      < Shall I submit it?
      > change it to high
      < What should be "high"?
      <= Pitch · Priority
      > pitch
      < Pitch: low → high.
      > no, the other one
      < Since when is it missing?
    `)
    await talks.play(`
      > shared mailbox please
      > sales@example.com
      > boss@example.com
      > Ann and Bob
      > no, make it info@example.com
      <= Address · Owner
      > [Owner]
      < Owner: boss@example.com → info@example.com.
    `)
  })

  test('of the description puts the new words in place of the first ones', async () => {
    const talk = await talks.play(`
      > report an incident
      > the printer in room 9 prints stripes on every single page
      > low
      > the description is wrong
      > it prints nothing at all
      < Description: it prints nothing at all
      > submit
    `)
    expect((await talks.requestsOf(talk))[0]!.description).toBe('it prints nothing at all')
  })

  test('of one of two choices takes the other', async () => {
    await talks.play(`
      > I want vpn access
      > my company laptop
      < What do you need it for?
      > no, the other one
      < Device: My company laptop → Another device.
    `)
  })
})

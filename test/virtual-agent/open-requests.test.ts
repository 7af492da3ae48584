import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTalks, type Talks } from './talk.ts'

let talks: Talks
beforeAll(async () => {
  talks = await openTalks()
})
afterAll(() => talks.close())

const technician = { kind: 'technician', id: 'tess', name: 'Tess' } as const

/** Two requests, opened in the chat. */
const two = `
  > create request
  > the beamer in room Berlin has a broken colour wheel on every slide
  > low
  > submit
  < logged as **INC-
  > create request
  > sap fails to print the invoices of all the customers since monday
  > high
  > submit
  < logged as **INC-`

describe('the list of open requests', () => {
  test('says so when there is none, and offers to create one', async () => {
    await talks.play(
      `
      > open requests
      < You have no open requests.
      <= Create Request`,
      { email: 'none@example.com' },
    )
  })

  test('shows number, subject and status; one of them is opened by pressing, by its place and by its number', async () => {
    await talks.play(`${two}
      > my requests
      < You have 2 open requests.
      <? INC- · INC-
      > 2
      < The beamer in room Berlin
      < Status: open
      < Priority: low
      < https://desk.example/r/INC-
      <= Comment · Cancel request · Back to the list
      > [Back to the list]
      < You have 2 open requests.
    `)
  })

  test('tells guests that it holds only what they opened here, and shows all after they proved who they are', async () => {
    await talks.desk.open(
      {
        type: 'incident',
        subject: 'Opened by telephone',
        description: 'Long ago.',
        category: null,
        item: null,
        fields: {},
        priority: 'low',
        requester: { identity: null, name: 'Gus', email: 'gus@example.com' },
        source: 'Phone',
        conversation: null,
        chat: null,
        files: [],
      },
      'gus-1',
    )
    const talk = await talks.play(`
      > open requests
      < I only see what you opened here
      <= Create Request · Prove who I am
      > [Prove who I am]
      > gus@example.com
      < code
    `)
    await talks.on(
      talk,
      `
      > ${await talks.code()}
      < You have one open request.
      <? INC-
      > yes
      < Opened by telephone
    `,
    )
  })

  test('never shows the request of somebody else, and says the same as for one that does not exist', async () => {
    const other = await talks.play(two)
    const { number } = (await talks.requestsOf(other))[0]!
    const stranger = await talks.play(`
      > status of ${number}
      < I can't find ${number} among the requests that you opened here.
      <! invoices
      > status of INC-999999
      < I can't find INC-999999 among the requests that you opened here.
    `)
    await talks.on(
      stranger,
      `> press:request:${number}
      < I can't find ${number}
      > press:request-cancel:${number}
      < I can't find ${number}
      > press:request-comment:${number}
      < I can't find ${number}`,
    )
    expect((await talks.book.find(number))?.status).toBe('open')
  })
})

describe('one request', () => {
  test.each(['any updates?', 'status of my request', 'what is the status of my ticket'])(
    '"%s" shows the only one at once',
    async (words) => {
      await talks.play(`
      > create request
      > the ice machine app shows a blank page to all of the kitchen
      > low
      > submit
      > ${words}
      < The ice machine app
      < Status: open
    `)
    },
  )

  test('takes comments and files, once each, and shows what technicians say in public', async () => {
    const talk = await talks.play(
      `${two}
      > any updates?
      > 1
      < Sap fails to print
    `,
    )
    const { number } = (await talks.requestsOf(talk))[0]!
    await talks.on(
      talk,
      `
      > [Comment]
      < What shall I add to ${number}?
      > it is only invoices to Austria
      < I have added it to ${number}.
      > status ${number}
      < it is only invoices to Austria
      > add a comment
      > {invoice.png}
      < I have added the file to ${number}.
    `,
    )
    await talks.book.comment(number, { text: 'We look into it.', internal: false }, technician, 'public')
    await talks.book.comment(number, { text: 'Blame the template.', internal: true }, technician, 'internal')
    await talks.on(
      talk,
      `
      > what about ${number}?
      < Tess, just now: "We look into it."
      <! Blame
    `,
    )
    const view = (await talks.book.find(number))!
    expect(view.comments.filter(({ by }) => by.kind === 'person').map(({ text }) => text)).toContain('it is only invoices to Austria')
    expect(view.files.map(({ name }) => name)).toEqual(['invoice.png'])
  })

  test('is cancelled after a question', async () => {
    const talk = await talks.play(`${two}
      > open requests
      > 1
      > [Cancel request]
      < Shall I cancel INC-
      > no
      < it stays as it is
      > [Cancel request]
      > yes
      < is cancelled.
      > open requests
      < You have one open request.
    `)
    expect((await talks.requestsOf(talk)).map(({ status }) => status)).toEqual(['cancelled', 'open'])
  })

  test('that is solved is reopened within a week, with what is still wrong, and not later', async () => {
    const talk = await talks.play(two)
    const { number } = (await talks.requestsOf(talk))[0]!
    const solve = (key: string) => talks.book.update(number, { status: 'resolved', resolution: 'Template mended.' }, technician, key)
    await solve('solve-1')
    await talks.on(
      talk,
      `
      > status of ${number}
      < Status: solved
      < Solution: Template mended.
      <= Reopen · Back to the list
      > [Reopen]
      < What is still wrong?
      > the second page still has the old address
      < ${number} is open again.
    `,
    )
    expect((await talks.book.find(number))?.status).toBe('open')
    await solve('solve-2')
    await talks.on(
      talk,
      `
      ~ 8 days
      > status of ${number}
      <= Back to the list
      > press:reopen:${number}
      < can't be reopened
    `,
    )
  })
})

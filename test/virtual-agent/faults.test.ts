import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DeskAway, type ServiceDesk } from '../../src/core/service-desk.ts'
import { makeNoticeChoice } from '../../src/service-desk/audience.ts'
import { heard } from './house.ts'
import type { Talk, Talks } from './talk.ts'
import { openTalks } from './talk.ts'

let talks: Talks
const away = { is: false }
const fails = { is: false }
beforeAll(async () => {
  const broken = (desk: ServiceDesk): Partial<ServiceDesk> => ({
    requestsOf: async (reader, which) => {
      if (away.is) throw new DeskAway()
      if (fails.is) throw new Error('boom')
      return desk.requestsOf(reader, which)
    },
    similar: async (reader, words, limit) => {
      if (away.is) throw new DeskAway()
      return desk.similar(reader, words, limit)
    },
    open: async (request, key) => (away.is ? { state: 'kept' } : desk.open(request, key)),
    comment: async (...given) => {
      if (away.is) throw new DeskAway()
      return desk.comment(...given)
    },
  })
  talks = await openTalks({ desk: broken })
})
afterAll(() => talks.close())

const begun = `
  > create request
  > my laptop crashes whenever I plug in the second screen at home
  < How urgent is it?`

describe('when the desk is away', () => {
  const during = async (script: string, talk?: Talk) => {
    away.is = true
    try {
      return talk === undefined ? await talks.play(script) : await talks.on(talk, script)
    } finally {
      away.is = false
    }
  }

  test('it is said, a technician is offered, and what was begun stays', async () => {
    await during(`
      > open requests
      < I can't reach the service desk right now
      <? Talk to a technician
    `)
    const talk = await talks.play(`
      > create request
      > the fan of my docking station is broken and howls all day
      > low
      > submit
      > create request
      > my docking station fan is broken, still howling all day
      > low
      < You already have INC-
    `)
    await during(
      `
      > add to it
      < I can't reach the service desk right now
      < I keep your request "My docking station fan is broken" as it is
    `,
      talk,
    )
    await talks.on(
      talk,
      `
      > [Talk to a technician]
      ~ technician
    `,
    )
  })

  test('a request is kept and promised its number, and a technician comes all the same', async () => {
    await during(`${begun}
      > high
      > submit
      < I have kept your request
    `)
    await during(`
      > talk to a technician
      < I'm getting a technician for you
      < whose number I tell you as soon as I have it
      ~ technician
    `)
  })

  test('an error of another kind is reported, and the person gets a technician offered', async () => {
    fails.is = true
    await talks.play(`
      > open requests
      < Something went wrong on my side
      <? Talk to a technician
    `)
    fails.is = false
    expect(talks.errors.splice(0).map(String)).toEqual(['Error: boom'])
  })
})

describe('a technician', () => {
  test('is asked for at any moment; the request with everything said is logged at once, once', async () => {
    const talk = await talks.play(`
      > {crack.png}
      > my screen is cracked, this is urgent
      > I want to talk to a human
      < I'm getting a technician for you
      < logged as INC-
      ~ technician
    `)
    const [request, ...others] = await talks.requestsOf(talk)
    expect(others).toEqual([])
    expect(request).toMatchObject({
      type: 'incident',
      subject: 'my screen is cracked, this is urgent',
      priority: 'high',
      conversations: [{ conversation: `talk-${talk.person}` }],
    })
    expect(request!.description).toContain('my screen is cracked')
    expect(request!.files.map(({ name }) => name)).toEqual(['crack.png'])
    await talks.on(
      talk,
      `
      > get me a technician
      < ${request!.number} goes with it
    `,
    )
    expect(await talks.requestsOf(talk)).toHaveLength(1)
  })

  test('gets the request that was just opened along', async () => {
    const talk = await talks.play(`${begun}
      > high
      > submit
      > technician please
      < goes with it
      ~ technician
    `)
    expect(await talks.requestsOf(talk)).toHaveLength(1)
  })
})

describe('a turn that is taken twice', () => {
  test('opens one request, and says the same number both times', async () => {
    const talk = await talks.play(`${begun}
      > high
    `)
    const before = talk.memory
    const submit = heard('Submit', { chosen: talk.offered[0]!.value })
    await talk.says(submit)
    const { words } = talk
    talk.memory = before
    await talk.says(submit)
    expect(talk.words).toBe(words)
    expect(await talks.requestsOf(talk)).toHaveLength(1)
  })
})

describe('notices', () => {
  test('are stopped and started by word, also in the middle of a request', async () => {
    const talk = await talks.play(`${begun}
      > stop notifications
      < I no longer tell you here
      < How urgent is it?
    `)
    const identity = { channel: 'telegram', account: 'main', key: talk.person } as never
    const { isOn } = makeNoticeChoice(talks.connection.db)
    expect(await isOn(identity)).toBe(false)
    await talks.on(
      talk,
      `
      > please turn on my notifications again
      < I tell you here again
    `,
    )
    expect(await isOn(identity)).toBe(true)
  })
})

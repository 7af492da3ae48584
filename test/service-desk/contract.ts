import { beforeAll, describe, expect, test } from 'vitest'
import type { AccountId } from '../../src/channel/index.ts'
import type { NewRequest, Reader, ServiceDesk } from '../../src/core/service-desk.ts'
import { by, incident, key, newcomer, opened } from './samples.ts'

/** A service desk that is tested. What happens on its other side is done by hand. */
export type DeskUnderTest = {
  readonly desk: ServiceDesk
  /** A technician solves it. */
  resolve(number: string): Promise<void>
  /** A technician answers the person. */
  answer(number: string, text: string): Promise<void>
  /** The next calls happen so many days later. */
  pass(days: number): void
}

/** What every service desk does, whoever keeps the requests. What only the built-in one can do stands in desk.test.ts. */
export const serviceDeskContract = (name: string, make: () => Promise<DeskUnderTest>): void => {
  describe(name, () => {
    let under: DeskUnderTest
    let desk: ServiceDesk
    beforeAll(async () => {
      under = await make()
      desk = under.desk
    })
    const open = async (request: NewRequest, as = key()) => opened(await desk.open(request, as))

    describe('opening', () => {
      test('gives the number, and what was said is there', async () => {
        const kim = newcomer()
        const request = await open(incident(kim))
        expect(request).toMatchObject({ type: 'incident', subject: 'Laptop does not start', status: 'open', priority: 'high' })
        expect(request.number).toMatch(/^INC-?\d+$/)
        expect(await desk.request(request.number, by(kim))).toMatchObject({
          ...request,
          description: expect.stringContaining('The screen stays black after the update.'),
          requester: { identity: kim, name: 'Kim Lee', email: null },
          source: 'Telegram',
          resolvedAt: null,
          resolution: null,
          comments: [],
          conversations: [{ conversation: `conversation-${kim.key}`, chat: 'chat-1' }],
        })
      })

      test('twice with one key opens one request, one after the other and at the same time', async () => {
        const kim = newcomer()
        const one = key()
        const first = await open(incident(kim), one)
        const again = await open(incident(kim, { subject: 'Something else' }), one)
        expect(again).toEqual(first)
        const two = key()
        const same = await Promise.all(Array.from({ length: 8 }, () => open(incident(kim, { subject: 'At once' }), two)))
        expect(new Set(same.map(({ number }) => number)).size).toBe(1)
        expect(await desk.requestsOf(by(kim), { open: true, limit: 10 })).toHaveLength(2)
      })
    })

    describe('seeing', () => {
      test('is for the identity that opened it and for the proven address, in any case, and for nobody else', async () => {
        const kim = newcomer()
        const email = `Kim.${kim.key}@Example.com`
        const { number } = await open(incident(kim, { requester: { identity: kim, name: 'Kim', email } }))
        const sees = async (reader: Reader) => [
          (await desk.request(number, reader))?.number ?? null,
          (await desk.requestsOf(reader, { open: true, limit: 5 })).map((request) => request.number),
        ]
        const seen = [number, [number]]
        const nothing = [null, []]
        expect(await sees(by(kim))).toEqual(seen)
        expect(await sees(by(null, email.toLowerCase()))).toEqual(seen)
        expect(await sees(by(newcomer(), email.toUpperCase()))).toEqual(seen)
        expect(await sees(by(kim, email))).toEqual(seen)
        expect(await sees(by(newcomer()))).toEqual(nothing)
        expect(await sees(by(newcomer(), 'other@example.com'))).toEqual(nothing)
        expect(await sees(by(null, null))).toEqual(nothing)
        expect(await sees(by({ ...kim, account: 'other' as AccountId }))).toEqual(nothing)
        expect(await sees(by({ ...kim, channel: 'viber' }))).toEqual(nothing)
      })

      test('takes the number with and without prefix, in any case, and nothing else', async () => {
        const kim = newcomer()
        const { number } = await open(incident(kim))
        const bare = number.replace(/^INC-?/, '')
        for (const text of [number, number.toLowerCase(), `inc ${bare}`, `#${bare}`, bare, ` ${number} `])
          expect((await desk.request(text, by(kim)))?.number, text).toBe(number)
        for (const text of [`SR-${bare}`, `${bare}0`, '', 'INC-', 'laptop', `${number}; drop table requests`, '9'.repeat(40)])
          expect(await desk.request(text, by(kim)), text).toBeNull()
      })

      test('gives the newest first, as many as are asked for, and open ones alone', async () => {
        const kim = newcomer()
        const numbers: string[] = []
        for (const subject of ['one', 'two', 'three']) numbers.push((await open(incident(kim, { subject }))).number)
        await desk.cancel(numbers[1]!, by(kim), key())
        const list = async (which: { open: boolean; limit: number }) =>
          (await desk.requestsOf(by(kim), which)).map((request) => request.number)
        expect(await list({ open: false, limit: 10 })).toEqual(numbers.toReversed())
        expect(await list({ open: true, limit: 10 })).toEqual([numbers[2], numbers[0]])
        expect(await list({ open: false, limit: 2 })).toEqual([numbers[2], numbers[1]])
      })

      test('shows what technicians answered', async () => {
        const kim = newcomer()
        const { number } = await open(incident(kim))
        await under.answer(number, 'We bring you another one.')
        expect((await desk.request(number, by(kim)))!.comments).toMatchObject([
          { text: 'We bring you another one.', internal: false, by: { kind: 'technician' } },
        ])
      })
    })

    describe('commenting', () => {
      const said = (text: string) => ({ text, by: 'Kim Lee', files: [], source: 'Telegram' })

      test('adds what is said, once for a key', async () => {
        const kim = newcomer()
        const { number } = await open(incident(kim))
        const one = key()
        const [first, again] = await Promise.all([
          desk.comment(number, by(kim), said('It beeps, too.'), one),
          desk.comment(number, by(kim), said('It beeps, too.'), one),
        ])
        expect(first).toMatchObject({ ok: true, request: { number } })
        expect(again).toEqual(first)
        const view = await desk.request(number, by(kim))
        expect(view!.comments).toMatchObject([{ text: 'It beeps, too.', by: { kind: 'person', name: 'Kim Lee' }, internal: false }])
      })

      test('is refused where it is not theirs, and where it is over', async () => {
        const kim = newcomer()
        const { number } = await open(incident(kim))
        expect(await desk.comment(number, by(newcomer()), said('mine?'), key())).toEqual({ ok: false, reason: 'unknown', request: null })
        expect(await desk.comment('INC-999999999', by(kim), said('there?'), key())).toEqual({ ok: false, reason: 'unknown', request: null })
        await desk.cancel(number, by(kim), key())
        expect(await desk.comment(number, by(kim), said('late'), key())).toMatchObject({ ok: false, reason: 'over', request: { number } })
      })
    })

    describe('cancelling and reopening', () => {
      test('cancels what is open, once for a key, and nothing that is over', async () => {
        const kim = newcomer()
        const { number } = await open(incident(kim))
        const one = key()
        expect(await desk.cancel(number, by(newcomer()), key())).toMatchObject({ ok: false, reason: 'unknown', request: null })
        expect(await desk.cancel(number, by(kim), one)).toMatchObject({ ok: true, request: { number, status: 'cancelled' } })
        expect(await desk.cancel(number, by(kim), one)).toMatchObject({ ok: true, request: { status: 'cancelled' } })
        expect(await desk.cancel(number, by(kim), key())).toMatchObject({ ok: false, reason: 'over', request: { status: 'cancelled' } })
        expect(await desk.reopen(number, by(kim), 'no', key())).toMatchObject({ ok: false, reason: 'not-resolved' })
      })

      test('reopens what was resolved in the last seven days', async () => {
        const kim = newcomer()
        const { number } = await open(incident(kim))
        expect(await desk.reopen(number, by(kim), 'too early', key())).toMatchObject({ ok: false, reason: 'not-resolved' })
        await under.resolve(number)
        expect(await desk.request(number, by(kim))).toMatchObject({
          status: 'resolved',
          resolvedAt: expect.any(String),
          resolution: expect.any(String),
        })
        expect(await desk.cancel(number, by(kim), key())).toMatchObject({ ok: false, reason: 'over' })
        expect(await desk.reopen(number, by(newcomer()), 'mine?', key())).toMatchObject({ ok: false, reason: 'unknown' })
        under.pass(6)
        const one = key()
        expect(await desk.reopen(number, by(kim), 'It is black again', one)).toMatchObject({ ok: true, request: { status: 'open' } })
        expect(await desk.reopen(number, by(kim), 'It is black again', one)).toMatchObject({ ok: true, request: { status: 'open' } })
        const view = await desk.request(number, by(kim))
        expect(view).toMatchObject({ resolvedAt: null, resolution: null })
        expect(view!.comments.map(({ text }) => text)).toEqual(['It is black again'])
        await under.resolve(number)
        under.pass(8)
        expect(await desk.reopen(number, by(kim), 'once more', key())).toMatchObject({ ok: false, reason: 'too-late' })
      })
    })

    describe('similar requests', () => {
      const kim = newcomer()
      let numbers: readonly string[] = []
      beforeAll(async () => {
        const texts = [
          ['Laptop screen stays black', 'After the update this morning the display of my notebook is dark.'],
          ['VPN drops every few minutes', 'When I work from home the connection breaks.'],
          ['Printer on the third floor jams', 'Paper gets stuck in tray two.'],
        ]
        const made: string[] = []
        for (const [subject, description] of texts)
          made.push((await open(incident(kim, { subject: subject!, description: description! }))).number)
        numbers = made
        await open(incident(newcomer(), { subject: 'Laptop screen is black too' }))
        const { number } = await open(incident(kim, { subject: 'Old laptop screen flickers' }))
        await desk.cancel(number, by(kim), key())
      })

      test.each([
        ['my laptop has a black screen', 0],
        ['the screens of laptops are black', 0],
        ['vpn connection keeps dropping', 1],
        ['vpn', 1],
        ['the printer jammed again', 2],
      ])('"%s" finds it', async (words, index) => {
        expect((await desk.similar(by(kim), words, 3))[0]?.number).toBe(numbers[index])
      })

      test.each([
        'I need a new mobile phone',
        'please help me with my problem',
        'my password has expired',
        'the update of Excel asks for a licence key every time I start it',
        '',
        "'; select | table & !",
      ])('"%s" finds nothing', async (words) => {
        expect(await desk.similar(by(kim), words, 3)).toEqual([])
      })

      test('are theirs alone', async () => {
        expect(await desk.similar(by(newcomer()), 'laptop screen black', 3)).toEqual([])
      })
    })
  })
}

import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ConversationId } from '../../src/core/conversation.ts'
import { type NewRequest, type RequestChanges, RequestRefused } from '../../src/core/service-desk.ts'
import { record, SYSTEM } from '../../src/service-desk/timeline.ts'
import type { Connection } from '../../src/store/connect.ts'
import { by, incident, key, newcomer, opened, order } from './samples.ts'
import { databases, dropPostgres, stage, tess } from './stage.ts'

afterAll(dropPostgres)

for (const { kind, available, open: connectTo } of databases)
  describe.runIf(available)(`the book of requests on ${kind}`, () => {
    let connection: Connection
    let on: Awaited<ReturnType<typeof stage>>
    beforeAll(async () => {
      connection = await connectTo()
      on = await stage(connection)
    })
    afterAll(() => connection?.close())

    const fresh = async (more: Partial<NewRequest> = {}) => {
      const kim = newcomer()
      const { number } = opened(await on.desk.open(incident(kim, more), key()))
      return { kim, number }
    }
    const update = (number: string, changes: RequestChanges) => on.book.update(number, changes, tess, key())
    const kinds = async (number: string) => (await on.book.timeline(number))!.map((event) => event.kind)

    describe('opening by a technician', () => {
      test('says who did it, once for a key', async () => {
        const one = key()
        const [first, again] = await Promise.all([on.book.open(incident(null), tess, one), on.book.open(incident(null), tess, one)])
        expect(again.number).toBe(first.number)
        expect(await on.book.timeline(first.number)).toMatchObject([
          {
            number: first.number,
            kind: 'opened',
            by: { kind: 'technician', name: 'Tess' },
            detail: { source: 'Telegram', priority: 'high' },
          },
        ])
      })

      test.each<[Partial<NewRequest>, string, string]>([
        [{ subject: '  ' }, 'subject', 'a few words'],
        [{ category: 'hardwear' }, 'category', 'one of hardware, software'],
        [{ fields: { size: '24' } }, 'fields.size', 'nothing: only items have fields'],
        [{ item: 'monitor' }, 'item', 'nothing: an incident has no item'],
        [{ type: 'service-request', item: 'moon' }, 'item', 'one of software-installation, monitor, laptop'],
        [{ type: 'service-request', item: 'monitor' }, 'fields.size', 'one of 24, 27'],
        [{ type: 'service-request', item: 'monitor', fields: { size: '25' } }, 'fields.size', 'one of 24, 27'],
        [{ type: 'service-request', item: 'monitor', fields: { size: '24', colour: 'red' } }, 'fields.colour', 'one of size'],
        [
          { type: 'service-request', item: 'software-installation', fields: { program: 'x', by: '2027-02-30' } },
          'fields.by',
          'a day such as 2027-01-31',
        ],
      ])('%j is refused: %s', async (more, field, expected) => {
        await expect(on.book.open(incident(null, more), tess, key())).rejects.toMatchObject({ name: 'RequestRefused', field, expected })
      })
    })

    describe('changing', () => {
      test('writes what is new and tells it with what was before', async () => {
        const { number } = await fresh()
        const view = await update(number, {
          subject: 'Laptop dead',
          priority: 'critical',
          team: 'hardware',
          technician: { id: 'tess', name: 'Tess' },
        })
        expect(view).toMatchObject({
          subject: 'Laptop dead',
          priority: 'critical',
          team: 'hardware',
          technician: { id: 'tess', name: 'Tess' },
        })
        expect((await on.book.timeline(number))!.at(-1)).toMatchObject({
          kind: 'changed',
          by: { kind: 'technician', name: 'Tess' },
          detail: {
            priority: 'critical',
            priorityBefore: 'high',
            team: 'hardware',
            teamBefore: null,
            technician: 'Tess',
            technicianBefore: null,
          },
        })
        const same = await update(number, { priority: 'critical', team: 'hardware' })
        expect(same!.changedAt).toBe(view!.changedAt)
        expect(await kinds(number)).toEqual(['opened', 'changed'])
        expect(await update(number, { technician: null, team: null })).toMatchObject({ technician: null, team: null })
      })

      test('to another technician of the same name is a change', async () => {
        const { number } = await fresh()
        await update(number, { technician: { id: 'sam-1', name: 'Sam' } })
        expect(await update(number, { technician: { id: 'sam-2', name: 'Sam' } })).toMatchObject({ technician: { id: 'sam-2' } })
        expect((await on.book.timeline(number))!.at(-1)).toMatchObject({
          kind: 'changed',
          detail: { technician: 'Sam', technicianBefore: 'Sam' },
        })
      })

      test.each([
        ['in-progress', true],
        ['open', false],
      ] as const)('reopened by a technician to %s it is answered: %s', async (status, answered) => {
        const { number } = await fresh()
        await update(number, { status: 'resolved', resolution: 'Done.' })
        expect(await update(number, { status })).toMatchObject({ status, resolution: null, resolvedAt: null })
        const { rows } = await sql<{
          at: Date | null
        }>`select responded_at as at from requests where number = ${number.slice(4)}::bigint`.execute(on.db)
        expect(rows[0]!.at !== null).toBe(answered)
      })

      test('a key whose change was refused may be used again', async () => {
        const { number } = await fresh()
        const one = key()
        await expect(on.book.update(number, { status: 'resolved' }, tess, one)).rejects.toThrow(RequestRefused)
        expect(await on.book.update(number, { status: 'resolved', resolution: 'Done.' }, tess, one)).toMatchObject({ status: 'resolved' })
      })

      test('happens once for a key, also at the same time', async () => {
        const { number } = await fresh()
        const one = key()
        await Promise.all([1, 2, 3].map(() => on.book.update(number, { status: 'in-progress' }, tess, one)))
        expect(await kinds(number)).toEqual(['opened', 'changed'])
        const two = key()
        await Promise.all([1, 2, 3].map(() => on.book.comment(number, { text: 'Here.', internal: true }, tess, two)))
        expect((await on.book.find(number))!.comments).toHaveLength(1)
      })

      test.each<[string, RequestChanges, string]>([
        ['', { status: 'closed' }, 'status'],
        ['', { status: 'rejected' }, 'status'],
        ['', { status: 'approval' }, 'status'],
        ['', { status: 'resolved' }, 'resolution'],
        ['', { status: 'resolved', resolution: ' ' }, 'resolution'],
        ['', { resolution: 'done' }, 'resolution'],
        ['', { subject: ' ' }, 'subject'],
        ['', { category: 'gardening' }, 'category'],
        ['cancelled', { status: 'open' }, 'status'],
        ['cancelled', { priority: 'low' }, 'number'],
        ['monitor', { status: 'open' }, 'status'],
        ['monitor', { status: 'in-progress' }, 'status'],
      ])('of a request (%s) %j is refused: %s', async (state, changes, field) => {
        const kim = newcomer()
        const { number } = opened(await on.desk.open(state === 'monitor' ? order(kim, 'monitor') : incident(kim), key()))
        if (state === 'cancelled') await on.desk.cancel(number, by(kim), key())
        const before = await on.book.find(number)
        const one = key()
        await expect(on.book.update(number, changes, tess, one)).rejects.toMatchObject({ name: 'RequestRefused', field })
        expect(await on.book.find(number)).toEqual(before)
      })

      test('of nothing gives nothing', async () => {
        for (const number of ['INC-999999', 'SR-1', 'nonsense', '']) {
          expect(await update(number, { priority: 'low' })).toBeNull()
          expect(await on.book.find(number)).toBeNull()
          expect(await on.book.timeline(number)).toBeNull()
          expect(await on.book.comment(number, { text: 'x', internal: true }, tess, key())).toBeNull()
          expect(await on.book.link(number, 'c' as ConversationId, true, tess)).toBeNull()
          expect(await on.book.attach(number, [], tess)).toBeNull()
        }
      })

      test('its whole life is on the timeline, in order', async () => {
        const { kim, number } = await fresh()
        await update(number, { status: 'in-progress', technician: { id: 'tess', name: 'Tess' } })
        await on.book.comment(number, { text: 'Which model?', internal: false }, tess, key())
        await update(number, { status: 'waiting' })
        expect((await on.book.find(number))!.resolveBy).toBeNull()
        await on.desk.comment(number, by(kim), { text: 'An X1.', by: 'Kim', files: [await on.file('x1.png')], source: 'Telegram' }, key())
        expect(await on.book.find(number)).toMatchObject({ status: 'in-progress', resolveBy: expect.any(String) })
        await on.book.comment(number, { text: 'Again an X1.', internal: true }, tess, key())
        await on.book.attach(number, [await on.file('report.pdf')], tess)
        await on.book.link(number, 'another' as ConversationId, true, tess)
        await on.book.link(number, 'another' as ConversationId, true, tess)
        await on.book.link(number, 'another' as ConversationId, false, tess)
        await update(number, { status: 'resolved', resolution: 'New board.' })
        await on.desk.reopen(number, by(kim), 'Black again', key())
        await update(number, { status: 'resolved', resolution: 'New laptop.' })
        await update(number, { status: 'closed' })
        expect(await kinds(number)).toEqual([
          ...[
            'opened',
            'changed',
            'commented',
            'changed',
            'commented',
            'file-added',
            'changed',
            'noted',
            'file-added',
            'linked',
            'unlinked',
          ],
          ...['resolved', 'reopened', 'resolved', 'closed'],
        ])
        const events = (await on.book.timeline(number))!
        expect(events.map(({ seq }) => seq)).toEqual(events.map(({ seq }) => seq).toSorted((one, two) => one - two))
        expect(events.find((event) => event.kind === 'resolved')).toMatchObject({
          detail: { resolution: 'New board.', statusBefore: 'in-progress' },
        })
        expect(events[6]).toMatchObject({ by: { kind: 'system' }, detail: { status: 'in-progress', statusBefore: 'waiting' } })
        expect(events[4]).toMatchObject({ by: { kind: 'person', name: 'Kim', identity: kim } })
        expect(await on.book.find(number)).toMatchObject({
          status: 'closed',
          resolution: 'New laptop.',
          files: [{ name: 'x1.png' }, { name: 'report.pdf' }],
        })
        expect((await on.book.find(number))!.comments.map(({ internal }) => internal)).toEqual([false, false, true, false])
      })

      test('two technicians at once both get their way, one after the other', async () => {
        const { number } = await fresh()
        await Promise.all([update(number, { priority: 'low' }), update(number, { team: 'network' }), update(number, { subject: 'Both' })])
        expect(await on.book.find(number)).toMatchObject({ priority: 'low', team: 'network', subject: 'Both' })
        expect(await kinds(number)).toHaveLength(4)
      })
    })

    test('keys of any length and kind are kept apart', async () => {
      const long = 'k'.repeat(5_000)
      const numbers: string[] = []
      for (const one of [long, `${long}2`, ' spaced', 'spaced', 'no\0thing', 'nothing', '', '\ud83d'])
        for (const twice of [one, one]) numbers.push((await on.book.open(incident(null), tess, twice)).number)
      expect(new Set(numbers).size).toBe(8)
    })

    test('files alone are no comment, and nothing at all is no event', async () => {
      const { kim, number } = await fresh()
      const said = { text: ' ', by: 'Kim', files: [await on.file('a.png')], source: 'Telegram' }
      expect(await on.desk.comment(number, by(kim), said, key())).toMatchObject({ ok: true })
      expect(await on.desk.comment(number, by(kim), { ...said, files: [] }, key())).toMatchObject({ ok: true })
      expect(await on.book.find(number)).toMatchObject({ comments: [], files: [{ name: 'a.png' }] })
      expect(await kinds(number)).toEqual(['opened', 'file-added'])
    })

    test('an address that is empty is none', async () => {
      const { number } = await fresh({ requester: { identity: null, name: '', email: ' ' } })
      expect(await on.desk.request(number, { identity: null, email: '' })).toBeNull()
      expect(await on.desk.requestsOf({ identity: null, email: '' }, { open: true, limit: 9 })).toEqual([])
    })

    test('a step that nobody may decide is told to technicians', async () => {
      const kim = newcomer()
      const { number } = opened(
        await on.desk.open(order(kim, 'monitor', { requester: { identity: kim, name: 'Lea', email: 'Lead@example.com' } }), key()),
      )
      expect((await on.book.find(number))!.comments).toMatchObject([
        { internal: true, by: { kind: 'system' }, text: expect.stringContaining('"Team lead"') },
      ])
      expect((await on.desk.request(number, by(kim)))!.comments).toEqual([])
    })

    describe('searching', () => {
      let numbers: readonly string[] = []
      const mail = 'search@example.com'
      beforeAll(async () => {
        const made: string[] = []
        for (const [subject, priority] of [
          ['Zebra crossing', 'low'],
          ['Zebra stripes', 'high'],
          ['Zebra order', 'critical'],
        ] as const) {
          const kim = newcomer()
          made.push(
            opened(
              await on.desk.open(
                incident(kim, { subject, priority, requester: { identity: kim, name: 'Zoë Zimmer', email: mail } }),
                key(),
              ),
            ).number,
          )
        }
        await update(made[1]!, { status: 'in-progress', technician: { id: 'zed', name: 'Zed' }, team: 'zoo' })
        await on.book.link(made[2]!, 'zebra-chat' as ConversationId, true, tess)
        numbers = made
      })

      test.each([
        ['text', { text: 'zebras' }, [2, 1, 0]],
        ['text of several words', { text: 'stripes zebra' }, [1]],
        ['the beginnings of words', { text: 'zeb str' }, [1]],
        ['a phrase', { text: '"zebra stripes"' }, [1]],
        ['a phrase the other way round', { text: '"stripes zebra"' }, []],
        ['what is not in it', { text: 'zebra -order' }, [1, 0]],
        ['a name', { text: 'zimmer' }, [2, 1, 0]],
        ['an address', { text: mail }, [2, 1, 0]],
        ['query signs', { text: `zebra & | ! ' :* (` }, [2, 1, 0]],
        ['requester', { requesterEmail: 'SEARCH@example.com' }, [2, 1, 0]],
        ['status', { requesterEmail: mail, status: ['open'] as const }, [2, 0]],
        ['statuses', { requesterEmail: mail, status: ['open', 'in-progress'] as const }, [2, 1, 0]],
        ['no status', { requesterEmail: mail, status: [] }, []],
        ['priority', { requesterEmail: mail, priority: ['low', 'high'] as const }, [1, 0]],
        ['type', { requesterEmail: mail, type: 'service-request' as const }, []],
        ['technician', { technician: 'zed' }, [1]],
        ['team', { team: 'zoo' }, [1]],
        ['conversation', { conversation: 'zebra-chat' as ConversationId }, [2]],
        ['everything at once', { text: 'zebra', team: 'zoo', technician: 'zed', type: 'incident' as const, requesterEmail: mail }, [1]],
        ['nothing that is late', { requesterEmail: mail, overdue: true }, []],
      ])('by %s', async (_, filter, found) => {
        const { requests, next } = await on.book.search({ ...filter, limit: 10 })
        expect(requests.map(({ number }) => number)).toEqual(found.map((index) => numbers[index]))
        expect(next).toBeNull()
      })

      test('by a number that is in its text', async () => {
        const { number } = await fresh({ subject: 'Error 80070057 in the update' })
        expect((await on.book.search({ text: '80070057', limit: 10 })).requests.map((request) => request.number)).toEqual([number])
      })

      test('by its number', async () => {
        for (const text of [numbers[0]!, numbers[0]!.replace('INC-', '')])
          expect((await on.book.search({ text, limit: 10 })).requests.map(({ number }) => number)).toEqual([numbers[0]])
      })

      test('page by page, each request once, however long a page is', async () => {
        for (const limit of [1, 2, 3]) {
          const seen: string[] = []
          for (let before: string | null | undefined; before !== null; ) {
            const page = await on.book.search({ requesterEmail: mail, limit, ...(before === undefined ? {} : { before }) })
            seen.push(...page.requests.map(({ number }) => number))
            before = page.next
          }
          expect(seen).toEqual(numbers.toReversed())
        }
        await expect(on.book.search({ before: 'yesterday', limit: 5 })).rejects.toMatchObject({ name: 'RequestRefused', field: 'before' })
      })
    })

    test('whoever reads events while they are written misses none', async () => {
      const start = (await on.book.eventsAfter(0, 1_000)).at(-1)?.seq ?? 0
      const read: number[] = []
      let cursor = start
      const readOn = async () => {
        const events = await on.book.eventsAfter(cursor, 7)
        read.push(...events.map(({ seq }) => seq))
        cursor = events.at(-1)?.seq ?? cursor
        return events.length
      }
      let writing = true
      const writers = Promise.all(
        Array.from({ length: 6 }, async () => {
          for (let n = 0; n < 5; n += 1) {
            const { number } = await fresh()
            await update(number, { status: 'in-progress', priority: 'low' })
          }
        }),
      ).finally(() => {
        writing = false
      })
      while (writing) await readOn()
      await writers
      while ((await readOn()) > 0);
      const all: number[] = []
      for (let after = start; ; ) {
        const events = await on.book.eventsAfter(after, 1_000)
        if (events.length === 0) break
        all.push(...events.map(({ seq }) => seq))
        after = events.at(-1)!.seq
      }
      expect(read).toEqual(all)
      expect(read).toHaveLength(60)
    })

    // PGlite has one session: there is no second writer to wait for.
    if (kind === 'Postgres')
      test('an event that is written later is not seen before one that is not committed yet', async () => {
        const { number } = await fresh()
        const request = Number(number.replace('INC-', ''))
        const start = (await on.book.timeline(number))!.at(-1)!.seq
        const event = (text: string) => ({ request, kind: 'noted', by: SYSTEM, detail: { text } }) as const
        const write = (text: string, held: Promise<void>) =>
          on.db.transaction().execute(async (transaction) => {
            await record(transaction, on.now().toISOString(), [event(text)])
            await held
          })
        const first = Promise.withResolvers<void>()
        const one = write('first', first.promise)
        await new Promise((resolve) => setTimeout(resolve, 100))
        const two = write('second', Promise.resolve())
        await new Promise((resolve) => setTimeout(resolve, 200))
        expect(await on.book.eventsAfter(start, 10)).toEqual([])
        first.resolve()
        await Promise.all([one, two])
        expect((await on.book.eventsAfter(start, 10)).map(({ detail }) => detail.text)).toEqual(['first', 'second'])
      })
  })

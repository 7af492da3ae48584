import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { NewRequest } from '../../src/core/service-desk.ts'
import type { Connection } from '../../src/store/connect.ts'
import { forgetOld } from '../../src/store/retention.ts'
import { by, incident, key, newcomer, opened, order } from './samples.ts'
import { databases, dropPostgres, stage, tess } from './stage.ts'

afterAll(dropPostgres)

for (const { kind, available, open: connectTo } of databases)
  describe.runIf(available)(`what time does to requests on ${kind}`, () => {
    let connection: Connection
    let on: Awaited<ReturnType<typeof stage>>
    beforeAll(async () => {
      connection = await connectTo()
      on = await stage(connection)
    }, 60_000)
    afterAll(() => connection?.close())

    const fresh = async (more: Partial<NewRequest> = {}) => {
      const kim = newcomer()
      const { number } = opened(await on.desk.open(incident(kim, more), key()))
      return { kim, number }
    }
    const missed = async (number: string) =>
      (await on.book.timeline(number))!.filter((event) => event.kind === 'target-missed').map(({ detail }) => detail.target)
    /** Until nothing is left to do. */
    const sweepAll = async () => {
      for (let done = 1; done > 0; ) {
        const { missed, closed, reminded, forgotten } = await on.sweep.sweep(3)
        done = missed + closed + reminded + forgotten
      }
    }

    test('a missed target is told once, however many look at the same time', async () => {
      const { number } = await fresh()
      const inTime = await fresh()
      await on.book.comment(inTime.number, { text: 'On it.', internal: false }, tess, key())
      const waiting = await fresh()
      await on.book.update(waiting.number, { status: 'waiting' }, tess, key())
      const approval = opened(await on.desk.open(order(newcomer(), 'monitor'), key())).number
      const solved = await fresh()
      await on.book.update(solved.number, { status: 'resolved', resolution: 'Done.' }, tess, key())
      await sweepAll()
      expect(await missed(number)).toEqual([])
      on.pass(2 / 24)
      await Promise.all([on.sweep.sweepTargets(50), on.sweep.sweepTargets(50), on.sweep.sweepTargets(50)])
      expect(await missed(number)).toEqual(['respond'])
      expect(await missed(inTime.number)).toEqual([])
      on.pass(1)
      await Promise.all([on.sweep.sweepTargets(50), on.sweep.sweepTargets(50), on.sweep.sweepTargets(50)])
      await sweepAll()
      expect(await missed(number)).toEqual(['respond', 'resolve'])
      expect(await missed(inTime.number)).toEqual(['resolve'])
      for (const other of [waiting.number, approval, solved.number]) expect(await missed(other), other).toEqual([])
      const { requests } = await on.book.search({ overdue: true, limit: 200 })
      expect(requests.map((request) => request.number)).toEqual(expect.arrayContaining([number, inTime.number]))
      expect(requests.map((request) => request.number)).not.toContain(waiting.number)
    })

    test('an answer is the first word or deed of a technician, and no note, assignment or word of the person', async () => {
      const { kim, number } = await fresh()
      const answeredAt = async () => {
        const { rows } = await sql<{
          at: Date | null
        }>`select responded_at as at from requests where number = ${number.slice(4)}::bigint`.execute(on.db)
        return rows[0]!.at
      }
      await on.book.comment(number, { text: 'Hm.', internal: true }, tess, key())
      await on.book.update(number, { technician: { id: 'tess', name: 'Tess' }, priority: 'low' }, tess, key())
      await on.desk.comment(number, by(kim), { text: 'Anybody?', by: 'Kim', files: [], source: 'Test' }, key())
      await on.book.comment(number, { text: 'Closing soon.', internal: false }, { kind: 'system', id: 'bot', name: 'Bot' }, key())
      expect(await answeredAt()).toBeNull()
      await on.book.comment(number, { text: 'Hello.', internal: false }, tess, key())
      const first = await answeredAt()
      expect(first).not.toBeNull()
      on.pass(1 / 24)
      await on.book.update(number, { status: 'in-progress' }, tess, key())
      await on.book.comment(number, { text: 'Once more.', internal: false }, tess, key())
      expect(await answeredAt()).toEqual(first)
    })

    test('goes on in small steps', async () => {
      for (let n = 0; n < 5; n += 1) await fresh({ priority: 'critical' })
      on.pass(1 / 48)
      expect(await on.sweep.sweepTargets(2)).toBe(2)
      expect(await on.sweep.sweepTargets(2)).toBe(2)
      expect(await on.sweep.sweepTargets(2)).toBe(1)
      expect(await on.sweep.sweepTargets(2)).toBe(0)
    })

    test('what was resolved is closed after a week, and not before; reopened, its targets count anew', async () => {
      const stays = await fresh()
      const reopened = await fresh()
      for (const { number } of [stays, reopened]) await on.book.update(number, { status: 'resolved', resolution: 'Done.' }, tess, key())
      on.pass(6.9)
      await on.sweep.closeResolved(50)
      expect(await on.book.find(stays.number)).toMatchObject({ status: 'resolved' })
      await on.desk.reopen(reopened.number, by(reopened.kim), 'Again', key())
      const view = (await on.book.find(reopened.number))!
      expect(Date.parse(view.respondBy!)).toBeGreaterThan(on.now().getTime())
      on.pass(0.2)
      await Promise.all([on.sweep.closeResolved(50), on.sweep.closeResolved(50)])
      expect(await on.book.find(stays.number)).toMatchObject({ status: 'closed', resolution: 'Done.' })
      expect((await on.book.timeline(stays.number))!.map((event) => event.kind)).toEqual(['opened', 'resolved', 'closed'])
      expect(await on.book.find(reopened.number)).toMatchObject({ status: 'open' })
      await sweepAll()
      expect(await missed(reopened.number)).toEqual(['respond'])
    })

    test('keys are forgotten after a month, requests never', async () => {
      const one = key()
      const kim = newcomer()
      const { number } = opened(await on.desk.open(incident(kim), one))
      on.pass(29)
      await sweepAll()
      expect(opened(await on.desk.open(incident(kim), one)).number).toBe(number)
      on.pass(2)
      await sweepAll()
      const { rows } = await sql<{ count: number }>`select count(*)::int as count from desk_keys where key = ${one}`.execute(on.db)
      expect(rows[0]!.count).toBe(0)
      expect(await on.desk.request(number, by(kim))).toMatchObject({ number })
    })

    test('files of requests are kept, also those that no message holds and whose history is forgotten', async () => {
      const [kept, gone] = [await on.file('kept.png'), await on.file('gone.png')]
      const { number } = await fresh({ files: [kept] })
      await sql`update files set created_at = now() - interval '40 days' where id in (${kept}, ${gone})`.execute(on.db)
      const removed: string[] = []
      const keep = { historyDays: 30, eventIdDays: 30, rawRequestDays: 7, auditDays: 365, questionDays: 365 }
      await forgetOld(connection.db, keep, async (file) => {
        removed.push(file)
      })
      expect(removed).toContain(gone)
      expect(removed).not.toContain(kept)
      expect((await on.book.find(number))!.files).toMatchObject([{ id: kept }])
    })
  })

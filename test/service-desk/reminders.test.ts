import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Week } from '../../src/core/business-hours.ts'
import { makeServiceDesk } from '../../src/service-desk/index.ts'
import { makeReminders, type ReminderRules } from '../../src/service-desk/reminders.ts'
import type { Connection } from '../../src/store/connect.ts'
import { migrate } from '../../src/store/migrate.ts'
import { catalogue } from './catalogue.ts'
import { key, newcomer, opened, order } from './samples.ts'
import { databases, dropPostgres, targets } from './stage.ts'

afterAll(dropPostgres)

const day = [{ opens: 480, closes: 1_080 }]
const office: Week = {
  timezone: 'UTC',
  holidays: ['2026-11-26'],
  ...{ monday: day, tuesday: day, wednesday: day, thursday: day, friday: day, saturday: [], sunday: [] },
}

for (const { kind, available, open } of databases)
  describe.runIf(available)(`approvals that nobody decides, on ${kind}`, () => {
    let connection: Connection
    let clock = ''
    const now = () => new Date(clock)
    let desk: ReturnType<typeof makeServiceDesk>
    beforeAll(async () => {
      connection = await open()
      await migrate(connection)
      desk = makeServiceDesk({ db: connection.db, now, catalogue, linkOf: () => null, targets, hours: office })
    }, 60_000)
    afterAll(() => connection?.close())

    /** Asked on a Tuesday at three in the afternoon. */
    const asked = async (item = 'monitor'): Promise<string> => {
      clock = '2026-11-24T15:00:00.000Z'
      return opened(await desk.desk.open(order(newcomer(), item), key())).number
    }
    /** Every process looks at this moment, as often as it likes. */
    const at = async (moment: string, rules: ReminderRules = { days: 1, most: 2 }, hours: Week | null = office) => {
      clock = moment
      const remind = makeReminders({ db: connection.db, now, hours: hours ?? undefined, rules })
      await Promise.all([remind(50), remind(50), remind(50)])
      await remind(50)
    }
    const told = async (number: string) =>
      (await desk.book.timeline(number))!.flatMap(({ kind, detail }) =>
        kind === 'approval-reminded' ? [`reminded ${detail.times}`] : kind === 'approval-overdue' ? ['overdue'] : [],
      )

    test('remind after a working day, twice, and then tell the service desk, each once however many look', async () => {
      const number = await asked()
      const steps: readonly (readonly [string, readonly string[]])[] = [
        ['2026-11-25T14:59:00.000Z', []],
        ['2026-11-25T15:00:00.000Z', ['reminded 1']],
        // A holiday, and then at night: nobody is disturbed.
        ['2026-11-26T15:30:00.000Z', ['reminded 1']],
        ['2026-11-27T14:30:00.000Z', ['reminded 1']],
        ['2026-11-27T19:00:00.000Z', ['reminded 1']],
        ['2026-11-28T12:00:00.000Z', ['reminded 1']],
        ['2026-11-30T08:00:00.000Z', ['reminded 1', 'reminded 2']],
        ['2026-12-01T08:00:00.000Z', ['reminded 1', 'reminded 2', 'overdue']],
        ['2026-12-09T10:00:00.000Z', ['reminded 1', 'reminded 2', 'overdue']],
      ]
      for (const [moment, expected] of steps) {
        await at(moment)
        expect(await told(number), moment).toEqual(expected)
      }
      const notes = (await desk.book.find(number))!.comments.filter(({ internal }) => internal)
      expect(notes.map(({ text }) => text)).toEqual([expect.stringContaining('after 2 reminders')])
    })

    test('are let alone once they are decided, and each step is counted anew', async () => {
      const number = await asked('laptop')
      await at('2026-11-25T15:00:00.000Z')
      expect(await told(number)).toEqual(['reminded 1'])
      const [first] = (await desk.book.find(number))!.approvals
      await desk.desk.decide(first!.id, { email: first!.approvers[0]!, name: null }, true, null, key())
      await at('2026-11-27T14:00:00.000Z')
      expect(await told(number)).toEqual(['reminded 1'])
      await at('2026-11-27T15:00:00.000Z')
      const events = (await desk.book.timeline(number))!.filter(({ kind }) => kind === 'approval-reminded')
      const [, second] = (await desk.book.find(number))!.approvals
      expect(events.map(({ detail }) => [detail.approval, detail.times])).toEqual([
        [first!.id, 1],
        ...(second?.state === 'pending' ? [[second.id, 1]] : []),
      ])
    })

    test('never, or more seldom, where the configuration says so; without business hours a day is a day', async () => {
      const number = await asked()
      await at('2026-12-09T10:00:00.000Z', { days: 0, most: 2 })
      expect(await told(number)).toEqual([])
      await at('2026-11-25T23:00:00.000Z', { days: 2, most: 1 }, null)
      expect(await told(number)).toEqual([])
      await at('2026-11-26T15:00:00.000Z', { days: 2, most: 1 }, null)
      await at('2026-11-28T15:00:00.000Z', { days: 2, most: 1 }, null)
      expect(await told(number)).toEqual(['reminded 1', 'overdue'])
    })
  })

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RequestEvent, RequestRefused, type RequestStatus } from '../../src/core/service-desk.ts'
import { mayMove } from '../../src/service-desk/status.ts'
import type { Connection } from '../../src/store/connect.ts'
import { by, incident, key, newcomer, opened, order } from './samples.ts'
import { databases, dropPostgres, stage, tess } from './stage.ts'

afterAll(dropPostgres)

/** The same row of numbers at every run. */
const dice = (seed: number) => {
  let state = seed
  return (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}
const statuses: readonly RequestStatus[] = ['open', 'in-progress', 'waiting', 'resolved', 'closed', 'cancelled']
const approvers = ['lead@example.com', 'p1@example.com', 'p2@example.com', 'p3@example.com']

for (const { kind, available, open: connectTo } of databases)
  describe.runIf(available)(`everybody at the same requests at once on ${kind}`, () => {
    let connection: Connection
    let on: Awaited<ReturnType<typeof stage>>
    beforeAll(async () => {
      connection = await connectTo()
      on = await stage(connection)
    })
    afterAll(() => connection?.close())

    test('nobody waits for ever, every status follows from the one before, and the timeline tells how it came', async () => {
      const roll = dice(7)
      const kim = newcomer()
      const numbers: string[] = []
      for (const item of [null, 'monitor', 'laptop', 'laptop', null])
        numbers.push(opened(await on.desk.open(item === null ? incident(kim) : order(kim, item), key())).number)

      const act = async (): Promise<unknown> => {
        const number = numbers[roll(numbers.length)]!
        const said = { text: 'Well?', by: 'Kim', files: [], source: 'Telegram' }
        switch (roll(11)) {
          case 0:
            return roll(6) === 0 ? on.desk.cancel(number, by(kim), key()) : undefined
          case 1:
            return on.desk.reopen(number, by(kim), 'Again', key())
          case 2:
            return on.desk.comment(number, by(kim), said, key())
          case 3:
          case 4:
          case 5: {
            const status = statuses[roll(roll(6) === 0 ? statuses.length : 4)]!
            return on.book.update(number, { status, ...(status === 'resolved' ? { resolution: 'Done.' } : {}) }, tess, key())
          }
          case 6:
            return on.book.link(number, `c${roll(3)}` as never, roll(2) === 0, tess)
          case 7:
            return on.book.comment(number, { text: 'Hm.', internal: roll(2) === 0 }, tess, key())
          case 8:
            on.pass(roll(20) / 10)
            return on.sweep.sweep(3)
          default: {
            const approval = await on.desk.approval(number, approvers[roll(4)]!)
            if (approval === null) return undefined
            return on.desk.decide(approval.id, { email: approvers[roll(4)]!, name: null }, roll(8) > 0, null, key())
          }
        }
      }
      const refused: string[] = []
      for (let round = 0; round < 15; round += 1)
        await Promise.all(
          Array.from({ length: 12 }, () =>
            act().catch((error: unknown) => {
              if (!(error instanceof RequestRefused)) throw error
              refused.push(error.field)
            }),
          ),
        )
      expect(refused.filter((field) => field !== 'status' && field !== 'number')).toEqual([])

      const ended: RequestStatus[] = []
      for (const number of numbers) {
        const events = (await on.book.timeline(number))!
        const view = (await on.book.find(number))!
        const moves = events.filter(({ detail }) => detail.status !== undefined)
        let now: unknown = moves[0]!.detail.status
        for (const move of moves.slice(1)) {
          expect(move.detail.statusBefore).toBe(now)
          expect(mayMove(now as RequestStatus, move.detail.status as RequestStatus, moverOf(move)), `${now} to ${move.detail.status}`).toBe(
            true,
          )
          now = move.detail.status
        }
        expect(view.status).toBe(now)
        ended.push(view.status)
        const decisions = view.approvals.flatMap((step) => step.decisions)
        expect(events.filter((event) => event.kind === 'approval-decided')).toHaveLength(decisions.length)
        expect(view.approvals.filter(({ state }) => state === 'pending')).toHaveLength(view.status === 'approval' ? 1 : 0)
        for (const step of view.approvals) {
          const inFavour = step.decisions.filter(({ approved }) => approved).length
          expect(step.state === 'approved').toBe(inFavour === step.quorum && step.decisions.length === inFavour)
          expect(step.state === 'rejected').toBe(step.decisions.some(({ approved }) => !approved))
        }
        expect(view.comments).toHaveLength(
          events.filter(({ kind, detail }) => kind === 'commented' || kind === 'noted' || (kind === 'reopened' && detail.why !== undefined))
            .length,
        )
      }
      expect(new Set(ended).size).toBeGreaterThan(1)
    })
  })

/** An approver's rejection is told as theirs; it is the desk that follows it. */
const moverOf = ({ by, detail }: RequestEvent) =>
  by.kind === 'technician' ? 'technician' : by.kind === 'person' && detail.status !== 'rejected' ? 'requester' : 'system'

import { describe, expect, test } from 'vitest'
import type { NewRequest, ServiceDesk } from '../../src/core/service-desk.ts'
import { by, key, newcomer, opened, order } from './samples.ts'

const lead = { email: 'LEAD@example.com', name: 'Lea Lead' }
const buyer = (n: 1 | 2 | 3) => ({ email: `p${n}@example.com`, name: null })

/** Part of `serviceDeskContract`: what approvals do, whoever keeps them. */
export const approvalsContract = (desk: () => ServiceDesk): void => {
  describe('approvals', () => {
    const open = async (request: NewRequest) => opened(await desk().open(request, key()))
    const asked = async (item: string, requester = newcomer()) => {
      const { number } = await open(order(requester, item))
      return { number, requester, view: async () => (await desk().request(number, by(requester)))! }
    }

    test('a request waits for them, and is open when they are given', async () => {
      const { number, view } = await asked('monitor')
      expect(await view()).toMatchObject({ status: 'approval', approvals: [{ title: 'Team lead', state: 'pending', quorum: 1 }] })
      const [approval] = (await desk().approvalsOf(lead.email)).filter(({ request }) => request.number === number)
      expect(approval).toMatchObject({ request: { subject: 'Order: monitor', requester: 'Kim Lee' }, state: 'pending', decisions: [] })
      expect(await desk().approval(approval!.id, 'lead@example.com')).toEqual(approval)
      expect(await desk().approval(number, 'lead@example.com')).toEqual(approval)
      expect(await desk().approval(number, 'other@example.com')).toBeNull()
      const one = key()
      const decided = await desk().decide(approval!.id, lead, true, 'Fine.', one)
      expect(decided).toMatchObject({
        ok: true,
        approval: { state: 'approved', decisions: [{ by: 'lead@example.com', approved: true, comment: 'Fine.' }] },
      })
      expect(await desk().decide(approval!.id, lead, true, 'Fine.', one)).toEqual(decided)
      expect(await view()).toMatchObject({ status: 'open' })
      expect((await desk().approvalsOf(lead.email)).some(({ id }) => id === approval!.id)).toBe(false)
      expect(await desk().decide(approval!.id, lead, false, null, key())).toMatchObject({
        ok: false,
        reason: 'already',
        approval: { state: 'approved' },
      })
      expect(await view()).toMatchObject({ status: 'open' })
    })

    test('come in their order, the second wants two of three, and nobody counts twice', async () => {
      const { number, view } = await asked('laptop')
      expect((await view()).approvals.map(({ state }) => state)).toEqual(['pending', 'later'])
      const mine = async (email: string) => (await desk().approvalsOf(email)).filter(({ request }) => request.number === number)
      expect(await mine('p1@example.com')).toEqual([])
      const second = (await view()).approvals[1]!.id
      expect(await desk().decide(second, buyer(1), true, null, key())).toMatchObject({
        ok: false,
        reason: 'already',
        approval: { state: 'later' },
      })
      await desk().decide((await mine(lead.email))[0]!.id, lead, true, null, key())
      expect((await view()).approvals.map(({ state }) => state)).toEqual(['approved', 'pending'])
      expect(await desk().decide(second, buyer(1), true, null, key())).toMatchObject({ ok: true, approval: { state: 'pending' } })
      expect(await mine('p1@example.com')).toEqual([])
      expect(await desk().decide(second, buyer(1), true, null, key())).toMatchObject({ ok: false, reason: 'already' })
      expect(await view()).toMatchObject({ status: 'approval' })
      expect(await desk().decide(second, buyer(3), true, null, key())).toMatchObject({ ok: true, approval: { state: 'approved' } })
      expect(await view()).toMatchObject({ status: 'open' })
      expect(await desk().decide(second, buyer(2), false, null, key())).toMatchObject({ ok: false, reason: 'already' })
      expect(await view()).toMatchObject({ status: 'open' })
    })

    test('one rejection ends the request', async () => {
      const { view, number, requester } = await asked('laptop')
      const [first, second] = (await view()).approvals
      expect(await desk().decide(first!.id, lead, false, 'Too dear.', key())).toMatchObject({ ok: true, approval: { state: 'rejected' } })
      expect(await view()).toMatchObject({ status: 'rejected', approvals: [{ state: 'rejected' }, { state: 'withdrawn' }] })
      expect(await desk().decide(second!.id, buyer(1), true, null, key())).toMatchObject({ ok: false, reason: 'already' })
      expect(await desk().cancel(number, by(requester), key())).toMatchObject({ ok: false, reason: 'over' })
      expect(await desk().requestsOf(by(requester), { open: true, limit: 5 })).toEqual([])
    })

    test('are not for others, and nobody approves a request of their own', async () => {
      const kim = newcomer()
      const { number } = await open(order(kim, 'laptop', { requester: { identity: kim, name: 'Lea', email: 'lead@Example.com' } }))
      const [first] = (await desk().request(number, by(kim)))!.approvals
      expect(await desk().decide(first!.id, { email: 'eve@example.com', name: null }, true, null, key())).toEqual({
        ok: false,
        reason: 'not-yours',
        approval: null,
      })
      expect((await desk().approvalsOf(lead.email)).some(({ request }) => request.number === number)).toBe(false)
      expect(await desk().decide(first!.id, lead, true, null, key())).toMatchObject({ ok: false, reason: 'own-request' })
      for (const stray of ['', 'nothing', '00000000-0000-4000-8000-000000000000'])
        expect(await desk().decide(stray, lead, true, null, key())).toEqual({ ok: false, reason: 'not-yours', approval: null })
    })

    test('are withdrawn where the request is cancelled', async () => {
      const { number, requester, view } = await asked('monitor')
      await desk().cancel(number, by(requester), key())
      const [step] = (await view()).approvals
      expect(step).toMatchObject({ state: 'withdrawn' })
      expect(await desk().decide(step!.id, lead, true, null, key())).toMatchObject({
        ok: false,
        reason: 'already',
        approval: { state: 'withdrawn' },
      })
      expect(await view()).toMatchObject({ status: 'cancelled' })
    })

    test('given at the same time count once each, and yes against no ends one way', async () => {
      const { view } = await asked('laptop')
      const [first, second] = (await view()).approvals
      const leads = await Promise.all(Array.from({ length: 4 }, () => desk().decide(first!.id, lead, true, null, key())))
      expect(leads.filter(({ ok }) => ok)).toHaveLength(1)
      const buyers = await Promise.all(([1, 2, 3] as const).map((n) => desk().decide(second!.id, buyer(n), n !== 2, null, key())))
      const { status, approvals } = await view()
      const decisions = approvals[1]!.decisions
      expect(decisions).toHaveLength(buyers.filter(({ ok }) => ok).length)
      if (decisions.some(({ approved }) => !approved)) expect([status, approvals[1]!.state]).toEqual(['rejected', 'rejected'])
      else expect([status, approvals[1]!.state, decisions.length]).toEqual(['open', 'approved', 2])
    })

    test('are listed with those first that wait longest', async () => {
      const first = await asked('monitor')
      const then = await asked('monitor')
      const numbers = (await desk().approvalsOf(lead.email)).map(({ request }) => request.number)
      expect(numbers.indexOf(first.number)).toBeLessThan(numbers.indexOf(then.number))
      expect(numbers.indexOf(first.number)).toBeGreaterThanOrEqual(0)
    })
  })
}

import { expect, test } from 'vitest'
import type { AccountId, PersonKey } from '../../src/channel/index.ts'
import { approvalCard, isNoticeValue, noticeOf } from '../../src/core/notices.ts'
import type { ApprovalView, RequestEvent, RequestView } from '../../src/core/service-desk.ts'

const at = '2026-11-22T10:00:00.000Z'
const summary = { number: 'SR-1001', subject: 'Laptop', priority: 'high', openedAt: at, url: null } as const
const identity = { channel: 'line', account: 'main' as AccountId, key: 'ada' as PersonKey }
const view = (of: typeof identity | null): RequestView => ({
  ...summary,
  type: 'service-request',
  status: 'open',
  changedAt: at,
  description: '',
  category: null,
  item: null,
  fields: [],
  requester: { identity: of, name: 'Bo', email: 'bo@acme.example' },
  source: 'LINE',
  technician: null,
  team: null,
  respondBy: null,
  resolveBy: null,
  resolvedAt: null,
  resolution: null,
  approvals: [],
  comments: [],
  files: [],
  conversations: [],
})

test('a request is opened for whoever writes here, or in their chat for somebody else', () => {
  const opened: RequestEvent = { seq: 1, number: 'SR-1001', kind: 'opened', at, by: { kind: 'technician', name: 'Tess' }, detail: {} }
  const words = (of: typeof identity | null) => noticeOf(opened, view(of), null, 'thanks')
  expect(words(identity)).toEqual({ type: 'text', text: 'Tess opened a request for you: SR-1001 (Laptop).' })
  expect(words(null)).toEqual({ type: 'text', text: 'Tess opened a request: SR-1001 (Laptop).' })
})

test('in a group nothing of what was written to the requester is said', () => {
  const by = { kind: 'technician', name: 'Tess' } as const
  const said: RequestEvent = { seq: 2, number: 'SR-1001', kind: 'commented', at, by, detail: { text: 'Your bonus is late' } }
  const solved: RequestEvent = { seq: 3, number: 'SR-1001', kind: 'resolved', at, by, detail: { resolution: 'Your bonus is paid' } }
  const words = (event: RequestEvent, group: boolean) => JSON.stringify(noticeOf(event, view(identity), null, 'thanks', group))
  expect(words(said, false)).toContain('Your bonus is late')
  expect(words(said, true)).toContain('Tess wrote about SR-1001 (Laptop). Write to me directly to read it.')
  expect(words(solved, false)).toContain('is resolved: Your bonus is paid')
  expect(words(solved, true)).toContain('SR-1001 (Laptop) is resolved.')
})

test('an approval says what, for whom, what was filled in and how many are missing', () => {
  const approval: ApprovalView = {
    id: 'a-1',
    request: {
      ...summary,
      requester: 'Bo',
      description: 'For the new office.',
      fields: [{ name: 'size', label: 'Size', value: '14 inch' }],
    },
    title: 'Purchasing',
    approvers: ['x@acme.example', 'y@acme.example'],
    quorum: 2,
    state: 'pending',
    decisions: [{ by: 'x@acme.example', approved: true, comment: null, at }],
  }
  const text = (asked: string) =>
    [`Asked for by Bo${asked}. Priority: high.`, 'For the new office.', 'Size: 14 inch', 'Purchasing: 1 of 2 approvals are there.'].join(
      '\n\n',
    )
  const card = approvalCard(approval)
  expect(card).toMatchObject({ title: 'SR-1001 · Laptop', text: text('') })
  expect(card.link).toBeUndefined()
  expect(card.choices!.every(({ value }) => isNoticeValue(value))).toBe(true)
  expect(approvalCard(approval, { asked: 'just now', choices: [] })).toMatchObject({ text: text(', just now'), choices: [] })
})

import { describe, expect, test } from 'vitest'
import { isOver, type RequestStatus } from '../../src/core/service-desk.ts'
import { type Mover, mayMove, movesFrom } from '../../src/service-desk/status.ts'

const all: readonly RequestStatus[] = ['approval', 'open', 'in-progress', 'waiting', 'resolved', 'closed', 'cancelled', 'rejected']

describe('who may take a request where', () => {
  test.each<[RequestStatus, Mover, readonly RequestStatus[]]>([
    ['approval', 'requester', ['cancelled']],
    ['approval', 'technician', ['cancelled']],
    ['approval', 'system', ['open', 'rejected']],
    ['open', 'requester', ['cancelled']],
    ['open', 'technician', ['in-progress', 'waiting', 'resolved', 'cancelled']],
    ['open', 'system', []],
    ['in-progress', 'requester', ['cancelled']],
    ['in-progress', 'technician', ['open', 'waiting', 'resolved', 'cancelled']],
    ['in-progress', 'system', []],
    ['waiting', 'requester', ['cancelled']],
    ['waiting', 'technician', ['open', 'in-progress', 'resolved', 'cancelled']],
    ['waiting', 'system', ['open', 'in-progress']],
    ['resolved', 'requester', ['open']],
    ['resolved', 'technician', ['open', 'in-progress', 'closed']],
    ['resolved', 'system', ['closed']],
  ])('from %s a %s: %j', (from, who, to) => {
    expect(movesFrom(from, who)).toEqual(to)
    expect(all.filter((status) => mayMove(from, status, who)).sort()).toEqual([...to].sort())
  })

  test.each<RequestStatus>(['closed', 'cancelled', 'rejected'])('nobody takes it out of %s', (from) => {
    for (const who of ['requester', 'technician', 'system'] as const) expect(movesFrom(from, who)).toEqual([])
  })

  test('nothing but a resolved request comes back, and nobody but the approvers skips approval', () => {
    for (const from of all)
      for (const to of all) if (isOver(from) && !isOver(to) && mayMove(from, to, 'technician')) expect(from).toBe('resolved')
    for (const from of all)
      for (const who of ['requester', 'technician', 'system'] as const) expect(mayMove(from, 'approval', who)).toBe(false)
    for (const to of all) if (mayMove('approval', to, 'technician')) expect(to).toBe('cancelled')
  })
})

import { describe, expect, test } from 'vitest'
import { stepsFor, whyStuck } from '../../src/service-desk/approval-steps.ts'

const rule = (quorum: number, ...approvers: readonly string[]) => [{ title: 'Lead', approvers, quorum }]

describe('the steps of an approval', () => {
  test.each([
    ['two of three', rule(2, 'a@x.org', 'b@x.org', 'c@x.org'), null, 2, false],
    ['two of three, asked for by one of them', rule(2, 'a@x.org', 'b@x.org', 'c@x.org'), 'B@x.org', 2, false],
    ['all of three, asked for by one of them', rule(3, 'a@x.org', 'b@x.org', 'c@x.org'), ' b@X.org ', 2, false],
    ['one of two, asked for by one of them', rule(1, 'a@x.org', 'b@x.org'), 'a@x.org', 1, false],
    ['the only one asks for it', rule(1, 'a@x.org'), 'A@x.org', 1, true],
    ['the same address twice', rule(2, 'a@x.org', 'A@x.org', 'b@x.org'), null, 2, false],
    ['somebody else asks for it', rule(1, 'a@x.org'), 'b@x.org', 1, false],
  ])('%s', (_, rules, requester, quorum, stuck) => {
    const steps = stepsFor(rules, requester)
    expect(steps).toMatchObject([{ title: 'Lead', quorum, approvers: [...new Set(rules[0]!.approvers.map((one) => one.toLowerCase()))] }])
    expect(whyStuck(steps, requester) !== undefined).toBe(stuck)
  })
})

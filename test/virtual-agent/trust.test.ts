import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { id } from '../../src/channel/index.ts'
import type { PasswordHelp } from '../../src/core/directory.ts'
import type { ServiceDesk } from '../../src/core/service-desk.ts'
import { DEEDS, type Deed, type IdentityName, type Standing, type Trust } from '../../src/core/trust.ts'
import { synchronise } from '../../src/store/articles.ts'
import { audiencesFor, gated, NotTrusted } from '../../src/virtual-agent/trust-gate.ts'
import { who } from '../directory/desk.ts'
import { openTrusted, type Trusted } from './trusted.ts'

const me = who('me')
const mail = 'me@example.com'
const standingAt: { readonly [trust in Trust]: Standing } = {
  guest: { trust: 'guest', email: null, name: null, employee: false },
  linked: { trust: 'linked', email: mail, name: 'Me', employee: true },
  verified: { trust: 'verified', email: mail, name: 'Me', employee: true },
}
const TRUSTS = ['guest', 'linked', 'verified'] as const

type Ports = { readonly desk: ServiceDesk; readonly passwords: PasswordHelp }
type Whose = { readonly identity: IdentityName; readonly email: string }
const said = { text: 'hello', by: 'Me', files: [], source: 'Telegram' }
const requester = (identity: IdentityName, email: string | null) =>
  ({ requester: { identity, email, name: null }, files: [] }) as unknown as Parameters<ServiceDesk['open']>[0]

type Way = (ports: Ports, whose: Whose) => Promise<unknown>
/** Every way through each deed, by what it names the person with. */
const WAYS: {
  readonly [deed in Exclude<Deed, 'read-employee-articles'>]: {
    readonly identity?: readonly Way[]
    readonly email?: readonly Way[]
    readonly both?: readonly Way[]
  }
} = {
  'open-request': {
    identity: [({ desk }, { identity }) => desk.open(requester(identity, null), 'k')],
    both: [({ desk }, { identity, email }) => desk.open(requester(identity, email), 'k')],
  },
  'see-own-requests': {
    identity: [
      ({ desk }, { identity }) => desk.requestsOf({ identity, email: null }, { open: true, limit: 5 }),
      ({ desk }, { identity }) => desk.request('INC-1', { identity, email: null }),
      ({ desk }, { identity }) => desk.similar({ identity, email: null }, 'printer', 5),
    ],
  },
  'comment-own-requests': {
    identity: [
      ({ desk }, { identity }) => desk.comment('INC-1', { identity, email: null }, said, 'k'),
      ({ desk }, { identity }) => desk.reopen('INC-1', { identity, email: null }, 'again', 'k'),
      ({ desk }, { identity }) => desk.cancel('INC-1', { identity, email: null }, 'k'),
    ],
  },
  'see-requests': {
    both: [
      ({ desk }, { identity, email }) => desk.requestsOf({ identity, email }, { open: true, limit: 5 }),
      ({ desk }, { identity, email }) => desk.request('INC-1', { identity, email }),
    ],
    email: [({ desk }, { email }) => desk.similar({ identity: null, email }, 'printer', 5)],
  },
  'comment-requests': {
    both: [
      ({ desk }, { identity, email }) => desk.comment('INC-1', { identity, email }, said, 'k'),
      ({ desk }, { identity, email }) => desk.cancel('INC-1', { identity, email }, 'k'),
    ],
    email: [({ desk }, { email }) => desk.reopen('INC-1', { identity: null, email }, 'again', 'k')],
  },
  'see-approvals': { email: [({ desk }, { email }) => desk.approvalsOf(email), ({ desk }, { email }) => desk.approval('SR-1', email)] },
  'decide-approval': { email: [({ desk }, { email }) => desk.decide('a', { email, name: null }, true, null, 'k')] },
  'reset-password': { email: [({ passwords }, { email }) => passwords.resetLink(email, 'k')] },
  'unlock-account': { email: [({ passwords }, { email }) => passwords.unlock(email, 'k')] },
}
const ways = Object.entries(WAYS).flatMap(([deed, { identity = [], email = [], both = [] }]) =>
  [
    ...identity.map((way) => ({ way, names: ['identity'] })),
    ...email.map((way) => ({ way, names: ['email'] })),
    ...both.map((way) => ({ way, names: ['identity', 'email'] })),
  ].map((one, n) => ({ ...one, n, deed: deed as keyof typeof WAYS })),
)
/** In an unproven name nothing at all is done, also where the deed itself needs no trust. */
const needs = ({ deed, names }: (typeof ways)[number]): Trust =>
  deed === 'open-request' && names.includes('email') ? 'linked' : DEEDS[deed]

/** Ports that write down that they were reached. */
const reached = () => {
  const calls: string[] = []
  const port = new Proxy({}, { get: (_, method) => async () => void calls.push(String(method)) })
  return { calls, ports: port as unknown as ServiceDesk & PasswordHelp }
}
const rank = (trust: Trust): number => TRUSTS.indexOf(trust)

describe('the gate', () => {
  test('knows a way for every deed that goes through a port', () => {
    expect(new Set(Object.keys(DEEDS))).toEqual(new Set([...Object.keys(WAYS), 'read-employee-articles']))
  })

  test.each(ways.flatMap((one) => TRUSTS.map((trust) => ({ ...one, trust, may: rank(trust) >= rank(needs(one)) }))))(
    '$deed ($n) at $trust: $may',
    async ({ trust, way, may, deed }) => {
      const { calls, ports } = reached()
      const gate = gated({ desk: ports, passwords: ports }, { identity: me, standing: async () => standingAt[trust] })
      const done = way(gate, { identity: me, email: mail }).then(
        () => null,
        (error: unknown) => error,
      )
      if (may) expect(await done).toBeNull()
      else expect(await done).toEqual(new NotTrusted(deed))
      expect(calls).toHaveLength(may ? 1 : 0)
    },
  )

  test.each(
    ways.flatMap((one) => [
      ...(one.names.includes('identity')
        ? [
            { ...one, as: 'another identity', whose: { identity: who('somebody'), email: mail } },
            { ...one, as: 'another account', whose: { identity: { ...me, account: id<IdentityName['account']>('second') }, email: mail } },
            { ...one, as: 'another channel', whose: { identity: who('me', 'line'), email: mail } },
          ]
        : []),
      ...(one.names.includes('email') ? [{ ...one, as: 'another address', whose: { identity: me, email: 'boss@example.com' } }] : []),
    ]),
  )('$deed ($n) is never done for $as', async ({ way, whose }) => {
    const { calls, ports } = reached()
    const gate = gated({ desk: ports, passwords: ports }, { identity: me, standing: async () => standingAt.verified })
    await expect(way(gate, whose)).rejects.toBeInstanceOf(NotTrusted)
    expect(calls).toEqual([])
  })

  test.each(TRUSTS)('lets somebody at %s read what they may', async (trust) => {
    const standing = async () => standingAt[trust]
    const own = rank(trust) >= rank(DEEDS['read-employee-articles']) ? ['public', 'employees'] : ['public']
    expect(await audiencesFor({ direct: true, standing })).toEqual(own)
    expect(await audiencesFor({ direct: false, standing })).toEqual(['public'])
    expect(await audiencesFor(null)).toEqual(['public'])
  })

  test('does nothing where nobody can tell who somebody is', async () => {
    const { calls, ports } = reached()
    const standing = () => Promise.reject(new Error('the database is away'))
    const gate = gated({ desk: ports, passwords: ports }, { identity: me, standing })
    for (const { way } of ways) await expect(way(gate, { identity: me, email: mail })).rejects.toThrow('away')
    expect(calls).toEqual([])
  })
})

describe('whatever is pressed or typed by somebody who is not trusted with it', () => {
  let house: Trusted
  let approval = ''
  let number = ''
  let incident = ''
  beforeAll(async () => {
    house = await openTrusted({ skipsCode: true })
    await house.accounts.add({ name: 'lead', email: 'lead@example.com' })
    await house.accounts.lock('lead@example.com')
    const asked = await house.asked('monitor', { subject: 'Zebra screen' })
    ;({ approval, number } = asked)
    incident = (await house.asked(null, { subject: 'Zebra printer' })).number
  })
  afterAll(() => house.close())
  beforeEach(() => house.later(24 * 60))

  const CHANGES = new Set(['decide', 'resetLink', 'unlock', 'comment', 'reopen', 'cancel'])
  const values = (): readonly string[] => [
    ...['approve', 'reject', 'approval'].flatMap((what) => [`${what}:${approval}`, `${what}:${number}`, `${what}:*`, `${what}:' or 1=1`]),
    ...['request', 'comment', 'reopen', 'cancel', 'requests'].flatMap((what) => [`${what}:${incident}`, `${what}:${number}`]),
    ...['pending_approvals', 'approve', 'reject', 'reset_password', 'account_locked', 'open_requests', 'request_status'],
    ...['approvals:yes', 'approvals:no-comment', 'code:again', 'code:other', 'intent:approve', 'intent:reset_password'],
    ...['steer:go-on', 'steer:restart', 'steer:switch', 'steer:answer', 'steer:discard', 'steer:back'],
  ]
  const words = (): readonly string[] => [
    `approve ${number}`,
    `reject ${number}, too expensive`,
    `what is the status of ${incident}`,
    `cancel ${incident}`,
    `add a comment to ${incident}: hello`,
    `approve ${approval}`,
    'unlock lead@example.com',
    'reset the password of lead@example.com',
  ]
  const FOLLOW = ['yes', '000000', 'approvals:yes']

  /** Somebody at each trust; none of them is the approver, or whoever asked for the requests. */
  const people: readonly { readonly trust: string; readonly email: string | null; readonly enters: (key: string) => Promise<void> }[] = [
    { trust: 'guest', email: null, enters: async () => undefined },
    {
      trust: 'linked',
      email: 'linked@example.com',
      enters: async (key) => {
        await prove(key, 'linked@example.com')
        house.later(24 * 60)
      },
    },
    { trust: 'verified, but somebody else', email: 'other@example.com', enters: (key) => prove(key, 'other@example.com') },
  ]
  const prove = async (key: string, email: string): Promise<void> => {
    await house.identities.sendCode(who(key), email, 'link', `${key}-${email}`)
    expect(await house.identities.tryCode(who(key), await house.code(), `${key}-${email}`)).toMatchObject({ ok: true })
  }

  test.each(people)(
    'changes nothing and is shown nothing: $trust',
    async ({ trust, email, enters }) => {
      const said = [
        ...values().map((value) => ({ press: true, value })),
        ...values().map((value) => ({ press: false, value })),
        ...words().map((value) => ({ press: false, value })),
      ]
      const before = { request: await house.book.find(number), incident: await house.book.find(incident) }
      const key = `${trust.split(/\W/)[0]}-crafty`
      await enters(key)
      const from = house.calls.length
      const heardBack: string[] = []
      for (const { press, value } of said) {
        const talk = house.talk(key)
        const answers = [press ? await talk.presses(value) : await talk.says(value)]
        for (const more of FOLLOW) answers.push(more.includes(':') ? await talk.presses(more) : await talk.says(more))
        heardBack.push(...answers.map((answer) => answer.words))
      }
      const calls = house.calls.slice(from)
      // "Reset my password" of somebody who is verified is theirs to ask for; of nobody else, though.
      const changed = calls.filter(({ method }) => CHANGES.has(method))
      for (const { method, given } of changed) {
        expect(trust).toContain('verified')
        if (method === 'resetLink' || method === 'unlock') expect(given[0]).toBe(email)
        else if (method === 'decide') expect(given[1]).toMatchObject({ email })
        else expect(given[1]).toEqual({ identity: who(key), email })
      }
      for (const { given } of calls.filter(({ method }) => method === 'approvalsOf')) expect(given[0]).toBe(email)
      for (const { given } of calls.filter(({ method }) => method === 'approval')) expect(given[1]).toBe(email)
      if (email === null) expect(calls.filter(({ method }) => method.startsWith('approval'))).toEqual([])
      expect(heardBack.join('\n')).not.toContain('Zebra')
      expect(await house.book.find(number)).toEqual(before.request)
      expect(await house.book.find(incident)).toEqual(before.incident)
      expect((await house.directory.find('lead@example.com'))?.locked).toBe(true)
      expect(house.errors).toEqual([])
    },
    120_000,
  )
})

test('an article for employees is found and opened by those alone whose address is proven, and in no group', async () => {
  const house = await openTrusted()
  try {
    const article = {
      id: 'bonus-plan',
      title: 'Zebra bonus plan',
      keywords: ['zebra bonus'],
      audience: 'employees',
      updated: null,
      body: 'The zebra bonus is paid in May.',
    } as const
    await synchronise(house.connection.db, [article])
    await house.member('emil', 'emil@example.com')
    const reads = async (talk: ReturnType<Trusted['talk']>) =>
      [(await talk.says('zebra bonus plan')).words, (await talk.presses('article:bonus-plan')).words].join(' ')
    expect(await reads(house.talk('emil', { channel: 'slack' }))).toContain('paid in May')
    expect(await reads(house.talk('emil', { channel: 'slack', group: true }))).not.toMatch(/paid in May|Zebra bonus/)
    expect(await reads(house.talk('guest'))).not.toMatch(/paid in May|Zebra bonus/)
    expect(house.errors).toEqual([])
  } finally {
    await house.close()
  }
})

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { adapters } from '../../adapters/index.ts'
import { DeskAway, type NewRequest, type ServiceDesk } from '../../src/core/service-desk.ts'
import { makeClient } from '../../src/service-desk/remote/client.ts'
import { makeRemoteDesk } from '../../src/service-desk/remote/index.ts'
import { keyOf } from '../../src/service-desk/remote/mapping.ts'
import { makeRemoteOutbox } from '../../src/service-desk/remote/outbox.ts'
import type { RemoteSettings } from '../../src/service-desk/remote/settings.ts'
import type { Connection } from '../../src/store/connect.ts'
import { makeStore } from '../../src/store/index.ts'
import { migrate } from '../../src/store/migrate.ts'
import { loadExample } from '../../src/tools/example.ts'
import { by, incident, key, newcomer, opened, order } from './samples.ts'
import { startServiceNow } from './service-now.ts'
import { databases, dropPostgres } from './stage.ts'

/** Where there is a Postgres these tests run on it, elsewhere on an embedded database. */
const anyDatabase = databases.findLast(({ available }) => available)!
let connection: Connection
let now: Awaited<ReturnType<typeof startServiceNow>>
let settings: RemoteSettings
let ahead = 0
const clock = () => new Date(Date.now() + ahead)
const pass = (seconds: number) => {
  ahead += seconds * 1_000
}
const logged: string[] = []
const log = {
  info: (fields: object, text: string) => void logged.push(JSON.stringify([fields, text])),
  warn: (fields: object, text: string) => void logged.push(JSON.stringify([fields, text])),
}

beforeAll(async () => {
  connection = await anyDatabase.open()
  await migrate(connection)
  now = await startServiceNow()
  const example = loadExample(adapters)
  if (!example.ok) throw new Error('the example is not taken')
  const remote = example.configuration.settings.serviceDesk.remote!
  // What is shipped as an example is what is tried here.
  settings = { ...remote, baseUrl: now.url, auth: now.account, timeoutSeconds: 1 }
})
afterAll(async () => {
  await now.close()
  await connection.close()
  await dropPostgres()
})
afterEach(() => now.is(null))

let processes = 0
/** A process of the hub; `told` is whom it told which number. */
function hub(changed: Partial<RemoteSettings> = {}) {
  const mine = { ...settings, ...changed }
  const told: { readonly request: NewRequest; readonly number: string; readonly key: string }[] = []
  const client = makeClient(mine)
  const filesOf = async (ids: readonly string[]) => ids.map((id) => `https://desk.example/files/${id}`)
  const box = makeRemoteOutbox({
    db: connection.db,
    client,
    settings: mine,
    now: clock,
    log,
    filesOf,
  })
  const outbox = box.sender({
    lease: makeStore(connection.db, `process-${++processes}`).lease,
    filed: async (request, summary, as) => void told.push({ request, number: summary.number, key: as }),
  })
  const desk: ServiceDesk = makeRemoteDesk({ db: connection.db, settings: mine, client, outbox: box, now: clock, filesOf })
  return { desk, outbox, told, done: () => connection.db.deleteFrom('leases').execute() }
}
const filedAs = (as: string) => [...now.rows('incident'), ...now.rows('sc_request')].filter((row) => row.correlation_id === keyOf(as))
const said = (text: string) => ({ text, by: 'Kim Lee', files: [], source: 'Telegram' })

describe('requests in another service desk', () => {
  test('are opened there with all that was said, and read as ours', async () => {
    const { desk } = hub()
    const kim = newcomer()
    const as = key()
    const request = opened(
      await desk.open(
        incident(kim, { requester: { identity: kim, name: 'Kim Lee', email: 'kim@example.com' }, files: ['f1' as never] }),
        as,
      ),
    )
    expect(request).toMatchObject({ type: 'incident', subject: 'Laptop does not start', status: 'open', priority: 'high' })
    expect(request.number).toMatch(/^INC\d{7}$/)
    expect(request.url).toContain(filedAs(as)[0]!.sys_id)
    expect(filedAs(as)).toMatchObject([{ state: '1', priority: '2', contact_type: 'chat', u_requester_email: 'kim@example.com' }])
    expect(filedAs(as)[0]!.description).toBe(
      'The screen stays black after the update.\n\nFiles:\nhttps://desk.example/files/f1\n\nKim Lee, kim@example.com (Telegram)',
    )
    const view = await desk.request(request.number, by(kim))
    expect(view).toMatchObject({
      ...request,
      requester: { name: 'Kim Lee' },
      conversations: [{ conversation: `conversation-${kim.key}` }],
      comments: [],
    })
    const asked = opened(await desk.open(order(kim, 'monitor'), key()))
    expect(asked.number).toMatch(/^REQ\d{7}$/)
    expect((await desk.requestsOf(by(kim), { open: true, limit: 5 })).map(({ number }) => number)).toEqual([asked.number, request.number])
  })

  test('are found by their number with and without prefix, and by nothing else', async () => {
    const { desk } = hub()
    const kim = newcomer()
    const { number } = opened(await desk.open(incident(kim), key()))
    const bare = String(Number(number.slice(3)))
    for (const text of [number, number.toLowerCase(), `inc ${bare}`, `#${bare}`, bare])
      expect((await desk.request(text, by(kim)))?.number, text).toBe(number)
    for (const text of [`REQ${bare}`, '', 'laptop', `${number}^ORstate=1`, '9'.repeat(40)])
      expect(await desk.request(text, by(kim)), text).toBeNull()
  })

  test('are for the identity that opened them and the proven address, and for nobody else', async () => {
    const { desk } = hub()
    const kim = newcomer()
    const { number } = opened(
      await desk.open(incident(kim, { requester: { identity: kim, name: 'Kim', email: 'Kim.Two@example.com' } }), key()),
    )
    const sees = async (reader: ReturnType<typeof by>) => [
      (await desk.request(number, reader))?.number,
      (await desk.requestsOf(reader, { open: true, limit: 5 })).length,
    ]
    for (const reader of [by(kim), by(null, 'kim.two@EXAMPLE.com'), by(kim, 'kim.two@example.com')])
      expect(await sees(reader)).toEqual([number, 1])
    for (const reader of [
      by(newcomer()),
      by(null, 'other@example.com'),
      by(null, null),
      by(null, 'a^ORstate=1'),
      by(null, 'javascript:gs.getUserID()'),
    ])
      expect(await sees(reader)).toEqual([undefined, 0])
  })

  test('of others stay hidden, and nothing is taken for ours, where the desk ignores a field that it does not have', async () => {
    const fields = { ...settings.incident.fields, identity: 'u_gone', key: 'u_gone_too' }
    const wrong = {
      ...settings.incident,
      fields,
      byIdentity: settings.incident.byIdentity.replace('correlation_display', 'u_gone'),
      byKey: settings.incident.byKey.replace('correlation_id', 'u_gone_too'),
    }
    const { desk, outbox, told, done } = hub({ incident: wrong })
    expect(await desk.requestsOf(by(newcomer()), { open: false, limit: 50 })).toEqual([])
    now.next('cut')
    const before = now.rows('incident').length
    expect(await desk.open(incident(newcomer(), { subject: 'A subject of its own' }), key())).toEqual({ state: 'kept' })
    pass(60)
    await outbox.ring()
    expect(
      now
        .rows('incident')
        .slice(before)
        .map(({ short_description }) => short_description),
    ).toEqual(['A subject of its own'])
    expect(told).toHaveLength(1)
    await done()
  })

  test('show what technicians answered, never their notes, and whose words are whose', async () => {
    const { desk } = hub()
    const kim = newcomer()
    const { number } = opened(await desk.open(incident(kim), key()))
    now.note(number, 'He broke it himself.')
    now.answer(number, 'Which model?')
    await desk.comment(number, by(kim), said('An X1.\nThe old one.'), key())
    const { comments } = (await desk.request(number, by(kim)))!
    expect(comments.map(({ by: { kind, name }, text }) => [kind, name, text])).toEqual([
      ['technician', 'beth.anglin', 'Which model?'],
      ['person', 'Kim Lee', 'An X1.\nThe old one.'],
    ])
  })

  test('are commented, cancelled and reopened once for a key, within the rules', async () => {
    const { desk } = hub()
    const kim = newcomer()
    const { number } = opened(await desk.open(incident(kim), key()))
    const one = key()
    const [first, second] = await Promise.all([
      desk.comment(number, by(kim), said('once'), one),
      desk.comment(number, by(kim), said('once'), one),
    ])
    expect(first).toMatchObject({ ok: true, request: { number } })
    expect(second).toEqual(first)
    expect((await desk.request(number, by(kim)))!.comments).toHaveLength(1)
    expect(await desk.comment(number, by(newcomer()), said('mine?'), key())).toEqual({ ok: false, reason: 'unknown', request: null })
    expect(await desk.reopen(number, by(kim), 'too early', key())).toMatchObject({ ok: false, reason: 'not-resolved' })
    now.solve(number, 'A new cable.')
    expect(await desk.request(number, by(kim))).toMatchObject({
      status: 'resolved',
      resolution: 'A new cable.',
      resolvedAt: expect.any(String),
    })
    expect(await desk.comment(number, by(kim), said('late'), key())).toMatchObject({ ok: false, reason: 'over' })
    expect(await desk.reopen(number, by(kim), 'black again', key())).toMatchObject({ ok: true, request: { status: 'open' } })
    const two = key()
    expect(await desk.cancel(number, by(kim), two)).toMatchObject({ ok: true, request: { status: 'cancelled' } })
    expect(await desk.cancel(number, by(kim), two)).toMatchObject({ ok: true, request: { status: 'cancelled' } })
    expect(await desk.cancel(number, by(kim), key())).toMatchObject({ ok: false, reason: 'over' })
  })

  test('that are about the same are found by their words', async () => {
    const { desk } = hub()
    const kim = newcomer()
    const { number } = opened(await desk.open(incident(kim, { subject: 'VPN drops every hour' }), key()))
    opened(await desk.open(incident(kim, { subject: 'Printer is out of paper' }), key()))
    expect((await desk.similar(by(kim), 'the vpn drops', 3)).map((one) => one.number)).toEqual([number])
    expect(await desk.similar(by(newcomer()), 'the vpn drops', 3)).toEqual([])
  })

  test('with approvals that wait for an address are decided once, by nobody else and not by the requester', async () => {
    const { desk } = hub()
    const ask = (email: string, opener = 'kim@example.com') =>
      now.insert('sysapproval_approver', {
        state: 'requested',
        'approver.email': email,
        'sysapproval.number': 'REQ0010001',
        'sysapproval.short_description': 'A laptop',
        'sysapproval.opened_by.name': 'Kim Lee',
        'sysapproval.opened_by.email': opener,
      }).sys_id!
    const id = ask('lead@example.com')
    const own = ask('lead@example.com', 'lead@example.com')
    expect((await desk.approvalsOf('LEAD@example.com')).map((one) => one.id)).toEqual([id])
    expect(await desk.approval('REQ0010001', 'lead@example.com')).toMatchObject({
      id,
      request: { subject: 'A laptop', requester: 'Kim Lee' },
      state: 'pending',
    })
    const lead = { email: 'lead@example.com', name: 'Lea' }
    expect(await desk.decide(id, { email: 'eve@example.com', name: null }, true, null, key())).toEqual({
      ok: false,
      reason: 'not-yours',
      approval: null,
    })
    expect(await desk.decide('../incident', lead, true, null, key())).toMatchObject({ ok: false, reason: 'not-yours' })
    expect(await desk.decide(own, lead, true, null, key())).toMatchObject({ ok: false, reason: 'own-request' })
    const as = key()
    const decided = await desk.decide(id, lead, true, 'Fine.', as)
    expect(decided).toMatchObject({
      ok: true,
      approval: { state: 'approved', decisions: [{ by: 'lead@example.com', approved: true, comment: 'Fine.' }] },
    })
    expect(await desk.decide(id, lead, true, 'Fine.', as)).toEqual(decided)
    expect(await desk.decide(id, lead, false, null, key())).toMatchObject({ ok: false, reason: 'already', approval: { state: 'approved' } })
  })
})

describe('while the other desk does not answer', () => {
  test.each(['away', 'slow', 401, 429, 500, 503] as const)(
    '(%s) everything but opening says so, and no secret is in what it says',
    async (fault) => {
      const { desk } = hub()
      now.is(fault)
      const error = await desk.requestsOf(by(newcomer()), { open: true, limit: 5 }).catch((reason: unknown) => reason)
      expect(error).toBeInstanceOf(DeskAway)
      expect(String(error)).not.toContain(now.account.password)
      await expect(desk.comment('INC0010001', by(newcomer()), said('hello'), key())).rejects.toBeInstanceOf(DeskAway)
      expect(await desk.open(incident(newcomer()), key())).toEqual({ state: 'kept' })
    },
  )

  test('twenty that are opened meanwhile are filed once each when it is back, and everybody is told their number', async () => {
    const { desk, outbox, told, done } = hub()
    now.is(null)
    pass(10_000)
    await outbox.ring()
    told.length = 0
    now.is('away')
    const keys = Array.from({ length: 20 }, key)
    const before = now.rows('incident').length
    const answers = await Promise.all(keys.map((as) => desk.open(incident(newcomer(), { subject: as }), as)))
    expect(answers.every(({ state }) => state === 'kept')).toBe(true)
    for (let second = 0; second < 5; second++) {
      pass(1)
      await outbox.ring()
    }
    now.is(null)
    await done()
    const others = hub()
    for (let round = 0; round < 10; round++) {
      pass(60)
      await Promise.all([outbox.ring(), others.outbox.ring()])
      await done()
    }
    expect(
      now
        .rows('incident')
        .slice(before)
        .map(({ short_description }) => short_description)
        .toSorted(),
    ).toEqual(keys.toSorted())
    const heard = [...told, ...others.told]
    expect(heard.map((one) => one.key).toSorted()).toEqual(keys.toSorted())
    for (const { key: as, number } of heard) expect(filedAs(as).map((row) => row.number)).toEqual([number])
    expect(logged.join('\n')).not.toContain(now.account.password)
  })

  test('a request that it took before the line was cut is found again, not filed twice', async () => {
    const { desk, outbox, told, done } = hub()
    const as = key()
    now.next('cut-after')
    expect(await desk.open(incident(newcomer()), as)).toEqual({ state: 'kept' })
    expect(filedAs(as)).toHaveLength(1)
    // Not at once: it might still be on its way into their database.
    pass(10)
    await outbox.ring()
    expect(told).toEqual([])
    pass(60)
    await outbox.ring()
    expect(filedAs(as)).toHaveLength(1)
    expect(told.map(({ number }) => number)).toEqual([filedAs(as)[0]!.number])
    expect(await desk.open(incident(newcomer()), as)).toMatchObject({ state: 'open', request: { number: filedAs(as)[0]!.number } })
    await done()
  })

  test('a process that ends in the middle leaves its request to the next one', async () => {
    const first = hub()
    const as = key()
    now.is('away')
    await first.desk.open(incident(newcomer()), as)
    now.is(null)
    await first.done()
    const next = hub()
    pass(60)
    await next.outbox.ring()
    expect(filedAs(as)).toHaveLength(1)
    expect(next.told.map((one) => one.key)).toContain(as)
    await next.done()
  })

  test('and it asks us to wait, it is left alone so long', async () => {
    const { desk, outbox, done } = hub()
    const as = key()
    now.next(429)
    expect(await desk.open(incident(newcomer()), as)).toEqual({ state: 'kept' })
    pass(100)
    await outbox.ring()
    expect(filedAs(as)).toHaveLength(0)
    pass(30)
    await outbox.ring()
    expect(filedAs(as)).toHaveLength(1)
    await done()
  })

  test('what it did and could not answer is not done twice', async () => {
    const { desk } = hub()
    const kim = newcomer()
    const { number } = opened(await desk.open(incident(kim), key()))
    const changes = () => now.calls.filter(({ method }) => method === 'PATCH').length
    const twice = async (deed: (as: string) => Promise<{ readonly ok: boolean }>) => {
      const before = changes()
      const as = key()
      now.loseNextChange()
      await expect(deed(as)).rejects.toBeInstanceOf(DeskAway)
      expect(await deed(as)).toMatchObject({ ok: true })
      expect(await deed(as)).toMatchObject({ ok: true })
      expect(changes() - before).toBe(1)
    }
    await twice((as) => desk.comment(number, by(kim), said('only once'), as))
    expect((await desk.request(number, by(kim)))!.comments.map(({ text }) => text)).toEqual(['only once'])
    now.solve(number, 'Done.')
    await twice((as) => desk.reopen(number, by(kim), '', as))
    await twice((as) => desk.cancel(number, by(kim), as))
    const id = now.insert('sysapproval_approver', { state: 'requested', 'approver.email': 'lead@example.com' }).sys_id!
    await twice((as) => desk.decide(id, { email: 'lead@example.com', name: null }, true, null, as))
  })

  test('many opens with one key are one request', async () => {
    const { desk } = hub()
    const as = key()
    const all = await Promise.all(Array.from({ length: 6 }, () => desk.open(incident(newcomer()), as)))
    expect(filedAs(as)).toHaveLength(1)
    expect(new Set(all.map((one) => opened(one).number)).size).toBe(1)
  })
})

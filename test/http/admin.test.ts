import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { id } from '../../src/channel/index.ts'
import type { ConversationId } from '../../src/core/conversation.ts'
import type { AccountView, DeadLetterView, JourneyView, QuarantineView } from '../../src/http/api-types.ts'
import { isStoreAway } from '../../src/http/errors.ts'
import { type House, openHouse } from '../support/api.ts'

type Page<Item> = { readonly items: readonly Item[]; readonly next: string | null }
type Audit = { readonly id: string; readonly who: { readonly name: string }; readonly what: string; readonly about: string | null }

let house: House
let ada: Awaited<ReturnType<House['signIn']>>
let tess: Awaited<ReturnType<House['signIn']>>
beforeAll(async () => {
  house = await openHouse()
  ada = await house.signIn('Ada', 'admin')
  tess = await house.signIn('Tess')
})
afterAll(() => house.close())

const bot = { channel: 'telegram', account: id<never>('bot') } as const
const accountsOf = async () => (await ada.get<{ readonly accounts: readonly AccountView[] }>('/api/admin/accounts')).body.accounts
const telegram = async () => (await accountsOf()).find(({ channel }) => channel === 'telegram')!
const check = () => ada.post<AccountView>('/api/admin/accounts/telegram/bot/check')

test('every Admin route is for admins alone', async () => {
  const nobody = '00000000-0000-4000-8000-000000000000'
  for (const url of ['accounts', 'quarantine', 'dead-letters', 'audit']) {
    expect((await house.anybody.get(`/api/admin/${url}`)).body.error.code).toBe('HUB_SIGN_IN_NEEDED')
    expect((await tess.get(`/api/admin/${url}`)).body.error.code).toBe('HUB_NOT_ALLOWED')
    expect((await house.guest('Gus').get(`/api/admin/${url}`)).status).toBe(401)
  }
  for (const url of ['accounts/telegram/bot/check', `quarantine/${nobody}/again`, `dead-letters/${nobody}.1/again`]) {
    expect((await house.anybody.post(`/api/admin/${url}`)).body.error.code).toBe('HUB_SIGN_IN_NEEDED')
    expect((await tess.post(`/api/admin/${url}`)).body.error.code).toBe('HUB_NOT_ALLOWED')
  }
})

describe('accounts', () => {
  test('that nobody has checked say so, and what to do', async () => {
    expect(await accountsOf()).toMatchObject([
      { channel: 'web', title: 'Web', account: 'main', state: 'unknown', nextStep: expect.stringContaining('Check'), waiting: 0 },
      { channel: 'telegram', title: 'Telegram', account: 'bot', state: 'unknown' },
    ])
    expect(await telegram()).not.toHaveProperty('lastIn')
    // What the platform must be told; the hub's own pages need no webhook.
    expect((await accountsOf()).map(({ hookUrl }) => hookUrl)).toEqual([undefined, 'https://desk.example/hooks/telegram/bot'])
  })

  test('are green or red by what the platform answers, with reason and next step', async () => {
    house.healthIs({ ok: true, detail: 'fine', facts: { name: '@desk_bot' } })
    const green = await check()
    expect(green).toMatchObject({ status: 200, body: { state: 'green', facts: { name: '@desk_bot' }, checkedAt: expect.any(String) } })
    expect(green.body).not.toHaveProperty('reason')
    house.healthIs({ ok: false, detail: 'The token was refused.' })
    expect((await check()).body).toMatchObject({
      state: 'red',
      reason: 'The token was refused.',
      nextStep: expect.stringContaining('adapters/telegram/README.md'),
    })
    expect(await telegram()).toMatchObject({ state: 'red' })
  })

  test('tell the last message in and out, and how much waits to be sent', async () => {
    const conversation = await house.says('telegram', 'lou', 'hello')
    expect(await telegram()).toMatchObject({ waiting: 1, lastIn: expect.any(String) })
    expect(await telegram()).not.toHaveProperty('lastOut')
    await house.delivers(conversation)
    expect(await telegram()).toMatchObject({ waiting: 0, lastOut: expect.any(String) })
  })

  test('that were stopped go on when a check is green again, and not before', async () => {
    const conversation = await house.says('telegram', 'mo', 'hello')
    await house.store.pauseAccount('telegram', bot.account, { kind: 'unauthorized', code: '401', detail: 'Unauthorized' })
    expect(await telegram()).toMatchObject({ state: 'red', reason: 'Unauthorized Nothing is sent meanwhile: 1 message waits.' })
    expect(await house.delivers(conversation)).toEqual([])
    house.healthIs({ ok: false, detail: 'Still refused.' })
    await check()
    expect(await house.delivers(conversation)).toEqual([])
    house.rung.length = 0
    house.healthIs({ ok: true, detail: 'fine' })
    expect((await check()).body).toMatchObject({ state: 'green', waiting: 1 })
    expect(house.rung).toEqual([conversation])
    expect(await house.delivers(conversation)).toHaveLength(1)
  })

  test('that are not registered are named as such', async () => {
    expect((await ada.post('/api/admin/accounts/telegram/other/check')).body.error.code).toBe('HUB_UNKNOWN_ACCOUNT')
  })
})

describe('quarantine', () => {
  const request = (body: string | Uint8Array) => ({
    method: 'POST' as const,
    via: 'hook' as const,
    query: {},
    headers: { 'content-type': 'application/json', authorization: 'Bearer secret-of-theirs' },
    body: typeof body === 'string' ? new TextEncoder().encode(body) : body,
  })
  const list = async (query = '') => (await ada.get<Page<QuarantineView>>(`/api/admin/quarantine${query}`)).body

  test('shows what was not read, as it came and without what proved its sender', async () => {
    await house.receive('telegram', bot.account, request('{"ignored": ["sticker_set"], "text": "grüß"}'))
    await house.receive('telegram', bot.account, request(new Uint8Array([0xff, 0xfe, 0])))
    const { items, next } = await list()
    expect(items).toMatchObject([
      { channel: 'telegram', account: 'bot', reasons: ['malformed: not an object'], body: 'base64://4A' },
      { reasons: ['ignored: sticker_set'], body: '{"ignored": ["sticker_set"], "text": "grüß"}' },
    ])
    expect(next).toBeNull()
    expect(JSON.stringify(items)).not.toContain('secret-of-theirs')
    const first = await list('?limit=1')
    expect(first.next).toBe(first.items[0]?.id)
    expect((await list(`?limit=1&before=${first.next}`)).items).toEqual(items.slice(1))
  })

  test('takes a request once more through the door, and keeps what is still not read', async () => {
    const event = {
      kind: 'message',
      id: 'message:nia:1',
      at: '2026-03-02T09:00:00.000Z',
      from: { ...bot, conversation: 'nia' },
      person: { key: 'nia', name: 'Nia' },
      message: '1',
      content: [{ type: 'text', text: 'I was lost' }],
    }
    await house.store.quarantine(bot, request(JSON.stringify({ events: [event] })), ['malformed: an older hub could not read it'])
    // PGlite's clock ticks in milliseconds; the list is in the order of its time.
    await new Promise((resolve) => setTimeout(resolve, 5))
    await house.store.quarantine(bot, request('{"ignored": ["poll"]}'), ['ignored: poll'])
    const [poll, lost] = (await list()).items
    type Replayed = { ok: boolean; status: number; stillUnreadable: boolean }
    expect((await ada.post<Replayed>(`/api/admin/quarantine/${lost!.id}/again`)).body).toEqual({
      ok: true,
      status: 200,
      stillUnreadable: false,
    })
    const filed = await house.db.selectFrom('inbox').select('conversation').where('event_id', '=', event.id).execute()
    expect(filed).toHaveLength(1)
    expect((await ada.post<Replayed>(`/api/admin/quarantine/${poll!.id}/again`)).body).toEqual({
      ok: true,
      status: 200,
      stillUnreadable: true,
    })
    const left = (await list()).items
    expect(left.map(({ body }) => body).filter((body) => body.includes('poll'))).toHaveLength(1)
    expect(left.map(({ id }) => id)).not.toContain(lost!.id)
    expect((await ada.post(`/api/admin/quarantine/${lost!.id}/again`)).body.error.code).toBe('HUB_NOT_FOUND')
  })

  test('loses nothing where the account is not registered any more', async () => {
    await house.store.quarantine({ channel: 'telegram', account: id('gone') }, request('{}'), ['ignored: x'])
    const kept = (await list()).items[0]!
    expect((await ada.post(`/api/admin/quarantine/${kept.id}/again`)).body).toMatchObject({ ok: false, status: 404 })
    expect((await list()).items[0]?.id).toBe(kept.id)
  })

  test('counts a message that was taken already only once', async () => {
    const event = {
      kind: 'message',
      id: 'message:ola:1',
      at: '2026-03-02T09:00:00.000Z',
      from: { ...bot, conversation: 'ola' },
      person: { key: 'ola' },
      message: '1',
      content: [{ type: 'text', text: 'once' }],
    }
    await house.receive('telegram', bot.account, request(JSON.stringify({ events: [event], ignored: ['extra'] })))
    await ada.post(`/api/admin/quarantine/${(await list()).items[0]!.id}/again`)
    expect(await house.db.selectFrom('inbox').select('seq').where('event_id', '=', event.id).execute()).toHaveLength(1)
  })
})

describe('dead letters', () => {
  const list = async (query = '') => (await ada.get<Page<DeadLetterView>>(`/api/admin/dead-letters${query}`)).body
  const dies = async (key: string, state: 'failed' | 'held'): Promise<ConversationId> => {
    const conversation = await house.says('telegram', key, `hello from ${key}`)
    await house.delivers(conversation, () => ({
      state,
      platform: null,
      failure: state === 'failed' ? { kind: 'rejected', code: '400', detail: 'Bad Request' } : { kind: 'uncertain', code: 'timeout' },
    }))
    return conversation
  }
  const deliveryOf = async (conversation: string) =>
    (await ada.get<JourneyView>(`/api/desk/conversations/${conversation}/messages/2/journey`)).body.steps.map(({ step }) => step)

  test('show what was given up or is held, why, and what it says', async () => {
    const [failed, held] = [await dies('pat', 'failed'), await dies('quin', 'held')]
    const { items } = await list()
    expect(items).toMatchObject([
      { id: `${held}.1`, conversation: held, state: 'held', message: { content: [{ text: 'echo: hello from quin' }] } },
      {
        id: `${failed}.1`,
        channel: 'telegram',
        account: 'bot',
        state: 'failed',
        reason: 'The platform refused this message (Bad Request).',
      },
    ])
    const first = await list('?limit=1')
    expect((await list(`?limit=1&before=${first.next}`)).items).toEqual(items.slice(1))
  })

  test('sent again are due, and become “sent” only by what the platform answers', async () => {
    const conversation = await dies('rae', 'failed')
    house.rung.length = 0
    expect((await ada.post(`/api/admin/dead-letters/${conversation}.1/again`)).status).toBe(200)
    expect(house.rung).toEqual([conversation])
    expect(await deliveryOf(conversation)).not.toContain('sent')
    expect((await list()).items.map(({ id }) => id)).not.toContain(`${conversation}.1`)
    const [part] = await house.delivers(conversation)
    expect(part).toMatchObject({ number: 1, attempt: 1, payload: { content: { text: 'echo: hello from rae' } } })
    expect(await deliveryOf(conversation)).toContain('sent')
  })

  test('that were held are marked: the person may get them twice', async () => {
    const conversation = await dies('sam', 'held')
    await ada.post(`/api/admin/dead-letters/${conversation}.1/again`)
    const part = await house.db
      .selectFrom('parts')
      .select(['state', 'twice', 'attempt'])
      .where('conversation', '=', conversation)
      .executeTakeFirstOrThrow()
    expect(part).toEqual({ state: 'due', twice: true, attempt: 0 })
  })

  test('are sent again once, however many admins press the button', async () => {
    const conversation = await dies('tia', 'failed')
    const replies = await Promise.all([1, 2, 3].map(() => ada.post(`/api/admin/dead-letters/${conversation}.1/again`)))
    expect(replies.map(({ status }) => status).toSorted()).toEqual([200, 409, 409])
    expect(replies.find(({ status }) => status === 409)?.body.error.code).toBe('HUB_ALREADY_AGAIN')
    for (const name of [`${conversation}.9`, 'x', `${conversation}.1.1`, "'; drop table parts"])
      expect((await ada.post(`/api/admin/dead-letters/${encodeURIComponent(name)}/again`)).body.error.code).toBe('HUB_NOT_FOUND')
  })
})

test('the audit tells who did what, newest first, in pages', async () => {
  await tess.post('/api/desk/presence', { presence: 'away' })
  await check()
  const { items } = (await ada.get<Page<Audit>>('/api/admin/audit?limit=2')).body
  expect(items).toMatchObject([
    { who: { name: 'Ada' }, what: 'account.check', about: 'telegram/bot' },
    { who: { name: 'Tess' }, what: 'presence', about: null },
  ])
  const second = (await ada.get<Page<Audit>>(`/api/admin/audit?limit=2&before=${items[1]!.id}`)).body.items
  expect(Number(second[0]!.id)).toBeLessThan(Number(items[1]!.id))
  for (const url of ['audit?before=x', 'quarantine?before=1', 'dead-letters?before=1', 'audit?limit=1000'])
    expect((await ada.get(`/api/admin/${url}`)).status).toBe(400)
})

describe('the API itself', () => {
  test('describes every one of its routes with what it takes and answers', async () => {
    const { paths } = (
      await house.anybody.get<{ paths: Record<string, Record<string, { responses: object; requestBody?: unknown }>> }>('/api/openapi.json')
    ).body
    const routes = Object.entries(paths).flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method} ${path}`))
    expect(routes).toEqual(
      expect.arrayContaining([
        'get /api/chat/settings',
        'post /api/guest',
        'post /api/guest/renew',
        'get /api/desk',
        'post /api/desk/presence',
        'get /api/desk/conversations/{id}',
        'post /api/desk/conversations/{id}/acts',
        'post /api/desk/conversations/{id}/typing',
        'get /api/desk/conversations/{id}/messages/{seq}/journey',
        'get /api/history',
        'get /api/admin/accounts',
        'post /api/admin/accounts/{channel}/{account}/check',
        'get /api/admin/quarantine',
        'post /api/admin/quarantine/{id}/again',
        'get /api/admin/dead-letters',
        'post /api/admin/dead-letters/{id}/again',
        'get /api/admin/audit',
      ]),
    )
    const act = paths['/api/desk/conversations/{id}/acts']!.post!
    expect(JSON.stringify(act.requestBody)).toContain('take-over')
    expect(Object.keys(act.responses).toSorted()).toEqual(['200', '202', '400', '401', '403', '404', '409', '503'])
  })

  test('tells a fault of its own apart from an absent database, and neither in its own words', async () => {
    const inside = await openHouse()
    const admin = await inside.signIn('Ann', 'admin')
    await inside.db.schema.alterTable('audit').renameTo('audit_hidden').execute()
    const fault = await admin.get('/api/admin/audit')
    expect(fault).toMatchObject({ status: 500, body: { error: { code: 'HUB_INTERNAL', message: 'Something went wrong in the hub.' } } })
    expect(JSON.stringify(fault.body)).not.toContain('audit')
    await inside.db.destroy()
    const away = await inside.guest('Uma').get('/api/history')
    expect(away).toMatchObject({ status: 503, headers: { 'retry-after': '2' }, body: { error: { code: 'HUB_STORE_AWAY' } } })
    await inside.app.close()
  })

  test.each([
    [Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }), true],
    [Object.assign(new Error('terminating connection due to administrator command'), { code: '57P01' }), true],
    [Object.assign(new Error('the database system is starting up'), { code: '57P03' }), true],
    [Object.assign(new Error('connection failure'), { code: '08006' }), true],
    [new Error('Connection terminated unexpectedly'), true],
    [new AggregateError([Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })]), true],
    [Object.assign(new Error('duplicate key'), { code: '23505' }), false],
    [new Error('cannot read properties of undefined'), false],
  ])('knows whether the database is away: %s', (error, away) => {
    expect(isStoreAway(error)).toBe(away)
  })
})

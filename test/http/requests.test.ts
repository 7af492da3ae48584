import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { order } from '../service-desk/samples.ts'
import { keys, openRequestHouse, type RequestHouse } from './requests-house.ts'

type View = {
  readonly number: string
  readonly status: string
  readonly comments: readonly { readonly text: string; readonly internal: boolean }[]
  readonly files: readonly { readonly id: string; readonly link: string }[]
  readonly conversations: readonly { readonly conversation: string; readonly transcript: string }[]
}
type Page = { readonly requests: readonly { readonly number: string }[]; readonly next: string | null }

let house: RequestHouse
let tess: Awaited<ReturnType<RequestHouse['signIn']>>
beforeAll(async () => {
  house = await openRequestHouse()
  tess = await house.signIn('Tess')
})
afterAll(() => house.close())

const incident = { type: 'incident', subject: 'No sound', description: 'Since this morning', category: 'hardware' }
const open = async (body: object = {}, key?: string) => tess.post<View>('/api/requests', { ...incident, ...body }, key)

describe('who may call', () => {
  test.each([
    ['nobody in particular', () => house.anybody, 401, 'HUB_SIGN_IN_NEEDED'],
    ['a key that is none', () => house.key('wrong-key-of-nobody'), 401, 'HUB_API_KEY_WRONG'],
    ['an empty key', () => house.bearer(''), 401, 'HUB_API_KEY_WRONG'],
    ['a key without the scope', () => house.key('purchasing'), 403, 'HUB_NOT_ALLOWED'],
  ])('not %s', async (_, who, status, code) => {
    const { status: answered, body } = await who().get('/api/requests')
    expect([answered, body.error.code]).toEqual([status, code])
  })

  test('a key may do what its scopes say', async () => {
    expect((await house.key('reader').get('/api/requests')).status).toBe(200)
    const refused = await house.key('reader').post('/api/requests', incident)
    expect([refused.status, refused.body.error.hint]).toEqual([403, 'This key needs the scope requests:write.'])
    expect((await house.key('monitoring').post<View>('/api/requests', incident)).status).toBe(201)
  })

  test('a page of another site may not use a technician’s session', async () => {
    const reply = await house.app.inject({
      method: 'POST',
      url: '/api/requests',
      headers: { cookie: tess.cookie, origin: 'https://evil.example' },
      payload: incident,
    })
    expect([reply.statusCode, reply.json().error.code]).toEqual([403, 'HUB_CROSS_ORIGIN'])
  })

  test('and no key is ever written down', () => {
    const written = house.logged.join('\n')
    for (const { key } of keys) expect(written).not.toContain(key)
  })
})

describe('a request', () => {
  test('is opened, read, changed, commented and told in a timeline; each change is on record', async () => {
    const before = house.changes()
    const { status, body } = await open()
    expect([status, body.status]).toEqual([201, 'open'])
    const { number } = body
    const path = `/api/requests/${number}`
    expect((await tess.patch<View>(path, { status: 'in-progress', technician: { id: tess.id, name: 'Tess' } })).body.status).toBe(
      'in-progress',
    )
    await tess.post(`${path}/comments`, { text: 'Try another cable' })
    const { body: noted } = await tess.post<View>(`${path}/comments`, { text: 'He never reads this', internal: true })
    expect(noted.comments.map(({ text, internal }) => [text, internal])).toEqual([
      ['Try another cable', false],
      ['He never reads this', true],
    ])
    const { body: timeline } = await tess.get<{ events: { kind: string; by: { name: string } }[] }>(`${path}/timeline`)
    expect(timeline.events.map(({ kind, by }) => `${kind} ${by.name}`)).toEqual([
      'opened Tess',
      'changed Tess',
      'commented Tess',
      'noted Tess',
    ])
    expect((await tess.get<View>(path)).body).toEqual(noted)
    expect(JSON.stringify(noted)).not.toContain('/requests/INC')
    expect(house.changes() - before).toBe(4)
    const record = (await house.audit()).filter(({ about }) => about === number)
    expect(record.map(({ who, what }) => [who, what])).toEqual([
      [tess.id, 'request.open'],
      [tess.id, 'request.change'],
      [tess.id, 'request.comment'],
      [tess.id, 'request.comment'],
    ])
    expect(JSON.stringify(record)).not.toContain('cable')
  })

  test.each([
    ['no subject', { subject: ' ' }, 'subject', 'expected some text'],
    ['a type that is none', { type: 'wish' }, 'type', expect.any(String)],
    ['a field nobody knows', { colour: 'red' }, undefined, expect.stringContaining('colour')],
    ['an item the catalogue has not', { type: 'service-request', item: 'yacht' }, 'item', expect.any(String)],
    ['a conversation there is none of', { conversation: '00000000-0000-4000-8000-000000000000' }, 'conversation', expect.any(String)],
    ['somebody else’s file', { files: ['00000000-0000-4000-8000-000000000000'] }, 'files.0', 'expected a file that you have uploaded'],
  ])('is refused with %s, and says what was expected', async (_, body, field, hint) => {
    const { status, body: said } = await tess.post('/api/requests', { ...incident, ...body })
    expect([status, said.error.code, said.error.field, said.error.hint]).toEqual([400, 'HUB_BAD_REQUEST', field, hint])
  })

  test('can’t be resolved without saying how, nor found where there is none', async () => {
    const { number } = (await open()).body
    const { body } = await tess.patch(`/api/requests/${number}`, { status: 'resolved' })
    expect(body.error).toMatchObject({ code: 'HUB_BAD_REQUEST', field: 'resolution' })
    for (const path of ['INC-999999', 'INC-999999/timeline']) expect((await tess.get(`/api/requests/${path}`)).status).toBe(404)
    expect((await tess.get('/api/requests/..%2Fadmin')).status).toBe(400)
  })

  test('is found by what it is, page by page', async () => {
    const subject = 'A subject of its own'
    const numbers: string[] = []
    for (let n = 0; n < 3; n++) numbers.unshift((await open({ subject, priority: 'critical' })).body.number)
    const query = '/api/requests?priority=critical&priority=high&status=open&limit=2'
    const first = (await tess.get<Page>(query)).body
    expect(first.requests.map(({ number }) => number)).toEqual(numbers.slice(0, 2))
    const second = (await tess.get<Page>(`${query}&before=${first.next}`)).body
    expect([second.requests.map(({ number }) => number), second.next]).toEqual([numbers.slice(2), null])
    expect((await tess.get('/api/requests?status=lost')).status).toBe(400)
    expect((await tess.get('/api/requests?before=nonsense')).body.error).toMatchObject({ code: 'HUB_BAD_REQUEST', field: 'before' })
  })

  test('holds files that its technician has uploaded, and nobody else’s', async () => {
    const kim = await house.signIn('Kim')
    const { id } = (await tess.upload<{ id: string }>('/api/requests/uploads?name=log.txt', 'something')).body
    const { number } = (await open()).body
    expect((await kim.post(`/api/requests/${number}/files`, { files: [id] })).status).toBe(400)
    const { status, body } = await tess.post<View>(`/api/requests/${number}/files`, { files: [id] })
    expect([status, body.files[0]!.id]).toEqual([201, id])
    expect(body.files[0]!.link).toContain('signature=')
  })
})

describe('a conversation', () => {
  test('becomes a request of its person, with the way to what was said', async () => {
    const ada = await house.conversation('ada', 'ada@example.com')
    const { body } = await open({ conversation: ada.id })
    expect(body).toMatchObject({
      requester: { identity: ada.identity, name: 'ada', email: 'ada@example.com' },
      source: 'LINE',
      conversations: [{ conversation: ada.id, chat: null, transcript: `/api/desk/conversations/${ada.id}` }],
    })
    expect((await tess.get(body.conversations[0]!.transcript)).status).toBe(404)
  })

  test('whose person only claims an address has none', async () => {
    const bob = await house.conversation('bob')
    expect((await open({ conversation: bob.id })).body).toMatchObject({ requester: { name: 'bob', email: null } })
  })

  test('is linked to several requests, which the Desk shows beside it, and unlinked again', async () => {
    const eve = await house.conversation('eve')
    const [one, two] = [(await open()).body.number, (await open()).body.number]
    for (const number of [one, two, two])
      expect((await tess.post<View>(`/api/requests/${number}/links`, { conversation: eve.id })).status).toBe(201)
    const beside = async () =>
      (await tess.get<Page>(`/api/desk/conversations/${eve.id}/requests`)).body.requests.map(({ number }) => number)
    expect(await beside()).toEqual([two, one])
    expect((await tess.delete<View>(`/api/requests/${two}/links/${eve.id}`)).body.conversations).toEqual([])
    expect(await beside()).toEqual([one])
    expect((await tess.get('/api/desk/conversations/00000000-0000-4000-8000-000000000000/requests')).status).toBe(404)
  })

  test('whose person does not want to be told is left alone', async () => {
    const { id } = await house.conversation('quiet')
    const path = `/api/desk/conversations/${id}/notices`
    expect((await tess.get(path)).body).toEqual({ on: true })
    expect((await tess.put(path, { on: false })).body).toEqual({ on: false })
    expect((await tess.get(path)).body).toEqual({ on: false })
  })
})

describe('a call with an Idempotency-Key', () => {
  test('happens once and is answered alike, also where many come at once', async () => {
    const first = await open({ subject: 'Once' }, 'once-1')
    const again = await open({ subject: 'Once' }, 'once-1')
    expect(again.body).toEqual(first.body)
    expect([again.status, again.headers['idempotency-replayed']]).toEqual([201, 'true'])
    const many = await Promise.all(Array.from({ length: 6 }, () => open({ subject: 'Printer sings' }, 'once-2')))
    expect(new Set(many.map(({ status }) => status).filter((status) => status !== 201))).toEqual(
      new Set([409].slice(0, many.some(({ status }) => status === 409) ? 1 : 0)),
    )
    const { body } = await tess.get<Page>('/api/requests?text=printer%20sings')
    expect(body.requests).toHaveLength(1)
  })

  test('but with another body, or for another route, it is refused', async () => {
    const { body } = await open({}, 'mine')
    for (const wrong of [
      await open({ subject: 'Other' }, 'mine'),
      await tess.post(`/api/requests/${body.number}/comments`, { text: 'hi' }, 'mine'),
    ])
      expect([wrong.status, (wrong.body as unknown as { error: { code: string } }).error.code]).toEqual([422, 'HUB_KEY_REUSED'])
  })

  test('is another caller’s own affair', async () => {
    const one = await open({}, 'shared')
    const other = await house.key('monitoring').post<View>('/api/requests', incident, 'shared')
    expect(other.status).toBe(201)
    expect(other.body.number).not.toBe(one.body.number)
  })

  test('may be repeated after a refusal, and a key of nonsense is refused', async () => {
    expect((await open({ subject: '' }, 'twice')).status).toBe(400)
    expect((await open({ item: 'yacht', type: 'service-request' }, 'twice')).status).toBe(400)
    expect((await open({}, 'twice')).status).toBe(201)
    expect((await open({}, 'ü'.normalize('NFC'))).status).toBe(400)
  })
})

describe('approvals', () => {
  const ask = async () => {
    const opened = await house.desk.open(order(null, 'monitor', { fields: { size: '24' } }), `ask-${Math.random()}`)
    if (opened.state !== 'open') throw new Error('kept')
    return (await house.book.find(opened.request.number))!.approvals[0]!.id
  }

  test('wait for a technician who is an approver, who decides once', async () => {
    const lead = await house.signIn('Lead')
    const id = await ask()
    const waiting = await lead.get<{ approvals: { id: string }[] }>('/api/approvals')
    expect(waiting.body.approvals.map((one) => one.id)).toContain(id)
    expect((await tess.get<{ approvals: [] }>('/api/approvals')).body.approvals).toEqual([])
    expect((await tess.post(`/api/approvals/${id}/decision`, { approved: true })).status).toBe(404)
    expect((await tess.post(`/api/approvals/${id}/decision`, { approved: true, email: 'lead@example.com' })).status).toBe(403)
    const { status, body } = await lead.post<{ state: string }>(`/api/approvals/${id}/decision`, { approved: true, comment: 'fine' })
    expect([status, body.state]).toEqual([200, 'approved'])
    const late = await lead.post(`/api/approvals/${id}/decision`, { approved: false })
    expect([late.status, late.body.error.code]).toEqual([409, 'HUB_ALREADY_DECIDED'])
  })

  test('are decided by another system for somebody it names', async () => {
    const id = await ask()
    const purchasing = house.key('purchasing')
    expect((await purchasing.post(`/api/approvals/${id}/decision`, { approved: false })).body.error.field).toBe('email')
    const { body } = await purchasing.post<{ state: string }>(`/api/approvals/${id}/decision`, {
      approved: false,
      email: 'lead@example.com',
    })
    expect(body.state).toBe('rejected')
    expect((await house.audit()).at(-1)).toMatchObject({ who: 'api:purchasing', what: 'approval.reject', about: id })
  })
})

test('where another desk keeps the requests, the routes say so', async () => {
  const other = await openRequestHouse({ elsewhere: true })
  const lee = await other.signIn('Lee')
  for (const path of ['/api/requests', '/api/requests/INC-1']) expect((await lee.get(path)).body.error.code).toBe('HUB_REQUESTS_ELSEWHERE')
  expect((await lee.get<object>('/api/catalogue')).body).toMatchObject({
    categories: [{ id: 'hardware', title: 'Hardware' }, { id: 'software' }],
  })
  await other.close()
})

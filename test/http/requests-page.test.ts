import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RequestPageView } from '../../src/http/api-types.ts'
import { LINK_DAYS } from '../../src/http/request-link.ts'
import { incident } from '../service-desk/samples.ts'
import { tess } from '../service-desk/stage.ts'
import { openRequestHouse, type RequestHouse } from './requests-house.ts'

let house: RequestHouse
beforeAll(async () => {
  house = await openRequestHouse()
})
afterAll(() => house.close())

let keys = 0
const key = () => `k${++keys}`
async function opened() {
  const { identity } = await house.conversation(`person-${++keys}`)
  const answer = await house.desk.open(incident(identity, { subject: 'No sound' }), key())
  if (answer.state !== 'open') throw new Error('kept')
  const { number } = answer.request
  return { number, path: `/api/request-page/${number}`, holder: house.holder(number) }
}

describe('whoever holds the link', () => {
  test('sees what its requester may see, and no more', async () => {
    const { number, path, holder } = await opened()
    await house.book.comment(number, { text: 'for colleagues', internal: true }, tess, key())
    await house.book.comment(number, { text: 'for you', internal: false }, tess, key())
    const { status, body, headers } = await holder.get<RequestPageView>(path)
    expect([status, headers['cache-control']]).toEqual([200, 'no-store'])
    expect(body).toMatchObject({ deskName: 'Test desk', number, subject: 'No sound', mayComment: true, mayReopen: false })
    expect(body.comments.map(({ text }) => text)).toEqual(['for you'])
    expect(JSON.stringify(body)).not.toMatch(/person-|colleagues/)
  })

  test('writes once, however often it is sent', async () => {
    const { path, holder } = await opened()
    const before = house.changes()
    for (let n = 0; n < 3; n++)
      expect((await holder.post<RequestPageView>(`${path}/comments`, { key: 'one', text: 'Hello?' })).body.comments).toHaveLength(1)
    expect(house.changes()).toBeGreaterThan(before)
    expect((await holder.post(`${path}/comments`, { key: 'two', text: ' ' })).body.error.field).toBe('text')
  })

  test('reopens what was resolved, and nothing else', async () => {
    const { number, path, holder } = await opened()
    expect((await holder.post(`${path}/reopen`, { key: key() })).body.error.code).toBe('HUB_REQUEST_OVER')
    await house.book.update(number, { status: 'resolved', resolution: 'Done' }, tess, key())
    expect((await holder.get<RequestPageView>(path)).body).toMatchObject({ mayComment: false, mayReopen: true })
    expect((await holder.post<RequestPageView>(`${path}/reopen`, { key: key(), why: 'no' })).body).toMatchObject({
      status: 'open',
      mayReopen: false,
    })
  })
})

describe('nobody else', () => {
  test.each([
    ['no token', ''],
    ['nonsense', 'x'.repeat(60)],
    ['a signature of another length', '99999999999.abc'],
  ])('gets in with %s', async (_, token) => {
    const { path } = await opened()
    const { status, body } = await house.bearer(token).get(path)
    expect([status, body.error.code]).toEqual([403, 'HUB_LINK_INVALID'])
  })

  test('gets in with a longer life, or with the token of another request', async () => {
    const { number, path } = await opened()
    const [until, signature] = house.links.linkOf(number).split('#')[1]!.split('.')
    expect((await house.bearer(`${Number(until) + 86_400}.${signature}`).get(path)).status).toBe(403)
    expect((await house.holder('INC-1').get(path)).status).toBe(403)
    expect((await house.holder(number).post(`${path}x/comments`, { key: 'k', text: 't' })).status).toBe(400)
  })

  test('gets in after its time, and a session or an API key opens nothing here', async () => {
    const { path, holder } = await opened()
    const session = await house.signIn('Tess')
    expect((await session.get(path)).status).toBe(403)
    expect((await house.key('monitoring').get(path)).status).toBe(403)
    house.pass(LINK_DAYS - 1)
    expect((await holder.get(path)).status).toBe(200)
    house.pass(3)
    const late = await holder.get(path)
    expect([late.status, late.body.error.code]).toEqual([410, 'HUB_LINK_EXPIRED'])
  })

  test('finds a token in what was logged', async () => {
    const { number } = await opened()
    expect(house.logged.join('\n')).not.toContain(house.links.linkOf(number).split('#')[1])
  })
})

test('a request that was opened for nobody can be read by whoever was given its link, but nobody speaks for its requester', async () => {
  const view = await house.book.open(incident(null), tess, key())
  const { body } = await house.holder(view.number).get<RequestPageView>(`/api/request-page/${view.number}`)
  expect(body).toMatchObject({ mayComment: false, mayReopen: false })
})

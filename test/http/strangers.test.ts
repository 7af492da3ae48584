import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { adminOfTests, openHub } from '../support/hub.ts'

let hub: Awaited<ReturnType<typeof openHub>>
beforeAll(async () => {
  hub = await openHub({ channels: [{ channel: 'web', account: 'main', guest: true, allowedOrigins: [] }] })
}, 60_000)
afterAll(() => hub?.stop())

/** As it is written, without what fetch makes of a path. */
const get = (path: string, headers: { readonly [name: string]: string } = {}) =>
  new Promise<{ readonly status: number; readonly body: string }>((resolve, reject) => {
    const { hostname, port } = new URL(hub.url)
    request({ hostname, port, path, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }))
    })
      .on('error', reject)
      .end()
  })
const signIn = (body: object) =>
  fetch(new URL('/api/auth/sign-in/email', hub.url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: hub.url },
    body: JSON.stringify(body),
  })

describe('what makes no sense is the caller’s fault and not the hub’s', () => {
  test.each([
    ['a path that leads out', '/../package.json', {}, 404, 'HUB_NOT_FOUND'],
    ['the same, written otherwise', '/%2e%2e/package.json', {}, 404, 'HUB_NOT_FOUND'],
    ['a path that can not be read', '/hooks/telegram/%E0%A4%A', {}, 400, 'HUB_BAD_REQUEST'],
    ['a range behind the end', '/index.html', { range: 'bytes=99999999-' }, 400, 'HUB_BAD_REQUEST'],
  ])('%s', async (_, path, headers, status, code) => {
    const answer = await get(path, headers)
    expect([answer.status, JSON.parse(answer.body)]).toEqual([status, { error: expect.objectContaining({ code }) }])
    expect(answer.body).not.toContain('%E0')
  })

  test('NUL in an address, and in what is looked for', async () => {
    expect((await signIn({ email: 'a\u0000@desk.example', password: 'x' })).status).toBe(400)
    const signedIn = await signIn(adminOfTests)
    expect(signedIn.status).toBe(200)
    const cookie = signedIn.headers
      .getSetCookie()
      .map((one) => one.split(';')[0])
      .join('; ')
    for (const path of [
      '/api/history?text=a%00b',
      '/api/requests?query=%00',
      '/api/desk/conversations/%00',
      '/api/admin/audit?before=%00',
    ]) {
      const { status } = await get(path, { cookie })
      expect([path, status < 500]).toEqual([path, true])
    }
  })
})

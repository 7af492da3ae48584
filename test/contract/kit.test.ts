import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Http, NetworkError, networkFailure, openHttp } from '../../src/channel/kit/http.ts'
import { hmac, isSecret, isSigned } from '../../src/channel/kit/signature.ts'

let server: Server
let asked: string[]
let http: Http
/** Nobody listens there: below the ports that systems give out, and none that `fetch` forbids. */
const closedPort = 1027
beforeEach(async () => {
  asked = []
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    if (request.url?.endsWith('/silent')) return
    if (request.url?.endsWith('/cut')) return void request.socket.destroy()
    if (request.url?.endsWith('/half'))
      return void response.writeHead(200, { 'content-length': 100 }).write('half', () => request.socket.destroy())
    response.writeHead(request.url?.endsWith('/no') ? 403 : 200, { 'x-answer': 'yes' }).end('answer')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  http = openHttp(`http://127.0.0.1:${(server.address() as AddressInfo).port}/base`, { connections: 1 })
})
afterEach(async () => {
  await http.close()
  server.closeAllConnections()
  server.close()
})
const failing = async (path: string, signal?: AbortSignal): Promise<unknown> =>
  http.call({ method: 'GET', path, ...(signal ? { signal } : {}) }).then(
    () => undefined,
    (error) => error,
  )

describe('a call over the connection pool', () => {
  test('keeps the path of the base address, and resolves with every status', async () => {
    const answer = await http.call({ method: 'POST', path: 'no', body: 'x' })
    expect([answer.status, answer.body.toString(), answer.headers['x-answer']]).toEqual([403, 'answer', 'yes'])
    expect(asked).toEqual(['POST /base/no'])
  })

  test('that waited for a connection and was called off was never sent', async () => {
    const held = failing('silent', AbortSignal.timeout(150))
    const waiting = failing('next', AbortSignal.timeout(50))
    expect(networkFailure(await waiting)).toMatchObject({ kind: 'transient' })
    expect(networkFailure(await held)).toMatchObject({ kind: 'uncertain', code: 'TIMEOUT' })
    expect(asked).toEqual(['GET /base/silent'])
  })

  test('that was cut, or answered by half, may have been taken', async () => {
    expect(networkFailure(await failing('cut'))).toMatchObject({ kind: 'uncertain' })
    expect(networkFailure(await failing('half'))).toMatchObject({ kind: 'uncertain' })
  })

  test('to nobody was not sent, and the error says no address', async () => {
    const nowhere = openHttp('http://127.0.0.1:1/secret-token/')
    const error = await nowhere.call({ method: 'GET', path: 'secret-path' }).then(
      () => undefined,
      (one) => one,
    )
    expect(error).toBeInstanceOf(NetworkError)
    expect(networkFailure(error)).toMatchObject({ kind: 'transient', code: 'ECONNREFUSED' })
    expect(String(error.stack)).not.toMatch(/secret/)
    await nowhere.close()
  })

  test.each([
    ['fetch to nobody', () => fetch(`http://127.0.0.1:${closedPort}/`), 'transient'],
    ['fetch to a name that is none', () => fetch('http://nothing.invalid/'), 'transient'],
    ['fetch that runs out of time', () => fetch(`${base()}/silent`, { signal: AbortSignal.timeout(50) }), 'uncertain'],
    ['fetch that is cut', () => fetch(`${base()}/cut`), 'uncertain'],
  ])('means the same by %s', async (_, call, kind) => {
    expect(
      networkFailure(
        await call().then(
          () => undefined,
          (error) => error,
        ),
      ),
    ).toMatchObject({ kind })
  })
  const base = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  test('other errors are nobody’s network', () => expect(networkFailure(new TypeError('x is not a function'))).toBeUndefined())
})

describe('signatures', () => {
  test('a secret fits as a whole or not at all, the old one beside the new one', () => {
    expect(isSecret('old', ['new', 'old'])).toBe(true)
    for (const given of [undefined, '', 'ne', 'newer', 'NEW']) expect(isSecret(given, 'new')).toBe(false)
    for (const none of [undefined, '', [], ['']]) expect(isSecret('', none)).toBe(false)
  })

  test('the digest is the one of RFC 4231, test case 2', () => {
    const digest = '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'
    expect(hmac('sha256', 'Jefe', ['what do ya want ', new TextEncoder().encode('for nothing?')], 'hex')).toBe(digest)
    const by = {
      algorithm: 'sha256',
      secrets: ['new', 'Jefe'],
      data: 'what do ya want for nothing?',
      encoding: 'hex',
      prefix: 'sha256=',
    } as const
    expect(isSigned(`sha256=${digest}`, by)).toBe(true)
    expect([isSigned(digest, by), isSigned(undefined, by), isSigned(`sha256=${digest}`, { ...by, secrets: [] })]).toEqual([
      false,
      false,
      false,
    ])
    expect(isSigned(`sha256=${digest}`, { ...by, data: 'what do ya want for nothing? ' })).toBe(false)
  })
})

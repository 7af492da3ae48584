import { pino } from 'pino'
import { describe, expect, test } from 'vitest'
import { hubSchema } from '../../config/schema.ts'
import { makeServer } from '../../src/http/server.ts'

async function whose(trustedProxies: readonly string[] | undefined, remoteAddress: string, forwarded?: string): Promise<string> {
  const app = await makeServer({
    log: pino({ level: 'silent' }),
    version: 'test',
    allowedOrigins: [],
    loopbackPages: false,
    secure: false,
    ...(trustedProxies ? { trustedProxies } : {}),
  })
  app.get('/whose', async (request) => request.ip)
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }
  const { body } = await app.inject({ method: 'GET', url: '/whose', remoteAddress, headers })
  await app.close()
  return body
}
const { trustedProxies } = hubSchema.parse({})

describe('whose request it is', () => {
  test.each<[string, readonly string[] | undefined, string, string | undefined, string]>([
    ['behind a proxy on this machine: the person’s', trustedProxies, '127.0.0.1', '203.0.113.7', '203.0.113.7'],
    ['what the person made up before it does not count', trustedProxies, '127.0.0.1', '198.51.100.1, 203.0.113.7', '203.0.113.7'],
    ['behind a proxy that is named', ['10.0.0.0/8'], '10.1.2.3', '203.0.113.7', '203.0.113.7'],
    ['behind two', ['loopback', '10.0.0.0/8'], '127.0.0.1', '203.0.113.7, 10.1.2.3', '203.0.113.7'],
    ['of somebody who is no proxy of ours: their own, whatever they say', trustedProxies, '203.0.113.9', '203.0.113.7', '203.0.113.9'],
    ['without a proxy', trustedProxies, '203.0.113.9', undefined, '203.0.113.9'],
    ['where no proxy is trusted', undefined, '127.0.0.1', '203.0.113.7', '127.0.0.1'],
  ])('%s', async (_, proxies, from, forwarded, expected) => expect(await whose(proxies, from, forwarded)).toBe(expected))

  test.each(['everybody', '10.0.0.0/33', '10.0.0/8', '::1/129', '', '10.0.0.0/8/8', 'true'])(
    'no proxy is called "%s", and the start says what would be right',
    (name) => {
      const read = hubSchema.safeParse({ trustedProxies: [name] })
      expect(read.error?.issues[0]?.message).toContain('loopback, linklocal, uniquelocal')
    },
  )
  test('ranges, addresses and names are taken', () => {
    const names = ['loopback', 'uniquelocal', '10.0.0.0/8', '192.0.2.1', '::1', 'fd00::/8']
    expect(hubSchema.parse({ trustedProxies: names }).trustedProxies).toEqual(names)
  })
})

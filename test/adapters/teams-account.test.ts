import { afterEach, describe, expect, test } from 'vitest'
import { teams } from '../../adapters/teams/index.ts'
import { id, type Json } from '../../src/channel/index.ts'
import { openConversation } from '../contract/contract-bench.ts'
import { benches, say, type TeamsBench, text } from './teams-bench.ts'

const { open, closeAll } = benches()
afterEach(closeAll)

const count = (bench: TeamsBench, method: string) => bench.emulator.record.calls.filter((call) => call.method === method).length

describe('our token', () => {
  test('is asked for once, by whoever needs it first, and kept', async () => {
    const bench = await open()
    const { to } = await openConversation(bench, 'Ada')
    const adapter = bench.create(undefined, () => new Date())
    const before = count(bench, 'token')
    await Promise.all(Array.from({ length: 20 }, () => say(bench, text('hello'), to, adapter)))
    await say(bench, text('hello again'), to, adapter)
    expect(count(bench, 'token') - before).toBe(1)
  })

  test('is renewed once when Teams does not take it any more, and nobody sees anything twice', async () => {
    const bench = await open()
    const conversation = await openConversation(bench, 'Ada')
    await say(bench, text('one'), conversation.to)
    bench.emulator.revokeTokens()
    await Promise.all([say(bench, text('two'), conversation.to), say(bench, text('three'), conversation.to)])
    expect(conversation.seen()).toHaveLength(3)
    expect(count(bench, 'token')).toBe(2)
  })

  test('that is refused though it is new means that our credentials are wrong', async () => {
    const bench = await open()
    const { to } = await openConversation(bench, 'Ada')
    const denied = { status: 401, body: { message: 'Authorization has been denied for this request.' } }
    bench.emulator.answerNext(denied)
    bench.emulator.answerNext(denied)
    const error = await say(bench, text('hello'), to).catch((refusal: unknown) => refusal)
    expect(bench.adapter.classify(error)).toMatchObject({ kind: 'unauthorized', code: 'unauthorized' })
  })

  test.each([
    [
      401,
      'invalid_client',
      'AADSTS7000222: The provided client secret keys are expired.',
      { kind: 'unauthorized', code: 'secret_expired' },
    ],
    [401, 'invalid_client', 'AADSTS7000215: Invalid client secret provided: hunter2', { kind: 'unauthorized', code: 'secret_wrong' }],
    [400, 'unauthorized_client', 'AADSTS700016: Application not found.', { kind: 'unauthorized', code: 'app_not_found' }],
    [400, 'invalid_request', 'AADSTS90002: Tenant not found.', { kind: 'unauthorized', code: 'tenant_not_found' }],
    [503, 'temporarily_unavailable', 'AADSTS90033', { kind: 'transient', code: 'token_503' }],
    [429, 'throttled', 'AADSTS90055', { kind: 'throttled' }],
  ] as const)('that Entra does not give (%i %s) means that nothing was sent', async (status, error, description, failure) => {
    const bench = await open()
    const { to, seen } = await openConversation(bench, 'Ada')
    bench.emulator.switches.tokenRefusal = { status, error, description }
    const thrown = await say(bench, text('hello'), to).catch((refusal: unknown) => refusal)
    const explained = bench.adapter.classify(thrown)
    expect(explained).toMatchObject(failure)
    expect(`${JSON.stringify(explained)}${String(thrown)}`).not.toContain('hunter2')
    expect(seen()).toEqual([])
  })

  test('comes from the common tenant for bots of many tenants, and from the machine for a managed identity', async () => {
    const bench = await open()
    const { to, seen } = await openConversation(bench, 'Ada')
    const account = bench.emulator.account() as { [key: string]: Json }
    const { appPassword: _, ...withoutSecret } = account
    const { tenantId: __, ...withoutTenant } = account
    for (const keys of [
      { ...withoutTenant, appType: 'MultiTenant' },
      { ...withoutSecret, appType: 'UserAssignedMSI' },
    ])
      await say(bench, text(`as ${keys.appType}`), to, bench.create(keys))
    expect(seen().map((message) => message.text)).toEqual(['as MultiTenant', 'as UserAssignedMSI'])
  })

  test('on App Service the machine’s header goes along, and the address keeps its path', async () => {
    const asked: { url: string; headers: unknown }[] = []
    const answer = new Response(JSON.stringify({ access_token: 'x', expires_on: '1900000000' }))
    const fetched: typeof fetch = async (input, init) => {
      asked.push({ url: String(input), headers: init?.headers })
      return answer
    }
    const keys = teams.config.parse({
      appId: '00000000-0000-4000-8000-0000000000b0',
      appPassword: 'identity-header',
      tenantId: '00000000-0000-4000-8000-000000000001',
      appType: 'UserAssignedMSI',
      loginUrl: 'http://169.254.129.2:8081/msi/token',
    })
    const deps = { fetch: fetched, now: () => new Date(), log: { info() {}, warn() {} } }
    const health = await teams.create({ id: id('main'), config: keys }, deps as never).check(AbortSignal.timeout(30_000))
    expect(asked[0]).toMatchObject({ headers: { 'x-identity-header': 'identity-header' } })
    expect(asked[0]!.url).toMatch(
      /^http:\/\/169\.254\.129\.2:8081\/msi\/token\?api-version=2019-08-01&resource=https%3A%2F%2Fapi\.botframework\.com&client_id=/,
    )
    expect(health).toMatchObject({ ok: false, facts: { code: 'no_keys' } })
  })

  test('goes to no address that is not allowed, wherever the stored conversation says', async () => {
    const bench = await open()
    const { to } = await openConversation(bench, 'Ada')
    for (const serviceUrl of ['http://127.0.0.1:1/', 'https://evil.example/', 'http://169.254.169.254/']) {
      const elsewhere = { ...to, reply: { ...(to.reply as object), serviceUrl } as Json }
      const error = await say(bench, text('hello'), elsewhere).catch((refusal: unknown) => refusal)
      expect(bench.adapter.classify(error)).toMatchObject({ kind: 'unreachable', code: 'foreign_service' })
    }
  })
})

describe('an account', () => {
  const good = { appId: '00000000-0000-4000-8000-0000000000b0', appPassword: 'x', tenantId: '00000000-0000-4000-8000-000000000001' }
  test.each([
    ['has no empty app id, which would switch the check off', { appId: '' }, /appId/],
    ['needs a tenant', { tenantId: undefined }, /tenantId/],
    ['needs a secret', { appPassword: undefined }, /appPassword/],
    ['calls no plain address', { loginUrl: 'http://login.example/' }, /loginUrl/],
    ['has keys behind https', { openIdMetadataUrl: 'http://keys.example/' }, /openIdMetadataUrl/],
    ['sends its token over https', { allowedServiceUrls: ['http://smba.example/'] }, /allowedServiceUrls/],
    ['allows something', { allowedServiceUrls: [] }, /allowedServiceUrls/],
    [
      'does not mix clouds',
      { openIdMetadataUrl: 'https://login.botframework.azure.us/v1/.well-known/openidconfiguration' },
      /another cloud/,
    ],
  ])('%s', (_, change, said) => expect(() => teams.config.parse({ ...good, ...change })).toThrow(said))

  test.each([
    ['of one tenant', {}],
    ['of many', { appType: 'MultiTenant', tenantId: undefined }],
    [
      'of the government',
      {
        openIdMetadataUrl: 'https://login.botframework.azure.us/v1/.well-known/openidconfiguration',
        loginUrl: 'https://login.microsoftonline.us',
      },
    ],
    ['with a managed identity', { appType: 'UserAssignedMSI', appPassword: undefined }],
  ])('%s is taken', (_, change) => expect(teams.config.parse({ ...good, ...change })).toMatchObject({ appId: good.appId }))
})

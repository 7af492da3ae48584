import { AuthenticationConfiguration, ChannelValidation, SimpleCredentialProvider } from 'botframework-connector'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { type Forgery, startTeamsEmulator, type TeamsEmulator } from '../../adapters/teams/emulator.ts'
import { teams } from '../../adapters/teams/index.ts'
import { isAllowed, isStorage } from '../../adapters/teams/service-urls.ts'
import { type AccountId, type Adapter, type AdapterDeps, type HookRequest, id, type Json } from '../../src/channel/index.ts'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

const start = new Date('2026-01-02T03:04:05.000Z')

async function open(options: Parameters<typeof startTeamsEmulator>[0] = {}, keys: { readonly [key: string]: Json } = {}) {
  const emulator = await startTeamsEmulator(options)
  closing.push(emulator.close)
  let now = start
  const adapter = adapterFor(emulator, () => now, keys)
  return {
    emulator,
    adapter,
    later: (seconds: number) => {
      now = new Date(now.getTime() + seconds * 1000)
    },
    now: () => now,
    asked: () => emulator.record.calls.filter(({ method }) => method === 'keys').length,
  }
}

function adapterFor(emulator: TeamsEmulator, now: () => Date, keys: { readonly [key: string]: Json } = {}): Adapter {
  const deps: AdapterDeps = {
    fetch,
    now,
    log: { info: () => undefined, warn: () => undefined },
    files: {
      open: () => Promise.reject(new Error('no files here')),
      link: async (file) => `https://files.example.com/${file}`,
      remembered: async () => undefined,
      remember: async () => undefined,
    },
    live: { publish: async () => undefined },
  }
  return teams.create({ id: id<AccountId>('main'), config: teams.config.parse({ ...emulator.account(), ...keys }) }, deps)
}

const activity = (emulator: TeamsEmulator, more: { readonly [key: string]: Json | undefined } = {}) =>
  JSON.stringify({
    type: 'message',
    id: '1767323045123',
    timestamp: '2026-01-02T03:04:05.123Z',
    channelId: 'msteams',
    serviceUrl: `${emulator.url}/teams/`,
    from: { id: '29:1ada', name: 'Ada' },
    recipient: { id: '28:bot' },
    conversation: { id: 'a:1', conversationType: 'personal' },
    text: 'hello',
    ...more,
  })

describe('a token for Teams', () => {
  const wrong: readonly (readonly [string, Forgery, RegExp])[] = [
    ['for another bot', { audience: '00000000-0000-4000-8000-0000000000ff' }, /another bot/],
    ['for an address that ends in ours', { audience: 'x00000000-0000-4000-8000-0000000000b0' }, /another bot/],
    ['from Entra', { issuer: 'https://sts.windows.net/d6d49420-f39b-4df7-a1dc-d59a935871db/' }, /not from the Bot Framework/],
    ['from the government’s cloud', { issuer: 'https://api.botframework.us' }, /not from the Bot Framework/],
    ['that has expired six minutes ago', { at: new Date(start.getTime() - 3600_000 - 360_000) }, /expired/],
    ['that begins in six minutes', { at: new Date(start.getTime() + 360_000) }, /future/],
    ['that never ends', { expires: null }, /lacks a claim/],
    ['without the service address', { serviceUrl: null }, /names no service/],
    ['for another service address', { serviceUrl: 'https://smba.trafficmanager.net/amer/' }, /not the one that was signed/],
    ['for a service in our own network', { serviceUrl: 'http://10.0.0.5/' }, /not in allowedServiceUrls/],
    ['for the metadata of the machine', { serviceUrl: 'http://169.254.169.254/' }, /not in allowedServiceUrls/],
    [
      'for a host that begins like an allowed one',
      { serviceUrl: 'https://smba.trafficmanager.net.evil.example/' },
      /not in allowedServiceUrls/,
    ],
    ['with a name before the host', { serviceUrl: 'https://smba.trafficmanager.net@evil.example/' }, /not in allowedServiceUrls/],
    ['signed by a stranger', { key: 'stranger' }, /signature/],
    ['of a key for other channels', { key: 'unendorsed' }, /endorsed/],
    ['of an unknown key', { kid: 'nobody' }, /does not publish/],
    ['without the name of its key', { kid: null }, /not signed with/],
    ['without a signature', { algorithm: 'none' }, /bearer token|not signed with/],
    ['signed with the public key as a secret', { algorithm: 'HS256' }, /not signed with/],
    ['in another scheme', { scheme: 'Basic' }, /no bearer token/],
  ]
  test.each(wrong)('%s is refused with 401', async (_, forgery, reason) => {
    const { emulator, adapter } = await open()
    const request = emulator.forge({ body: activity(emulator) }, { at: start, ...forgery })
    expect(await adapter.verify(request)).toEqual({ ok: false, status: 401, reason: expect.stringMatching(reason) })
  })

  const broken: readonly (readonly [string, string])[] = [
    ['nothing', ''],
    ['one word', 'Bearer'],
    ['no token', 'Bearer abc'],
    ['two dots', 'Bearer ..'],
    ['dots around nothing', 'Bearer a.b.c'],
    ['a header that is no JSON', `Bearer ${Buffer.from('nonsense').toString('base64url')}.e30.AAAA`],
    ['a header that is null', `Bearer ${Buffer.from('null').toString('base64url')}.e30.AAAA`],
    ['a megabyte', `Bearer ${'a'.repeat(500_000)}.${'b'.repeat(500_000)}.c`],
    ['control characters', 'Bearer \u0000.\u0001.\u0002'],
  ]
  test.each(broken)('that is %s is refused with 401 and never an error', async (_, authorization) => {
    const { emulator, adapter } = await open()
    const request = { ...emulator.forge({ body: activity(emulator) }, { at: start }), headers: { authorization } }
    expect(await adapter.verify(request)).toMatchObject({ ok: false, status: 401 })
  })

  test.each([
    ['RS384', { algorithm: 'RS384' }],
    ['RS512', { algorithm: 'RS512' }],
    ['a key without a list of channels', { key: 'without-list' }],
    ['an end four minutes ago', { at: new Date(start.getTime() - 3600_000 - 240_000) }],
    ['a beginning in four minutes', { at: new Date(start.getTime() + 240_000) }],
  ] as const)('with %s is taken', async (_, forgery) => {
    const { emulator, adapter } = await open()
    expect(await adapter.verify(emulator.forge({ body: activity(emulator) }, { at: start, ...forgery }))).toEqual({ ok: true })
  })

  test.each([
    ['another channel', { channelId: 'webchat' }],
    ['an empty channel', { channelId: '' }],
    ['no channel', { channelId: undefined }],
    ['a channel that is a list', { channelId: ['msteams'] }],
    ['no service address', { serviceUrl: undefined }],
    ['an empty service address', { serviceUrl: '' }],
    ['a service address that differs in a slash', { serviceUrl: 'http://127.0.0.1/teams' }],
  ] as const)('does not help an activity with %s', async (_, more) => {
    const { emulator, adapter } = await open()
    const request = emulator.forge(
      { body: activity(emulator, more as { [key: string]: Json }) },
      { at: start, serviceUrl: `${emulator.url}/teams/` },
    )
    expect(await adapter.verify(request)).toMatchObject({ ok: false, status: 401 })
  })

  test('for one account opens no other, though both trust the same keys', async () => {
    const { emulator, adapter } = await open()
    const other = adapterFor(emulator, () => start, { appId: '00000000-0000-4000-8000-0000000000ff' })
    const [ours, theirs] = [{}, { audience: '00000000-0000-4000-8000-0000000000ff' }].map((forgery) =>
      emulator.forge({ body: activity(emulator) }, { at: start, ...forgery }),
    ) as [HookRequest, HookRequest]
    expect([await adapter.verify(ours), await other.verify(theirs)]).toEqual([{ ok: true }, { ok: true }])
    expect([await adapter.verify(theirs), await other.verify(ours)]).toMatchObject([{ ok: false }, { ok: false }])
  })

  test('of the government’s cloud is from its own issuer', async () => {
    const emulator = await startTeamsEmulator()
    closing.push(emulator.close)
    const metadata = 'https://login.botframework.azure.us/v1/.well-known/openidconfiguration'
    const keys = { ...emulator.account(), openIdMetadataUrl: metadata, loginUrl: 'https://login.microsoftonline.us' }
    const fromEmulator: typeof fetch = (input, init) =>
      fetch(String(input).replace(/^https:\/\/login\.botframework\.azure\.us/, emulator.url), init)
    const deps = { fetch: fromEmulator, now: () => start, log: { info() {}, warn() {} } } as unknown as AdapterDeps
    // The document of the emulator names a plain address for its keys, which an https address must not lead to.
    const adapter = teams.create({ id: id<AccountId>('gov'), config: teams.config.parse(keys) }, deps)
    const request = emulator.forge({ body: activity(emulator) }, { at: start, issuer: 'https://api.botframework.us' })
    await expect(adapter.verify(request)).rejects.toThrow(/https/)
    const rewritten: typeof fetch = async (input, init) => {
      const answer = await fromEmulator(input, init)
      return new Response((await answer.text()).replaceAll(emulator.url, 'https://login.botframework.azure.us'), { status: answer.status })
    }
    const government = teams.create({ id: id<AccountId>('gov'), config: teams.config.parse(keys) }, { ...deps, fetch: rewritten })
    expect(await government.verify(request)).toEqual({ ok: true })
    expect(await government.verify(emulator.forge({ body: activity(emulator) }, { at: start }))).toMatchObject({ ok: false })
  })
})

describe('the keys of the Bot Framework', () => {
  test('are asked for once, whoever comes at the same time', async () => {
    const { emulator, adapter, asked } = await open()
    const requests = Array.from({ length: 20 }, () => adapter.verify(emulator.forge({ body: activity(emulator) }, { at: start })))
    expect(new Set((await Promise.all(requests)).map(({ ok }) => ok))).toEqual(new Set([true]))
    expect(asked()).toBe(1)
  })

  test('may change: an unknown one is looked for, the old one no longer counts', async () => {
    const { emulator, adapter, later, now, asked } = await open()
    const before = emulator.forge({ body: activity(emulator) }, { at: start })
    expect(await adapter.verify(before)).toEqual({ ok: true })
    later(120)
    emulator.rotateKeys()
    expect(await adapter.verify(emulator.forge({ body: activity(emulator) }, { at: now() }))).toEqual({ ok: true })
    expect(asked()).toBe(2)
    expect(await adapter.verify(before)).toMatchObject({ ok: false, status: 401 })
  })

  test('are not asked for again and again because somebody invents names', async () => {
    const { emulator, adapter, asked, later } = await open()
    for (let number = 0; number < 30; number++)
      expect(await adapter.verify(emulator.forge({ body: activity(emulator) }, { at: start, kid: `made-up-${number}` }))).toMatchObject({
        ok: false,
      })
    expect(asked()).toBe(1)
    later(61)
    await adapter.verify(emulator.forge({ body: activity(emulator) }, { at: start, kid: 'made-up' }))
    expect(asked()).toBe(2)
  })

  test('are believed for two days when they cannot be renewed, and not longer', async () => {
    const { emulator, adapter, later, now } = await open()
    const verify = () => adapter.verify(emulator.forge({ body: activity(emulator) }, { at: now() }))
    expect(await verify()).toEqual({ ok: true })
    emulator.switches.metadataDown = true
    later(30 * 3600)
    expect(await verify()).toEqual({ ok: true })
    later(20 * 3600)
    await expect(verify()).rejects.toThrow(/could not be read/)
    emulator.switches.metadataDown = false
    expect(await verify()).toEqual({ ok: true })
  })

  test('that cannot be had at all make nobody a liar: verify rejects, and the platform comes again', async () => {
    const { emulator, adapter } = await open()
    emulator.switches.metadataDown = true
    const request = emulator.forge({ body: activity(emulator) }, { at: start })
    await expect(adapter.verify(request)).rejects.toThrow()
    emulator.switches.metadataDown = false
    expect(await adapter.verify(request)).toEqual({ ok: true })
  })
})

describe('Microsoft’s own verifier and ours', () => {
  const sdk = async (emulator: TeamsEmulator, request: HookRequest) => {
    const { serviceUrl } = JSON.parse(Buffer.from(request.body).toString('utf8')) as { readonly serviceUrl: string }
    const { appId, appPassword } = emulator.account() as { appId: string; appPassword: string }
    const before = ChannelValidation.OpenIdMetadataEndpoint
    const quiet = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    ChannelValidation.OpenIdMetadataEndpoint = `${emulator.url}/v1/.well-known/openidconfiguration`
    try {
      const credentials = new SimpleCredentialProvider(appId, appPassword)
      const identity = await ChannelValidation.authenticateChannelTokenWithServiceUrl(
        request.headers.authorization!,
        credentials,
        serviceUrl,
        'msteams',
        new AuthenticationConfiguration(),
      )
      return identity.isAuthenticated
    } catch {
      return false
    } finally {
      ChannelValidation.OpenIdMetadataEndpoint = before
      quiet.mockRestore()
    }
  }
  const cases: readonly (readonly [string, Forgery])[] = [
    ['right', {}],
    ['for another bot', { audience: 'somebody-else' }],
    ['from another issuer', { issuer: 'https://sts.windows.net/x/' }],
    ['expired', { at: new Date(Date.now() - 2 * 3600_000) }],
    ['by a stranger', { key: 'stranger' }],
    ['not endorsed', { key: 'unendorsed' }],
    ['for another service', { serviceUrl: 'https://smba.trafficmanager.net/amer/' }],
    ['of an unknown key', { kid: 'nobody' }],
    ['signed with RS512', { algorithm: 'RS512' }],
  ]
  test.each(cases)('agree on a token that is %s', async (name, forgery) => {
    const { emulator } = await open()
    const adapter = adapterFor(emulator, () => new Date())
    const request = emulator.forge({ body: activity(emulator) }, forgery)
    const ours = (await adapter.verify(request)).ok
    expect(ours).toBe(await sdk(emulator, request))
    expect(ours).toBe(name === 'right' || name === 'signed with RS512')
  })
})

describe('addresses that our token may go to', () => {
  const allowed = ['https://smba.trafficmanager.net/', 'https://*.botframework.com', 'https://hub.example/teams']
  test.each([
    'https://smba.trafficmanager.net/amer/',
    'https://smba.trafficmanager.net',
    'https://SMBA.trafficmanager.net/emea/x/',
    'https://a.b.botframework.com/x',
    'https://hub.example/teams/',
    'https://hub.example/teams/eu/',
  ])('%s', (url) => expect(isAllowed(url, allowed)).toBe(true))
  test.each([
    'http://smba.trafficmanager.net/amer/',
    'https://smba.trafficmanager.net:8443/',
    'https://smba.trafficmanager.net.evil.example/',
    'https://evil.example/smba.trafficmanager.net/',
    'https://user@smba.trafficmanager.net/',
    'https://smba.trafficmanager.net\\@evil.example/',
    'https://botframework.com/',
    'https://evilbotframework.com/',
    'https://hub.example/teamsters/',
    'https://hub.example/teams/../admin/',
    'https://smba.trafficmanager.net/?to=x',
    'file:///etc/passwd',
    'javascript:alert(1)',
    '',
    'smba.trafficmanager.net',
  ])('not %s', (url) => expect(isAllowed(url, allowed)).toBe(false))

  test('files lie at Microsoft’s or at an allowed place, and nowhere else', () => {
    expect(isStorage('https://contoso-my.sharepoint.com/x?tempauth=1', allowed)).toBe(true)
    expect(isStorage('https://contoso.sharepoint.us/x', allowed)).toBe(true)
    for (const url of [
      'http://contoso.sharepoint.com/',
      'https://sharepoint.com.evil.example/',
      'https://evilsharepoint.com/',
      'http://127.0.0.1/',
      'https://user:pw@contoso.sharepoint.com/',
    ])
      expect(isStorage(url, allowed), url).toBe(false)
  })
})

test('a token that was found right once is not believed for longer than it lasts, nor by another key', async () => {
  const { emulator, adapter, later } = await open()
  const request = emulator.forge({ body: activity(emulator) }, { at: start })
  for (const _ of [1, 2]) expect(await adapter.verify(request)).toEqual({ ok: true })
  const elsewhere = {
    ...request,
    body: new TextEncoder().encode(activity(emulator, { serviceUrl: 'https://smba.trafficmanager.net/amer/' })),
  }
  expect(await adapter.verify(elsewhere)).toMatchObject({ ok: false })
  later(3600 + 299)
  expect(await adapter.verify(request)).toEqual({ ok: true })
  later(2)
  expect(await adapter.verify(request)).toMatchObject({ ok: false, reason: expect.stringMatching(/expired/) })
})

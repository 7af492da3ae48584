import { createHmac, createSign, generateKeyPairSync, type KeyObject } from 'node:crypto'
import type { UnsignedRequest } from '../../../src/channel/emulator.ts'
import type { HookRequest } from '../../../src/channel/index.ts'
import { serviceUrl, type World } from './state.ts'

/** How a token may be wrong; everything left out is right. `null` leaves a claim away. */
export type Forgery = {
  readonly audience?: string
  readonly issuer?: string
  readonly serviceUrl?: string | null
  readonly lifetimeSeconds?: number
  readonly expires?: number | null
  readonly kid?: string | null
  readonly algorithm?: 'RS256' | 'RS384' | 'RS512' | 'HS256' | 'none'
  /** `stranger`: a key that is not published, under the name of one that is. `unendorsed`: published, but for other channels. */
  readonly key?: 'ours' | 'stranger' | 'unendorsed' | 'without-list'
  readonly at?: Date
  /** What stands before the token. */
  readonly scheme?: string
}
type Key = {
  readonly kid: string
  readonly pair: { readonly publicKey: KeyObject; readonly privateKey: KeyObject }
  readonly endorsements?: readonly string[]
}
export type Identity = ReturnType<typeof makeIdentity>

/** How long a token of the Bot Framework is good. */
export const lifetimeSeconds = 3600
const reuseMs = 600_000
export const issuer = 'https://api.botframework.com'

const pairs: Key['pair'][] = []
/** Making one takes a fifth of a second, so emulators of one process share them. */
const pairAt = (index: number) => (pairs[index] ??= generateKeyPairSync('rsa', { modulusLength: 2048 }))

/** The Bot Framework's keys and what it signs with them. */
export function makeIdentity(world: World) {
  let serial = 1
  let current: Key = { kid: 'emulator-key-1', pair: pairAt(0), endorsements: ['msteams', 'webchat', 'directline'] }
  let published: Key[] = [current]

  const extra = (kind: 'unendorsed' | 'without-list'): Key => {
    const kid = `emulator-${kind}`
    const known = published.find((key) => key.kid === kid)
    if (known) return known
    const key: Key = { kid, pair: pairAt(kind === 'unendorsed' ? 1 : 2), ...(kind === 'unendorsed' ? { endorsements: ['webchat'] } : {}) }
    published.push(key)
    return key
  }
  const keyFor = (kind: Forgery['key']): Key => {
    if (kind === 'stranger') return { ...current, pair: pairAt(3) }
    return kind === 'unendorsed' || kind === 'without-list' ? extra(kind) : current
  }

  const held = new Map<string, { readonly token: string; readonly until: number }>()
  /** The Connector uses a token again until it is about to end. */
  function heldToken(service: string): string {
    const known = held.get(service)
    if (known && Date.now() < known.until) return known.token
    const fresh = token({ serviceUrl: service })
    held.set(service, { token: fresh, until: Date.now() + reuseMs })
    return fresh
  }

  function token(forgery: Forgery & { readonly serviceUrl: string | null }): string {
    const key = keyFor(forgery.key)
    const algorithm = forgery.algorithm ?? 'RS256'
    const now = Math.floor((forgery.at ?? new Date()).getTime() / 1000)
    const expires = forgery.expires === undefined ? now + (forgery.lifetimeSeconds ?? lifetimeSeconds) : forgery.expires
    const kid = forgery.kid === undefined ? key.kid : forgery.kid
    const header = { alg: algorithm, typ: 'JWT', ...(kid === null ? {} : { kid, x5t: kid }) }
    const claims = {
      ...(forgery.serviceUrl === null ? {} : { serviceurl: forgery.serviceUrl }),
      nbf: now,
      ...(expires === null ? {} : { exp: expires }),
      iss: forgery.issuer ?? issuer,
      aud: forgery.audience ?? world.appId,
    }
    const signed = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
    return `${signed}.${signatureOf(signed, algorithm, key)}`
  }

  return {
    /** The document behind openIdMetadataUrl. */
    metadata: () => ({
      issuer,
      authorization_endpoint: 'https://invalid.botframework.com',
      jwks_uri: `${world.url()}/v1/.well-known/keys`,
      id_token_signing_alg_values_supported: ['RS256'],
      token_endpoint_auth_methods_supported: ['private_key_jwt'],
    }),
    keys: () => ({
      keys: published.map(({ kid, pair, endorsements }) => {
        const { n, e } = pair.publicKey.export({ format: 'jwk' })
        return { kty: 'RSA', use: 'sig', kid, x5t: kid, n: n!, e: e!, ...(endorsements ? { endorsements: [...endorsements] } : {}) }
      }),
    }),
    /** Signs with a new key from now on; the old one is no longer published unless `keep`. */
    rotate({ keep = false }: { readonly keep?: boolean } = {}) {
      current = { kid: `emulator-key-${++serial}`, pair: pairAt(3 + serial), endorsements: ['msteams'] }
      published = keep ? [...published, current] : [current]
      held.clear()
    },
    token,
    /** The request as the Connector would send it, or wrong in the way that is asked for. */
    sign({ method = 'POST', query = {}, headers = {}, body }: UnsignedRequest, forgery: Forgery = {}): HookRequest {
      const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body
      const service = forgery.serviceUrl === undefined ? (serviceUrlIn(bytes) ?? serviceUrl(world)) : forgery.serviceUrl
      const isPlain = service !== null && Object.keys(forgery).length === 0
      const authorization = `${forgery.scheme ?? 'Bearer'} ${isPlain ? heldToken(service) : token({ ...forgery, serviceUrl: service })}`
      return {
        method,
        via: 'hook',
        query,
        headers: { 'content-type': 'application/json; charset=utf-8', ...headers, authorization },
        body: bytes,
      }
    },
  }
}

function signatureOf(signed: string, algorithm: NonNullable<Forgery['algorithm']>, { pair }: Key): string {
  if (algorithm === 'none') return ''
  // The classic confusion: the published key taken for a shared secret.
  if (algorithm === 'HS256')
    return createHmac('sha256', pair.publicKey.export({ type: 'spki', format: 'pem' }))
      .update(signed)
      .digest('base64url')
  return createSign(`RSA-SHA${algorithm.slice(2)}`)
    .update(signed)
    .sign(pair.privateKey)
    .toString('base64url')
}

function serviceUrlIn(body: Uint8Array): string | undefined {
  try {
    const { serviceUrl: given } = JSON.parse(Buffer.from(body).toString('utf8')) as { readonly serviceUrl?: unknown }
    return typeof given === 'string' ? given : undefined
  } catch {
    return undefined
  }
}

type TokenAnswer = {
  readonly status: number
  readonly headers?: { readonly [name: string]: string }
  readonly body: { readonly [key: string]: string | number }
}

/** Entra's token endpoint for client credentials, and the identity endpoint of a machine. */
export function giveToken(world: World, path: string, form: URLSearchParams, headers: { readonly [name: string]: unknown }): TokenAnswer {
  const { tokenRefusal } = world.switches
  if (tokenRefusal) return { status: tokenRefusal.status, body: { error: tokenRefusal.error, error_description: tokenRefusal.description } }
  const no = (status: number, error: string, description: string): TokenAnswer => ({
    status,
    body: { error, error_description: description },
  })
  if (path.startsWith('/metadata/identity/oauth2/token')) {
    if (headers.metadata !== 'true') return no(400, 'invalid_request', 'Required metadata header not specified')
    if (form.get('client_id') !== world.appId) return no(400, 'invalid_request', 'Identity not found')
    return token(world)
  }
  const tenant = decodeURIComponent(path.split('/')[1] ?? '')
  if (tenant !== world.tenantId && tenant !== 'botframework.com')
    return no(400, 'invalid_request', `AADSTS90002: Tenant '${tenant}' not found.`)
  if (form.get('grant_type') !== 'client_credentials') return no(400, 'unsupported_grant_type', 'AADSTS70003: not supported.')
  if (form.get('scope') !== 'https://api.botframework.com/.default')
    return no(400, 'invalid_scope', 'AADSTS1002012: The provided value for scope is not valid.')
  if (form.get('client_id') !== world.appId)
    return no(400, 'unauthorized_client', 'AADSTS700016: Application was not found in the directory.')
  if (form.get('client_secret') !== world.appPassword)
    return no(401, 'invalid_client', `AADSTS7000215: Invalid client secret provided for app '${world.appId}': ${form.get('client_secret')}`)
  return token(world)
}

function token(world: World): TokenAnswer {
  const access_token = `emulator-access-${world.serial++}-${Math.random().toString(36).slice(2)}`
  world.tokens.set(access_token, Date.now() + 3_599_000)
  return { status: 200, body: { token_type: 'Bearer', expires_in: 3599, ext_expires_in: 3599, access_token } }
}

import type { AdapterDeps } from '../../src/channel/index.ts'
import { NetworkError } from '../../src/channel/kit/http.ts'
import { cloudOf } from './clouds.ts'
import type { TeamsConfig } from './config.ts'
import { NoToken } from './errors.ts'

/** The token that lets us speak to the Connector. */
export type Tokens = {
  /** From memory, else asked for; callers at the same time share one question. `old` is one that was refused and is not given again. */
  get(signal: AbortSignal, old?: string): Promise<string>
  /** Asks now, whatever is known. */
  renew(signal: AbortSignal): Promise<string>
}

/** A token that has less than this to live is renewed first; they live for 1 to 24 hours. */
const marginMs = 300_000
const patienceMs = 15_000

/** Client credentials at Entra, or the managed identity of the machine; a token is asked for when the first one is needed. */
export function makeTokens(keys: TeamsConfig, { fetch, now }: Pick<AdapterDeps, 'fetch' | 'now'>): Tokens {
  let held: { readonly token: string; readonly until: number } | undefined
  let asking: Promise<string> | undefined

  const ask = async (): Promise<string> => {
    const asked = requestOf(keys)
    const answer = await fetch(asked.url, { ...asked.init, redirect: 'error', signal: AbortSignal.timeout(patienceMs) }).catch((cause) => {
      throw new NetworkError(codeOf(cause), false, { cause: new Error('the token endpoint did not answer') })
    })
    const body = await bodyOf(answer)
    if (!answer.ok || typeof body.access_token !== 'string' || body.access_token === '') {
      const wait = Number(answer.headers.get('retry-after') ?? Number.NaN)
      throw new NoToken({
        status: answer.status,
        code: reasonOf(body),
        message: `no token: HTTP ${answer.status} ${reasonOf(body)}`,
        ...(Number.isFinite(wait) ? { retryAfterMs: wait * 1000 } : {}),
      })
    }
    held = { token: body.access_token, until: now().getTime() + lifeOf(body, now()) - marginMs }
    return body.access_token
  }
  const share = (): Promise<string> => {
    asking ??= ask().finally(() => {
      asking = undefined
    })
    return asking
  }

  return {
    async get(signal, old) {
      if (held && held.token !== old && now().getTime() < held.until) return held.token
      return within(signal, share())
    },
    async renew(signal) {
      held = undefined
      return within(signal, share())
    },
  }
}

/** A caller that has no more time leaves; the question goes on for the others. Nothing was sent in any case. */
async function within<Value>(signal: AbortSignal, work: Promise<Value>): Promise<Value> {
  work.catch(() => undefined)
  if (signal.aborted) throw new NetworkError('ABORTED', false)
  let leave: () => void = () => undefined
  const left = new Promise<never>((_, reject) => {
    leave = () => reject(new NetworkError('TIMEOUT', false))
    signal.addEventListener('abort', leave, { once: true })
  })
  try {
    return await Promise.race([work, left])
  } finally {
    signal.removeEventListener('abort', leave)
  }
}

type Asked = {
  readonly url: string
  readonly init: { readonly method?: string; readonly headers: { readonly [name: string]: string }; readonly body?: string }
}

function requestOf(keys: TeamsConfig): Asked {
  const { audience, commonTenant } = cloudOf(keys)
  if (keys.appType === 'UserAssignedMSI') return identityRequest(keys, audience)
  const tenant = keys.appType === 'MultiTenant' ? commonTenant! : keys.tenantId!
  const form = {
    grant_type: 'client_credentials',
    client_id: keys.appId,
    client_secret: keys.appPassword ?? '',
    scope: `${audience}/.default`,
  }
  return {
    url: `${keys.loginUrl.replace(/\/+$/, '')}/${encodeURIComponent(tenant)}/oauth2/v2.0/token`,
    init: {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(form).toString(),
    },
  }
}

/**
 * On a virtual machine: https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token.
 * On App Service: https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference.
 */
function identityRequest(keys: TeamsConfig, audience: string): Asked {
  const onAppService = keys.appPassword !== undefined
  const given = keys.loginUrl === 'https://login.microsoftonline.com' ? 'http://169.254.169.254' : keys.loginUrl
  const url = new URL(given)
  if (!onAppService && url.pathname === '/') url.pathname = '/metadata/identity/oauth2/token'
  url.search = new URLSearchParams({
    'api-version': onAppService ? '2019-08-01' : '2018-02-01',
    resource: audience,
    client_id: keys.appId,
  }).toString()
  return { url: url.href, init: { headers: onAppService ? { 'x-identity-header': keys.appPassword! } : { metadata: 'true' } } }
}

type TokenAnswer = { readonly [name: string]: unknown }

async function bodyOf(answer: Response): Promise<TokenAnswer> {
  try {
    const body: unknown = JSON.parse(await answer.text())
    return typeof body === 'object' && body !== null ? (body as TokenAnswer) : {}
  } catch {
    return {}
  }
}

/** The word for the error and its number; never its sentence, which quotes what was sent. */
function reasonOf({ error, error_description }: TokenAnswer): string {
  const word = typeof error === 'string' && /^[a-z_]{1,40}$/i.test(error) ? error : ''
  const number = /AADSTS\d{3,10}/.exec(typeof error_description === 'string' ? error_description : '')?.[0] ?? ''
  return [word, number].filter(Boolean).join(' ')
}

function lifeOf({ expires_in, expires_on }: TokenAnswer, now: Date): number {
  const seconds = Number(expires_in ?? Number(expires_on) - now.getTime() / 1000)
  return Number.isFinite(seconds) ? seconds * 1000 : 0
}

function codeOf(error: unknown): string {
  for (let at = error; at instanceof Error; at = at.cause) {
    const code = (at as { code?: unknown }).code
    if (typeof code === 'string' && /^[A-Z0-9_]{2,60}$/.test(code)) return code
    if (at.name === 'TimeoutError') return 'TIMEOUT'
  }
  return 'NETWORK'
}

import type { AdapterDeps, Json } from '../../src/channel/index.ts'
import { ForeignAnswer } from '../../src/channel/kit/classify.ts'
import { type Http, type HttpAnswer, openHttp } from '../../src/channel/kit/http.ts'
import type { TeamsConfig } from './config.ts'
import { ForeignService, TeamsRefusal } from './errors.ts'
import { isAllowed } from './service-urls.ts'
import type { Tokens } from './token.ts'

export type ConnectorCall = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** After `v3/`; its parts are already written for an address. */
  readonly path: string
  readonly body?: Json
  readonly signal: AbortSignal
}
/** The Connector's REST interface; https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference */
export interface Connector {
  /** Rejects with a refusal, a foreign answer or a broken connection. Our token goes only to allow-listed addresses. */
  call<Result>(serviceUrl: string, call: ConnectorCall): Promise<Result>
  close(): Promise<void>
}

const userAgent = 'Switchboard'

/** A refused token is renewed once, because an administrator may have changed something; all other repetition is the hub's. */
export function openConnector(keys: TeamsConfig, tokens: Tokens, { log }: Pick<AdapterDeps, 'log'>): Connector {
  const pools = new Map<string, Http>()
  const poolFor = (serviceUrl: string): Http => {
    const known = pools.get(serviceUrl)
    if (known) return known
    if (!isAllowed(serviceUrl, keys.allowedServiceUrls)) throw new ForeignService('the service address is not allowed')
    const pool = openHttp(serviceUrl, { connections: 64 })
    pools.set(serviceUrl, pool)
    return pool
  }
  const once = (http: Http, { method, path, body, signal }: ConnectorCall, token: string): Promise<HttpAnswer> =>
    http.call({
      method,
      path: `v3/${path}`,
      headers: {
        authorization: `Bearer ${token}`,
        accept: 'application/json',
        'user-agent': userAgent,
        ...(body === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal,
    })

  return {
    async call<Result>(serviceUrl: string, call: ConnectorCall) {
      const http = poolFor(serviceUrl)
      const token = await tokens.get(call.signal)
      const answer = await once(http, call, token)
      if (answer.status !== 401 || /BotNotRegistered/i.test(refusalOf(answer).code)) return resultOf<Result>(answer)
      const fresh = await tokens.get(call.signal, token)
      if (fresh === token) return resultOf<Result>(answer)
      log.info({ step: 'token', outcome: 'renewed' }, 'Teams did not take our token; it was renewed')
      return resultOf<Result>(await once(http, call, fresh))
    },
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.close()))
      pools.clear()
    },
  }
}

function resultOf<Result>(answer: HttpAnswer): Result {
  const { status } = answer
  if (status >= 200 && status < 300) {
    if (answer.body.length === 0) return {} as Result
    const body = jsonOf(answer)
    if (body === undefined) throw new ForeignAnswer(status, 'Teams')
    return body as Result
  }
  throw refusalOf(answer)
}

/** These statuses mean the same whoever says them; with others a body in the Connector's form tells that it was Teams. */
const plain = new Set([401, 412, 413, 429])

function refusalOf(answer: HttpAnswer): TeamsRefusal {
  const { status, headers } = answer
  const told = reasonOf(jsonOf(answer))
  if (told === undefined && !plain.has(status)) throw new ForeignAnswer(status, 'Teams')
  const wait = retryAfterMs(headers['retry-after'])
  const code = told || String(status)
  return new TeamsRefusal({ status, code, message: `HTTP ${status} ${code}`, ...(wait === undefined ? {} : { retryAfterMs: wait }) })
}

function jsonOf({ body }: HttpAnswer): unknown {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'))
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

type ErrorBody = {
  readonly error?: { readonly code?: unknown; readonly innerHttpError?: unknown }
  readonly errorCode?: unknown
  readonly message?: unknown
}

/** `{error: {code}}`, or `{errorCode, message}` with more JSON inside of the message; `''` where it says no more than that it is one. */
function reasonOf(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null) return undefined
  const { error, errorCode, message } = body as ErrorBody
  const sub = typeof message === 'string' ? /"subCode"\s*:\s*"(\w{1,60})"/.exec(message)?.[1] : undefined
  if (sub) return sub
  if (typeof error === 'object' && error !== null)
    return typeof error.code === 'string' && /^[\w.-]{1,60}$/.test(error.code) ? error.code : ''
  if (errorCode !== undefined && /^\w{1,60}$/.test(String(errorCode))) return String(errorCode)
  return typeof message === 'string' ? '' : undefined
}

/** Seconds, or an HTTP date. */
function retryAfterMs(header: string | undefined): number | undefined {
  if (header === undefined || header.trim() === '') return undefined
  const seconds = Number(header)
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000)
  const until = Date.parse(header)
  return Number.isNaN(until) ? undefined : Math.max(0, until - Date.now())
}

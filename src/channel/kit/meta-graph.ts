import { type Failure, type FailureKind, PlatformError } from '../failure.ts'
import type { Json } from '../ids.ts'
import { classifyWith, ForeignAnswer, NotPrepared } from './classify.ts'
import { type HttpAnswer, openHttp } from './http.ts'
import { hmac, type Secrets } from './signature.ts'

/** The Graph API answered and said no; https://developers.facebook.com/docs/graph-api/guides/error-handling */
export class GraphRefusal extends PlatformError {
  readonly graph: GraphError
  constructor(status: number, graph: GraphError, retryAfterMs?: number) {
    super({
      status,
      code: String(graph.code),
      message: `Graph error ${graph.code}${graph.subcode ? `/${graph.subcode}` : ''}`,
      retryAfterMs,
    })
    this.graph = graph
  }
}
/** Without Meta's own words: they may quote the token or what was said. */
export type GraphError = {
  readonly code: number
  readonly subcode?: number
  readonly isTransient?: boolean
  /** It was about `appsecret_proof`: the app's secret is not the one that we have. */
  readonly isProof?: boolean
}

export type GraphCall = {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** Below the version, without a leading slash. */
  readonly path: string
  readonly query?: { readonly [name: string]: string }
  readonly body?: Json
  /** Instead of the account's token. */
  readonly token?: string
  readonly signal?: AbortSignal
}
export type GraphFile = { readonly field: string; readonly bytes: Blob; readonly name: string }

/** The Graph API for one account. The token travels in a header, never in an address. */
export interface Graph {
  /** Throws `GraphRefusal`, `ForeignAnswer` and `NetworkError`. */
  call<Result>(call: GraphCall): Promise<Result>
  /** A multipart POST; nothing becomes visible by it, so a broken connection is `NotPrepared`. */
  upload<Result>(path: string, fields: { readonly [name: string]: string }, file: GraphFile, signal: AbortSignal): Promise<Result>
  close(): Promise<void>
}

/** Every call carries a proof made of the app's secret (https://developers.facebook.com/docs/graph-api/guides/secure-requests). */
export function openGraph(
  keys: { readonly apiUrl: string; readonly token: string; readonly appSecret: Secrets },
  fetch: typeof globalThis.fetch,
): Graph {
  const root = keys.apiUrl.endsWith('/') ? keys.apiUrl : `${keys.apiUrl}/`
  const http = openHttp(root)
  const secrets = typeof keys.appSecret === 'string' ? [keys.appSecret] : keys.appSecret
  const proofs = secrets.map((secret): string | undefined => hmac('sha256', secret, keys.token, 'hex'))
  const proven = provenBy([...proofs, undefined])
  const at = (path: string, query: { readonly [name: string]: string }, proof: string | undefined) => {
    const search = new URLSearchParams({ ...query, ...(proof === undefined ? {} : { appsecret_proof: proof }) }).toString()
    return search === '' ? path : `${path}?${search}`
  }
  return {
    call<Result>({ method, path, query = {}, body, token, signal }: GraphCall) {
      const go = async (proof: string | undefined) => {
        const answer = await http.call({
          method,
          path: at(path, query, proof),
          headers: {
            authorization: `Bearer ${token ?? keys.token}`,
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
          ...(signal ? { signal } : {}),
        })
        return resultOf<Result>(answer)
      }
      return token === undefined ? proven(go) : go(undefined)
    },
    async upload<Result>(path: string, fields: { readonly [name: string]: string }, file: GraphFile, signal: AbortSignal) {
      const form = new FormData()
      for (const [name, value] of Object.entries(fields)) form.append(name, value)
      form.append(file.field, file.bytes, file.name)
      const init = { method: 'POST', headers: { authorization: `Bearer ${keys.token}` }, body: form, signal, redirect: 'manual' } as const
      return proven(async (proof) => {
        let answer: HttpAnswer
        try {
          const given = await fetch(new URL(at(path, {}, proof), root).href, init)
          const body = Buffer.from(await given.arrayBuffer())
          answer = { status: given.status, headers: Object.fromEntries(given.headers), body }
        } catch (cause) {
          throw new NotPrepared('the file could not be uploaded', { cause })
        }
        return resultOf<Result>(answer)
      })
    },
    close: () => http.close(),
  }
}

/** While a secret is being changed the other one holds; a refused proof has done nothing, so the call goes out with the next. */
function provenBy(proofs: readonly (string | undefined)[]) {
  let current = 0
  return async <Result>(go: (proof: string | undefined) => Promise<Result>): Promise<Result> => {
    for (let tried = 1; ; tried++) {
      const used = current
      try {
        return await go(proofs[used])
      } catch (error) {
        if (!(error instanceof GraphRefusal) || !error.graph.isProof || tried >= proofs.length) throw error
        if (current === used) current = (used + 1) % proofs.length
      }
    }
  }
}

/** What an answer of the Graph API brings; throws `GraphRefusal` or `ForeignAnswer`. */
export function resultOf<Result>({ status, headers, body }: HttpAnswer): Result {
  let answer: unknown
  try {
    answer = JSON.parse(body.toString('utf8'))
  } catch {
    throw new ForeignAnswer(status, 'Meta')
  }
  if (typeof answer !== 'object' || answer === null) throw new ForeignAnswer(status, 'Meta')
  const error = graphErrorIn((answer as { error?: unknown }).error)
  if (error) throw new GraphRefusal(status, error, waitOf(headers))
  if (status < 200 || status > 299) throw new ForeignAnswer(status, 'Meta')
  return answer as Result
}

/** The `error` of an answer, or one of a webhook's `errors`; undefined where it is neither. */
export function graphErrorIn(error: unknown): GraphError | undefined {
  const told = (typeof error === 'object' && error !== null ? error : {}) as { readonly [name: string]: unknown }
  const { code, error_subcode: subcode, is_transient: isTransient, message } = told
  if (typeof code !== 'number' || !Number.isSafeInteger(code)) return undefined
  return {
    code,
    ...(typeof subcode === 'number' && Number.isSafeInteger(subcode) ? { subcode } : {}),
    ...(isTransient === true ? { isTransient: true } : {}),
    ...(code === 100 && typeof message === 'string' && message.includes('appsecret_proof') ? { isProof: true } : {}),
  }
}

/** `Retry-After` counts seconds; the usage header tells minutes: https://developers.facebook.com/docs/graph-api/overview/rate-limiting */
function waitOf(headers: HttpAnswer['headers']): number | undefined {
  const seconds = Number(headers['retry-after'] ?? Number.NaN)
  if (Number.isFinite(seconds) && seconds >= 0) return seconds * 1000
  const minutes = /"estimated_time_to_regain_access"\s*:\s*(\d{1,5})/g
  const told = [...(headers['x-business-use-case-usage'] ?? '').matchAll(minutes)].map((match) => Number(match[1]))
  const longest = Math.max(0, ...told)
  return longest > 0 ? longest * 60_000 : undefined
}

/** A row of a channel's table: the first that fits holds. `subcode` undefined: any; `retryAfterMs`: where Meta tells no time. */
export type GraphRow = {
  readonly code: number | readonly [from: number, to: number]
  readonly subcode?: number
  readonly kind: FailureKind
  readonly name: string
  readonly detail: string
  readonly retryAfterMs?: number
} & Pick<Failure, 'only' | 'attempts'>

/** What a Graph error means by a channel's table. Codes tell, not the HTTP status: Meta says "too many" with 400. */
export function graphFailure(error: GraphError, status: number, table: readonly GraphRow[], retryAfterMs?: number): Failure {
  const { code, subcode, isTransient, isProof } = error
  if (isProof) return { kind: 'unauthorized', code: 'wrong_app_secret', detail: "appSecret is not the secret of the access token's app." }
  const fits = (row: GraphRow) =>
    (typeof row.code === 'number' ? row.code === code : code >= row.code[0] && code <= row.code[1]) &&
    (row.subcode === undefined || row.subcode === subcode)
  const row = table.find(fits)
  const wait = retryAfterMs ?? row?.retryAfterMs
  const waits = wait === undefined ? {} : { retryAfterMs: wait }
  if (row)
    return {
      kind: row.kind,
      code: row.name,
      detail: row.detail,
      ...(row.kind === 'throttled' ? { retryAfterMs: wait ?? 1000 } : waits),
      ...(row.only ? { only: row.only } : {}),
      ...(row.attempts ? { attempts: row.attempts } : {}),
    }
  const name = `graph_${code}${subcode ? `_${subcode}` : ''}`
  if (status === 429) return { kind: 'throttled', code: name, detail: 'Meta asks us to slow down.', retryAfterMs: wait ?? 1000 }
  if (isTransient || status >= 500) return { kind: 'transient', code: name, detail: 'Meta has a problem.', ...waits }
  if (status === 401) return { kind: 'unauthorized', code: name, detail: 'Meta does not take the access token.' }
  return { kind: 'rejected', code: name, detail: 'Meta does not take this message.' }
}

/** A `classify` for a channel of Meta: pure and total, also for things that throw when they are looked at. */
export const classifyBy = (table: readonly GraphRow[]) =>
  classifyWith((error) => {
    if (error instanceof NotPrepared)
      return { kind: 'transient', code: 'not_prepared', detail: 'A file could not be prepared; nothing was sent.' }
    if (error instanceof GraphRefusal) return graphFailure(error.graph, error.status, table, error.retryAfterMs)
    return error instanceof PlatformError ? ofFile(error) : undefined
  })

/** A server of files says no without the Graph API's words. */
function ofFile({ status, code }: PlatformError): Failure {
  if (status === 429 || status >= 500) return { kind: 'transient', code, detail: "Meta's server of files has a problem." }
  return { kind: 'rejected', code, detail: 'The file cannot be had from Meta, or no longer.' }
}

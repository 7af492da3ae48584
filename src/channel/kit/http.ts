import { type Dispatcher, Pool } from 'undici'
import type { Failure } from '../failure.ts'

/** No answer came. `sent` says whether the platform may have taken the request all the same. */
export class NetworkError extends Error {
  override readonly name = 'NetworkError'
  readonly code: string
  readonly sent: boolean
  constructor(code: string, sent: boolean, options?: ErrorOptions) {
    super(`${code} ${sent ? 'after' : 'before'} the request was written`, options)
    this.code = code
    this.sent = sent
  }
}

export type HttpAnswer = { readonly status: number; readonly headers: { readonly [lowerCaseName: string]: string }; readonly body: Buffer }
export type HttpCall = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Joined to the base address, without a leading slash; never part of an error. */
  readonly path: string
  readonly headers?: { readonly [name: string]: string }
  readonly body?: string | Uint8Array
  readonly signal?: AbortSignal
}
export interface Http {
  /** Rejects with `NetworkError` alone; every answered status resolves. Redirects are not followed. */
  call(request: HttpCall): Promise<HttpAnswer>
  close(): Promise<void>
}

/** An answer that is longer is no answer of a chat platform. */
const longestAnswer = 16 * 1024 * 1024

/**
 * Keep-alive connections to one platform, opened when they are needed. There is no timeout but the caller's signal.
 * Speaks to undici's dispatcher itself, because only there it is seen whether a request was written or still waited for a connection.
 */
export function openHttp(base: string | URL, options: { readonly connections?: number } = {}): Http {
  const root = new URL(base)
  const prefix = root.pathname.endsWith('/') ? root.pathname : `${root.pathname}/`
  let pool: Pool | undefined
  const open = () => {
    pool ??= new Pool(root.origin, {
      connections: options.connections ?? 256,
      pipelining: 1,
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: 30_000,
      maxResponseSize: longestAnswer,
    })
    return pool
  }
  return {
    call: (request) => new Promise((resolve, reject) => dispatch(open(), prefix, request, resolve, reject)),
    async close() {
      await pool?.destroy()
      pool = undefined
    },
  }
}

function dispatch(
  pool: Pool,
  prefix: string,
  request: HttpCall,
  resolve: (answer: HttpAnswer) => void,
  reject: (error: NetworkError) => void,
) {
  const { signal } = request
  let running: Dispatcher.DispatchController | undefined
  let sent = false
  let over = false
  let status = 0
  let headers: HttpAnswer['headers'] = {}
  const chunks: Buffer[] = []
  const end = (error?: unknown) => {
    if (over) return
    over = true
    signal?.removeEventListener('abort', abort)
    if (error === undefined) resolve({ status, headers, body: chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks) })
    else reject(new NetworkError(codeOf(error), sent && !beforeWriting(error), { cause: error }))
  }
  const abort = () => {
    end(signal?.reason ?? new DOMException('aborted', 'AbortError'))
    running?.abort(signal?.reason instanceof Error ? signal.reason : new Error('aborted'))
  }
  if (signal?.aborted) return abort()
  signal?.addEventListener('abort', abort, { once: true })
  try {
    pool.dispatch(
      {
        path: prefix + request.path,
        method: request.method,
        ...(request.headers ? { headers: request.headers } : {}),
        ...(request.body === undefined ? {} : { body: request.body }),
      },
      {
        onRequestStart(controller) {
          running = controller
          if (over) controller.abort(new Error('aborted'))
          else sent = true
        },
        onResponseStart(_, code, answered) {
          status = code
          headers = answered as HttpAnswer['headers']
        },
        onResponseData(_, chunk) {
          chunks.push(chunk)
        },
        onResponseEnd: () => end(),
        onResponseError: (_, error) => end(error),
      },
    )
  } catch (error) {
    end(error)
  }
}

function codeOf(error: unknown): string {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    const code = (at as { code?: unknown }).code
    if (typeof code === 'string' && /^[A-Z0-9_]{2,60}$/.test(code)) return code
    if (at instanceof AggregateError && at.errors[0] instanceof Error) return codeOf(at.errors[0])
    if (at.name === 'TimeoutError') return 'TIMEOUT'
    if (at.name === 'AbortError') return 'ABORTED'
  }
  return 'NETWORK'
}

/** Codes that only a connection gives that never stood: nothing can have been written to it. */
const neverConnected =
  /^(ECONNREFUSED|ENOTFOUND|EAI_[A-Z]+|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENETDOWN|EADDRNOTAVAIL|EMFILE|UND_ERR_CONNECT_TIMEOUT|CERT_[A-Z_]+|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_[A-Z_]+|ERR_TLS_[A-Z_]+|ERR_SSL_[A-Z_0-9]+|EPROTO|ERR_INVALID_URL)$/

function beforeWriting(error: unknown): boolean {
  if (neverConnected.test(codeOf(error))) return true
  const syscall = error instanceof Error ? (error as { syscall?: unknown }).syscall : undefined
  return syscall === 'connect' || (error instanceof Error && /before secure TLS connection/.test(error.message))
}

/**
 * What a broken connection means, whoever made the call (this kit, `fetch`, node-fetch); undefined for other errors.
 * Not sent: `transient`. Perhaps sent: `uncertain`.
 */
export function networkFailure(error: unknown): Failure | undefined {
  if (error instanceof NetworkError) return failureOf(error.code, error.sent)
  if (!(error instanceof Error)) return undefined
  const code = codeOf(error)
  if (code === 'NETWORK' && !/^(fetch failed|terminated|socket hang up|network timeout|aborted)/.test(error.message)) return undefined
  return beforeWriting(error) || (error.cause !== undefined && beforeWriting(error.cause)) ? failureOf(code, false) : failureOf(code, true)
}

function failureOf(code: string, sent: boolean): Failure {
  return sent
    ? { kind: 'uncertain', code, detail: 'The connection broke before the platform answered; it may have taken the message.' }
    : { kind: 'transient', code, detail: 'The platform could not be reached; nothing was sent.' }
}

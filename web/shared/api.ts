import type { ErrorBody } from '../../src/http/api-types.ts'

/** A refused call. `status` 0: no answer came at all, so whether it happened is not known. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  readonly code: string
  readonly hint: string | undefined
  /** What of the call was wrong, where it is one thing. */
  readonly field: string | undefined
  readonly retryAfterSeconds: number | undefined
  constructor(status: number, body?: ErrorBody['error'], retryAfterSeconds?: number) {
    super(
      body?.message ?? (status === 0 ? 'The support desk could not be reached.' : `The support desk answered with an error (${status}).`),
    )
    this.status = status
    this.code = body?.code ?? (status === 0 ? 'UNREACHABLE' : `HTTP_${status}`)
    this.hint = body?.hint
    this.field = body?.field
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/** Reads the hub's error body; anything else that was answered becomes a sentence with the status. */
export function errorFrom(status: number, text: string, retryAfter: string | null): ApiError {
  const seconds = retryAfter === null ? Number.NaN : Number(retryAfter)
  const after = Number.isFinite(seconds) ? seconds : undefined
  try {
    const body = JSON.parse(text) as Partial<ErrorBody>
    return new ApiError(status, typeof body.error?.message === 'string' ? body.error : undefined, after)
  } catch {
    return new ApiError(status, undefined, after)
  }
}

export type Call = {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly token?: string
  readonly json?: unknown
  /** Makes it happen once, where the route takes an Idempotency-Key. */
  readonly once?: string
  readonly signal?: AbortSignal
}

/** One call of the hub's API. Throws `ApiError` only; gives up after 20 seconds. */
export async function call<Answer>(path: string, options: Call = {}): Promise<Answer> {
  const timeout = AbortSignal.timeout(20_000)
  const headers: Record<string, string> = { accept: 'application/json' }
  if (options.token) headers.authorization = `Bearer ${options.token}`
  if (options.json !== undefined) headers['content-type'] = 'application/json'
  if (options.once) headers['idempotency-key'] = options.once
  let status: number
  let text: string
  try {
    const response = await fetch(path, {
      method: options.method ?? (options.json === undefined ? 'GET' : 'POST'),
      headers,
      credentials: 'same-origin',
      signal: options.signal ? AbortSignal.any([options.signal, timeout]) : timeout,
      ...(options.json === undefined ? {} : { body: JSON.stringify(options.json) }),
    })
    status = response.status
    text = await response.text()
    if (!response.ok) throw errorFrom(status, text, response.headers.get('retry-after'))
  } catch (error) {
    throw error instanceof ApiError ? error : new ApiError(0)
  }
  if (text === '') return {} as Answer
  try {
    return JSON.parse(text) as Answer
  } catch {
    throw new ApiError(status)
  }
}

/** True where the same call may succeed later: nothing came back, or the hub asked to wait. */
export const worthRetrying = (error: ApiError) => error.status === 0 || error.status === 429 || error.status === 408 || error.status >= 500

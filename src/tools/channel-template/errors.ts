import { type Failure, PlatformError } from '../../channel/index.ts'
import { networkFailure } from '../../channel/kit/http.ts'

/** What a refusal means for us. Pure and total: anything may be thrown. No secret and none of the platform's words that may hold one. */
export function classify(error: unknown): Failure {
  if (error instanceof PlatformError) return refusal(error)
  return networkFailure(error) ?? { kind: 'uncertain', code: 'unknown', detail: 'Example answered in a way that is not known.' }
}

/** Replace this with the platform's own table, a fixture under fixtures/errors for each row. */
function refusal({ status, code, retryAfterMs }: PlatformError): Failure {
  if (status === 429) return { kind: 'throttled', code, retryAfterMs: retryAfterMs ?? 1_000 }
  if (status === 401) return { kind: 'unauthorized', code, detail: 'Example does not know the token.' }
  if (status === 403) return { kind: 'unreachable', code, detail: 'Example does not let us write to this person.' }
  if (status >= 500) return { kind: 'uncertain', code, detail: 'Example failed; it may have taken the message.' }
  return { kind: 'rejected', code, detail: 'Example does not take this message.' }
}

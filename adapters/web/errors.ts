import { type Failure, PlatformError } from '../../src/channel/index.ts'
import { networkFailure } from '../../src/channel/kit/http.ts'

const notPushed: Failure = {
  kind: 'transient',
  code: 'not_pushed',
  detail: 'Open pages could not be told at this moment; the message is kept and they will read it.',
}

/**
 * Pure and total. What was said is in the hub's store already, so only telling open pages can fail: the way to them is away, or whoever
 * carries the pushes says no. Telling them twice shows nothing twice.
 */
export function classify(error: unknown): Failure {
  try {
    if (error instanceof PlatformError) return refused(error)
    const network = networkFailure(error)
    return network?.kind === 'uncertain' ? { ...network, resendSafe: true } : (network ?? notPushed)
  } catch {
    return notPushed
  }
}

/** A message names a file that the hub does not have: it was never uploaded here, or has been deleted. */
export const uploadGone = 'upload_gone'

function refused({ status, code: reason, retryAfterMs }: PlatformError): Failure {
  const code = `push_${status}`
  if (reason === uploadGone) return { kind: 'rejected', code: reason, detail: 'The file is not here, or no longer.' }
  if (status === 429) return { kind: 'throttled', code, detail: 'Pushes go out too fast.', retryAfterMs: retryAfterMs ?? 1_000 }
  if (status === 401 || status === 403)
    return { kind: 'unauthorized', code, detail: 'The hub may not push to its own pages: look at its set-up.' }
  if (status === 404 || status === 410) return { kind: 'unreachable', code, detail: 'Nobody can be pushed to at this address any more.' }
  if (status >= 400 && status < 500) return { kind: 'rejected', code, detail: 'This message cannot be pushed.' }
  return { ...notPushed, code }
}

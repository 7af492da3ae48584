/** Everything that can go wrong on the way out, as data. The hub's whole retry policy is a table over `kind` (core/retry.ts). */
export type Failure = {
  readonly kind: FailureKind
  /** The platform's own code or a short word of ours, for the log and the journey; never a secret. */
  readonly code: string
  /** One sentence for a human; never a secret, never the person's text. */
  readonly detail?: string
  readonly retryAfterMs?: number
  /** Where `transient` is worth no more attempts than these, counting from the first one. */
  readonly attempts?: number
  /** Where `throttled` is about this conversation alone, the account's others are not held up. */
  readonly only?: 'conversation'
  /** Overrules `capabilities.idempotentSend` for this one call: may the same call go out again without the person seeing it twice? */
  readonly resendSafe?: boolean
  /** The platform says that this address has another one now; the hub rewrites it and sends again. */
  readonly movedTo?: string
}

export type FailureKind =
  | 'transient' // not sent; try again later
  | 'throttled' // not sent; wait `retryAfterMs`, it does not count as an attempt
  | 'uncertain' // may have been sent: repeat only under the rule of core/retry.ts
  | 'rejected' // this content, never
  | 'unreachable' // this conversation, not now: blocked, left, reply window closed
  | 'unauthorized' // our account is broken: stop the account, tell a human

/** Thrown by `parse` for a body that is not what the platform sends. The door answers 400. */
export class MalformedRequest extends Error {
  override readonly name = 'MalformedRequest'
}

/** Thrown by `send` when the platform answered and said no (also when it said so inside a 200). */
export class PlatformError extends Error {
  override readonly name = 'PlatformError'
  readonly status: number
  readonly code: string
  readonly retryAfterMs: number | undefined
  constructor(
    at: { readonly status: number; readonly code: string; readonly message: string; readonly retryAfterMs?: number | undefined },
    options?: ErrorOptions,
  ) {
    super(at.message, options)
    this.status = at.status
    this.code = at.code
    this.retryAfterMs = at.retryAfterMs
  }
}

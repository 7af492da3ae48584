import type { Failure } from '../failure.ts'
import { networkFailure } from './http.ts'

/** Something that is not the platform answered: a proxy, a captive portal, a login page. `platform` as its own people call it. */
export class ForeignAnswer extends Error {
  override readonly name = 'ForeignAnswer'
  readonly status: number
  readonly platform: string
  constructor(status: number, platform: string) {
    super(`HTTP ${status} with a body that is not ${platform}'s`)
    this.status = status
    this.platform = platform
  }
}

/** What had to be done before the message could go out did not work; nothing was sent. */
export class NotPrepared extends Error {
  override readonly name = 'NotPrepared'
}

/** A gateway that gave up waiting does not know whether the platform took it, nor does one that answers in its place with "fine". */
export function foreignFailure({ status, platform }: ForeignAnswer): Failure {
  return {
    kind: status === 504 || status < 400 ? 'uncertain' : 'transient',
    code: `foreign_${status}`,
    detail: `Something between us and ${platform} answered in its place.`,
  }
}

const unexpected: Failure = {
  kind: 'uncertain',
  code: 'unknown',
  detail: 'Something unexpected happened while sending; it may have arrived.',
}

/**
 * A `classify`: pure and total, anything may be thrown, also things that throw when they are looked at. What `explain` leaves open is a
 * foreign answer, a broken connection, or `unknown`.
 */
export const classifyWith =
  (explain: (error: unknown) => Failure | undefined, unknown: Failure = unexpected) =>
  (error: unknown): Failure => {
    try {
      return explain(error) ?? (error instanceof ForeignAnswer ? foreignFailure(error) : networkFailure(error)) ?? unknown
    } catch {
      return unknown
    }
  }

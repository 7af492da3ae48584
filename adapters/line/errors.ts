import { type Failure, type FailureKind, PlatformError } from '../../src/channel/index.ts'
import { classifyWith, ForeignAnswer, foreignFailure, NotPrepared } from '../../src/channel/kit/classify.ts'
import { networkFailure } from '../../src/channel/kit/http.ts'

/** LINE answered and said no; https://developers.line.biz/en/reference/messaging-api/#error-responses */
export class LineRefusal extends PlatformError {
  /** The properties that LINE objects to (`messages[0].text`), without their values. */
  readonly properties: readonly string[]
  /** `X-Line-Request-Id`, which LINE's support asks for. */
  readonly request: string | undefined
  constructor(at: {
    readonly status: number
    readonly message: string
    readonly properties?: readonly string[]
    readonly request?: string | undefined
    readonly retryAfterMs?: number | undefined
  }) {
    super({ status: at.status, code: String(at.status), message: at.message, retryAfterMs: at.retryAfterMs })
    this.properties = at.properties ?? []
    this.request = at.request
  }
}

/** Nobody knows whether the person has the message: a push may be repeated with its key, a reply may not. */
export class Unanswered extends Error {
  override readonly name = 'Unanswered'
  readonly way: 'reply' | 'push'
  constructor(way: 'reply' | 'push', options?: ErrorOptions) {
    super(`no answer to a ${way}`, options)
    this.way = way
  }
}

type Row = readonly [status: number, message: RegExp, kind: FailureKind, code: string, detail: string]

/** The first row that fits holds. https://developers.line.biz/en/reference/messaging-api/#status-codes and #error-messages */
const table: readonly Row[] = [
  [400, /invalid reply token/i, 'transient', 'reply_token', 'The minute for a free answer is over; it goes out as a push message.'],
  [
    400,
    /webhook endpoint/i,
    'rejected',
    'bad_webhook',
    'LINE does not take the address: it must begin with https:// and have 500 characters at most.',
  ],
  [400, /failed to send messages/i, 'unreachable', 'not_delivered', 'LINE cannot deliver to this person or group.'],
  [
    400,
    /property, '?to'?,? in the request body is invalid|not found.*user|user.*not found/i,
    'unreachable',
    'unknown_recipient',
    'LINE does not know this person or group, or it belongs to another provider.',
  ],
  [400, /./, 'rejected', 'bad_request', 'LINE does not take this message.'],
  [401, /./, 'unauthorized', 'unauthorized', 'LINE does not take the channel access token: issue it again in the LINE Developers Console.'],
  [403, /./, 'rejected', 'not_allowed', "The official account's plan or region does not allow this."],
  [404, /./, 'unauthorized', 'not_found', 'LINE does not know what was asked for, or apiUrl is not the Messaging API.'],
  [410, /./, 'rejected', 'gone', 'The person has taken this back, or LINE has deleted it.'],
  [413, /./, 'rejected', 'too_large', 'The message is larger than LINE takes (2 MB).'],
  [415, /./, 'rejected', 'media_type', 'LINE does not take this type.'],
  [
    429,
    /monthly limit/i,
    'unreachable',
    'monthly_limit',
    "The plan's push messages of this month are used up; only answers within a minute of a person's message still go out.",
  ],
  [429, /./, 'throttled', 'too_many_requests', 'LINE asks us to slow down.'],
]
/** LINE tells no time to wait: its limits count seconds. */
const pauseMs = 1_000

const unknown: Failure = {
  kind: 'uncertain',
  code: 'unknown',
  detail: 'Something unexpected happened while sending; it may have arrived.',
  resendSafe: false,
}

/** Pure and total. */
export const classify = classifyWith((error) => {
  if (error instanceof NotPrepared)
    return { kind: 'transient', code: 'not_prepared', detail: 'A file could not be linked; nothing was sent.' }
  if (error instanceof Unanswered) {
    const why = error.cause instanceof ForeignAnswer ? foreignFailure(error.cause) : networkFailure(error.cause)
    const code = why?.code ?? 'reply_unanswered'
    return {
      kind: 'uncertain',
      code,
      detail: why?.detail ?? 'An answer may have arrived: its token is used up.',
      resendSafe: error.way === 'push',
    }
  }
  return error instanceof PlatformError ? refused(error) : undefined
}, unknown)

function refused(error: PlatformError): Failure {
  const { status, message, retryAfterMs } = error
  const wait = retryAfterMs === undefined ? {} : { retryAfterMs }
  if (status >= 500) return { kind: 'transient', code: `server_${status}`, detail: 'LINE has a problem.', ...wait }
  const row = table.find(([code, words]) => code === status && words.test(message || '-'))
  if (!row) return { kind: 'rejected', code: `refused_${status}`, detail: 'LINE does not take this message.' }
  const [, , kind, code, detail] = row
  const about =
    code === 'bad_request' && error instanceof LineRefusal && error.properties.length > 0 ? error.properties.join(', ') : undefined
  return {
    kind,
    code,
    detail: about === undefined ? detail : `${detail.slice(0, -1)}: ${about.slice(0, 200)}.`,
    ...(kind === 'throttled' ? { retryAfterMs: retryAfterMs ?? pauseMs } : {}),
  }
}

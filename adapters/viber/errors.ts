import { type Failure, type FailureKind, PlatformError } from '../../src/channel/index.ts'
import { classifyWith, NotPrepared } from '../../src/channel/kit/classify.ts'

/** Viber answered with a status that is not 0 (inside of HTTP 200, or with an HTTP error); `code` is its status. */
export class ViberRefusal extends PlatformError {
  constructor(at: {
    readonly http: number
    readonly status: number
    readonly message: string
    readonly retryAfterMs?: number | undefined
  }) {
    super({ status: at.http, code: String(at.status), message: at.message, retryAfterMs: at.retryAfterMs })
  }
}

type Row = readonly [kind: FailureKind, code: string, detail: string]

/** https://developers.viber.com/docs/api/rest-bot-api/#error-codes; 21 to 24 as libraries know them. What is not here is "general error". */
const table: { readonly [status: string]: Row } = {
  1: ['rejected', 'invalid_url', 'Viber could not call the webhook, or does not take the address.'],
  2: ['unauthorized', 'invalid_token', "Viber does not know the bot's token: it was issued anew or is mistyped."],
  3: ['rejected', 'bad_data', 'Viber does not take this message.'],
  4: ['rejected', 'missing_data', 'Viber misses something in this message.'],
  5: ['unreachable', 'not_registered', 'The person is not on Viber any more.'],
  6: ['unreachable', 'not_subscribed', 'The person has not written to the bot yet, or has stopped it.'],
  7: ['unauthorized', 'bot_blocked', 'Viber has blocked the bot.'],
  8: ['unauthorized', 'bot_not_found', 'Viber does not know the bot.'],
  9: ['unauthorized', 'bot_suspended', 'Viber has suspended the bot.'],
  10: ['unauthorized', 'no_webhook', 'The bot has no webhook: npm run channel -- connect viber <account>'],
  11: ['unreachable', 'no_device', "None of the person's devices can show messages of bots."],
  13: ['rejected', 'api_version', "The person's Viber is too old for this."],
  14: ['rejected', 'incompatible', "The person's Viber cannot show this."],
  15: ['unauthorized', 'not_authorized', 'The bot may not do this: see its commercial terms.'],
  16: ['rejected', 'inchat_reply', 'The bot may not answer in this chat.'],
  17: ['rejected', 'not_inline', 'The bot is not an inline bot.'],
  18: ['rejected', 'no_public_chat', 'The bot has no public chat.'],
  19: ['rejected', 'no_broadcast', 'The broadcast could not be sent.'],
  20: ['rejected', 'broadcast_not_allowed', 'The bot may not broadcast.'],
  21: ['unreachable', 'unsupported_country', "Bots cannot write to people in the person's country."],
  22: ['rejected', 'payment_unsupported', 'The person cannot pay in Viber.'],
  23: ['unauthorized', 'free_messages_used', "The bot's free messages are used up: see its commercial terms."],
  24: ['unauthorized', 'no_balance', "The bot's balance is used up."],
}

/** Viber names no time to wait where it is called too fast. */
const pauseMs = 2_000
/** "100 messages … in an hour": over when the first of them is an hour old, or at once when the person writes, so it is tried often. */
const unansweredMs = 60_000

/** Pure and total. */
export const classify = classifyWith((error) => {
  if (error instanceof NotPrepared)
    return { kind: 'transient', code: 'not_prepared', detail: 'A file could not be linked; nothing was sent.' }
  return error instanceof PlatformError ? refused(error) : undefined
})

function refused({ status, code, message, retryAfterMs }: PlatformError): Failure {
  const wait = retryAfterMs === undefined ? {} : { retryAfterMs }
  if (status >= 500) return { kind: 'transient', code: `server_${status}`, detail: 'Viber has a problem.', ...wait }
  if (code === '12' || status === 429) return tooMany(message, retryAfterMs)
  if (/^file_/.test(code))
    return {
      kind: status >= 400 && status < 500 ? 'rejected' : 'transient',
      code,
      detail: 'The file is not at Viber any more: its link holds for an hour.',
    }
  const row = table[code]
  if (!row) return { kind: 'transient', code: `status_${code.slice(0, 20)}`, detail: 'Viber says that something went wrong.', ...wait }
  const [kind, name, detail] = row
  return { kind, code: name, detail }
}

/** Too fast concerns the bot; too many without an answer concerns one person, and an account is not held up for that. */
function tooMany(message: string, retryAfterMs: number | undefined): Failure {
  if (/without (a )?reply|maximum messages/i.test(message))
    return {
      kind: 'throttled',
      only: 'conversation',
      code: 'hundred_unanswered',
      detail: '100 messages of the last hour have no answer: Viber takes more when the person writes, or later.',
      retryAfterMs: retryAfterMs ?? unansweredMs,
    }
  return { kind: 'throttled', code: 'too_many_requests', detail: 'Viber asks us to slow down.', retryAfterMs: retryAfterMs ?? pauseMs }
}

import { type Failure, type FailureKind, PlatformError } from '../../src/channel/index.ts'
import { classifyWith, NotPrepared } from '../../src/channel/kit/classify.ts'
import type { ApiAnswer } from './wire.ts'

/** Telegram answered and said no. `code` is its error_code, `message` its description. */
export class TelegramRefusal extends PlatformError {
  readonly movedTo: string | undefined
  constructor(answer: Extract<ApiAnswer, { ok: false }>, retryAfterHeader?: string) {
    const { error_code: status, description = '', parameters } = answer
    const seconds = parameters?.retry_after ?? (retryAfterHeader === undefined ? undefined : Number(retryAfterHeader))
    super({
      status,
      code: String(status),
      message: description,
      ...(seconds !== undefined && Number.isFinite(seconds) ? { retryAfterMs: Math.max(0, seconds * 1000) } : {}),
    })
    this.movedTo = parameters?.migrate_to_chat_id === undefined ? undefined : String(parameters.migrate_to_chat_id)
  }
}

/** Too many messages, as far as can be told in this group alone: 20 a minute are its own limit (https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this). */
export class GroupIsBusy extends Error {
  override readonly name = 'GroupIsBusy'
}

type Row = readonly [status: number, description: RegExp, kind: FailureKind, code: string, detail: string]

/** The first row that fits holds. Descriptions: https://github.com/tdlib/telegram-bot-api/blob/master/telegram-bot-api/Client.cpp */
const table: readonly Row[] = [
  [403, /blocked by the user/, 'unreachable', 'bot_blocked', 'The person has blocked the bot.'],
  [403, /user is deactivated/, 'unreachable', 'user_deactivated', "The person's Telegram account was deleted."],
  [403, /can't initiate conversation/, 'unreachable', 'not_started', 'The person has not pressed Start yet; a bot cannot write first.'],
  [403, /can't send messages to bots/, 'unreachable', 'is_a_bot', 'The other side is a bot; bots cannot write to each other.'],
  [403, /was kicked/, 'unreachable', 'bot_kicked', 'The bot was removed from the group.'],
  [403, /not a member/, 'unreachable', 'not_a_member', 'The bot is not in the group.'],
  [403, /chat was deleted/, 'unreachable', 'chat_deleted', 'The group was deleted.'],
  [403, /./, 'unreachable', 'forbidden', 'Telegram does not let the bot write here.'],
  [400, /upgraded to a supergroup/, 'transient', 'group_upgraded', 'The group has another id now.'],
  [
    400,
    /chat not found|CHAT_ID_INVALID|PEER_ID_INVALID/i,
    'unreachable',
    'chat_not_found',
    'Telegram does not know this chat, or the person has never written to the bot.',
  ],
  [400, /user not found|USER_ID_INVALID/i, 'unreachable', 'user_not_found', 'Telegram does not know this person.'],
  [400, /(message thread|TOPIC)[ _](not found|DELETED|CLOSED)/i, 'unreachable', 'topic_gone', 'The topic was deleted or closed.'],
  [
    400,
    /not enough rights to send (?!text)|CHAT_SEND_\w+_FORBIDDEN/,
    'rejected',
    'kind_forbidden',
    'The group does not let the bot send this kind of message.',
  ],
  [400, /not enough rights|CHAT_WRITE_FORBIDDEN|have no rights/i, 'unreachable', 'no_rights', 'The bot may not write this in the group.'],
  [400, /can't parse entities/, 'rejected', 'bad_markup', 'Telegram could not read the formatting.'],
  [400, /message is too long|caption is too long|MESSAGE_TOO_LONG/i, 'rejected', 'too_long', 'The text is longer than Telegram takes.'],
  [400, /text is empty|text must be non-empty/, 'rejected', 'empty', 'The message has no text.'],
  [
    400,
    /BUTTON_DATA_INVALID|reply markup is too long|BUTTON_URL_INVALID|keyboard button URL/i,
    'rejected',
    'bad_button',
    'Telegram does not take one of the buttons.',
  ],
  [
    400,
    /file is too big|PHOTO_INVALID_DIMENSIONS|IMAGE_PROCESS_FAILED|failed to get HTTP URL|wrong file identifier|wrong remote file/i,
    'rejected',
    'bad_file',
    'Telegram does not take this file.',
  ],
  [
    400,
    /message to (edit|delete|react|be replied) not found|MESSAGE_ID_INVALID/i,
    'rejected',
    'message_gone',
    'The message is no longer there.',
  ],
  [400, /can't be (edited|deleted)|no text in the message/i, 'rejected', 'not_editable', 'Telegram does not let this message be changed.'],
  [400, /REACTION_INVALID/i, 'rejected', 'bad_reaction', 'Telegram has no such reaction.'],
  [
    400,
    /bad webhook/,
    'rejected',
    'bad_webhook',
    'Telegram does not take the address: it must be https on port 443, 80, 88 or 8443, at a host that can be reached from outside.',
  ],
  [400, /query is too old/, 'rejected', 'press_too_old', 'The button was pressed too long ago to be answered.'],
  [400, /./, 'rejected', 'bad_request', 'Telegram does not take this message.'],
  [
    401,
    /./,
    'unauthorized',
    'unauthorized',
    'Telegram does not know the token: it was revoked or is mistyped. Ask @BotFather for it with /token.',
  ],
  [404, /./, 'unauthorized', 'not_found', 'Telegram does not know the token, or apiUrl is not a Bot API server.'],
  [409, /./, 'transient', 'conflict', 'Another program asks for the updates of this bot, or a webhook is set.'],
  [413, /./, 'rejected', 'bad_file', 'The file is larger than Telegram takes.'],
  [421, /./, 'unauthorized', 'wrong_server', 'The bot is logged in at another Bot API server.'],
]

/** Pure and total. */
export const classify = classifyWith((error) => {
  if (error instanceof NotPrepared)
    return { kind: 'transient', code: 'not_prepared', detail: 'A file could not be read; nothing was sent.' }
  if (error instanceof GroupIsBusy && error.cause instanceof PlatformError) return { ...refused(error.cause), only: 'conversation' }
  return error instanceof PlatformError ? refused(error) : undefined
})

function refused(error: PlatformError): Failure {
  const { status, message, retryAfterMs } = error
  if (status === 429)
    return { kind: 'throttled', code: 'too_many_requests', detail: 'Telegram asks us to slow down.', retryAfterMs: retryAfterMs ?? 1000 }
  if (status >= 500)
    return {
      kind: 'transient',
      code: `server_${status}`,
      detail: 'Telegram has a problem.',
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    }
  const row = table.find(([code, description]) => code === status && description.test(message || '-'))
  if (!row) return { kind: 'rejected', code: `refused_${status}`, detail: 'Telegram does not take this message.' }
  const [, , kind, code, detail] = row
  const movedTo = error instanceof TelegramRefusal ? error.movedTo : undefined
  return { kind, code, detail, ...(movedTo === undefined ? {} : { movedTo }) }
}

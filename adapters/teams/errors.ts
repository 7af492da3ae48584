import { type Failure, type FailureKind, PlatformError } from '../../src/channel/index.ts'
import { classifyWith, ForeignAnswer, foreignFailure, NotPrepared } from '../../src/channel/kit/classify.ts'

/** The Connector answered and said no. `code` is its error code, or the HTTP status where it told none. */
export class TeamsRefusal extends PlatformError {}

/** Too many requests, as far as can be told in this conversation alone. */
export class ThreadIsBusy extends TeamsRefusal {}

/** Entra (or the machine's identity endpoint) gave no token, so nothing was sent. `code` is its error, with the AADSTS number where there is one. */
export class NoToken extends PlatformError {
  override readonly name = 'PlatformError'
}

/** The conversation's service address is not one of `allowedServiceUrls`, so our token does not go there. */
export class ForeignService extends Error {
  override readonly name = 'ForeignService'
}

type Row = readonly [status: number, code: RegExp, kind: FailureKind, code: string, detail: string]

/** The first row that fits holds. https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/conversation-messages#status-codes-from-bot-conversational-apis */
const table: readonly Row[] = [
  [400, /BadSyntax/i, 'rejected', 'bad_syntax', 'Teams cannot read this message.'],
  [400, /./, 'rejected', 'bad_argument', 'Teams does not take this message.'],
  [
    401,
    /BotNotRegistered/i,
    'unauthorized',
    'bot_not_registered',
    'The bot is not registered for Teams: on its page in Azure, Channels, add Microsoft Teams.',
  ],
  [401, /./, 'unauthorized', 'unauthorized', 'Teams does not take our token: appId and appPassword are not those of this bot.'],
  [403, /BotDisabledByAdmin/i, 'unreachable', 'disabled_by_admin', 'An administrator of this tenant has switched the app off.'],
  [403, /BotNotInConversationRoster/i, 'unreachable', 'not_in_conversation', 'The app was removed from this conversation.'],
  [403, /ConversationBlockedByUser/i, 'unreachable', 'blocked', 'The person has blocked the app.'],
  [403, /MessageWritesBlocked/i, 'unreachable', 'blocked', 'The person has blocked the app, or removed it.'],
  [403, /NotEnoughPermissions/i, 'unreachable', 'no_permission', 'The app may not write here.'],
  [
    403,
    /InvalidBotApiHost/i,
    'unreachable',
    'wrong_host',
    'This tenant is in the government’s cloud: allow https://smba.infra.gcc.teams.microsoft.com/ in allowedServiceUrls.',
  ],
  [403, /./, 'unreachable', 'forbidden', 'Teams does not let the app write here.'],
  [404, /ActivityNotFound/i, 'rejected', 'message_gone', 'The message is no longer there.'],
  [404, /./, 'unreachable', 'conversation_not_found', 'Teams does not know this conversation any more.'],
  [405, /./, 'rejected', 'not_allowed', 'Teams does not allow this here.'],
  [408, /./, 'uncertain', 'timeout', 'Teams gave up waiting; it may have taken the message.'],
  [412, /./, 'transient', 'precondition_failed', 'Teams was busy with this conversation.'],
  [413, /./, 'rejected', 'too_big', 'The message is larger than Teams takes.'],
  [504, /./, 'uncertain', 'gateway_timeout', 'Teams did not answer in time; it may have taken the message.'],
]

/** What Entra says when it gives no token; https://learn.microsoft.com/entra/identity-platform/reference-error-codes */
const tokenTable: readonly (readonly [code: RegExp, code: string, detail: string])[] = [
  [/AADSTS7000215/, 'secret_wrong', 'Entra does not know appPassword: it must be the value of the client secret, not its id.'],
  [/AADSTS7000222/, 'secret_expired', 'appPassword has expired: make a new client secret on the page Certificates & secrets.'],
  [/AADSTS700016/, 'app_not_found', 'Entra does not know appId in this tenant.'],
  [/AADSTS90002|AADSTS900023/, 'tenant_not_found', 'Entra does not know tenantId.'],
  [/./, 'no_token', 'Entra gives no token for appId and appPassword.'],
]

/** Pure and total. */
export const classify = classifyWith((error) => {
  if (error instanceof NotPrepared)
    return { kind: 'transient', code: 'not_prepared', detail: 'What the message needs could not be had; nothing was sent.' }
  if (error instanceof ForeignService)
    return { kind: 'unreachable', code: 'foreign_service', detail: 'The address of this conversation is not in allowedServiceUrls.' }
  if (error instanceof ForeignAnswer) return foreign(error)
  if (error instanceof NoToken) return withoutToken(error)
  if (error instanceof ThreadIsBusy) return { ...refused(error), only: 'conversation' }
  return error instanceof PlatformError ? refused(error) : undefined
})

/** A gateway's own 408 says no more than a 504 does. */
function foreign(error: ForeignAnswer): Failure {
  const failure = foreignFailure(error)
  return error.status === 408 ? { ...failure, kind: 'uncertain' } : failure
}

const slower = (retryAfterMs: number | undefined, detail: string): Failure => ({
  kind: 'throttled',
  code: 'too_many_requests',
  detail,
  retryAfterMs: retryAfterMs ?? 2000,
})

function withoutToken({ status, code, retryAfterMs }: PlatformError): Failure {
  if (status === 429) return slower(retryAfterMs, 'Entra asks us to slow down.')
  if (status >= 500 || status < 400) return { kind: 'transient', code: `token_${status}`, detail: 'Entra has a problem; nothing was sent.' }
  const [, name, detail] = tokenTable.find(([pattern]) => pattern.test(code || '-'))!
  return { kind: 'unauthorized', code: name, detail }
}

function refused({ status, code, retryAfterMs }: PlatformError): Failure {
  if (status === 429) return slower(retryAfterMs, 'Teams asks us to slow down.')
  const row = table.find(([at, pattern]) => at === status && pattern.test(code || '-'))
  if (row) return { kind: row[2], code: row[3], detail: row[4] }
  if (status < 500) return { kind: 'rejected', code: `refused_${status}`, detail: 'Teams does not take this message.' }
  return {
    kind: 'transient',
    code: `server_${status}`,
    detail: 'Teams has a problem.',
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  }
}

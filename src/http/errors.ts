import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import type { ErrorBody } from './api-types.ts'

/** Every refusal of the HTTP edge; each code has a paragraph in docs/errors.md. */
export const errors = {
  HUB_BAD_REQUEST: { status: 400, message: 'The request is not what it should be.' },
  HUB_SIGN_IN_NEEDED: { status: 401, message: 'Sign in first.' },
  HUB_SIGN_IN_REFUSED: { status: 401, message: 'E-mail address or password is wrong, or the account is locked.' },
  HUB_API_KEY_WRONG: { status: 401, message: 'This API key is not one of ours.' },
  HUB_PASSWORD_MUST_CHANGE: { status: 403, message: 'This password has to be changed before you can sign in with it.' },
  HUB_NOT_ALLOWED: { status: 403, message: 'You may not do this.' },
  HUB_GUESTS_NOT_ALLOWED: { status: 403, message: 'Guests may not chat here. Sign in first.' },
  HUB_CHAT_OFF: { status: 403, message: 'The chat is switched off.' },
  HUB_CROSS_ORIGIN: { status: 403, message: 'This call came from a page of another site.' },
  HUB_LINK_INVALID: { status: 403, message: 'This link is not one of ours.' },
  HUB_OWN_REQUEST: { status: 403, message: 'Nobody approves a request of their own.' },
  HUB_NOT_FOUND: { status: 404, message: 'There is nothing here.' },
  HUB_UNKNOWN_ACCOUNT: { status: 404, message: 'No account of this name is registered for this channel.' },
  HUB_NOT_WAITING: { status: 409, message: 'Nobody waits in this conversation any more.' },
  HUB_NOT_YOURS: { status: 409, message: 'You do not have the word in this conversation.' },
  HUB_ALREADY_TAKEN: { status: 409, message: 'Another technician has taken this conversation.' },
  HUB_CHAT_CLOSED: { status: 409, message: 'This chat is closed.' },
  HUB_UNREACHABLE: { status: 409, message: 'This person cannot be reached here at the moment.' },
  HUB_NO_OWN_ACCOUNTS: { status: 409, message: 'Accounts are kept in another directory.' },
  HUB_ALREADY_AGAIN: { status: 409, message: 'This is no dead letter any more.' },
  HUB_ARTICLE_EXISTS: { status: 409, message: 'There is an article of this id already.' },
  HUB_ARTICLE_FROM_FILE: { status: 409, message: 'This article comes from a file.' },
  HUB_ARTICLE_CHANGED: { status: 409, message: 'Somebody has saved this article meanwhile.' },
  HUB_ALREADY_DECIDED: { status: 409, message: 'This has been decided already.' },
  HUB_REQUEST_OVER: { status: 409, message: 'This request can no longer be changed in this way.' },
  HUB_REQUESTS_ELSEWHERE: { status: 409, message: 'Requests are kept in another service desk.' },
  HUB_KEY_IN_USE: { status: 409, message: 'The same call is still under way.' },
  HUB_RESET_LINK_EXPIRED: { status: 410, message: 'This link has expired. Nothing was changed.' },
  HUB_RESET_LINK_USED: { status: 410, message: 'This link was used already, or a newer one has taken its place.' },
  HUB_LINK_EXPIRED: { status: 410, message: 'This link has expired.' },
  HUB_FILE_TOO_LARGE: { status: 413, message: 'This file is too large.' },
  HUB_TOO_LARGE: { status: 413, message: 'The request is too large.' },
  HUB_FILE_TYPE_BLOCKED: { status: 415, message: 'Files of this type are not accepted.' },
  HUB_WRONG_CONTENT_TYPE: { status: 415, message: 'The content type of the request is not accepted here.' },
  HUB_KEY_REUSED: { status: 422, message: 'This Idempotency-Key was used for another call.' },
  HUB_FILE_EMPTY: { status: 422, message: 'This file is empty.' },
  HUB_TOO_MANY_ATTEMPTS: { status: 429, message: 'Too many attempts. Wait a minute and try again.' },
  HUB_INTERNAL: { status: 500, message: 'Something went wrong in the hub.' },
  HUB_DESK_AWAY: { status: 503, message: 'The service desk does not answer. Try again in a moment.' },
  HUB_DIRECTORY_AWAY: { status: 503, message: 'The directory of accounts does not answer. Try again in a moment.' },
  HUB_STORE_AWAY: { status: 503, message: 'The hub cannot reach its database. Try again in a moment.' },
} as const
export type ErrorCode = keyof typeof errors
type Detail = { readonly field?: string; readonly hint?: string; readonly cause?: unknown }

/** Thrown at the HTTP edge; the server answers it as `ErrorBody`. `cause` is for the log alone. */
export class HubError extends Error {
  override readonly name = 'HubError'
  readonly code: ErrorCode
  readonly detail: Detail | undefined
  constructor(code: ErrorCode, detail?: Detail) {
    super(errors[code].message, detail?.cause === undefined ? undefined : { cause: detail.cause })
    this.code = code
    this.detail = detail
  }
}

/** How long somebody who met an absent database is asked to wait, in seconds. */
const retryAfterSeconds = 2

/** The one form in which the hub refuses: known errors by their code, everything else without a word about its inside. */
export function answerError(error: FastifyError | Error, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const told = hubErrorOf(error)
  const { status, message } = errors[told.code]
  const { field, hint } = told.detail ?? {}
  if (status === 503) reply.header('retry-after', retryAfterSeconds)
  const at = { step: 'http', method: request.method, route: request.routeOptions.url, outcome: told.code }
  if (told.code === 'HUB_INTERNAL') request.log.error({ ...at, error: told.cause }, 'a request failed inside')
  else if (status >= 500) request.log.warn({ ...at, reason: codeOf(told.cause) }, 'a request could not be served')
  const body: ErrorBody = {
    error: { code: told.code, message, ...(field === undefined ? {} : { field }), ...(hint === undefined ? {} : { hint }) },
  }
  return reply.code(status).type('application/json; charset=utf-8').send(JSON.stringify(body))
}

function hubErrorOf(error: FastifyError | Error): HubError {
  if (error instanceof HubError) return error
  if (hasZodFastifySchemaValidationErrors(error)) {
    const [issue] = error.validation
    const field = issue?.instancePath.split('/').filter(Boolean).join('.')
    return new HubError('HUB_BAD_REQUEST', {
      ...(field ? { field } : {}),
      ...(issue?.message === undefined ? {} : { hint: issue.message }),
    })
  }
  if (isStoreAway(error)) return new HubError('HUB_STORE_AWAY', { cause: error })
  if (unkeepable.has(codeOf(error) ?? '')) return new HubError('HUB_BAD_REQUEST', { hint: unkeepableHint })
  const status = 'statusCode' in error ? error.statusCode : undefined
  switch (status) {
    case 400:
      return new HubError('HUB_BAD_REQUEST', { hint: plainHint(error) })
    // A path that leads out of the pages' folder.
    case 403:
    case 404:
      return new HubError('HUB_NOT_FOUND')
    case 413:
      return new HubError('HUB_TOO_LARGE')
    case 415:
      return new HubError('HUB_WRONG_CONTENT_TYPE')
    case 429:
      return new HubError('HUB_TOO_MANY_ATTEMPTS')
    default:
      if (status !== undefined && status > 400 && status < 500) return new HubError('HUB_BAD_REQUEST', { hint: error.message })
      return new HubError('HUB_INTERNAL', { cause: error })
  }
}

/** character_not_in_repertoire and untranslatable_character: NUL, which Postgres keeps in no text. */
const unkeepable = new Set(['22021', '22P05'])
export const unkeepableHint = 'A text holds a character that cannot be kept (NUL).'

/** Fastify's own sentence names no value of the caller's but where JSON or the path is broken; those are said anew. */
function plainHint(error: Error): string {
  if (codeOf(error) === 'FST_ERR_BAD_URL') return 'The path is not well encoded.'
  return error instanceof SyntaxError || codeOf(error) === 'FST_ERR_CTP_INVALID_JSON_BODY' ? 'The body is not JSON.' : error.message
}

const codeOf = (error: unknown): string | undefined => {
  const code = (error as { readonly code?: unknown } | null)?.code
  return typeof code === 'string' ? code : undefined
}

/**
 * Connections that fail or break, and a server that starts or stops (classes 08 and 57P0x, too many connections):
 * https://www.postgresql.org/docs/17/errcodes-appendix.html. The pool and the embedded database say it in words.
 */
export function isStoreAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = codeOf(error) ?? ''
  if (/^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|57P0[1-5]|53300|08\w{3})$/.test(code))
    return true
  if (
    /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|PGlite is closed|driver has already been destroyed|did not answer within/i.test(
      error.message,
    )
  )
    return true
  return error instanceof AggregateError && error.errors.some(isStoreAway)
}

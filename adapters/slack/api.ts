import type { Json } from '../../src/channel/index.ts'
import { ForeignAnswer } from '../../src/channel/kit/classify.ts'
import { type Http, openHttp } from '../../src/channel/kit/http.ts'
import type { SlackConfig } from './config.ts'
import { SlackRefusal } from './errors.ts'
import type { ApiAnswer } from './wire.ts'

type Arguments = { readonly [name: string]: Json | undefined }
export type Called<Result> = Result & { readonly scopes?: string }

/** The Web API for one workspace's bot; shares nothing with other accounts. Errors carry neither the token nor an address. */
export interface Api {
  /** Throws `SlackRefusal` where Slack says no, also inside of a 200; `scopes` is the header with the token's scopes. */
  call<Result>(method: string, body: Arguments, signal?: AbortSignal): Promise<Called<Result>>
  close(): Promise<void>
}

/** What makes a message visible is never held back here: when it goes out again is for the hub to say. */
const visible = /^(chat\.postMessage|files\.completeUploadExternal)$/

/** Over our own connections: of processor time, a call costs a sixth of what it does in WebClient (README). */
export function openApi(keys: SlackConfig, now: () => Date, token: string = keys.botToken): Api {
  const http: Http = openHttp(keys.apiUrl)
  const pauses = new Map<string, number>()
  const headers = { authorization: `Bearer ${token}` }

  return {
    async call<Result>(method: string, body: Arguments, signal?: AbortSignal) {
      const until = pauses.get(method) ?? 0
      const left = until - now().getTime()
      if (left > 0) throw new SlackRefusal({ method, status: 429, code: 'ratelimited', retryAfterMs: left })
      const asForm = formOnly.has(method)
      const answer = await http.call({
        method: 'POST',
        path: method,
        headers: { ...headers, 'content-type': asForm ? 'application/x-www-form-urlencoded' : 'application/json; charset=utf-8' },
        body: asForm ? formOf(body) : JSON.stringify(body),
        ...(signal ? { signal } : {}),
      })
      try {
        return resultOf<Result>(method, answer.status, answer.body, answer.headers)
      } catch (error) {
        if (error instanceof SlackRefusal && error.retryAfterMs !== undefined && !visible.test(method))
          pauses.set(method, now().getTime() + error.retryAfterMs)
        throw error
      }
    },
    close: () => http.close(),
  }
}

/** These take their arguments as a form only; https://docs.slack.dev/apis/web-api/using-the-web-api#post_bodies */
const formOnly = new Set(['users.info', 'files.info', 'files.getUploadURLExternal', 'reactions.get', 'auth.test', 'apps.connections.open'])

function formOf(body: Arguments): string {
  const entries = Object.entries(body).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, typeof value === 'object' ? JSON.stringify(value) : String(value)] as [string, string]],
  )
  return new URLSearchParams(entries).toString()
}

function resultOf<Result>(method: string, status: number, body: Buffer, headers: { readonly [name: string]: string }): Called<Result> {
  const seconds = Number(headers['retry-after'] ?? Number.NaN)
  const retry = Number.isFinite(seconds) ? { retryAfterMs: Math.max(0, seconds * 1000) } : {}
  if (status === 429) throw new SlackRefusal({ method, status, code: 'ratelimited', ...retry })
  const answer = read(body)
  if (!answer)
    throw status >= 500 && status !== 504
      ? new SlackRefusal({ method, status, code: `http_${status}` })
      : new ForeignAnswer(status, 'Slack')
  if (!answer.ok)
    throw new SlackRefusal({ method, status, code: typeof answer.error === 'string' ? answer.error : 'unknown_error', ...retry })
  const scopes = headers['x-oauth-scopes']
  return { ...answer, ...(scopes === undefined ? {} : { scopes }) } as unknown as Called<Result>
}

function read(body: Buffer): ApiAnswer | undefined {
  try {
    const answer = JSON.parse(body.toString('utf8')) as ApiAnswer
    return typeof answer === 'object' && answer !== null && typeof answer.ok === 'boolean' ? answer : undefined
  } catch {
    return undefined
  }
}

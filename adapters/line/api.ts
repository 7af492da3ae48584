import type { Json } from '../../src/channel/index.ts'
import { ForeignAnswer } from '../../src/channel/kit/classify.ts'
import { type HttpAnswer, openHttp } from '../../src/channel/kit/http.ts'
import { listIn, objectIn, textIn } from '../../src/channel/kit/meta-webhook.ts'
import type { LineConfig } from './config.ts'
import { LineRefusal } from './errors.ts'

/** The Messaging API for one channel. The token goes in a header, never into an address or an error. */
export interface Api {
  /** Throws `LineRefusal`, `ForeignAnswer` and `NetworkError`. */
  call<Result>(method: 'GET' | 'POST' | 'PUT', path: string, options?: CallOptions): Promise<Result>
  readonly authorization: { readonly authorization: string }
  close(): Promise<void>
}
type CallOptions = {
  readonly body?: Json
  readonly signal?: AbortSignal
  /** `X-Line-Retry-Key`: what is sent again with it arrives once. LINE refuses it on any call but a push. */
  readonly retryKey?: string
}

/** By our own connection pool: the SDK's client takes no signal, and costs several times the processor time (see README). */
export function openApi(keys: LineConfig): Api {
  const http = openHttp(keys.apiUrl)
  const authorization = { authorization: `Bearer ${keys.channelAccessToken}` }
  return {
    authorization,
    async call<Result>(method: 'GET' | 'POST' | 'PUT', path: string, { body, signal, retryKey }: CallOptions = {}) {
      const answer = await http.call({
        method,
        path,
        headers: {
          ...authorization,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(retryKey === undefined ? {} : { 'x-line-retry-key': retryKey }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(signal ? { signal } : {}),
      })
      return resultOf(answer) as Result
    },
    close: () => http.close(),
  }
}

/** 409 says that a push with this key was taken before: https://developers.line.biz/en/docs/messaging-api/retrying-api-request/ */
function resultOf({ status, headers, body }: HttpAnswer): Json {
  let read: unknown
  try {
    read = body.length === 0 ? {} : JSON.parse(body.toString('utf8'))
  } catch {
    throw new ForeignAnswer(status, 'LINE')
  }
  if (typeof read !== 'object' || read === null) throw new ForeignAnswer(status, 'LINE')
  const request = headers['x-line-request-id']
  const accepted = headers['x-line-accepted-request-id']
  if (status >= 200 && status < 300) return read as Json
  if (status === 409 && accepted !== undefined)
    return { sentMessages: [{ id: `request:${accepted}` }], ...(read as { [key: string]: Json }) }
  const { message, details } = objectIn(read)
  if (typeof message !== 'string') throw new ForeignAnswer(status, 'LINE')
  const seconds = Number(headers['retry-after'] ?? Number.NaN)
  throw new LineRefusal({
    status,
    message,
    properties: listIn(details).flatMap((detail) => textIn(objectIn(detail).property) ?? []),
    request,
    ...(Number.isFinite(seconds) ? { retryAfterMs: Math.max(0, seconds * 1000) } : {}),
  })
}

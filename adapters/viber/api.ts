import type { Json } from '../../src/channel/index.ts'
import { ForeignAnswer } from '../../src/channel/kit/classify.ts'
import { openHttp } from '../../src/channel/kit/http.ts'
import { tokenOf, type ViberConfig } from './config.ts'
import { ViberRefusal } from './errors.ts'
import { parseExactly } from './exact.ts'
import type { ApiAnswer } from './wire.ts'

/** The Bot API for one bot. The token goes in a header, never into an address or an error. */
export interface Api {
  /** Throws `ViberRefusal` where the answer's status is not 0, `ForeignAnswer` and `NetworkError`. */
  call(method: string, body: { readonly [key: string]: Json | undefined }, signal?: AbortSignal): Promise<ApiAnswer>
  close(): Promise<void>
}

export function openApi(keys: ViberConfig): Api {
  const http = openHttp(keys.apiUrl)
  const headers = { 'content-type': 'application/json', 'x-viber-auth-token': tokenOf(keys) }
  return {
    async call(method, body, signal) {
      const answer = await http.call({
        method: 'POST',
        path: `pa/${method}`,
        headers,
        body: JSON.stringify(body),
        ...(signal ? { signal } : {}),
      })
      return accepted(answer.status, answer.body.toString('utf8'), answer.headers['retry-after'])
    },
    close: () => http.close(),
  }
}

function accepted(http: number, body: string, retryAfter: string | undefined): ApiAnswer {
  let read: unknown
  try {
    read = parseExactly(body)
  } catch {
    throw new ForeignAnswer(http, 'Viber')
  }
  const { status, status_message } = (typeof read === 'object' && read !== null ? read : {}) as {
    status?: unknown
    status_message?: unknown
  }
  if (!Number.isInteger(status)) throw new ForeignAnswer(http, 'Viber')
  if (status === 0 && http === 200) return read as ApiAnswer
  const seconds = Number(retryAfter ?? Number.NaN)
  throw new ViberRefusal({
    http,
    status: status as number,
    message: typeof status_message === 'string' ? status_message : '',
    ...(Number.isFinite(seconds) ? { retryAfterMs: Math.max(0, seconds * 1000) } : {}),
  })
}

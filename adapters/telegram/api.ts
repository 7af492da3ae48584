import { Agent } from 'node:http'
import { Telegram, TelegramError } from 'telegraf'
import type { Json } from '../../src/channel/index.ts'
import { ForeignAnswer } from '../../src/channel/kit/classify.ts'
import { type Http, openHttp } from '../../src/channel/kit/http.ts'
import { botId, type TelegramConfig } from './config.ts'
import { TelegramRefusal } from './errors.ts'
import type { ApiAnswer } from './wire.ts'

/** The Bot API for one bot. Errors carry neither the token nor an address that contains it. */
export interface Api {
  /** A call without a file: by our own connection pool, which costs a third of what telegraf's node-fetch does. */
  call<Result>(method: string, body: { readonly [key: string]: Json | undefined }, signal?: AbortSignal): Promise<Result>
  /** A call with bytes in it, or a long poll: by telegraf. */
  slowCall<Result>(method: string, body: { readonly [key: string]: unknown }, signal?: AbortSignal): Promise<Result>
  /** Where the bytes of a file are; contains the token. */
  fileUrl(path: string): URL
  close(): Promise<void>
}

export function openApi(keys: TelegramConfig): Api {
  const root = keys.apiUrl.endsWith('/') ? keys.apiUrl : `${keys.apiUrl}/`
  const http: Http = openHttp(root)
  const path = `bot${keys.botToken}`
  const telegram = openTelegraf(keys.botToken, root)

  const call = async <Result>(
    method: string,
    body: { readonly [key: string]: Json | undefined },
    signal?: AbortSignal,
  ): Promise<Result> => {
    const answer = await http.call({
      method: 'POST',
      path: `${path}/${method}`,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      ...(signal ? { signal } : {}),
    })
    return resultOf<Result>(answer.status, answer.body, answer.headers['retry-after'])
  }

  return {
    call,
    async slowCall<Result>(method: string, body: { readonly [key: string]: unknown }, signal?: AbortSignal) {
      try {
        return (await telegram.callApi(method as 'sendDocument', body as never, { signal: signal as never })) as Result
      } catch (error) {
        throw translated(error, keys)
      }
    },
    fileUrl(file) {
      const base = new URL(`file/${path}/`, root)
      const url = new URL(file.split('/').map(encodeURIComponent).join('/'), base)
      if (url.origin !== base.origin || !url.pathname.startsWith(base.pathname)) throw new ForeignAnswer(200, 'Telegram')
      return url
    },
    async close() {
      await http.close()
    },
  }
}

/** telegraf forgets its agent where the address is http, so it is given after construction. */
function openTelegraf(token: string, apiRoot: string): Telegram {
  const telegram = new Telegram(token, { apiRoot, webhookReply: false })
  if (apiRoot.startsWith('http:')) Object.assign(telegram.options, { agent: new Agent({ keepAlive: true }) })
  return telegram
}

function resultOf<Result>(status: number, body: Buffer, retryAfter: string | undefined): Result {
  let answer: ApiAnswer
  try {
    answer = JSON.parse(body.toString('utf8')) as ApiAnswer
  } catch {
    throw new ForeignAnswer(status, 'Telegram')
  }
  if (typeof answer !== 'object' || answer === null || typeof answer.ok !== 'boolean') throw new ForeignAnswer(status, 'Telegram')
  if (answer.ok) return answer.result as Result
  throw new TelegramRefusal({ ...answer, error_code: Number.isInteger(answer.error_code) ? answer.error_code : status }, retryAfter)
}

/** telegraf's own errors as ours; others keep their code and lose the token, which node-fetch likes to quote. */
function translated(error: unknown, keys: TelegramConfig): unknown {
  if (error instanceof TelegramError) {
    const { error_code, description, parameters } = error.response
    return new TelegramRefusal({ ok: false, error_code, description, ...(parameters ? { parameters } : {}) })
  }
  if (!(error instanceof Error)) return error
  if ((error as { type?: unknown }).type === 'invalid-json') return new ForeignAnswer(200, 'Telegram')
  const bare = new Error(error.message.replaceAll(keys.botToken, `${botId(keys)}:***`))
  bare.name = error.name
  return Object.assign(bare, { code: (error as { code?: unknown }).code, syscall: syscallOf(error) })
}

/** node-fetch keeps the code and drops the rest: a refused connection is only known by it. */
const syscallOf = (error: Error) => (error as { syscall?: unknown }).syscall

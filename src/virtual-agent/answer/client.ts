import { setTimeout as pause } from 'node:timers/promises'
import { Agent, fetch } from 'undici'
import { collect, LlmFailed } from './stream.ts'

export type Message = { readonly role: 'system' | 'user'; readonly content: string }
/** `tokens` as the endpoint counted them, or a guess by length where it does not. */
export type Completion = { readonly text: string; readonly tokens: number }
type Schema = { readonly name: string; readonly schema: object }
/** `heard` gets what there is of the text so far, where it comes as a stream; whoever aborts `stop` wants no more of it. */
export type Listener = { readonly heard?: (soFar: string) => void; readonly stop?: AbortSignal }
export type LlmClient = {
  /** One text for a few messages. Rejects with `LlmFailed` within `timeoutSeconds`, whatever the endpoint does. */
  complete(messages: readonly Message[], schema: Schema, listener?: Listener): Promise<Completion>
  close(): Promise<void>
}
export type LlmSettings = {
  /** Of an OpenAI-compatible API, up to `/chat/completions`, without a slash at its end. */
  readonly baseUrl: string
  readonly key?: string | undefined
  readonly model: string
  readonly connectSeconds: number
  readonly firstTokenSeconds: number
  readonly timeoutSeconds: number
  readonly maxTokens: number
}

/** How we ask, the best first; an endpoint that refuses one (400, 404, 415, 422) is asked by the next from then on. */
const SHAPES = [
  { schema: true, stream: true },
  { schema: false, stream: true },
  { schema: false, stream: false },
] as const
const REFUSES_SHAPE = new Set([400, 404, 415, 422])
/** Where 429 or 5xx says nothing about when to come again, in ms. */
const RETRY_MS = 300
/** A second try needs so much of the time that is left, in ms. */
const RETRY_NEEDS_MS = 1_500

/** Talks to `POST {baseUrl}/chat/completions` and to nothing else: no redirect is followed. One retry, only on 429 and 5xx. */
export const makeLlmClient = (settings: LlmSettings): LlmClient => {
  const dispatcher = new Agent({ connect: { timeout: settings.connectSeconds * 1000 }, connections: 8 })
  const totalMs = settings.timeoutSeconds * 1000
  let shape = 0

  const attempt = async (messages: readonly Message[], schema: Schema, until: number, { heard, stop }: Listener) => {
    const asked = SHAPES[shape]!
    const control = new AbortController()
    const stopped = (): void => control.abort(new LlmFailed('stopped'))
    if (stop?.aborted) stopped()
    stop?.addEventListener('abort', stopped, { once: true })
    const total = setTimeout(() => control.abort(new LlmFailed('slow')), Math.max(0, until - performance.now()))
    const first = setTimeout(() => control.abort(new LlmFailed('silent')), asked.stream ? settings.firstTokenSeconds * 1000 : totalMs)
    try {
      const response = await fetch(`${settings.baseUrl}/chat/completions`, {
        method: 'POST',
        dispatcher,
        redirect: 'error',
        signal: control.signal,
        headers: {
          'content-type': 'application/json',
          accept: asked.stream ? 'text/event-stream, application/json' : 'application/json',
          ...(settings.key === undefined ? {} : { authorization: `Bearer ${settings.key}` }),
        },
        body: JSON.stringify({
          model: settings.model,
          messages,
          temperature: 0,
          max_tokens: settings.maxTokens,
          ...(asked.stream ? { stream: true, stream_options: { include_usage: true } } : {}),
          ...(asked.schema ? { response_format: { type: 'json_schema', json_schema: { ...schema, strict: true } } } : {}),
        }),
      })
      if (!response.ok) {
        await response.body?.cancel().catch(() => undefined)
        return { status: response.status, retryAfter: response.headers.get('retry-after') }
      }
      return await collect(response, (soFar) => {
        clearTimeout(first)
        if (soFar !== '') heard?.(soFar)
      })
    } catch (error) {
      throw control.signal.aborted ? control.signal.reason : error instanceof LlmFailed ? error : new LlmFailed(codeOf(error))
    } finally {
      clearTimeout(total)
      clearTimeout(first)
      stop?.removeEventListener('abort', stopped)
    }
  }

  const complete: LlmClient['complete'] = async (messages, schema, listener = {}) => {
    const until = performance.now() + totalMs
    for (let retried = false; ; ) {
      const used = shape
      const answer = await attempt(messages, schema, until, listener)
      if ('text' in answer) return { text: answer.text, tokens: answer.tokens ?? guessTokens([...messages, { content: answer.text }]) }
      const { status, retryAfter } = answer
      if (REFUSES_SHAPE.has(status) && used + 1 < SHAPES.length) {
        shape = Math.max(shape, used + 1)
        continue
      }
      const wait = retryMs(retryAfter)
      if (retried || (status !== 429 && status < 500) || performance.now() + wait + RETRY_NEEDS_MS > until)
        throw new LlmFailed(`status ${status}`)
      retried = true
      await pause(wait, undefined, listener.stop ? { signal: listener.stop } : {}).catch(() => undefined)
    }
  }
  return { complete, close: () => dispatcher.close() }
}

/** Seconds or a date, as RFC 9110 (10.2.3) has it. */
const retryMs = (header: string | null): number => {
  if (header === null) return RETRY_MS
  if (/^\d{1,6}$/.test(header.trim())) return Number(header) * 1000
  const at = Date.parse(header)
  return Number.isNaN(at) ? RETRY_MS : Math.max(0, at - Date.now())
}

/** Four letters a token, which is about right for English. */
export const guessTokens = (messages: readonly { readonly content: string }[]): number =>
  Math.ceil(messages.reduce((sum, { content }) => sum + content.length, 0) / 4)

/** The code of a connection that failed; never the words of an error, which may hold an address. */
const codeOf = (error: unknown): string => {
  const cause = (error as { readonly cause?: { readonly code?: unknown } } | null)?.cause
  return typeof cause?.code === 'string' ? cause.code : 'unreachable'
}

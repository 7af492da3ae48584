import { z } from 'zod'

/** `why`: slow, silent, stopped (by us), cut, too-large, tool-call, malformed, `status 503`, or the code of a connection. Holds nothing that was said. */
export class LlmFailed extends Error {
  override readonly name = 'LlmFailed'
  readonly why: string
  constructor(why: string) {
    super(`The language model did not answer: ${why}.`)
    this.why = why
  }
}

const LONGEST_TEXT = 16_000
const MOST_BYTES = 1_000_000

const usage = z.object({ total_tokens: z.number().int().nonnegative() }).nullish()
const said = z.object({ content: z.string().nullish(), tool_calls: z.array(z.unknown()).nullish(), function_call: z.unknown().optional() })
const piece = z.object({
  choices: z.array(z.object({ delta: said.nullish(), finish_reason: z.string().nullish() })).nullish(),
  usage,
  error: z.unknown().optional(),
})
const whole = z.object({ choices: z.array(z.object({ message: said, finish_reason: z.string().nullish() })).min(1), usage })

type Heard = { readonly headers: { get(name: string): string | null }; readonly body: AsyncIterable<Uint8Array> | null }
export type Collected = { readonly text: string; readonly tokens: number | undefined }

const parsed = <T>(schema: z.ZodType<T>, text: string): T => {
  try {
    const result = schema.safeParse(JSON.parse(text))
    if (result.success) return result.data
  } catch {}
  throw new LlmFailed('malformed')
}

const refuseTools = ({ tool_calls, function_call }: z.output<typeof said>): void => {
  if ((tool_calls?.length ?? 0) > 0 || (function_call !== undefined && function_call !== null)) throw new LlmFailed('tool-call')
}

/**
 * The whole text of an answer, streamed (server-sent events) or not. `heard` gets, again and again, what there is of it so far: nothing yet where it does not
 * come as a stream. Throws `LlmFailed` where it is cut, too large or no answer.
 */
export const collect = async (response: Heard, heard: (soFar: string) => void): Promise<Collected> => {
  if (response.body === null) throw new LlmFailed('cut')
  const isStream = (response.headers.get('content-type') ?? '').includes('text/event-stream')
  const decoder = new TextDecoder()
  let bytes = 0
  let rest = ''
  let text = ''
  let tokens: number | undefined
  let finished = false
  const take = (line: string): void => {
    const data = /^data:\s?(.*)$/.exec(line)?.[1]
    if (data === undefined || data === '') return
    if (data.trim() === '[DONE]') {
      finished = true
      return
    }
    const { choices, usage: counted, error } = parsed(piece, data)
    if (error !== undefined && error !== null) throw new LlmFailed('malformed')
    tokens = counted?.total_tokens ?? tokens
    const [choice] = choices ?? []
    if (choice?.delta) refuseTools(choice.delta)
    const more = choice?.delta?.content ?? ''
    text += more
    if (text.length > LONGEST_TEXT) throw new LlmFailed('too-large')
    if (more !== '') heard(text)
    if (choice?.finish_reason === 'tool_calls') throw new LlmFailed('tool-call')
    if (choice?.finish_reason) finished = true
  }
  for await (const chunk of response.body) {
    bytes += chunk.byteLength
    if (bytes > MOST_BYTES) throw new LlmFailed('too-large')
    rest += decoder.decode(chunk, { stream: true })
    if (!isStream) {
      heard(text)
      continue
    }
    const lines = rest.split(/\r\n|\n|\r/)
    rest = lines.pop()!
    for (const line of lines) take(line)
  }
  rest += decoder.decode()
  if (isStream) {
    take(rest)
    if (!finished) throw new LlmFailed('cut')
    return { text, tokens }
  }
  const { choices, usage: counted } = parsed(whole, rest)
  refuseTools(choices[0]!.message)
  const answer = choices[0]!.message.content ?? ''
  if (answer.length > LONGEST_TEXT) throw new LlmFailed('too-large')
  return { text: answer, tokens: counted?.total_tokens }
}

import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'

/** What the endpoint does with one call. `say` is the text of the answer. */
export type Script =
  | { readonly do: 'say'; readonly say: string; readonly whole?: boolean }
  | { readonly do: 'status'; readonly status: number; readonly retryAfter?: string }
  /** Takes the call and never says a word; `headers`: begins the answer first. */
  | { readonly do: 'silence'; readonly headers?: boolean }
  /** A word every so often, for ever. */
  | { readonly do: 'drip'; readonly everyMs: number }
  | { readonly do: 'cut'; readonly say: string; readonly politely?: boolean }
  | { readonly do: 'raw'; readonly type: string; readonly body: string }
  | { readonly do: 'tool'; readonly whole?: boolean }
  | { readonly do: 'flood' }
  | { readonly do: 'redirect'; readonly to: string }
  /** Whatever the test does with the call, word by word, as long as it likes. */
  | { readonly do: 'perform'; readonly perform: (performance: Performance) => Promise<void> }

/** `gone` resolves when the hub has let go of the call. `sentences` are those of the passages that were sent, each as an answer would give it. */
export type Performance = {
  readonly sentences: readonly { readonly text: string; readonly cites: readonly string[]; readonly quote: string }[]
  readonly gone: Promise<unknown>
  says(text: string): void
  ends(): void
  cuts(): void
  fails(): void
}

export type Call = { readonly path: string; readonly key: string | undefined; readonly text: string; readonly body: Asked }
type Asked = {
  readonly stream?: boolean
  readonly response_format?: object
  readonly tools?: unknown
  readonly max_tokens: number
  readonly messages: readonly { readonly role: string; readonly content: string }[]
}

const chunk = (delta: object, finish: string | null = null) =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`

const stream = (response: ServerResponse, text: string): void => {
  for (let at = 0; at < text.length; at += 40) response.write(chunk({ content: text.slice(at, at + 40) }))
}

const play = async (script: Script, response: ServerResponse, asked: Asked): Promise<void> => {
  const begin = () => response.writeHead(200, { 'content-type': 'text/event-stream' })
  switch (script.do) {
    case 'say': {
      if (script.whole === true || asked.stream !== true) {
        response.writeHead(200, { 'content-type': 'application/json' })
        response.end(
          JSON.stringify({ choices: [{ message: { content: script.say }, finish_reason: 'stop' }], usage: { total_tokens: 123 } }),
        )
        return
      }
      begin()
      stream(response, script.say)
      response.write(chunk({}, 'stop'))
      response.write(`data: ${JSON.stringify({ choices: [], usage: { total_tokens: 123 } })}\n\n`)
      response.end('data: [DONE]\n\n')
      return
    }
    case 'status':
      response.writeHead(script.status, script.retryAfter === undefined ? {} : { 'retry-after': script.retryAfter })
      response.end('{"error":{"message":"no"}}')
      return
    case 'silence':
      if (script.headers === true) begin().flushHeaders()
      return
    case 'drip':
      begin()
      while (!response.destroyed) {
        response.write(chunk({ content: ' ' }))
        await wait(script.everyMs)
      }
      return
    case 'cut':
      begin()
      stream(response, script.say)
      await wait(5)
      if (script.politely === true) response.end()
      else response.destroy()
      return
    case 'raw':
      response.writeHead(200, { 'content-type': script.type })
      response.end(script.body)
      return
    case 'tool': {
      const tool_calls = [{ index: 0, id: 'call_1', type: 'function', function: { name: 'open_request', arguments: '{"title":"x"}' } }]
      if (script.whole === true) {
        response.writeHead(200, { 'content-type': 'application/json' })
        response.end(JSON.stringify({ choices: [{ message: { content: null, tool_calls }, finish_reason: 'tool_calls' }] }))
        return
      }
      begin()
      response.write(chunk({ tool_calls }))
      response.write(chunk({}, 'tool_calls'))
      response.end('data: [DONE]\n\n')
      return
    }
    case 'flood': {
      begin()
      const words = chunk({ content: 'word '.repeat(2_000) })
      while (!response.destroyed) if (!response.write(words)) await wait(1)
      return
    }
    case 'redirect':
      response.writeHead(307, { location: script.to })
      response.end()
      return
    case 'perform': {
      const gone = once(response, 'close')
      begin().flushHeaders()
      await script.perform({
        sentences: sentencesIn(asked),
        gone,
        says: (text) => stream(response, text),
        ends: () => response.end(`${chunk({}, 'stop')}data: [DONE]\n\n`),
        cuts: () => response.destroy(),
        fails: () => response.end('data: {"error": {"message": "overloaded"}}\n\n'),
      })
    }
  }
}

const sentencesIn = ({ messages }: Asked): Performance['sentences'] => {
  const { passages } = JSON.parse(messages[1]!.content) as { readonly passages: readonly { readonly id: string; readonly text: string }[] }
  return passages.flatMap(({ id, text }) =>
    text
      .split(/\n|(?<=[.!?])\s+/)
      .filter(({ length }) => length > 30 && length < 300)
      .map((sentence) => ({ text: sentence.replace(/^\d+\. /, ''), cites: [id], quote: sentence })),
  )
}

/** A language model on this machine that does what each call's script says: the scripts one after the other, the last one for ever. */
export const openEndpoint = async () => {
  let scripts: readonly Script[] = []
  const calls: Call[] = []
  const server = createServer((request, response) => {
    response.on('error', () => undefined)
    let text = ''
    request.setEncoding('utf8').on('data', (part: string) => {
      text += part
    })
    request.on('end', () => {
      const body = JSON.parse(text) as Asked
      calls.push({ path: request.url ?? '', key: request.headers.authorization, text, body })
      const [script, ...rest] = scripts
      if (rest.length > 0) scripts = rest
      void play(script!, response, body).catch(() => response.destroy())
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    calls,
    will: (...next: readonly Script[]) => {
      scripts = next
      calls.length = 0
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

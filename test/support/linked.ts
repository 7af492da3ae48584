import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { z } from 'zod'
import { defineAdapter, id, PlatformError } from '../../src/channel/index.ts'
import { everything } from './events.ts'

type Said = { readonly id: string; readonly chat: string; readonly text: string }
type Call = { readonly session: string; readonly chat: string; readonly text: string }

/**
 * A platform that talks to one linked device at a time, as WhatsApp Web does: whoever links last is told what people write, until it says that it was
 * taken, and it alone may send.
 */
export async function startLinked(latencyMs = 0) {
  const sent: Call[] = []
  const refused: Call[] = []
  const untaken = new Map<string, Said>()
  let sessions = 0
  let device: { readonly session: string; readonly out: ServerResponse } | undefined
  let written = 0

  async function serve(request: IncomingMessage, answer: ServerResponse): Promise<void> {
    if (request.url === '/link') {
      device?.out.destroy()
      const mine = { session: String(++sessions), out: answer }
      device = mine
      answer.on('close', () => {
        if (device === mine) device = undefined
      })
      answer.write(`${JSON.stringify({ session: mine.session })}\n`)
      for (const said of untaken.values()) answer.write(`${JSON.stringify(said)}\n`)
      return
    }
    const body = JSON.parse(await readAll(request))
    if (request.url === '/taken') untaken.delete(body.id)
    else {
      await wait(latencyMs)
      if (device?.session !== body.session) {
        refused.push(body)
        answer.statusCode = 409
      } else sent.push(body)
    }
    answer.end(JSON.stringify({ id: `m${sent.length}` }))
  }
  const server = createServer((request, answer) => void serve(request, answer).catch(() => answer.destroy()))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    sent,
    /** Sends that came from elsewhere than the linked device. */
    refused,
    said(chat: string, text: string): Said {
      return { id: `in${++written}`, chat, text }
    },
    types(chat: string, text: string): void {
      const said = this.said(chat, text)
      untaken.set(said.id, said)
      device?.out.write(`${JSON.stringify(said)}\n`)
    },
    get session(): string | undefined {
      return device?.session
    },
    get untaken(): number {
      return untaken.size
    },
    async close(): Promise<void> {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const readAll = async (request: IncomingMessage): Promise<string> => {
  let text = ''
  for await (const chunk of request) text += chunk
  return text
}

/** The adapter for it. What comes to its hook is taken too, so that a process which does not listen has something to answer. */
export const linked = defineAdapter({
  name: 'linked',
  title: 'Linked',
  source: 'linked',
  capabilities: () => ({ ...everything, sendsFrom: 'listener' as const }),
  config: z.strictObject({ url: z.url() }),
  create: ({ id: account, config: { url } }, { fetch }) => {
    let session: string | undefined
    /** The one it was linked as, also when it has said goodbye: a send that was under way then is told from one that was never allowed. */
    let last = 'none'
    const post = (path: string, body: object) => fetch(url + path, { method: 'POST', body: JSON.stringify(body) })
    return {
      verify: async () => ({ ok: true }),
      parse: ({ body }) => {
        const { id: name, chat, text }: Said = JSON.parse(new TextDecoder().decode(body))
        const from = { channel: 'linked', account, conversation: id<never>(chat), reply: { chat } }
        const person = { key: id<never>(chat) }
        const content = [{ type: 'text' as const, text }]
        return {
          events: [{ kind: 'message', id: id(name), at: new Date(0).toISOString(), from, person, message: id(name), content }],
          ignored: [],
        }
      },
      render: (contents) => contents.map((item) => (item.type === 'text' ? item.text : item.type)),
      send: async (payload, to) => {
        const answer = await post('/send', { session: session ?? last, chat: to.conversation, text: payload })
        if (!answer.ok) throw new PlatformError({ status: 409, code: 'not-listening', message: 'another device is linked' })
        return { messages: [id(((await answer.json()) as { readonly id: string }).id)], at: new Date().toISOString() }
      },
      classify: (error) =>
        error instanceof PlatformError
          ? { kind: 'transient', code: error.code }
          : { kind: 'uncertain', code: 'broken', detail: String(error) },
      check: async () =>
        session === undefined ? { ok: false, detail: 'not linked here' } : { ok: true, detail: 'linked', facts: { session } },
      listen: async (door, report, signal) => {
        try {
          const stream = await fetch(`${url}/link`, { signal })
          for await (const line of linesOf(stream.body!)) {
            const told = JSON.parse(line) as Said & { readonly session?: string }
            if (told.session !== undefined) {
              session = last = told.session
              report({ state: 'open' })
              continue
            }
            const body = new TextEncoder().encode(line)
            const { status } = await door({ method: 'POST', via: 'listen', query: {}, headers: {}, body })
            if (status === 200) await post('/taken', { id: told.id })
          }
        } catch (error) {
          if (!signal.aborted) throw error
        } finally {
          session = undefined
        }
      },
    }
  },
})

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop()!
    yield* lines
  }
}

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Json } from '../../ids.ts'

/** A request to an emulator as plain data. */
export type Asked = {
  readonly method: string
  readonly url: URL
  readonly headers: { readonly [name: string]: string }
  readonly body: Buffer
}
/** `watch`: a stream of server-sent events, ended by the function that it gives. */
export type Answered = {
  readonly status: number
  readonly headers?: { readonly [name: string]: string }
  readonly body?: Json | Uint8Array
  /** A body that is text as it stands. */
  readonly text?: string
  readonly watch?: (write: (chunk: string) => void) => () => void
}
/** `cut`: the connection breaks; `never`: it stays open and nothing comes. */
export type Outcome = Answered | 'cut' | 'never'

const longestBody = 110 * 1024 * 1024
const loopback = /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/i
export const isLoopback = (host: string): boolean => loopback.test(host)
const isLoopbackHost = (header: string | undefined): boolean => isLoopback((header ?? '').replace(/:\d+$/, ''))

/** Connections that are more than HTTP: `upgraded` takes one that came by a loopback name, `cut` ends all of them. */
export type Upgrades = { upgraded(request: IncomingMessage, stream: Duplex): void; cut(): void }

/** A listener on loopback that can go away and come back at the same port. */
export async function serve(
  wanted: { readonly host: string; readonly port: number },
  handle: (asked: Asked) => Promise<Outcome> | Outcome,
  upgrades?: Upgrades,
) {
  let { port } = wanted
  let timer: NodeJS.Timeout | undefined
  const server = createServer((request, response) => void answer(request, response, handle).catch(() => request.socket.destroy()))
  server.keepAliveTimeout = 60_000
  if (upgrades)
    server.on('upgrade', (request, stream) =>
      isLoopbackHost(request.headers.host) ? upgrades.upgraded(request, stream) : stream.end('HTTP/1.1 403 Forbidden\r\n\r\n'),
    )

  const open = () =>
    new Promise<void>((resolve, reject) => {
      if (server.listening) return resolve()
      server.once('error', reject)
      server.listen(port, wanted.host, () => {
        server.off('error', reject)
        port = (server.address() as AddressInfo).port
        resolve()
      })
    })
  const close = async () => {
    clearTimeout(timer)
    if (!server.listening) return
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    server.closeAllConnections()
    upgrades?.cut()
    await closed
  }
  await open()
  return {
    open,
    close,
    url: `http://${wanted.host}:${port}`,
    /** A closed listener cannot be told to open again, so this ends by itself. */
    downFor(ms: number) {
      setImmediate(() => void close().then(() => (timer = setTimeout(() => void open(), ms))))
    },
  }
}
export type Door = Awaited<ReturnType<typeof serve>>

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  handle: (asked: Asked) => Promise<Outcome> | Outcome,
): Promise<void> {
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value ?? '')]))
  if (!isLoopbackHost(headers.host)) return write(response, { status: 403, text: 'only by a loopback name' })
  const url = new URL(request.url ?? '/', 'http://emulator')
  const outcome = await handle({ method: request.method ?? 'GET', url, headers, body: await bytesOf(request) })
  if (outcome === 'never') return
  if (outcome === 'cut') return void request.socket.destroy()
  if (!outcome.watch) return write(response, outcome)
  response.writeHead(outcome.status, { ...outcome.headers })
  response.write(': open\n\n')
  const stop = outcome.watch((chunk) => void response.write(chunk))
  response.on('close', stop)
}

async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > longestBody) throw new Error('too large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function write(response: ServerResponse, { status, headers, body, text }: Answered): void {
  const bytes = text ?? (body instanceof Uint8Array ? body : body === undefined ? '' : JSON.stringify(body))
  const type = text !== undefined ? 'text/html' : 'application/json'
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(bytes), ...headers }).end(bytes)
}

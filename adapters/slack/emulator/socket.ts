import { createHash, randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Json } from '../../../src/channel/index.ts'

/** One Socket Mode connection: text frames of RFC 6455, unmasked from us, masked from the client. */
export type Socket = {
  /** Resolves with the acknowledgement's payload, or undefined where none comes in time. */
  deliver(type: string, payload: Json, more: { readonly [key: string]: Json }, withinMs: number): Promise<Json | undefined>
  send(message: Json): void
  sendRaw(frame: string): void
  close(): void
  /** Without a word, as when a machine dies. */
  cut(): void
}

const magic = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

/** Answers the handshake and says hello. `closed` is called once. */
export function accept(request: IncomingMessage, stream: Duplex, hello: Json, closed: (socket: Socket) => void): Socket {
  const key = createHash('sha1').update(`${request.headers['sec-websocket-key']}${magic}`).digest('base64')
  stream.write(`HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: ${key}\r\n\r\n`)
  const waiting = new Map<string, (payload: Json | undefined) => void>()
  const write = (opcode: number, data: Buffer) => {
    if (stream.writable) stream.write(Buffer.concat([head(opcode, data.length), data]))
  }
  const socket: Socket = {
    deliver: (type, payload, more, withinMs) =>
      new Promise((resolve) => {
        const envelope = randomUUID()
        const finish = (answer: Json | undefined) => {
          clearTimeout(timer)
          waiting.delete(envelope)
          resolve(answer)
        }
        const timer = setTimeout(() => finish(undefined), withinMs)
        waiting.set(envelope, finish)
        socket.send({ envelope_id: envelope, type, payload, ...more })
      }),
    send: (message) => socket.sendRaw(JSON.stringify(message)),
    sendRaw: (frame) => write(1, Buffer.from(frame)),
    close: () => write(8, Buffer.from([3, 232])),
    cut: () => stream.destroy(),
  }
  let over = false
  const end = () => {
    if (over) return
    over = true
    for (const finish of [...waiting.values()]) finish(undefined)
    closed(socket)
    stream.destroy()
  }
  let unread = Buffer.alloc(0)
  stream.on('data', (chunk: Buffer) => {
    unread = Buffer.concat([unread, chunk])
    for (let frame = readFrame(unread); frame; frame = readFrame(unread)) {
      unread = unread.subarray(frame.length)
      if (frame.opcode === 8) {
        write(8, frame.data)
        end()
        return
      }
      if (frame.opcode === 9) write(10, frame.data)
      if (frame.opcode === 1) take(frame.data.toString('utf8'))
    }
  })
  const take = (text: string) => {
    const { envelope_id, payload } = JSON.parse(text) as { readonly envelope_id?: string; readonly payload?: Json }
    waiting.get(envelope_id ?? '')?.(payload ?? {})
  }
  for (const event of ['close', 'error', 'end']) stream.on(event, end)
  socket.send(hello)
  return socket
}

function head(opcode: number, length: number): Buffer {
  const first = 0x80 | opcode
  if (length < 126) return Buffer.from([first, length])
  if (length < 65_536) return Buffer.from([first, 126, length >> 8, length & 255])
  const long = Buffer.alloc(10)
  long.set([first, 127])
  long.writeBigUInt64BE(BigInt(length), 2)
  return long
}

/** The client's messages are small and come whole. */
function readFrame(bytes: Buffer): { readonly opcode: number; readonly data: Buffer; readonly length: number } | undefined {
  if (bytes.length < 2) return undefined
  const short = bytes[1]! & 127
  const start = short === 126 ? 4 : short === 127 ? 10 : 2
  if (bytes.length < start + 4) return undefined
  const size = short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short
  const masked = (bytes[1]! & 128) !== 0
  const from = start + (masked ? 4 : 0)
  if (bytes.length < from + size) return undefined
  const data = Buffer.from(bytes.subarray(from, from + size))
  if (masked) for (let at = 0; at < size; at++) data[at] = data[at]! ^ bytes[start + (at % 4)]!
  return { opcode: bytes[0]! & 15, data, length: from + size }
}

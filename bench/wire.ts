import { createServer, type Server, Socket } from 'node:net'

/** Just enough HTTP/1.1 for a bench on loopback: the driver must cost less than what it measures. */
type Message = { readonly head: string; readonly body: Buffer }

/** Cuts a keep-alive stream into messages; every one has a content-length. */
function messages(onMessage: (message: Message) => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0)
  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    for (;;) {
      const end = rest.indexOf('\r\n\r\n')
      if (end < 0) return
      const head = rest.toString('latin1', 0, end)
      const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0)
      const whole = end + 4 + length
      if (rest.length < whole) return
      const body = rest.subarray(end + 4, whole)
      rest = rest.subarray(whole)
      onMessage({ head, body })
    }
  }
}

/** One keep-alive connection that carries one request at a time. */
export function openClient(port: number): { post(path: string, headers: string, body: string): Promise<number>; close(): void } {
  const socket = new Socket()
  socket.setNoDelay(true)
  let answered: ((status: number) => void) | undefined
  let failed: ((error: Error) => void) | undefined
  socket.on(
    'data',
    messages(({ head }) => answered?.(Number(head.slice(9, 12)))),
  )
  socket.on('error', (error) => failed?.(error))
  socket.on('close', () => failed?.(new Error('the hub closed the connection')))
  socket.connect(port, '127.0.0.1')
  return {
    post: (path, headers, body) =>
      new Promise((resolve, reject) => {
        answered = resolve
        failed = reject
        socket.write(
          `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n${headers}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
        )
      }),
    close: () => socket.destroy(),
  }
}

/** Answers every request with the JSON that `handle` gives. */
export function serve(handle: (path: string, body: Buffer) => string): Promise<{ readonly port: number; close(): void }> {
  const sockets = new Set<Socket>()
  const server: Server = createServer((socket) => {
    sockets.add(socket)
    socket.setNoDelay(true)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => undefined)
    socket.on(
      'data',
      messages(({ head, body }) => {
        const answer = handle(head.slice(head.indexOf(' ') + 1, head.indexOf(' HTTP')), body)
        socket.write(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(answer)}\r\n\r\n${answer}`)
      }),
    )
  })
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const close = () => {
        for (const socket of sockets) socket.destroy()
        server.close()
      }
      resolve({ port: typeof address === 'object' && address ? address.port : 0, close })
    })
  })
}

import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Stands between the hub and a platform's API: notes what goes over it, and can refuse a change. */
export async function openWire(api: string) {
  const changes: string[] = []
  let refusal: { readonly status: number; readonly body: object } | undefined
  const server = createServer((from, to) => {
    const chunks: Buffer[] = []
    from.on('data', (chunk: Buffer) => chunks.push(chunk))
    from.on('end', () => {
      const body = Buffer.concat(chunks)
      if (from.url?.toLowerCase().includes('editmessage')) {
        changes.push(body.toString())
        if (refusal) {
          to.writeHead(refusal.status, { 'content-type': 'application/json' }).end(JSON.stringify(refusal.body))
          refusal = undefined
          return
        }
      }
      const on = request(new URL(from.url ?? '/', api), { method: from.method ?? 'GET', headers: from.headers }, (answer) => {
        to.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(to)
      })
      on.on('error', () => to.destroy())
      on.end(body)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** The bodies of the calls that change a message. */
    changes,
    /** The next change is answered so. */
    refuse(status: number, body: object) {
      refusal = { status, body }
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'

/** Stands between the hub and Postgres, and can lose what Postgres answers. */
export type LosingProxy = {
  readonly url: string
  /** The next statement that holds these words is carried out, and its answer is lost with the connection. Resolves when that has happened. */
  loseAnswerTo(words: string): Promise<void>
  /** From now on Postgres is not heard any more on the connections that are open, and none of them is closed. */
  fallSilent(): void
  close(): Promise<void>
}

/** How long a statement gets to be carried out before its connection is cut, in ms. */
const carriedOutMs = 150

export async function losingProxy(databaseUrl: string): Promise<LosingProxy> {
  const target = new URL(databaseUrl)
  const sockets = new Set<Socket>()
  const lines = new Set<{ deaf: boolean }>()
  let wanted: { readonly words: string; readonly lost: () => void } | undefined

  const server = createServer((hub) => {
    const postgres = connect(Number(target.port || 5432), target.hostname)
    const line = { deaf: false }
    lines.add(line)
    for (const socket of [hub, postgres]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        sockets.delete(socket)
        lines.delete(line)
        hub.destroy()
        postgres.destroy()
      })
    }
    postgres.on('data', (bytes) => {
      if (!line.deaf) hub.write(bytes)
    })
    hub.on('data', (bytes) => {
      if (wanted && bytes.includes(wanted.words)) {
        const { lost } = wanted
        wanted = undefined
        line.deaf = true
        void wait(carriedOutMs).then(() => {
          hub.destroy()
          lost()
        })
      }
      postgres.write(bytes)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = new URL(target)
  url.hostname = '127.0.0.1'
  url.port = String((server.address() as AddressInfo).port)
  return {
    url: url.href,
    loseAnswerTo: (words) =>
      new Promise((lost) => {
        wanted = { words, lost }
      }),
    fallSilent() {
      for (const line of lines) line.deaf = true
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

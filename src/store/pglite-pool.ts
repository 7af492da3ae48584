import { EventEmitter } from 'node:events'
import type { PGlite } from '@electric-sql/pglite'
import type { Turnstile } from './turnstile.ts'

type Answer = { readonly rows: any[]; readonly rowCount: number }

/**
 * The thin pg.Pool over PGlite that BullMQ's PostgreSQL backend needs: queries one at a time through the turnstile,
 * a transaction holds it from `begin` to its end, notifications reach every client.
 */
export function pglitePool(pglite: PGlite, turnstile: Turnstile) {
  const ask = async (text: string, values?: readonly unknown[]): Promise<Answer> => {
    if (values === undefined || values.length === 0) {
      const answers = await pglite.exec(text)
      const last = answers.at(-1)
      return { rows: last?.rows ?? [], rowCount: last?.affectedRows ?? last?.rows.length ?? 0 }
    }
    const { rows, affectedRows } = await pglite.query<Answer['rows'][number]>(text, values.map(plain))
    return { rows, rowCount: affectedRows ?? rows.length }
  }
  const clients = new Set<EventEmitter>()
  const stopListening = pglite.onNotification((channel, payload) => {
    for (const client of clients) client.emit('notification', { channel, payload })
  })

  const connect = async () => {
    let leave: (() => void) | undefined
    const client = Object.assign(new EventEmitter(), {
      async query(text: string, values?: readonly unknown[]): Promise<Answer> {
        const word = text.trimStart().slice(0, 8).toLowerCase()
        if (leave === undefined && word.startsWith('begin')) leave = await turnstile.enter()
        else if (leave === undefined) {
          const once = await turnstile.enter()
          return ask(text, values).finally(once)
        }
        try {
          return await ask(text, values)
        } finally {
          if (word.startsWith('commit') || word.startsWith('rollback')) {
            leave()
            leave = undefined
          }
        }
      },
      release() {
        clients.delete(client)
        if (leave === undefined) return
        // It is everybody's session: nobody else may enter a transaction that was left open.
        const after = leave
        leave = undefined
        pglite
          .exec('rollback')
          .catch(() => undefined)
          .finally(after)
      },
    })
    clients.add(client)
    return client
  }

  return Object.assign(new EventEmitter(), {
    options: { keepAlive: true },
    connect,
    async query(text: string, values?: readonly unknown[]): Promise<Answer> {
      const leave = await turnstile.enter()
      return ask(text, values).finally(leave)
    },
    async end() {
      stopListening()
      clients.clear()
    },
  })
}

/** node-postgres writes undefined as null and objects as JSON; PGlite wants the first said. */
const plain = (value: unknown): unknown => (value === undefined ? null : value)

import type { IncomingHttpHeaders } from 'node:http'
import type { Namespace } from 'socket.io'
import type { Address } from '../channel/index.ts'

export type DeskNeeds = {
  /** The technician whose session these headers carry. */
  readonly technician: (headers: IncomingHttpHeaders) => Promise<{ readonly id: string } | undefined>
  readonly conversationAt: (address: Address) => Promise<string | undefined>
}

/** Many changes in a short time are one hint, in ms. */
const hintEveryMs = 150

/** The sockets of the Desk: hints that something changed. Who gets one reads the API again. */
export function deskSockets(sockets: Namespace, { technician, conversationAt }: DeskNeeds) {
  sockets.use((socket, next) => {
    technician(socket.handshake.headers).then(
      (who) => next(who ? undefined : new Error('HUB_SIGN_IN_NEEDED')),
      () => next(new Error('HUB_STORE_AWAY')),
    )
  })

  const changed = new Map<string, number>()
  let planned = false
  const hint = (): void => {
    planned = false
    for (const [id, seq] of changed) sockets.local.emit('conversation', { id, seq })
    sockets.local.emit('desk', {})
    changed.clear()
  }

  return {
    changed(conversations: readonly { readonly id: string; readonly seq: number }[]): void {
      if (sockets.sockets.size === 0) return
      for (const { id, seq } of conversations) changed.set(id, seq)
      if (planned) return
      planned = true
      setTimeout(hint, hintEveryMs).unref()
    },
    typing(address: Address, name: string): void {
      if (sockets.sockets.size === 0) return
      conversationAt(address).then(
        (id) => {
          if (id !== undefined) sockets.local.emit('typing', { id, name })
        },
        () => undefined,
      )
    },
  }
}

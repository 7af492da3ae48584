import type { Namespace, Socket } from 'socket.io'
import type { AccountId, Address, ConversationKey, Json } from '../channel/index.ts'
import type { ChatState, MessageView } from '../http/api-types.ts'

/** Messages that one read brings at most; a page that was away longer gets them in several. */
export const messagesPerRead = 200

export type Reader = { readonly channel: string; readonly account: string; readonly conversation: string; readonly name?: string }
export type ChatNeeds = {
  /** Who this is and which conversation is theirs; undefined where the token is not ours or has expired. */
  readonly guest: (token: string) => Reader | undefined
  /** What was said after `seq`, in order, as its person may read it; and who has the word. */
  readonly read: (
    reader: Reader,
    after: number,
    limit: number,
  ) => Promise<{ readonly messages: readonly MessageView[]; readonly state: ChatState }>
  readonly onTyping: (address: Address, name: string) => void
}

/** One hint that somebody writes in so long is enough, in ms: each is looked up for the Desk. */
const typingEveryMs = 500

type Cursor = { at: number; acknowledge: ((state: ChatState) => void) | undefined }
/** A socket is read for once at a time, whatever its page asks for meanwhile. */
type Held = { readonly reader: Reader; cursor?: Cursor; reading?: boolean; again?: boolean }

/** The sockets of the web chat. Each has a cursor: after `resume` it gets every later message once, in order, whatever was missed. */
export function chatSockets(sockets: Namespace, { guest, read, onTyping }: ChatNeeds) {
  sockets.use((socket, next) => {
    const { token } = socket.handshake.auth as { readonly token?: unknown }
    const reader = typeof token === 'string' ? guest(token) : undefined
    if (!reader) return next(new Error('HUB_SIGN_IN_NEEDED'))
    socket.data = { reader } satisfies Held
    next()
  })

  sockets.on('connection', (socket) => {
    const held = socket.data as Held
    const { reader } = held
    let typedAt = Number.NEGATIVE_INFINITY
    socket.join(`web:${reader.account}:${reader.conversation}`)
    socket.on('resume', (message: unknown, acknowledge: unknown) => {
      const after = (message as { readonly after?: unknown } | null)?.after
      held.cursor = {
        at: typeof after === 'number' && Number.isInteger(after) && after >= 0 ? after : 0,
        acknowledge: typeof acknowledge === 'function' ? (acknowledge as (state: ChatState) => void) : undefined,
      }
      void pull(socket)
    })
    socket.on('typing', () => {
      const at = performance.now()
      if (at - typedAt < typingEveryMs) return
      typedAt = at
      const address: Address = {
        channel: reader.channel,
        account: reader.account as AccountId,
        conversation: reader.conversation as ConversationKey,
      }
      onTyping(address, reader.name ?? 'Guest')
    })
  })

  /** Brings a socket up to date. A hint that comes while it is reading makes it read once more. */
  async function pull(socket: Socket): Promise<void> {
    const held = socket.data as Held
    if (held.reading) held.again = true
    if (held.reading || !held.cursor) return
    held.reading = true
    try {
      for (;;) {
        held.again = false
        const cursor: Cursor = held.cursor
        const { messages, state } = await read(held.reader, cursor.at, messagesPerRead)
        if (held.cursor !== cursor) continue
        for (const message of messages) socket.emit('message', message)
        cursor.at = messages.at(-1)?.seq ?? cursor.at
        if (messages.length < messagesPerRead && !held.again) {
          cursor.acknowledge?.(state)
          cursor.acknowledge = undefined
          socket.emit('state', state)
          return
        }
      }
    } catch {
      // The store is away: the page sees the missing acknowledgement, or the next hint, and reads again.
      socket.disconnect(true)
    } finally {
      held.reading = false
    }
  }

  return {
    publish(topic: string, message: Json): void {
      const members = sockets.adapter.rooms.get(topic)
      if (!members) return
      const typing = typeof message === 'object' && message !== null && 'typing' in message
      for (const member of members) {
        const socket = sockets.sockets.get(member)
        if (!socket) continue
        if (typing) socket.emit('typing', { name: (message as { readonly name?: string }).name ?? 'Somebody' })
        else void pull(socket)
      }
    },
  }
}

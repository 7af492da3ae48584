import type { Server as HttpServer } from 'node:http'
import { createAdapter } from '@socket.io/redis-streams-adapter'
import { Server } from 'socket.io'
import type { Json } from '../channel/index.ts'
import type { Changed, Live, Log } from '../pipeline/ports.ts'
import { type ChatNeeds, chatSockets } from './chat.ts'
import { type DeskNeeds, deskSockets } from './desk.ts'
import { openRedis } from './redis.ts'

export type LiveNeeds = ChatNeeds &
  DeskNeeds & {
    readonly redisUrl: string | undefined
    readonly redisPrefix: string
    /** Other sites that may open a socket; pages of the hub itself always may. */
    readonly allowedOrigins: readonly string[]
    readonly log: Log
  }

/** What one process tells the sockets of all others. */
type Word =
  | { readonly kind: 'topic'; readonly topic: string; readonly message: Json }
  | { readonly kind: 'desk'; readonly conversations: readonly { readonly id: string; readonly seq: number }[] }

/** The hub's live side. A page's truth is what it reads; what goes over the sockets says that there is something to read. */
export function makeLive(needs: LiveNeeds) {
  const spreading = needs.redisUrl === undefined ? undefined : openRedis(needs.redisUrl)
  const origins = needs.allowedOrigins.length > 0 ? { origin: [...needs.allowedOrigins] } : { origin: false as const }
  const io = new Server({
    path: '/socket.io',
    serveClient: false,
    cors: origins,
    maxHttpBufferSize: 64 * 1024,
    pingInterval: 20_000,
    ...(spreading ? { adapter: createAdapter(spreading.redis, { streamName: `${needs.redisPrefix}.live`, maxLen: 10_000 }) } : {}),
  })
  const chat = chatSockets(io.of('/'), needs)
  const desk = deskSockets(io.of('/desk'), needs)

  const hear = (word: Word): void => {
    if (word.kind === 'topic') chat.publish(word.topic, word.message)
    else desk.changed(word.conversations)
  }
  io.on('word', hear)
  const spread = (word: Word): void => {
    hear(word)
    if (spreading) io.serverSideEmit('word', word)
  }

  const live: Live = {
    changed(conversations: readonly Changed[], onDesk: boolean) {
      for (const { address, own, upTo } of conversations) if (own) spread({ kind: 'topic', topic: topicOf(address), message: { upTo } })
      if (onDesk) spread({ kind: 'desk', conversations: conversations.map(({ id, upTo }) => ({ id, seq: upTo })) })
    },
    typing(address, name) {
      desk.typing(address, name)
    },
  }
  return {
    ...live,
    /** For the web channel's adapter. */
    publish: async (topic: string, message: Json): Promise<void> => spread({ kind: 'topic', topic, message }),
    attach(server: HttpServer): void {
      io.attach(server)
    },
    async close(): Promise<void> {
      await io.close().catch(() => undefined)
      spreading?.close()
    },
  }
}

const topicOf = (address: { readonly account: string; readonly conversation: string }): string =>
  `web:${address.account}:${address.conversation}`

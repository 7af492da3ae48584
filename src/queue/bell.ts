import type { ConversationId } from '../core/conversation.ts'
import type { Bell, Channel, Channels, Room } from '../pipeline/ports.ts'
import type { TimedQueue, TimedQueues } from './timed.ts'

type Rooms = {
  readonly [room in Room]: {
    readonly ring: (conversations: readonly ConversationId[]) => void
    readonly serve: (conversation: ConversationId) => Promise<void>
  }
}

/**
 * Rings what is due now into this process's lanes, and everything timed, paced or rung by a process that does not work itself through BullMQ.
 * `works` is false in a web-only process.
 */
export function makeBell({
  timed,
  channels,
  works,
}: {
  readonly timed: TimedQueues
  readonly channels: Channels
  readonly works: boolean
}) {
  let rooms: Rooms | undefined
  /** The accounts that this process listens for. */
  const heard = new Set<string>()
  const ownQueue = (channel: string, account: string): TimedQueue => timed.queue(`delivery.${channel}.${account}`)

  const bell: Bell = {
    ring(room, conversations, options = {}) {
      if (conversations.length === 0) return
      const { inMs = 0, account } = options
      const can = account && channels.get(account.channel, account.account)?.can
      const paced = can?.sendsPerSecond
      const here = inMs === 0 && works ? rooms : undefined
      if (room === 'delivery' && account && can?.sendsFrom === 'listener') {
        if (here && !paced && heard.has(`${account.channel}/${account.account}`)) here.delivery.ring(conversations)
        else void ownQueue(account.channel, account.account).add(conversations, inMs)
      } else if (room === 'delivery' && account && paced) {
        const queue = ownQueue(account.channel, account.account)
        if (works && rooms) queue.answer(rooms.delivery.serve, paced)
        // A pace that nobody keeps is better than an account that is silent for as long as the queue is away.
        void queue.add(conversations, inMs).then((taken) => taken || here?.delivery.ring(conversations))
      } else if (here) here[room].ring(conversations)
      else void timed.queue(room).add(conversations, inMs)
    },
  }
  return {
    ...bell,
    /** From now on rings are answered here. */
    open(answering: Rooms): void {
      rooms = answering
      if (!works) return
      timed.queue('turn').answer(answering.turn.serve)
      timed.queue('delivery').answer(answering.delivery.serve)
      // Another process may have paced an account: its queue must be answered somewhere.
      for (const { definition, account, can } of channels.all())
        if (can.sendsPerSecond !== null && can.sendsFrom === 'anywhere')
          ownQueue(definition.name, account).answer(answering.delivery.serve, can.sendsPerSecond)
    },
    /** This process listens for the account, or does so no longer. Where only the listener can send, its rings are answered here alone. */
    listens({ definition, account, can }: Channel, here: boolean): void {
      if (can.sendsFrom === 'anywhere') return
      const name = `${definition.name}/${account}`
      if (here === heard.has(name)) return
      if (here) heard.add(name)
      else heard.delete(name)
      const queue = ownQueue(definition.name, account)
      if (!here) void queue.rest()
      else if (rooms) queue.answer(rooms.delivery.serve, can.sendsPerSecond ?? undefined)
    },
  }
}

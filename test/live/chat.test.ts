import { EventEmitter } from 'node:events'
import type { Namespace } from 'socket.io'
import { expect, test } from 'vitest'
import type { ChatState, MessageView } from '../../src/http/api-types.ts'
import { chatSockets } from '../../src/live/chat.ts'

const reader = { channel: 'web', account: 'main', conversation: 'ada' }
const state = { owner: 'virtual-agent' } as unknown as ChatState
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** The sockets' side of Socket.IO, with one page connected. */
function openPage(read: (after: number) => Promise<readonly { readonly seq: number }[]>) {
  const typing: string[] = []
  const namespace = Object.assign(new EventEmitter(), { use: () => undefined, adapter: { rooms: new Map() }, sockets: new Map() })
  chatSockets(namespace as unknown as Namespace, {
    guest: () => reader,
    read: async (_reader, after) => ({ messages: (await read(after)) as readonly MessageView[], state }),
    onTyping: (_address, name) => void typing.push(name),
  })
  const heard: unknown[] = []
  const page = new EventEmitter()
  const socket = {
    data: { reader },
    join: () => undefined,
    disconnect: () => heard.push('disconnected'),
    emit: (what: string, message: unknown) => heard.push(what === 'message' ? (message as { seq: number }).seq : what),
    on: (what: string, listener: (...args: unknown[]) => void) => page.on(what, listener),
  }
  namespace.emit('connection', socket)
  return { page, heard, typing }
}

test('a page that asks to resume again and again is read for once at a time, and gets what it asked for last', async () => {
  let [reading, most] = [0, 0]
  const { page, heard } = openPage(async (after) => {
    most = Math.max(most, ++reading)
    await pause(5)
    reading--
    return after < 8 ? [{ seq: after + 1 }] : []
  })
  const acknowledged: number[] = []
  for (let after = 0; after < 5; after++) page.emit('resume', { after }, () => acknowledged.push(after))
  await pause(60)
  expect(most).toBe(1)
  expect(acknowledged).toEqual([4])
  expect(heard).toEqual([5, 'state'])
})

test('a page that says ever so often that somebody writes is heard twice a second at most', () => {
  const { page, typing } = openPage(async () => [])
  for (let times = 0; times < 1_000; times++) page.emit('typing')
  expect(typing).toEqual(['Guest'])
})

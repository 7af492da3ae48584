import { io } from 'socket.io-client'
import type { ChatState, MessageView } from '../../src/http/api-types.ts'

export type ConnectionDeps = {
  readonly token: () => Promise<string>
  /** The hub refused this token; resolves when there is a better one. */
  readonly refused: (token: string) => Promise<void>
  /** The cursor: everything up to it is here. */
  readonly after: () => number
  readonly onMessage: (message: MessageView) => void
  /** `resumed`: everything that was missed has come or is coming. */
  readonly onState: (state: ChatState, resumed: boolean) => void
  readonly onTyping: (name: string) => void
  readonly onLink: (link: 'on' | 'off') => void
}

/** The live line to the hub. Comes back by itself, and each time asks for exactly what it has missed. */
export function makeConnection(deps: ConnectionDeps) {
  let used = ''
  let closed = false
  let refusals = 0
  let resuming = false
  let resumeAgain = false
  let timer: ReturnType<typeof setTimeout> | undefined

  const later = (act: () => void, ms: number) => {
    clearTimeout(timer)
    timer = setTimeout(act, ms)
  }
  const socket = io({
    path: '/socket.io',
    autoConnect: false,
    transports: ['websocket', 'polling'],
    reconnectionDelay: 500,
    reconnectionDelayMax: 5_000,
    auth: (give) => {
      deps.token().then(
        (token) => {
          used = token
          give({ token })
        },
        () => restart(2_000),
      )
    },
  })

  function restart(ms: number): void {
    deps.onLink('off')
    socket.disconnect()
    if (!closed) later(() => socket.connect(), ms)
  }

  /** One at a time: a second one would leave the first without its acknowledgement. */
  const resume = async (): Promise<void> => {
    if (resuming) {
      resumeAgain = true
      return
    }
    resuming = true
    try {
      const state = (await socket.timeout(10_000).emitWithAck('resume', { after: deps.after() })) as ChatState
      refusals = 0
      deps.onLink('on')
      deps.onState(state, true)
    } catch {
      if (socket.connected) restart(500)
    } finally {
      resuming = false
    }
    if (!resumeAgain) return
    resumeAgain = false
    if (socket.connected) await resume()
  }

  socket.on('connect', resume)
  socket.on('disconnect', (reason) => {
    deps.onLink('off')
    if (reason === 'io server disconnect') restart(1_000)
  })
  socket.on('connect_error', () => {
    deps.onLink('off')
    if (socket.active || closed) return
    refusals += 1
    const again = () => later(() => socket.connect(), Math.min(10_000, 300 * 2 ** refusals))
    deps.refused(used).then(again, again)
  })
  socket.on('message', (message: MessageView) => deps.onMessage(message))
  socket.on('state', (state: ChatState) => deps.onState(state, false))
  socket.on('typing', (typing: { name: string }) => deps.onTyping(typing.name))

  /** The machine may have slept or changed its network: the line is tried rather than trusted. */
  const wake = () => {
    if (closed || document.visibilityState === 'hidden') return
    if (socket.connected) void resume()
    else if (!socket.active) socket.connect()
    else socket.disconnect().connect()
  }
  const lost = () => deps.onLink('off')
  window.addEventListener('online', wake)
  window.addEventListener('offline', lost)
  document.addEventListener('visibilitychange', wake)

  return {
    start: () => socket.connect(),
    resume: () => (socket.connected ? resume() : Promise.resolve()),
    typing: () => socket.connected && socket.volatile.emit('typing', {}),
    close: () => {
      closed = true
      clearTimeout(timer)
      window.removeEventListener('online', wake)
      window.removeEventListener('offline', lost)
      document.removeEventListener('visibilitychange', wake)
      socket.disconnect()
    },
  }
}

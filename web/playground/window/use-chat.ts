import { useCallback, useEffect, useState } from 'react'
import type { AppMessage, Filled, Line } from '../emulator.ts'
import type { Skin } from './skin.ts'

/** Longer than the platforms show it: https://core.telegram.org/bots/api#sendchataction says five seconds. */
const actionMs = 6_000

/** `now` with what was told of it since, by id: a message replaces or joins, null takes away. */
function withNewer(now: readonly AppMessage[], told: ReadonlyMap<string, AppMessage | null>): readonly AppMessage[] {
  const known = new Set(now.map(({ id }) => id))
  return [
    ...now.map((one) => (told.has(one.id) ? told.get(one.id) : one)),
    ...[...told].flatMap(([id, one]) => (known.has(id) ? [] : [one])),
  ].filter((one) => one !== null && one !== undefined)
}

/** One chat as its person's app knows it, and kept up to date; and which other chats have something new. */
export function useChat(line: Line, skin: Skin, chat: string) {
  const [messages, setMessages] = useState<readonly AppMessage[]>([])
  const [bot, setBot] = useState('')
  const [action, setAction] = useState<string | null>(null)
  const [online, setOnline] = useState(true)
  const [problem, setProblem] = useState<string | null>(null)
  const [loaded, setLoaded] = useState(false)
  const [unread, setUnread] = useState<ReadonlySet<string>>(new Set())

  useEffect(() => {
    let gone = false
    let timer: ReturnType<typeof setTimeout> | undefined
    setMessages([])
    setLoaded(false)
    setAction(null)
    setUnread((now) => new Set([...now].filter((one) => one !== chat)))
    const see = (message: AppMessage) => (skin.seen ? skin.seen(message, line.person) : message)
    // What is told while a state is on its way is newer than that state, and must survive it.
    let told = new Map<string, AppMessage | null>()
    let loads = 0
    const load = async () => {
      loads += 1
      const mine = loads
      told = new Map()
      try {
        const state = await line.state(chat)
        if (gone || mine !== loads) return
        setMessages(
          withNewer(
            state.messages.flatMap((message) => see(message) ?? []),
            told,
          ),
        )
        setBot(state.bot)
        setOnline(true)
        setLoaded(true)
      } catch {
        if (!gone) setOnline(false)
      }
    }
    const put = (id: string, message: AppMessage | null) => {
      told.set(id, message)
      setMessages((now) => withNewer(now, new Map([[id, message]])))
    }
    const stop = line.watch({
      onOpen: () => void load(),
      onLost: () => setOnline(false),
      onMessage: (where, arrived) => {
        const message = see(arrived)
        if (!message) return
        if (where !== chat) {
          if (message.by === 'hub') setUnread((now) => new Set([...now, where]))
          return
        }
        put(message.id, message)
        if (message.by === 'hub') setAction(null)
      },
      onDeleted: (where, id) => where === chat && put(id, null),
      onTyping: (where, what) => {
        if (where !== chat) return
        clearTimeout(timer)
        setAction(what)
        timer = setTimeout(() => setAction(null), actionMs)
      },
    })
    return () => {
      gone = true
      clearTimeout(timer)
      stop()
    }
  }, [line, skin, chat])

  const attempt = useCallback(async (act: Promise<unknown>): Promise<boolean> => {
    try {
      await act
      setProblem(null)
      return true
    } catch (error) {
      setProblem(error instanceof Error ? error.message : 'That did not work.')
      return false
    }
  }, [])

  /** What may be done at one place of the chat: in the chat itself, or in a thread. */
  const at = useCallback(
    (thread?: string) => {
      const place = skin.reach?.(chat, thread) ?? { chat }
      return {
        say: (text: string) => attempt(skin.command?.(line, place, text) ?? line.say(place, text)),
        press: (message: string, data: string, filled?: Filled) => attempt(line.press(place, message, data, filled)),
        edit: (message: string, text: string) => attempt(line.edit(place, message, text)),
        remove: (message: string) => attempt(line.remove(place, message)),
        react: (message: string, emoji: string) => attempt(line.react(place, message, emoji)),
        sendFile: (file: File, caption: string) => attempt(line.sendFile(place, file, caption)),
      }
    },
    [line, skin, chat, attempt],
  )
  return { messages, bot, action, online, loaded, problem, unread, at }
}
export type Chat = ReturnType<typeof useChat>
export type ChatActs = ReturnType<Chat['at']>

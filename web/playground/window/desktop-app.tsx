import { IconArrowLeft, IconHash, IconMessages, IconUsers, IconX } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import type { AppMessage } from '../emulator.ts'
import deeds from './deeds.module.css'
import styles from './desktop.module.css'
import round from './disc.module.css'
import { InputBar } from './input-bar.tsx'
import { MessageList, Typing } from './message-list.tsx'
import type { WindowProps } from './props.ts'
import type { Room } from './skin.ts'
import { useChat } from './use-chat.ts'
import frame from './window.module.css'

const sections: readonly { readonly kind: Room['kind']; readonly title: string }[] = [
  { kind: 'channel', title: 'Channels' },
  { kind: 'group', title: 'Group chats' },
  { kind: 'direct', title: 'Apps' },
]

/** A program with a sidebar: the private chat with the desk, groups and channels; a channel's answers stand in threads. */
export function DesktopApp({ line, skin, deskName }: WindowProps) {
  const { person } = line
  const direct: Room = { chat: skin.direct?.(person) ?? person.chat, title: '', kind: 'direct' }
  const [rooms, setRooms] = useState<readonly Room[]>([])
  const [room, setRoom] = useState<Room>(direct)
  const [opened, setOpened] = useState<string | null>(null)
  const [side, setSide] = useState<'rooms' | 'chat'>('chat')
  const [atHome, setAtHome] = useState(false)
  const chat = useChat(line, skin, room.chat)
  const bot = chat.bot || deskName

  useEffect(() => {
    let gone = false
    const load = skin.rooms?.(line) ?? Promise.resolve([])
    load.then((found) => !gone && setRooms(found)).catch(() => undefined)
    return () => {
      gone = true
    }
  }, [line, skin])

  const isRoot = ({ id, thread }: AppMessage) => thread === undefined || thread === id
  const inThread = (root: string) => chat.messages.filter(({ id, thread }) => thread === root || id === root)
  const hasThreads = room.kind === 'channel'
  const shown = hasThreads ? chat.messages.filter(isRoot) : chat.messages
  const title = room.kind === 'direct' ? bot : room.title
  const mention = room.kind === 'direct' ? {} : { mention: bot }
  const open = (next: Room) => {
    setRoom(next)
    setOpened(null)
    setAtHome(false)
    setSide('chat')
  }
  const acts = chat.at()
  const threadActs = chat.at(opened ?? undefined)
  const wayIn = (message: AppMessage) => {
    if (!hasThreads) return null
    const replies = inThread(message.id).length - 1
    return (
      <button type="button" className={styles.replies} data-part="replies" onClick={() => setOpened(message.id)}>
        <IconMessages size={16} aria-hidden />
        {replies === 0 ? 'Reply' : `${replies} ${replies === 1 ? 'reply' : 'replies'}`}
      </button>
    )
  }
  const common = { skin, person, deskName: bot, fileUrl: line.fileUrl }
  return (
    <div className={`${frame.app} ${styles.desktop}`} data-side={side} data-thread={opened !== null || undefined}>
      <nav className={styles.sidebar} data-part="sidebar" aria-label={`${skin.app} conversations`}>
        <strong className={styles.workspace}>Contoso</strong>
        {sections.map(({ kind, title: heading }) => {
          const listed = rooms.filter((one) => one.kind === kind)
          if (listed.length === 0) return null
          return (
            <section key={kind} aria-label={heading}>
              <h2>{heading}</h2>
              {listed.map((one) => (
                <button
                  key={one.chat}
                  type="button"
                  className={styles.roomButton}
                  aria-current={one.chat === room.chat || undefined}
                  data-unread={chat.unread.has(one.chat) || undefined}
                  onClick={() => open(one)}
                >
                  <RoomIcon room={one} name={bot} />
                  <span>{one.kind === 'direct' ? bot : one.title}</span>
                  {chat.unread.has(one.chat) ? <i role="img" aria-label="new" /> : null}
                </button>
              ))}
            </section>
          )
        })}
        <footer>
          <span className={`${round.disc} ${styles.mini}`} aria-hidden>
            {person.name.slice(0, 1)}
          </span>
          {person.name}
        </footer>
      </nav>
      <div className={styles.room} data-part="room">
        <header className={`${frame.header} ${styles.roomHead}`} data-part="header">
          <button type="button" className={styles.toRooms} aria-label="To the conversations" onClick={() => setSide('rooms')}>
            <IconArrowLeft size={20} stroke={1.8} />
          </button>
          <RoomIcon room={room} name={bot} />
          <div>
            <strong>{title}</strong>
            <span role="status">
              {chat.online ? chat.action ? <Typing action={chat.action} skin={skin} /> : subtitleOf(room, skin.subtitle) : 'connecting…'}
            </span>
          </div>
        </header>
        {skin.home && room.kind === 'direct' ? (
          <nav className={deeds.tabs} aria-label={`${bot}’s tabs`}>
            <button type="button" aria-pressed={atHome} onClick={() => setAtHome(true)}>
              {skin.home.title}
            </button>
            <button type="button" aria-pressed={!atHome} onClick={() => setAtHome(false)}>
              Messages
            </button>
          </nav>
        ) : null}
        {skin.home && atHome ? (
          <skin.home.Page line={line} deskName={bot} />
        ) : (
          <>
            <MessageList
              {...common}
              label={`${skin.app} chat of ${person.name}${room.kind === 'direct' ? '' : ` in ${room.title}`}`}
              messages={shown}
              acts={(message) => chat.at(hasThreads ? message : undefined)}
              threadOf={wayIn}
              empty={
                chat.loaded ? (
                  <div className={frame.empty} data-part="empty">
                    <strong>{room.kind === 'direct' ? skin.welcome.title : title}</strong>
                    <p>
                      {room.kind === 'direct'
                        ? `You are ${person.name}, ${skin.welcome.text}`
                        : `Everybody reads along here. Speak to @${bot}, and it answers${room.kind === 'channel' ? ' in a thread' : ''}.`}
                    </p>
                  </div>
                ) : null
              }
            />
            {chat.problem ? (
              <p className={frame.problem} role="alert">
                {chat.problem}
              </p>
            ) : null}
            <InputBar key={room.chat} app={skin.app} placeholder={skin.placeholder({ ...room, title })} acts={acts} {...mention} />
          </>
        )}
      </div>
      {opened !== null ? (
        <aside className={styles.room} data-part="thread" aria-label="Thread">
          <header className={`${frame.header} ${styles.roomHead}`} data-part="header">
            <div>
              <strong>Thread</strong>
              <span>{title}</span>
            </div>
            <button type="button" className={styles.closeThread} aria-label="Close the thread" onClick={() => setOpened(null)}>
              <IconX size={20} stroke={1.8} />
            </button>
          </header>
          <MessageList {...common} label={`${skin.app} thread of ${person.name}`} messages={inThread(opened)} acts={() => threadActs} />
          <InputBar app={skin.app} where={`${skin.app} thread`} placeholder="Reply…" acts={threadActs} {...mention} />
        </aside>
      ) : null}
    </div>
  )
}

function RoomIcon({ room, name }: { readonly room: Room; readonly name: string }) {
  if (room.kind === 'channel') return <IconHash size={17} stroke={1.9} aria-hidden />
  if (room.kind === 'group') return <IconUsers size={17} stroke={1.9} aria-hidden />
  return (
    <span className={`${round.disc} ${styles.mini}`} data-bot aria-hidden>
      {name.slice(0, 1)}
    </span>
  )
}

function subtitleOf(room: Room, direct: string): string {
  switch (room.kind) {
    case 'direct':
      return direct
    case 'group':
      return 'Group chat'
    case 'channel':
      return 'Channel'
  }
}

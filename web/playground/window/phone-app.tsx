import { IconArrowLeft, IconDotsVertical } from '@tabler/icons-react'
import { Buttons } from './buttons.tsx'
import round from './disc.module.css'
import { InputBar } from './input-bar.tsx'
import { MessageList, Typing } from './message-list.tsx'
import type { WindowProps } from './props.ts'
import { useChat } from './use-chat.ts'
import styles from './window.module.css'

/** The private chat with the desk, as an app on a phone shows it. */
export function PhoneApp({ line, skin, deskName }: WindowProps) {
  const { person } = line
  const chat = useChat(line, skin, skin.direct?.(person) ?? person.chat)
  const acts = chat.at()
  const newest = chat.messages.at(-1)
  const docked = newest && newest.buttons.length > 0 && skin.buttons(newest, true) === 'dock' ? newest : undefined
  const isNew = chat.loaded && chat.messages.length === 0
  return (
    <div className={styles.app}>
      <header className={styles.header} data-part="header">
        <IconArrowLeft size={22} stroke={1.8} aria-hidden />
        <span className={round.disc} data-part="avatar" aria-hidden>
          {deskName.slice(0, 1)}
        </span>
        <div>
          <strong>{deskName}</strong>
          <span role="status">
            {chat.online ? chat.action ? <Typing action={chat.action} skin={skin} /> : skin.subtitle : 'connecting…'}
          </span>
        </div>
        <IconDotsVertical size={21} stroke={1.8} aria-hidden />
      </header>
      <MessageList
        label={`${skin.app} chat of ${person.name}`}
        messages={chat.messages}
        skin={skin}
        person={person}
        deskName={deskName}
        fileUrl={line.fileUrl}
        acts={() => acts}
        empty={
          isNew ? (
            <div className={styles.empty} data-part="empty">
              <strong>{skin.welcome.title}</strong>
              <p>
                You are {person.name}, {skin.welcome.text}
              </p>
            </div>
          ) : null
        }
      />
      {chat.problem ? (
        <p className={styles.problem} role="alert">
          {chat.problem}
        </p>
      ) : null}
      {isNew && skin.start ? (
        <button type="button" className={styles.start} onClick={() => acts.say(skin.start?.says ?? '')}>
          {skin.start.label}
        </button>
      ) : null}
      {docked ? <Buttons buttons={docked.buttons} at="dock" press={(data) => acts.press(docked.id, data)} /> : null}
      <InputBar app={skin.app} placeholder={skin.placeholder(undefined)} acts={acts} />
    </div>
  )
}

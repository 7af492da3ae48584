import type { ReactNode } from 'react'
import { useStickToBottom } from '../../shared/stick-to-bottom.ts'
import { dayKey, dayName } from '../../shared/time.ts'
import type { AppMessage, PlayedPerson } from '../emulator.ts'
import { Bubble } from './bubble.tsx'
import { Post } from './post.tsx'
import type { Skin } from './skin.ts'
import type { ChatActs } from './use-chat.ts'
import styles from './window.module.css'

type ListProps = {
  readonly label: string
  readonly messages: readonly AppMessage[]
  readonly skin: Skin
  readonly person: PlayedPerson
  readonly deskName: string
  readonly fileUrl: (path: string) => string
  /** What may be done with a message, where it stands. */
  readonly acts: (message: string) => ChatActs
  readonly threadOf?: (message: AppMessage) => ReactNode
  /** Stands where nothing was said yet. */
  readonly empty?: ReactNode
  readonly typing?: ReactNode
}

const togetherMs = 5 * 60_000
const iso = (at: number) => new Date(at).toISOString()

/** The chat from top to bottom, with its days. */
export function MessageList(props: ListProps) {
  const { messages, skin, person, deskName } = props
  const scroll = useStickToBottom(messages)
  const Message = skin.lines === 'posts' ? Post : Bubble
  const nameOf = ({ by, author }: AppMessage) => author ?? (by === 'hub' ? deskName : person.name)
  return (
    <div
      className={styles.wall}
      data-part="wall"
      ref={scroll.box}
      onScroll={scroll.onScroll}
      role="log"
      aria-label={props.label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
    >
      <ol className={styles.list} data-part="list">
        {messages.map((message, index) => {
          const before = messages[index - 1]
          const after = messages[index + 1]
          const newDay = !before || dayKey(iso(before.at)) !== dayKey(iso(message.at))
          const name = nameOf(message)
          const joins = (one: AppMessage, other: AppMessage) =>
            one.by === other.by && nameOf(one) === nameOf(other) && Math.abs(one.at - other.at) < togetherMs
          return [
            newDay ? (
              <li key={`day ${message.id}`} className={styles.day} data-part="day">
                <span>{dayName(iso(message.at), new Date())}</span>
              </li>
            ) : null,
            <Message
              key={message.id}
              message={message}
              skin={skin}
              own={message.by === 'person' && name === person.name}
              name={name}
              deskName={deskName}
              isFirst={newDay || !before || !joins(before, message)}
              isLast={!after || !joins(message, after)}
              isNewest={!after}
              fileUrl={props.fileUrl}
              acts={props.acts(message.id)}
              thread={props.threadOf?.(message)}
            />,
          ]
        })}
      </ol>
      {messages.length === 0 ? props.empty : null}
      {props.typing}
    </div>
  )
}

/** Somebody writes, or does whatever else the platform tells. */
export function Typing({ action, skin }: { readonly action: string; readonly skin: Skin }) {
  return (
    <span className={styles.typing} data-part="typing">
      {skin.actions?.[action] ?? 'typing'}
      <i aria-hidden />
      <i aria-hidden />
      <i aria-hidden />
    </span>
  )
}

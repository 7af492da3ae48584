import { type ReactNode, useMemo } from 'react'
import type { MessageView } from '../../src/http/api-types.ts'
import { Avatar } from './avatar.tsx'
import { type Choice, type Choosing, Contents } from './content-view.tsx'
import styles from './thread.module.css'
import { chosenLabel, type Group, linesOf, openChoices } from './thread-lines.ts'
import { clockTime, dayName, fullTime } from './time.ts'

export type ThreadProps = {
  readonly messages: readonly MessageView[]
  /** Who reads: their own side stands on the right. */
  readonly reader: 'person' | 'desk'
  readonly onChoose?: (message: MessageView, choice: Choice) => void
  /** Under a message; under the last one of a group it stands beside the time. */
  readonly foot?: (message: MessageView, last: boolean) => ReactNode
}

/** Days, notices and bubbles. Give it messages in the order in which they are to be read. */
export function Thread({ messages, reader, onChoose, foot }: ThreadProps) {
  const lines = useMemo(() => linesOf(messages), [messages])
  const open = useMemo(() => openChoices(messages), [messages])
  const now = new Date()
  const choosing = (message: MessageView): Choosing => {
    if (open === message.id && onChoose) return { choose: (choice) => onChoose(message, choice) }
    const chosen = chosenLabel(messages, messages.indexOf(message))
    return chosen === undefined ? {} : { chosen }
  }
  return (
    <ol className={styles.thread}>
      {lines.map((line) => {
        if (line.is === 'day')
          return (
            <li key={`day ${line.at}`} className={styles.day}>
              <span>{dayName(line.at, now)}</span>
            </li>
          )
        if (line.is === 'notice')
          return (
            <li key={line.message.id} className={styles.notice}>
              <div>
                <Contents contents={line.message.content} choosing={{}} />
              </div>
            </li>
          )
        return <GroupView key={line.group.id} group={line.group} reader={reader} choosing={choosing} foot={foot} />
      })}
    </ol>
  )
}

type GroupProps = {
  readonly group: Group
  readonly reader: 'person' | 'desk'
  readonly choosing: (message: MessageView) => Choosing
  readonly foot: ThreadProps['foot']
}

function GroupView({ group, reader, choosing, foot }: GroupProps) {
  const own = (group.author.by === 'person') === (reader === 'person')
  const last = group.messages.at(-1) as MessageView
  const name = own && reader === 'person' ? 'You' : group.author.name
  return (
    <li className={styles.group} data-own={own || undefined} data-note={group.note || undefined} data-reader={reader}>
      <Avatar by={group.author.by} name={group.author.name} />
      <div className={styles.stack}>
        <span className={own && reader === 'person' ? 'sb-hidden' : styles.author}>
          {name}
          {group.note ? ' · internal note' : ''}
        </span>
        {group.messages.map((message) => (
          <Bubble
            key={message.id}
            message={message}
            by={group.author.by}
            choosing={choosing(message)}
            foot={message === last ? null : foot?.(message, false)}
          />
        ))}
        <span className={styles.meta}>
          <time dateTime={last.at} title={fullTime(last.at)}>
            {clockTime(last.at)}
          </time>
          {foot?.(last, true)}
        </span>
      </div>
    </li>
  )
}

type BubbleProps = { readonly message: MessageView; readonly by: string; readonly choosing: Choosing; readonly foot: ReactNode }

function Bubble({ message, by, choosing, foot }: BubbleProps) {
  const bare = message.content.length === 1 && message.content[0]?.type === 'media' && !message.content[0].caption
  return (
    <>
      <div className={styles.bubble} data-by={by} data-bare={(bare && !message.deleted) || undefined}>
        {message.deleted ? (
          <em className={styles.gone}>This message was deleted.</em>
        ) : (
          <Contents contents={message.content} choosing={choosing} />
        )}
        {message.edited && !message.deleted ? <span className={styles.edited}>edited</span> : null}
      </div>
      {message.reactions?.length ? (
        <span className={styles.reactions}>
          {message.reactions.map((reaction) => (
            <span key={reaction.emoji}>
              {reaction.emoji}
              {reaction.count > 1 ? ` ${reaction.count}` : ''}
            </span>
          ))}
        </span>
      ) : null}
      {foot ? <span className={styles.meta}>{foot}</span> : null}
    </>
  )
}

/** Somebody writes. The dots are decoration, the words are for those who can't see them. */
export function TypingDots({ by, name }: { readonly by: 'person' | 'virtual-agent' | 'technician' | 'hub'; readonly name: string }) {
  return (
    <div className={styles.typing}>
      <Avatar by={by} name={name} />
      <span className={styles.dots} aria-hidden>
        <i />
        <i />
        <i />
      </span>
      <span className="sb-hidden">{name} is typing</span>
    </div>
  )
}

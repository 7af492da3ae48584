import { IconRobot } from '@tabler/icons-react'
import { useState } from 'react'
import { clockTime } from '../../shared/time.ts'
import type { Filled } from '../emulator.ts'
import { Buttons } from './buttons.tsx'
import round from './disc.module.css'
import { Fields } from './fields.tsx'
import { Attached } from './message-body.tsx'
import { MessageEditor, MessageMenu, useMessageMenu } from './message-menu.tsx'
import styles from './post.module.css'
import type { MessageProps } from './props.ts'
import said from './said.module.css'

/** A message as a line of a protocol: its author's face and name, and what they say. */
export function Post({ message, skin, own, name, deskName, isFirst, isNewest, fileUrl, acts, thread }: MessageProps) {
  const { fields } = message
  const menu = useMessageMenu()
  const [editing, setEditing] = useState(false)
  const [filled, setFilled] = useState<Filled>({})
  const press = (data: string) => acts.press(message.id, data, fields ? filled : undefined)
  const save = (words: string) => {
    setEditing(false)
    void acts.edit(message.id, words)
  }
  const at = new Date(message.at).toISOString()
  const isBot = message.by === 'hub'
  const place = message.buttons.length > 0 ? skin.buttons(message, isNewest) : 'nowhere'
  return (
    <li
      className={styles.post}
      data-own={own || undefined}
      data-by={message.by}
      data-first={isFirst || undefined}
      {...(skin.reactions ? menu.openers : {})}
    >
      {isFirst ? (
        <span className={`${round.disc} ${styles.face}`} data-part="face" data-bot={isBot || undefined} aria-hidden>
          {isBot ? <IconRobot size={22} stroke={1.8} /> : name.slice(0, 1)}
        </span>
      ) : (
        <time className={styles.sideTime} dateTime={at}>
          {clockTime(at)}
        </time>
      )}
      <div className={styles.column}>
        {isFirst ? (
          <span className={styles.postHead}>
            <strong>{name}</strong>
            {isBot ? <span className={styles.badge}>APP</span> : null}
            <time dateTime={at}>{clockTime(at)}</time>
          </span>
        ) : (
          <span className="sb-hidden">{name}:</span>
        )}
        {editing ? <MessageEditor text={message.text} save={save} cancel={() => setEditing(false)} /> : null}
        {message.text !== '' && !editing ? (
          <div className={said.text} data-part="text">
            <skin.Text message={message} deskName={deskName} />
            {message.edited ? <small className={styles.editedMark}> (edited)</small> : null}
          </div>
        ) : null}
        <Attached message={message} fileUrl={fileUrl} />
        {fields ? <Fields fields={fields} filled={filled} fill={(field, value) => setFilled({ ...filled, [field]: value })} /> : null}
        {place === 'nowhere' ? null : <Buttons buttons={message.buttons} at="under" press={press} />}
        {message.reaction ? (
          <span className={said.reaction} data-part="reaction">
            {message.reaction} 1
          </span>
        ) : null}
        {thread}
      </div>
      <MessageMenu menu={menu} message={message} skin={skin} own={own} acts={acts} edit={() => setEditing(true)} />
    </li>
  )
}

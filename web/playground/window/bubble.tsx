import { IconChecks } from '@tabler/icons-react'
import { useState } from 'react'
import { clockTime } from '../../shared/time.ts'
import type { Filled } from '../emulator.ts'
import { Buttons, ListButton } from './buttons.tsx'
import round from './disc.module.css'
import { Fields } from './fields.tsx'
import { Attached } from './message-body.tsx'
import { MessageEditor, MessageMenu, useMessageMenu } from './message-menu.tsx'
import type { MessageProps } from './props.ts'
import styles from './said.module.css'

/** A message as a bubble; the last of a run by one author carries the tail. */
export function Bubble({ message, skin, own, name, deskName, isLast, isFirst, isNewest, fileUrl, acts, thread }: MessageProps) {
  const { media, text, buttons, fields } = message
  const menu = useMessageMenu()
  const [editing, setEditing] = useState(false)
  const [filled, setFilled] = useState<Filled>({})
  const press = (data: string) => acts.press(message.id, data, fields ? filled : undefined)
  const at = new Date(message.at).toISOString()
  const sticker = media?.kind === 'sticker'
  const flush = media !== undefined && /^(image|video)\//.test(media.mime ?? '') && !/^(document|file|offer|sticker)$/.test(media.kind)
  const bigEmoji = !media && /^\p{Extended_Pictographic}(?:\p{Emoji_Modifier}|\uFE0F)*$/u.test(text.trim())
  const place = buttons.length > 0 ? skin.buttons(message, isNewest) : 'nowhere'
  const save = (words: string) => {
    setEditing(false)
    void acts.edit(message.id, words)
  }
  const time = (
    <span className={styles.time} data-part="time">
      {message.edited ? 'edited ' : ''}
      {own && skin.read === 'word' ? <span>Read </span> : null}
      <time dateTime={at}>{clockTime(at)}</time>
      {own && skin.read === 'checks' ? <IconChecks size={16} stroke={2} aria-hidden /> : null}
    </span>
  )
  return (
    <li className={styles.row} data-part="row" data-own={own || undefined} data-by={message.by} data-last={isLast || undefined}>
      <span className="sb-hidden">{own ? 'You:' : `${name}:`}</span>
      {skin.faces && !own ? (
        <span
          className={`${round.disc} ${styles.face}`}
          data-part="face"
          data-hidden={!(skin.faces === 'first' ? isFirst : isLast) || undefined}
          aria-hidden
        >
          {name.slice(0, 1)}
        </span>
      ) : null}
      <div className={styles.column}>
        {isFirst && skin.time === 'above' ? (
          <span className={styles.author} data-part="author">
            {own ? null : <span aria-hidden>{name}</span>}
            {time}
          </span>
        ) : null}
        <div className={styles.line}>
          <div
            className={styles.bubble}
            data-part="bubble"
            data-tail={(isLast && !sticker) || undefined}
            data-sticker={sticker || undefined}
            data-flush={flush || undefined}
            {...(skin.reactions ? menu.openers : {})}
          >
            <Attached message={message} fileUrl={fileUrl} />
            {editing ? <MessageEditor text={text} save={save} cancel={() => setEditing(false)} /> : null}
            {!editing && (text !== '' || skin.time === 'inside') ? (
              <div className={styles.text} data-part="text" data-big={bigEmoji || undefined}>
                <skin.Text message={message} deskName={deskName} />
                {skin.time === 'inside' ? time : null}
              </div>
            ) : null}
            {fields ? <Fields fields={fields} filled={filled} fill={(field, value) => setFilled({ ...filled, [field]: value })} /> : null}
            {place === 'inside' ? <Buttons buttons={buttons} at="inside" press={press} /> : null}
            {place === 'list' ? <ListButton buttons={buttons} press={press} /> : null}
            {message.reaction ? (
              <span className={styles.reaction} data-part="reaction">
                {message.reaction}
              </span>
            ) : null}
          </div>
          <MessageMenu menu={menu} message={message} skin={skin} own={own} acts={acts} edit={() => setEditing(true)} />
          {skin.time === 'beside' ? time : null}
        </div>
        {place === 'under' ? <Buttons buttons={buttons} at="under" press={press} /> : null}
        {thread}
      </div>
    </li>
  )
}

import { Menu } from '@mantine/core'
import { IconDots, IconPencil, IconTrash } from '@tabler/icons-react'
import { type PointerEvent, useEffect, useRef, useState } from 'react'
import type { AppMessage } from '../emulator.ts'
import styles from './deeds.module.css'
import type { Skin } from './skin.ts'
import type { ChatActs } from './use-chat.ts'

/** A finger that rests for so long means the menu. */
const longPressMs = 500

/** Whether a message's menu is open, and what opens it: the other mouse button, a finger that rests, or its own button. */
export function useMessageMenu() {
  const [opened, setOpened] = useState(false)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const calm = () => clearTimeout(timer.current)
  useEffect(() => () => clearTimeout(timer.current), [])
  return {
    opened,
    setOpened,
    openers: {
      onContextMenu: (event: { preventDefault: () => void; target: EventTarget }) => {
        if (event.target instanceof Element && event.target.closest('a, input, textarea, select')) return
        event.preventDefault()
        setOpened(true)
      },
      onPointerDown: (event: PointerEvent) => {
        calm()
        if (event.pointerType === 'touch') timer.current = setTimeout(() => setOpened(true), longPressMs)
      },
      onPointerMove: calm,
      onPointerUp: calm,
      onPointerCancel: calm,
    },
  }
}
export type MessageMenuState = ReturnType<typeof useMessageMenu>

type MenuProps = {
  readonly menu: MessageMenuState
  readonly message: AppMessage
  readonly skin: Skin
  readonly own: boolean
  readonly acts: ChatActs
  readonly edit: () => void
}

/** What can be done with a message besides answering it; one's own words can be changed and taken back. */
export function MessageMenu({ menu, message, skin, own, acts, edit }: MenuProps) {
  if (!skin.reactions) return null
  const canEdit = own && message.text !== '' && !message.media
  return (
    <Menu opened={menu.opened} onChange={menu.setOpened} position="bottom-end" shadow="md" withinPortal>
      <Menu.Target>
        <button type="button" className={styles.more} data-part="more" aria-label="Message options">
          <IconDots size={18} aria-hidden />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <div className={styles.reactions}>
          {skin.reactions.map(({ emoji, sends, name }) => (
            <Menu.Item
              key={sends}
              aria-label={message.reaction === emoji ? `Take ${name} away` : `React with ${name}`}
              onClick={() => acts.react(message.id, message.reaction === emoji ? '' : sends)}
            >
              {emoji}
            </Menu.Item>
          ))}
        </div>
        {canEdit ? (
          <Menu.Item leftSection={<IconPencil size={16} aria-hidden />} onClick={edit}>
            Edit
          </Menu.Item>
        ) : null}
        {own ? (
          <Menu.Item color="red" leftSection={<IconTrash size={16} aria-hidden />} onClick={() => acts.remove(message.id)}>
            Delete
          </Menu.Item>
        ) : null}
      </Menu.Dropdown>
    </Menu>
  )
}

type EditorProps = { readonly text: string; readonly save: (text: string) => void; readonly cancel: () => void }

/** Stands in place of a message's words while they are changed. Enter saves, Escape leaves them. */
export function MessageEditor({ text, save, cancel }: EditorProps) {
  const [words, setWords] = useState(text)
  const area = useRef<HTMLTextAreaElement>(null)
  useEffect(() => area.current?.focus(), [])
  const done = () => (words.trim() === '' || words === text ? cancel() : save(words))
  return (
    <form
      className={styles.editor}
      onSubmit={(event) => {
        event.preventDefault()
        done()
      }}
    >
      <textarea
        ref={area}
        rows={2}
        value={words}
        aria-label="Changed message"
        onChange={(event) => setWords(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') cancel()
          if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
          event.preventDefault()
          done()
        }}
      />
      <button type="button" onClick={cancel}>
        Cancel
      </button>
      <button type="submit">Save</button>
    </form>
  )
}

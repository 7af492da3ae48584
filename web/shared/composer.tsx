import { ActionIcon } from '@mantine/core'
import { IconPaperclip, IconSend2 } from '@tabler/icons-react'
import { type ClipboardEvent, type DragEvent, type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react'
import type { UploadedFile } from '../../src/http/api-types.ts'
import { AttachmentTray } from './attachment-tray.tsx'
import type { useAttachments } from './attachments.ts'
import styles from './composer.module.css'

export type ComposerProps = {
  readonly label: string
  readonly placeholder: string
  readonly sendLabel?: string
  readonly tone?: 'note'
  readonly disabled?: boolean
  readonly attachments?: ReturnType<typeof useAttachments>
  /** Above the text: switches between ways of sending. */
  readonly top?: ReactNode
  /** Where an unsent text is kept over a reload. */
  readonly draftKey?: string
  readonly onSend: (text: string, files: readonly UploadedFile[]) => void
  readonly onTyping?: () => void
}

const maxHeight = 168

/** The message box. Enter sends, Shift+Enter is a new line; files come by button, by drag and drop, and by paste. */
export function Composer(props: ComposerProps) {
  const { attachments, disabled = false, draftKey } = props
  const [text, setText] = useState(() => (draftKey ? (sessionStorage.getItem(draftKey) ?? '') : ''))
  const [over, setOver] = useState(false)
  const field = useRef<HTMLTextAreaElement>(null)
  const picker = useRef<HTMLInputElement>(null)

  const items = attachments?.items ?? []
  const uploading = items.some((item) => !item.uploaded && !item.problem)
  const files = items.flatMap((item) => (item.uploaded ? [item.uploaded] : []))
  const ready = !disabled && !uploading && (text.trim() !== '' || files.length > 0)

  // biome-ignore lint/correctness/useExhaustiveDependencies: the height follows the text
  useEffect(() => {
    const area = field.current
    if (!area) return
    area.style.height = 'auto'
    area.style.height = `${Math.min(area.scrollHeight, maxHeight)}px`
    area.style.overflowY = area.scrollHeight > maxHeight ? 'auto' : 'hidden'
  }, [text])
  useEffect(() => {
    if (draftKey) sessionStorage.setItem(draftKey, text)
  }, [draftKey, text])

  const send = () => {
    if (!ready) return
    props.onSend(text.trim(), files)
    setText('')
    attachments?.clear()
    field.current?.focus()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
    event.preventDefault()
    send()
  }
  const onPaste = (event: ClipboardEvent) => {
    if (!attachments || event.clipboardData.files.length === 0) return
    event.preventDefault()
    attachments.add(event.clipboardData.files)
  }
  const onDrop = (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    attachments?.add(event.dataTransfer.files)
  }
  const onDragOver = (event: DragEvent) => {
    if (!attachments || !event.dataTransfer.types.includes('Files')) return
    event.preventDefault()
    setOver(true)
  }

  return (
    <form
      className={styles.composer}
      data-tone={props.tone}
      data-over={over || undefined}
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
      onDragOver={onDragOver}
      onDragLeave={() => setOver(false)}
      onDrop={onDrop}
    >
      {props.top}
      {attachments ? <AttachmentTray {...attachments} /> : null}
      <div className={styles.row}>
        {attachments ? (
          <>
            <ActionIcon
              variant="subtle"
              color="gray"
              size={40}
              radius="xl"
              aria-label="Attach a file"
              disabled={disabled}
              className={styles.attach}
              onClick={() => picker.current?.click()}
            >
              <IconPaperclip size={21} stroke={1.7} />
            </ActionIcon>
            <input
              ref={picker}
              type="file"
              multiple
              hidden
              onChange={(event) => {
                attachments.add(event.target.files ?? [])
                event.target.value = ''
                field.current?.focus()
              }}
            />
          </>
        ) : null}
        <textarea
          ref={field}
          className={styles.field}
          rows={1}
          value={text}
          disabled={disabled}
          aria-label={props.label}
          placeholder={props.placeholder}
          enterKeyHint="send"
          maxLength={20_000}
          onChange={(event) => {
            setText(event.target.value)
            if (event.target.value.trim() !== '') props.onTyping?.()
          }}
          onKeyDown={onKeyDown}
          onPaste={onPaste}
        />
        <ActionIcon
          type="submit"
          size={40}
          radius="xl"
          aria-label={props.sendLabel ?? 'Send'}
          disabled={!ready}
          className={styles.send}
          {...(props.tone === 'note' ? { color: 'yellow.8' } : {})}
        >
          <IconSend2 size={20} stroke={1.8} />
        </ActionIcon>
      </div>
      {over ? <div className={styles.drop}>Drop to attach</div> : null}
    </form>
  )
}

import { IconAt, IconMicrophone, IconMoodSmile, IconPaperclip, IconSend } from '@tabler/icons-react'
import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import styles from './input.module.css'
import type { ChatActs } from './use-chat.ts'

type InputBarProps = {
  readonly app: string
  /** Sets the box of a thread apart from the one of the chat. */
  readonly where?: string
  readonly placeholder: string
  readonly acts: ChatActs
  /** Who can be spoken to with an @. */
  readonly mention?: string
}

const smiles = ['👍', '🙏', '😀', '🎉', '❤️', '🤔']

/** The box at the lower edge of an app. Enter sends, Shift+Enter is a new line. */
export function InputBar({ app, where = app, placeholder, acts, mention }: InputBarProps) {
  const [text, setText] = useState('')
  const [open, setOpen] = useState(false)
  const field = useRef<HTMLTextAreaElement>(null)
  const picker = useRef<HTMLInputElement>(null)

  // biome-ignore lint/correctness/useExhaustiveDependencies: the height follows the text
  useEffect(() => {
    const area = field.current
    if (!area) return
    area.style.height = 'auto'
    area.style.height = `${Math.min(area.scrollHeight, 110)}px`
  }, [text])

  const send = async () => {
    const typed = text
    if (typed.trim() === '') return
    setText('')
    if (!(await acts.say(typed))) setText((now) => now || typed)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
    event.preventDefault()
    void send()
  }
  const write = (more: string) => {
    setText(text + more)
    setOpen(false)
    field.current?.focus()
  }
  return (
    <form
      className={styles.input}
      data-part="input"
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
    >
      <button type="button" aria-label="Emoji" aria-expanded={open} onClick={() => setOpen(!open)}>
        <IconMoodSmile size={24} stroke={1.6} />
      </button>
      {open ? (
        <div className={styles.smiles}>
          {smiles.map((smile) => (
            <button key={smile} type="button" onClick={() => write(smile)}>
              {smile}
            </button>
          ))}
        </div>
      ) : null}
      {mention ? (
        <button type="button" aria-label={`Mention ${mention}`} onClick={() => write(`@${mention} `)}>
          <IconAt size={22} stroke={1.6} />
        </button>
      ) : null}
      <textarea
        ref={field}
        rows={1}
        value={text}
        aria-label={`Message in ${where}`}
        placeholder={placeholder}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <button type="button" aria-label={`Attach in ${where}`} onClick={() => picker.current?.click()}>
        <IconPaperclip size={23} stroke={1.6} />
      </button>
      <input
        ref={picker}
        type="file"
        hidden
        onChange={(event) => {
          const file = event.target.files?.[0]
          event.target.value = ''
          if (!file) return
          const caption = text
          setText('')
          void acts.sendFile(file, caption)
        }}
      />
      {text.trim() === '' ? (
        <span className={styles.mic} data-part="mic" aria-hidden>
          <IconMicrophone size={24} stroke={1.6} />
        </span>
      ) : (
        <button type="submit" className={styles.send} data-part="send" aria-label={`Send in ${where}`}>
          <IconSend size={22} stroke={1.8} />
        </button>
      )}
    </form>
  )
}

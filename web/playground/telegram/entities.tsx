import type { ReactNode } from 'react'
import { safeLink } from '../../shared/markdown-inline.ts'
import type { AppMessage } from '../emulator.ts'
import styles from '../window/said.module.css'

/** Offsets count UTF-16 code units: https://core.telegram.org/bots/api#messageentity */
type TelegramEntity = { readonly type: string; readonly offset: number; readonly length: number; readonly url?: string }

/** A text with Telegram's marks, which may lie within each other but never across. */
export function EntityText({ message }: { readonly message: AppMessage & { readonly entities?: readonly TelegramEntity[] } }) {
  const { text, entities = [] } = message
  const sorted = [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length)
  return <>{pieces(text, sorted, 0, text.length)}</>
}

/** These stand on lines of their own: the line break after them is already there. */
const blocks = new Set(['pre', 'blockquote', 'expandable_blockquote'])

function pieces(text: string, entities: readonly TelegramEntity[], from: number, to: number): ReactNode[] {
  const out: ReactNode[] = []
  let at = from
  let index = 0
  while (index < entities.length) {
    const entity = entities[index] as TelegramEntity
    const start = Math.max(entity.offset, at)
    const end = Math.min(entity.offset + entity.length, to)
    let next = index + 1
    while (next < entities.length && (entities[next] as TelegramEntity).offset < end) next += 1
    if (end > start) {
      if (start > at) out.push(text.slice(at, start))
      out.push(mark(entity, text.slice(start, end), pieces(text, entities.slice(index + 1, next), start, end)))
      at = end
      if (blocks.has(entity.type) && text[at] === '\n') at += 1
    }
    index = next
  }
  if (at < to) out.push(text.slice(at, to))
  return out
}

function mark(entity: TelegramEntity, text: string, inside: ReactNode[]): ReactNode {
  const key = `${entity.type} ${entity.offset}`
  switch (entity.type) {
    case 'bold':
      return <strong key={key}>{inside}</strong>
    case 'italic':
      return <em key={key}>{inside}</em>
    case 'underline':
      return <u key={key}>{inside}</u>
    case 'strikethrough':
      return <s key={key}>{inside}</s>
    case 'code':
      return <code key={key}>{inside}</code>
    case 'pre':
      return <pre key={key}>{inside}</pre>
    case 'blockquote':
    case 'expandable_blockquote':
      return <blockquote key={key}>{inside}</blockquote>
    case 'text_link':
    case 'url':
    case 'email': {
      const href = safeLink(entity.url ?? (entity.type === 'email' ? `mailto:${text}` : text))
      if (!href) return <span key={key}>{inside}</span>
      return (
        <a key={key} href={href} target="_blank" rel="noopener noreferrer">
          {inside}
        </a>
      )
    }
    case 'bot_command':
    case 'mention':
    case 'text_mention':
    case 'hashtag':
      return (
        <span key={key} className={styles.accent}>
          {inside}
        </span>
      )
    case 'spoiler':
      return (
        <span key={key} className={styles.spoiler}>
          {inside}
        </span>
      )
    default:
      return <span key={key}>{inside}</span>
  }
}

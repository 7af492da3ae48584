import { useEffect, useState } from 'react'
import type { ConversationSummary, DeskView } from '../../../src/http/api-types.ts'
import { Avatar } from '../../shared/avatar.tsx'
import { markdownWords } from '../../shared/markdown.ts'
import { elapsed } from '../../shared/time.ts'
import styles from './desk.module.css'

type ListProps = { readonly desk: DeskView; readonly open: string | null; readonly onOpen: (id: string) => void }

/** Who waits, longest first; what is mine; what somebody else or the virtual agent has. */
export function ConversationList({ desk, open, onOpen }: ListProps) {
  const now = useNow()
  const section = (title: string, conversations: readonly ConversationSummary[], empty?: string) => (
    <section aria-label={title}>
      <h2>
        {title} <span className={styles.count}>{conversations.length}</span>
      </h2>
      {conversations.length === 0 && empty ? <p className={styles.none}>{empty}</p> : null}
      <ul>
        {conversations.map((conversation) => (
          <li key={conversation.id}>
            <Entry conversation={conversation} now={now} isOpen={conversation.id === open} onOpen={onOpen} />
          </li>
        ))}
      </ul>
    </section>
  )
  return (
    <nav className={styles.list} aria-label="Conversations">
      {section('Waiting', desk.waiting, 'Nobody waits.')}
      {section('Mine', desk.mine, 'Accept somebody who waits.')}
      {desk.others.length > 0 ? section('Others', desk.others) : null}
    </nav>
  )
}

type EntryProps = {
  readonly conversation: ConversationSummary
  readonly now: number
  readonly isOpen: boolean
  readonly onOpen: (id: string) => void
}

function Entry({ conversation, now, isOpen, onOpen }: EntryProps) {
  const { owner, person } = conversation
  return (
    <button type="button" className={styles.entry} aria-current={isOpen || undefined} onClick={() => onOpen(conversation.id)}>
      <Avatar by="person" name={person.name} size={36} />
      <span className={styles.entryText}>
        <span className={styles.entryTop}>
          <strong>{person.name}</strong>
          <span className={styles.channel} data-channel={conversation.channel}>
            {conversation.channelTitle}
          </span>
        </span>
        <span className={styles.snippet}>{snippetOf(conversation)}</span>
        {owner.by === 'queue' ? <span className={styles.wait}>waiting {waitedFor(owner.since, now)}</span> : null}
        {owner.by === 'technician' && conversation.unanswered ? <span className={styles.wait}>waits for an answer</span> : null}
      </span>
    </button>
  )
}

/** People write as they type; what the desk says is markdown. */
function snippetOf({ lastMessage, summary, person }: ConversationSummary): string {
  const text = lastMessage?.by === person.name ? lastMessage.text : markdownWords(lastMessage?.text ?? '')
  return text || summary || '…'
}

const waitedFor = (since: string, now: number) => {
  const waited = elapsed(since, now)
  return waited === 'just now' ? 'since just now' : `for ${waited}`
}

function useNow(): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 10_000)
    return () => clearInterval(timer)
  }, [])
  return now
}

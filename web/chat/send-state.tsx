import { IconAlertCircle, IconCheck, IconClock } from '@tabler/icons-react'
import styles from './chat.module.css'
import type { Outgoing } from './outbox.ts'

type SendStateProps = {
  readonly outgoing: Outgoing | undefined
  readonly waiting: boolean
  readonly retry: (id: string) => void
  readonly discard: (id: string) => void
}

/** What became of a message of the person's own. */
export function SendState({ outgoing, waiting, retry, discard }: SendStateProps) {
  if (!outgoing || outgoing.state === 'sent') {
    return (
      <span className={styles.state}>
        <IconCheck size={14} stroke={2} aria-hidden /> Sent
      </span>
    )
  }
  if (outgoing.state === 'queued') {
    return (
      <span className={styles.state}>
        <IconClock size={14} stroke={2} aria-hidden /> {waiting ? 'Kept, will be sent' : 'Sending…'}
      </span>
    )
  }
  return (
    <span className={styles.state} data-bad>
      <IconAlertCircle size={14} stroke={2} aria-hidden /> Not sent: {outgoing.reason}
      <button type="button" onClick={() => retry(outgoing.id)}>
        Try again
      </button>
      <button type="button" onClick={() => discard(outgoing.id)}>
        Delete
      </button>
    </span>
  )
}

import { IconAlertTriangle, IconCheck, IconChecks, IconClock, IconHandStop } from '@tabler/icons-react'
import type { MessageView } from '../../../src/http/api-types.ts'
import styles from './desk.module.css'

const said = {
  waiting: 'Waiting',
  sending: 'Sending',
  sent: 'Sent',
  delivered: 'Delivered',
  read: 'Read',
  failed: 'Not delivered',
  held: 'Held back',
}
const icons = {
  waiting: IconClock,
  sending: IconClock,
  sent: IconCheck,
  delivered: IconChecks,
  read: IconChecks,
  failed: IconAlertTriangle,
  held: IconHandStop,
}

/** How far a message of ours has come, in words for whoever can't see the tick, and with the reason where it failed. */
export function DeliveryTick({ delivery }: { readonly delivery: NonNullable<MessageView['delivery']> }) {
  const { state, reason, perhapsTwice } = delivery
  const Icon = icons[state]
  return (
    <span className={styles.tick} data-state={state} title={reason ?? said[state]}>
      <Icon size={15} stroke={2} aria-hidden />
      <span className={styles.tickWord}>{said[state]}</span>
      {reason && (state === 'failed' || state === 'held' || state === 'waiting') ? `: ${reason}` : ''}
      {perhapsTwice ? ' · perhaps twice' : ''}
    </span>
  )
}

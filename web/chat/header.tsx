import { IconDeviceMobile } from '@tabler/icons-react'
import type { OwnerView } from '../../src/http/api-types.ts'
import { Logo } from '../shared/logo.tsx'
import styles from './chat.module.css'
import type { ChatSnapshot } from './chat.ts'

type HeaderProps = {
  readonly deskName: string
  readonly owner: OwnerView | null
  readonly link: ChatSnapshot['link']
  readonly playground: boolean
}

/** Whose chat this is, and who has the word now. */
export function ChatHeader({ deskName, owner, link, playground }: HeaderProps) {
  const status = statusOf(owner, link)
  return (
    <header className={styles.header}>
      <Logo size={40} />
      <div className={styles.headings}>
        <h1>{deskName}</h1>
        <p className={styles.status} role="status">
          <span className={styles.dot} data-kind={status.kind} aria-hidden />
          {status.text}
        </p>
      </div>
      {playground ? (
        <a className={styles.playground} href="/playground">
          <IconDeviceMobile size={17} stroke={1.8} aria-hidden />
          <span>Playground</span>
        </a>
      ) : null}
    </header>
  )
}

function statusOf(owner: OwnerView | null, link: ChatSnapshot['link']): { readonly kind: string; readonly text: string } {
  if (link === 'off') return { kind: 'off', text: 'Reconnecting…' }
  if (!owner) return { kind: 'off', text: 'Connecting…' }
  switch (owner.by) {
    case 'virtual-agent':
      return { kind: 'agent', text: 'Virtual agent · answers at once' }
    case 'queue':
      return {
        kind: 'queue',
        text: owner.place > 0 ? `Waiting for a technician · place ${owner.place} of ${owner.waiting}` : 'Waiting for a technician',
      }
    case 'technician':
      return { kind: 'technician', text: `You are talking to ${owner.name}` }
    case 'nobody':
      return { kind: 'agent', text: 'Write a message to start' }
  }
}

import { Modal } from '@mantine/core'
import type { ReactNode } from 'react'
import styles from './dialog.module.css'

/** A question, or a choice, before the page. Escape and a press beside it close it, and the focus goes back where it was. */
export function Dialog({
  title,
  wide = false,
  opened = true,
  onClose,
  children,
}: {
  readonly title: string
  readonly wide?: boolean
  readonly opened?: boolean
  readonly onClose: () => void
  readonly children: ReactNode
}) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={title}
      centered
      size={wide ? 'lg' : 'md'}
      classNames={{ title: styles.title!, content: styles.content!, header: styles.header!, body: styles.body! }}
      closeButtonProps={{ 'aria-label': 'Close' }}
      attributes={{ header: { role: 'presentation' } }}
    >
      {children}
    </Modal>
  )
}

/** Its buttons, at the end; the one that does it comes last. */
export function DialogButtons({ children }: { readonly children: ReactNode }) {
  return <div className={styles.buttons}>{children}</div>
}

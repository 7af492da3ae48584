import { Button } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { Dialog, DialogButtons } from '../shared/dialog.tsx'

/** A button that asks before it does something that others notice, or that is hard to undo. */
export function ConfirmButton({
  label,
  title,
  confirm,
  busy = false,
  onConfirm,
  children,
}: {
  readonly label: string
  readonly title: string
  readonly confirm: string
  readonly busy?: boolean
  readonly onConfirm: () => void
  readonly children: ReactNode
}) {
  const [asking, setAsking] = useState(false)
  return (
    <>
      <Button variant="subtle" color="red" onClick={() => setAsking(true)}>
        {label}
      </Button>
      <Dialog opened={asking} onClose={() => setAsking(false)} title={title}>
        {children}
        <DialogButtons>
          <Button variant="default" onClick={() => setAsking(false)}>
            Keep it
          </Button>
          <Button color="red" loading={busy} onClick={onConfirm}>
            {confirm}
          </Button>
        </DialogButtons>
      </Dialog>
    </>
  )
}

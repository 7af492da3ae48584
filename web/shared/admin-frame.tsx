import { Button } from '@mantine/core'
import { IconLogout2 } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import styles from './admin-frame.module.css'
import { Dialog, DialogButtons } from './dialog.tsx'
import { Logo } from './logo.tsx'
import { session } from './session.ts'

const pages = [
  { page: 'accounts', href: '/admin', label: 'Accounts' },
  { page: 'knowledge', href: '/admin/knowledge', label: 'Knowledge' },
] as const

/** What stands around each of the admins' pages. `unsaved` is asked at signing out; `onSignOut` takes away what this browser kept. */
export function AdminFrame({
  title,
  says,
  page,
  unsaved,
  onSignOut,
  children,
}: {
  readonly title: string
  readonly says: string
  readonly page: (typeof pages)[number]['page']
  readonly unsaved?: () => boolean
  readonly onSignOut?: () => void
  readonly children: ReactNode
}) {
  const queries = useQueryClient()
  const [asking, setAsking] = useState(false)
  const signOut = useMutation({
    mutationFn: session.signOut,
    onSuccess: onSignOut,
    onSettled: () => {
      setAsking(false)
      return queries.resetQueries()
    },
  })
  return (
    <div className={styles.page}>
      <header className={styles.header}>
        <Logo size={40} />
        <div className={styles.headings}>
          <h1>{title}</h1>
          <p role="status">{says}</p>
        </div>
        <nav className={styles.pages} aria-label="Admin pages">
          {pages.map(({ page: its, href, label }) => (
            <a key={its} href={href} {...(its === page ? { 'aria-current': 'page' as const } : {})}>
              {label}
            </a>
          ))}
        </nav>
        <Button
          variant="default"
          leftSection={<IconLogout2 size={17} stroke={1.8} aria-hidden />}
          loading={signOut.isPending}
          onClick={() => (unsaved?.() ? setAsking(true) : signOut.mutate())}
        >
          Sign out
        </Button>
      </header>
      {children}
      <Dialog opened={asking} onClose={() => setAsking(false)} title="Sign out and lose unsaved text?">
        Text that you have not saved is kept in this browser only. Signing out takes it away.
        <DialogButtons>
          <Button variant="default" onClick={() => setAsking(false)}>
            Stay here
          </Button>
          <Button color="red" loading={signOut.isPending} onClick={() => signOut.mutate()}>
            Sign out
          </Button>
        </DialogButtons>
      </Dialog>
    </div>
  )
}

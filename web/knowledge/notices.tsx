import { Loader } from '@mantine/core'
import { IconAlertCircle } from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useEffect } from 'react'
import { isShut } from '../shared/session.ts'
import styles from './knowledge.module.css'
import { problemOf } from './words.ts'

/** Where a list has nothing: what that means, and what to do. */
export function Nothing({
  icon,
  title,
  children,
  act,
}: {
  readonly icon: ReactNode
  readonly title: string
  readonly children: ReactNode
  readonly act?: ReactNode
}) {
  return (
    <div className={styles.nothing}>
      <span aria-hidden>{icon}</span>
      <h2>{title}</h2>
      <p>{children}</p>
      {act}
    </div>
  )
}

/** Read out at once where it comes; nothing where nothing is wrong. Where the session has ended, the page asks who it is. */
export function Problem({ error }: { readonly error: unknown }) {
  const queries = useQueryClient()
  useEffect(() => {
    if (isShut(error)) void queries.invalidateQueries({ queryKey: ['admitted'] })
  }, [error, queries])
  return (
    <div role="alert">
      {error ? (
        <p className={styles.problem}>
          <IconAlertCircle size={17} stroke={1.8} aria-hidden /> {problemOf(error)}
        </p>
      ) : null}
    </div>
  )
}

export function Waiting() {
  return (
    <div className={styles.waiting} aria-busy>
      <Loader aria-label="Loading" />
    </div>
  )
}

/** What somebody should know before they go on. */
export function Notice({ kind, children }: { readonly kind: 'info' | 'warn'; readonly children: ReactNode }) {
  return (
    <div className={styles.notice} data-kind={kind}>
      {children}
    </div>
  )
}

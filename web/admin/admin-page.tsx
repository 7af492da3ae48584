import { Button } from '@mantine/core'
import { IconLogout2 } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { ApiError, worthRetrying } from '../shared/api.ts'
import { Logo } from '../shared/logo.tsx'
import { AccountCard, type Trouble } from './account-card.tsx'
import styles from './admin.module.css'
import { adminApi } from './api.ts'
import { SignIn } from './sign-in.tsx'

const refreshMs = 3_000
const troubleMs = 15_000

/** Every account and how it is, read again every few seconds. */
export function AdminPage() {
  const queries = useQueryClient()
  const accounts = useQuery({
    queryKey: ['accounts'],
    queryFn: adminApi.accounts,
    refetchInterval: ({ state }) => (isShut(state.error) ? false : refreshMs),
    refetchIntervalInBackground: false,
    retry: (count, error) => count < 2 && error instanceof ApiError && worthRetrying(error),
  })
  const signedIn = accounts.isSuccess && !isShut(accounts.error)
  const letters = useQuery({ queryKey: ['dead-letters'], queryFn: adminApi.deadLetters, enabled: signedIn, refetchInterval: troubleMs })
  const unread = useQuery({ queryKey: ['quarantine'], queryFn: adminApi.quarantine, enabled: signedIn, refetchInterval: troubleMs })
  const signOut = useMutation({ mutationFn: adminApi.signOut, onSettled: () => queries.resetQueries() })

  if (isShut(accounts.error)) return <SignIn hint={hintOf(accounts.error)} />
  const all = accounts.data?.accounts ?? []
  const troubleOf = (channel: string, account: string): Trouble => {
    const here = (one: { readonly channel: string; readonly account: string }) => one.channel === channel && one.account === account
    return { letters: letters.data?.items.filter(here) ?? [], unread: unread.data?.items.filter(here) ?? [] }
  }
  const red = all.filter(({ state }) => state === 'red').length
  return (
    <div className={styles.page}>
      <header className={styles.header}>
        <Logo size={40} />
        <div className={styles.headings}>
          <h1>Accounts</h1>
          <p role="status">{accounts.isError ? `The hub does not answer: ${accounts.error.message}` : summary(all.length, red)}</p>
        </div>
        <Button
          variant="default"
          leftSection={<IconLogout2 size={17} stroke={1.8} aria-hidden />}
          loading={signOut.isPending}
          onClick={() => signOut.mutate()}
        >
          Sign out
        </Button>
      </header>
      <main className={styles.list}>
        {all.map((view) => (
          <AccountCard key={`${view.channel}/${view.account}`} view={view} trouble={troubleOf(view.channel, view.account)} />
        ))}
      </main>
    </div>
  )
}

const isShut = (error: unknown): error is ApiError => error instanceof ApiError && (error.status === 401 || error.status === 403)

const hintOf = (error: ApiError): string | undefined =>
  error.status === 403 ? 'This sign-in is no admin’s. Sign in as an admin.' : undefined

function summary(all: number, red: number): string {
  if (all === 0) return 'Looking…'
  const accounts = all === 1 ? '1 account' : `${all} accounts`
  return red === 0 ? `${accounts}, none needs attention` : `${accounts}, ${red} ${red === 1 ? 'needs' : 'need'} attention`
}

import { useQuery } from '@tanstack/react-query'
import { AdminFrame } from '../shared/admin-frame.tsx'
import { ApiError, worthRetrying } from '../shared/api.ts'
import { hintOf, isShut } from '../shared/session.ts'
import { SignIn } from '../shared/sign-in.tsx'
import { AccountCard, type Trouble } from './account-card.tsx'
import styles from './admin.module.css'
import { adminApi } from './api.ts'

const refreshMs = 3_000
const troubleMs = 15_000

/** Every account and how it is, read again every few seconds. */
export function AdminPage() {
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

  if (isShut(accounts.error)) return <SignIn title="Accounts" hint={hintOf(accounts.error)} />
  const all = accounts.data?.accounts ?? []
  const troubleOf = (channel: string, account: string): Trouble => {
    const here = (one: { readonly channel: string; readonly account: string }) => one.channel === channel && one.account === account
    return { letters: letters.data?.items.filter(here) ?? [], unread: unread.data?.items.filter(here) ?? [] }
  }
  const red = all.filter(({ state }) => state === 'red').length
  return (
    <AdminFrame
      title="Accounts"
      says={accounts.isError ? `The hub does not answer: ${accounts.error.message}` : summary(all.length, red)}
      page="accounts"
    >
      <main className={styles.list}>
        {all.map((view) => (
          <AccountCard key={`${view.channel}/${view.account}`} view={view} trouble={troubleOf(view.channel, view.account)} />
        ))}
      </main>
    </AdminFrame>
  )
}

function summary(all: number, red: number): string {
  if (all === 0) return 'Looking…'
  const accounts = all === 1 ? '1 account' : `${all} accounts`
  return red === 0 ? `${accounts}, none needs attention` : `${accounts}, ${red} ${red === 1 ? 'needs' : 'need'} attention`
}

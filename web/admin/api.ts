import type { AccountView, DeadLetterView, QuarantineView } from '../../src/http/api-types.ts'
import { call } from '../shared/api.ts'

type Page<Item> = { readonly items: readonly Item[]; readonly next: string | null }

/** What admins may see and do; the browser sends the session along. */
export const adminApi = {
  accounts: () => call<{ readonly accounts: readonly AccountView[] }>('/api/admin/accounts'),
  check: ({ channel, account }: AccountView) =>
    call<AccountView>(`/api/admin/accounts/${encodeURIComponent(channel)}/${encodeURIComponent(account)}/check`, { json: {} }),
  deadLetters: () => call<Page<DeadLetterView>>(`/api/admin/dead-letters?limit=${newest}`),
  quarantine: () => call<Page<QuarantineView>>(`/api/admin/quarantine?limit=${newest}`),
}

/** Of what went wrong so many are looked at, the newest first. */
export const newest = 50

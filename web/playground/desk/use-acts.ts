import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useState } from 'react'
import { ApiError, worthRetrying } from '../../shared/api.ts'
import { uuid } from '../../shared/uuid.ts'
import { type Act, deskApi } from './api.ts'

export type PendingAct = {
  readonly key: string
  readonly conversation: string
  readonly act: Act
  readonly at: string
  /** What the person will read, where the act does not say it. */
  readonly shows?: string
  readonly problem?: string
}

const attempts = 4

/** What the technician has done and the hub has not yet confirmed. Tried again under the same key, so that it happens once. */
export function useActs() {
  const queries = useQueryClient()
  const [pending, setPending] = useState<readonly PendingAct[]>([])

  const run = useCallback(
    async (entry: PendingAct) => {
      const change = (problem?: string) =>
        setPending((now) => now.map((one) => (one.key === entry.key ? { ...entry, ...(problem ? { problem } : {}) } : one)))
      change()
      for (let attempt = 1; ; attempt += 1) {
        try {
          await deskApi.act(entry.conversation, { ...entry.act, key: entry.key })
          await Promise.all([
            queries.invalidateQueries({ queryKey: ['conversation', entry.conversation] }),
            queries.invalidateQueries({ queryKey: ['desk'] }),
          ])
          setPending((now) => now.filter((one) => one.key !== entry.key))
          return
        } catch (error) {
          const again = error instanceof ApiError && worthRetrying(error) && attempt < attempts
          if (!again) {
            void queries.invalidateQueries({ queryKey: ['desk'] })
            return change(error instanceof Error ? error.message : 'That did not work.')
          }
          await new Promise((resolve) => setTimeout(resolve, 400 * 2 ** attempt))
        }
      }
    },
    [queries],
  )
  const act = useCallback(
    (conversation: string, what: Act, shows?: string) => {
      const entry = { key: uuid(), conversation, act: what, at: new Date().toISOString(), ...(shows ? { shows } : {}) }
      setPending((now) => [...now.filter((one) => !one.problem || one.act.do === 'say' || one.act.do === 'note'), entry])
      void run(entry)
    },
    [run],
  )
  const dismiss = useCallback((key: string) => setPending((now) => now.filter((one) => one.key !== key)), [])
  return { pending, act, retry: run, dismiss }
}
export type Acts = ReturnType<typeof useActs>

import { Button, Loader, Select } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type RefObject, useEffect, useRef, useState } from 'react'
import type { TechnicianView } from '../../../src/http/api-types.ts'
import { Avatar } from '../../shared/avatar.tsx'
import { deskApi } from './api.ts'
import { ConversationList } from './conversation-list.tsx'
import { ConversationPane } from './conversation-pane.tsx'
import styles from './desk.module.css'
import { useActs } from './use-acts.ts'
import { useDesk } from './use-desk.ts'

/** The technician's side: who waits, what is mine, and one conversation to answer in. */
export function DeskPanel() {
  const { session, desk, live, typing } = useDesk()
  const acts = useActs()
  const [open, setOpen] = useState<string | null>(null)
  const body = useRef<HTMLDivElement>(null)
  useFirstToOpen(desk.data?.waiting.map(({ id }) => id) ?? [], open, setOpen, body)

  const failed = session.error ?? (desk.data ? null : desk.error)
  if (failed) {
    return (
      <div className={styles.blank}>
        <p>The technician could not be signed in: {failed.message}</p>
        <Button onClick={() => (session.isError ? session.refetch() : desk.refetch())}>Try again</Button>
      </div>
    )
  }
  if (!desk.data) {
    return (
      <div className={styles.blank}>
        <Loader role="status" aria-label="Signing the technician in" />
      </div>
    )
  }
  const { me } = desk.data
  return (
    <div className={styles.panel}>
      <header className={styles.head}>
        <Avatar by="technician" name={me.name} size={34} />
        <div className={styles.headText}>
          <strong>{me.name}</strong>
          <span>Technician</span>
        </div>
        {live ? null : (
          <span className={styles.lost} role="status">
            Reconnecting…
          </span>
        )}
        <Presence me={me} />
      </header>
      <div ref={body} className={styles.body} data-open={open !== null || undefined}>
        <ConversationList desk={desk.data} open={open} onOpen={setOpen} />
        {open === null ? (
          <div className={styles.blank}>
            <p>Whoever asks for a technician shows up under “Waiting”.</p>
          </div>
        ) : (
          <ConversationPane
            key={open}
            id={open}
            me={me.name}
            acts={acts}
            typing={typing?.id === open ? typing.name : null}
            back={() => setOpen(null)}
          />
        )}
      </div>
    </div>
  )
}

/** Where the list stands beside the conversation: desk.module.css has the same number. */
const wide = 680

/** Where there is room somebody who begins to wait is opened by itself, as long as nothing else is. */
function useFirstToOpen(
  waiting: readonly string[],
  open: string | null,
  setOpen: (id: string) => void,
  body: RefObject<HTMLDivElement | null>,
): void {
  const shown = useRef(new Set<string>())
  const next = waiting.find((id) => !shown.current.has(id))
  useEffect(() => {
    if (next === undefined) return
    shown.current.add(next)
    if (open === null && (body.current?.clientWidth ?? 0) > wide) setOpen(next)
  }, [next, open, setOpen, body])
}

const presences = [
  { value: 'available', label: 'Available' },
  { value: 'busy', label: 'Busy' },
  { value: 'away', label: 'Away' },
]

function Presence({ me }: { readonly me: TechnicianView }) {
  const queries = useQueryClient()
  const change = useMutation({ mutationFn: deskApi.presence, onSettled: () => queries.invalidateQueries({ queryKey: ['desk'] }) })
  return (
    <Select
      className={styles.presence}
      aria-label="Presence"
      size="xs"
      radius="xl"
      allowDeselect={false}
      data={presences}
      value={change.isPending ? (change.variables ?? me.presence) : me.presence}
      onChange={(value) => value && change.mutate(value as TechnicianView['presence'])}
      leftSection={<span className={styles.presenceDot} data-presence={me.presence} />}
      comboboxProps={{ shadow: 'md' }}
    />
  )
}

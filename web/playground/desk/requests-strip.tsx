import { Button, NativeSelect, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { uuid } from '../../shared/uuid.ts'
import { deskApi, type LinkedRequest, type Priority } from './api.ts'
import styles from './desk.module.css'

const statuses: { readonly [status in LinkedRequest['status']]: string } = {
  approval: 'waits for approval',
  open: 'open',
  'in-progress': 'in progress',
  waiting: 'waits for an answer',
  resolved: 'resolved',
  closed: 'closed',
  cancelled: 'cancelled',
  rejected: 'not approved',
}
const priorities: readonly { readonly value: Priority; readonly label: string }[] = [
  { value: 'low', label: 'Low' },
  { value: 'medium', label: 'Medium' },
  { value: 'high', label: 'High' },
  { value: 'critical', label: 'Critical' },
]
const mayResolve = ({ status }: LinkedRequest) => status === 'open' || status === 'in-progress' || status === 'waiting'

/** The requests that this conversation is linked to, a new one, and the end of one. Not there where another service desk keeps them. */
export function RequestsStrip({ id }: { readonly id: string }) {
  const queries = useQueryClient()
  const key = ['conversation', id, 'requests']
  const known = useQuery({ queryKey: key, queryFn: () => deskApi.requests(id), retry: false })
  /** `new`, or the number of the request that is being resolved. */
  const [doing, setDoing] = useState<string | null>(null)
  if (!known.data) return null
  const { requests } = known.data
  const done = () => {
    setDoing(null)
    void queries.invalidateQueries({ queryKey: key })
  }
  const cancel = () => setDoing(null)
  return (
    <section className={styles.requests} aria-label="Requests">
      <div className={styles.requestsHead}>
        <h3>
          Requests <span className={styles.count}>{requests.length}</span>
        </h3>
        {doing === 'new' ? null : (
          <Button size="compact-xs" radius="xl" variant="default" onClick={() => setDoing('new')}>
            New request
          </Button>
        )}
      </div>
      {doing === 'new' ? <NewRequest id={id} done={done} cancel={cancel} /> : null}
      {requests.length > 0 ? (
        <ul>
          {requests.map((request) => (
            <li key={request.number}>
              <strong className={styles.number}>{request.number}</strong>
              <span className={styles.subject} title={request.subject}>
                {request.subject}
              </span>
              <span className={styles.status} data-status={request.status}>
                {statuses[request.status]}
              </span>
              {mayResolve(request) && doing !== request.number ? (
                <Button
                  size="compact-xs"
                  radius="xl"
                  variant="subtle"
                  aria-label={`Resolve ${request.number}`}
                  onClick={() => setDoing(request.number)}
                >
                  Resolve
                </Button>
              ) : null}
              {doing === request.number ? <Resolve number={request.number} done={done} cancel={cancel} /> : null}
            </li>
          ))}
        </ul>
      ) : null}
    </section>
  )
}

type FormProps = { readonly done: () => void; readonly cancel: () => void }

function NewRequest({ id, done, cancel }: FormProps & { readonly id: string }) {
  const [subject, setSubject] = useState('')
  const [priority, setPriority] = useState<Priority>('medium')
  const open = useOnce((key) => deskApi.openRequest(id, key, { subject: subject.trim(), priority }), done)
  return (
    <Line label="New request" submit="Open request" ready={subject.trim() !== ''} deed={open} cancel={cancel}>
      <TextInput
        className={styles.grows!}
        label="Subject"
        size="xs"
        maxLength={200}
        autoFocus
        value={subject}
        onChange={({ currentTarget: { value } }) => setSubject(value)}
      />
      <NativeSelect
        label="Priority"
        size="xs"
        data={[...priorities]}
        value={priority}
        onChange={({ currentTarget: { value } }) => setPriority(value as Priority)}
      />
    </Line>
  )
}

function Resolve({ number, done, cancel }: FormProps & { readonly number: string }) {
  const [resolution, setResolution] = useState('')
  const resolve = useOnce((key) => deskApi.resolveRequest(number, key, resolution.trim()), done)
  return (
    <Line label={`Resolve ${number}`} submit="Resolve" ready={resolution.trim() !== ''} deed={resolve} cancel={cancel}>
      <TextInput
        className={styles.grows!}
        label="How it was solved (the person reads it)"
        size="xs"
        maxLength={2_000}
        autoFocus
        value={resolution}
        onChange={({ currentTarget: { value } }) => setResolution(value)}
      />
    </Line>
  )
}

/** Sent again after a failure it still happens once. */
function useOnce(send: (key: string) => Promise<unknown>, done: () => void) {
  const [key] = useState(uuid)
  return useMutation({ mutationFn: () => send(key), onSuccess: done })
}

type LineProps = {
  readonly label: string
  readonly submit: string
  readonly ready: boolean
  readonly deed: ReturnType<typeof useOnce>
  readonly cancel: () => void
  readonly children: ReactNode
}

function Line({ label, submit, ready, deed, cancel, children }: LineProps) {
  return (
    <form
      className={styles.requestForm}
      aria-label={label}
      onSubmit={(event) => {
        event.preventDefault()
        if (ready && !deed.isPending) deed.mutate()
      }}
    >
      {children}
      <div className={styles.requestDeeds}>
        <Button type="submit" size="xs" radius="xl" disabled={!ready} loading={deed.isPending}>
          {submit}
        </Button>
        <Button type="button" size="xs" radius="xl" variant="default" onClick={cancel}>
          Cancel
        </Button>
      </div>
      {deed.error ? (
        <p className={styles.requestProblem} role="alert">
          {deed.error.message}
        </p>
      ) : null}
    </form>
  )
}

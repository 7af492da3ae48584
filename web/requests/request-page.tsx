import { Button, Loader } from '@mantine/core'
import { IconHeadset, IconUser } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import type { RequestPageView } from '../../src/http/api-types.ts'
import { ApiError, worthRetrying } from '../shared/api.ts'
import { MediaContent } from '../shared/file-view.tsx'
import { Logo } from '../shared/logo.tsx'
import { clockTime, dayName, fullTime } from '../shared/time.ts'
import { AnswerBox } from './answer-box.tsx'
import { placeOf, requestApi } from './api.ts'
import styles from './requests.module.css'
import { APPROVAL, PRIORITY, STATUS } from './words.ts'

const refreshMs = 15_000
const place = placeOf(location)

/** One request as its requester sees it, read again from time to time. */
export function RequestPage() {
  const { data, error, refetch, isFetching } = useQuery({
    queryKey: ['request'],
    queryFn: () => requestApi.read(place),
    refetchInterval: ({ state }) => (isShut(state.error) ? false : refreshMs),
    refetchIntervalInBackground: false,
    retry: (count, failed) => count < 3 && failed instanceof ApiError && worthRetrying(failed),
  })
  useEffect(() => {
    if (data) document.title = `${data.number}: ${data.subject}`
  }, [data])
  if (isShut(error)) return <Notice {...shutWords(error)} />
  if (!data && error) return <Notice title="This did not work" text={error.message} again={() => void refetch()} busy={isFetching} />
  if (!data)
    return (
      <main className={styles.door} aria-busy>
        <h1 className="sb-hidden">Your request</h1>
        <Loader aria-label="Loading your request" />
      </main>
    )
  return <Shown request={data} />
}

/** No waiting will open it. */
const isShut = (error: Error | null): error is ApiError => error instanceof ApiError && [400, 403, 404, 410].includes(error.status)

function shutWords(error: ApiError): { readonly title: string; readonly text: string } {
  if (error.status === 410)
    return { title: 'This link has expired', text: 'Ask for your request in the chat where you opened it: you will get a new link.' }
  return {
    title: 'This link does not open a request',
    text: 'It may have been cut off on its way. Open it again from the message that you got.',
  }
}

function Notice({
  title,
  text,
  again,
  busy = false,
}: {
  readonly title: string
  readonly text: string
  readonly again?: () => void
  readonly busy?: boolean
}) {
  return (
    <main className={styles.door}>
      <Logo size={48} />
      <h1>{title}</h1>
      <p>{text}</p>
      {again ? (
        <Button onClick={again} loading={busy}>
          Try again
        </Button>
      ) : null}
    </main>
  )
}

function Shown({ request }: { readonly request: RequestPageView }) {
  const status = STATUS[request.status]
  const facts = [
    { label: 'Opened', value: `${dayName(request.openedAt, new Date())}, ${clockTime(request.openedAt)}` },
    { label: 'Priority', value: PRIORITY[request.priority] },
    ...(request.technician === null ? [] : [{ label: 'Technician', value: request.technician }]),
    ...(request.item === null ? [] : [{ label: 'Item', value: request.item }]),
    ...request.fields,
  ]
  return (
    <div className={styles.page}>
      <header className={styles.header}>
        <Logo size={36} />
        <p>{request.deskName}</p>
      </header>
      <main className={styles.sheet}>
        <div className={styles.head}>
          <p className={styles.number}>{request.number}</p>
          <span className={styles.badge} data-kind={status.kind}>
            {status.label}
          </span>
        </div>
        <h1>{request.subject}</h1>
        <p className={styles.says}>{status.says}</p>
        {request.resolution ? (
          <section className={styles.resolution} aria-label="How it was solved">
            <h2>How it was solved</h2>
            <p className={styles.words}>{request.resolution}</p>
          </section>
        ) : null}
        {request.description.trim() === '' ? null : <p className={styles.words}>{request.description}</p>}
        <dl className={styles.facts}>
          {facts.map(({ label, value }) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
        {request.approvals.length === 0 ? null : (
          <section aria-labelledby="approvals">
            <h2 id="approvals">Approvals</h2>
            <ol className={styles.approvals}>
              {request.approvals.map(({ title, state }) => (
                <li key={title} data-state={state}>
                  <span>{title}</span>
                  <span className={styles.state}>{APPROVAL[state]}</span>
                </li>
              ))}
            </ol>
          </section>
        )}
        {request.files.length === 0 ? null : (
          <section aria-labelledby="files">
            <h2 id="files">Files</h2>
            <div className={styles.files}>
              {request.files.map((file) => (
                <MediaContent key={file.id} media={{ type: 'media', kind: 'file', file }} />
              ))}
            </div>
          </section>
        )}
        <section aria-labelledby="said">
          <h2 id="said">Messages</h2>
          {request.comments.length === 0 ? (
            <p className={styles.quiet}>Nobody has written yet.</p>
          ) : (
            <ol className={styles.comments}>
              {request.comments.map((comment, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: comments are only ever added at the end
                <li key={index} data-by={comment.by}>
                  <p className={styles.who}>
                    {comment.by === 'person' ? <IconUser size={16} aria-hidden /> : <IconHeadset size={16} aria-hidden />}
                    <strong>{comment.name}</strong>
                    <time dateTime={comment.at} title={fullTime(comment.at)}>
                      {dayName(comment.at, new Date())}, {clockTime(comment.at)}
                    </time>
                  </p>
                  <p className={styles.words}>{comment.text}</p>
                </li>
              ))}
            </ol>
          )}
        </section>
        <AnswerBox place={place} request={request} />
      </main>
    </div>
  )
}

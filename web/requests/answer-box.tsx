import { Button, Textarea } from '@mantine/core'
import { IconRotate2, IconSend2 } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import type { RequestPageView } from '../../src/http/api-types.ts'
import { uuid } from '../shared/uuid.ts'
import { type Place, requestApi } from './api.ts'
import styles from './requests.module.css'

type Props = { readonly place: Place; readonly request: RequestPageView }

/** Where its requester writes to the technicians, or says that it is not solved. A call that failed is repeated with its key, so that it happens once. */
export function AnswerBox({ place, request }: Props) {
  const queries = useQueryClient()
  const [text, setText] = useState('')
  const key = useRef(uuid())
  const [said, setSaid] = useState('')
  const reopens = request.mayReopen
  const send = useMutation({
    mutationFn: () => (reopens ? requestApi.reopen(place, key.current, text) : requestApi.comment(place, key.current, text)),
    onSuccess: (view) => {
      queries.setQueryData(['request'], view)
      setSaid(reopens ? 'It is open again.' : 'Sent.')
      setText('')
      key.current = uuid()
    },
  })
  if (!request.mayComment && !reopens)
    return (
      <p className={styles.quiet} role="status">
        {said}
      </p>
    )
  return (
    <form
      className={styles.answer}
      onSubmit={(event) => {
        event.preventDefault()
        setSaid('')
        send.mutate()
      }}
    >
      <Textarea
        label={reopens ? 'Not solved? Tell us what is still wrong' : 'Write to the technicians'}
        autosize
        styles={{ label: { marginBottom: 6 } }}
        minRows={3}
        maxRows={12}
        size="md"
        maxLength={20_000}
        value={text}
        onChange={({ currentTarget }) => {
          setText(currentTarget.value)
          // Other words are another call.
          if (!send.isPending) key.current = uuid()
        }}
      />
      <div className={styles.sendRow}>
        <p className={styles.quiet} role="status">
          {send.isSuccess ? said : ''}
        </p>
        <Button
          type="submit"
          size="md"
          loading={send.isPending}
          disabled={!reopens && text.trim() === ''}
          leftSection={reopens ? <IconRotate2 size={18} aria-hidden /> : <IconSend2 size={18} aria-hidden />}
        >
          {reopens ? 'Reopen' : 'Send'}
        </Button>
      </div>
      <div role="alert">{send.error ? <p className={styles.problem}>{send.error.message} Nothing was lost: try again.</p> : null}</div>
    </form>
  )
}

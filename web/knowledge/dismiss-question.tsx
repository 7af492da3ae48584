import { Button, Radio, Textarea } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { QuestionView } from '../../src/http/api-types.ts'
import { Dialog, DialogButtons } from '../shared/dialog.tsx'
import { knowledgeApi } from './api.ts'
import styles from './knowledge.module.css'
import { Problem } from './notices.tsx'

const reasons = ['Nothing for this desk', 'Nonsense, or only a test', 'Answered somewhere else']
const other = 'other'

/** Lays a question aside, with the reason for other authors. */
export function DismissQuestion({ question, onClose }: { readonly question: QuestionView; readonly onClose: () => void }) {
  const queries = useQueryClient()
  const [chosen, setChosen] = useState(reasons[0]!)
  const [own, setOwn] = useState('')
  const [missing, setMissing] = useState(false)
  const dismiss = useMutation({
    mutationFn: () => knowledgeApi.settle(question.id, { state: 'dismissed', reason: chosen === other ? own.trim() : chosen }),
    onSuccess: () => {
      onClose()
      return queries.invalidateQueries({ queryKey: ['questions'] })
    },
  })
  return (
    <Dialog onClose={onClose} title="Dismiss this question?">
      <form
        className={styles.dialog}
        onSubmit={(event) => {
          event.preventDefault()
          const empty = chosen === other && own.trim() === ''
          setMissing(empty)
          if (!empty) dismiss.mutate()
        }}
      >
        <p className={styles.quoted}>{question.words}</p>
        <Radio.Group label="Why" value={chosen} onChange={setChosen}>
          <div className={styles.radios}>
            {reasons.map((reason) => (
              <Radio key={reason} value={reason} label={reason} />
            ))}
            <Radio value={other} label="Another reason" />
          </div>
        </Radio.Group>
        {chosen === other ? (
          <Textarea
            label="The reason, for other authors"
            data-autofocus
            autosize
            minRows={2}
            maxLength={300}
            value={own}
            error={missing ? 'Say why, in a few words.' : undefined}
            onChange={({ currentTarget }) => setOwn(currentTarget.value)}
          />
        ) : null}
        <p className={styles.quiet}>It stays dismissed, however often it is asked. You find it under Dismissed.</p>
        <Problem error={dismiss.error} />
        <DialogButtons>
          <Button variant="default" onClick={onClose}>
            Keep it
          </Button>
          <Button type="submit" loading={dismiss.isPending}>
            Dismiss
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  )
}

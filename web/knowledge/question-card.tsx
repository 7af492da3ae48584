import { Button } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Fragment, useId, useState } from 'react'
import type { QuestionView } from '../../src/http/api-types.ts'
import { When } from '../shared/when.tsx'
import { AddToArticle } from './add-to-article.tsx'
import { knowledgeApi } from './api.ts'
import { DismissQuestion } from './dismiss-question.tsx'
import styles from './knowledge.module.css'
import { Problem } from './notices.tsx'
import { Go, go } from './route.tsx'
import { times, WHYS } from './words.ts'

/** One question, however often it was asked, and what an author can do about it. */
export function QuestionCard({ question }: { readonly question: QuestionView }) {
  const heading = useId()
  const [open, setOpen] = useState<'add' | 'dismiss'>()
  const close = () => setOpen(undefined)
  return (
    <li>
      <article className={styles.card} aria-labelledby={heading}>
        <h2 id={heading} className={styles.asked}>
          {question.words}
        </h2>
        <p className={styles.facts}>
          <b className={styles.times}>Asked {times(question.times)}</b>
          <span>{question.sources.join(', ')}</span>
          <span>
            last <When at={question.lastAt} />
          </span>
        </p>
        <Why question={question} />
        {question.state === 'open' ? (
          <div className={styles.acts}>
            <Button size="sm" variant="light" onClick={() => go({ at: 'new', question: question.id })}>
              Write an article
            </Button>
            <Button size="sm" variant="default" onClick={() => setOpen('add')}>
              Add to an article
            </Button>
            <Button size="sm" variant="subtle" onClick={() => go({ at: 'try', question: question.id })}>
              Try it
            </Button>
            <Button size="sm" variant="subtle" color="gray" onClick={() => setOpen('dismiss')}>
              Dismiss
            </Button>
          </div>
        ) : (
          <OpenAgain question={question} />
        )}
      </article>
      {open === 'add' ? <AddToArticle question={question} onClose={close} /> : null}
      {open === 'dismiss' ? <DismissQuestion question={question} onClose={close} /> : null}
    </li>
  )
}

function Why({ question: { why, shown, state, answeredBy, reason, settledBy, settledAt } }: { readonly question: QuestionView }) {
  return (
    <div className={styles.why}>
      <p>
        {WHYS[why]}
        {shown.length > 0 ? ': ' : ''}
        {shown.map(({ id, title }, place) => (
          <Fragment key={id}>
            {place > 0 ? ', ' : ''}
            <Go to={{ at: 'article', id, question: undefined }}>{title}</Go>
          </Fragment>
        ))}
      </p>
      {answeredBy ? (
        <p>
          {state === 'open' ? 'Asked again since it was answered with ' : 'Answered with '}
          <Go to={{ at: 'article', id: answeredBy.id, question: undefined }}>{answeredBy.title}</Go>
        </p>
      ) : null}
      {state !== 'open' && settledAt ? (
        <p>
          {state === 'dismissed' ? `Dismissed${reason ? ` (${reason})` : ''}` : 'Settled'} by {settledBy ?? 'somebody'},{' '}
          <When at={settledAt} />
        </p>
      ) : null}
    </div>
  )
}

function OpenAgain({ question }: { readonly question: QuestionView }) {
  const queries = useQueryClient()
  const open = useMutation({
    mutationFn: () => knowledgeApi.settle(question.id, { state: 'open' }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['questions'] }),
  })
  return (
    <div className={styles.acts}>
      <Button size="sm" variant="default" loading={open.isPending} onClick={() => open.mutate()}>
        Open it again
      </Button>
      <Problem error={open.error} />
    </div>
  )
}

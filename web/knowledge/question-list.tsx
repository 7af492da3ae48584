import { Button, CloseButton, SegmentedControl, Select } from '@mantine/core'
import { IconMoodSmile } from '@tabler/icons-react'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { QuestionView } from '../../src/http/api-types.ts'
import { knowledgeApi, type QuestionFilter } from './api.ts'
import styles from './knowledge.module.css'
import { Nothing, Problem, Waiting } from './notices.tsx'
import { QuestionCard } from './question-card.tsx'
import { Go, go } from './route.tsx'
import { WHYS } from './words.ts'

const whys = Object.entries(WHYS).map(([value, label]) => ({ value, label }))
const states: { readonly [of in QuestionView['state']]: string } = { open: 'Open', done: 'Answered', dismissed: 'Dismissed' }

/** What nobody could answer. `article`: only what this one did not help with. */
export function QuestionList({ article }: { readonly article: string | undefined }) {
  const [state, setState] = useState<QuestionFilter['state']>('open')
  const [order, setOrder] = useState<QuestionFilter['order']>('most-asked')
  const [why, setWhy] = useState<QuestionFilter['why']>()
  const filter = { state, order, why, article }
  const found = useInfiniteQuery({
    queryKey: ['questions', filter],
    queryFn: ({ pageParam }) => knowledgeApi.questions(filter, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
  })
  const items = found.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <>
      <div className={styles.filters}>
        <SegmentedControl
          aria-label="Order"
          className={styles.segments}
          value={order}
          onChange={(value) => setOrder(value as QuestionFilter['order'])}
          data={[
            { value: 'most-asked', label: 'Most asked' },
            { value: 'newest', label: 'Newest' },
          ]}
        />
        <Select
          aria-label="Why nobody answered"
          placeholder="Whatever the reason"
          clearable
          data={whys}
          value={why ?? null}
          onChange={(value) => setWhy((value ?? undefined) as QuestionFilter['why'])}
        />
        <SegmentedControl
          aria-label="State"
          className={styles.segments}
          value={state}
          onChange={(value) => setState(value as QuestionFilter['state'])}
          data={Object.entries(states).map(([value, label]) => ({ value, label }))}
        />
      </div>
      {article === undefined ? null : <OnlyOf article={article} />}
      <Problem error={found.error} />
      {found.isPending ? <Waiting /> : null}
      {found.isSuccess && items.length === 0 ? <NoQuestions state={state} narrowed={why !== undefined || article !== undefined} /> : null}
      <ul className={styles.cards} aria-label={`${states[state]} questions`}>
        {items.map((question) => (
          <QuestionCard key={question.id} question={question} />
        ))}
      </ul>
      {found.hasNextPage ? (
        <Button className={styles.more} variant="default" loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
          Show more
        </Button>
      ) : null}
    </>
  )
}

function OnlyOf({ article }: { readonly article: string }) {
  const { data } = useQuery({ queryKey: ['article', article], queryFn: () => knowledgeApi.article(article) })
  return (
    <p className={styles.only}>
      Only where{' '}
      <Go to={{ at: 'article', id: article, question: undefined }}>
        <b>{data?.title ?? article}</b>
      </Go>{' '}
      was offered and did not help
      <CloseButton size="sm" aria-label="Show questions of all articles" onClick={() => go({ at: 'questions', article: undefined })} />
    </p>
  )
}

function NoQuestions({ state, narrowed }: { readonly state: QuestionView['state']; readonly narrowed: boolean }) {
  if (narrowed)
    return (
      <Nothing icon={<IconMoodSmile size={34} stroke={1.5} />} title="No question fits">
        Nothing of this kind waits here. Choose another reason, or show the questions of all articles.
      </Nothing>
    )
  if (state !== 'open')
    return (
      <Nothing icon={<IconMoodSmile size={34} stroke={1.5} />} title={state === 'done' ? 'Nothing answered yet' : 'Nothing dismissed yet'}>
        {state === 'done'
          ? 'Questions come here when an article is published for them.'
          : 'Questions come here when you dismiss them. They stay dismissed, however often they are asked.'}
      </Nothing>
    )
  return (
    <Nothing
      icon={<IconMoodSmile size={34} stroke={1.5} />}
      title="Nobody waits for an answer"
      act={
        <Button variant="light" onClick={() => go({ at: 'try', question: undefined })}>
          Try a question
        </Button>
      }
    >
      Here comes what the virtual agent could not answer: where it found nothing, and where what it offered did not help. Ask it something
      yourself and see what it would say.
    </Nothing>
  )
}

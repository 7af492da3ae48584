import { Button, Select, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import type { ArticleText, ArticleTrial, Readers, TrialAnswer } from '../../src/http/api-types.ts'
import { MarkdownView } from '../shared/markdown-view.tsx'
import { knowledgeApi } from './api.ts'
import { Problem } from './notices.tsx'
import { Go } from './route.tsx'
import styles from './try.module.css'

const readers: readonly { readonly value: Readers; readonly label: string }[] = [
  { value: 'public', label: 'asked by a guest' },
  { value: 'employees', label: 'asked by an employee' },
  { value: 'technicians', label: 'asked by a technician' },
]

/** Asks the virtual agent; with a draft, before and after it is published. */
export function TryPanel({
  question,
  draft,
}: {
  readonly question: string
  /** Undefined where there is nothing that people do not read already. */
  readonly draft: (ArticleText & { readonly id?: string }) | undefined
}) {
  const [words, setWords] = useState(question)
  const [chosen, setChosen] = useState<Readers>()
  const reader = chosen ?? draft?.audience ?? 'public'
  const ask = useMutation({
    mutationFn: async () => ({ told: await knowledgeApi.tryOut({ question: words, reader, ...(draft ? { draft } : {}) }) }),
  })
  const first = useRef(question !== '')
  useEffect(() => {
    if (first.current) ask.mutate()
    first.current = false
  }, [ask.mutate])
  return (
    <>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault()
          if (words.trim() !== '') ask.mutate()
        }}
      >
        <TextInput
          className={styles.question}
          label="Question"
          placeholder="my vpn does not connect"
          maxLength={500}
          value={words}
          onChange={({ currentTarget }) => setWords(currentTarget.value)}
        />
        <Select
          aria-label="Who asks"
          allowDeselect={false}
          data={readers}
          value={reader}
          onChange={(value) => setChosen((value ?? undefined) as Readers | undefined)}
        />
        <Button type="submit" variant="light" loading={ask.isPending}>
          Ask
        </Button>
      </form>
      <Problem error={ask.error} />
      <div aria-live="polite">{ask.data ? <Told trial={ask.data.told} /> : null}</div>
    </>
  )
}

function Told({ trial: { takenFor, now, withDraft } }: { readonly trial: ArticleTrial }) {
  return (
    <>
      {takenFor.length > 0 ? (
        <p className={styles.taken}>
          In a chat this is taken for <b>{takenFor.join(' or ')}</b>: articles are looked for only where somebody asks further. Below is
          what they would give.
        </p>
      ) : null}
      <div className={styles.answers}>
        <Answer heading={withDraft ? 'Now' : 'It would say'} answer={now} />
        {withDraft ? <Answer heading="With your text published" answer={withDraft} /> : null}
      </div>
    </>
  )
}

function Answer({ heading, answer: { answer, quote, articles, corrected } }: { readonly heading: string; readonly answer: TrialAnswer }) {
  const [best, ...others] = articles
  return (
    <section className={styles.answer} data-answer={answer}>
      <h3>{heading}</h3>
      {answer === 'quote' && best ? (
        <>
          <blockquote className={styles.bubble}>
            <p>This may help:</p>
            <p>
              <b>{best.title}</b>
            </p>
            <MarkdownView text={quote} />
          </blockquote>
          <p className={styles.from}>
            Quoted from <Named {...best} />
            {others.length > 0 ? '. Also offered: ' : '.'}
            <Titles of={others} />
          </p>
        </>
      ) : answer === 'suggest' ? (
        <>
          <p>It is not sure, quotes nothing, and offers:</p>
          <ul className={styles.offers}>
            {articles.map((one) => (
              <li key={one.id ?? ''}>
                <Named {...one} />
              </li>
            ))}
          </ul>
          <p className={styles.from}>To be quoted, an article needs the words of the question in its title or keywords.</p>
        </>
      ) : (
        <p>It does not know, and offers a technician.</p>
      )}
      {corrected.length > 0 ? (
        <p className={styles.from}>Taken for typing mistakes: {corrected.map(({ from, to }) => `“${from}” for “${to}”`).join(', ')}.</p>
      ) : null}
    </section>
  )
}

function Titles({ of }: { readonly of: TrialAnswer['articles'] }) {
  return of.map((one, place) => (
    <span key={one.id ?? ''}>
      {place > 0 ? ', ' : ''}
      <Named {...one} />
    </span>
  ))
}

function Named({ id, title, draft }: TrialAnswer['articles'][number]) {
  if (draft || id === null) return <b className={styles.own}>this article</b>
  return <Go to={{ at: 'article', id, question: undefined }}>{title}</Go>
}

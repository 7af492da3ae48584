import { TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconSearch } from '@tabler/icons-react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { ArticleLine, QuestionView } from '../../src/http/api-types.ts'
import { Dialog } from '../shared/dialog.tsx'
import { knowledgeApi } from './api.ts'
import styles from './knowledge.module.css'
import { Problem } from './notices.tsx'
import { Go } from './route.tsx'
import { READERS, STATES } from './words.ts'

const typingMs = 250

/** What was offered and did not help comes first, and last what can't be changed here. */
const rank = ({ shown }: QuestionView, { id, readOnly }: ArticleLine): number => (readOnly ? 2 : shown.some((one) => one.id === id) ? 0 : 1)

/** Chooses the article that shall answer a question; the question goes along into the editor. */
export function AddToArticle({ question, onClose }: { readonly question: QuestionView; readonly onClose: () => void }) {
  const [text, setText] = useState('')
  const [asked] = useDebouncedValue(text.trim(), typingMs)
  const found = useQuery({
    queryKey: ['articles', 'to-add', asked],
    queryFn: () => knowledgeApi.articles({ text: asked }),
    placeholderData: keepPreviousData,
  })
  const items = [...(found.data?.items ?? [])].sort((a, b) => rank(question, a) - rank(question, b))
  return (
    <Dialog onClose={onClose} title="Which article shall answer it?" wide>
      <div className={styles.dialog}>
        <p className={styles.quoted}>{question.words}</p>
        <TextInput
          label="Search in titles and keywords"
          data-autofocus
          leftSection={<IconSearch size={17} stroke={1.8} aria-hidden />}
          value={text}
          onChange={({ currentTarget }) => setText(currentTarget.value)}
        />
        <Problem error={found.error} />
        <ul className={styles.picks} aria-label="Articles">
          {items.map((one) => (
            <li key={one.id} className={styles.pick} data-shut={one.readOnly}>
              {one.readOnly ? <b>{one.title}</b> : <Go to={{ at: 'article', id: one.id, question: question.id }}>{one.title}</Go>}
              <span>
                {one.readOnly
                  ? `Comes from ${one.file ?? 'a file'}: add it there`
                  : `${STATES[one.state]} · ${READERS[one.audience].label}`}
              </span>
            </li>
          ))}
        </ul>
        {found.isSuccess && items.length === 0 ? (
          <p className={styles.quiet}>No article is called so. Search for another word, or write a new one.</p>
        ) : null}
      </div>
    </Dialog>
  )
}

import { Button } from '@mantine/core'
import { IconArrowLeft, IconFileUnknown } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { ApiError } from '../shared/api.ts'
import { knowledgeApi } from './api.ts'
import styles from './editor.module.css'
import { FileArticle } from './file-article.tsx'
import { Nothing, Problem, Waiting } from './notices.tsx'
import { Go, go, type Place } from './route.tsx'
import { Writing } from './writing.tsx'

/** Another author's save is seen within so many milliseconds. */
const refreshMs = 5_000

/** One article: a new one, one of the database to be changed, or one of a file to be read. */
export function Editor({ place }: { readonly place: Extract<Place, { at: 'article' | 'new' }> }) {
  const id = place.at === 'article' ? place.id : undefined
  const [told, setTold] = useState<{ readonly id: string; readonly words: string }>()
  const article = useQuery({
    queryKey: ['article', id],
    queryFn: () => knowledgeApi.article(id ?? ''),
    enabled: id !== undefined,
    refetchInterval: ({ state }) => (state.error ? false : refreshMs),
    staleTime: 0,
  })
  const question = useQuery({
    queryKey: ['question', place.question],
    queryFn: () => knowledgeApi.question(place.question ?? ''),
    enabled: place.question !== undefined,
    retry: false,
  })
  const missing = article.error instanceof ApiError && [400, 404].includes(article.error.status)
  if (missing)
    return (
      <Nothing
        icon={<IconFileUnknown size={34} stroke={1.5} />}
        title="There is no such article"
        act={
          <Button variant="light" onClick={() => go({ at: 'articles' })}>
            See all articles
          </Button>
        }
      >
        The address may be wrong, or its file was taken away.
      </Nothing>
    )
  if ((id !== undefined && !article.isFetchedAfterMount) || question.isLoading)
    return article.isError ? <Problem error={article.error} /> : <Waiting />
  return (
    <>
      <p className={styles.back}>
        <Go to={{ at: 'articles' }}>
          <IconArrowLeft size={16} stroke={1.8} aria-hidden /> All articles
        </Go>
      </p>
      {id !== undefined && article.data === undefined ? (
        <Problem error={article.error} />
      ) : article.data?.readOnly ? (
        <FileArticle article={article.data} question={question.data} />
      ) : (
        <Writing
          key={id ?? `new:${place.question}`}
          article={article.data}
          question={question.data}
          told={told !== undefined && told.id === id ? told.words : ''}
          tell={(of, words) => setTold({ id: of, words })}
        />
      )}
    </>
  )
}

import { Button, Select, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconFileText, IconPencilPlus, IconSearch } from '@tabler/icons-react'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { ArticleLine } from '../../src/http/api-types.ts'
import { kept } from '../shared/keep.ts'
import { When } from '../shared/when.tsx'
import { type ArticleFilter, knowledgeApi } from './api.ts'
import styles from './knowledge.module.css'
import { Nothing, Problem, Waiting } from './notices.tsx'
import { Go, go } from './route.tsx'
import { type KeptText, keptKey } from './use-text.ts'
import { READERS, STATES, times } from './words.ts'

const typingMs = 250
const options = (of: { readonly [value: string]: string }) => Object.entries(of).map(([value, label]) => ({ value, label }))
const states = options(STATES)
const readers = Object.entries(READERS).map(([value, { label }]) => ({ value, label }))

/** Every article: those written here, and those of files. */
export function ArticleList() {
  const [text, setText] = useState('')
  const [asked] = useDebouncedValue(text.trim(), typingMs)
  const [state, setState] = useState<ArticleFilter['state']>()
  const [audience, setAudience] = useState<ArticleFilter['audience']>()
  const filter = { text: asked, state, audience }
  const found = useInfiniteQuery({
    queryKey: ['articles', filter],
    queryFn: ({ pageParam }) => knowledgeApi.articles(filter, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
    placeholderData: keepPreviousData,
  })
  const items = found.data?.pages.flatMap((page) => page.items) ?? []
  const begun = kept<KeptText>(keptKey(undefined, undefined))
  const write = (
    <Button leftSection={<IconPencilPlus size={18} stroke={1.8} aria-hidden />} onClick={() => go({ at: 'new', question: undefined })}>
      Write an article
    </Button>
  )
  return (
    <>
      <div className={styles.filters}>
        <TextInput
          className={styles.search}
          type="search"
          aria-label="Search in titles and keywords"
          placeholder="Search in titles and keywords"
          leftSection={<IconSearch size={17} stroke={1.8} aria-hidden />}
          value={text}
          onChange={({ currentTarget }) => setText(currentTarget.value)}
        />
        <Select
          aria-label="Who may read it"
          placeholder="All readers"
          clearable
          data={readers}
          value={audience ?? null}
          onChange={(value) => setAudience((value ?? undefined) as ArticleFilter['audience'])}
        />
        <Select
          aria-label="State"
          placeholder="All but deleted"
          clearable
          data={states}
          value={state ?? null}
          onChange={(value) => setState((value ?? undefined) as ArticleFilter['state'])}
        />
        {write}
      </div>
      {begun ? (
        <p className={styles.only}>
          You have begun an article that is not saved:{' '}
          <Go to={{ at: 'new', question: undefined }}>
            <b>{begun.text.title || 'without a title'}</b>
          </Go>
        </p>
      ) : null}
      <Problem error={found.error} />
      {found.isPending ? <Waiting /> : null}
      {found.isSuccess && items.length === 0 ? (
        <Nothing
          icon={<IconFileText size={34} stroke={1.5} />}
          title={asked || state || audience ? 'No article fits' : 'No articles yet'}
          act={write}
        >
          {asked || state || audience
            ? 'Search for another word or choose other readers, or write the article that is missing.'
            : 'Write the first one here, or put Markdown files into the knowledge folder.'}
        </Nothing>
      ) : null}
      <ul className={styles.rows} aria-label="Articles" aria-busy={found.isFetching}>
        {items.map((one) => (
          <ArticleRow key={one.id} article={one} />
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

function ArticleRow({ article }: { readonly article: ArticleLine }) {
  const { id, title, audience, state, readOnly, file, changedAt, changedBy, unhelped } = article
  return (
    <li>
      <div className={styles.rowHead}>
        <Go to={{ at: 'article', id, question: undefined }} className={styles.title}>
          {title}
        </Go>
        <p className={styles.facts}>
          <span>
            {readOnly ? (
              (file ?? 'a file')
            ) : (
              <>
                Changed <When at={changedAt ?? undefined} /> by {changedBy ?? 'somebody'}
              </>
            )}
          </span>
          {unhelped > 0 ? (
            <Go to={{ at: 'questions', article: id }} className={styles.unhelped}>
              did not help {times(unhelped)}
            </Go>
          ) : null}
        </p>
      </div>
      <div className={styles.badges}>
        <span className={styles.readers}>{READERS[audience].label}</span>
        <StateBadge state={state} readOnly={readOnly} />
      </div>
    </li>
  )
}

export function StateBadge({ state, readOnly }: Pick<ArticleLine, 'state' | 'readOnly'>) {
  return (
    <span className={styles.state} data-state={readOnly ? 'file' : state}>
      {readOnly ? 'From a file' : STATES[state]}
    </span>
  )
}

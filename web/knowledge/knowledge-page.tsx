import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useEffect } from 'react'
import { AdminFrame } from '../shared/admin-frame.tsx'
import { forget, keptKeys } from '../shared/keep.ts'
import { hintOf, isShut } from '../shared/session.ts'
import { SignIn } from '../shared/sign-in.tsx'
import { knowledgeApi } from './api.ts'
import { ArticleList } from './article-list.tsx'
import styles from './knowledge.module.css'
import { Waiting } from './notices.tsx'
import { QuestionList } from './question-list.tsx'
import { Go, type Place, usePlace } from './route.tsx'
import { TryPage } from './try-page.tsx'
import { keptPrefix } from './use-text.ts'

const Editor = lazy(async () => ({ default: (await import('./editor.tsx')).Editor }))

const parts: readonly { readonly to: Place; readonly label: string; readonly here: readonly Place['at'][] }[] = [
  { to: { at: 'questions', article: undefined }, label: 'Questions', here: ['questions'] },
  { to: { at: 'articles' }, label: 'Articles', here: ['articles', 'article', 'new'] },
  { to: { at: 'try', question: undefined }, label: 'Try it', here: ['try'] },
]

/** What the virtual agent knows, for those who write it. */
export function KnowledgePage() {
  const place = usePlace()
  const admitted = useQuery({
    queryKey: ['admitted'],
    queryFn: knowledgeApi.admitted,
    refetchInterval: ({ state }) => (isShut(state.error) ? false : 60_000),
    retry: (count, error) => count < 2 && !isShut(error),
  })
  const label = parts.find(({ here }) => here.includes(place.at))?.label
  useEffect(() => {
    document.title = `${label} · Knowledge · Switchboard`
  }, [label])
  if (isShut(admitted.error)) return <SignIn title="Knowledge" hint={hintOf(admitted.error)} />
  return (
    <AdminFrame
      title="Knowledge"
      says={admitted.isError ? `The hub does not answer: ${admitted.error.message}` : 'What the virtual agent answers from'}
      page="knowledge"
      unsaved={() => keptKeys(keptPrefix).length > 0}
      onSignOut={() => keptKeys(keptPrefix).forEach(forget)}
    >
      <nav className={styles.parts} aria-label="Knowledge">
        {parts.map(({ to, label: name, here }) => (
          <Go key={name} to={to} {...(here.includes(place.at) ? { 'aria-current': 'page' as const } : {})}>
            {name}
          </Go>
        ))}
      </nav>
      <main>{admitted.isSuccess ? <Shown place={place} /> : <Waiting />}</main>
    </AdminFrame>
  )
}

function Shown({ place }: { readonly place: Place }) {
  switch (place.at) {
    case 'questions':
      return <QuestionList article={place.article} />
    case 'articles':
      return <ArticleList />
    case 'try':
      return <TryPage question={place.question} />
    case 'article':
    case 'new':
      return (
        <Suspense fallback={<Waiting />}>
          <Editor place={place} />
        </Suspense>
      )
  }
}

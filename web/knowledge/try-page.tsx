import { useQuery } from '@tanstack/react-query'
import { knowledgeApi } from './api.ts'
import styles from './knowledge.module.css'
import { Waiting } from './notices.tsx'
import { TryPanel } from './try-panel.tsx'

/** Any question, against the articles as they are; `question` is the number of one that was asked. */
export function TryPage({ question }: { readonly question: string | undefined }) {
  const asked = useQuery({
    queryKey: ['question', question],
    queryFn: () => knowledgeApi.question(question ?? ''),
    enabled: question !== undefined,
    retry: false,
  })
  return (
    <section className={styles.sheet} aria-labelledby="try">
      <h2 id="try">What would the virtual agent say?</h2>
      <p className={styles.quiet}>Type what people type. Nothing is sent to anybody, and nothing is kept.</p>
      {asked.isLoading ? <Waiting /> : <TryPanel key={question} question={asked.data?.words ?? ''} draft={undefined} />}
    </section>
  )
}

import styles from './knowledge.module.css'
import { TryPanel } from './try-panel.tsx'

/** Any question, against the articles as they are. */
export function TryPage({ question }: { readonly question: string }) {
  return (
    <section className={styles.sheet} aria-labelledby="try">
      <h2 id="try">What would the virtual agent say?</h2>
      <p className={styles.quiet}>Type what people type. Nothing is sent to anybody, and nothing is kept.</p>
      <TryPanel key={question} question={question} draft={undefined} />
    </section>
  )
}

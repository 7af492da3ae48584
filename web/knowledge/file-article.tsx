import type { ArticleView, QuestionView } from '../../src/http/api-types.ts'
import { StateBadge } from './article-list.tsx'
import { Preview } from './beside.tsx'
import styles from './editor.module.css'
import { Notice } from './notices.tsx'
import { TryPanel } from './try-panel.tsx'
import { READERS } from './words.ts'

/** An article of a file: to be read and tried here, and changed where it comes from. */
export function FileArticle({ article, question }: { readonly article: ArticleView; readonly question: QuestionView | undefined }) {
  return (
    <>
      <div className={styles.head}>
        <h2>{article.title}</h2>
        <StateBadge state={article.state} readOnly />
        <p>For {READERS[article.audience].label.toLowerCase()}</p>
      </div>
      <Notice kind="info">
        This article comes from <code>{article.file ?? 'a file'}</code> and is only read here. Change the file, and start the hub again.
      </Notice>
      <div className={styles.columns}>
        <section aria-label="Article" className={styles.reading}>
          <Preview text={article} />
          {article.keywords.length > 0 ? <p className={styles.quiet}>Keywords: {article.keywords.join(', ')}</p> : null}
        </section>
        <section aria-labelledby="try" className={styles.beside}>
          <h3 id="try">Try it</h3>
          <TryPanel question={question?.words ?? ''} draft={undefined} />
        </section>
      </div>
    </>
  )
}

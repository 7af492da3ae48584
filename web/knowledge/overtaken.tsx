import { Button } from '@mantine/core'
import { useState } from 'react'
import type { ArticleText, ArticleView } from '../../src/http/api-types.ts'
import { When } from '../shared/when.tsx'
import { CompareView } from './compare-view.tsx'
import styles from './editor.module.css'
import { textOf } from './use-text.ts'

/** Somebody else has saved meanwhile: both texts are there, and the author says how it goes on. */
export function Overtaken({
  theirs,
  mine,
  onMine,
  onTheirs,
}: {
  readonly theirs: ArticleView
  readonly mine: ArticleText
  readonly onMine: () => void
  readonly onTheirs: () => void
}) {
  const [open, setOpen] = useState(false)
  const who = theirs.changedBy ?? 'Somebody'
  return (
    <section className={styles.overtaken} role="alert" aria-label="Somebody has saved meanwhile">
      <p>
        <b>
          {who} has saved version {theirs.version} <When at={theirs.changedAt ?? undefined} />.
        </b>{' '}
        Nothing of yours is lost, and nothing of theirs: whichever text you go on with, the other one can be had again.
      </p>
      <div className={styles.acts}>
        <Button size="sm" variant="default" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? 'Close' : 'Compare both'}
        </Button>
        <Button size="sm" variant="default" onClick={onTheirs}>
          Go on with theirs
        </Button>
        <Button size="sm" onClick={onMine}>
          Go on with mine
        </Button>
      </div>
      {open ? <CompareView label="From their text to yours" before={textOf(theirs)} after={mine} /> : null}
    </section>
  )
}

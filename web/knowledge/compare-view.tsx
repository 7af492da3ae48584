import { useMemo } from 'react'
import type { ArticleText } from '../../src/http/api-types.ts'
import styles from './compare.module.css'
import { compare, type Line, type Piece } from './compare.ts'
import { isSame } from './use-text.ts'
import { READERS } from './words.ts'

/** What was taken out of `before` and put in by `after`; marked with signs too, not by colour alone. */
export function CompareView({
  before,
  after,
  label,
}: {
  readonly before: ArticleText
  readonly after: ArticleText
  readonly label: string
}) {
  const lines = useMemo(() => compare(before.body, after.body), [before.body, after.body])
  if (isSame(before, after)) return <p className={styles.same}>Both say the same.</p>
  return (
    <section className={styles.compare} aria-label={label}>
      <Changed name="Title" before={before.title} after={after.title} />
      <Changed name="Readers" before={READERS[before.audience].label} after={READERS[after.audience].label} />
      <Changed name="Keywords" before={before.keywords.join(', ')} after={after.keywords.join(', ')} />
      {before.body === after.body ? null : (
        <div className={styles.lines}>
          {lines.map((line, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: lines of a text have no names but their places
            <Shown key={place} line={line} />
          ))}
        </div>
      )}
    </section>
  )
}

function Changed({ name, before, after }: { readonly name: string; readonly before: string; readonly after: string }) {
  if (before === after) return null
  return (
    <p className={styles.field}>
      <span>{name}</span> <del>{before || 'none'}</del> <ins>{after || 'none'}</ins>
    </p>
  )
}

function Shown({ line }: { readonly line: Line }) {
  if (line.is === 'skipped') return <p className={styles.skipped}>{line.lines === 1 ? 'one line alike' : `${line.lines} lines alike`}</p>
  const inside = line.pieces.map((piece, place) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: pieces of a line have no names but their places
    <Part key={place} piece={piece} whole={line.pieces.length === 1} />
  ))
  switch (line.is) {
    case 'gone':
      return <del className={styles.line}>{inside}</del>
    case 'new':
      return <ins className={styles.line}>{inside}</ins>
    case 'same':
      return <p className={styles.line}>{inside}</p>
  }
}

function Part({ piece, whole }: { readonly piece: Piece; readonly whole: boolean }) {
  return piece.is === 'same' || whole ? <span>{piece.text || ' '}</span> : <mark>{piece.text}</mark>
}

import { useEffect, useState } from 'react'
import type { ArticleText } from '../../src/http/api-types.ts'
import { forget, keep, kept } from '../shared/keep.ts'

/** Text that is not saved yet, as this browser keeps it: closing the page, or the end of a session, loses nothing. */
export type KeptText = {
  /** Asked for by the author of a new article; empty: made of the title. */
  readonly id: string
  readonly text: ArticleText
  /** The version it began with; 0 for a new article. */
  readonly seen: number
  readonly at: string
}
export const keptPrefix = 'knowledge:'
export const keptKey = (id: string | undefined, question: string | undefined): string =>
  id === undefined ? `${keptPrefix}new${question === undefined ? '' : `:${question}`}` : `${keptPrefix}article:${id}`

export type Base = { readonly version: number; readonly text: ArticleText }

/** An author's text beside the version it began with. Every change is kept in the browser until it is saved or thrown away. */
export function useText(key: string, begun: Base, suggested: ArticleText = begun.text) {
  const [found] = useState(() => kept<KeptText>(key))
  const [id, setId] = useState(found?.id ?? '')
  const [text, setText] = useState(found?.text ?? suggested)
  const [base, setBase] = useState<Base>(found && found.seen !== begun.version ? { ...begun, version: found.seen } : begun)
  const [brought, setBrought] = useState(found)
  const dirty = !isSame(text, base.text) || id !== ''
  useEffect(() => {
    if (dirty) keep(key, { id, text, seen: base.version, at: new Date().toISOString() } satisfies KeptText)
    else forget(key)
  }, [key, id, text, base, dirty])
  const begin = (next: Base, mine: ArticleText = next.text) => {
    setBase(next)
    setText(mine)
    setId('')
    setBrought(undefined)
  }
  return {
    id,
    setId,
    text,
    change: (part: Partial<ArticleText>) => setText((before) => ({ ...before, ...part })),
    base,
    dirty,
    /** Unsaved text of another time that stands here again. */
    brought,
    /** Goes on from this version; with text of the author's own where it is given. */
    begin,
    /** This much is saved; what was written since stays, unsaved. */
    saved: (next: Base) => begin(next, text),
  }
}
export type Text = ReturnType<typeof useText>

export const isSame = (a: ArticleText, b: ArticleText): boolean =>
  a.title === b.title && a.audience === b.audience && a.body === b.body && a.keywords.join('\n') === b.keywords.join('\n')

export const textOf = ({ title, keywords, audience, body }: ArticleText): ArticleText => ({ title, keywords, audience, body })

import { Tabs } from '@mantine/core'
import { useDeferredValue } from 'react'
import type { ArticleText, ArticleView } from '../../src/http/api-types.ts'
import { MarkdownView } from '../shared/markdown-view.tsx'
import styles from './editor.module.css'
import { TryPanel } from './try-panel.tsx'
import { isSame } from './use-text.ts'
import { Versions } from './versions.tsx'

const longest = 100_000

/** What stands beside the text while it is written: how it looks, what it would answer, and what it was before. */
export function Beside({
  article,
  text,
  dirty,
  question,
  onRestored,
}: {
  readonly article: ArticleView | undefined
  readonly text: ArticleText
  readonly dirty: boolean
  readonly question: string
  readonly onRestored: (told: string) => void
}) {
  const shown = useDeferredValue(text)
  const isRead = article?.state === 'published' && !dirty && isSame(text, article)
  const complete = text.title.trim().length >= 3 && text.body.trim() !== ''
  return (
    <Tabs className={styles.beside!} defaultValue={article?.state === 'deleted' ? 'versions' : 'preview'}>
      <Tabs.List aria-label="Beside the text">
        <Tabs.Tab value="preview">Preview</Tabs.Tab>
        <Tabs.Tab value="try">Try it</Tabs.Tab>
        {article ? <Tabs.Tab value="versions">Versions</Tabs.Tab> : null}
      </Tabs.List>
      <Tabs.Panel value="preview">
        <Preview text={shown} />
      </Tabs.Panel>
      <Tabs.Panel value="try">
        <p className={styles.quiet}>What would the virtual agent say? Nothing is sent to anybody, and nothing is kept.</p>
        {complete || isRead ? null : <p className={styles.quiet}>Your text is tried too as soon as it has a title and some words.</p>}
        <TryPanel question={question} draft={isRead || !complete ? undefined : { ...text, ...(article ? { id: article.id } : {}) }} />
      </Tabs.Panel>
      {article ? (
        <Tabs.Panel value="versions">
          <Versions id={article.id} live={article.live} text={text} dirty={dirty} onRestored={onRestored} />
        </Tabs.Panel>
      ) : null}
    </Tabs>
  )
}

/** As people read it in the chat. */
export function Preview({ text }: { readonly text: ArticleText }) {
  if (text.title === '' && text.body === '')
    return <p className={styles.quiet}>Here you see the article as people read it, while you write.</p>
  return (
    <div className={styles.bubble}>
      {text.title === '' ? null : (
        <p>
          <b>{text.title}</b>
        </p>
      )}
      <MarkdownView text={text.body} longest={longest} />
    </div>
  )
}

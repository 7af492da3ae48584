import { Button } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import type { ArticleText, ArticleView, QuestionView } from '../../src/http/api-types.ts'
import { ApiError } from '../shared/api.ts'
import { forget, keep, kept } from '../shared/keep.ts'
import { clockTime } from '../shared/time.ts'
import { When } from '../shared/when.tsx'
import { knowledgeApi, type SavedAs } from './api.ts'
import { ArticleForm, type FieldErrors } from './article-form.tsx'
import { StateBadge } from './article-list.tsx'
import { Beside } from './beside.tsx'
import { ConfirmButton } from './confirm-button.tsx'
import styles from './editor.module.css'
import { Notice, Problem } from './notices.tsx'
import { Overtaken } from './overtaken.tsx'
import { go } from './route.tsx'
import { keptKey, textOf, useText } from './use-text.ts'
import { keywordOf, problemOf, sentence, times, titleOf } from './words.ts'

const blank: ArticleText = { title: '', keywords: [], audience: 'employees', body: '' }

/** What a question gives an article to begin with. */
function suggestedBy({ words }: QuestionView): ArticleText {
  const keyword = keywordOf(words)
  return { ...blank, title: titleOf(words), keywords: keyword === null ? [] : [keyword] }
}

/** The editor of an article of the database; undefined: of one that is not there yet. */
export function Writing({
  article,
  question,
  told,
  tell,
}: {
  readonly article: ArticleView | undefined
  readonly question: QuestionView | undefined
  readonly told: string
  readonly tell: (id: string, words: string) => void
}) {
  const queries = useQueryClient()
  const key = keptKey(article?.id, question?.id)
  const begun = { version: article?.version ?? 0, text: article ? textOf(article) : blank }
  const text = useText(key, begun, question?.state === 'open' && !article ? suggestedBy(question) : begun.text)
  const [aside, setAside] = useState(() => kept<ArticleText>(`${key}:aside`))
  const [empty, setEmpty] = useState<FieldErrors>({})
  const form = useRef<HTMLFormElement>(null)
  const gone = article?.state === 'deleted'

  const save = useMutation({
    mutationFn: async ({ state, sent }: { readonly state: SavedAs; readonly sent: ArticleText }) => {
      const saved = article
        ? await knowledgeApi.save(article.id, text.base.version, sent, state)
        : await knowledgeApi.create(text.id.trim(), sent, state)
      const answers = question?.state === 'open' && state === 'published' ? question : undefined
      const failed =
        answers && (await knowledgeApi.settle(answers.id, { state: 'done', article: saved.id }).then(() => undefined, problemOf))
      return { saved, answers, failed }
    },
    async onSuccess({ saved, answers, failed }, { state, sent }) {
      const base = { version: saved.version, text: sent }
      if (article) text.saved(base)
      else text.begin(base)
      tell(
        saved.id,
        [SAID[state], answers && (failed ? `The question could not be marked as answered: ${failed}` : 'The question is answered.')]
          .filter(Boolean)
          .join(' '),
      )
      await Promise.all(
        ['article', 'articles', 'versions', 'questions', 'question'].map((name) => queries.invalidateQueries({ queryKey: [name] })),
      )
      // Whoever has gone elsewhere meanwhile stays there.
      if (form.current) go({ at: 'article', id: saved.id, question: state === 'draft' ? question?.id : undefined }, true)
    },
    onError: (error) => {
      if (isOvertaken(error)) void queries.invalidateQueries({ queryKey: ['article', article?.id] })
    },
  })
  const overtaken = article !== undefined && article.version > text.base.version && !save.isPending
  useEffect(() => {
    if (!overtaken || text.dirty) return
    text.begin({ version: article.version, text: textOf(article) })
  })
  const remove = useMutation({
    mutationFn: () => knowledgeApi.remove(article?.id ?? ''),
    async onSuccess() {
      forget(key)
      await queries.invalidateQueries()
      go({ at: 'articles' })
    },
  })
  const refused = fieldOf(save.error)
  const errors = { ...refused, ...empty }
  const submit = (state: SavedAs) => {
    const lacks = lackingIn(text.text)
    setEmpty(lacks)
    if (Object.keys(lacks).length === 0) save.mutate({ state, sent: text.text })
  }
  const wrong = Object.keys(errors).join()
  useEffect(() => {
    if (wrong !== '') form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus()
  }, [wrong])
  const takeTheirs = (theirs: ArticleView) => {
    keep(`${key}:aside`, text.text)
    setAside(text.text)
    text.begin({ version: theirs.version, text: textOf(theirs) })
  }
  const bringBack = (mine: ArticleText) => {
    forget(`${key}:aside`)
    setAside(undefined)
    text.begin(text.base, mine)
  }
  return (
    <>
      <div className={styles.head}>
        <h2>{article ? article.title : 'A new article'}</h2>
        {article ? (
          <>
            <StateBadge state={article.state} readOnly={false} />
            <p>
              Version {article.version}, {article.changedBy ?? 'somebody'}, <When at={article.changedAt ?? undefined} />
            </p>
          </>
        ) : null}
        {article && !gone ? (
          <ConfirmButton
            label="Delete"
            title={`Delete “${article.title}”?`}
            confirm="Delete it"
            busy={remove.isPending}
            onConfirm={() => remove.mutate()}
          >
            Nobody finds or reads it any more. Its versions are kept: it can be brought back from the list of deleted articles.
            <Problem error={remove.error} />
          </ConfirmButton>
        ) : null}
      </div>
      <p className={styles.told} role="status">
        {text.dirty ? '' : told}
      </p>
      {question ? <For question={question} keywords={text.text.keywords} add={(keywords) => text.change({ keywords })} /> : null}
      {gone ? <Notice kind="warn">This article is deleted. Bring one of its versions back to go on with it.</Notice> : null}
      {text.brought && text.dirty ? (
        <Notice kind="info">
          Your unsaved text of {clockTime(text.brought.at)} is here again.{' '}
          <Button size="compact-sm" variant="subtle" onClick={() => text.begin(begun)}>
            Discard it
          </Button>
        </Notice>
      ) : null}
      {aside ? (
        <Notice kind="info">
          Your own text is put aside.{' '}
          <Button size="compact-sm" variant="subtle" onClick={() => bringBack(aside)}>
            Bring it back
          </Button>
        </Notice>
      ) : null}
      {overtaken && text.dirty ? (
        <Overtaken
          theirs={article}
          mine={text.text}
          onMine={() => text.begin({ version: article.version, text: textOf(article) }, text.text)}
          onTheirs={() => takeTheirs(article)}
        />
      ) : null}
      <div className={styles.columns}>
        <form
          ref={form}
          aria-label="Article"
          onSubmit={(event) => {
            event.preventDefault()
            if (text.dirty) submit('draft')
          }}
        >
          <ArticleForm
            text={text.text}
            change={(part) => {
              setEmpty({})
              text.change(part)
            }}
            id={text.id}
            setId={article ? undefined : text.setId}
            errors={errors}
            disabled={gone || (article === undefined && save.isPending)}
          />
          <Problem error={Object.keys(refused).length > 0 || isOvertaken(save.error) ? null : save.error} />
          {gone ? null : (
            <div className={styles.bar}>
              <p>{text.dirty ? 'Unsaved' : article ? 'All saved' : ''}</p>
              {text.dirty && article ? (
                <ConfirmButton label="Discard" title="Discard your changes?" confirm="Discard them" onConfirm={() => text.begin(begun)}>
                  What you have written since the last save is gone then.
                </ConfirmButton>
              ) : null}
              <Button
                type="submit"
                variant="default"
                disabled={!text.dirty || overtaken}
                loading={save.isPending && save.variables.state === 'draft'}
              >
                Save draft
              </Button>
              <Button
                disabled={overtaken || save.isPending || (!text.dirty && article?.state === 'published')}
                loading={save.isPending && save.variables.state === 'published'}
                onClick={() => submit('published')}
              >
                Publish
              </Button>
            </div>
          )}
        </form>
        <Beside
          article={article}
          text={text.text}
          dirty={text.dirty}
          question={question?.words ?? ''}
          onRestored={(words) => article && tell(article.id, words)}
        />
      </div>
    </>
  )
}

const SAID: { readonly [state in SavedAs]: string } = {
  draft: 'Saved as a draft. What people read stays as it is.',
  published: 'Published. People find it now.',
}

const isOvertaken = (error: unknown): boolean => error instanceof ApiError && error.code === 'HUB_ARTICLE_CHANGED'

/** What the hub refused, beside the field it names. */
function fieldOf(error: unknown): FieldErrors {
  const field = error instanceof ApiError ? error.field?.split('.')[0] : undefined
  if (!(error instanceof ApiError) || field === undefined || !['title', 'keywords', 'audience', 'body', 'id'].includes(field)) return {}
  if (error.code === 'HUB_ARTICLE_EXISTS') return { id: 'Another article has this short name. Choose one of its own.' }
  return { [field]: error.hint ? sentence(error.hint) : error.message }
}

const lackingIn = ({ title, body }: ArticleText): FieldErrors => ({
  ...(title.trim().length < 3 ? { title: 'An article needs a title of at least three letters.' } : {}),
  ...(body.trim() === '' ? { body: 'An article needs a text.' } : {}),
})

function For({
  question,
  keywords,
  add,
}: {
  readonly question: QuestionView
  readonly keywords: readonly string[]
  readonly add: (keywords: readonly string[]) => void
}) {
  const { words, state, sources } = question
  const keyword = keywordOf(words)
  const isOpen = state === 'open'
  const isKnown = keyword === null || keywords.some((one) => one.toLowerCase() === keyword.toLowerCase())
  return (
    <Notice kind="info">
      {isOpen ? 'To answer' : 'Settled already'}: <b>{words}</b> (asked {times(question.times)} on {sources.join(', ')}).
      {isOpen ? ' Publishing marks it as answered. ' : ''}
      {isOpen && !isKnown && keywords.length < 50 ? (
        <Button size="compact-sm" variant="subtle" onClick={() => add([...keywords, keyword])}>
          Add it to the keywords
        </Button>
      ) : null}
    </Notice>
  )
}

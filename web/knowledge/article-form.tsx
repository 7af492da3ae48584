import { Radio, TagsInput, Textarea, TextInput } from '@mantine/core'
import type { ArticleText, Readers } from '../../src/http/api-types.ts'
import styles from './editor.module.css'
import { READERS } from './words.ts'

export type FieldErrors = { readonly [field in 'title' | 'keywords' | 'audience' | 'body' | 'id']?: string }

/** `t` of "title", as the hub makes an id of it. */
export const idOf = (title: string): string =>
  title
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 60)
    .replace(/^-+|-+$/g, '')

/** What is wrong stands above the field: below it, it would be out of sight. */
const order: ('label' | 'description' | 'error' | 'input')[] = ['label', 'description', 'error', 'input']

/** The fields of an article. `id` only where it is new: it never changes. */
export function ArticleForm({
  text,
  change,
  id,
  setId,
  errors,
  disabled,
}: {
  readonly text: ArticleText
  readonly change: (part: Partial<ArticleText>) => void
  readonly id: string
  readonly setId: ((id: string) => void) | undefined
  readonly errors: FieldErrors
  readonly disabled: boolean
}) {
  return (
    <div className={styles.fields}>
      <TextInput
        inputWrapperOrder={order}
        label="Title"
        description="The question in the words people use: it counts most in the search."
        maxLength={120}
        disabled={disabled}
        error={errors.title}
        value={text.title}
        onChange={({ currentTarget }) => change({ title: currentTarget.value })}
      />
      {setId ? (
        <TextInput
          inputWrapperOrder={order}
          label="Short name"
          description="Stands in links, and never changes. Left empty, it is made of the title."
          placeholder={idOf(text.title) || 'guest-wifi'}
          maxLength={60}
          disabled={disabled}
          error={errors.id}
          value={id}
          onChange={({ currentTarget }) => setId(currentTarget.value)}
        />
      ) : null}
      <Textarea
        inputWrapperOrder={order}
        label="Text"
        description="Markdown. The first paragraph is what people are shown first: let it answer the question."
        placeholder={'The answer, in two or three sentences.\n\n## A heading for each case\n\n1. Steps as lists.'}
        autosize
        minRows={12}
        maxRows={32}
        maxLength={100_000}
        disabled={disabled}
        error={errors.body}
        value={text.body}
        onChange={({ currentTarget }) => change({ body: currentTarget.value })}
        classNames={{ input: styles.markdown! }}
      />
      <TagsInput
        inputWrapperOrder={order}
        label="Keywords"
        description="What people search by and the title does not say. Enter or a comma ends one."
        placeholder={text.keywords.length === 0 ? 'voucher, visitor' : ''}
        maxTags={50}
        disabled={disabled}
        error={errors.keywords}
        value={[...text.keywords]}
        onChange={(keywords) => change({ keywords: keywords.map((keyword) => keyword.trim().slice(0, 60)).filter(Boolean) })}
        clearButtonProps={{ 'aria-label': 'Take all keywords out' }}
      />
      <Radio.Group
        label="Who may read it"
        error={errors.audience}
        value={text.audience}
        onChange={(value) => change({ audience: value as Readers })}
      >
        <div className={styles.readers}>
          {Object.entries(READERS).map(([value, { label, says }]) => (
            <Radio key={value} value={value} label={label} description={says} disabled={disabled} />
          ))}
        </div>
      </Radio.Group>
    </div>
  )
}

import type { Choice, Form, FormField } from '../channel/index.ts'
import type { Carries } from './degrade-text.ts'
import { fits } from './split.ts'

/** May this form go out as one? Else it is asked by its `otherwise`. */
export function carriesForm(form: Form, can: Pick<Carries, 'form'>): boolean {
  const limits = can.form
  if (!limits) return false
  const { title, text = '', fields, submit, choices = [] } = form
  const isLabel = (words: string): boolean => words.trim() !== '' && words.length <= limits.maxLabel
  const isValue = (value: string): boolean => value !== '' && fits(value, { max: limits.maxValueBytes, unit: 'bytes' })
  const isChoice = ({ value, label }: Choice): boolean => isLabel(label) && isValue(value)
  const areOptions = (options: readonly Choice[]): boolean =>
    options.length > 0 && options.length <= limits.maxOptions && options.every(isChoice) && areUnlike(options.map(({ value }) => value))
  const isField = (field: FormField): boolean =>
    isLabel(field.label) &&
    isValue(field.name) &&
    [field.hint ?? '', field.value ?? ''].every((words) => words.length <= limits.maxText) &&
    (field.kind !== 'choice' || areOptions(field.options))
  return (
    title.trim() !== '' &&
    title.length + text.length <= limits.maxText &&
    fields.length > 0 &&
    fields.length <= limits.maxFields &&
    fields.every(isField) &&
    areUnlike(fields.map(({ name }) => name)) &&
    [submit, ...choices].every(isChoice) &&
    areUnlike([submit, ...choices].map(({ value }) => value)) &&
    sizeOf(form) <= limits.maxTotal
  )
}

const areUnlike = (words: readonly string[]): boolean => new Set(words).size === words.length

/** All that is read of it, and all that comes back. */
function sizeOf({ title, text = '', fields, submit, choices = [] }: Form): number {
  const spoken = [...[submit, ...choices].flatMap(wordsOf), ...fields.flatMap((field) => fieldWords(field))]
  return [title, text, ...spoken].reduce((sum, words) => sum + words.length, 0)
}
const wordsOf = ({ value, label }: Choice): readonly string[] => [value, label]
const fieldWords = (field: FormField): readonly string[] => [
  field.name,
  field.label,
  field.hint ?? '',
  field.value ?? '',
  ...(field.kind === 'choice' ? field.options.flatMap(wordsOf) : []),
]

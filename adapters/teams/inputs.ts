import type { FormField } from '../../src/channel/index.ts'
import { type Element, words } from './card-words.ts'

/** Sets what was filled in apart from what the button itself carries; what stands behind it is the field's name. */
export const fieldPrefix = 'field:'

/** https://adaptivecards.io/explorer/Input.Text.html and its like; Teams itself holds a form back where something required is missing. */
export const inputsOf = (fields: readonly FormField[]): readonly Element[] =>
  fields.flatMap((field) => [inputOf(field), ...words(field.hint ?? '', { isSubtle: true, size: 'Small' })])

function inputOf(field: FormField): Element {
  const { name, label, required } = field
  const base = { id: fieldPrefix + name, label, ...(required ? { isRequired: true, errorMessage: `Please fill this in: ${label}` } : {}) }
  const value = field.value ? { value: field.value } : {}
  switch (field.kind) {
    case 'text':
      return { type: 'Input.Text', ...base, ...value }
    case 'long-text':
      return { type: 'Input.Text', isMultiline: true, ...base, ...value }
    case 'date':
      return { type: 'Input.Date', ...base, ...value }
    case 'choice': {
      const choices = field.options.map((option) => ({ title: option.label, value: optionValue(option) }))
      const chosen = field.options.find((option) => option.value === field.value)
      return { type: 'Input.ChoiceSet', style: 'compact', choices, ...base, ...(chosen ? { value: optionValue(chosen) } : {}) }
    }
  }
}

/** Teams tells only the value of what was chosen, so the label, which the person has to read afterwards, goes in with it. */
const optionValue = ({ value, label }: { readonly value: string; readonly label: string }): string => JSON.stringify([value, label])

/** What was filled into an input: its value, and how the person reads it; undefined where it was left empty. */
export function filledIn(given: unknown): { readonly value: string; readonly shown: string } | undefined {
  if (typeof given !== 'string' || given.trim() === '') return undefined
  const [value, shown] = pairIn(given)
  return { value: value ?? given, shown: shown ?? given }
}

function pairIn(given: string): readonly string[] {
  if (!given.startsWith('["')) return []
  try {
    const pair: unknown = JSON.parse(given)
    return Array.isArray(pair) && pair.length === 2 && pair.every((part) => typeof part === 'string') ? pair : []
  } catch {
    return []
  }
}

import type { SeenField } from '../../../src/channel/emulator.ts'
import type { Json } from '../../../src/channel/index.ts'
import { badArgument } from './refusal.ts'

/** An input of a card, and how the person sees it. */
export type CardInput = { readonly id: string; readonly seen: SeenField; readonly missing: string }
type Element = { readonly [key: string]: Json }
type Filled = { readonly [name: string]: string }

const asText = (value: Json | undefined): string => (typeof value === 'string' ? value : '')
const titled = (choices: Json | undefined) =>
  (Array.isArray(choices) ? (choices as readonly Element[]) : []).map(({ title, value }) => ({
    label: asText(title),
    value: asText(value),
  }))

/** Refuses what Teams would not show; https://adaptivecards.io/explorer/Input.Text.html and its like. */
export function readInput({ type, id, label, isRequired, isMultiline, errorMessage, value, choices }: Element): CardInput {
  const known = asText(id)
  if (known === '') throw badArgument('an input without an id')
  if (isRequired === true && (asText(label) === '' || asText(errorMessage) === ''))
    throw badArgument('a required input needs a label and an error message')
  const base = {
    name: known.replace(/^[^:]*:/, ''),
    label: asText(label),
    required: isRequired === true,
    ...(asText(value) === '' ? {} : { value: asText(value) }),
  }
  const input = (seen: SeenField): CardInput => ({ id: known, seen, missing: asText(errorMessage) })
  switch (type) {
    case 'Input.Text':
      return input({ ...base, kind: isMultiline === true ? 'long-text' : 'text' })
    case 'Input.Date':
      return input({ ...base, kind: 'date' })
    case 'Input.ChoiceSet': {
      const options = titled(choices)
      if (options.length === 0) throw badArgument('a choice set without choices')
      return input({ ...base, kind: 'choice', options })
    }
    default:
      throw badArgument(`the element ${asText(type)} is not shown`)
  }
}

/** What goes with an action: the value of each input. Throws with the card's own words where something required is missing. */
export function valuesOf(inputs: readonly CardInput[], filled: Filled): { readonly [id: string]: string } {
  const unknown = Object.keys(filled).find((name) => !inputs.some(({ seen }) => seen.name === name))
  if (unknown !== undefined) throw new Error(`there is no input "${unknown}" on this card`)
  const values = inputs.map((input): readonly [string, string] => [input.id, valueIn(input, filled[input.seen.name])])
  const empty = inputs.find(({ seen }, index) => seen.required && values[index]![1].trim() === '')
  if (empty) throw new Error(empty.missing)
  return Object.fromEntries(values)
}

function valueIn({ seen }: CardInput, given = seen.value ?? ''): string {
  if (seen.kind !== 'choice' || given === '') return given
  const option = seen.options?.find(({ value, label }) => value === given || label === given || firstOf(value) === given)
  if (!option) throw new Error(`"${given}" is no choice of "${seen.label}"`)
  return option.value
}

/** The hub's own values carry their labels along; people in tests name the value alone. */
function firstOf(value: string): string | undefined {
  try {
    return (JSON.parse(value) as readonly string[])[0]
  } catch {
    return undefined
  }
}

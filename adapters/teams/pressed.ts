import { answerLine } from '../../src/channel/kit/answer-line.ts'
import { fieldPrefix, filledIn } from './inputs.ts'
import type { Pressed } from './wire.ts'

/** What a button of ours carries, whichever way Teams brings it: as an object, or as JSON in a text; undefined where it is not ours. */
export function pressedIn(given: unknown): Pressed | undefined {
  const value = typeof given === 'string' ? jsonOf(given) : given
  const ours = (value as { readonly switchboard?: unknown } | null | undefined)?.switchboard
  if (typeof ours !== 'object' || ours === null) return undefined
  const { value: chosen, label, title, labels } = ours as Partial<Pressed> & { readonly labels?: unknown }
  if (typeof chosen !== 'string' || chosen === '') return undefined
  return {
    value: chosen,
    label: typeof label === 'string' && label !== '' ? label : chosen,
    ...(typeof title === 'string' && title !== '' ? { title } : {}),
    ...(typeof labels === 'object' && labels !== null ? filledInto(value as Filled, labels) : {}),
  }
}

type Filled = { readonly [input: string]: unknown }

/** The inputs of a form stand beside what its button carries. Only fields that the form had are read. */
function filledInto(filled: Filled, labels: object): Pick<Pressed, 'fields' | 'lines'> {
  const found = Object.entries(labels).flatMap(([name, label]) => {
    const input = filledIn(filled[fieldPrefix + name])
    return input ? [{ name, label: String(label), ...input }] : []
  })
  return {
    fields: Object.fromEntries(found.map(({ name, value }) => [name, value])),
    lines: found.map(({ label, shown }) => answerLine(label, shown)),
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

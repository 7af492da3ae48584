import type { EventOf, Form, FormField, Json } from '../../src/channel/index.ts'
import { answerLine } from '../../src/channel/kit/answer-line.ts'
import type { BlockActions, Filled } from './wire.ts'
import { decodeSigns, escapeSigns } from './words.ts'

type Block = { readonly [key: string]: Json }
const words = (text: string): Block => ({ type: 'plain_text', text, emoji: true })

/** Names the block of a field; what stands behind it is the field's name. */
const prefix = 'field:'
export const submitAction = 'submit'
/** The action of a button that only opens an address. */
export const linkAction = 'link'

/** https://docs.slack.dev/reference/block-kit/blocks/input-block; in messages Slack itself lets a form go also where something required is missing. */
export const inputOf = (field: FormField): Block => ({
  type: 'input',
  block_id: prefix + field.name,
  optional: !field.required,
  label: words(field.label),
  element: { action_id: 'value', ...elementOf(field) },
  ...(field.hint ? { hint: words(field.hint) } : {}),
})

/** What is filled in beforehand and cannot stand there (no such option, no such day) is left out: Slack would refuse the whole message. */
function elementOf(field: FormField): Block {
  const { value } = field
  switch (field.kind) {
    case 'text':
    case 'long-text': {
      const multiline: Block = field.kind === 'long-text' ? { multiline: true } : {}
      return { type: 'plain_text_input', ...multiline, ...(value ? { initial_value: value } : {}) }
    }
    case 'date':
      return { type: 'datepicker', ...(value && isDay(value) ? { initial_date: value } : {}) }
    case 'choice': {
      const options = field.options.map((option): Block => ({ text: words(option.label), value: option.value }))
      const chosen = options.find((option) => option.value === value)
      return { type: 'static_select', options, ...(chosen ? { initial_option: chosen } : {}) }
    }
  }
}
const isDay = (value: string): boolean => /^\d{4}-\d\d-\d\d$/.test(value) && !Number.isNaN(Date.parse(value))

export const submitButton = ({ submit }: Form): Block => ({
  type: 'button',
  action_id: submitAction,
  text: words(submit.label),
  value: submit.value,
  style: 'primary',
})

/** What takes the form's place once it is taken. */
type Submitted = { readonly title: string; readonly lines: readonly string[] }

/** What was filled into the form of this button. Where something required is missing, the form stays as it is: there is nothing `submitted`. */
export function filledIn({ state, message }: BlockActions): {
  readonly fields: { readonly [name: string]: string }
  readonly submitted?: Submitted
} {
  const values = Object.entries(state?.values ?? {}).flatMap(([block, actions]) => {
    const filled = block.startsWith(prefix) ? valueIn(Object.values(actions ?? {})[0]) : undefined
    return filled === undefined ? [] : [[block, filled] as const]
  })
  const byBlock = new Map(values)
  const fields = Object.fromEntries(values.map(([block, { value }]) => [block.slice(prefix.length), value]))
  const blocks = message?.blocks ?? []
  const inputs = blocks.filter(({ type, block_id }) => type === 'input' && typeof block_id === 'string' && block_id.startsWith(prefix))
  if (inputs.length === 0 || inputs.some(({ block_id, optional }) => optional !== true && !byBlock.has(String(block_id)))) return { fields }
  const lines = inputs.flatMap(({ block_id, label }) => {
    const filled = byBlock.get(String(block_id))
    return filled ? [answerLine(textIn(label), filled.shown)] : []
  })
  return { fields, submitted: { title: textIn(blocks[0]?.text), lines } }
}

const textIn = (part: unknown): string => {
  const { text } = (part ?? {}) as { readonly text?: unknown }
  return typeof text === 'string' ? decodeSigns(text) : ''
}

function valueIn(filled: Filled | undefined): { readonly value: string; readonly shown: string } | undefined {
  const { value, selected_date, selected_option } = filled ?? {}
  const given = [value, selected_date, selected_option?.value].find((one) => typeof one === 'string' && one.trim() !== '')
  return given ? { value: given, shown: textIn(selected_option?.text) || given } : undefined
}

/** Of a section, and of a message that is changed: https://docs.slack.dev/reference/methods/chat.update */
const longest = 3000
const cut = (text: string): string => (text.length <= longest ? text : `${text.slice(0, longest - 1).toWellFormed()}…`)

/** The change that shows a form once it is taken: what was filled in, and nothing to press. Undefined where no form was sent by this event. */
export function submittedForm({
  ref,
  label,
  value,
}: EventOf<'choice'>): { readonly text: string; readonly blocks: readonly Block[] } | undefined {
  const { submitted } = (ref ?? {}) as { readonly submitted?: Submitted }
  if (!submitted) return undefined
  const title = cut(submitted.title)
  const text = cut([`✓ ${label ?? value}`, ...submitted.lines].join('\n'))
  return {
    text: escapeSigns([title, text].filter(Boolean).join('\n')).slice(0, 4000),
    blocks: [title, text].flatMap((one): readonly Block[] => (one ? [{ type: 'section', text: words(one) }] : [])),
  }
}

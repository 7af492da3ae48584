import type { SeenField } from '../../../src/channel/emulator.ts'
import type { Json } from '../../../src/channel/index.ts'
import { Refusal } from './refusal.ts'

type Part = { readonly type?: string; readonly text?: unknown; readonly [key: string]: unknown }
type Filled = { readonly [name: string]: string }

const bad = (what: string) => new Refusal('invalid_blocks', { response_metadata: { messages: [`[ERROR] ${what}`] } })
const asPart = (value: unknown): Part => (typeof value === 'object' && value !== null ? value : {}) as Part
const optionsOf = (element: Part): readonly Part[] => (Array.isArray(element.options) ? element.options.map(asPart) : [])
const spoken = (value: unknown): string => {
  const { text } = asPart(value)
  return typeof text === 'string' ? text : ''
}

/** https://docs.slack.dev/reference/block-kit/blocks/input-block and the elements that stand in it. */
export function checkInput(block: Part): void {
  plain(block.label, 2000, 'input label')
  if (block.hint !== undefined) plain(block.hint, 2000, 'input hint')
  if (block.block_id !== undefined) within(block.block_id, 255, 'block_id')
  const element = asPart(block.element)
  if (element.action_id !== undefined) within(element.action_id, 255, 'action_id')
  switch (element.type) {
    case 'plain_text_input':
      if (element.initial_value !== undefined) within(element.initial_value, 3000, 'initial_value')
      return
    case 'datepicker':
      if (element.initial_date !== undefined && !/^\d{4}-\d\d-\d\d$/.test(String(element.initial_date))) throw bad('initial_date')
      return
    case 'static_select': {
      const options = optionsOf(element)
      if (options.length < 1 || options.length > 100) throw bad('options must have 1 to 100 items')
      for (const { text, value } of options) {
        plain(text, 75, 'option text')
        within(value, 150, 'option value')
      }
      const first = element.initial_option
      if (first !== undefined && !options.some((option) => JSON.stringify(option) === JSON.stringify(first)))
        throw bad('initial_option must be one of the options')
      return
    }
    default:
      throw bad(`unsupported element: ${element.type}`)
  }
}

function within(value: unknown, most: number, what: string): void {
  if (typeof value !== 'string' || value.length < 1 || value.length > most) throw bad(`${what} must have 1 to ${most} characters`)
}
function plain(text: unknown, most: number, what: string): void {
  if (asPart(text).type !== 'plain_text') throw bad(`${what} must be plain_text`)
  within(asPart(text).text, most, what)
}

/** A field goes by what stands behind the colon of its block's id, or by the id. */
const nameOf = ({ block_id }: Part): string => String(block_id ?? '').replace(/^[^:]*:/, '')

/** The inputs of a message as its reader sees them. */
export function readInput(block: Part): SeenField {
  const element = asPart(block.element)
  const first = [element.initial_value, element.initial_date, asPart(element.initial_option).value].find((one) => typeof one === 'string')
  const hint = spoken(block.hint)
  const base = {
    name: nameOf(block),
    label: spoken(block.label),
    required: block.optional !== true,
    ...(typeof first === 'string' ? { value: first } : {}),
    ...(hint ? { hint } : {}),
  }
  if (element.type === 'datepicker') return { ...base, kind: 'date' }
  if (element.type !== 'static_select') return { ...base, kind: element.multiline === true ? 'long-text' : 'text' }
  return { ...base, kind: 'choice', options: optionsOf(element).map(({ text, value }) => ({ value: String(value), label: spoken(text) })) }
}

/** `state.values` of a press: what stands in every input of the message; https://docs.slack.dev/reference/interaction-payloads/block_actions-payload */
export function stateOf(blocks: Json | undefined, filled: Filled): Json {
  const inputs = ((blocks ?? []) as readonly Part[]).filter(({ type }) => type === 'input')
  const unknown = Object.keys(filled).filter((name) => !inputs.some((block) => nameOf(block) === name))
  if (unknown.length > 0) throw new Error(`there is no input "${unknown[0]}" in this message`)
  return { values: Object.fromEntries(inputs.map((block) => [String(block.block_id), { value: stateOfOne(block, filled) }])) }
}

function stateOfOne(block: Part, filled: Filled): Json {
  const { value: first } = readInput(block)
  const given = filled[nameOf(block)] ?? first ?? ''
  const element = asPart(block.element)
  switch (element.type) {
    case 'datepicker':
      return { type: 'datepicker', selected_date: given || null }
    case 'static_select': {
      const option = optionsOf(element).find(({ value, text }) => value === given || spoken(text) === given)
      if (given && !option) throw new Error(`"${given}" is no option of "${spoken(block.label)}"`)
      return { type: 'static_select', selected_option: (option ?? null) as Json }
    }
    default:
      return { type: 'plain_text_input', value: given || null }
  }
}

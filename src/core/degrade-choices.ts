import type { Choice, Choices, Content } from '../channel/index.ts'
import { type Carries, inPieces, limitOf } from './degrade-text.ts'
import { fits, measure, shorten, splitRanges } from './split.ts'

/** A button must say at least "12. Ab…" to be of use. */
const leastLabel = 7

/** May these go out as buttons, word for word? `max`: how many the surface holds. */
export const carriesChoices = (choices: readonly Choice[], can: Carries, max: number): boolean =>
  choices.length === 0 || (fitAsButtons(choices, can, max) && !needNumbers(choices, can))

/** Buttons; where labels are too long or alike, numbered buttons under a text that has the labels in full; else a numbered text alone. */
export function degradeChoices(content: Choices, can: Carries): readonly Content[] {
  const { text, choices } = content
  if (!can.choices || choices.length === 0 || !fitAsButtons(choices, can, can.choices.max)) return inPieces(numbered(text, choices), can)
  if (!needNumbers(choices, can)) return aboveButtons(text, choices, can, content)
  if (can.choices.maxLabel < leastLabel) return inPieces(numbered(text, choices), can)
  const limit = limitOf(can.choices.maxLabel, can)
  const short = choices.map(({ value, label }, index): Choice => ({ value, label: shorten(`${index + 1}. ${label}`.trimEnd(), limit) }))
  return aboveButtons(numbered(text, choices), short, can)
}

const fitAsButtons = (choices: readonly Choice[], can: Carries, max: number): boolean => {
  const limits = can.choices
  if (choices.length > max) return false
  return !limits || choices.every(({ value }) => measure(value, 'bytes') <= limits.maxValueBytes)
}

function needNumbers(choices: readonly Choice[], can: Carries): boolean {
  const limit = can.choices && limitOf(can.choices.maxLabel, can)
  const labels = choices.map(({ label }) => label.trim())
  return (
    new Set(labels).size < labels.length ||
    labels.some((label) => label === '') ||
    (limit !== false && choices.some(({ label }) => !fits(label, limit)))
  )
}

/** Buttons hang on the end of the text; what is too long for that goes ahead on its own. `as` comes back where nothing had to change. */
function aboveButtons(text: string, choices: readonly Choice[], can: Carries, as?: Choices): readonly Content[] {
  const limit = limitOf(can.choices ? can.choices.maxText : can.text.maxLength, can)
  if (text.trim() === '') return [{ type: 'choices', text: '…', choices }]
  if (fits(text, limit)) return [as ?? { type: 'choices', text, choices }]
  const last = splitRanges(text, limit).at(-1)!
  return [...inPieces(text.slice(0, last.from).trimEnd(), can), { type: 'choices', text: text.slice(last.from, last.to), choices }]
}

const numbered = (text: string, choices: readonly Choice[]): string => {
  const list = choices.map(({ label }, index) => `${index + 1}. ${label}`.trimEnd()).join('\n')
  return [text.trimEnd(), list].filter((part) => part !== '').join('\n\n')
}

import type { Notes } from '../notes.ts'
import { choices, MENU, plain, type Step, text, WHAT_ELSE } from './step.ts'

/** "Yes" while nothing was asked. */
export const affirm = (notes: Notes): Step => plain(notes, 'yes', choices('Good! What can I do for you?', MENU))

/** "No" while nothing was asked. */
export const deny = (notes: Notes): Step => plain(notes, 'no', choices('All right. What can I do for you instead?', MENU))

export const dismiss = (notes: Notes): Step => plain(notes, 'dismissed', text("All right. I'm here if you need anything else."))

/** There is nothing half-done that could be lost yet: cancelling ends the question, no more. */
export const cancel = (notes: Notes): Step =>
  plain(
    notes,
    'cancel',
    choices(
      notes.question === null
        ? 'There is nothing to cancel; nothing has been sent or changed.'
        : 'Cancelled. Nothing has been sent or changed.',
      [WHAT_ELSE],
    ),
  )

export const back = (notes: Notes): Step => plain(notes, 'back', choices("Let's start over. What do you need?", MENU))

export const correct = (notes: Notes): Step =>
  plain(notes, 'correction', text('Sorry, I got that wrong. Please tell me again in one sentence what you need.'))

/** Says the last answer again, as long as it was short enough to keep. */
export const repeat = (notes: Notes): Step => {
  const [first, ...rest] = notes.last ?? []
  if (first === undefined) return plain(notes, 'repeat', choices('I have nothing to repeat yet. What do you need?', MENU))
  const step = plain(notes, 'repeat', first, ...rest)
  return { ...step, notes: { ...step.notes, question: notes.question } }
}

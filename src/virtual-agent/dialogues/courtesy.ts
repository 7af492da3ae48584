import type { Notes } from '../notes.ts'
import { choices, type House, MENU, offerTechnician, plain, type Step, TECHNICIAN, text, WHAT_ELSE } from './step.ts'

export const greet = (notes: Notes, house: House): Step =>
  plain(
    notes,
    'greeting',
    choices(
      `Hello${house.name === null ? '' : ` ${house.name}`}! I'm the virtual agent of ${house.deskName}. Tell me in your own words what you need, or choose:`,
      MENU,
    ),
  )

export const help = (notes: Notes): Step =>
  plain(
    notes,
    'help',
    choices(
      'I answer questions from our articles ("how do I connect to the VPN?") and get you a technician at any moment. You can also choose:',
      MENU,
    ),
  )

export const thank = (notes: Notes): Step => plain(notes, 'thanks', text("You're welcome! Just write if there is anything else."))

export const leave = (notes: Notes): Step => ({
  ...plain(notes, 'goodbye', text('Goodbye, and have a good day! Write again whenever you like.')),
  close: true,
})

export const chat = (notes: Notes, house: House): Step =>
  plain(
    notes,
    'small_talk',
    text(`I'm the virtual agent of ${house.deskName}: a program, always awake and happy to help with IT. What can I do for you?`),
  )

export const hours = (notes: Notes, house: House): Step => {
  const open = house.hours.open?.(house.now)
  const now =
    open === undefined ? '' : open ? ' They are here right now.' : ' Right now they are not here; you can still leave your question.'
  return plain(
    notes,
    'hours',
    choices(`Our technicians are here ${house.hours.words}.${now} I'm here all day and night.`, [TECHNICIAN, WHAT_ELSE]),
  )
}

export const complain = (notes: Notes): Step => {
  const step = plain(
    notes,
    'complaint',
    choices("I'm sorry, that should go better. Shall I get a technician to look after it?", [TECHNICIAN, WHAT_ELSE]),
  )
  return { ...step, notes: offerTechnician(step.notes) }
}

export const notices = (notes: Notes, on: boolean): Step =>
  plain(
    notes,
    'notices',
    text(
      on
        ? 'All right: I tell you here again when something happens to your requests. Say "stop notifications" to end that.'
        : 'All right: I no longer tell you here when something happens to your requests. Say "start notifications" when you want to hear of them again.',
    ),
  )

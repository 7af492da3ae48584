import type { Choice } from '../../channel/index.ts'
import { articleValue, intentValue, isWish, VALUES } from '../commands.ts'
import type { Notes } from '../notes.ts'
import { APOLOGIES, type Language } from '../understand/language.ts'
import { LOOK_UP } from '../understand/understanding.ts'
import { choices, type House, NONE_HELPED, NOT_NOW, offerTechnician, plain, type Step, TECHNICIAN, text, WHAT_ELSE } from './step.ts'

/** After so many in a row, or in one chat, a technician is offered outright. */
const IN_A_ROW = 2
const IN_A_CHAT = 3

const missed = (notes: Notes, did: string): Notes => ({
  ...offerTechnician(notes),
  misses: notes.misses + 1,
  missed: notes.missed + 1,
  trail: [...notes.trail, did].slice(-12),
})

/** "I don't know": first with the advice to say it in other words, then with the plain offer of a technician. */
export const cannot = (before: Notes): Step => {
  const notes = missed(before, 'unknown')
  const often = notes.misses >= IN_A_ROW || notes.missed >= IN_A_CHAT
  const say = often
    ? choices("I'm sorry, I still can't answer that. A technician surely can: shall I get one?", [TECHNICIAN, NOT_NOW])
    : choices("I don't know the answer to that. Could you say it in other words, or shall I get a technician?", [TECHNICIAN, WHAT_ELSE])
  return { say: [say], notes }
}

export const answerIn = (before: Notes, language: Exclude<Language, 'en'>): Step => ({
  say: [choices(`${APOLOGIES[language]}\n\nSorry, I only understand English so far.`, [TECHNICIAN, NOT_NOW])],
  notes: missed(before, `language:${language}`),
})

/** Between two: asks, and keeps the text so that the answer needs no retyping. */
export const clarify = (notes: Notes, intents: readonly [string, string], about: string, house: House): Step => {
  const step = plain(
    notes,
    `asked:${intents.join('|')}`,
    choices('I want to get this right. Did you mean …', [
      ...intents.map((intent) => ({
        value: intent === LOOK_UP ? VALUES.somethingElse : isWish(intent) ? intentValue(intent) : intentValue(intent),
        label: house.titleOf(intent),
      })),
      { value: VALUES.somethingElse, label: 'Something else' },
    ]),
  )
  return { ...step, notes: { ...step.notes, about, question: { yes: intentValue(intents[0]), no: VALUES.somethingElse } } }
}

/** No article, but one wish that it sounds like. Counts as half understood: neither a miss nor an answer. */
export const confirm = (notes: Notes, near: Choice): Step => {
  const step = plain(
    notes,
    `asked:${near.value === VALUES.technician ? 'talk_to_technician' : near.value.replace(/^(?:intent:|item:.*)/, '') || 'create_request'}`,
    choices(
      'I want to get this right. Did you mean …',
      near.value === VALUES.technician ? [near, WHAT_ELSE] : [near, TECHNICIAN, WHAT_ELSE],
    ),
  )
  return { ...step, notes: { ...step.notes, question: { yes: near.value, no: VALUES.menu } } }
}

/** Articles that may fit, without pretending to be sure. */
export const suggest = (
  notes: Notes,
  hits: readonly { readonly id: string; readonly title: string }[],
  near: { readonly value: string; readonly label: string } | null,
): Step => {
  const step = plain(
    notes,
    `suggested:${hits.map(({ id }) => id).join('|')}`,
    choices("I'm not sure I have the answer, but one of these may help:", [
      ...hits.map(({ id, title }) => ({ value: articleValue(id), label: title })),
      ...(near === null ? [] : [near]),
      NONE_HELPED,
    ]),
  )
  return { ...step, notes: { ...step.notes, question: { yes: articleValue(hits[0]!.id), no: VALUES.noneHelped } } }
}

/** A button of an earlier message; in a group perhaps of a request that somebody else makes, who is not disturbed. */
export const stale = (notes: Notes, value: string, house: House): Step =>
  house.group && value.startsWith('cr:')
    ? plain(notes, 'stale', text('That button is for whoever makes that request. Tell me what you need, and I begin one of your own.'))
    : plain(notes, 'stale', choices('That button belongs to an earlier message. What do you need now?', [WHAT_ELSE, TECHNICIAN]))

/** The button of a request that was sent already. */
export const alreadySent = (notes: Notes, number: string | null): Step =>
  plain(
    notes,
    'sent',
    text(
      number === null
        ? 'I have your request already, once is enough: it is filed as soon as the service desk is back.'
        : `I have it already, once is enough: your request is logged as **${number}**.`,
    ),
  )

export const failed = (notes: Notes): Step => {
  const step = plain(
    notes,
    'failed',
    choices('Something went wrong on my side, sorry. You can try again, or I get a technician.', [TECHNICIAN, WHAT_ELSE]),
  )
  return { ...step, notes: offerTechnician(step.notes) }
}

export const unreadable = (notes: Notes): Step =>
  plain(
    notes,
    'unreadable',
    choices("I can't read that kind of message yet. Could you put it in words? A technician would see it as you sent it.", [TECHNICIAN]),
  )

export const takeFile = (notes: Notes): Step =>
  plain(notes, 'file', text("Thank you, I've kept the file with this chat; a technician will see it. What is it about?"))

/** Advice for somebody who wrote a password; nothing of it is said back. */
export const warnSecret = (notes: Notes): Step =>
  plain(
    notes,
    'secret',
    choices(
      'That looked like a password. Please never send one in a chat: nobody here needs it. If it was a real one, change it now, and delete your message if you can.',
      [{ value: 'reset_password', label: 'Reset Password' }, TECHNICIAN],
    ),
  )

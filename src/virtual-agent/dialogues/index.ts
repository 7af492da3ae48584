import { type Command, intentValue, VALUES } from '../commands.ts'
import type { Notes } from '../notes.ts'
import { isRemark } from '../respond.ts'
import { answerFrom, helped, noneHelped, open } from './articles.ts'
import { itemValue } from './catalogue-wish.ts'
import { chat, complain, greet, help, hours, leave, notices, thank } from './courtesy.ts'
import { handOff, summaryOf } from './hand-off.ts'
import { alreadySent, answerIn, cannot, clarify, failed, stale, takeFile, unreadable, warnSecret } from './misunderstanding.ts'
import { start } from './requests.ts'
import { affirm, back, cancel, correct, deny, dismiss, repeat } from './steering.ts'
import type { House, Step } from './step.ts'

/** Executes one command: the only place where a command becomes words. Pure; what it needs was fetched before (`needsOf`). Null: better to say nothing. */
export const take = (notes: Notes, command: Command, house: House): Step | null => {
  switch (command.do) {
    case 'greet':
      return greet(notes, house)
    case 'thank':
      return thank(notes)
    case 'leave':
      return leave(notes)
    case 'hours':
      return hours(notes, house)
    case 'help':
      return help(notes)
    case 'chat':
      return chat(notes, house)
    case 'complain':
      return complain(notes)
    case 'cancel':
      return cancel(notes)
    case 'back':
      return back(notes)
    case 'repeat':
      return repeat(notes)
    case 'affirm':
      return affirm(notes)
    case 'deny':
      return deny(notes)
    case 'correct':
      return correct(notes)
    case 'dismiss':
      return dismiss(notes)
    case 'start':
      return start(notes, command.wish, command.text, command.found)
    case 'hand-off':
      return handOff(notes, house, { summary: summaryOf(notes, house), logged: notes.logged })
    case 'notices':
      return notices(notes, command.on)
    case 'clarify':
      return clarify(notes, command.intents, command.text, house)
    case 'look': {
      const { found, near, foreign, quiet, text, item } = command
      if (found === undefined || (quiet && !found.sure)) return quiet ? null : cannot(notes)
      const wanted = item === undefined ? null : { value: itemValue(item.id), label: `Request: ${item.title}` }
      const choice =
        near === null || (wanted !== null && near === 'create_request') || ((found.sure || wanted !== null) && isRemark(near))
          ? null
          : { value: near === 'talk_to_technician' ? VALUES.technician : intentValue(near), label: house.titleOf(near) }
      return answerFrom({ ...notes, about: text }, found, { near: choice, foreign, wanted })
    }
    case 'open':
      return open(notes, command.article ?? null)
    case 'helped':
      return helped(notes)
    case 'none-helped':
      return noneHelped(notes)
    case 'cannot':
      return cannot(notes)
    case 'stale':
      return stale(notes, command.value, house)
    case 'sent':
      return alreadySent(notes, command.number)
    case 'warn-secret':
      return warnSecret(notes)
    case 'take-file':
      return takeFile(notes)
    case 'unreadable':
      return unreadable(notes)
    case 'failed':
      return failed(notes)
    case 'answer-in':
      return answerIn(notes, command.language)
  }
}

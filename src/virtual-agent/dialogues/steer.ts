import type { Choice } from '../../channel/index.ts'
import type { Wish } from '../commands.ts'
import type { Held, Notes, Steering } from '../notes.ts'
import type { Said, Spoken } from './dialogue.ts'
import { forWish } from './entry.ts'
import { apply, askTop, begin, drop, entryAt, filledIn, type Ran, type Stage, setTop, spoken, titleOf, topOf } from './frames.ts'
import { choices } from './step.ts'

/** Values of the choices that steer a dialogue rather than answer it. */
export const STEER = {
  cancel: 'steer:cancel',
  discard: 'steer:discard',
  goOn: 'steer:go-on',
  back: 'steer:back',
  restart: 'steer:restart',
  answer: 'steer:answer',
  change: 'steer:switch',
} as const
export const CANCEL: Choice = { value: STEER.cancel, label: 'Cancel' }

/** From so many answers on, dropping them is confirmed. */
const CONFIRM_FROM = 2

const GO_ON: Choice = { value: STEER.goOn, label: 'Continue' }
const offer = (words: string, offered: readonly Choice[]): readonly Spoken[] => [{ content: choices(words, offered) }]
const saying = (notes: Notes, say: readonly Spoken[]): Ran => ({ notes, say, asks: false })

/** Drops the dialogue, after a question where answers would be lost, or where it is not `sure` that this was meant. */
export const cancel = async (notes: Notes, said: Said, stage: Stage, sure = true): Promise<Ran> => {
  const top = topOf(notes)!
  if (sure && filledIn(stage, top) < CONFIRM_FROM) return discard(notes, said, stage)
  return saying(
    { ...notes, steering: { ask: 'cancel' }, question: { yes: STEER.discard, no: STEER.goOn } },
    offer(`Shall I discard ${titleOf(stage, top)}?`, [{ value: STEER.discard, label: 'Discard it' }, GO_ON]),
  )
}

export const discard = async (notes: Notes, said: Said, stage: Stage): Promise<Ran> => {
  const ran = await drop(notes, said, stage)
  return { ...ran, say: [...spoken('Cancelled. Nothing has been sent.'), ...ran.say] }
}

export const stepBack = (notes: Notes, stage: Stage): Ran => {
  const top = topOf(notes)!
  const before = entryAt(stage, top)!.dialogue.back(top.state)
  const asked = askTop(before === null ? notes : setTop(notes, { state: before, misses: 0 }), stage, { do: 'again' })
  return saying({ ...asked.notes, steering: null }, [...(before === null ? spoken('This is the first question.') : []), ...asked.say])
}

/** "Start over": the same dialogue from its beginning. */
export const startOver = async (notes: Notes, said: Said, stage: Stage, sure = false): Promise<Ran> => {
  const top = topOf(notes)!
  if (!sure && filledIn(stage, top) >= CONFIRM_FROM)
    return saying(
      { ...notes, steering: { ask: 'begin-anew' }, question: null },
      offer(`Shall I forget your answers and begin ${titleOf(stage, top)} anew?`, [{ value: STEER.restart, label: 'Start over' }, GO_ON]),
    )
  const entry = entryAt(stage, top)!
  const { chosen: _, fields: __, ...rest } = said
  const under = { ...notes, frames: notes.frames.slice(0, -1) }
  const ran = await begin(under, { entry, wish: entry.wishes[0] ?? null, said: { ...rest, text: '' } }, stage)
  return { ...ran, say: [...spoken("All right, let's start over."), ...ran.say] }
}

/** Somebody comes back to what they had begun. */
export const askToGoOn = (notes: Notes, held: Held | null, stage: Stage): Ran =>
  saying(
    { ...notes, asleep: false, steering: { ask: 'go-on', held }, question: { yes: STEER.goOn, no: STEER.discard } },
    offer(`Welcome back! Continue ${titleOf(stage, topOf(notes)!)}?`, [GO_ON, { value: STEER.discard, label: 'Discard it' }]),
  )

type OtherWish = Extract<Steering, { readonly wish: Wish }>

/** The same wish again, in the middle of it. */
export const askToRestart = (notes: Notes, steering: OtherWish, stage: Stage): Ran =>
  saying(
    { ...notes, steering, question: null },
    offer(`You are in the middle of ${titleOf(stage, topOf(notes)!)}. Continue with it, or start over?`, [
      GO_ON,
      { value: STEER.restart, label: 'Start over' },
    ]),
  )

/** Words that may be the answer that was asked for, or another wish. */
export const askToSwitch = (notes: Notes, steering: OtherWish, wish: string): Ran =>
  saying(
    { ...notes, steering, question: null },
    offer('Is that your answer, or do you want something else?', [
      { value: STEER.answer, label: 'It is my answer' },
      { value: STEER.change, label: wish },
    ]),
  )

const saidAs = (said: Said, held: Held): Said => ({ event: said.event, text: held.text, files: held.files, command: said.command })

/** The answer to a steering question; null: this is none, and the question is gone. */
export const answerSteering = async (notes: Notes, value: string, said: Said, stage: Stage): Promise<Ran | null> => {
  const { steering } = notes
  const top = topOf(notes)
  if (top === undefined) return null
  const plain = { ...notes, steering: null, question: null }
  switch (value) {
    case STEER.cancel:
      return cancel(plain, said, stage)
    case STEER.back:
      return stepBack(plain, stage)
    case STEER.discard:
      return discard(plain, said, stage)
    case STEER.restart: {
      if (steering?.ask !== 'restart') return startOver(plain, said, stage, true)
      const entry = forWish(stage.dialogues, steering.wish)
      const at = plain.frames.findIndex(({ dialogue }) => dialogue === entry?.dialogue.name)
      if (entry === undefined || at < 0) return startOver(plain, said, stage, true)
      return begin(
        { ...plain, frames: plain.frames.slice(0, at) },
        { entry, wish: steering.wish, said: saidAs(said, steering.held) },
        stage,
      )
    }
    case STEER.goOn: {
      const held = steering?.ask === 'go-on' ? steering.held : null
      if (held !== null && !/^\s*$/.test(held.text)) {
        const move = await entryAt(stage, top)!.dialogue.take(top.state, saidAs(said, held), stage.worldOf(top.id))
        if (move !== null) return apply(plain, move, said, stage)
      }
      const asked = askTop(plain, stage, { do: 'resumed' })
      return saying(asked.notes, asked.say)
    }
    case STEER.answer: {
      if (steering?.ask !== 'switch') return null
      const move = await entryAt(stage, top)!.dialogue.take(top.state, saidAs(said, steering.held), stage.worldOf(top.id))
      return move === null ? null : apply(plain, move, said, stage)
    }
    case STEER.change: {
      const entry = steering?.ask === 'switch' ? forWish(stage.dialogues, steering.wish) : undefined
      if (steering?.ask !== 'switch' || entry === undefined) return null
      return begin(plain, { entry, wish: steering.wish, said: saidAs(said, steering.held) }, stage)
    }
    default:
      return null
  }
}

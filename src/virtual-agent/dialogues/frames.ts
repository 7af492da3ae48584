import type { Json } from '../../channel/index.ts'
import type { Wish } from '../commands.ts'
import { type Frame, type Notes, trailed } from '../notes.ts'
import type { Move, Said, Spoken, World } from './dialogue.ts'
import { type Dialogues, type Entry, forWish, named } from './entry.ts'
import { choices, NOT_NOW, offerTechnician, TECHNICIAN, text } from './step.ts'

/** Dialogues on top of each other; one that has to come first may be one more. */
const DEEPEST = 3
/** Dialogues that one message may lead through. */
const MOST_MOVES = 6

/** What came of something said. `asks`: the open dialogue has not put its question yet. */
export type Ran = {
  readonly notes: Notes
  readonly say: readonly Spoken[]
  readonly asks: boolean
  /** The word goes to a technician, who should know this. */
  readonly handOff?: string
}
export type Stage = { readonly dialogues: Dialogues; readonly worldOf: (frame: string) => World; readonly now: string }
export type Opening = { readonly entry: Entry; readonly wish: Wish | null; readonly said: Said; readonly with?: Json }

export const topOf = (notes: Notes): Frame | undefined => notes.frames.at(-1)
export const spoken = (...words: readonly string[]): readonly Spoken[] => words.map((one) => ({ content: text(one) }))

/** The dialogue of a frame; undefined where it is gone or has changed since. */
export const entryAt = (stage: Stage, frame: Frame | undefined): Entry | undefined => {
  const entry = frame === undefined ? undefined : named(stage.dialogues, frame.dialogue)
  return entry?.dialogue.version === frame?.version ? entry : undefined
}

export const titleOf = (stage: Stage, frame: Frame): string => entryAt(stage, frame)?.dialogue.title(frame.state) ?? 'what you began'
export const filledIn = (stage: Stage, frame: Frame): number => entryAt(stage, frame)?.dialogue.filled(frame.state) ?? 0
export const isPassing = (stage: Stage, frame: Frame): boolean => entryAt(stage, frame)?.passing?.(frame.state) ?? false

export const setTop = (notes: Notes, change: Partial<Frame>): Notes => {
  const top = topOf(notes)
  return top === undefined ? notes : { ...notes, frames: [...notes.frames.slice(0, -1), { ...top, ...change }] }
}
const pop = (notes: Notes): Notes => ({ ...notes, frames: notes.frames.slice(0, -1) })
const settled = (notes: Notes): Notes => ({ ...notes, question: null, steering: null, asleep: false, misses: 0 })

/** Puts the open question. */
export const askTop = (
  notes: Notes,
  stage: Stage,
  why: { readonly do: 'again' | 'resumed' } | { readonly do: 'missed'; readonly times: number },
): { readonly notes: Notes; readonly say: readonly Spoken[] } => {
  const top = topOf(notes)
  const entry = entryAt(stage, top)
  if (top === undefined || entry === undefined) return { notes, say: [] }
  return {
    notes: { ...setTop(notes, { askedAt: stage.now }), question: null },
    say: entry.dialogue.ask(top.state, stage.worldOf(top.id), why),
  }
}

/** What technicians should know of everything that is under way. */
export const summaryOfFrames = (notes: Notes, stage: Stage): string =>
  notes.frames
    .map((frame) => entryAt(stage, frame)?.dialogue.summary(frame.state) ?? '')
    .filter((words) => words !== '')
    .join('\n')

/** Begins a dialogue, above what is under way. Something that only shows leaves what is below it where it is. */
export const begin = async (before: Notes, opening: Opening, stage: Stage, hops = 0): Promise<Ran> => {
  const { entry, wish, said } = opening
  const under = topOf(before)
  const notes = under !== undefined && under.waits !== true && isPassing(stage, under) ? pop(before) : before
  const deepest = DEEPEST + (topOf(notes)?.waits === true ? 1 : 0)
  const id = `${said.event}:${entry.dialogue.name}${hops === 0 ? '' : `.${hops}`}`
  const files = [...notes.files.filter((file) => !said.files.some((other) => other.id === file.id)), ...said.files]
  const move = await entry.dialogue.begin(
    { wish, said: { ...said, files }, ...(opening.with === undefined ? {} : { with: opening.with }) },
    stage.worldOf(id),
  )
  // What only shows something stays for a moment; what asks would be one too many.
  const stays = move.do === 'first' || (move.do === 'ask' && entry.passing?.(move.state) !== true)
  if (notes.frames.length >= deepest && stays)
    return { notes, say: spoken(`One thing after the other: first ${titleOf(stage, topOf(notes)!)}.`), asks: true }
  const frame: Frame = {
    id,
    dialogue: entry.dialogue.name,
    version: entry.dialogue.version,
    state: null,
    misses: 0,
    askedAt: stage.now,
  }
  const trail = wish === null ? notes : trailed(notes, wish)
  return apply({ ...settled(trail), frames: [...notes.frames, frame] }, move, said, stage, hops + 1)
}

/** Carries out what the dialogue on top wants. */
export const apply = async (notes: Notes, move: Move<Json>, said: Said, stage: Stage, hops = 1): Promise<Ran> => {
  const calm = settled(notes)
  const more = (ran: Ran): Ran => ({ ...ran, say: [...move.say, ...ran.say] })
  switch (move.do) {
    case 'ask': {
      const kept = setTop(calm, { state: move.state, misses: 0, askedAt: stage.now })
      const below = kept.frames.at(-2)
      // What only shows something is answered in between; the question below it is put again.
      if (below !== undefined && isPassing(stage, topOf(kept)!)) return { notes: pop(kept), say: move.say, asks: true }
      return { notes: kept, say: move.say, asks: false }
    }
    case 'end':
      return more(await goBack(pop(calm), said, stage, hops))
    case 'hand-off':
      return { notes: calm, say: move.say, asks: false, handOff: move.summary }
    case 'go-over': {
      const entry = forWish(stage.dialogues, move.wish)
      const left = pop(calm)
      if (entry === undefined || hops > MOST_MOVES) return more(await goBack(left, said, stage, hops))
      const { chosen: _, fields: __, ...rest } = said
      return more(await begin(left, { entry, wish: move.wish, said: { ...rest, text: move.text } }, stage, hops))
    }
    case 'first': {
      const entry = named(stage.dialogues, move.dialogue)
      const waiting = setTop(calm, { state: move.state, waits: true, askedAt: stage.now })
      if (entry === undefined || hops > MOST_MOVES) return more(notProven(pop(calm)))
      return more(await begin(waiting, { entry, wish: null, said, with: move.with }, stage, hops))
    }
  }
}

const notProven = (notes: Notes): Ran => ({
  notes: offerTechnician(notes),
  say: [{ content: choices("Then I can't do that here. Shall I get a technician instead?", [TECHNICIAN, NOT_NOW]) }],
  asks: notes.frames.length > 0,
})

/** A dialogue has ended: the one that waited for it goes on, or the one below is come back to. */
const goBack = async (notes: Notes, said: Said, stage: Stage, hops: number): Promise<Ran> => {
  const top = topOf(notes)
  const entry = entryAt(stage, top)
  if (top === undefined) return { notes, say: [], asks: false }
  if (entry === undefined) return { notes: { ...notes, frames: [] }, say: [], asks: false }
  if (top.waits === true) {
    const { waits: _, ...going } = top
    const on = { ...notes, frames: [...notes.frames.slice(0, -1), going] }
    if (entry.dialogue.resume !== undefined) {
      const move = await entry.dialogue.resume(top.state, stage.worldOf(top.id))
      // It came first once, and ended without what was needed.
      if (move.do === 'first') return notProven(pop(on))
      return apply(on, move, said, stage, hops + 1)
    }
    return { ...askTop(on, stage, { do: 'resumed' }), asks: false }
  }
  const asked = askTop(notes, stage, { do: 'resumed' })
  return { notes: asked.notes, say: [...spoken(`Back to ${titleOf(stage, top)}.`), ...asked.say], asks: false }
}

/** The dialogue on top is dropped, and those that needed it. */
export const drop = async (before: Notes, said: Said, stage: Stage): Promise<Ran> => {
  let notes = pop(settled(before))
  while (topOf(notes)?.waits === true) notes = pop(notes)
  return goBack(notes, said, stage, 1)
}

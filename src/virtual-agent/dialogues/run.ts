import { choose } from '../../core/choose.ts'
import { DirectoryAway } from '../../core/directory.ts'
import { DeskAway } from '../../core/service-desk.ts'
import { isWish, VALUES, type Wish } from '../commands.ts'
import type { Notes } from '../notes.ts'
import type { Reading, Understanding } from '../understand/understanding.ts'
import type { Said, Spoken } from './dialogue.ts'
import { type Entry, forChoice, forWish } from './entry.ts'
import {
  apply,
  askTop,
  begin,
  entryAt,
  isPassing,
  type Ran,
  type Stage,
  setTop,
  spoken,
  summaryOfFrames,
  titleOf,
  topOf,
} from './frames.ts'
import { answerSteering, askToGoOn, askToRestart, askToSwitch, cancel, STEER, startOver, stepBack } from './steer.ts'
import { choices, offerTechnician, TECHNICIAN, WHAT_ELSE } from './step.ts'

/** A dialogue can be gone on with for so long after its last question, in ms. */
const KEPT_MS = 24 * 3_600_000
/** After so long a silence "continue?" is asked before anything is taken for an answer, in ms. */
const ASLEEP_MS = 2 * 3_600_000
/** After so many answers in a row that were not understood a technician is offered. */
const MISSES = 3
/** Words that steer are few. */
const SHORT = 8

/** `pass`: nothing for the open dialogue; it is answered as if there were none, and the question is put again. */
export type Turned = Ran & { readonly pass: boolean }
export type Turn = Stage & { readonly understanding: Understanding; readonly report: (error: unknown) => void }

export const isBusy = (notes: Notes): boolean => notes.frames.length > 0

const ANEW =
  /^(?:(?:please|let'?s|can (?:i|we))\s+)*(?:start over|start again|begin again|restart|from the (?:beginning|start))(?: please)?[.!]*$/iu
const ONWARDS = /^(?:please )?(?:continue|go on|carry on|let'?s continue|where were we\??)(?: please)?[.!]*$/iu
/** Said before something else than the answer. */
const ASIDE = /^(?:actually|wait|hold on|first|but first|before that|oh|sorry|also|one moment)\b|\bfirst\b/iu
const SWITCHES: ReadonlySet<Wish> = new Set(['open_requests', 'pending_approvals', 'request_status', 'approve', 'reject'])

/** Says nothing about what somebody wants who comes back. */
const POLITE: ReadonlySet<string> = new Set(['greeting', 'thanks', 'small_talk', 'help', 'yes', 'no'])

const done = (ran: Ran): Turned => ({ ...ran, pass: false })
const passed = (notes: Notes, say: readonly Spoken[] = []): Turned => ({ notes, say, asks: isBusy(notes), pass: true })

/** What is said while a dialogue is open. Order: buttons, steering words, the open question, other wishes; the rest is passed on. `beside`: it came with what began the dialogue, and answers nothing. Never rejects. */
export const turn = async (before: Notes, said: Said, at: Turn, beside = false): Promise<Turned> => {
  const woken = wake(before, said, at)
  if ('pass' in woken) return woken
  const { notes, gone } = woken
  if (!isBusy(notes)) return { ...passed(notes, gone), asks: false }
  const turned = await guarded(notes, at, () => (beside ? otherWish(notes, said, at) : whileOpen(notes, said, at)))
  return { ...turned, say: [...gone, ...turned.say] }
}

/** Begins the dialogue of a wish or of a choice that stood in an earlier message; null where there is none. Never rejects. */
export const open = async (
  notes: Notes,
  opening: { readonly wish: Wish } | { readonly choice: string },
  said: Said,
  at: Turn,
): Promise<Turned | null> => {
  const entry = 'wish' in opening ? forWish(at.dialogues, opening.wish) : forChoice(at.dialogues, opening.choice)
  if (entry === undefined) return null
  const wish = 'wish' in opening ? opening.wish : null
  return guarded(notes, at, async () => {
    const twice = wish === null ? null : again(notes, entry, wish, said, at)
    return twice ?? done(await begin(without(notes, entry, at), { entry, wish, said }, at))
  })
}

/** The answer to the open question was not understood. */
export const miss = (notes: Notes, at: Turn): Turned => {
  const times = (topOf(notes)?.misses ?? 0) + 1
  const asked = askTop(setTop(notes, { misses: times }), at, { do: 'missed', times })
  if (times < MISSES) return done({ ...asked, asks: false })
  const isOffered = asked.say.some(
    ({ content }) => content.type === 'choices' && content.choices.some(({ value }) => value === VALUES.technician),
  )
  const help = choices('I seem not to understand. A technician can take over from here, with everything you have told me.', [
    ...(isOffered ? [] : [TECHNICIAN]),
    { value: STEER.goOn, label: 'Try again' },
  ])
  return done({ notes: asked.notes, say: [...asked.say, { content: help }], asks: false })
}

/** The open question again, after something else was answered. */
export const askAgain = (notes: Notes, at: Turn): Ran => ({ ...askTop(notes, at, { do: 'again' }), asks: false })

/** Errors of the world outside keep the state; nothing else is lost either. */
const guarded = async (notes: Notes, at: Turn, work: () => Promise<Turned>): Promise<Turned> => {
  try {
    return await work()
  } catch (error) {
    const away = error instanceof DeskAway ? 'the service desk' : error instanceof DirectoryAway ? 'the directory of accounts' : null
    if (away === null) at.report(error)
    const words =
      away === null
        ? 'Something went wrong on my side, sorry. You can try again, or I get a technician.'
        : `I can't reach ${away} right now, so nothing was changed. Please try again in a few minutes, or I get a technician.`
    const kept = isBusy(notes) ? ` I keep ${titleOf(at, topOf(notes)!)} as it is.` : ''
    return done({
      notes: { ...offerTechnician(notes), steering: null, trail: [...notes.trail, 'failed'].slice(-12) },
      say: [{ content: choices(`${words}${kept}`, [TECHNICIAN, WHAT_ELSE]) }],
      asks: false,
    })
  }
}

/** Dialogues that are over by time or by a change of ours are told so; those of an earlier chat are asked about, once. */
const wake = (before: Notes, said: Said, at: Turn): Turned | { readonly notes: Notes; readonly gone: readonly Spoken[] } => {
  const top = topOf(before)!
  const silence = Date.parse(at.now) - Date.parse(top.askedAt)
  if (before.frames.some((frame) => entryAt(at, frame) === undefined))
    return {
      notes: { ...before, frames: [], steering: null, asleep: false },
      gone: spoken('What you had begun here is over, because I have been changed meanwhile. Nothing of it was sent.'),
    }
  const asleep = before.asleep || (silence > ASLEEP_MS && before.steering?.ask !== 'go-on')
  if (!asleep) return { notes: before, gone: [] }
  if (isPassing(at, top)) return { notes: { ...before, frames: [], steering: null, asleep: false }, gone: [] }
  if (silence > KEPT_MS)
    return {
      notes: { ...before, frames: [], steering: null, asleep: false },
      gone: spoken(`It has been a while: ${titleOf(at, top)} was not finished, so nothing of it was sent.`),
    }
  const awake = { ...before, asleep: false, steering: null }
  if (said.chosen !== undefined) return { notes: awake, gone: [] }
  const { dialogue, wishes } = entryAt(at, top)!
  const reading = at.understanding.read(said.text)
  const intent = reading.band === 'act' ? reading.intent : ''
  const isOther = isWish(intent) && !wishes.includes(intent)
  if (isOther || intent === 'talk_to_technician' || intent === 'cancel') return { notes: awake, gone: [] }
  const isPolite = POLITE.has(intent) || said.text.trim() === ''
  if (!isPolite && !dialogue.wantsWords(top.state)) return { notes: awake, gone: [] }
  const held = isPolite ? null : { event: said.event, text: said.text, files: said.files }
  return done(askToGoOn(awake, held, at))
}

const whileOpen = async (before: Notes, said: Said, at: Turn): Promise<Turned> => {
  if (said.chosen === VALUES.technician || said.command.do === 'hand-off') return handOver(before, at)
  const typed = before.steering === null ? undefined : steeringTyped(before, said)
  const steered = await answerSteering(before, typed ?? said.chosen ?? '', said, at)
  if (steered !== null) return done(steered)
  const notes: Notes = { ...before, steering: null }
  const plain = said.chosen === undefined && said.fields === undefined
  const steps = [
    () => (plain ? steeringWords(notes, said, at, true) : null),
    () => interrupts(notes, said, at),
    () => takeFrom(notes, said, at),
    () => (plain ? steeringWords(notes, said, at, false) : null),
  ]
  for (const step of steps) {
    const turned = await step()
    if (turned !== null) return turned
  }
  return otherWish(notes, said, at)
}

/** The open dialogue's answer; what only shows something is left when it has none. */
const takeFrom = async (notes: Notes, said: Said, at: Turn): Promise<Turned | null> => {
  const top = topOf(notes)!
  if (said.text.trim() === '' && said.chosen === undefined && said.files.length === 0) return null
  const move = await entryAt(at, top)!.dialogue.take(top.state, said, at.worldOf(top.id))
  return move === null ? null : done(await apply(notes, move, said, at))
}

/** "Yes", "no", a number or a label, as the answer to a steering question. */
const steeringTyped = (notes: Notes, said: Said): string | undefined => {
  const yes = said.command.do === 'affirm'
  const no = said.command.do === 'deny'
  switch (notes.steering?.ask) {
    case 'cancel':
      return yes ? STEER.discard : no ? STEER.goOn : undefined
    case 'go-on':
      return yes ? STEER.goOn : no ? STEER.discard : choose(said.text, [{ value: STEER.goOn, label: 'go on' }])?.value
    case 'begin-anew':
      return yes ? STEER.restart : no ? STEER.goOn : undefined
    case 'restart':
      return yes || no ? STEER.goOn : undefined
    case 'switch':
      return yes ? STEER.answer : undefined
    case undefined:
      return undefined
  }
}

/** Cancel, back, start over, technician, help, repeat, goodbye: `exactly` in the words of a phrase before the open question is tried, otherwise after it. */
const steeringWords = async (notes: Notes, said: Said, at: Turn, exactly: boolean): Promise<Turned | null> => {
  const words = said.text.trim()
  if (exactly && ANEW.test(words)) return done(await startOver(notes, said, at))
  if (exactly && ONWARDS.test(words)) return done(askAgain(notes, at))
  const reading = at.understanding.read(words)
  if (reading.band !== 'act' || /^skip\b/iu.test(words)) return null
  const top = topOf(notes)!
  const asksForHelp = reading.intent === 'talk_to_technician' && (words.split(/\s+/).length <= SHORT || EXPLICIT.test(words))
  if (exactly && !isExact(reading) && !asksForHelp) return null
  switch (reading.intent) {
    case 'talk_to_technician':
      return handOver(notes, at)
    case 'cancel':
      return done(await cancel(notes, said, at, isExact(reading)))
    case 'back':
      return done(stepBack(notes, at))
    case 'repeat': {
      // "I didn't get it" may be about a mail: the dialogue knows, unless it would take any words for its answer.
      const free = entryAt(at, top)!.dialogue.wantsWords(top.state)
      return (free ? null : await takeFrom(notes, said, at)) ?? done(askAgain(notes, at))
    }
    case 'help':
      return done(explain(notes, at))
    case 'goodbye':
      return { ...passed(notes), asks: false, say: isPassing(at, top) ? [] : spoken(`I keep ${titleOf(at, top)} until tomorrow.`) }
    case 'greeting':
    case 'thanks':
    case 'small_talk':
    case 'hours':
      return passed(notes)
    default:
      return null
  }
}

/** Asks for a technician, however much is said around it. */
const EXPLICIT =
  /\b(?:get|want|need|talk|speak|give|connect|transfer|put)\b.{0,30}\b(?:human|technician|real person|agent|operator|somebody real)\b/iu

const isExact = (reading: Reading): boolean => reading.band === 'act' && reading.score >= 1

const explain = (notes: Notes, at: Turn): Ran => {
  const asked = askTop(notes, at, { do: 'again' })
  const words = `We are at ${titleOf(at, topOf(notes)!)}. Say "back" to change your last answer, "cancel" to stop, or ask for a technician at any time.`
  return { notes: asked.notes, say: [...spoken(words), ...asked.say], asks: false }
}

/** Something that does not answer the question: another wish, an old button, or nothing for dialogues at all. */
const otherWish = async (before: Notes, said: Said, at: Turn): Promise<Turned> => {
  const top = topOf(before)!
  const { command } = said
  const notes = isPassing(at, top) && top.waits !== true ? { ...before, frames: before.frames.slice(0, -1) } : before
  if (notes !== before && isBusy(notes)) {
    const taken = await takeFrom(notes, said, at)
    if (taken !== null) return taken
  }
  if (said.chosen !== undefined) {
    const claimed = await open(notes, { choice: said.chosen }, said, at)
    if (claimed !== null) return claimed
  }
  if (command.do !== 'start') return passed(notes)
  return (await open(notes, { wish: command.wish }, said, at)) ?? passed(notes)
}

/** Is this clearly another wish, although free words are asked for? Navigation goes at once; what may be a description is asked about. */
const interrupts = async (notes: Notes, said: Said, at: Turn): Promise<Turned | null> => {
  const top = topOf(notes)
  const entry = entryAt(at, top)
  if (top === undefined || entry === undefined || said.chosen !== undefined || said.command.do !== 'start') return null
  const { wish } = said.command
  if (entry.wishes.includes(wish) || !entry.dialogue.wantsWords(top.state)) return null
  const reading = at.understanding.read(said.text)
  const short = said.text.trim().split(/\s+/).length <= SHORT
  const isAside = reading.band === 'act' && ASIDE.test(said.text.trim())
  if (!isExact(reading) && !isAside && !(reading.band === 'act' && short && SWITCHES.has(wish))) return null
  if (forWish(at.dialogues, wish) === undefined) return null
  if (SWITCHES.has(wish)) return open(notes, { wish }, said, at)
  const held = { event: said.event, text: said.text, files: said.files }
  return done(askToSwitch(notes, { ask: 'switch', wish, held }, at.understanding.titleOf(wish)))
}

/** The same dialogue is open already: on top with answers, or below. */
const again = (notes: Notes, entry: Entry, wish: Wish, said: Said, at: Turn): Turned | null => {
  const open = notes.frames.find(({ dialogue }) => dialogue === entry.dialogue.name)
  if (open === undefined || isPassing(at, open) || entry.dialogue.filled(open.state) === 0) return null
  const held = { event: said.event, text: said.text, files: said.files }
  return done(askToRestart(notes, { ask: 'restart', wish, held }, at))
}

/** Without what the same dialogue has left open where it holds no answers. */
const without = (notes: Notes, entry: Entry, at: Turn): Notes => {
  const index = notes.frames.findIndex(({ dialogue }) => dialogue === entry.dialogue.name)
  const frame = notes.frames[index]
  if (frame === undefined || frame.waits === true) return notes
  return isPassing(at, frame) || entry.dialogue.filled(frame.state) === 0 ? { ...notes, frames: notes.frames.slice(0, index) } : notes
}

const handOver = (notes: Notes, at: Turn): Turned =>
  done({ notes: { ...notes, frames: [], steering: null }, say: [], asks: false, handOff: summaryOfFrames(notes, at) })

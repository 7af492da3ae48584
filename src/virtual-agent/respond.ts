import type { EventId } from '../channel/index.ts'
import { filesOf, type Heard, textOf } from '../core/conversation.ts'
import { type Command, isSocial, isWish, VALUES } from './commands.ts'
import { SUBMITS } from './dialogues/request-answers.ts'
import type { Notes } from './notes.ts'
import { foreignLanguageOf } from './understand/language.ts'
import { maskSecrets, tellsSecret } from './understand/secrets.ts'
import type { Reading, Understanding } from './understand/understanding.ts'

/**
 * From what was heard to commands: buttons first, then commands of the platform, secrets, files, other languages, and last what was written.
 * Pure; never empty.
 */
export const commandsOf = (heard: Heard, notes: Notes, understanding: Understanding): readonly Command[] => {
  if (heard.chosen !== undefined) return [ofChoice(heard.chosen, notes)]
  const text = heard.command === undefined ? wordsFrom(heard) : heard.command.text
  // What stands behind /start names the link that brought the person here; it is nothing they said.
  if (heard.command !== undefined && (text.trim() === '' || /^\/?start$/i.test(heard.command.name)))
    return [ofPlatformCommand(heard.command.name, notes, understanding)]
  if (text.trim() === '') return [ofSilent(heard)]
  const notices = NOTICES.exec(text.trim())?.groups
  if (notices !== undefined) return [{ do: 'notices', on: notices.on !== undefined }]
  const last = notes.frames.length === 0 && SUBMITS.test(text.trim()) ? notes.sent.at(-1) : undefined
  if (last !== undefined && (last.number === null || notes.logged === last.number)) return [{ do: 'sent', number: last.number }]
  if (tellsSecret(text)) {
    const rest = understanding.read(maskSecrets(text).replace(/•+/g, ' '))
    return [{ do: 'warn-secret' }, ...(rest.band === 'act' && isWish(rest.intent) ? ofReading(rest, maskSecrets(text), notes) : [])]
  }
  const language = foreignLanguageOf(text)
  if (language !== null && understanding.read(text).band !== 'act') return [{ do: 'answer-in', language }]
  return ofText(text, notes, understanding)
}

/** What was said, without the name by which the hub was called where others are ("@switchboard_bot report an incident"). */
export const wordsFrom = ({ content }: Heard): string => textOf(content).replace(/^\s*@[\p{L}\p{N}_.-]+[,:]?\s+(?=\S)/u, '')

const NOTICES =
  /^(?:please\s+)?(?:(?<off>stop|turn off|switch off|disable|mute|no more|don'?t send(?: me)?|unsubscribe from)|(?<on>start|turn on|switch on|enable|unmute|send me|resume|subscribe to))\s+(?:the\s+|my\s+|all\s+|any\s+|sending(?: me)?\s+|more\s+)*(?:notifications?|notices)(?:\s+(?:again|please))*[.!]*$/iu

/** What a choice stands for; a value of an earlier version of ours, or one that is none of ours, is `stale`. */
export const ofChoice = (value: string, notes: Notes): Command => {
  if (isWish(value)) return { do: 'start', wish: value, text: '' }
  if (value.startsWith('article:')) return { do: 'open', id: value.slice('article:'.length) }
  if (value.startsWith('item:')) return { do: 'start', wish: 'create_request', text: notes.about ?? '' }
  const sent = notes.sent.find(({ tag }) => value.startsWith(`cr:${tag}:`))
  if (sent !== undefined) return { do: 'sent', number: sent.number }
  if (value.startsWith('intent:')) return ofIntent(value.slice('intent:'.length), notes.about ?? '', notes)
  switch (value) {
    case VALUES.technician:
      return { do: 'hand-off' }
    case VALUES.helped:
      return { do: 'helped' }
    case VALUES.noneHelped:
      return { do: 'none-helped' }
    case VALUES.dismiss:
      return { do: 'dismiss' }
    case VALUES.menu:
      return { do: 'help' }
    case VALUES.hours:
      return { do: 'hours' }
    case VALUES.somethingElse:
      return notes.about === null ? { do: 'cannot' } : { do: 'look', text: notes.about, near: null, foreign: false, quiet: false }
    default:
      return { do: 'stale', value }
  }
}

const ofPlatformCommand = (name: string, notes: Notes, understanding: Understanding): Command => {
  const word = name.replace(/^\//, '').toLowerCase()
  if (word === 'start' || word === 'support') return { do: 'greet' }
  if (word === 'help' || word === 'menu') return { do: 'help' }
  const reading = understanding.read(word.replaceAll(/[_-]/g, ' '))
  return reading.band === 'act' ? ofIntent(reading.intent, '', notes) : { do: 'help' }
}

const ofSilent = (heard: Heard): Command => {
  if (heard.content.some((item) => item.type === 'media' && item.sticker === true)) return { do: 'chat' }
  if (filesOf(heard.content).length > 0) return { do: 'take-file' }
  return heard.content.length > 0 ? { do: 'unreadable' } : { do: 'greet' }
}

const ofIntent = (intent: string, text: string, notes: Notes): Command => {
  if (isWish(intent)) return { do: 'start', wish: intent, text }
  switch (intent) {
    case 'greeting':
      return { do: 'greet' }
    case 'thanks':
      return { do: 'thank' }
    case 'goodbye':
      return { do: 'leave' }
    case 'talk_to_technician':
      return { do: 'hand-off' }
    case 'yes':
      return notes.question === null || notes.steering !== null ? { do: 'affirm' } : ofChoice(notes.question.yes, notes)
    case 'no':
      return notes.question === null || notes.steering !== null ? { do: 'deny' } : ofChoice(notes.question.no, notes)
    case 'hours':
    case 'help':
    case 'cancel':
    case 'back':
    case 'repeat':
      return { do: intent }
    case 'small_talk':
      return { do: 'chat' }
    case 'complaint':
      return { do: 'complain' }
    case 'correction':
      return { do: 'correct' }
    default:
      return { do: 'look', text, near: null, foreign: false, quiet: false }
  }
}

const ofReading = (reading: Reading, text: string, notes: Notes): readonly Command[] => {
  switch (reading.band) {
    case 'act':
      return [ofIntent(reading.intent, text, notes)]
    case 'ask':
      return [{ do: 'clarify', intents: reading.intents, text }]
    case 'look':
      return [{ do: 'look', text, near: reading.near, foreign: reading.foreign, quiet: false }]
  }
}

const CLAUSE = /[.!?;\n]+|\b(?:and also|and then|also|plus|and|but)\b/iu
const OPENING = /^\s*([^,]{1,30}),\s*(.+)$/su
const MOST_CLAUSES = 4

/** The parts of a message that may hold a wish each; a greeting before the first comma is a part too. */
const clausesOf = (text: string): readonly string[] =>
  text
    .split(CLAUSE)
    .flatMap((clause) => {
      const opening = OPENING.exec(clause)
      return opening !== null && opening[1]!.trim().split(/\s+/).length <= 3 ? [opening[1]!, opening[2]!] : [clause]
    })
    .map((clause) => clause.trim())
    .filter((clause) => /[\p{L}\p{N}]/u.test(clause))

const POLITE = new Set(['greeting', 'thanks', 'small_talk'])
const isPolite = (reading: Reading): boolean => reading.band === 'act' && POLITE.has(reading.intent)
/** Words that answer a question, and are no wish beside another one. */
const STEERING = new Set(['yes', 'no', 'back', 'repeat', 'correction', 'cancel'])

/** Says hello, yes or goodbye: beside a good answer nobody is asked whether they meant that. */
export const isRemark = (intent: string): boolean => POLITE.has(intent) || STEERING.has(intent) || intent === 'goodbye'

/** One wish, or several: a message is taken apart only where its parts are clear by themselves. */
const ofText = (text: string, notes: Notes, understanding: Understanding): readonly Command[] => {
  const whole = understanding.read(text)
  const clauses = clausesOf(text)
  if (clauses.length < 2 || clauses.length > MOST_CLAUSES || (whole.band === 'act' && whole.score >= 1))
    return ofReading(whole, text, notes)
  const parts = clauses.map((clause) => ({ clause, reading: understanding.read(clause) }))
  const real = parts.filter(({ reading }) => !isPolite(reading))
  if (real.length === 0) return ofReading(parts.at(-1)!.reading, text, notes)
  if (real.length === 1) return ofReading(real[0]!.reading, real[0]!.clause, notes)
  const clear = real.filter(({ reading }) => reading.band === 'act' && !STEERING.has(reading.intent))
  const wishes = new Set(clear.map(({ reading }) => (reading.band === 'act' ? reading.intent : '')))
  const looking = real.filter(({ reading, clause }) => reading.band === 'look' && !reading.foreign && clause.split(/\s+/).length >= 3)
  if (wishes.size >= 2 && clear.length === real.length) return clear.flatMap(({ reading, clause }) => ofReading(reading, clause, notes))
  // A trouble told in several clauses is one trouble.
  if (wishes.size === 1 && wishes.has('report_incident') && looking.length >= 1 && clear.length + looking.length === real.length)
    return [{ do: 'start', wish: 'report_incident', text }]
  if (wishes.size >= 1 && looking.length >= 1 && clear.length + looking.length === real.length) {
    return real.flatMap(({ reading, clause }): readonly Command[] =>
      reading.band === 'look' ? [{ do: 'look', text: clause, near: null, foreign: false, quiet: true }] : ofReading(reading, clause, notes),
    )
  }
  if (whole.band !== 'act' && wishes.size === 1 && clear.length >= 1 && whole.band !== 'look')
    return ofReading(clear[0]!.reading, text, notes)
  return ofReading(whole, text, notes)
}

/** One thing to answer, and the events that said it. */
export type Utterance = { readonly heard: Heard; readonly events: readonly EventId[] }

const FRAGMENT_WORDS = 3

/** Messages typed in pieces ("my laptop" · "is so" · "slow") become one; a piece that is a wish or a known phrase by itself stays alone. */
export const joinPieces = (
  heard: readonly Heard[],
  understanding: Understanding,
  mayJoin: (heard: Heard) => boolean = () => true,
): readonly Utterance[] => {
  const joined: (Utterance & { readonly open: boolean })[] = []
  for (const one of heard) {
    const open = mayJoin(one) && isFragment(one, understanding)
    const before = joined.at(-1)
    const short = (some: Heard) => textOf(some.content).trim().split(/\s+/).length <= FRAGMENT_WORDS
    if (before?.open === true && open && before.heard.person.key === one.person.key && (short(before.heard) || short(one))) {
      const text = `${textOf(before.heard.content)} ${textOf(one.content)}`
      joined[joined.length - 1] = { heard: { ...one, content: [{ type: 'text', text }] }, events: [...before.events, one.event], open }
    } else joined.push({ heard: one, events: [one.event], open })
  }
  return joined
}

/** Plain words that mean nothing clear by themselves. */
const isFragment = (heard: Heard, understanding: Understanding): boolean => {
  if (heard.chosen !== undefined || heard.command !== undefined || heard.content.some((item) => item.type !== 'text')) return false
  const text = textOf(heard.content)
  if (!/\p{L}/u.test(text) || tellsSecret(text)) return false
  const reading = understanding.read(text)
  return reading.band !== 'act' || (reading.score < 1 && (STEERING.has(reading.intent) || POLITE.has(reading.intent)))
}

/** Drops what was only polite where something real was said, and what is said twice; the events go to what remains. */
export const settleCommands = <Piece extends { readonly command: Command; readonly person: string; readonly events: readonly string[] }>(
  pieces: readonly Piece[],
): readonly Piece[] => {
  const handOff = pieces.find(({ command }) => command.do === 'hand-off')
  const wanted =
    handOff === undefined
      ? pieces.filter(({ command }) => !isSocial(command))
      : pieces
          .filter((piece) => piece === handOff || piece.command.do === 'warn-secret')
          .sort((a, b) => Number(a === handOff) - Number(b === handOff))
  const kept = wanted.length > 0 ? wanted : pieces.slice(-1)
  const settled: Piece[] = []
  const keyOf = ({ command, person }: Piece) => `${person} ${JSON.stringify(command)}`
  for (const piece of kept) {
    const same = settled.findIndex((other) => keyOf(other) === keyOf(piece))
    if (same < 0) settled.push(piece)
    else settled[same] = { ...settled[same]!, events: [...settled[same]!.events, ...piece.events] }
  }
  const orphans = pieces.filter((piece) => !kept.includes(piece)).flatMap(({ events }) => events)
  settled[0] = { ...settled[0]!, events: [...new Set([...orphans, ...settled[0]!.events])] }
  return settled
}

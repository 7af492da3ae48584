import type { Content, FileId, Json, PersonKey } from '../channel/index.ts'
import type { Wish } from './commands.ts'
import { maskSecrets } from './understand/secrets.ts'

export type NotedFile = { readonly id: FileId; readonly name: string }

/** A dialogue under way. `id` is the key of its side effects; `waits`: the one above it came first, because this one needs it. */
export type Frame = {
  readonly id: string
  readonly dialogue: string
  readonly version: number
  readonly state: Json
  /** Answers in a row that were not understood. */
  readonly misses: number
  readonly askedAt: string
  readonly waits?: true
}

/** What was said and is kept until a question of ours about it is answered. */
export type Held = { readonly event: string; readonly text: string; readonly files: readonly NotedFile[] }

/** A question about the dialogues themselves: drop it, begin it anew, go on with it, or is this its answer or another wish? */
export type Steering =
  | { readonly ask: 'cancel' | 'begin-anew' }
  | { readonly ask: 'go-on'; readonly held: Held | null }
  | { readonly ask: 'restart' | 'switch'; readonly wish: Wish; readonly held: Held }

/** What the virtual agent remembers of one person in one chat. Plain JSON, kept in the conversation. */
export type Notes = {
  /** The chat they belong to; a new chat begins with empty notes. */
  readonly chat: string | null
  /** What was said last, oldest first, secrets masked, shortened. */
  readonly said: readonly string[]
  /** What was done about it: intents, `article:…`, `asked:a|b`, `language:…`, `unknown`. */
  readonly trail: readonly string[]
  /** Articles that were shown. */
  readonly shown: readonly { readonly id: string; readonly title: string }[]
  /** What "yes" and "no" stand for now, as values of choices. */
  readonly question: { readonly yes: string; readonly no: string } | null
  /** The text that our last question back was about. */
  readonly about: string | null
  /** What we said last, for "say that again"; null where it was too long to keep. */
  readonly last: readonly Content[] | null
  /** Misunderstandings in a row, and in this chat. */
  readonly misses: number
  readonly missed: number
  /** Dialogues under way, the one that has the word last. They outlive the chat. */
  readonly frames: readonly Frame[]
  /** The frames are of an earlier chat, and nobody has asked yet whether to go on. */
  readonly asleep: boolean
  readonly steering: Steering | null
  /** Files of this chat that belong to no request yet. */
  readonly files: readonly NotedFile[]
  /** The request that was logged last in this chat. */
  readonly logged: string | null
  /** Requests that were sent, by the mark of their choices: pressed again they are there already. They outlive the chat. */
  readonly sent: readonly { readonly tag: string; readonly number: string | null }[]
}

const SAID = 6
const SAID_LENGTH = 240
const TRAIL = 12
const SHOWN = 5
const FILES = 10
const LAST_LENGTH = 3000
/** In a group the notes of the people who spoke longest ago are dropped. */
const PEOPLE = 20

export const emptyNotes = (chat: string | null): Notes => ({
  chat,
  said: [],
  trail: [],
  shown: [],
  question: null,
  about: null,
  last: null,
  misses: 0,
  missed: 0,
  frames: [],
  asleep: false,
  steering: null,
  files: [],
  logged: null,
  sent: [],
})

type Memory = { readonly people: readonly (readonly [string, Notes])[] }

const isMemory = (memory: Json): boolean =>
  typeof memory === 'object' && memory !== null && 'people' in memory && Array.isArray(memory.people)

/** A person's notes out of the conversation's memory; of an earlier chat's notes only the dialogues under way are left. */
export const notesOf = (memory: Json, person: PersonKey, chat: string | null): Notes => {
  const found = isMemory(memory)
    ? (memory as unknown as Memory).people.find((row) => Array.isArray(row) && row[0] === person)?.[1]
    : undefined
  if (found === undefined) return emptyNotes(chat)
  if (found.chat === chat) return { ...emptyNotes(chat), ...found }
  const frames = Array.isArray(found.frames) ? found.frames : []
  return { ...emptyNotes(chat), frames, asleep: frames.length > 0, sent: found.sent ?? [] }
}

/** The memory with a person's notes put in; the newest come last. */
export const withNotes = (memory: Json, person: PersonKey, notes: Notes): Json => {
  const others = isMemory(memory) ? (memory as unknown as Memory).people.filter((row) => Array.isArray(row) && row[0] !== person) : []
  return { people: [...others, [person, notes] as const].slice(-PEOPLE) } as unknown as Json
}

export const remember = (notes: Notes, text: string): Notes =>
  text.trim() === '' ? notes : { ...notes, said: [...notes.said, shorten(maskSecrets(text.trim()), SAID_LENGTH)].slice(-SAID) }

/** Files are kept until a request takes them. */
export const gotFiles = (notes: Notes, files: readonly NotedFile[]): Notes =>
  files.length === 0 ? notes : { ...notes, files: [...notes.files, ...files].slice(-FILES) }

export const trailed = (notes: Notes, ...did: readonly string[]): Notes => ({ ...notes, trail: [...notes.trail, ...did].slice(-TRAIL) })

export const showed = (notes: Notes, articles: readonly { readonly id: string; readonly title: string }[]): Notes => ({
  ...notes,
  shown: [
    ...notes.shown.filter(({ id }) => !articles.some((article) => article.id === id)),
    ...articles.map(({ id, title }) => ({ id, title })),
  ].slice(-SHOWN),
})

export const spoke = (notes: Notes, content: readonly Content[]): Notes => ({
  ...notes,
  last: JSON.stringify(content).length <= LAST_LENGTH ? content : null,
})

/** Cut at a word, with an ellipsis; never inside a surrogate pair. */
export const shorten = (text: string, length: number): string => {
  if (text.length <= length) return text
  const cut = text.slice(0, length - 1)
  const space = cut.lastIndexOf(' ')
  return `${(space > length * 0.6 ? cut.slice(0, space) : cut).replace(/[\ud800-\udbff]$/, '')}…`
}

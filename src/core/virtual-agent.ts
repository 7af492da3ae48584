import type { Content, EventId, Json } from '../channel/index.ts'
import type { Conversation, Heard } from './conversation.ts'

/** Whoever answers while the virtual agent has the word. Nothing slow may hold a database transaction open here. */
export interface VirtualAgent {
  /** One answer to everything that was said since the last turn; may be asked again for the same turn (then with the same ids). */
  answer(question: Question): Promise<Answer>
  /** It may take seconds: then it hears when an answer is not wanted any more, and may show meanwhile what it has of it. */
  readonly takesLong?: true
}

export type Question = {
  readonly conversation: Conversation
  /** In order; never empty. */
  readonly heard: readonly Heard[]
  readonly now: string
  /** Others read along in this conversation. */
  readonly group?: boolean
  /** For whoever takes long. */
  readonly meanwhile?: Meanwhile
}

export type Meanwhile = {
  /** Aborted where the answer is not wanted any more (somebody else has the word, the person went on): whatever it is, it is thrown away. */
  readonly stop: AbortSignal
  /**
   * Shows what there is of the answer so far; the answer says the same key, and takes its place. Returns at once: of several in a row some may be left out.
   * Missing where nothing can be shown before the answer: the channel can't change what it sent, others read along, or it was shown once already.
   */
  readonly say?: (content: Content, key: string) => void
}

export type Answer = {
  /** Said in this order. `to` names the event it answers; together they name every event heard, so that nobody meets silence. */
  readonly say: readonly Say[]
  /** Replaces `conversation.memory`. */
  readonly memory: Json
  readonly handOff?: { readonly skill: string; readonly summary: string }
  /** The person said goodbye: the chat is closed after the answer. */
  readonly close?: boolean
}
export type Say = { readonly content: Content; readonly to: readonly EventId[]; readonly key?: string }

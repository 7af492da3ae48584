import type { Content, EventId, Json } from '../channel/index.ts'
import type { Conversation, Heard } from './conversation.ts'

/** Whoever answers while the virtual agent has the word. Nothing slow may hold a database transaction open here. */
export interface VirtualAgent {
  /** One answer to everything that was said since the last turn; may be asked again for the same turn (then with the same ids). */
  answer(question: Question): Promise<Answer>
}

export type Question = {
  readonly conversation: Conversation
  /** In order; never empty. */
  readonly heard: readonly Heard[]
  readonly now: string
  /** Others read along in this conversation. */
  readonly group?: boolean
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

import type { Content, EventId, FileId, Json } from '../../channel/index.ts'
import type { ChatId, ConversationId } from '../../core/conversation.ts'
import type { Identities, PasswordHelp } from '../../core/directory.ts'
import type { Catalogue, ServiceDesk } from '../../core/service-desk.ts'
import type { IdentityName, Standing } from '../../core/trust.ts'
import type { Command, Wish } from '../commands.ts'
import type { House } from './step.ts'

/** `key`: a later one with the same key takes its place where the channel can edit (an approval that is decided). */
export type Spoken = { readonly content: Content; readonly key?: string }

/** One thing that a person said, as a dialogue sees it. Secrets are masked. */
export type Said = {
  readonly event: EventId
  readonly text: string
  /** The value of a choice that was pressed or typed. */
  readonly chosen?: string
  /** What was filled into a form. */
  readonly fields?: { readonly [name: string]: string }
  readonly files: readonly { readonly id: FileId; readonly name: string }[]
  /** What understanding makes of it; a dialogue that asked something looks at the text first. */
  readonly command: Command
}

/** What dialogues may do in the world. Everything else about them is pure. */
export type World = {
  readonly conversation: ConversationId
  readonly chat: ChatId | null
  readonly identity: IdentityName
  /** The words of the history's source filter for this conversation. */
  readonly source: string
  /** Nobody else reads here: codes, addresses and what waits for somebody's approval are for direct chats alone. */
  readonly direct: boolean
  readonly now: string
  readonly house: House
  readonly catalogue: Catalogue
  readonly desk: ServiceDesk
  readonly identities: Identities
  readonly passwords: PasswordHelp
  /** Who the person is as far as it is proven; asked at most once a turn, and afresh after a code. */
  standing(): Promise<Standing>
  /** The key of a side effect: conversation, frame and `step`; the same when the turn is taken again. */
  key(step: string): string
}

/** What a dialogue wants after it was given something. */
export type Move<State> =
  /** Stays and waits for an answer; `say` ends with the question. */
  | { readonly do: 'ask'; readonly state: State; readonly say: readonly Spoken[] }
  | { readonly do: 'end'; readonly say: readonly Spoken[] }
  | { readonly do: 'hand-off'; readonly say: readonly Spoken[]; readonly summary: string }
  /** Ends, and another dialogue begins with what was said. */
  | { readonly do: 'go-over'; readonly wish: Wish; readonly text: string; readonly say: readonly Spoken[] }
  /** Another dialogue comes first (proving who one is); `state` goes on with `resume` when it has ended well. */
  | { readonly do: 'first'; readonly state: State; readonly dialogue: string; readonly with: Json; readonly say: readonly Spoken[] }

/**
 * A dialogue is a small state machine: `State` is plain JSON and lives in the conversation's memory, so that it survives a restart, a week, and a turn that is
 * taken twice. Errors of the ports (`DeskAway`, `DirectoryAway`) may be thrown: the runner says so, keeps the state and offers a technician.
 */
export type Dialogue<State extends Json> = {
  /** Stands in the memory: never renamed. */
  readonly name: string
  /** Goes up when `State` changes its shape; older states are told that they are over. */
  readonly version: number
  begin(opening: { readonly wish: Wish | null; readonly said: Said; readonly with?: Json }, world: World): Promise<Move<State>>
  /** Null: this answers nothing that was asked; the runner looks what else it may be (a question, another wish), and then asks again. */
  take(state: State, said: Said, world: World): Promise<Move<State> | null>
  /** The open question. `again`: after a digression; `resumed`: hours later or after another dialogue; `missed`: not understood, for the n-th time in a row. */
  ask(
    state: State,
    world: World,
    why: { readonly do: 'again' | 'resumed' } | { readonly do: 'missed'; readonly times: number },
  ): readonly Spoken[]
  /** After a dialogue that came first has ended well. */
  resume?(state: State, world: World): Promise<Move<State>>
  /** The state before the last answer; null at the beginning. */
  back(state: State): State | null
  /** How many answers would be lost; from two on cancelling is confirmed. */
  filled(state: State): number
  /** Does the open question want free words? Then only a very clear other wish interrupts it. */
  wantsWords(state: State): boolean
  /** How it is called in "Continue …?": `your request "laptop broken"`. */
  title(state: State): string
  /** What a technician should know when the word goes over in the middle of it. */
  summary(state: State): string
}

import type { Json } from '../../channel/index.ts'
import type { Wish } from '../commands.ts'
import type { Dialogue } from './dialogue.ts'

/** A dialogue and what begins it. */
export type Entry = {
  readonly dialogue: Dialogue<Json>
  readonly wishes: readonly Wish[]
  /** Values of choices that it answers at any time, also long after it has ended, by how they begin: `approve:`. */
  readonly claims: readonly string[]
  /** Only shows something: left without a word, and nothing to go back to. */
  readonly passing?: (state: Json) => boolean
  /** What is said in it is not remembered for technicians (codes). */
  readonly confidential?: true
}
export type Dialogues = readonly Entry[]

/** Binds the states of a dialogue to itself, so that dialogues of every kind stand on one list. */
export const entryOf = <State extends Json>(
  dialogue: Dialogue<State>,
  opens: {
    readonly wishes: readonly Wish[]
    readonly claims: readonly string[]
    readonly passing?: (state: State) => boolean
    readonly confidential?: true
  },
): Entry => ({ ...opens, dialogue: dialogue as unknown as Dialogue<Json> }) as Entry

export const named = (dialogues: Dialogues, name: string): Entry | undefined => dialogues.find(({ dialogue }) => dialogue.name === name)
export const forWish = (dialogues: Dialogues, wish: Wish): Entry | undefined => dialogues.find(({ wishes }) => wishes.includes(wish))
export const forChoice = (dialogues: Dialogues, value: string): Entry | undefined =>
  dialogues.find(({ claims }) => claims.some((beginning) => value.startsWith(beginning)))

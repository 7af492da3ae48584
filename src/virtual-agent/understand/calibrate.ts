import { type Classifier, type Example, type Guess, train } from './classifier.ts'
import { seeded } from './support-vectors.ts'

/** `act`: at least so sure to act. `ask`: at least so sure to ask "did you mean". `margin`: the best must lead the second by so much to act. */
export type Thresholds = { readonly act: number; readonly ask: number; readonly margin: number }

/** A phrase judged by a classifier that was not taught it. */
export type Trial = { readonly label: string; readonly guess: Guess }

const FOLDS = 5

/** Every phrase tried once on a classifier trained without its fold; folds are dealt within each label, always in the same way. */
export const crossValidate = (examples: readonly Example[], folds = FOLDS): readonly Trial[] => {
  const random = seeded(7)
  const order = examples
    .map((example, index) => ({ example, index, key: random() }))
    .sort((a, b) => (a.example.label === b.example.label ? a.key - b.key : a.example.label < b.example.label ? -1 : 1))
  const foldOf = new Map(order.map(({ index }, place) => [index, place % folds]))
  return Array.from({ length: folds }, (_, fold) => fold).flatMap((fold) => {
    const classifier: Classifier = train(examples.filter((_, index) => foldOf.get(index) !== fold))
    return examples.flatMap((example, index): readonly Trial[] => {
      const guess = foldOf.get(index) === fold ? classifier.guess(example.text) : null
      return guess === null ? [] : [{ label: example.label, guess }]
    })
  })
}

const at = (sorted: readonly number[], share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!

/**
 * Limits from what was guessed rightly on phrases that were not taught: `ask` lets 98 % of them pass, `act` and `margin` 90 % each.
 * `aside` names the labels that do not count (those that lead to the articles anyway).
 */
export const calibrate = (trials: readonly Trial[], aside: ReadonlySet<string> = new Set()): Thresholds => {
  const right = trials.filter(({ label, guess }) => label === guess.label && !aside.has(label))
  if (right.length === 0) return { act: 0, ask: 0, margin: 0 }
  const scores = right.map(({ guess }) => guess.score).sort((a, b) => a - b)
  const margins = right.map(({ guess }) => guess.score - (guess.second?.score ?? Number.NEGATIVE_INFINITY)).sort((a, b) => a - b)
  return { act: at(scores, 0.1), ask: at(scores, 0.02), margin: at(margins, 0.1) }
}

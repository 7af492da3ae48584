import { calibrate, crossValidate, type Thresholds } from './calibrate.ts'
import { type Example, type Guess, train } from './classifier.ts'
import { normalise, wordsOf } from './features.ts'
import type { Intent } from './load.ts'
import { makeMender, plainWords } from './plain.ts'

/** Three bands: sure enough to act, unsure between two, or a question that only an article can answer. */
export type Reading =
  | { readonly band: 'act'; readonly intent: string; readonly score: number }
  | { readonly band: 'ask'; readonly intents: readonly [string, string]; readonly score: number }
  /** `foreign`: it sounds like something no support desk deals with. */
  | { readonly band: 'look'; readonly foreign: boolean; readonly near: string | null; readonly score: number }

export type Understanding = {
  readonly thresholds: Thresholds
  /** Size of what predicting needs. */
  readonly bytes: number
  /** Every word of the phrases: not a typing mistake. */
  readonly words: ReadonlySet<string>
  /** How an intent is called when we ask back. */
  titleOf(intent: string): string
  read(text: string): Reading
}

/** The intent of questions that articles answer, and of what is none of our business. */
export const LOOK_UP = 'ask_article'
export const FOREIGN = 'out_of_scope'

const keyOf = (text: string): string => plainWords(text).join(' ')

/** Learns the intents; `questions` (titles and keywords of articles) are further phrases of the look-up. Deterministic; takes about half a second. */
export const makeUnderstanding = (intents: readonly Intent[], questions: readonly string[] = []): Understanding => {
  const aside = new Set([LOOK_UP, FOREIGN])
  const taught: readonly Example[] = [
    ...intents.flatMap(({ intent, phrases }) => phrases.map((text) => ({ text, label: intent }))),
    ...(intents.some(({ intent }) => intent === LOOK_UP) ? questions.map((text) => ({ text, label: LOOK_UP })) : []),
  ]
  const examples = taught.map(({ text, label }) => ({ text: keyOf(text), label }))
  const mend = makeMender(examples.map(({ text }) => text.split(' ')))
  const thresholds = calibrate(crossValidate(examples), aside)
  const classifier = train(examples)
  const titles = new Map(intents.map(({ intent, title }) => [intent, title]))
  const exact = new Map(intents.flatMap(({ intent, phrases }) => phrases.map((phrase) => [keyOf(phrase), intent] as const)))
  const words = new Set(taught.flatMap(({ text }) => wordsOf(normalise(text))))

  const band = (guess: Guess): Reading => {
    const { label, score, second } = guess
    const foreign = label === FOREIGN && score >= thresholds.ask
    if (aside.has(label)) {
      const near =
        second !== null && !aside.has(second.label) && second.score >= thresholds.ask && score - second.score < thresholds.margin
          ? second.label
          : null
      return { band: 'look', foreign: foreign && near === null, near, score }
    }
    const lead = second === null ? Number.POSITIVE_INFINITY : score - second.score
    if (score >= thresholds.act && lead >= thresholds.margin) return { band: 'act', intent: label, score }
    if (score < thresholds.ask) return { band: 'look', foreign: false, near: null, score }
    if (second === null || aside.has(second.label) || second.score < thresholds.ask - 0.5)
      return { band: 'look', foreign: false, near: label, score }
    return { band: 'ask', intents: [label, second.label], score }
  }

  const read = (text: string): Reading => {
    const words = plainWords(text)
    const mended = mend(words)
    const known = exact.get(words.join(' ')) ?? exact.get(mended.join(' '))
    if (known !== undefined && !aside.has(known)) return { band: 'act', intent: known, score: 1 }
    const guess = classifier.guess(mended.join(' '))
    return guess === null ? { band: 'look', foreign: false, near: null, score: Number.NEGATIVE_INFINITY } : band(guess)
  }

  return { thresholds, bytes: classifier.bytes, words, titleOf: (intent) => titles.get(intent) ?? intent, read }
}

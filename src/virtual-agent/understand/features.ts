/** A text as numbers: hashes of its words, word pairs and of the character n-grams inside `<word>`, each once per occurrence. */
export type Features = { readonly words: readonly number[]; readonly chars: readonly number[]; readonly single: readonly number[] }

const SHORTEST_GRAM = 2
const LONGEST_GRAM = 5
/** Longer messages are read up to here; nobody states a wish later than that. */
const READ_AT_MOST = 2000
const WORD = /[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}']*[\p{L}\p{N}\p{M}])?/gu

/** NFKC, lower case, straight apostrophes, no accents lost. */
export const normalise = (text: string): string =>
  text
    .slice(0, READ_AT_MOST)
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\u2018\u2019\u02bc\u0060\u00b4]/g, "'")

/** The words of a normalised text. */
export const wordsOf = (text: string): readonly string[] => text.match(WORD) ?? []

const OFFSET = 0x811c9dc5
const PRIME = 0x01000193
const WORD_SEED = 0x9e3779b9
const PAIR_SEED = 0x85ebca6b

const fold = (hash: number, code: number): number => Math.imul(hash ^ code, PRIME)

/** Spreads the bits, so that the low ones may be used as a table index. */
const finish = (hash: number): number => {
  let h = hash ^ (hash >>> 16)
  h = Math.imul(h, 0x7feb352d)
  h ^= h >>> 15
  h = Math.imul(h, 0x846ca68b)
  return (h ^ (h >>> 16)) >>> 0
}

const hashWord = (word: string, seed: number): number => {
  let hash = OFFSET ^ seed
  for (let at = 0; at < word.length; at++) hash = fold(hash, word.charCodeAt(at))
  return hash
}

const OPEN = 60
const CLOSE = 62

const gramsInto = (word: string, into: number[]): void => {
  const end = word.length + 2
  const code = (at: number): number => (at === 0 ? OPEN : at === end - 1 ? CLOSE : word.charCodeAt(at - 1))
  for (let from = 0; from < end; from++) {
    let hash = OFFSET
    for (let length = 1; length <= LONGEST_GRAM && from + length <= end; length++) {
      hash = fold(hash, code(from + length - 1))
      if (length >= SHORTEST_GRAM) into.push(finish(hash ^ length))
    }
  }
}

/** Pure; the same text gives the same numbers on every machine. */
export const featuresOf = (text: string): Features => {
  const single: number[] = []
  const words: number[] = []
  const chars: number[] = []
  let before: string | undefined
  for (const word of wordsOf(normalise(text))) {
    const hash = finish(hashWord(word, WORD_SEED))
    single.push(hash)
    words.push(hash)
    if (before !== undefined) words.push(finish(hashWord(word, hashWord(before, PAIR_SEED))))
    gramsInto(word, chars)
    before = word
  }
  return { words, chars, single }
}

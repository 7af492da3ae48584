import { type Features, featuresOf } from './features.ts'
import { makeTrainer, type Rows, seeded } from './support-vectors.ts'

/** One phrase and the intent it stands for. */
export type Example = { readonly text: string; readonly label: string }

/** `score` is the distance from the border of the best class; about 1 for a phrase that was taught, below 0 for a stranger. */
export type Guess = {
  readonly label: string
  readonly score: number
  readonly second: { readonly label: string; readonly score: number } | null
  /** Share of the words that occur in the examples, 0…1. */
  readonly known: number
}

export type Classifier = {
  readonly labels: readonly string[]
  /** Size of everything that predicting needs. */
  readonly bytes: number
  /** Null where the text has no letter and no digit. */
  guess(text: string): Guess | null
}

const COST = 1
const PASSES = 12
const TOLERANCE = 0.05
const SEED = 20240607
/** The weight of the constant column. */
const BIAS = 1

/** From the hash of a feature to its column; open addressing, no strings kept. */
const makeColumns = (distinct: number) => {
  const size = 2 ** Math.ceil(Math.log2(Math.max(16, distinct * 1.5)))
  const keys = new Uint32Array(size)
  const columns = new Int32Array(size)
  const mask = size - 1
  let filled = 0
  const find = (hash: number): number => {
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      if (columns[at] === 0) return -1
      if (keys[at] === hash) return columns[at]! - 1
    }
  }
  const add = (hash: number): number => {
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      if (columns[at] === 0) {
        keys[at] = hash
        columns[at] = ++filled
        return filled - 1
      }
      if (keys[at] === hash) return columns[at]! - 1
    }
  }
  return { find, add, count: () => filled, bytes: keys.byteLength + columns.byteLength }
}

const rarity = (documents: number, having: number): number => Math.log((1 + documents) / (1 + having)) + 1

type Table = { readonly find: (hash: number) => number; readonly rare: Float32Array; readonly rarest: number }

/**
 * Adds the sub-linear, rarity-weighted, length-one vector of one half (words or characters) to the row.
 * Features that no example has point nowhere, but they count for the length: a text full of strange words scores low.
 */
const halfInto = (hashes: readonly number[], table: Table, row: { columns: number[]; values: number[] }): void => {
  const counts = new Map<number, number>()
  for (const hash of hashes) counts.set(hash, (counts.get(hash) ?? 0) + 1)
  let sum = 0
  const from = row.columns.length
  for (const [hash, count] of counts) {
    const column = table.find(hash)
    const value = (count === 1 ? 1 : 1 + Math.log(count)) * (column < 0 ? table.rarest : table.rare[column]!)
    sum += value * value
    if (column < 0) continue
    row.columns.push(column)
    row.values.push(value)
  }
  const length = Math.sqrt(sum)
  for (let at = from; at < row.values.length; at++) row.values[at]! /= length
}

const distinctOf = (features: readonly Features[]): number => {
  const seen = new Set<number>()
  for (const one of features) {
    for (const hash of one.words) seen.add(hash)
    for (const hash of one.chars) seen.add(hash)
  }
  return seen.size
}

/** Learns the examples; the order of the examples matters for nothing but ties. Throws where there are fewer than two labels. */
export const train = (examples: readonly Example[]): Classifier => {
  const labels = [...new Set(examples.map((example) => example.label))].sort()
  if (labels.length < 2) throw new Error(`two intents are needed to tell one from another; found ${labels.length}`)
  const features = examples.map((example) => featuresOf(example.text))
  const table = makeColumns(distinctOf(features))

  const having: number[] = []
  for (const one of features) {
    const mine = new Set<number>()
    for (const hash of one.words) mine.add(table.add(hash))
    for (const hash of one.chars) mine.add(table.add(hash))
    for (const column of mine) having[column] = (having[column] ?? 0) + 1
  }
  const rare = Float32Array.from(having, (count) => rarity(examples.length, count))
  const width = table.count()
  const known: Table = { find: table.find, rare, rarest: rarity(examples.length, 0) }

  const starts = new Int32Array(features.length + 1)
  const row = { columns: [] as number[], values: [] as number[] }
  features.forEach((one, index) => {
    halfInto(one.words, known, row)
    halfInto(one.chars, known, row)
    row.columns.push(width)
    row.values.push(BIAS)
    starts[index + 1] = row.columns.length
  })
  const rows: Rows = { starts, columns: Int32Array.from(row.columns), values: Float32Array.from(row.values), width: width + 1 }

  const classes = labels.length
  const small = new Int8Array(width * classes)
  const scales = new Float32Array(classes)
  const constants = new Float32Array(classes)
  const weights = new Float64Array(rows.width)
  const place = new Map(labels.map((label, index) => [label, index]))
  const classOf = Int32Array.from(examples, (example) => place.get(example.label)!)
  const trainOne = makeTrainer(rows, { cost: COST, passes: PASSES, tolerance: TOLERANCE })
  for (let one = 0; one < classes; one++) {
    trainOne((index) => classOf[index] === one, weights, seeded(SEED + one))
    let largest = 0
    for (let column = 0; column < width; column++) largest = Math.max(largest, Math.abs(weights[column]!))
    const scale = largest === 0 ? 1 : largest / 127
    scales[one] = scale
    constants[one] = weights[width]! * BIAS
    for (let column = 0; column < width; column++) small[column * classes + one] = Math.round(weights[column]! / scale)
  }

  const sums = new Float64Array(classes)
  const guess = (text: string): Guess | null => {
    const one = featuresOf(text)
    if (one.single.length === 0) return null
    const vector = { columns: [] as number[], values: [] as number[] }
    halfInto(one.words, known, vector)
    halfInto(one.chars, known, vector)
    sums.fill(0)
    for (let at = 0; at < vector.columns.length; at++) {
      const value = vector.values[at]!
      const from = vector.columns[at]! * classes
      for (let index = 0; index < classes; index++) sums[index]! += value * small[from + index]!
    }
    let best = -1
    let second = -1
    for (let index = 0; index < classes; index++) {
      sums[index] = sums[index]! * scales[index]! + constants[index]!
      if (best < 0 || sums[index]! > sums[best]!) {
        second = best
        best = index
      } else if (second < 0 || sums[index]! > sums[second]!) second = index
    }
    const share = one.single.reduce((sum, hash) => sum + (table.find(hash) >= 0 ? 1 : 0), 0) / one.single.length
    return {
      label: labels[best]!,
      score: sums[best]!,
      second: second < 0 ? null : { label: labels[second]!, score: sums[second]! },
      known: share,
    }
  }

  const bytes = table.bytes + rare.byteLength + small.byteLength + scales.byteLength + constants.byteLength
  return { labels, bytes, guess }
}

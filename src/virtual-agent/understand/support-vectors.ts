/** Rows of sparse vectors, one after the other: row `r` is `columns[starts[r]…starts[r + 1]]`. */
export type Rows = { readonly starts: Int32Array; readonly columns: Int32Array; readonly values: Float32Array; readonly width: number }

export type Training = { readonly cost: number; readonly passes: number; readonly tolerance: number }

/** A small generator with a fixed seed (mulberry32), so that training twice gives the same model. */
export const seeded = (seed: number): (() => number) => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

const squares = (rows: Rows): Float64Array => {
  const out = new Float64Array(rows.starts.length - 1)
  for (let row = 0; row < out.length; row++) {
    let sum = 0
    for (let at = rows.starts[row]!; at < rows.starts[row + 1]!; at++) sum += rows.values[at]! * rows.values[at]!
    out[row] = sum
  }
  return out
}

/**
 * Trains one class against all others: a linear L2-loss support vector machine by dual coordinate descent
 * (Hsieh et al., 2008, https://www.csie.ntu.edu.tw/~cjlin/papers/cddual.pdf), with shrinking. Weights are written to `weights`.
 */
export const makeTrainer = (rows: Rows, training: Training) => {
  const count = rows.starts.length - 1
  const norms = squares(rows)
  const alpha = new Float64Array(count)
  const order = new Int32Array(count)
  const { starts, columns, values } = rows
  const diagonal = 0.5 / training.cost

  return (isIn: (row: number) => boolean, weights: Float64Array, random: () => number): void => {
    weights.fill(0)
    alpha.fill(0)
    for (let at = 0; at < count; at++) order[at] = at
    let active = count
    let shrinkAbove = Number.POSITIVE_INFINITY
    for (let pass = 0; pass < training.passes; pass++) {
      let highest = Number.NEGATIVE_INFINITY
      let lowest = Number.POSITIVE_INFINITY
      for (let at = 0; at < active; at++) {
        const other = at + Math.floor(random() * (active - at))
        const held = order[at]!
        order[at] = order[other]!
        order[other] = held
      }
      for (let at = 0; at < active; at++) {
        const row = order[at]!
        const sign = isIn(row) ? 1 : -1
        const from = starts[row]!
        const to = starts[row + 1]!
        let dot = 0
        for (let index = from; index < to; index++) dot += weights[columns[index]!]! * values[index]!
        const slope = sign * dot - 1 + diagonal * alpha[row]!
        let projected = slope
        if (alpha[row] === 0) {
          if (slope > shrinkAbove) {
            active--
            order[at] = order[active]!
            order[active] = row
            at--
            continue
          }
          projected = Math.min(slope, 0)
        }
        highest = Math.max(highest, projected)
        lowest = Math.min(lowest, projected)
        if (Math.abs(projected) > 1e-12) {
          const old = alpha[row]!
          const next = Math.max(old - slope / (norms[row]! + diagonal), 0)
          alpha[row] = next
          const step = (next - old) * sign
          for (let index = from; index < to; index++) weights[columns[index]!]! += step * values[index]!
        }
      }
      if (highest - lowest <= training.tolerance) {
        if (active === count) break
        active = count
        shrinkAbove = Number.POSITIVE_INFINITY
        continue
      }
      shrinkAbove = highest > 0 ? highest : Number.POSITIVE_INFINITY
    }
  }
}

import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { type Example, train } from '../src/virtual-agent/understand/classifier.ts'

type Labelled = { readonly text: string; readonly label: string | null }

export type UnderstandingResult = {
  readonly phrases: number
  readonly intents: number
  readonly inScope: number
  readonly outOfScope: number
  /** Share of the in-scope messages whose best class is the right one, without a threshold. */
  readonly accuracy: number
  /** Probability that an in-scope message scores above an out-of-scope one; null without out-of-scope messages. */
  readonly auroc: number | null
  /** Share of the out-of-scope messages refused by the threshold that keeps 95 % of the in-scope ones. */
  readonly refusedAt95: number | null
  readonly trainSeconds: number
  readonly microseconds: { readonly mean: number; readonly p95: number }
  readonly modelBytes: number
}

/** Reads JSON lines of `{"text", "label"}`; throws with file and line where one is something else. */
export const readLabelled = async (file: string): Promise<readonly Labelled[]> => {
  const lines = (await readFile(file, 'utf8')).split('\n')
  return lines.flatMap((line, index): Labelled[] => {
    if (line.trim() === '') return []
    const say = (what: string) => new Error(`${file}, line ${index + 1}: ${what}`)
    let value: unknown
    try {
      value = JSON.parse(line)
    } catch {
      throw say('this is not JSON')
    }
    const { text, label } = value as { text?: unknown; label?: unknown }
    if (typeof text !== 'string') throw say('"text" must be a string')
    if (label !== null && typeof label !== 'string') throw say('"label" must be a string, or null for out of scope')
    return [{ text, label }]
  })
}

/** Area under the curve by ranks; ties count half. */
export const areaUnderCurve = (inScope: readonly number[], outOfScope: readonly number[]): number => {
  const all = [...inScope.map((score) => ({ score, isIn: true })), ...outOfScope.map((score) => ({ score, isIn: false }))]
  all.sort((a, b) => a.score - b.score)
  let ranks = 0
  for (let from = 0; from < all.length; ) {
    let to = from
    while (to < all.length && all[to]!.score === all[from]!.score) to++
    const rank = (from + 1 + to) / 2
    for (let at = from; at < to; at++) if (all[at]!.isIn) ranks += rank
    from = to
  }
  const n = inScope.length
  return (ranks - (n * (n + 1)) / 2) / (n * outOfScope.length)
}

const percentile = (values: readonly number[], share: number): number => {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!
}

/** Trains on the first, tries on the second. Pure but for the clock. */
export const measure = (trainOn: readonly Labelled[], tryOn: readonly Labelled[]): UnderstandingResult => {
  const examples = trainOn.filter((one): one is Example => one.label !== null)
  const before = performance.now()
  const classifier = train(examples)
  const trainSeconds = (performance.now() - before) / 1000
  for (const one of tryOn.slice(0, 300)) classifier.guess(one.text)
  const times: number[] = []
  const inScope: number[] = []
  const outOfScope: number[] = []
  let right = 0
  for (const one of tryOn) {
    const started = performance.now()
    const guess = classifier.guess(one.text)
    times.push((performance.now() - started) * 1000)
    const score = guess?.score ?? Number.NEGATIVE_INFINITY
    if (one.label === null) outOfScope.push(score)
    else {
      inScope.push(score)
      if (guess?.label === one.label) right++
    }
  }
  const limit = inScope.length === 0 ? 0 : percentile(inScope, 0.05)
  const both = inScope.length > 0 && outOfScope.length > 0
  return {
    phrases: examples.length,
    intents: classifier.labels.length,
    inScope: inScope.length,
    outOfScope: outOfScope.length,
    accuracy: inScope.length === 0 ? 0 : right / inScope.length,
    auroc: both ? areaUnderCurve(inScope, outOfScope) : null,
    refusedAt95: both ? outOfScope.filter((score) => score < limit).length / outOfScope.length : null,
    trainSeconds,
    microseconds: { mean: times.reduce((sum, time) => sum + time, 0) / Math.max(1, times.length), p95: percentile(times, 0.95) },
    modelBytes: classifier.bytes,
  }
}

const percent = (share: number | null): string =>
  share === null ? 'not measured: no out-of-scope messages' : `${(share * 100).toFixed(2)} %`

/** `npm run bench -- understanding --train F --test F`. */
export const run = async (args: readonly string[]): Promise<void> => {
  const { values } = parseArgs({ args: [...args], options: { train: { type: 'string' }, test: { type: 'string' } } })
  if (values.train === undefined || values.test === undefined) {
    throw new Error(
      'usage: npm run bench -- understanding --train FILE --test FILE   (JSON lines of {"text", "label"}; label null = out of scope)',
    )
  }
  const result = measure(await readLabelled(values.train), await readLabelled(values.test))
  console.log(
    [
      `trained on        ${result.phrases} phrases of ${result.intents} intents in ${result.trainSeconds.toFixed(2)} s; model ${(result.modelBytes / 1e6).toFixed(2)} MB`,
      `tried on          ${result.inScope} messages in scope, ${result.outOfScope} out of scope`,
      `accuracy          ${percent(result.accuracy)}`,
      `AUROC             ${percent(result.auroc)}`,
      `refused at 95 %   ${percent(result.refusedAt95)}   (out of scope, where 95 % of what is in scope is kept)`,
      `per message       ${result.microseconds.mean.toFixed(0)} µs, p95 ${result.microseconds.p95.toFixed(0)} µs`,
    ].join('\n'),
  )
}

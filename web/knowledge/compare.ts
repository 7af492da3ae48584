/** A run of text that both have, or only one of them. */
export type Piece = { readonly is: 'same' | 'gone' | 'new'; readonly text: string }
/** A line; where it was only changed, in pieces. `skipped`: so many lines that both have. */
export type Line =
  | { readonly is: 'same' | 'gone' | 'new'; readonly pieces: readonly Piece[] }
  | { readonly is: 'skipped'; readonly lines: number }

const around = 2
/** Above so many comparisons, what differs is shown whole. */
const mostSteps = 4_000_000

/** What became of `before`, line by line, with changed words within the lines. Pure. */
export function compare(before: string, after: string): readonly Line[] {
  const lines: Line[] = []
  let gone: string[] = []
  let fresh: string[] = []
  const close = () => {
    const pairs = gone.length === fresh.length ? gone.map((line, place) => wordsOf(line, fresh[place]!)) : []
    if (pairs.length > 0) {
      for (const pair of pairs) {
        lines.push({ is: 'gone', pieces: pair.filter(({ is }) => is !== 'new') })
        lines.push({ is: 'new', pieces: pair.filter(({ is }) => is !== 'gone') })
      }
    } else {
      for (const text of gone) lines.push({ is: 'gone', pieces: [{ is: 'gone', text }] })
      for (const text of fresh) lines.push({ is: 'new', pieces: [{ is: 'new', text }] })
    }
    gone = []
    fresh = []
  }
  for (const { is, text } of differences(before.split('\n'), after.split('\n'))) {
    if (is === 'gone') gone.push(text)
    else if (is === 'new') fresh.push(text)
    else {
      close()
      lines.push({ is: 'same', pieces: [{ is: 'same', text }] })
    }
  }
  close()
  return shortened(lines)
}

const wordsOf = (before: string, after: string): readonly Piece[] =>
  differences(partsOf(before), partsOf(after)).reduce<Piece[]>((pieces, piece) => {
    const last = pieces.at(-1)
    if (last?.is === piece.is) pieces[pieces.length - 1] = { is: last.is, text: last.text + piece.text }
    else pieces.push(piece)
    return pieces
  }, [])

const partsOf = (line: string): readonly string[] => line.split(/([^\p{L}\p{N}]+)/u).filter((part) => part !== '')

/** By the longest common subsequence, between what both begin and end with. */
function differences(before: readonly string[], after: readonly string[]): readonly Piece[] {
  const shorter = Math.min(before.length, after.length)
  let start = 0
  while (start < shorter && before[start] === after[start]) start += 1
  let end = 0
  while (end < shorter - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end += 1
  const same = (text: string): Piece => ({ is: 'same', text })
  return [
    ...before.slice(0, start).map(same),
    ...middle(before.slice(start, before.length - end), after.slice(start, after.length - end)),
    ...before.slice(before.length - end).map(same),
  ]
}

function middle(before: readonly string[], after: readonly string[]): readonly Piece[] {
  const whole = (is: Piece['is']) => (text: string) => ({ is, text })
  if (before.length * after.length > mostSteps) return [...before.map(whole('gone')), ...after.map(whole('new'))]
  const width = after.length + 1
  const longest = new Uint32Array((before.length + 1) * width)
  for (let row = before.length - 1; row >= 0; row--)
    for (let column = after.length - 1; column >= 0; column--)
      longest[row * width + column] =
        before[row] === after[column]
          ? longest[(row + 1) * width + column + 1]! + 1
          : Math.max(longest[(row + 1) * width + column]!, longest[row * width + column + 1]!)
  const pieces: Piece[] = []
  let [row, column] = [0, 0]
  while (row < before.length && column < after.length) {
    if (before[row] === after[column]) {
      pieces.push({ is: 'same', text: before[row]! })
      row += 1
      column += 1
    } else if (longest[(row + 1) * width + column]! >= longest[row * width + column + 1]!) pieces.push({ is: 'gone', text: before[row++]! })
    else pieces.push({ is: 'new', text: after[column++]! })
  }
  return [...pieces, ...before.slice(row).map(whole('gone')), ...after.slice(column).map(whole('new'))]
}

/** Only what differs, with a little of what is around it. */
function shortened(lines: readonly Line[]): readonly Line[] {
  const near = new Set(
    lines.flatMap(({ is }, at) => (is === 'same' ? [] : Array.from({ length: 2 * around + 1 }, (_, by) => at - around + by))),
  )
  const out: Line[] = []
  for (const [at, line] of lines.entries()) {
    const last = out.at(-1)
    if (near.has(at)) out.push(line)
    else if (last?.is === 'skipped') out[out.length - 1] = { is: 'skipped', lines: last.lines + 1 }
    else out.push({ is: 'skipped', lines: 1 })
  }
  return out
}

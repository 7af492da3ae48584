const plain = (word: string): string => word.toLowerCase().replaceAll(/[^a-z0-9]/g, '')

/** The known word that was most likely meant, or undefined where none is near: case, dashes and underscores do not count. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const wanted = plain(word)
  const ranked = known
    .map((candidate) => ({ candidate, away: distance(wanted, plain(candidate)) }))
    .sort((one, other) => one.away - other.away)
  const best = ranked[0]
  return best && best.away <= Math.max(1, Math.floor(wanted.length / 3)) ? best.candidate : undefined
}

/** Letters to put in, take out, change or swap. */
function distance(one: string, other: string): number {
  const table = Array.from({ length: one.length + 1 }, (_, row) =>
    Array.from({ length: other.length + 1 }, (_, column) => (row === 0 ? column : column === 0 ? row : 0)),
  )
  const cell = (row: number, column: number): number => table[row]?.[column] ?? Number.POSITIVE_INFINITY
  for (let row = 1; row <= one.length; row += 1) {
    for (let column = 1; column <= other.length; column += 1) {
      const same = one[row - 1] === other[column - 1] ? 0 : 1
      const swapped = row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1]
      const best = Math.min(cell(row - 1, column) + 1, cell(row, column - 1) + 1, cell(row - 1, column - 1) + same)
      table[row]![column] = swapped ? Math.min(best, cell(row - 2, column - 2) + 1) : best
    }
  }
  return cell(one.length, other.length)
}

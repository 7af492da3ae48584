/** Containers (quotes, list items) that may open in one line. */
const maxOpened = 32
const opensTooMany = new RegExp(`^(?:[ \\t]*(?:>|[-+*](?=[ \\t])|\\d{1,9}[.)](?=[ \\t]))){${maxOpened}}`, 'm')

/** Pairs of marks the parser may compare: about 0.3 s of work. */
const maxPairs = 4_000_000

/**
 * Would reading this take more than linear time? The parser compares marks of one block with each other, and 100,000 characters of
 * nothing but marks keep it busy for most of a minute; no human writes 2,000 of them without an empty line.
 */
export function isTangled(source: string): boolean {
  if (source.length > 500 && opensTooMany.test(source)) return true
  if (source.length < 2000) return false
  let pairs = 0
  let marks = 0
  let closes: RegExp | undefined
  for (const line of source.split('\n')) {
    if (closes) {
      if (closes.test(line)) closes = undefined
      continue
    }
    const fence = /^(?:(`{3,})[^`]*|(~{3,}).*)$/.exec(line)
    if (fence) closes = new RegExp(`^[ \\t]*${fence[1] ?? fence[2]}`)
    else if (/^[ \t]*$/.test(line)) {
      pairs += marks * marks
      marks = 0
    } else marks += line.match(/[*_`~]+|[[\]()<]/g)?.length ?? 0
  }
  return pairs + marks * marks > maxPairs
}

/** Words that nobody writes in a good mood. */
const ANGRY =
  /\b(?:wtf|ffs|bloody|damn(?:ed|it)?|crap|shit\w*|bullshit|f+u+c+k\w*|idiot\w*|stupid|useless|pathetic|ridiculous|fed up|furious|hate (?:this|you|it)|worst|unacceptable|disgrace\w*|joke of a)\b/iu
/** Fewer letters may be an abbreviation. */
const SHOUTED_LETTERS = 10

const isShouted = (text: string): boolean => {
  const letters = text.replace(/[^\p{L}]/gu, '')
  return (
    letters.length >= SHOUTED_LETTERS && letters === letters.toUpperCase() && letters !== letters.toLowerCase() && /\s/.test(text.trim())
  )
}

/** Is somebody losing their patience? Swear words tell at once, capitals only the second time in a row. `said`: what was said last, the newest last. */
export const isAngry = (said: readonly string[]): boolean => {
  const [before, last] = [said.at(-2) ?? '', said.at(-1) ?? '']
  return ANGRY.test(last) || (isShouted(last) && isShouted(before))
}

const ENDINGS = ['ations', 'ation', 'ings', 'ing', 'ies', 'ied', 'ers', 'ed', 'er', 'es', 's', 'e', 'y'] as const

/** A rough stem, good enough to see that "printing" is no unknown word where "print" is known; the database does the real stemming. */
export const stemOf = (word: string): string => {
  const bare = word.endsWith("'s") ? word.slice(0, -2) : word
  for (const ending of ENDINGS) {
    if (bare.endsWith(ending) && bare.length - ending.length >= 3) {
      const rest = bare.slice(0, -ending.length)
      return /([^aeiouls])\1$/.test(rest) ? rest.slice(0, -1) : rest
    }
  }
  return bare
}

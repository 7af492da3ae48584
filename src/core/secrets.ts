const LABELLED =
  /\b(?:pass\s?words?|passwd|pass\s?phrase|pass\s?code|pwd|pw|pin)\b(?:\s+(?:for|of|to)\s+[\w .@-]{1,30}?)?\s*(?:(?:is|was)(?:\s+now)?\s*[:=]?|[:=]|->)\s*(?<quote>["'“‘`]?)(?<secret>[^\s"'”’`]{4,})/giu
const LATER = /\b(?:it'?s|try|use|i\s+(?:use|typed|entered|tried))\s+(?<quote>["'“‘`])(?<secret>[^\s"'”’`]{6,})["'”’`]/giu
/** What stands for a secret wherever a text is kept or shown. */
export const MASK = '••••••••'

/** A word that a person might say after "my password is", and that nobody would mask. */
const PLAIN = /^\p{L}+[,.!?;:]*$/u

const isSecret = (word: string, quoted: boolean): boolean => {
  const bare = word.replace(/[,.!?;:]+$/u, '')
  if (bare.length < 4) return false
  if (quoted) return true
  if (PLAIN.test(word)) return /\p{Ll}\p{Lu}/u.test(bare)
  return /\d/.test(bare) || /[^\p{L}\p{N}'’.,-]/u.test(bare)
}

const masked = (pattern: RegExp, text: string): string =>
  text.replace(pattern, (whole, ...rest) => {
    const { quote, secret } = rest.at(-1) as { quote: string; secret: string }
    return isSecret(secret, quote !== '')
      ? whole.slice(0, whole.length - (whole.endsWith(secret) ? secret.length : secret.length + 1)) + MASK
      : whole
  })

/** The text with every password in it replaced by dots; the same text where none was found. What looks like ordinary words stays. Twice is once. */
export const maskSecrets = (text: string): string => (/pass|pwd|pw|pin/iu.test(text) ? masked(LATER, masked(LABELLED, text)) : text)

/** Does the text give a password away, or did it until it was masked? */
export const tellsSecret = (text: string): boolean => text.includes(MASK) || maskSecrets(text) !== text

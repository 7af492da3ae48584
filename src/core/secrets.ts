/** What stands for a secret wherever a text is kept or shown. */
export const MASK = '••••••••'

const LABEL = String.raw`\b(?:pass(?:\s?words?|wd|\s?phrase|\s?code)?|pwd|pw|pin)\b`
const OPENING = `["'“‘\`]`
const CLOSING = `["'”’\`]`
/** A quoted secret reaches to its closing quote, blanks and all; any other to the next blank. */
const SECRET = String.raw`(?:(?<quote>${OPENING})(?<quoted>[^"'”’${'`'}\n]{4,80})${CLOSING}(?![\p{L}\p{N}])|${OPENING}?(?<secret>\S{4,}))`

const PATTERNS = [
  // "my password for the VPN is …", "the password I use is …", "my password, it was …", "password: …"
  String.raw`${LABEL}(?:\s+(?:for|of|to)\s+[\w .@-]{1,30}?|\s+(?:that\s+|which\s+)?I(?:\s+ha(?:ve|d))?\s+(?:use|set|typed?|enter|tried|chose)d?)?(?:[,;:]?\s*(?:(?:it|that|which)\s+)?(?:is|was|are|were)(?:\s+now)?\s*[:=]?|[,;:]\s*(?:it|that)['’]s|\s*(?:[:=]|->)|\s+[-–]\s)\s*${SECRET}`,
  // "I changed my password to …", "… and the new one is …"
  String.raw`\b(?:change|set|reset|update)d?\s+(?:it|(?:\w+\s+){0,2}${LABEL})\s+to\s+${SECRET}`,
  String.raw`\b(?:new|old|other|second|current|previous)\s+one\s+(?:is|was)\s+${SECRET}`,
].map((source) => new RegExp(source, 'giu'))
const LATER = /\b(?:it'?s|try|use|i\s+(?:use|typed|entered|tried))\s+(?<quote>["'“‘`])(?<secret>[^\s"'”’`]{6,})["'”’`]/giu
/** "… is <masked> and <another>" */
const ANOTHER = new RegExp(String.raw`(?<=${MASK}["'”’${'`'}]?(?:\s*,\s*|\s+(?:and|or)\s+))${SECRET}`, 'gu')
const WORD = /[^\s"'“”‘’`()[\]]{8,}/gu

/** A word that a person might say after "my password is", and that nobody would mask. */
const PLAIN = /^\p{L}+[,.!?;:]*$/u
const ADDRESS = /^[@#<]|[/\\]|@[\p{L}\p{N}-]+\.\p{L}/u

const isSecret = (word: string): boolean => {
  const bare = word.replace(/^[([{]+|[)\]},.!?;:"'”’`]+$/gu, '')
  if (bare.length < 4) return false
  if (PLAIN.test(word)) return /\p{Ll}\p{Lu}/u.test(bare)
  return /\d/.test(bare) || /[^\p{L}\p{N}'’.,-]/u.test(bare)
}

/** Letters, digits and a sign of the kind that rules for passwords ask for, and no address: nobody writes such a word by chance where passwords are the subject. */
const isMadeUp = (word: string): boolean =>
  /\p{L}/u.test(word) && /\d/.test(word) && /[!$%^&*#@+=~?]/.test(word.replace(/[!?]+$/, '')) && !ADDRESS.test(word)

const masked = (pattern: RegExp, text: string): string =>
  text.replace(pattern, (whole, ...rest) => {
    const { quoted, secret, quote } = rest.at(-1) as { readonly [group in 'quote' | 'quoted' | 'secret']?: string }
    const word = quoted ?? secret!
    const isOne = quote !== undefined || isSecret(word)
    const at = whole.lastIndexOf(word)
    return isOne ? whole.slice(0, at) + MASK + whole.slice(at + word.length) : whole
  })

/** The text with every password in it replaced by dots; the same text where none was found. What looks like ordinary words stays. Twice is once. */
export function maskSecrets(text: string): string {
  if (!/pass|pwd|pw|pin/iu.test(text)) return text
  const labelled = masked(
    ANOTHER,
    masked(
      LATER,
      PATTERNS.reduce((sofar, pattern) => masked(pattern, sofar), text),
    ),
  )
  return subject.test(labelled) ? labelled.replace(WORD, (word) => (isMadeUp(word) ? MASK : word)) : labelled
}
const subject = new RegExp(LABEL, 'iu')

/** Does the text give a password away, or did it until it was masked? */
export const tellsSecret = (text: string): boolean => text.includes(MASK) || maskSecrets(text) !== text

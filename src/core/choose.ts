import type { Choice } from '../channel/index.ts'

const cardinals = 'one two three four five six seven eight nine ten eleven twelve'.split(' ')
const ordinals = 'first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth'.split(' ')
/** Words around a number that do not change what it means. */
const before = new Set('the number no nr option choice answer please'.split(' '))
const after = new Set('one option choice please'.split(' '))
/** The zeros of scripts whose digits people type: Arabic, Persian, Devanagari, Bengali, Thai, Lao, Burmese, Khmer. */
const zeros = [0x660, 0x6f0, 0x966, 0x9e6, 0xe50, 0xed0, 0x1040, 0x17e0]
/** Longer than any label: a sentence, not a choice. */
const longest = 300

/**
 * Which of the offered choices was typed: its number, its label or an unmistakable beginning of it, or its value; undefined where none
 * fits or two do. Case, punctuation, accents and emoji do not count.
 */
export function choose(text: string, offered: readonly Choice[]): Choice | undefined {
  const typed = text.trim()
  if (typed === '' || typed.length > longest || offered.length === 0) return undefined
  const key = keyOf(typed)
  const number = numberIn(typed, offered.length)
  const named = offered.filter(({ label }) => keyOf(label) === key || keyOf(label) === withoutPlease(key))
  const counted = number === undefined ? [] : offered.slice(number.is - 1, number.is)
  const rivals = number?.bare ? offered.filter(({ label }) => keyOf(label).startsWith(`${key} `)) : []
  if (named.length + counted.length > 0) return only([...named, ...counted, ...rivals])
  const valued = offered.filter(({ value }) => value === typed)
  if (valued.length > 0) return only(valued)
  if (/^[\p{N}\s]+$/u.test(key)) return only(offered.filter(({ label }) => keyOf(label).startsWith(`${key} `)))
  const begun = beginningWith(withoutPlease(key), offered)
  return begun.length > 0 ? only(begun) : echoed(key, offered)
}

/** One choice, perhaps named twice; two with one value are one. */
function only(found: readonly Choice[]): Choice | undefined {
  return found.every(({ value }) => value === found[0]?.value) ? found[0] : undefined
}

function beginningWith(key: string, offered: readonly Choice[]): readonly Choice[] {
  const words = /[\p{L}\p{N}]/u.test(key)
  return offered.filter(({ label }) => key !== '' && (words ? keyOf(label) : label.trim()).startsWith(key))
}

/** "2. Open requ", copied from the list: number and label must agree. */
function echoed(key: string, offered: readonly Choice[]): Choice | undefined {
  const match = /^(\d{1,3}) (.+)$/.exec(key)
  const choice = match && offered[Number(match[1]) - 1]
  return choice && keyOf(choice.label).startsWith(match[2]!) ? choice : undefined
}

/** Letters and digits of a text in their plainest form; a text without any (an emoji) is itself. */
function keyOf(text: string): string {
  const plain = text
    .normalize('NFKD')
    .replace(/[\u0300-\u036f\u20e3\ufe0e\ufe0f]/g, '')
    .normalize('NFC')
    .toLowerCase()
  return (
    plain
      .replace(/['’]/g, '')
      .replace(/[^\p{L}\p{M}\p{N}]+/gu, ' ')
      .trim() || plain.replace(/\p{Emoji_Modifier}/gu, '').trim()
  )
}

const withoutPlease = (key: string): string => key.replace(/^please |(?<=.) please$/g, '')

/** The digits of other scripts as 0 to 9; the text stays as long as it is. */
export const latinDigits = (text: string): string =>
  text.replace(/\p{Nd}/gu, (digit) => {
    const zero = zeros.find((start) => digit.codePointAt(0)! >= start && digit.codePointAt(0)! < start + 10)
    return zero === undefined ? digit : String(digit.codePointAt(0)! - zero)
  })

/** `bare`: one word or number and nothing else, which a label may begin with as well. */
function numberIn(typed: string, offered: number): { readonly is: number; readonly bare: boolean } | undefined {
  const latin = latinDigits(typed)
  if (/^[-+−]\s?\d|\d\s?[%°]|\d\s?[.,:/\-–]\s?\d|\p{Sc}/u.test(latin)) return undefined
  const words = keyOf(latin).split(' ')
  while (words.length > 1 && before.has(words[0]!)) words.shift()
  while (words.length > 1 && after.has(words.at(-1)!)) words.pop()
  const [word = '', ...rest] = words
  const digits = /^(\d{1,3})(st|nd|rd|th)?$/.exec(word)
  const is = word === 'last' ? offered : digits ? Number(digits[1]) : Math.max(cardinals.indexOf(word), ordinals.indexOf(word)) + 1
  return rest.length === 0 && is >= 1 && is <= offered ? { is, bare: /^[\p{L}\p{N}]+$/u.test(latin) } : undefined
}

import { latinDigits } from '../../core/choose.ts'

const DIGITS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine']
/** What people put between the digits of a code. */
const GAP = '[ \\u00a0\\u2009\\u202f.,·\\-–—]{0,2}'
const CODE = new RegExp(`(?<!\\p{Nd}${GAP})\\p{Nd}(?:${GAP}\\p{Nd}){5}(?!${GAP}\\p{Nd})`, 'gu')
const SPELT = new RegExp(`\\b(?:${DIGITS.join('|')}|oh)\\b`, 'giu')

const inDigits = (text: string): string =>
  /\p{Nd}/u.test(text) ? text : text.replace(SPELT, (word) => String(Math.max(0, DIGITS.indexOf(word.toLowerCase()))))

/** The six digits of a one-time code, however they are written ("123 456", "the code is 123-456", "one two three …"); null where there are none, or two codes. */
export const codeIn = (text: string): string | null => {
  const plain = latinDigits(inDigits(text.normalize('NFKC')))
  const found = new Set((plain.match(CODE) ?? []).map((code) => code.replace(/\D/g, '')))
  return found.size === 1 ? [...found][0]! : null
}

/** The text without any code in it. */
export const maskCodes = (text: string): string => {
  const masked = text.replace(CODE, '••••••')
  return masked === text && codeIn(text) !== null ? '••••••' : masked
}

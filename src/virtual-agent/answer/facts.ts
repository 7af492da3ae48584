import { stemOf } from '../knowledge/stem.ts'
import { wordsOf } from '../understand/features.ts'

/** NFKC, lower case, straight apostrophes; of any length. */
export const plain = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\u2018\u2019\u02bc\u0060\u00b4]/g, "'")

const NUMBER_WORDS: ReadonlyMap<string, string> = new Map([
  ...'two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty'
    .split(' ')
    .map((word, index) => [word, String(index + 2)] as const),
  ...'thirty forty fifty sixty seventy eighty ninety'.split(' ').map((word, index) => [word, String((index + 3) * 10)] as const),
  ['hundred', '100'],
  ['thousand', '1000'],
  ['million', '1000000'],
  ['dozen', '12'],
  ['once', 'once'],
  ['twice', 'twice'],
  ['half', 'half'],
  ['double', 'double'],
])

/** How far from a fact its neighbours stand, in words. */
const NEAR = 4

const bareToken = (token: string): string => token.replace(/^[.!?:…]+|[.!?:…]+$/g, '')

/** What must be copied as it is: addresses, paths, options, names with a mark or figures inside. */
const isLiteral = (token: string): boolean => /[/\\@_=|$%~^#+&*<>]|^-{1,2}\w|\w[.:]\w|\d/.test(token) && /[\p{L}\p{N}]/u.test(token)

/** The numbers of a token, in figures or words; `1,000` is 1000, and `2.5` one number. */
const numbersOf = (token: string): readonly string[] => [
  ...(token.match(/\d+(?:[.,:]\d+)*/g) ?? []).map((number) => number.replace(/,(?=\d{3}(?!\d))/g, '')),
  ...wordsOf(token).flatMap((word) => NUMBER_WORDS.get(word) ?? []),
]

/** Numbers and literals of a text, each with the stems of the words around it. */
export const factsIn = (text: string): readonly { readonly fact: string; readonly beside: ReadonlySet<string> }[] => {
  const tokens = (text.match(/[^\s"'()[\]{},;]+(?:,\d{3}(?!\d))*/g) ?? []).map(bareToken)
  const facts = tokens.map((token) => [...new Set([...numbersOf(token), ...(isLiteral(token) ? [token] : [])])])
  const around = (at: number): ReadonlySet<string> => {
    const words = tokens
      .slice(Math.max(0, at - NEAR), at + NEAR + 1)
      .filter((_, index) => facts[Math.max(0, at - NEAR) + index]!.length === 0)
    return new Set(words.flatMap((word) => meaningOf(word)))
  }
  return facts.flatMap((found, at) => found.map((fact) => ({ fact, beside: around(at) })))
}

/** Does every fact of the one text stand in the other, beside at least one word that it stands beside there? */
export const borneOut = (said: string, source: string): boolean => {
  const there = factsIn(source)
  return factsIn(said).every(({ fact, beside }) =>
    there.some((known) => known.fact === fact && [...beside].some((word) => known.beside.has(word))),
  )
}

const NEGATION =
  /\b(?:not|never|no|none|nobody|nothing|neither|nor|without|cannot|unless|except|avoid|refuse|forbidden|disallowed|prohibited|unable|impossible|\w+n't)\b/
export const negates = (text: string): boolean => NEGATION.test(text)

const OPPOSITES =
  `on off|in out|up down|before after|more less|more fewer|most least|open close|open closed|enable disable|enabled disabled|allow block|allow deny|allow forbid|allowed forbidden
  always never|lock unlock|locked unlocked|start stop|add remove|first last|left right|increase decrease|minimum maximum|above below|over under|old new|public private|internal external
  connect disconnect|install uninstall|show hide|accept reject|accept decline|approve reject|begin end|with without|true false|top bottom|keep delete|tick untick|select deselect|plug unplug|to from|free charged|required optional|early late|shorter longer|larger smaller|higher lower`
    .split(/[|\n]/)
    .map((pair) => pair.trim().split(' ') as [string, string])

/** Does the one text say the opposite of a word of the other? */
export const contradicts = (said: string, source: string): boolean => {
  const here = new Set(wordsOf(said))
  const there = new Set(wordsOf(source))
  const turned = (one: string, other: string): boolean => here.has(one) && !there.has(one) && there.has(other) && !here.has(other)
  return OPPOSITES.some(([one, other]) => turned(one, other) || turned(other, one))
}

/** Words that hold sentences together and say nothing by themselves. */
const LITTLE = new Set(
  `a an the and or but if then so to of in on at by for from with as is are was be been it its this that these those you your yours we our they their them there here can may
  should will would do does did have has had also please just when while into any some very than i me my he she his her who which what where how
  need needs use using want able make sure next finally way`.split(/\s+/),
)
/** The stems of the words that say something. */
export const meaningOf = (text: string): readonly string[] => [
  ...new Set(
    wordsOf(plain(text))
      .filter((word) => !LITTLE.has(word))
      .map(stemOf),
  ),
]

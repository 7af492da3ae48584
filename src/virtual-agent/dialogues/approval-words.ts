import type { ApprovalView } from '../../core/service-desk.ts'
import { requestNumbersOf } from '../understand/slots.ts'

const VERB =
  /\b(?:approv\w*|accept\w*|grant\w*|authori[sz]e\w*|sign\w* off|reject\w*|declin\w*|den(?:y|ied)|refus\w*|turn\w* (?:it |this )?down)\b/giu
const REASON =
  /(?:\bbecause\b(?: of)?|\bsince\b|\bdue to\b|\breason\b(?: is|:)?|\bwith the (?:comment|note)\b:?|[,:;–—]|\s-\s)\s*(?<reason>.+)$/isu
const POLITE = /^(?:please|thanks?|thank you(?: very much)?|thx|cheers|ok(?:ay)?)\W*$/iu
const COMMENT_LENGTH = 1000

const cleaned = (words: string): string | null => {
  const bare = words
    .trim()
    .replace(/^["'“‘]+|["'”’]+$/g, '')
    .replace(/^(?:because|since|that)\s+/iu, '')
    .trim()
  return bare === '' || POLITE.test(bare) || !/[\p{L}\p{N}]/u.test(bare) ? null : bare.slice(0, COMMENT_LENGTH)
}

/** The comment in "reject SR-12, too expensive"; null where there is none. What stands before the verb or the number is no comment. */
export const commentIn = (text: string): string | null => {
  const after = [...text.matchAll(VERB), ...text.matchAll(/\b(?:INC|SR|REQ)[\s-]*#?\s*\d{1,8}\b/giu)].map(
    (match) => match.index + match[0].length,
  )
  if (after.length === 0) return null
  return cleaned(REASON.exec(text.slice(Math.min(text.length, firstEnd(after, text))))?.groups?.reason ?? '')
}
/** The end of the verb, or of a number that follows it before any comma. */
const firstEnd = (ends: readonly number[], text: string): number => {
  const sorted = ends.toSorted((a, b) => a - b)
  return sorted.reduce((end, next) => (/[,:;–—]|\s-\s|\bbecause\b/iu.test(text.slice(end, next)) ? end : next), sorted[0]!)
}

/** The comment as an answer to the question for it. */
export const commentFrom = (text: string): string | null => cleaned(text)
export const skipsComment = (text: string): boolean =>
  /^\W*(?:skip(?: it)?|none|nothing|no (?:comment|reason|need)|without(?: an?y?)?(?: comment| reason)?|nope, none|-+|n\/a)\W*$/iu.test(text)

/** "Yes" and "no" and nothing else: no reason that anybody could read. */
export const isBareAnswer = (text: string): boolean =>
  /^\W*(?:no+|nope|nah|not? yet|wait|stop|yes|yeah|yep|ok(?:ay)?|sure)(?:,? (?:please|thanks?|thank you))?\W*$/iu.test(text)

/** The one approval that the words name, by its number, its subject or whoever asks; undefined where none fits or several do. */
export const namedIn = (text: string, approvals: readonly ApprovalView[]): ApprovalView | undefined => {
  const numbers = requestNumbersOf(text)
  const numbered = approvals.filter(({ request }) => numbers.some((one) => request.number === one || request.number.endsWith(`-${one}`)))
  if (numbers.length > 0) return numbered.length === 1 ? numbered[0] : undefined
  const said = new Set(wordsOf(text))
  const scored = approvals.map((approval) => ({
    approval,
    score: wordsOf(`${approval.request.subject} ${approval.request.requester}`).filter((word) => said.has(word)).length,
  }))
  const best = Math.max(0, ...scored.map(({ score }) => score))
  const fitting = scored.filter(({ score }) => score === best)
  return best > 0 && fitting.length === 1 ? fitting[0]!.approval : undefined
}
const IDLE = new Set(['approve', 'approved', 'reject', 'request', 'please', 'want', 'this', 'that', 'from', 'with', 'pending', 'approvals'])
const wordsOf = (text: string): readonly string[] =>
  (text.toLowerCase().match(/[\p{L}\p{N}]{4,}/gu) ?? []).filter((word) => !IDLE.has(word))

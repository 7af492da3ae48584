import { normalise, wordsOf } from '../understand/features.ts'
import { doubtIn, type Slot, slotNamed, type Values, valueIn } from './request-slots.ts'

/** What somebody wants changed of what they said before. */
export type Correction =
  | { readonly do: 'set'; readonly slot: string; readonly value: string }
  /** It is wrong, and what is right was not said, or not clearly. */
  | { readonly do: 'reopen'; readonly slot: string; readonly raw?: string }
  /** Not what was answered last, but what stood beside it. */
  | { readonly do: 'other-one' }
  /** The value fits several. */
  | { readonly do: 'which'; readonly raw: string; readonly slots: readonly string[] }
  /** Something else altogether is wanted. */
  | { readonly do: 'other'; readonly instead: string }

const MARK = /^(?:no+|nope|nah|actually|sorry|wait|oops|correction|rather|hm+|ah|oh|i meant?(?: to say)?|i mean)\b[\s,.:;!–-]*/iu
/** Said before anything, and no sign of a correction by itself. */
const LEAD = /^(?:ok(?:ay)?|well|please|yes|and|but|damn|hey)\b[\s,.:;!–-]+/iu
/** Where any words may be an answer, "no printer here" is one, and "no, the printer" is not. */
const STRONG = /^(?:(?:no+|nope|nah|hm+|ah|oh)[,.:;!–]|(?:actually|sorry|wait|oops|correction|rather|i meant?(?: to say)?)\b)/iu
const CHANGE =
  /^(?:(?:can|could) (?:you|we|i) |let'?s |i(?:'d| would)? (?:want|like|need) to |please )*(?:change|set|correct|edit|update|fix|switch|put)\s+(?:the |my )?(?<name>.+?)(?:\s+(?:to|into|as|from .+? to)\s+(?<value>.+?))?$/iu
const MAKE = /^(?:please )?(?:make|set|put|change|switch) (?:it|that|this)(?: one)? (?:to |into |as |be )?(?<value>.+?)$/iu
const MAKE_NAMED = /^(?:please )?make (?:the |my )?(?<name>\p{L}[\p{L} -]{1,30}?) (?<value>\S+)$/iu
const WRONG = /^(?:the |my )?(?<name>.+?) (?:is|was|are) (?:wrong|not right|incorrect|not correct)$/iu
const SHOULD = /^(?:the |my )?(?<name>.+?) (?:should be|should say|must be|has to be|ought to be) (?<value>.+)$/iu
const IS = /^(?:the |my )?(?<name>.+?)(?:\s+is|\s*[:=])\s+(?<value>.+)$/iu
const NOT_BUT =
  /^(?:it'?s |that'?s )?not (?:that |this |the |a |an )?(?<wrong>.+?)(?:\s*[,;–-]\s*(?:but )?|\s+but\s+)(?:it'?s |rather )?(?<value>.+)$/iu
const BUT_NOT = /^(?:it'?s )?(?<value>.+?)(?:,| and)? not (?:that |this |the |a |an )?(?<wrong>.+)$/iu
const NOT = /^(?:it'?s |that'?s )?not (?:that|this|the|a|an) (?<wrong>.+)$/iu
const INSTEAD = /^(?<value>.+?)[, ]+instead$/iu

/** "No, the other one", which names nothing. */
const OTHER_ONE =
  /^(?:(?:i (?:want|meant?|mean)|make it|take|change it to|rather|please) )*the other (?:one|option|choice|day|date)?(?: please| instead)*$/iu

/** `thing`: how the chosen item is called. `free`: any words would be an answer to the open question. */
export type Around = {
  readonly slots: readonly Slot[]
  readonly values: Values
  /** A day. */
  readonly today: string
  readonly thing: string
  readonly free: boolean
}

/** Longer than any value that is given by itself. */
const VALUE_WORDS = 6

/** A correction of what is filled in already, with or without naming it; null where the text is none. */
export const correctionIn = (text: string, around: Around): Correction | null => {
  const { slots, values, today, thing, free } = around
  const bare = text.trim().replace(/[.!]+$/, '')
  let rest = bare
  let seen = false
  while (MARK.test(rest) || LEAD.test(rest)) {
    seen ||= MARK.test(rest)
    rest = rest.replace(MARK, '').replace(LEAD, '')
  }
  const marked = free ? STRONG.test(bare) : seen
  if (OTHER_ONE.test(rest)) return { do: 'other-one' }
  const put = (slot: Slot | undefined, value: string | undefined): Correction | null => {
    if (slot === undefined) return null
    const parsed = value === undefined ? null : valueIn(slot, unquoted(value), today)
    if (parsed !== null) return { do: 'set', slot: slot.name, value: parsed }
    return { do: 'reopen', slot: slot.name, ...(value === undefined ? {} : { raw: unquoted(value) }) }
  }
  const fitting = (value: string): Correction | null => bestFor(unquoted(value), slots, values, today)

  const make = MAKE.exec(rest)?.groups
  if (make !== undefined) return fitting(make.value!)
  const change = CHANGE.exec(rest)?.groups
  if (change !== undefined) {
    const found = put(slotNamed(slots, change.name!), change.value)
    if (found !== null) return found
    if (isThing(change.name!, thing)) return { do: 'other', instead: change.value ?? '' }
  }
  const named = MAKE_NAMED.exec(rest)?.groups
  if (named !== undefined) {
    const found = put(slotNamed(slots, named.name!), named.value)
    if (found?.do === 'set') return found
  }
  const wrong = WRONG.exec(rest)?.groups
  if (wrong !== undefined) {
    const slot = slotNamed(slots, wrong.name!)
    if (slot !== undefined) return { do: 'reopen', slot: slot.name }
  }
  const should = (SHOULD.exec(rest) ?? (marked ? IS.exec(rest) : null))?.groups
  if (should !== undefined) {
    const found = put(slotNamed(slots, should.name!), should.value)
    if (found?.do === 'set' || (found?.do === 'reopen' && found.raw !== undefined && isDoubtful(slots, found, today))) return found
    if (/^it$/i.test(should.name!)) return fitting(should.value!)
  }
  for (const form of [NOT_BUT, marked ? BUT_NOT : null, INSTEAD]) {
    const parts = form?.exec(rest)?.groups
    const found = parts === undefined ? null : fitting(parts.value!)
    if (found !== null) return found
    if (parts?.wrong !== undefined && isThing(parts.wrong, thing)) return { do: 'other', instead: parts.value! }
  }
  const not = NOT.exec(rest)?.groups
  if (not !== undefined) {
    if (isThing(not.wrong!, thing)) return { do: 'other', instead: '' }
    const had = slots.find(
      (slot) => values[slot.name] !== undefined && valueIn(slot, not.wrong!, today) === values[slot.name] && slot.kind !== 'long-text',
    )
    return had === undefined ? null : { do: 'reopen', slot: had.name }
  }
  return marked && rest.trim() !== '' ? fitting(rest) : null
}

const isDoubtful = (slots: readonly Slot[], { slot, raw }: { readonly slot: string; readonly raw?: string }, today: string): boolean =>
  slots.some((one) => one.name === slot && doubtIn(one, raw ?? '', today) !== null)

const unquoted = (value: string): string => value.trim().replace(/^["'“”‘’]+|["'“”‘’.!]+$/gu, '')

const isThing = (words: string, thing: string): boolean => {
  const wanted = new Set(wordsOf(normalise(thing)).filter((word) => word.length > 2))
  return wordsOf(normalise(words)).some((word) => wanted.has(word))
}

/** A value alone, where what it is meant for is clear from its kind: "12 July", "boss@example.com". */
export const fittingIn = (text: string, { slots, values, today }: Around): Correction | null =>
  bestFor(unquoted(text), slots, values, today)

/** The filled slots that a value may be meant for, if there are any; else those that are still empty. Free words are nobody's value. */
const bestFor = (value: string, slots: readonly Slot[], values: Values, today: string): Correction | null => {
  if (value.split(/\s+/).length > VALUE_WORDS) return null
  const able = slots.filter((slot) => slot.kind !== 'text' && slot.kind !== 'long-text')
  const parsed = able.flatMap((slot) => {
    const meant = slot.kind === 'number' && !/^\W*(?:\d+|[a-z]+)\W*$/i.test(value) ? null : valueIn(slot, value, today)
    return meant === null || meant === values[slot.name] ? [] : [{ slot, meant }]
  })
  const filled = parsed.filter(({ slot }) => values[slot.name] !== undefined)
  const best = filled.length > 0 ? filled : parsed
  if (best.length === 0) {
    const [doubtful, ...more] = able.filter((slot) => doubtIn(slot, value, today) !== null)
    return doubtful === undefined || more.length > 0 ? null : { do: 'reopen', slot: doubtful.name, raw: value }
  }
  if (best.length === 1) return { do: 'set', slot: best[0]!.slot.name, value: best[0]!.meant }
  return { do: 'which', raw: value, slots: best.map(({ slot }) => slot.name) }
}

import type { Content } from '../../channel/index.ts'
import { tellingOf } from './catalogue-search.ts'
import type { Correction } from './corrections.ts'
import type { Move, Said, Spoken, World } from './dialogue.ts'
import {
  atSlot,
  isFree,
  itemOf,
  onwards,
  priorityOf,
  question,
  type RequestDraft,
  slotOf,
  slotsOf,
  stepBack,
  subjectOf,
} from './request-draft.ts'
import { understood } from './request-need.ts'
import { doubtIn, doubtsIn, type Slot, shown, valueIn, valuesIn } from './request-slots.ts'
import { similarTo } from './send-request.ts'
import { text } from './step.ts'
import { todayOf } from './today.ts'

export const spoken = (content: readonly Content[]): readonly Spoken[] => content.map((one) => ({ content: one }))
/** Asks what is open, after these words. */
export const ask = (draft: RequestDraft, world: World, before: readonly string[] = []): Move<RequestDraft> => ({
  do: 'ask',
  state: draft,
  say: spoken([...before.filter((words) => words !== '').map(text), ...question(draft, world.catalogue)]),
})

/** The next question; before the summary it is looked whether the same is open already. */
export const proceed = async (draft: RequestDraft, world: World, before: readonly string[] = []): Promise<Move<RequestDraft>> => {
  const next = onwards(draft, world.catalogue)
  if (next.asking.what !== 'confirm' || next.compared) return ask(next, world, before)
  const compared = { ...next, compared: true }
  const [same] = await similarTo(compared, world)
  if (same === undefined) return ask(compared, world, before)
  return ask({ ...compared, asking: { what: 'similar', number: same.number, subject: same.subject } }, world, before)
}

export const setValue = (draft: RequestDraft, slot: Slot, value: string): RequestDraft => ({
  ...answeredIn(draft, slot),
  values: { ...draft.values, [slot.name]: value },
})
const answeredIn = (draft: RequestDraft, slot: Slot): RequestDraft => ({
  ...draft,
  answered: draft.answered.includes(slot.name) ? draft.answered : [...draft.answered, slot.name],
  frees: isFree(slot) && !draft.frees.includes(slot.name) ? [...draft.frees, slot.name] : draft.frees,
})
export const skip = (draft: RequestDraft, slot: Slot): RequestDraft => ({
  ...answeredIn(draft, slot),
  skipped: [...draft.skipped, slot.name],
})

/** "Priority: Low → High." */
const echoOf = (slot: Slot, before: string | undefined, after: string): string =>
  before === undefined ? `${slot.label}: ${shown(slot, after)}.` : `${slot.label}: ${shown(slot, before)} → ${shown(slot, after)}.`

/** Puts another value in a slot's place and says what changed. */
export const change = async (draft: RequestDraft, name: string, value: string, world: World): Promise<Move<RequestDraft>> => {
  const slot = slotOf(draft, world.catalogue, name)!
  const before =
    name === 'subject'
      ? subjectOf(draft)
      : name === 'priority' && hasDefault(draft, world)
        ? priorityOf(draft, world.catalogue)
        : draft.values[name]
  const next = { ...setValue(draft, slot, value), ...(name === 'description' ? { retold: true } : {}) }
  return proceed(next, world, before === value ? [] : [echoOf(slot, before, value)])
}
const hasDefault = (draft: RequestDraft, { catalogue }: World): boolean =>
  draft.values.priority !== undefined || itemOf(draft, catalogue) !== undefined

/** Asks for a slot again. `raw`: what was said for it, and is not clear. */
export const reopen = async (draft: RequestDraft, name: string, world: World, raw = ''): Promise<Move<RequestDraft>> => {
  const slot = slotOf(draft, world.catalogue, name)
  if (slot === undefined) return proceed(draft, world)
  const days = doubtIn(slot, raw, todayOf(world))
  if (name === 'description') return ask({ ...atSlot(draft, slot), retold: true }, world)
  return ask(days === null ? atSlot(draft, slot) : { ...draft, asking: { what: 'day', slot: name, days } }, world)
}

/** Carries out a correction. */
export const correct = async (draft: RequestDraft, correction: Correction, world: World): Promise<Move<RequestDraft>> => {
  switch (correction.do) {
    case 'set':
      return change(draft, correction.slot, correction.value, world)
    case 'reopen':
      return reopen(draft, correction.slot, world, correction.raw)
    case 'other-one':
      return otherOne(draft, world)
    case 'which':
      return ask({ ...draft, asking: { what: 'whose', raw: correction.raw, slots: correction.slots } }, world)
    case 'other': {
      const { priority } = draft.values
      const anew: RequestDraft = {
        ...draft,
        type: null,
        item: null,
        said: '',
        values: priority === undefined ? {} : { priority },
        doubts: {},
        answered: [],
        skipped: [],
        compared: false,
      }
      if (tellingOf(correction.instead).length > 0) return proceed(understood(anew, correction.instead, world), world)
      return ask({ ...anew, asking: { what: 'need' } }, world, ['All right, not that.'])
    }
  }
}

/** The only other one there was to choose; where there were more, all of them again. */
const otherOne = async (draft: RequestDraft, world: World): Promise<Move<RequestDraft>> => {
  const last = draft.answered.at(-1)
  const before = stepBack(draft)
  if (last === undefined || before === null) return ask(draft, world)
  const slot = slotOf(draft, world.catalogue, last)
  if (slot === undefined) return ask(before, world)
  const offered = draft.doubts?.[last] ?? slot.options.map(({ value }) => value)
  const others = offered.filter((value) => value !== draft.values[last])
  return others.length === 1 && offered.length === 2 ? change(draft, last, others[0]!, world) : reopen(draft, last, world)
}

/** A person's own address, where the answer is "for me" and it is proven. */
const ownEmail = async (slot: Slot, words: string, world: World): Promise<string | null> =>
  slot.kind === 'email' &&
  world.direct &&
  /^(?:it'?s |that'?s )?(?:for )?(?:me|myself|mine|my own|i am|it's me)(?: please)?[.!]*$/iu.test(words.trim())
    ? (await world.standing()).email
    : null

/** Said where a field may stay empty. */
const SKIPS =
  /^(?:skip|no|none|nothing|no idea|i don'?t (?:know|care|mind)|don'?t (?:know|care)|not? (?:needed|sure|necessary)|that'?s all|nothing else|no end|forever|unlimited|indefinitely|permanently|doesn'?t matter|whenever|leave it|n\/a|-+)\b|^-+$/iu

/** What people type in place of the button. */
export const SUBMITS =
  /^(?:(?:yes|ok(?:ay)?|good|great|right|please|just|now|then|and)[,.! ]+)*(?:submit|send|file|log)(?: it| that| now)?(?: please| now)?[.!]*$/iu

/** The answer to the question for a slot; null where it is none. */
export const answerSlot = async (draft: RequestDraft, name: string, said: Said, world: World): Promise<Move<RequestDraft> | null> => {
  const slot = slotOf(draft, world.catalogue, name)
  if (slot === undefined) return proceed(draft, world)
  if (!slot.required && SKIPS.test(said.text.trim()) && said.text.trim().split(/\s+/).length <= 4) return proceed(skip(draft, slot), world)
  // Nothing is called so; where it may stay empty the summary comes next.
  if (SUBMITS.test(said.text.trim())) return slot.required ? ask(draft, world, ['Almost: this is still missing.']) : proceed(draft, world)
  const today = todayOf(world)
  const days = doubtIn(slot, said.text, today)
  if (days !== null) return ask({ ...draft, typed: true, asking: { what: 'day', slot: name, days } }, world)
  const value = (await ownEmail(slot, said.text, world)) ?? valueIn(slot, said.text, today)
  if (value === null) return null
  const again = draft.values[name]
  const next = setValue({ ...draft, typed: true }, slot, value)
  if (again !== undefined && again !== value) return proceed(next, world, [echoOf(slot, again, value)])
  if (!isFree(slot)) {
    // The summary says the day as well.
    const isLast = onwards(next, world.catalogue).asking.what === 'confirm'
    return proceed(next, world, slot.kind === 'date' && !isLast ? [echoOf(slot, undefined, value)] : [])
  }
  const slots = slotsOf(next, world.catalogue)
  const more = valuesIn(slots, next.values, said.text, today)
  const values = { ...more, ...next.values }
  return proceed({ ...next, values, doubts: { ...doubtsIn(slots, values, said.text, today), ...next.doubts } }, world)
}

import type { Choice, Content, FormField } from '../../channel/index.ts'
import type { Catalogue, CatalogueItem, NewRequest, RequestPriority, RequestType } from '../../core/service-desk.ts'
import { type NotedFile, shorten } from '../notes.ts'
import { dayInWords } from '../understand/days.ts'
import { OTHER, type Slot, shown, slotsFor, type Values } from './request-slots.ts'
import { CANCEL } from './steer.ts'
import { choices, text } from './step.ts'

/** What is asked now. `need`: what it is about at all. `kind`: trouble or wish. `whose`: which slot a correction was meant for. */
export type Asking =
  | { readonly what: 'need' | 'kind' | 'confirm' | 'change' }
  | { readonly what: 'which'; readonly options: readonly Choice[] }
  /** `free`: any words are an answer. */
  | { readonly what: 'slot'; readonly slot: string; readonly free: boolean }
  | { readonly what: 'form'; readonly slots: readonly string[]; readonly free: boolean }
  /** `days`: two of which one is meant, or one that does not do. */
  | { readonly what: 'day'; readonly slot: string; readonly days: readonly string[] }
  | { readonly what: 'similar'; readonly number: string; readonly subject: string }
  | { readonly what: 'whose'; readonly raw: string; readonly slots: readonly string[] }

/** A request in the making. Plain JSON. */
export type RequestDraft = {
  /** Marks the choices of this very request, so that an old button never acts on a new one. */
  readonly tag: string
  /** What the person said they need, in their words. */
  readonly said: string
  readonly type: RequestType | null
  readonly item: { readonly id: string; readonly title: string } | null
  readonly values: Values
  readonly files: readonly NotedFile[]
  /** The slots that were answered when asked, in order: the way back. */
  readonly answered: readonly string[]
  /** Those of them that any words answer. */
  readonly frees: readonly string[]
  /** Slots that may stay empty and were passed over, or are not asked for. */
  readonly skipped: readonly string[]
  readonly asking: Asking
  /** Days that were said in passing and may be read in two ways. */
  readonly doubts?: { readonly [slot: string]: readonly string[] }
  /** The description stands for itself: it takes the place of what was said at first. */
  readonly retold?: boolean
  /** Looked for open requests about the same. */
  readonly compared: boolean
  /** Answered in words where a form could have been: no further form is shown. */
  readonly typed: boolean
}

const SUBJECT_LENGTH = 80
/** Fewer words of a trouble than this are asked about. */
const TELLING_WORDS = 7
const FORM_FROM = 2

export const itemOf = (draft: RequestDraft, catalogue: Catalogue): CatalogueItem | undefined =>
  catalogue.items.find(({ id }) => id === draft.item?.id)
export const slotsOf = (draft: RequestDraft, catalogue: Catalogue): readonly Slot[] =>
  slotsFor(draft.type, itemOf(draft, catalogue), catalogue)
export const slotOf = (draft: RequestDraft, catalogue: Catalogue, name: string): Slot | undefined =>
  slotsOf(draft, catalogue).find((slot) => slot.name === name)

/** The subject that follows from what was said: its first clause. */
export const subjectOf = (draft: RequestDraft): string => {
  if (draft.values.subject !== undefined) return draft.values.subject
  if (draft.item !== null) return draft.item.title
  const first = draft.said.split(/[\n.!?;]|,\s/).find((clause) => clause.trim().split(/\s+/).length > 1) ?? draft.said
  const bare = shorten(first.trim().replace(/\s+/g, ' '), SUBJECT_LENGTH)
  return `${bare.charAt(0).toUpperCase()}${bare.slice(1)}`
}
export const priorityOf = (draft: RequestDraft, catalogue: Catalogue): RequestPriority =>
  (draft.values.priority as RequestPriority | undefined) ?? itemOf(draft, catalogue)?.priority ?? 'medium'

const descriptionOf = ({ said, values, retold }: RequestDraft): string =>
  [retold === true && values.description !== undefined ? '' : said, values.description ?? '']
    .filter((part, at, all) => part !== '' && all.indexOf(part) === at)
    .join('\n')

/** Does a trouble need a further word? A question does not tell it. */
const isThin = ({ type, item, said, values }: RequestDraft): boolean =>
  type === 'incident' &&
  item === null &&
  values.description === undefined &&
  (said.split(/\s+/).length < TELLING_WORDS || /\?\s*$/.test(said))

/** The slots that are still to be asked for. */
export const missingIn = (draft: RequestDraft, catalogue: Catalogue): readonly Slot[] =>
  slotsOf(draft, catalogue).filter(
    ({ name, required }) =>
      draft.values[name] === undefined && !draft.skipped.includes(name) && (required || (name === 'description' && isThin(draft))),
  )

/** Fields that may stay empty and do; they are offered with the summary, and asked for by nobody. */
export const optionalIn = (draft: RequestDraft, catalogue: Catalogue): readonly Slot[] =>
  slotsOf(draft, catalogue).filter(
    ({ name, required }) => !required && name.startsWith('f.') && draft.values[name] === undefined && !draft.skipped.includes(name),
  )

export const isFree = ({ kind }: Slot): boolean => kind === 'text' || kind === 'long-text'
export const atSlot = (draft: RequestDraft, slot: Slot): RequestDraft => ({
  ...draft,
  asking: { what: 'slot', slot: slot.name, free: isFree(slot) },
})

/** The draft with its next question; `confirm` where nothing is missing. */
export const onwards = (draft: RequestDraft, catalogue: Catalogue): RequestDraft => {
  if (draft.said === '') return { ...draft, asking: { what: 'need' } }
  if (draft.type === null) return { ...draft, asking: draft.asking.what === 'which' ? draft.asking : { what: 'kind' } }
  const doubt = Object.entries(draft.doubts ?? {}).find(([name]) => draft.values[name] === undefined && !draft.skipped.includes(name))
  if (doubt !== undefined) return { ...draft, asking: { what: 'day', slot: doubt[0], days: doubt[1] } }
  const missing = missingIn(draft, catalogue)
  const shown = [...missing, ...optionalIn(draft, catalogue)]
  if (missing.length > 0 && shown.length >= FORM_FROM && draft.item !== null && !draft.typed)
    return { ...draft, asking: { what: 'form', slots: shown.map(({ name }) => name), free: isFree(missing[0]!) } }
  const [first] = missing
  return first === undefined ? { ...draft, asking: { what: 'confirm' } } : atSlot(draft, first)
}

/** A short mark out of the frame's key; only told apart, never trusted. */
export const tagOf = (key: string): string => {
  let hash = 0x811c9dc5
  for (let at = 0; at < key.length; at++) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193) >>> 0
  return hash.toString(36)
}

/** A choice of this draft: `cr:<tag>:<what>:<which>`. */
export const valueFor = (draft: RequestDraft, what: string, which = ''): string =>
  `cr:${draft.tag}:${what}${which === '' ? '' : `:${which}`}`
export const pressedIn = (draft: RequestDraft, value: string): { readonly what: string; readonly which: string } | null => {
  const [, tag, what, which] = /^cr:([^:]+):([a-z]+)(?::(.*))?$/.exec(value) ?? []
  return tag === draft.tag && what !== undefined ? { what, which: which ?? '' } : null
}

const HINT: { readonly [kind in Slot['kind']]: string } = {
  text: 'A few words are enough.',
  'long-text': 'Tell me in your own words.',
  date: 'Tell me a day, such as "next Monday", "12 May" or 2027-05-12.',
  email: 'I need an e-mail address, such as name@example.com.',
  number: 'I need a number.',
  choice: 'Please choose one of these, or type its number.',
}

export const choicesOf = (draft: RequestDraft, slot: Slot): readonly Choice[] => [
  ...slot.options.map(({ value, label }) => ({ value: valueFor(draft, 'set', `${slot.name}=${value}`), label })),
  ...(slot.required ? [] : [{ value: valueFor(draft, 'skip', slot.name), label: 'Skip' }]),
]

const askSlot = (draft: RequestDraft, slot: Slot, missed: boolean): Content => {
  const words = missed ? `${HINT[slot.kind]} ${slot.ask}` : slot.ask
  const offered = choicesOf(draft, slot)
  return offered.length === 0 ? text(words) : choices(words, offered)
}

const formFieldOf = (draft: RequestDraft, slot: Slot): FormField => {
  const value = draft.values[slot.name]
  const base = { name: slot.name, label: slot.label, required: slot.required, hint: slot.ask, ...(value === undefined ? {} : { value }) }
  if (slot.kind === 'choice')
    return { ...base, kind: 'choice', options: slot.options.map(({ value: one, label }) => ({ value: one, label })) }
  return { ...base, kind: slot.kind === 'long-text' || slot.kind === 'date' ? slot.kind : 'text' }
}

/** Everything that would be sent, a line each. */
export const linesOf = (draft: RequestDraft, catalogue: Catalogue): readonly string[] => {
  const item = itemOf(draft, catalogue)
  const given = slotsOf(draft, catalogue).filter(
    ({ name }) => draft.values[name] !== undefined && !['subject', 'priority', 'description'].includes(name),
  )
  const described = descriptionOf(draft)
  return [
    item === undefined ? '' : `Request: ${item.title}`,
    ...given.map((slot) => `${slot.label}: ${shown(slot, draft.values[slot.name]!)}`),
    `Priority: ${shown(slotOf(draft, catalogue, 'priority')!, priorityOf(draft, catalogue))}`,
    described === '' || described === subjectOf(draft) ? '' : `Description: ${shorten(described, 500)}`,
    draft.files.length === 0 ? '' : `Files: ${draft.files.map(({ name }) => name).join(', ')}`,
  ].filter((line) => line !== '')
}

const changeable = (draft: RequestDraft, catalogue: Catalogue): readonly Choice[] => {
  const empty = optionalIn(draft, catalogue)
  const add = empty.map(({ name, label }) => ({ value: valueFor(draft, 'change', name), label: shorten(`Add ${label}`, 60) }))
  const others = slotsOf(draft, catalogue).filter((slot) => !empty.some(({ name }) => name === slot.name))
  return [...add, ...others.map((slot) => changed(draft, slot, catalogue))]
}
const changed = (draft: RequestDraft, slot: Slot, catalogue: Catalogue): Choice => {
  const value =
    slot.name === 'priority' ? priorityOf(draft, catalogue) : slot.name === 'subject' ? subjectOf(draft) : draft.values[slot.name]
  return {
    value: valueFor(draft, 'change', slot.name),
    label: shorten(value === undefined ? slot.label : `${slot.label}: ${shown(slot, value)}`, 60),
  }
}

/** The day in question: which of two, or another one instead of one that does not do. */
const askDay = (draft: RequestDraft, slot: Slot, days: readonly string[]): Content => {
  const [day, other] = days
  const skip = slot.required ? [] : [{ value: valueFor(draft, 'skip', slot.name), label: 'Skip' }]
  if (day !== undefined && other !== undefined)
    return choices(`${slot.label}: which day do you mean?`, [
      ...days.map((one) => ({ value: valueFor(draft, 'set', `${slot.name}=${one}`), label: dayInWords(one) })),
      ...skip,
    ])
  const wrong = day === undefined ? '' : `${dayInWords(day)} ${slot.lies === 'behind' ? 'is still to come' : 'has passed already'}. `
  return skip.length === 0 ? text(`${wrong}${slot.ask}`) : choices(`${wrong}${slot.ask}`, skip)
}

/** The open question in words, with its choices. */
export const question = (draft: RequestDraft, catalogue: Catalogue, missed = false): readonly Content[] => {
  const { asking } = draft
  switch (asking.what) {
    case 'need':
      if (missed) return [text("Please tell me in a sentence what you need, or what isn't working.")]
      return [
        text(
          draft.type === 'incident'
            ? "What isn't working? Tell me in your own words."
            : "What do you need, or what isn't working? Tell me in your own words.",
        ),
      ]
    case 'kind':
      return [
        choices(`${missed ? 'Please choose one of these. ' : ''}Is something not working, or do you need something?`, [
          { value: valueFor(draft, 'kind', 'incident'), label: "Something isn't working" },
          { value: valueFor(draft, 'kind', 'service-request'), label: 'I need something' },
        ]),
      ]
    case 'which':
      return [choices('Which of these do you mean?', asking.options)]
    case 'slot': {
      const slot = slotOf(draft, catalogue, asking.slot)
      return slot === undefined ? [] : [askSlot(draft, slot, missed)]
    }
    case 'form': {
      const slots = asking.slots.flatMap((name) => slotOf(draft, catalogue, name) ?? [])
      const item = itemOf(draft, catalogue)
      return [
        {
          type: 'form',
          title: item?.title ?? subjectOf(draft),
          ...(item === undefined ? {} : { text: item.description }),
          fields: slots.map((slot) => formFieldOf(draft, slot)),
          submit: { value: valueFor(draft, 'form'), label: 'Next' },
          choices: [CANCEL],
          otherwise: slots.slice(0, 1).map((slot) => askSlot(draft, slot, missed)),
        },
      ]
    }
    case 'day': {
      const slot = slotOf(draft, catalogue, asking.slot)
      return slot === undefined ? [] : [askDay(draft, slot, asking.days)]
    }
    case 'similar':
      return [
        choices(`You already have ${asking.number} open about this: "${asking.subject}". Shall I add to it, or open another one?`, [
          { value: valueFor(draft, 'add'), label: `Add to ${asking.number}` },
          { value: valueFor(draft, 'another'), label: 'Open another' },
        ]),
      ]
    case 'whose':
      return [
        choices(
          `What should be "${asking.raw}"?`,
          asking.slots.flatMap((name) => {
            const slot = slotOf(draft, catalogue, name)
            return slot === undefined ? [] : [{ value: valueFor(draft, 'whose', name), label: slot.label }]
          }),
        ),
      ]
    case 'confirm': {
      const empty = optionalIn(draft, catalogue).map(({ label }) => label)
      const more = empty.length === 0 ? [] : [`You can also add: ${empty.join(', ')}.`]
      // No button of its own: three are what every platform shows as buttons.
      const change = { value: valueFor(draft, 'change'), label: empty.length === 0 ? 'Change' : 'Change or add' }
      return [
        {
          type: 'card',
          title: subjectOf(draft),
          text: [...linesOf(draft, catalogue), '', ...more, 'Shall I submit it?'].join('\n'),
          choices: [{ value: valueFor(draft, 'submit'), label: 'Submit' }, change, CANCEL],
        },
      ]
    }
    case 'change':
      return [
        choices(`What should I change${optionalIn(draft, catalogue).length === 0 ? '' : ' or add'}?`, [
          ...changeable(draft, catalogue),
          { value: valueFor(draft, 'keep'), label: 'Nothing' },
        ]),
      ]
  }
}

/** The request as the desk takes it, without who asks and from where. */
export const requestFrom = (
  draft: RequestDraft,
  catalogue: Catalogue,
): Pick<NewRequest, 'type' | 'subject' | 'description' | 'category' | 'item' | 'fields' | 'priority' | 'files'> => {
  const item = itemOf(draft, catalogue)
  const { category } = draft.values
  return {
    type: draft.type ?? 'incident',
    subject: subjectOf(draft),
    description: descriptionOf(draft),
    category: item?.category ?? (category === undefined || category === OTHER ? null : category),
    item: item?.id ?? null,
    fields: Object.fromEntries(
      (item?.fields ?? []).flatMap(({ name }) => (draft.values[`f.${name}`] === undefined ? [] : [[name, draft.values[`f.${name}`]!]])),
    ),
    priority: priorityOf(draft, catalogue),
    files: draft.files.map(({ id }) => id),
  }
}

/** The draft before the last answer; null at the beginning. */
export const stepBack = (draft: RequestDraft): RequestDraft | null => {
  if (draft.asking.what === 'change' || draft.asking.what === 'whose') return { ...draft, asking: { what: 'confirm' } }
  if (draft.asking.what === 'day') return { ...draft, doubts: {}, asking: { what: 'slot', slot: draft.asking.slot, free: false } }
  const last = draft.answered.at(-1)
  if (last === undefined) return null
  const answered = draft.answered.slice(0, -1)
  if (last === 'need')
    return {
      ...draft,
      said: '',
      type: null,
      item: null,
      values: {},
      doubts: {},
      skipped: [],
      answered: [],
      asking: { what: 'need' },
      compared: false,
    }
  if (last === 'kind' || last.startsWith('which:'))
    return {
      ...draft,
      type: null,
      item: null,
      answered,
      asking: last === 'kind' ? { what: 'kind' } : { what: 'which', options: JSON.parse(last.slice('which:'.length)) as readonly Choice[] },
    }
  const { [last]: _, ...values } = draft.values
  const free = draft.frees.includes(last)
  return { ...draft, values, skipped: draft.skipped.filter((name) => name !== last), answered, asking: { what: 'slot', slot: last, free } }
}

import { choose } from '../../core/choose.ts'
import type { Catalogue, CatalogueItem, RequestPriority, RequestType } from '../../core/service-desk.ts'
import { editsBetween } from '../knowledge/correct.ts'
import { stemOf } from '../knowledge/stem.ts'
import { dayInWords, type NamedDay, namedDays } from '../understand/days.ts'
import { normalise, wordsOf } from '../understand/features.ts'
import { applicationsOf, emailsOf, priorityNamedIn, priorityOf } from '../understand/slots.ts'

export type Option = { readonly value: string; readonly label: string; readonly also: readonly string[] }

/** One thing that a request holds. `name` stands in the memory and in the values of choices; fields of the catalogue begin with `f.`. */
export type Slot = {
  readonly name: string
  readonly label: string
  readonly ask: string
  readonly required: boolean
  readonly kind: 'text' | 'long-text' | 'date' | 'email' | 'number' | 'choice'
  readonly options: readonly Option[]
  /** What else people call it. */
  readonly called: readonly string[]
  /** Where a day has to lie, seen from today. */
  readonly lies?: 'ahead' | 'behind'
}
export type Values = { readonly [slot: string]: string }

/** A category that is none of the catalogue's. */
export const OTHER = 'other'
export const PRIORITIES: readonly RequestPriority[] = ['low', 'medium', 'high', 'critical']
const titled = (word: string): string => `${word.charAt(0).toUpperCase()}${word.slice(1)}`

const PRIORITY: Slot = {
  name: 'priority',
  label: 'Priority',
  ask: "How urgent is it? High means that you can't work, critical that many people can't.",
  required: true,
  kind: 'choice',
  options: PRIORITIES.map((value) => ({ value, label: titled(value), also: [] })),
  called: ['prio', 'urgency', 'importance', 'severity'],
}
const SUBJECT: Slot = {
  name: 'subject',
  label: 'Subject',
  ask: 'What should the subject say?',
  required: false,
  kind: 'text',
  options: [],
  called: ['title', 'headline'],
}
const DESCRIPTION: Slot = {
  name: 'description',
  label: 'Description',
  ask: 'What exactly happens, and since when? A screenshot helps too.',
  required: false,
  kind: 'long-text',
  options: [],
  called: ['details', 'text', 'explanation'],
}
const CALLED: { readonly [kind in Slot['kind']]: readonly string[] } = {
  text: [],
  'long-text': [],
  date: ['date', 'day', 'when'],
  email: ['email', 'mail', 'address', 'person', 'recipient'],
  number: ['number', 'amount', 'quantity', 'count'],
  choice: [],
}

/** Everything that a request of this kind holds, in the order in which it is asked for. */
export const slotsFor = (type: RequestType | null, item: CatalogueItem | undefined, catalogue: Catalogue): readonly Slot[] => {
  if (type === null) return [SUBJECT, DESCRIPTION, PRIORITY]
  const fields = (item?.fields ?? []).map(
    (field): Slot => ({
      name: `f.${field.name}`,
      label: field.label,
      ask: field.ask,
      required: field.required,
      kind: field.kind,
      options: field.kind === 'choice' ? field.options : [],
      called: [field.name, ...CALLED[field.kind]],
      ...(field.kind === 'date' && field.lies !== undefined ? { lies: field.lies } : {}),
    }),
  )
  const category: Slot = {
    name: 'category',
    label: 'Category',
    ask: 'What is it about?',
    required: type === 'incident',
    kind: 'choice',
    options: [
      ...catalogue.categories.map(({ id, title, keywords }) => ({ value: id, label: title, also: keywords })),
      { value: OTHER, label: 'Something else', also: [] },
    ],
    called: ['area', 'topic'],
  }
  if (item !== undefined) return [...fields, { ...PRIORITY, required: false }, SUBJECT, DESCRIPTION]
  return [DESCRIPTION, category, { ...PRIORITY, required: type === 'incident' }, SUBJECT]
}

const SHORT_TEXT = 200
const LONG_TEXT = 4000
/** Words of a slot's name. */
const LONGEST_NAME = 5
const NUMBERS = 'zero one two three four five six seven eight nine ten eleven twelve'.split(' ')
const keyed = (text: string): string => wordsOf(normalise(text)).join(' ')

/** Which option a text names: one that is chosen from the list, is called so, stands in the text, or is nearly spelt so. Null where none or several do. */
export const optionIn = (options: readonly Option[], text: string): string | null => {
  const chosen = choose(text, options)
  if (chosen !== undefined) return chosen.value
  const said = ` ${keyed(text)} `
  const named = options.map((option) => ({
    option,
    names: [option.label, ...option.also].map(keyed).filter((name) => name !== '' && said.includes(` ${name} `)),
  }))
  // "Read and write" names the one that is called so, not also the one called "read".
  const within = (name: string): boolean =>
    named.some(({ names }) => names.some((other) => other !== name && ` ${other} `.includes(` ${name} `)))
  const standing = named.filter(({ names }) => names.some((name) => !within(name))).map(({ option }) => option)
  if (standing.length > 0) return standing.length === 1 ? standing[0]!.value : null
  const words = said.trim().split(' ')
  const near = options.filter(({ label, also }) =>
    [label, ...also]
      .map(keyed)
      .some(
        (name) => name.length >= 4 && !name.includes(' ') && words.some((word) => word.length >= 4 && editsBetween(word, name, 1) <= 1),
      ),
  )
  return near.length === 1 ? near[0]!.value : null
}

const mayLie = ({ lies }: Slot, day: string, today: string): boolean =>
  lies === 'ahead' ? day >= today : lies === 'behind' ? day <= today : true

/** The days that a text may name for a slot: one that is meant, two of which one is, or one that does not do (`isRefused`). Empty: it names none. */
const readingsOf = (slot: Slot, { day, or }: NamedDay, today: string): readonly string[] => {
  const days = or === undefined ? [day] : [day, or]
  const able = days.filter((one) => mayLie(slot, one, today))
  return able.length > 0 ? able : [day]
}

/** A day that can't be taken as it is: two that it may be, or one that lies on the wrong side of today. Null: it is clear, or none is named. */
export const doubtIn = (slot: Slot, text: string, today: string): readonly string[] | null => {
  const [named] = slot.kind === 'date' ? namedDays(text, today) : []
  const days = named === undefined ? [] : readingsOf(slot, named, today)
  return days.length === 2 || (days.length === 1 && !mayLie(slot, days[0]!, today)) ? days : null
}

/** By when somebody says that who says no day. */
const AT_ONCE = /^(?:asap|as soon as possible|now|right now|immediately|right away|straight away|at once)(?: please)?[.!]*$/iu

/** What a text says for one slot, in the form in which it is kept; null where it says nothing of the kind, or nothing clear. `today` is a day. */
export const valueIn = (slot: Slot, text: string, today: string): string | null => {
  const said = text.trim()
  if (said === '') return null
  switch (slot.kind) {
    case 'text':
      return said.slice(0, SHORT_TEXT)
    case 'long-text':
      return said.slice(0, LONG_TEXT)
    case 'date': {
      if (AT_ONCE.test(said)) return today
      const [named] = namedDays(said, today)
      return named === undefined || doubtIn(slot, said, today) !== null ? null : readingsOf(slot, named, today)[0]!
    }
    case 'email':
      return emailsOf(said)[0] ?? null
    case 'number': {
      const digits = /(?<![\p{L}\d])\d{1,9}(?:[.,]\d{1,4})?(?![\p{L}\d])/u.exec(said)?.[0]
      const word = wordsOf(normalise(said))
        .map((one) => NUMBERS.indexOf(one))
        .find((at) => at >= 0)
      return digits?.replace(',', '.') ?? (word === undefined ? null : String(word))
    }
    case 'choice':
      return optionIn(slot.options, said) ?? (slot.name === 'priority' ? priorityOf(said) : null)
  }
}

/** A value as people read it. */
export const shown = (slot: Slot, value: string): string => {
  switch (slot.kind) {
    case 'choice':
      return slot.options.find((option) => option.value === value)?.label ?? value
    case 'date':
      return dayInWords(value)
    default:
      return value
  }
}

/** The days of a longer text, each for the open slot at its place. */
const daysFor = (
  open: readonly Slot[],
  text: string,
  today: string,
): readonly { readonly slot: Slot; readonly days: readonly string[] }[] => {
  const named = namedDays(text, today)
  return open
    .filter(({ kind }) => kind === 'date')
    .flatMap((slot, at) => (named[at] === undefined ? [] : [{ slot, days: readingsOf(slot, named[at], today) }]))
}

/** Days of a sentence about something else that may be read in two ways; the person is asked. */
export const doubtsIn = (
  slots: readonly Slot[],
  known: Values,
  text: string,
  today: string,
): { readonly [slot: string]: readonly string[] } =>
  Object.fromEntries(
    daysFor(
      slots.filter(({ name }) => known[name] === undefined),
      text,
      today,
    ).flatMap(({ slot, days }) => (days.length === 2 ? [[slot.name, days]] : [])),
  )

/** What was meant in a sentence that was said about something else: "laptop broken since yesterday, urgent, for ana@x.com". Only what is named without doubt. */
export const valuesIn = (slots: readonly Slot[], known: Values, text: string, today: string): Values => {
  const found: { [slot: string]: string } = {}
  const open = slots.filter(({ name }) => known[name] === undefined)
  const emails = emailsOf(text)
  for (const { slot, days } of daysFor(open, text, today))
    if (days.length === 1 && mayLie(slot, days[0]!, today)) found[slot.name] = days[0]!
  open
    .filter(({ kind }) => kind === 'email')
    .forEach(({ name }, at) => {
      if (emails[at] !== undefined) found[name] = emails[at]
    })
  const counts = open.filter(({ kind }) => kind === 'number')
  const count =
    /(?<![\p{L}\d.,:/-])(\d{1,4}|one|two|three|four|five|six|seven|eight|nine|ten)\s+(?!(?:days?|weeks?|months?|years?|hours?|minutes?|times?|inch|inches|gb|tb|mb|st|nd|rd|th|am|pm|of|january|february|march|april|may|june|july|august|september|october|november|december)\b)\p{L}{3,}/iu.exec(
      text,
    )
  if (counts.length === 1 && count !== null) found[counts[0]!.name] = valueIn(counts[0]!, count[1]!, today) ?? ''
  const bare = ` ${keyed(text)} `
  for (const slot of open) {
    if (slot.name === 'priority') {
      const priority = priorityNamedIn(text)
      if (priority !== null) found[slot.name] = priority
    } else if (slot.kind === 'choice' && slot.name !== 'category') {
      const named = slot.options.filter(({ label, also }) =>
        [label, ...also].some((word) => keyed(word).length > 1 && bare.includes(` ${keyed(word)} `)),
      )
      if (named.length === 1) found[slot.name] = named[0]!.value
    } else if (slot.kind === 'text' && /software|application|program|\bapp\b|system/i.test(slot.label)) {
      const [application] = applicationsOf(text)
      if (application !== undefined) found[slot.name] = application
    }
  }
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== ''))
}

/** The slot that is called so; undefined where none or several are. */
export const slotNamed = (slots: readonly Slot[], text: string): Slot | undefined => {
  const stems = wordsOf(normalise(text)).map(stemOf)
  if (stems.length === 0 || stems.length > 5) return undefined
  const isSaid = (words: string): boolean => {
    const wanted = wordsOf(normalise(words)).map(stemOf)
    return (
      wanted.length > 0 && wanted.every((one) => stems.some((stem) => stem === one || (one.length >= 5 && editsBetween(stem, one, 1) <= 1)))
    )
  }
  const byLabel = slots.filter(({ label }) => isSaid(label))
  if (byLabel.length > 0) return byLabel.length === 1 ? byLabel[0] : undefined
  const byName = slots.filter(({ called, label }) => [...called, ...label.split(/\s+/).filter((word) => word.length > 3)].some(isSaid))
  return byName.length === 1 ? byName[0] : undefined
}

/** "Cost centre 4711", "needed by: next Friday", "add the cost centre": a slot by its very name, and what stands behind it; null where it begins with none. */
export const assignmentIn = (slots: readonly Slot[], text: string): { readonly slot: Slot; readonly value: string } | null => {
  const words = text
    .trim()
    .replace(/^(?:(?:please|also|and|add|put in|include|with|a|an|the|my)\s+)+/iu, '')
    .split(/\s+/)
  for (let count = Math.min(words.length, LONGEST_NAME); count > 0; count--) {
    const name = keyed(words.slice(0, count).join(' '))
    const labelled = slots.filter(({ label }) => name !== '' && keyed(label) === name)
    const meant = labelled.length > 0 ? labelled : slots.filter(({ called }) => name !== '' && keyed(called[0] ?? '') === name)
    if (meant.length !== 1) continue
    const value = words
      .slice(count)
      .join(' ')
      .replace(/^(?:(?:is|to|as)\s+|[:=–-]\s*)/iu, '')
    return { slot: meant[0]!, value: value.trim() }
  }
  return null
}

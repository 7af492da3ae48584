import type { Content } from '../../channel/index.ts'
import { choose } from '../../core/choose.ts'
import type { RequestType } from '../../core/service-desk.ts'
import type { NotedFile } from '../notes.ts'
import { tellsSecret } from '../understand/secrets.ts'
import { tellingOf } from './catalogue-search.ts'
import { type Correction, correctionIn } from './corrections.ts'
import type { Dialogue, Move, Said, Spoken, World } from './dialogue.ts'
import {
  atSlot,
  isFree,
  itemOf,
  onwards,
  pressedIn,
  priorityOf,
  question,
  type RequestDraft,
  slotOf,
  slotsOf,
  stepBack,
  subjectOf,
} from './request-draft.ts'
import { filled, ofKind, TROUBLE, understood } from './request-need.ts'
import { type Slot, shown, slotNamed, valueIn, valuesIn } from './request-slots.ts'
import { addToRequest, send, similarTo } from './send-request.ts'
import { text } from './step.ts'

const MOST_FILES = 10
/** A question to us, where a statement is asked for. */
const QUESTION = /^(?:how|what|where|when|why|who|which)\b.*\?$/isu

const spoken = (content: readonly Content[]): readonly Spoken[] => content.map((one) => ({ content: one }))
const ask = (draft: RequestDraft, world: World, before: readonly string[] = []): Move<RequestDraft> => ({
  do: 'ask',
  state: draft,
  say: spoken([...before.filter((words) => words !== '').map(text), ...question(draft, world.catalogue)]),
})

/** A short mark out of the frame's key; only told apart, never trusted. */
const tagOf = (key: string): string => {
  let hash = 0x811c9dc5
  for (let at = 0; at < key.length; at++) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193) >>> 0
  return hash.toString(36)
}

const withFiles = (draft: RequestDraft, files: readonly NotedFile[]): RequestDraft => ({
  ...draft,
  files: [...draft.files.filter(({ id }) => !files.some((file) => file.id === id)), ...files].slice(-MOST_FILES),
})

/** The next question; before the summary it is looked whether the same is open already. */
const proceed = async (draft: RequestDraft, world: World, before: readonly string[] = []): Promise<Move<RequestDraft>> => {
  const next = onwards(draft, world.catalogue)
  if (next.asking.what !== 'confirm' || next.compared) return ask(next, world, before)
  const compared = { ...next, compared: true }
  const [same] = await similarTo(compared, world)
  if (same === undefined) return ask(compared, world, before)
  return ask({ ...compared, asking: { what: 'similar', number: same.number, subject: same.subject } }, world, before)
}

const setValue = (draft: RequestDraft, slot: Slot, value: string): RequestDraft => ({
  ...answeredIn(draft, slot),
  values: { ...draft.values, [slot.name]: value },
})
const answeredIn = (draft: RequestDraft, slot: Slot): RequestDraft => ({
  ...draft,
  answered: draft.answered.includes(slot.name) ? draft.answered : [...draft.answered, slot.name],
  frees: isFree(slot) && !draft.frees.includes(slot.name) ? [...draft.frees, slot.name] : draft.frees,
})
const skip = (draft: RequestDraft, slot: Slot): RequestDraft => ({ ...answeredIn(draft, slot), skipped: [...draft.skipped, slot.name] })

/** "Priority: Low → High." */
const echoOf = (slot: Slot, before: string | undefined, after: string): string =>
  before === undefined ? `${slot.label}: ${shown(slot, after)}.` : `${slot.label}: ${shown(slot, before)} → ${shown(slot, after)}.`

const change = async (draft: RequestDraft, name: string, value: string, world: World): Promise<Move<RequestDraft>> => {
  const slot = slotOf(draft, world.catalogue, name)!
  const before =
    name === 'subject'
      ? subjectOf(draft)
      : name === 'priority' && hasDefault(draft, world)
        ? priorityOf(draft, world.catalogue)
        : draft.values[name]
  return proceed(setValue(draft, slot, value), world, [echoOf(slot, before, value)])
}
const hasDefault = (draft: RequestDraft, { catalogue }: World): boolean =>
  draft.values.priority !== undefined || itemOf(draft, catalogue) !== undefined

const reopen = async (draft: RequestDraft, name: string, world: World): Promise<Move<RequestDraft>> => {
  const slot = slotOf(draft, world.catalogue, name)
  return slot === undefined ? proceed(draft, world) : ask(atSlot(draft, slot), world)
}

const correct = async (draft: RequestDraft, correction: Correction, world: World): Promise<Move<RequestDraft>> => {
  switch (correction.do) {
    case 'set':
      return change(draft, correction.slot, correction.value, world)
    case 'reopen':
      return reopen(draft, correction.slot, world)
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
        answered: [],
        skipped: [],
        compared: false,
      }
      if (tellingOf(correction.instead).length > 0) return proceed(understood(anew, correction.instead, world), world)
      return ask({ ...anew, asking: { what: 'need' } }, world, ['All right, not that.'])
    }
  }
}

/** A person's own address, where the answer is "for me" and it is proven. */
const ownEmail = async (slot: Slot, words: string, world: World): Promise<string | null> =>
  slot.kind === 'email' && /^(?:it'?s |that'?s )?(?:for )?(?:me|myself|mine|my own|i am|it's me)(?: please)?[.!]*$/iu.test(words.trim())
    ? (await world.standing()).email
    : null

const answerSlot = async (draft: RequestDraft, name: string, said: Said, world: World): Promise<Move<RequestDraft> | null> => {
  const slot = slotOf(draft, world.catalogue, name)
  if (slot === undefined) return proceed(draft, world)
  if (
    !slot.required &&
    /^(?:skip|no|none|nothing|no idea|i don'?t know|that'?s all|nothing else)\b/iu.test(said.text.trim()) &&
    said.text.trim().split(/\s+/).length <= 4
  )
    return proceed(skip(draft, slot), world)
  const value = (await ownEmail(slot, said.text, world)) ?? valueIn(slot, said.text, world.now)
  if (value === null) return null
  const again = draft.values[name]
  const next = setValue({ ...draft, typed: true }, slot, value)
  if (again !== undefined && again !== value) return proceed(next, world, [echoOf(slot, again, value)])
  const more = isFree(slot) ? valuesIn(slotsOf(next, world.catalogue), next.values, said.text, world.now) : {}
  return proceed({ ...next, values: { ...more, ...next.values } }, world)
}

const pressed = async (
  draft: RequestDraft,
  { what, which }: { readonly what: string; readonly which: string },
  said: Said,
  world: World,
): Promise<Move<RequestDraft> | null> => {
  switch (what) {
    case 'submit':
      return submit(draft, world)
    case 'change':
      return which === '' ? ask({ ...draft, asking: { what: 'change' } }, world) : reopen(draft, which, world)
    case 'keep':
      return proceed(draft, world)
    case 'skip':
      return proceed(
        slotOf(draft, world.catalogue, which) === undefined ? draft : skip(draft, slotOf(draft, world.catalogue, which)!),
        world,
      )
    case 'kind':
      return proceed(ofKind({ ...draft, answered: [...draft.answered, 'kind'] }, which as RequestType, world), world)
    case 'item': {
      const { asking } = draft
      const answered = asking.what === 'which' ? [...draft.answered, `which:${JSON.stringify(asking.options)}`] : draft.answered
      if (which === '') return ask({ ...draft, answered, asking: { what: 'kind' } }, world)
      return proceed(filled({ ...draft, type: 'service-request', item: titledItem(which, world), answered }, world), world)
    }
    case 'set': {
      const [name = '', value = ''] = which.split(/=(.*)/s)
      const slot = slotOf(draft, world.catalogue, name)
      if (slot === undefined || valueIn(slot, shown(slot, value), world.now) !== value) return null
      const open = draft.asking.what === 'slot' && draft.asking.slot === name
      return draft.values[name] !== undefined || (!open && draft.asking.what !== 'form')
        ? change(draft, name, value, world)
        : proceed(setValue(draft, slot, value), world)
    }
    case 'whose':
      return draft.asking.what === 'whose' ? correctAs(draft, which, draft.asking.raw, world) : null
    case 'form':
      return fill(draft, said.fields ?? {}, world)
    case 'add':
      return draft.asking.what === 'similar' ? addTo(draft, draft.asking.number, world) : null
    case 'another':
      return proceed(draft, world)
    default:
      return null
  }
}

const titledItem = (id: string, { catalogue }: World): RequestDraft['item'] => {
  const item = catalogue.items.find((one) => one.id === id)
  return item === undefined ? null : { id, title: item.title }
}

const correctAs = async (draft: RequestDraft, name: string, raw: string, world: World): Promise<Move<RequestDraft> | null> => {
  const slot = slotOf(draft, world.catalogue, name)
  const value = slot === undefined ? null : valueIn(slot, raw, world.now)
  return value === null ? null : change(draft, name, value, world)
}

/** A form that was sent: what fits is taken, the rest is asked for one at a time. */
const fill = async (draft: RequestDraft, fields: { readonly [name: string]: string }, world: World): Promise<Move<RequestDraft>> => {
  const slots = slotsOf(draft, world.catalogue)
  const given = slots.flatMap((slot) =>
    fields[slot.name] === undefined || fields[slot.name]!.trim() === ''
      ? []
      : [{ slot, value: valueFilled(slot, fields[slot.name]!, world.now) }],
  )
  const good = given.flatMap(({ slot, value }) => (value === null ? [] : [[slot, value] as const]))
  const bad = given.filter(({ value }) => value === null).map(({ slot }) => slot.label)
  const next = good.reduce<RequestDraft>((so, [slot, value]) => setValue(so, slot, value), { ...draft, typed: true })
  return proceed(next, world, bad.length === 0 ? [] : [`I could not read ${bad.join(' and ')}.`])
}
const valueFilled = (slot: Slot, value: string, now: string): string | null =>
  slot.kind === 'choice' && slot.options.some((option) => option.value === value) ? value : valueIn(slot, value, now)

/** Sends what the person has seen and said yes to; an old button of a request that misses something asks for that. */
const submit = async (draft: RequestDraft, world: World): Promise<Move<RequestDraft>> =>
  onwards(draft, world.catalogue).asking.what === 'confirm' ? send(draft, world) : proceed(draft, world)

const addTo = async (draft: RequestDraft, number: string, world: World): Promise<Move<RequestDraft>> =>
  (await addToRequest(draft, number, world)) ?? proceed(draft, world, [`${number} can't take anything any more.`])

const takeText = async (draft: RequestDraft, said: Said, world: World): Promise<Move<RequestDraft> | null> => {
  const { asking } = draft
  const slots = slotsOf(draft, world.catalogue)
  const known = { ...draft.values, ...(draft.type === null || draft.item === null ? {} : { priority: priorityOf(draft, world.catalogue) }) }
  const free = asking.what === 'need' || ((asking.what === 'slot' || asking.what === 'form') && asking.free)
  const around = { slots, values: known, now: world.now, thing: draft.item?.title ?? '', free }
  const correction = draft.said === '' ? null : correctionIn(said.text, around)
  if (correction !== null && !answersItself(draft, correction)) return correct(draft, correction, world)
  if (free && QUESTION.test(said.text.trim())) return null
  switch (asking.what) {
    case 'need':
      if (tellingOf(said.text).length === 0 && !TROUBLE.test(said.text)) return null
      return proceed(understood({ ...draft, answered: ['need'] }, said.text, world), world)
    case 'kind': {
      const trouble = TROUBLE.test(said.text)
      return trouble || /\b(?:need|want|order|get|request)\b/iu.test(said.text)
        ? pressed(draft, { what: 'kind', which: trouble ? 'incident' : 'service-request' }, said, world)
        : null
    }
    case 'which': {
      const named =
        choose(said.text, asking.options) ??
        asking.options.find(({ label }) => tellingOf(said.text).some((word) => tellingOf(label).includes(word)))
      const meant = named === undefined ? null : pressedIn(draft, named.value)
      if (meant !== null) return pressed(draft, meant, said, world)
      return /\b(?:none|neither|something else|other)\b/iu.test(said.text) ? pressed(draft, { what: 'item', which: '' }, said, world) : null
    }
    case 'slot':
      return answerSlot(draft, asking.slot, said, world)
    case 'form':
      return answerSlot({ ...draft, typed: true }, asking.slots[0]!, said, world)
    case 'similar':
      if (/\badd\b|\bsame\b|\bthat one\b/iu.test(said.text)) return addTo(draft, asking.number, world)
      return said.command.do === 'deny' || /\b(?:another|new|open|separate|different)\b/iu.test(said.text) ? proceed(draft, world) : null
    case 'whose': {
      const slot = slotNamed(
        slots.filter(({ name }) => asking.slots.includes(name)),
        said.text,
      )
      return slot === undefined ? null : correctAs(draft, slot.name, asking.raw, world)
    }
    case 'confirm': {
      if (said.command.do === 'affirm' || /^(?:submit|send|file|log)(?: it| that)?(?: please)?[.!]*$/iu.test(said.text.trim()))
        return submit(draft, world)
      if (said.command.do === 'deny' || /^(?:change|edit|correct)(?: it| something)?[.!]*$/iu.test(said.text.trim()))
        return ask({ ...draft, asking: { what: 'change' } }, world)
      const priority = slots.find(({ name }) => name === 'priority')!
      const bare = said.text.trim().split(/\s+/).length <= 3 ? valueIn(priority, said.text, world.now) : null
      return bare === null ? null : change(draft, 'priority', bare, world)
    }
    case 'change': {
      const slot = slotNamed(slots, said.text)
      if (slot !== undefined) return reopen(draft, slot.name, world)
      return said.command.do === 'deny' || /^nothing\b/iu.test(said.text.trim()) ? proceed(draft, world) : null
    }
  }
}

/** "No, 12 May" where a day is asked for anyway is its answer, and no correction of another one. */
const answersItself = ({ asking }: RequestDraft, correction: Correction): boolean =>
  correction.do === 'set' && asking.what === 'slot' && asking.slot === correction.slot

const start = (tag: string): RequestDraft => ({
  tag,
  said: '',
  type: null,
  item: null,
  values: {},
  files: [],
  answered: [],
  frees: [],
  skipped: [],
  asking: { what: 'need' },
  compared: false,
  typed: false,
})

/** Opens a request: an item of the catalogue, or a trouble. Nothing is sent before the person has seen all of it and said yes. */
export const createRequest: Dialogue<RequestDraft> = {
  name: 'create-request',
  version: 1,
  begin: async ({ wish, said }, world) => {
    const draft = withFiles({ ...start(tagOf(world.key(''))), type: wish === 'report_incident' ? 'incident' : null }, said.files)
    const isThin = tellingOf(said.text).length === 0 || tellsSecret(said.text)
    const got = draft.files.length > 0 ? `I attach ${draft.files.map(({ name }) => name).join(', ')}.` : ''
    return isThin
      ? ask(draft, world, [got])
      : proceed(understood(draft, said.text, world), world, [
          wish === 'report_incident' ? `I'm sorry about the trouble.${got === '' ? '' : ` ${got}`}` : got,
        ])
  },
  take: async (state, said, world) => {
    const draft = withFiles(state, said.files)
    if (said.chosen !== undefined) {
      const meant = pressedIn(draft, said.chosen)
      return meant === null ? null : pressed(draft, meant, said, world)
    }
    if (said.text.trim() === '') return said.files.length === 0 ? null : ask(draft, world, ["Thank you, it's attached."])
    const move = await takeText(draft, said, world)
    return move ?? (said.files.length === 0 ? null : ask(draft, world, ["Thank you, it's attached."]))
  },
  ask: (state, world, why) => spoken(question(state, world.catalogue, why.do === 'missed')),
  back: stepBack,
  filled: ({ said, values, files }) =>
    (said === '' ? 0 : 1) + Object.keys(values).filter((name) => name !== 'category').length + files.length,
  wantsWords: ({ asking }) => asking.what === 'need' || ((asking.what === 'slot' || asking.what === 'form') && asking.free),
  title: (state) => (state.said === '' ? 'your new request' : `your request "${subjectOf(state)}"`),
  summary: (state) =>
    state.said === ''
      ? ''
      : `a request: ${[state.said, ...Object.entries(state.values).map(([name, value]) => `${name.replace(/^f\./, '')}: ${value}`)].join('; ')}`,
}

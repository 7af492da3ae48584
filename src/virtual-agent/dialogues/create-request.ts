import { choose } from '../../core/choose.ts'
import type { RequestType } from '../../core/service-desk.ts'
import type { NotedFile } from '../notes.ts'
import { dayInWords } from '../understand/days.ts'
import { tellsSecret } from '../understand/secrets.ts'
import { itemFor, tellingOf } from './catalogue-search.ts'
import { catalogueWish, ITEM } from './catalogue-wish.ts'
import { type Correction, correctionIn, fittingIn } from './corrections.ts'
import type { Dialogue, Move, Said, World } from './dialogue.ts'
import { answerSlot, ask, change, correct, proceed, reopen, SUBMITS, setValue, skip, spoken } from './request-answers.ts'
import {
  onwards,
  optionalIn,
  pressedIn,
  priorityOf,
  question,
  type RequestDraft,
  slotOf,
  slotsOf,
  stepBack,
  subjectOf,
  tagOf,
} from './request-draft.ts'
import { filled, ofKind, TROUBLE, understood } from './request-need.ts'
import { assignmentIn, doubtIn, type Slot, shown, slotNamed, valueIn, valuesIn } from './request-slots.ts'
import { addToRequest, send } from './send-request.ts'
import { todayOf } from './today.ts'

const MOST_FILES = 10
/** Longer than the name of a thing. */
const NAME_WORDS = 4
/** A question to us, where a statement is asked for. */
const QUESTION = /^(?:how|what|where|when|why|who|which)\b.*\?$/isu

const withFiles = (draft: RequestDraft, files: readonly NotedFile[]): RequestDraft => ({
  ...draft,
  files: [...draft.files.filter(({ id }) => !files.some((file) => file.id === id)), ...files].slice(-MOST_FILES),
})

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
      if (slot === undefined || valueIn(slot, shown(slot, value), todayOf(world)) !== value) return null
      const { asking } = draft
      // Pressed once more: it is so already.
      if (draft.values[name] === value) return ask(draft, world)
      const open = (asking.what === 'slot' || asking.what === 'day') && asking.slot === name
      const days = asking.what === 'day' && open && asking.days.length === 2 ? { doubts: { ...draft.doubts, [name]: asking.days } } : {}
      return draft.values[name] !== undefined || (!open && asking.what !== 'form')
        ? change(draft, name, value, world)
        : proceed({ ...setValue(draft, slot, value), ...days }, world)
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
  const value = slot === undefined ? null : valueIn(slot, raw, todayOf(world))
  return value === null ? null : change(draft, name, value, world)
}

/** A form that was sent: what fits is taken, the rest is asked for one at a time. */
const fill = async (draft: RequestDraft, fields: { readonly [name: string]: string }, world: World): Promise<Move<RequestDraft>> => {
  const today = todayOf(world)
  const given = slotsOf(draft, world.catalogue).flatMap((slot) => {
    const said = fields[slot.name] ?? ''
    return said.trim() === '' ? [] : [{ slot, value: valueFilled(slot, said, today), doubt: doubtIn(slot, said, today) }]
  })
  const good = given.flatMap(({ slot, value }) => (value === null ? [] : [[slot, value] as const]))
  const doubtful = given.find(({ doubt }) => doubt !== null)
  const bad = given.filter(({ value, doubt }) => value === null && doubt === null).map(({ slot }) => slot.label)
  const next = good.reduce<RequestDraft>((so, [slot, value]) => setValue(so, slot, value), { ...draft, typed: true })
  const unread = bad.length === 0 ? [] : [`I could not read ${bad.join(' and ')}.`]
  return doubtful === undefined
    ? proceed(next, world, unread)
    : ask({ ...next, asking: { what: 'day', slot: doubtful.slot.name, days: doubtful.doubt! } }, world, unread)
}
const valueFilled = (slot: Slot, value: string, today: string): string | null =>
  slot.kind === 'choice' && slot.options.some((option) => option.value === value) ? value : valueIn(slot, value, today)

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
  const around = { slots, values: known, today: todayOf(world), thing: draft.item?.title ?? '', free }
  const correction = draft.said === '' ? null : correctionIn(said.text, around)
  if (correction !== null && !answersItself(draft, correction)) return correct(draft, correction, world)
  if (free && (QUESTION.test(said.text.trim()) || wantsOther(draft, said.text, world))) return null
  switch (asking.what) {
    case 'need':
      if (tellingOf(said.text).length === 0 && !TROUBLE.test(said.text)) return null
      return proceed(understood({ ...draft, answered: ['need'] }, said.text, world), world)
    case 'kind': {
      const { catalogue } = world
      if (said.text.trim().split(/\s+/).length <= NAME_WORDS && itemFor(catalogue, said.text).do !== 'none' && !TROUBLE.test(said.text)) {
        const named = { ...draft, said: `${draft.said}\n${said.text.trim()}`, answered: [...draft.answered, 'kind'] }
        return proceed(understood(named, said.text, world, named.said), world)
      }
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
    case 'day':
      return answerSlot(draft, asking.slot, { ...said, text: dayMeant(asking.days, said.text) }, world)
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
      if (said.command.do === 'affirm' || SUBMITS.test(said.text.trim()) || AGREES.test(said.text.trim())) return submit(draft, world)
      if (said.command.do === 'deny' || CHANGES.test(said.text.trim())) return ask({ ...draft, asking: { what: 'change' } }, world)
      const priority = slots.find(({ name }) => name === 'priority')!
      const bare = said.text.trim().split(/\s+/).length <= 3 ? valueIn(priority, said.text, todayOf(world)) : null
      return bare === null ? added(draft, said.text, world) : change(draft, 'priority', bare, world)
    }
    case 'change': {
      const named = assignmentIn(slots, said.text)
      if (named !== null && named.value !== '') return added(draft, said.text, world)
      const slot = slotNamed(slots, said.text)
      if (slot !== undefined) return reopen(draft, slot.name, world)
      return said.command.do === 'deny' || /^nothing\b/iu.test(said.text.trim()) ? proceed(draft, world) : added(draft, said.text, world)
    }
  }
}

/** Another thing of the catalogue, where a few words are asked for. */
const wantsOther = ({ asking, item }: RequestDraft, words: string, { catalogue }: World): boolean => {
  const wish = item === null || asking.what === 'need' ? null : catalogueWish(catalogue, words)
  return (
    wish?.orders === true && wish.whole && !wish.several && wish.item.id !== item?.id && /\b(?:need|want|order|request|get)\b/iu.test(words)
  )
}

/** "That looks perfect, thank you", under a question whether to submit it. */
const AGREES =
  /^(?:(?:yes|ok(?:ay)?|great|wow)[,.!]?\s+)?(?:(?:that|it|this|all|everything)(?:'?s| is| looks| sounds)?\s+|looks\s+|sounds\s+)?(?:all |very |just )?(?:perfect|good|great|fine|right|correct|ok(?:ay)?)(?:[,.! ]+(?:thanks?|thank you|please|to me|so much|very much))*[.!]*$/iu
const CHANGES = /^(?:change|edit|correct|add|more|change or add)(?: it| something| more| details)?(?: please)?[.!]*$/iu
/** Words that are longer tell something else. */
const ADDED_WORDS = 8

/** What is put in at the summary without a question: "cost centre 4711", "by next Friday". Null where it is nothing of the kind. */
const added = async (draft: RequestDraft, words: string, world: World): Promise<Move<RequestDraft> | null> => {
  const today = todayOf(world)
  const named = assignmentIn(slotsOf(draft, world.catalogue), words)
  if (named !== null) {
    const value = named.value === '' ? null : valueIn(named.slot, named.value, today)
    return value === null ? reopen(draft, named.slot.name, world, named.value) : change(draft, named.slot.name, value, world)
  }
  if (words.trim().split(/\s+/).length > ADDED_WORDS) return null
  const empty = optionalIn(draft, world.catalogue)
  const [first] = Object.entries(valuesIn(empty, draft.values, words, today))
  if (first !== undefined) return change(draft, first[0], first[1], world)
  const doubtful = empty.find((slot) => doubtIn(slot, words, today) !== null)
  if (doubtful !== undefined) return reopen(draft, doubtful.name, world, words)
  const exact = slotsOf(draft, world.catalogue).filter(({ kind }) => kind === 'date' || kind === 'email')
  const fitting = fittingIn(words, { slots: exact, values: draft.values, today, thing: '', free: false })
  return fitting === null ? null : correct(draft, fitting, world)
}

/** "The one in April", of two days: the one that fits; any other words stay as they are. */
const dayMeant = (days: readonly string[], words: string): string => {
  const fitting = days.filter((day) => {
    const [, , month = '', year = ''] = dayInWords(day).toLowerCase().split(' ')
    const said = words.toLowerCase()
    return (
      new RegExp(`\\b${month.slice(0, 3)}`).test(said) || (said.includes(year) && days.filter((one) => one.startsWith(year)).length === 1)
    )
  })
  return days.length === 2 && fitting.length === 1 ? fitting[0]! : words
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
    const wanted = said.chosen?.startsWith(ITEM) === true ? titledItem(said.chosen.slice(ITEM.length), world) : null
    if (wanted !== null)
      return proceed(
        filled({ ...draft, type: 'service-request', item: wanted, said: said.text.trim() === '' ? wanted.title : said.text }, world),
        world,
      )
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

import type { RequestPriority, ServiceDesk } from '../../core/service-desk.ts'
import { type Notes, shorten } from '../notes.ts'
import { priorityOf, slotsOf } from '../understand/slots.ts'
import type { World } from './dialogue.ts'
import { type House, type Step, text } from './step.ts'

const SUMMARY_LENGTH = 900
const SUBJECT_LENGTH = 80
const PLAIN_TRAIL = /^(greeting|thanks|small_talk|yes|no|help|repeat|dismissed|file|stale|back|failed|soothed|notices)$/

const tellingOf = (notes: Notes): readonly string[] => {
  const telling = notes.said.filter((words) => words.trim().split(/\s+/).length > 1)
  return telling.length > 0 ? telling : notes.said
}

/** What a technician reads before the first word: wishes, last words, what was tried, what was named. Secrets were masked before. */
export const summaryOf = (notes: Notes, house: House, underway = ''): string => {
  const wishes = [
    ...new Set(notes.trail.filter((did) => /^[a-z_]+$/.test(did) && !PLAIN_TRAIL.test(did) && did !== 'unknown' && did !== 'secret')),
  ].map(house.titleOf)
  const { requests, priority, emails, applications } = slotsOf(notes.said.join('\n'), house.now)
  const named = [...requests, ...(priority === null ? [] : [`priority ${priority}`]), ...emails, ...applications]
  const said = tellingOf(notes)
  const parts = [
    wishes.length > 0 ? `About: ${wishes.join(', ')}.` : '',
    underway === '' ? '' : `Under way: ${underway}`,
    said.length > 0
      ? `Said: ${said
          .slice(-4)
          .map((words) => `"${words}"`)
          .join(' ')}`
      : 'Said nothing yet but asked for a technician.',
    notes.shown.length > 0 ? `Articles shown: ${notes.shown.map(({ title }) => title).join('; ')}.` : '',
    named.length > 0 ? `Named: ${named.join(', ')}.` : '',
  ]
  return shorten(parts.filter((part) => part !== '').join('\n'), SUMMARY_LENGTH)
}

/** Words that ask for a technician say nothing about the trouble. */
const ASKING = /\b(?:technician|human|person|agent|operator|somebody|someone|call me|speak|talk)\b/iu

const subjectOf = (notes: Notes, house: House): string => {
  const about = tellingOf(notes).filter((words) => !ASKING.test(words) || words.split(/\s+/).length > 8)
  const wish = notes.trail.findLast(
    (did) => /^[a-z_]+$/.test(did) && !PLAIN_TRAIL.test(did) && !/^(unknown|secret|talk_to_technician)$/.test(did),
  )
  return shorten(
    (about.at(-1) ?? (wish === undefined ? 'Asked for a technician' : house.titleOf(wish))).replace(/\s+/g, ' '),
    SUBJECT_LENGTH,
  )
}

/** The request that goes along with the hand-off; null where it could not be logged, which holds nobody up. `kept`: it gets its number later. */
export const logFor = async (
  notes: Notes,
  world: World,
  summary: string,
  report: (error: unknown) => void,
): Promise<string | 'kept' | null> => {
  if (notes.logged !== null) return notes.logged
  const { house, conversation, chat, identity, source } = world
  const priority = priorityOf(notes.said.join('\n'))
  try {
    const who = await world.standing().catch(() => ({ name: house.name, email: null }))
    const opened: Awaited<ReturnType<ServiceDesk['open']>> = await world.desk.open(
      {
        type: 'incident',
        subject: subjectOf(notes, house),
        description: summary,
        category: null,
        item: null,
        fields: {},
        priority: (priority ?? 'medium') satisfies RequestPriority,
        requester: { identity, name: who.name, email: who.email },
        source,
        conversation,
        chat,
        files: notes.files.map(({ id }) => id),
      },
      world.key('hand-off'),
    )
    return opened.state === 'open' ? opened.request.number : 'kept'
  } catch (error) {
    report(error)
    return null
  }
}

/** Gets a technician at once, whatever was open; never argued with. */
export const handOff = (before: Notes, house: House, more: { readonly summary: string; readonly logged: string | 'kept' | null }): Step => {
  const closed = house.hours.open?.(house.now) === false
  const later = closed ? ` They are here ${house.hours.words}, so an answer may take until then.` : ''
  const fresh = more.logged !== before.logged
  const number =
    more.logged === null
      ? ''
      : more.logged === 'kept'
        ? ' I have also noted it as a request, whose number I tell you as soon as I have it.'
        : fresh
          ? ` It is logged as ${more.logged}.`
          : ` ${more.logged} goes with it.`
  return {
    say: [text(`I'm getting a technician for you. I've passed on what you told me, so you needn't say it twice.${number}${later}`)],
    notes: {
      ...before,
      question: null,
      steering: null,
      frames: [],
      misses: 0,
      missed: 0,
      logged: more.logged === 'kept' ? before.logged : more.logged,
      trail: [...before.trail, 'talk_to_technician'].slice(-12),
    },
    handOff: { skill: house.skill, summary: more.summary },
  }
}

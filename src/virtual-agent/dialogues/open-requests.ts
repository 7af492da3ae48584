import type { Choice, Content } from '../../channel/index.ts'
import { reopenValue } from '../../core/notices.ts'
import { isOver, REOPEN_DAYS, type Reader, type RequestStatus, type RequestSummary, type RequestView } from '../../core/service-desk.ts'
import type { Wish } from '../commands.ts'
import { type NotedFile, shorten } from '../notes.ts'
import { requestNumbersOf } from '../understand/slots.ts'
import type { Dialogue, Move, Said, Spoken, World } from './dialogue.ts'
import { type ProveWith, WRITE_DIRECTLY } from './prove.ts'
import { choices, text } from './step.ts'
import { ago } from './when.ts'

/** `list` and `card` only show; `comment`, `reopen` and `cancel` wait for an answer. */
export type OpenRequestsState =
  | { readonly at: 'list'; readonly numbers: readonly string[] }
  | { readonly at: 'card'; readonly number: string }
  | { readonly at: 'comment'; readonly number: string; readonly files: readonly NotedFile[] }
  | { readonly at: 'reopen' | 'cancel'; readonly number: string }

const LISTED = 10
const LABEL_LENGTH = 60
const COMMENTS = 3
const COMMENT_LENGTH = 300
const DAY_MS = 86_400_000

export const requestValue = (number: string): string => `request:${number}`
const commentValue = (number: string): string => `request-comment:${number}`
const cancelValue = (number: string): string => `request-cancel:${number}`
const YES = 'request-yes'
const NO = 'request-no'
const PROVE: Choice = { value: 'request-prove', label: 'Prove who I am' }
const LIST: Choice = { value: 'open_requests', label: 'Back to the list' }
const CREATE: Choice = { value: 'create_request', label: 'Create Request' }

const STATUS: { readonly [status in RequestStatus]: string } = {
  approval: 'waiting for approval',
  open: 'open',
  'in-progress': 'being worked on',
  waiting: 'waiting for you',
  resolved: 'solved',
  closed: 'closed',
  cancelled: 'cancelled',
  rejected: 'not approved',
}

const say = (...content: readonly Content[]): readonly Spoken[] => content.map((one) => ({ content: one }))
const readerOf = async (world: World): Promise<{ readonly reader: Reader; readonly isGuest: boolean; readonly name: string }> => {
  const { email, name, trust } = await world.standing()
  return { reader: { identity: world.identity, email }, isGuest: trust === 'guest', name: name ?? world.house.name ?? 'Requester' }
}

const lineOf = ({ number, subject, status }: RequestSummary): string =>
  `${number} · ${shorten(subject, LABEL_LENGTH - number.length - 26)} · ${STATUS[status]}`
const listed = (requests: readonly RequestSummary[]): readonly Choice[] =>
  requests.map((request) => ({ value: requestValue(request.number), label: lineOf(request) }))

/** All that are open, or that there are none; guests see what they opened here, and may prove who they are. */
const list = async (world: World, before = ''): Promise<Move<OpenRequestsState>> => {
  if (!world.direct) return writeDirectly()
  const { reader, isGuest } = await readerOf(world)
  const requests = await world.desk.requestsOf(reader, { open: true, limit: LISTED + 1 })
  const some = requests.slice(0, LISTED)
  const more = isGuest ? [PROVE] : []
  const limits = isGuest ? ' I only see what you opened here: prove who you are to see all of yours.' : ''
  const lead = before === '' ? '' : `${before} `
  if (some.length === 0)
    return {
      do: 'ask',
      state: { at: 'list', numbers: [] },
      say: say(choices(`${lead}You have no open requests.${limits}`, [CREATE, ...more])),
    }
  const rest = requests.length > LISTED ? ` These are the newest ${LISTED}; name the number of an older one.` : ''
  const words =
    some.length === 1
      ? 'You have one open request.'
      : `You have ${requests.length > LISTED ? `more than ${LISTED}` : some.length} open requests.`
  return {
    do: 'ask',
    state: { at: 'list', numbers: some.map(({ number }) => number) },
    say: say(choices(`${lead}${words}${rest}${limits} Which one shall I show?`, [...listed(some), ...more])),
  }
}

const dayOf = (at: string, timezone: string): string =>
  new Date(at).toLocaleString('en-GB', { day: 'numeric', month: 'long', hour: '2-digit', minute: '2-digit', timeZone: timezone })

const mayReopen = ({ status, resolvedAt }: RequestView, now: string): boolean =>
  status === 'resolved' && resolvedAt !== null && Date.parse(now) - Date.parse(resolvedAt) <= REOPEN_DAYS * DAY_MS

const cardOf = (view: RequestView, { now, house }: World): Content => {
  const timezone = house.hours.timezone ?? 'UTC'
  const waits = view.approvals.find(({ state }) => state === 'pending')
  const comments = view.comments.filter(({ internal }) => !internal).slice(-COMMENTS)
  const lines = [
    `Status: ${STATUS[view.status]}${waits === undefined ? '' : ` (${waits.approvers.join(', ')})`}`,
    `Priority: ${view.priority}`,
    `Opened: ${ago(view.openedAt, now)}`,
    view.technician === null ? '' : `With: ${view.technician.name}`,
    view.resolveBy === null || isOver(view.status) ? '' : `To be solved by: ${dayOf(view.resolveBy, timezone)} (${timezone})`,
    view.resolution === null ? '' : `Solution: ${view.resolution}`,
    ...comments.map(({ by, text: words, at }) => `${by.name}, ${ago(at, now)}: "${shorten(words.replace(/\s+/g, ' '), COMMENT_LENGTH)}"`),
  ]
  const over = isOver(view.status)
  return {
    type: 'card',
    title: `${view.number}: ${view.subject}`,
    text: lines.filter((line) => line !== '').join('\n'),
    ...(view.url === null ? {} : { link: { label: `Open ${view.number}`, url: view.url } }),
    choices: [
      ...(over ? [] : [{ value: commentValue(view.number), label: 'Comment' }]),
      ...(mayReopen(view, now) ? [{ value: reopenValue(view.number), label: 'Reopen' }] : []),
      ...(over ? [] : [{ value: cancelValue(view.number), label: 'Cancel request' }]),
      LIST,
    ],
  }
}

const writeDirectly = (): Move<OpenRequestsState> => ({ do: 'end', say: say(text(WRITE_DIRECTLY)) })
/** Was it opened or told of in this very conversation? */
const isOfHere = ({ conversations }: RequestView, world: World): boolean =>
  conversations.some(({ conversation }) => conversation === world.conversation)
/** What everybody may know of a request that came up in this group: no comments, and no link that speaks for its requester. */
const briefly = ({ number, subject, status }: RequestView): string => `${number} (${subject}) is ${STATUS[status]}.`

const card = async (number: string, world: World, before: readonly Content[] = []): Promise<Move<OpenRequestsState>> => {
  const { reader, isGuest } = await readerOf(world)
  const view = await world.desk.request(number, reader)
  if (!world.direct)
    return view === null || !isOfHere(view, world) ? writeDirectly() : { do: 'end', say: [...say(...before), ...say(text(briefly(view)))] }
  if (view === null) return missing(number, isGuest)
  return { do: 'ask', state: { at: 'card', number: view.number }, say: say(...before, cardOf(view, world)) }
}

/** Says the same whether there is none or it is somebody else's. */
const missing = (number: string, isGuest: boolean): Move<OpenRequestsState> => ({
  do: 'ask',
  state: { at: 'list', numbers: [] },
  say: say(
    choices(
      isGuest
        ? `I can't find ${number} among the requests that you opened here. If it is yours, prove who you are and I look again.`
        : `I can't find ${number} among your requests.`,
      isGuest ? [PROVE, LIST] : [LIST, CREATE],
    ),
  ),
})

/** The number that was meant, where it is clear. */
const numberIn = (words: string, known: readonly string[]): string | null => {
  const [said] = requestNumbersOf(words)
  if (said !== undefined) return known.find((number) => number === said || number.endsWith(`-${said}`)) ?? said
  const bare = /(?<![\p{L}\d])(\d{2,8})(?![\p{L}\d])/u.exec(words)?.[1]
  return bare === undefined ? null : (known.find((number) => number.endsWith(`-${bare}`)) ?? bare)
}

const statusOf = async (words: string, world: World): Promise<Move<OpenRequestsState>> => {
  const number = numberIn(words, [])
  if (number !== null) return card(number, world)
  if (!world.direct) return writeDirectly()
  const { reader } = await readerOf(world)
  const requests = await world.desk.requestsOf(reader, { open: true, limit: 2 })
  if (requests.length === 1) return card(requests[0]!.number, world)
  if (requests.length > 1) return list(world)
  const [last] = await world.desk.requestsOf(reader, { open: false, limit: 1 })
  return last === undefined ? list(world) : card(last.number, world, [text('Nothing of yours is open. This was the last one:')])
}

const askFor = (state: Exclude<OpenRequestsState, { at: 'list' | 'card' }>): Content => {
  switch (state.at) {
    case 'comment':
      return text(`What shall I add to ${state.number}? You can send files too.`)
    case 'reopen':
      return text(`What is still wrong? I reopen ${state.number} with your words.`)
    case 'cancel':
      return choices(`Shall I cancel ${state.number}? Nobody will work on it any more.`, [
        { value: YES, label: 'Yes, cancel it' },
        { value: NO, label: 'No, keep it' },
      ])
  }
}
const waiting = (state: Exclude<OpenRequestsState, { at: 'list' | 'card' }>): Move<OpenRequestsState> => ({
  do: 'ask',
  state,
  say: say(askFor(state)),
})

/** A choice of ours, wherever it stood; null where it is none. */
const pressed = async (
  value: string,
  state: OpenRequestsState | null,
  said: Said,
  world: World,
): Promise<Move<OpenRequestsState> | null> => {
  const [, what, number] = /^(request|request-comment|reopen|request-cancel):(.+)$/.exec(value) ?? []
  if (value === PROVE.value)
    return {
      do: 'first',
      state: state ?? { at: 'list', numbers: [] },
      dialogue: 'prove',
      with: { purpose: 'link', email: null } satisfies ProveWith,
      say: [],
    }
  if (value === LIST.value) return list(world)
  if (state?.at === 'cancel' && value === YES) return cancel(state.number, said, world)
  if (state?.at === 'cancel' && value === NO) return card(state.number, world, [text('All right, it stays as it is.')])
  if (number === undefined) return null
  if (what === 'request') return card(number, world)
  const { reader, isGuest } = await readerOf(world)
  const view = await world.desk.request(number, reader)
  if (!world.direct && (view === null || !isOfHere(view, world))) return writeDirectly()
  if (view === null) return missing(number, isGuest)
  if (what === 'request-comment')
    return isOver(view.status) ? card(number, world) : waiting({ at: 'comment', number: view.number, files: [] })
  if (what === 'reopen')
    return mayReopen(view, world.now)
      ? waiting({ at: 'reopen', number: view.number })
      : card(number, world, [text(`${view.number} can't be reopened any more.`)])
  return isOver(view.status) ? card(number, world) : waiting({ at: 'cancel', number: view.number })
}

const cancel = async (number: string, said: Said, world: World): Promise<Move<OpenRequestsState>> => {
  const { reader } = await readerOf(world)
  const done = await world.desk.cancel(number, reader, world.key(`cancel:${said.event}`))
  if (done.ok) return { do: 'end', say: say(text(`${number} is cancelled.`)) }
  return card(number, world, [text(`${number} is over already.`)])
}

const comment = async (
  state: Extract<OpenRequestsState, { at: 'comment' }>,
  said: Said,
  world: World,
): Promise<Move<OpenRequestsState>> => {
  const { reader, name } = await readerOf(world)
  const files = [...state.files, ...said.files.filter(({ id }) => !state.files.some((file) => file.id === id))]
  const words = said.text.trim()
  const done = await world.desk.comment(
    state.number,
    reader,
    { text: words === '' ? 'A file.' : words, by: name, files: files.map(({ id }) => id), source: world.source },
    world.key(`comment:${said.event}`),
  )
  if (!done.ok) return card(state.number, world, [text(`${state.number} is over, so I could not add it.`)])
  const what = files.length === 0 ? 'it' : words === '' ? 'the file' : 'it with the file'
  return { do: 'end', say: say(text(`I have added ${what} to ${state.number}.`)) }
}

const reopen = async (number: string, said: Said, world: World): Promise<Move<OpenRequestsState>> => {
  const { reader } = await readerOf(world)
  const done = await world.desk.reopen(number, reader, said.text.trim(), world.key(`reopen:${said.event}`))
  if (done.ok) return { do: 'end', say: say(text(`${number} is open again. I'll tell you here when something happens.`)) }
  return card(number, world, [
    text(
      done.reason === 'too-late'
        ? `${number} was solved more than ${REOPEN_DAYS} days ago, so it can't be reopened. I can open a new request.`
        : `${number} can't be reopened.`,
    ),
  ])
}

const COMMENTS_ON = /^(?:please |can you |i want to |i'd like to )*(?:add|comment|write|reply|note)\b/iu
const REOPENS = /\bre-?open\b|\bstill (?:not|broken|the same)\b/iu
const CANCELS = /^(?:please |can you |i want to )*(?:cancel|withdraw|close)\b/iu

/** "Close my request": the one that is named, or the only one; else the list. */
const toCancel = async (said: Said, world: World): Promise<Move<OpenRequestsState>> => {
  const { reader } = await readerOf(world)
  const open = world.direct ? await world.desk.requestsOf(reader, { open: true, limit: 2 }) : []
  const number = numberIn(said.text, []) ?? (open.length === 1 ? open[0]!.number : null)
  const move = number === null ? null : await pressed(cancelValue(number), null, said, world)
  return move ?? list(world)
}

/** Words about the request that is shown, or the number of another. */
const inWords = async (
  state: Extract<OpenRequestsState, { at: 'list' | 'card' }>,
  said: Said,
  world: World,
): Promise<Move<OpenRequestsState> | null> => {
  const number = numberIn(said.text, state.at === 'list' ? state.numbers : [state.number])
  const about = number ?? (state.at === 'card' ? state.number : state.numbers.length === 1 ? state.numbers[0]! : null)
  if (about !== null) {
    if (REOPENS.test(said.text)) return pressed(reopenValue(about), state, said, world)
    if (COMMENTS_ON.test(said.text)) return pressed(commentValue(about), state, said, world)
    if (CANCELS.test(said.text) && number !== null) return pressed(cancelValue(about), state, said, world)
    if (/\b(?:prove|verify)\b/iu.test(said.text)) return pressed(PROVE.value, state, said, world)
  }
  if (number !== null && said.text.trim().split(/\s+/).length <= 8) return card(number, world)
  if (said.command.do === 'affirm' && state.at === 'list' && state.numbers.length === 1) return card(state.numbers[0]!, world)
  if (said.command.do === 'deny') return { do: 'end', say: say(text("All right. I'm here if you need anything else.")) }
  return null
}

/** The person's requests: all that are open, one of them in detail, a comment on it, its end and its reopening. */
export const openRequests: Dialogue<OpenRequestsState> = {
  name: 'open-requests',
  version: 1,
  begin: async ({ wish, said }, world) => {
    const chosen = said.chosen === undefined ? null : await pressed(said.chosen, null, said, world)
    if (chosen !== null) return chosen
    const asked: Wish = wish ?? 'open_requests'
    if (CANCELS.test(said.text)) return toCancel(said, world)
    return asked === 'request_status' || requestNumbersOf(said.text).length > 0 ? statusOf(said.text, world) : list(world)
  },
  take: async (state, said, world) => {
    if (said.chosen !== undefined) return pressed(said.chosen, state, said, world)
    switch (state.at) {
      case 'list':
      case 'card':
        return inWords(state, said, world)
      case 'comment':
        // The button once more, in words.
        return /^(?:please )?(?:add (?:a )?)?comments?[.!]*$/iu.test(said.text.trim()) && said.files.length === 0
          ? waiting(state)
          : comment(state, said, world)
      case 'reopen':
        return said.text.trim() === '' ? null : reopen(state.number, said, world)
      case 'cancel':
        if (said.command.do === 'affirm') return cancel(state.number, said, world)
        return said.command.do === 'deny' ? card(state.number, world, [text('All right, it stays as it is.')]) : null
    }
  },
  ask: (state) => {
    switch (state.at) {
      case 'list':
        return say(
          choices('Which request shall I show?', [
            ...state.numbers.map((number) => ({ value: requestValue(number), label: number })),
            CREATE,
          ]),
        )
      case 'card':
        return say(choices(`What shall I do with ${state.number}?`, [{ value: commentValue(state.number), label: 'Comment' }, LIST]))
      default:
        return say(askFor(state))
    }
  },
  resume: async (state, world) => (state.at === 'card' ? card(state.number, world) : list(world)),
  back: (state) => {
    switch (state.at) {
      case 'list':
        return null
      case 'card':
        return { at: 'list', numbers: [] }
      default:
        return { at: 'card', number: state.number }
    }
  },
  filled: () => 0,
  wantsWords: ({ at }) => at === 'comment' || at === 'reopen',
  title: (state) =>
    state.at === 'list' ? 'your requests' : state.at === 'comment' ? `your comment on ${state.number}` : `your request ${state.number}`,
  summary: (state) => (state.at === 'list' ? '' : `the request ${state.number}${state.at === 'card' ? '' : ` (${state.at})`}`),
}

export const showsRequests = ({ at }: OpenRequestsState): boolean => at === 'list' || at === 'card'
